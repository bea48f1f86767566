import { barAgo, type KnockOut } from '../../../support/knock-out.js'
import type { BarFacts, ViewFacts } from '../../../support/pattern-view.js'

/** Minutes that stand still, of which `share` is bought net. */
function minutes({ count = 65, share = 0.25, obi = 0.25, rv = 1.5, oi = 10 }: Record<string, number> = {}): BarFacts[] {
  return Array.from({ length: count }, (_, i) => ({
    open: 100_000,
    close: 100_000,
    high: 100_100,
    low: 99_900,
    volume: 1000,
    cvd: 1000 * share * (i + 1),
    obi,
    rv,
    oi: 100_000 + oi * i,
  }))
}
const sound: ViewFacts = { m1: minutes(), atr: 150, atr_15m: 260, usual_range_30m: 200, rsi: 55 }
const future: ViewFacts = { ...sound, m1: minutes({ oi: 50 }), instrument_type: 'FUT' }

export const cases: readonly KnockOut[] = [
  {
    name: 'a stock',
    sound,
    breaks: [
      ['60 bars', { ...sound, m1: minutes({ count: 59 }) }],
      ['60 bars of this session', { ...sound, m1_before: 6 }],
      ['a close where it was', { ...sound, m1: barAgo(sound.m1, 30, { close: 99_815 }) }],
      ['a narrow range', { ...sound, usual_range_30m: 166 }],
      ['a known usual range', { ...sound, usual_range_30m: Number.NaN }],
      ['a known ATR of 15 minutes', { ...sound, atr_15m: Number.NaN }],
      ['volume', { ...sound, m1: minutes({ rv: 1.19 }) }],
      ['volume that is not striking', { ...sound, m1: minutes({ rv: 2.01 }) }],
      ['buying', { ...sound, m1: minutes({ share: 0.119 }) }],
      ['bids', { ...sound, m1: minutes({ obi: 0.099 }) }],
      ['RSI not low', { ...sound, rsi: 44.9 }],
      ['RSI not high', { ...sound, rsi: 65.1 }],
    ],
    bare: { ...sound, m1: minutes({ share: 0.1201, obi: 0.1001, rv: 1.2 }) },
    // Without open interest a fifth of the score is out of reach.
    full: { ...future, m1: minutes({ share: 0.36, obi: 0.31, rv: 1.8, oi: 80 }) },
  },
  {
    name: 'a future',
    sound: future,
    breaks: [
      ['open interest at the beginning', { ...future, m1: barAgo(future.m1, 30, { oi: 0 }) }],
      ['open interest that rises', { ...future, m1: minutes({ oi: 16 }) }],
      ['buying', { ...future, m1: minutes({ oi: 50, share: 0.119 }) }],
    ],
    bare: { ...future, m1: minutes({ share: 0.1201, obi: 0.1001, rv: 1.2, oi: 18 }) },
    full: { ...future, m1: minutes({ share: 0.36, obi: 0.31, rv: 1.8, oi: 80 }) },
  },
]
