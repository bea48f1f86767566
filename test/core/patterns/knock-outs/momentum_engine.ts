import { barAgo, type KnockOut, steps, still } from '../../../support/knock-out.js'
import type { ViewFacts } from '../../../support/pattern-view.js'

const rising = [...still(20, 100_000, 60, { volume: 1000 }), ...steps(5, 100_000, 100, 20, { volume: 1000 })]
const bars = barAgo(rising, 0, { volume: 4000 })
const prices = { vwap: 100_200, session_high: 100_520, session_low: 99_940 }
const sound: ViewFacts = { m1: bars, rv: 4, atr: 250, prices }
const own: Omit<KnockOut, 'name' | 'parameters' | 'mirror'> = {
  sound,
  breaks: [
    ['price above VWAP', { ...sound, prices: { ...prices, vwap: 100_500 } }],
    ['nearness to the high', { ...sound, prices: { ...prices, session_high: 101_010 } }],
    ['volume', { ...sound, m1: barAgo(bars, 0, { volume: 1990 }), rv: 1.99 }],
    ['volume, in a nervous market', { ...sound, m1: barAgo(bars, 0, { volume: 2500 }), rv: 2.5, regime: 'HIGH' }],
    ['a volume to compare with', { ...sound, m1: bars.map((bar, i) => ({ ...bar, volume: i < 24 ? 0 : 4000 })), rv: Number.NaN }],
    ['a bar that did not fall', { ...sound, m1: barAgo(bars, 0, { open: 100_501 }) }],
    ['09:30', { ...sound, minute: 14 }],
  ],
  bare: {
    ...sound,
    m1: barAgo(barAgo(bars, 0, { high: 100_510 }), 1, { high: 100_500 }),
    rv: 2,
    prices: { ...prices, vwap: 100_499, session_high: 101_003 },
  },
  full: { ...sound, rv: 5, prices: { ...prices, vwap: 100_100, session_high: 100_520 } },
}

export const cases: readonly KnockOut[] = [
  { name: 'mode 1', mirror: false, ...own },
  { name: 'mode 1 on both sides', parameters: { short: 1 }, ...own },
]
