import { barAgo, type KnockOut, still } from '../../../support/knock-out.js'
import type { BarFacts, ViewFacts } from '../../../support/pattern-view.js'

const range = still(23, 100_000, 100)
const minutes = (close: number): BarFacts[] => barAgo(still(6, 100_000, 40), 0, { close, high: close + 10 })
const closing = (close: number, { m5 = range }: { m5?: readonly BarFacts[] } = {}): Pick<ViewFacts, 'm1' | 'm5'> => ({
  m1: minutes(close),
  m5: barAgo(m5, 0, { close, high: close + 10 }),
})
const averages = { ema9: 100_300, ema21: 100_100 }
const one: ViewFacts = { ...closing(100_700), atr: 400, rv: 3, prices: averages }
const first_outside = barAgo(range, 1, { close: 100_110, high: 100_120 })
const two: ViewFacts = { ...closing(100_420, { m5: first_outside }), atr: 800, rv: 3, prices: averages }

export const cases: readonly KnockOut[] = [
  {
    name: 'one close far beyond',
    sound: one,
    breaks: [
      ['persistence', { ...one, atr: 1300 }],
      ['a level that nothing passed', { ...one, m5: barAgo(one.m5 ?? [], 12, { high: 100_690 }) }],
      ['the oldest bar of the level', { ...one, m5: barAgo(one.m5 ?? [], 20, { high: 100_690 }) }],
      ['move in percent', { ...one, ...closing(100_290), atr: 200 }],
      ['volume', { ...one, rv_over: 1.79 }],
      ['volume, in a nervous market', { ...one, rv_over: 2.3, regime: 'HIGH' }],
      ['volume of the five minutes, not of one', { ...one, rv: 9, rv_over: 1.7 }],
      ['a bar of five minutes that closes now', { ...one, m5_age: 1 }],
      ['a bar before it in this session', { ...one, m5_before: 22 }],
      ['20 bars', { ...one, m5: (one.m5 ?? []).slice(4) }],
      ['a known ATR', { ...one, atr: Number.NaN }],
    ],
    bare: { ...one, ...closing(100_300), atr: 400, rv: 1.8, prices: { ema9: 100_000, ema21: 100_100 } },
    full: { ...one, rv: 4.5 },
  },
  {
    name: 'two closes',
    sound: two,
    breaks: [
      ['the first close', { ...two, m5: barAgo(two.m5 ?? [], 1, { close: 100_100 }) }],
      ['distance from the level', { ...two, atr: 3300 }],
      ['move in percent', { ...two, ...closing(100_400, { m5: first_outside }) }],
      ['volume', { ...two, rv_over: 1.79 }],
    ],
    bare: { ...two, atr: 3100, rv: 1.8, prices: { ema9: 100_000, ema21: 100_100 } },
    full: { ...two, atr: 400, rv: 4.5 },
  },
]
