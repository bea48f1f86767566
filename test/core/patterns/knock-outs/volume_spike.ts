import { barAgo, type KnockOut, still } from '../../../support/knock-out.js'
import type { ViewFacts } from '../../../support/pattern-view.js'

const bars = still(5, 100_000, 40)
const sound: ViewFacts = {
  m1: barAgo(bars, 0, { high: 100_720, low: 99_990, close: 100_700 }),
  rv: 5,
  rv3: 4,
  atr: 300,
  atr_1m: 100,
  obi5: 0.2,
}
const last = (facts: Partial<ViewFacts['m1'][number]>): Partial<ViewFacts> => ({ m1: barAgo(sound.m1, 0, facts) })

export const cases: readonly KnockOut[] = [
  {
    name: 'spike',
    sound,
    breaks: [
      ['volume of the bar', { ...sound, rv: 2.19 }],
      ['volume of the bar, in a nervous market', { ...sound, rv: 2.8, regime: 'HIGH' }],
      ['volume of three minutes', { ...sound, rv3: 1.49 }],
      ['move in percent', { ...sound, ...last({ close: 100_340, high: 100_350 }) }],
      ['move in ATR', { ...sound, atr_1m: 1500 }],
      ['a known volume', { ...sound, rv: Number.NaN, rv3: 4 }],
      ['a known ATR', { ...sound, atr_1m: Number.NaN }],
    ],
    bare: { ...sound, ...last({ close: 100_350, high: 100_500, low: 100_072 }), rv: 2.2, rv3: 1.5, atr_1m: 701, obi5: 0 },
    full: { ...sound, rv: 5.5, obi5: 0.4 },
  },
]
