import { barAgo, type KnockOut, steps, still } from '../../../support/knock-out.js'
import type { ViewFacts } from '../../../support/pattern-view.js'

const fall = [
  ...still(25, 101_000, 50, { rsi: 50, volume: 1000, cvd: 0 }),
  ...steps(10, 101_000, -120, 20, { rsi: 35, volume: 1000, cvd: 0 }),
]
const exhausted = barAgo(fall, 0, { rsi: 24, high: 99_930 })
const turn = { volume: 3000, rsi: 33 }
const beyond = [...exhausted, { open: 99_810, close: 99_960, high: 99_970, low: 99_740, ...turn, cvd: 1000 }]
const close_beyond: ViewFacts = { m1: beyond, rv: 3, atr: 400, vwap_sigma: 300, prices: { vwap: 100_700 } }
const engulf = [...exhausted, { open: 99_795, close: 99_925, high: 99_990, low: 99_740, ...turn, cvd: 1000 }]
const engulfing: ViewFacts = { ...close_beyond, m1: engulf }
const older_low = barAgo(beyond, 18, { low: 99_700 })
const sold = barAgo(barAgo(beyond, 0, { low: 99_780 }), 3, { low: 99_730 })

export const cases: readonly KnockOut[] = [
  {
    name: 'a close beyond the bar before',
    sound: close_beyond,
    breaks: [
      ['volume', { ...close_beyond, rv: 1.59 }],
      ['volume, in a nervous market', { ...close_beyond, m1: barAgo(beyond, 1, { rsi: 20 }), rv: 2, regime: 'HIGH' }],
      ['length of the leg', { ...close_beyond, atr: 700 }],
      [
        'a leg within 15 bars',
        { ...close_beyond, m1: [...fall.slice(0, 25), ...still(12, 100_400, 60, { rsi: 50 }), ...beyond.slice(-4)] },
      ],
      ['a leg of this session', { ...close_beyond, m1_before: 30, minute: 30 }],
      ['an end in the last three bars', { ...close_beyond, m1: sold }],
      ['a new extreme', { ...close_beyond, m1: older_low, vwap_sigma: 500 }],
      ['oversold', { ...close_beyond, m1: barAgo(beyond, 1, { rsi: 30.1 }) }],
      ['oversold, in a nervous market', { ...close_beyond, m1: barAgo(beyond, 1, { rsi: 26 }), rv: 9, regime: 'HIGH' }],
      ['oversold within five bars', { ...close_beyond, m1: barAgo(barAgo(beyond, 1, { rsi: 33 }), 5, { rsi: 20 }) }],
      ['a close near the end', { ...close_beyond, m1: barAgo(beyond, 0, { high: 100_060 }) }],
      ['a close beyond the bar before', { ...close_beyond, m1: barAgo(beyond, 1, { high: 99_960 }) }],
    ],
    bare: {
      ...close_beyond,
      m1: barAgo(barAgo(barAgo(beyond, 1, { rsi: 30 }), 0, { cvd: 0, high: 100_015, rsi: 33 }), 12, { high: 101_050 }),
      atr: 620,
      rv: 1.6,
    },
    full: { ...close_beyond, m1: barAgo(barAgo(beyond, 1, { rsi: 15 }), 0, { cvd: 2000 }), atr: 320, rv: 4 },
  },
  {
    name: 'an engulfing bar',
    sound: engulfing,
    breaks: [
      ['a contrary body before', { ...engulfing, m1: barAgo(engulf, 1, { open: 99_790 }) }],
      ['an open beyond the close before', { ...engulfing, m1: barAgo(engulf, 0, { open: 99_805 }) }],
      ['a close beyond the open before', { ...engulfing, m1: barAgo(engulf, 0, { close: 99_919 }) }],
      ['a larger body', { ...engulfing, m1: barAgo(engulf, 0, { open: 99_800, close: 99_920 }) }],
      ['volume', { ...engulfing, rv: 1.59 }],
    ],
    bare: { ...engulfing, m1: barAgo(barAgo(engulf, 1, { rsi: 30 }), 0, { cvd: 0 }), atr: 620, rv: 1.6 },
    full: { ...engulfing, m1: barAgo(barAgo(engulf, 1, { rsi: 15 }), 0, { cvd: 2000 }), atr: 320, rv: 4 },
  },
  {
    name: 'an extreme of VWAP only',
    sound: { ...close_beyond, m1: older_low },
    breaks: [
      ['two deviations', { ...close_beyond, m1: older_low, vwap_sigma: 490 }],
      ['a deviation above 0', { ...close_beyond, m1: older_low, vwap_sigma: 0 }],
    ],
    bare: { ...close_beyond, m1: barAgo(barAgo(older_low, 1, { rsi: 30 }), 0, { cvd: 0 }), vwap_sigma: 470, atr: 620, rv: 1.6 },
    full: { ...close_beyond, m1: barAgo(barAgo(older_low, 1, { rsi: 15 }), 0, { cvd: 2000 }), atr: 320, rv: 4 },
  },
  {
    name: 'an extreme of 20 bars only',
    sound: { ...close_beyond, prices: {}, vwap_sigma: Number.NaN },
    breaks: [['a new low', { ...close_beyond, m1: older_low, prices: {} }]],
    bare: { ...close_beyond, m1: barAgo(barAgo(beyond, 1, { rsi: 30 }), 0, { cvd: 0 }), prices: {}, atr: 620, rv: 1.6 },
    full: { ...close_beyond, m1: barAgo(barAgo(beyond, 1, { rsi: 15 }), 0, { cvd: 2000 }), prices: {}, atr: 320, rv: 4 },
  },
]
