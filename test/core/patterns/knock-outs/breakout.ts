import { barAgo, type KnockOut, still } from '../../../support/knock-out.js'
import type { BarFacts, ViewFacts } from '../../../support/pattern-view.js'

const LEVEL = 100_500
const bar = (open: number, close: number, reach = 10): BarFacts => ({
  open,
  close,
  high: Math.max(open, close) + reach,
  low: Math.min(open, close) - reach,
})
const through = [...still(8, 100_400, 30), bar(100_400, 100_560), bar(100_560, 100_700)]
const two: ViewFacts = { m1: through, minute: 30, atr: 400, rv: 2, rsi: 60, prices: { opening_high: LEVEL, opening_low: 99_000 } }
const back = [
  ...still(8, 100_400, 30),
  bar(100_400, 100_600),
  bar(100_600, 100_620),
  bar(100_620, 100_560),
  bar(100_560, 100_480),
  bar(100_500, 100_600, 30),
]
const retest: ViewFacts = { ...two, m1: back }
const previous = { high: LEVEL, low: 99_000 }
const day: ViewFacts = { ...two, prices: {}, previous }
const high_early = barAgo([...still(24, 100_400, 30), ...through.slice(-2)], 22, { high: LEVEL })
const session: ViewFacts = {
  ...two,
  m1: high_early,
  rv: 1,
  minute: high_early.length,
  prices: { opening_high: 100_450, opening_low: 99_000 },
}
/** Bars of five minutes with tops at these prices. */
const tops = (...prices: readonly number[]): BarFacts[] =>
  prices.flatMap((price) => barAgo(still(6, 100_200, 50), 2, { high: price }))
const swing: ViewFacts = { ...two, rv: 1, prices: {}, m5: tops(100_440, LEVEL) }

export const cases: readonly KnockOut[] = [
  {
    name: 'two closes beyond the opening range',
    sound: two,
    breaks: [
      ['the first close', { ...two, m1: barAgo(through, 1, { close: 100_539 }) }],
      ['the second close', { ...two, m1: barAgo(through, 0, { close: 100_539 }) }],
      ['a level not broken before', { ...two, m1: still(10, 100_700, 30) }],
      ['the first two closes, no later ones', { ...two, m1: [...through, bar(100_700, 100_720)] }],
      ['a tick at least', { ...two, m1: barAgo(through, 1, { close: 100_504 }), atr: 10 }],
      ['volume', { ...two, rv: 1.19 }],
      ['volume, in a nervous market', { ...two, rv: 1.5, regime: 'HIGH' }],
      ['room up to overbought', { ...two, rsi: 70 }],
      ['a break in this session', { ...two, m1_before: 8 }],
      ['a level', { ...two, prices: {} }],
      ['a known ATR', { ...two, atr: Number.NaN }],
      ['an ATR above 0', { ...two, atr: 0 }],
    ],
    bare: { ...two, m1: barAgo(through, 0, { close: 100_540 }), rv: 1.2 },
    full: { ...retest, m1: barAgo(back, 0, { close: 100_820, high: 100_830 }), rv: 3, prices: {}, previous },
  },
  {
    name: 'a retest of the opening range',
    sound: retest,
    breaks: [
      ['coming back near enough', { ...retest, m1: barAgo(back, 0, { open: 100_590, low: 100_585 }) }],
      ['coming back not too deep', { ...retest, m1: barAgo(back, 0, { low: 100_415 }) }],
      ['a close in the direction', { ...retest, m1: barAgo(back, 0, { open: 100_605 }) }],
      ['a close beyond', { ...retest, m1: barAgo(back, 0, { close: 100_539 }) }],
      ['no close between that falls back', { ...retest, m1: barAgo(back, 1, { close: 100_415 }) }],
      ['six bars since the break', { ...retest, m1: [...back.slice(0, 10), ...still(3, 100_600, 10), ...back.slice(10)] }],
      ['volume', { ...retest, rv: 1.19 }],
    ],
    full: { ...retest, m1: barAgo(back, 0, { close: 100_820, high: 100_830 }), rv: 3 },
  },
  {
    name: 'the high of the previous day',
    sound: day,
    breaks: [
      ['a previous day', { ...day, previous: { high: Number.NaN, low: Number.NaN } }],
      ['volume', { ...day, rv: 1.19 }],
    ],
    bare: { ...day, m1: barAgo(through, 0, { close: 100_540 }), rv: 1.2 },
    full: { ...day, m1: barAgo(back, 0, { close: 100_820, high: 100_830 }), rv: 3 },
  },
  {
    name: 'the high of the session',
    sound: session,
    breaks: [
      [
        'a high older than 15 minutes',
        { ...session, m1: barAgo(barAgo(high_early, 22, { high: 100_430 }), 14, { high: LEVEL }) },
      ],
      ['a high beyond the opening range', { ...session, prices: { opening_high: LEVEL, opening_low: 99_000 } }],
      ['both closes', { ...session, m1: barAgo(high_early, 0, { close: 100_539 }) }],
    ],
    bare: { ...session, m1: barAgo(high_early, 0, { close: 100_540 }) },
    full: {
      ...session,
      m1: [...high_early.slice(0, -2), ...barAgo(back, 0, { close: 100_820, high: 100_830 }).slice(-5)],
      minute: high_early.length + 3,
      rv: 3,
    },
  },
  {
    name: 'a swing touched twice',
    sound: swing,
    breaks: [
      ['the second touch', { ...swing, m5: tops(100_410, LEVEL) }],
      ['a second touch of the same kind', { ...swing, m5: tops(LEVEL) }],
      ['being the furthest of its kind', { ...swing, m5: tops(100_440, LEVEL, 100_570) }],
      ['both closes', { ...swing, m1: barAgo(through, 1, { close: 100_539 }) }],
    ],
    bare: { ...swing, m1: barAgo(through, 0, { close: 100_540 }) },
    full: { ...swing, m1: barAgo(back, 0, { close: 100_820, high: 100_830 }), rv: 3, m5: tops(100_440, 100_450, 100_480, LEVEL) },
  },
]
