import { barAgo, type KnockOut, steps, still } from '../../../support/knock-out.js'
import type { BarFacts, ViewFacts } from '../../../support/pattern-view.js'

/** Falls to a low, up, falls to a lower low on less volume and less selling, up for two bars: the second low is confirmed by the last bar. */
export function twoLows({
  second = 99_500,
  cvd = [-5000, -3000],
  rv = [2, 1],
  rsi = [30, 35],
  top = 100_300,
  lead = 25,
  first_bars = 4,
} = {}): BarFacts[] {
  const facts = (i: 0 | 1): Partial<BarFacts> => ({
    cvd: cvd[i] as number,
    rv: rv[i] as number,
    rsi: rsi[i] as number,
    volume: 1000,
  })
  const leg = (from: number, to: number, bars: number, i: 0 | 1): BarFacts[] =>
    barAgo(steps(bars, from, (to - from) / bars, 10, facts(i)), 0, to > from ? { high: to + 15 } : { low: to - 15 })
  return [
    ...still(lead, 100_000, 10, facts(0)),
    ...leg(100_000, 100_400, 3, 0),
    ...leg(100_400, 99_600, first_bars, 0),
    ...leg(99_600, top, 4, 0),
    ...leg(top, second, 4, 1),
    ...leg(second, second + 100, 2, 1),
  ]
}
const sound: ViewFacts = { m1: twoLows(), atr: 200, rv: 1, prices: { vwap: 100_100 } }
const effort: ViewFacts = {
  m1: [...still(21, 100_000, 300), ...steps(20, 100_000, -50, 20), { open: 99_000, high: 99_020, low: 98_960, close: 99_005 }],
  atr: 400,
  rv: 2.5,
  prices: { vwap: 99_600 },
}
const at_low = (facts: Partial<BarFacts>): ViewFacts => ({ ...effort, m1: barAgo(effort.m1, 0, facts) })
const slide = (step: number): ViewFacts => ({
  m1: [...still(40, 100_000, 60), ...steps(5, 100_000, -step, 20)],
  atr: 300,
  rv: 0.6,
  prices: { vwap: 100_100 },
})

export const cases: readonly KnockOut[] = [
  {
    name: 'divergence',
    sound,
    breaks: [
      ['a swing beyond the first', { ...sound, m1: twoLows({ second: 99_565 }) }],
      ['a delta that does not follow', { ...sound, m1: twoLows({ cvd: [-5000, -5000] }) }],
      ['a leg on less volume', { ...sound, m1: twoLows({ rv: [2, 1.7] }) }],
      [
        'a swing confirmed by this bar',
        { ...sound, m1: [...twoLows(), ...still(1, 99_600, 10, { cvd: -3000, rv: 1, rsi: 35 })] },
      ],
      ['a first swing', { ...sound, m1: [...still(40, 100_300, 10, { cvd: 0, rv: 2 }), ...twoLows().slice(-6)] }],
      ['a swing that is confirmed', { ...sound, m1: twoLows().slice(0, -1) }],
      ['40 bars', { ...sound, m1: twoLows({ lead: 22 }) }],
      ['legs of this session', { ...sound, m1_before: 28, minute: 60 }],
      ['legs within 40 bars', { ...sound, m1: twoLows({ first_bars: 32 }) }],
      ['a known volume of the legs', { ...sound, m1: twoLows({ rv: [2, Number.NaN] }) }],
      ['a known ATR', { ...sound, atr: Number.NaN }],
    ],
    bare: { ...sound, m1: twoLows({ second: 99_555, cvd: [-5000, -4999], rv: [2, 1.59], rsi: [30, 30] }), atr: 224 },
    full: { ...sound, atr: 100, m1: twoLows({ cvd: [-5000, -2500] }) },
  },
  {
    name: 'divergence by OBV',
    sound: {
      ...sound,
      m1: twoLows({ cvd: [Number.NaN, Number.NaN] }).map((bar, i) => ({ ...bar, volume: i > 35 ? 800 : 1200 })),
    },
    breaks: [
      [
        'an OBV that does not follow',
        { ...sound, m1: twoLows({ cvd: [Number.NaN, Number.NaN] }).map((bar, i) => ({ ...bar, volume: i > 35 ? 1500 : 1200 })) },
      ],
    ],
    bare: { ...sound, m1: twoLows({ second: 99_555, cvd: [-5000, -4999], rv: [2, 1.59], rsi: [30, 30] }), atr: 224 },
    full: { ...sound, atr: 100, m1: twoLows({ cvd: [-5000, -2500] }) },
  },
  {
    name: 'effort without result',
    sound: effort,
    breaks: [
      ['effort', { ...effort, rv: 1.49 }],
      ['effort, in a nervous market', { ...effort, rv: 1.9, regime: 'HIGH' }],
      ['no result', { ...effort, atr: 49 }],
      ['the edge', at_low({ low: 98_800 })],
      ['the edge of 20 bars', { ...effort, m1: [...still(42, 99_000, 300)] }],
      ['40 bars', { ...effort, m1: effort.m1.slice(-39) }],
      ['a known ATR', { ...effort, atr: Number.NaN }],
    ],
    bare: { ...effort, atr: 51, rv: 1.5 },
    full: { ...at_low({ close: 99_000 }), rv: 3 },
  },
  {
    name: 'weak rally',
    sound: slide(120),
    breaks: [
      ['move in percent', slide(100)],
      ['move in percent, in a nervous market', { ...slide(135), regime: 'HIGH' }],
      ['weak volume', { ...slide(120), rv_over: 0.8 }],
      ['weak volume of all five minutes', { ...slide(120), rv: 0.2, rv_over: 0.9 }],
      ['40 bars', { ...slide(120), m1: slide(120).m1.slice(-39) }],
      ['five bars of this session', { ...slide(120), m1_before: 40 }],
    ],
    bare: { ...slide(101), rv_over: 0.799 },
    full: { ...slide(205), rv_over: 0.4 },
  },
]
