import { type KnockOut, steps, still } from '../../../support/knock-out.js'
import type { ViewFacts } from '../../../support/pattern-view.js'

const run = (step: number): ViewFacts['m1'] => [...still(30, 100_000, 60), ...steps(5, 100_000, step, 20)]
const prices = { vwap: 100_100, ema9: 100_300, ema9_before: 100_200, ema21: 100_150, ema21_before: 100_120 }
const sound: ViewFacts = { m1: run(140), atr: 450, rv: 2, rsi: 62, adx_5m: 30, prices }

export const cases: readonly KnockOut[] = [
  {
    name: 'run',
    mirror: 'downside_momentum',
    sound,
    breaks: [
      ['move in percent', { ...sound, m1: run(99), atr: 300 }],
      ['move in percent, in a nervous market', { ...sound, m1: run(139), rv: 5, regime: 'HIGH' }],
      ['move in ATR', { ...sound, atr: 710 }],
      ['price beyond VWAP', { ...sound, prices: { ...prices, vwap: 100_700 } }],
      ['fast average beyond the slow one', { ...sound, prices: { ...prices, ema21: 100_300 } }],
      ['fast average that rises', { ...sound, prices: { ...prices, ema9_before: 100_300 } }],
      ['slow average that rises', { ...sound, prices: { ...prices, ema21_before: 100_150 } }],
      ['volume', { ...sound, rv_over: 1.29 }],
      ['volume of the five minutes, not of one', { ...sound, rv: 9, rv_over: 1.2 }],
      ['volume, in a nervous market', { ...sound, m1: run(200), rv: 1.6, regime: 'HIGH' }],
      ['strength', { ...sound, rsi: 54.9 }],
      ['room up to overbought', { ...sound, rsi: 70 }],
      ['room up to overbought, in a calm market', { ...sound, rsi: 65, regime: 'LOW' }],
      ['a known ATR', { ...sound, atr: Number.NaN }],
      ['five bars of this session', { ...sound, m1_before: 30 }],
    ],
    bare: {
      ...sound,
      m1: [...still(30, 100_000, 60), ...steps(2, 100_000, -50, 20), ...steps(3, 99_900, 200, 20)],
      atr: 502.5,
      rv: 1.3,
      rsi: 55,
      adx_5m: 20,
    },
    full: { ...sound, m1: run(250), rv: 3.25, adx_5m: 40 },
  },
]
