import type { PatternDefinition } from './pattern.js'
import { sat, scoreOf } from './score.js'

const ATR_STOP = 1.5
const ATR_TARGET = 2

/** Far more volume than usual, for three minutes, and the price moves with it. */
export const volumeSpike: PatternDefinition<'rv_min' | 'move_pct_min' | 'move_atr_min' | 'rv3_min' | 'clv_min'> = {
  id: 'volume_spike',
  summary: 'Far more volume than usual at this time of day, and the price moves with it',
  category: 'volume',
  source: 'domain 5.1; volume ratio 2.2, move 0.35 % and three minutes from the public code',
  priority: 70,
  cooldown_min: 15,
  needs: ['volume'],
  parameters: {
    rv_min: { default: 2.2, min: 1, max: 20, doc: 'Relative volume of the bar, times the factor of the regime' },
    move_pct_min: { default: 0.35, min: 0, max: 10, doc: 'Move over the bar, percent' },
    move_atr_min: { default: 0.5, min: 0, max: 5, doc: 'The same in ATR of a minute' },
    rv3_min: { default: 1.5, min: 0, max: 20, doc: 'Relative volume of three minutes' },
    clv_min: { default: 0.3, min: -1, max: 1, doc: 'Close location in the direction of the move; below it the alert is NEUTRAL' },
  },
  create:
    ({ rv_min, move_pct_min, move_atr_min, rv3_min, clv_min }) =>
    (view) => {
      const { bar, rv, rv3, atr, atr_1m_pct, factors } = view
      const threshold = rv_min * factors.volume
      const move = view.r(1)
      const move_min = Math.max(move_pct_min, move_atr_min * atr_1m_pct)
      if (!(rv >= threshold && Math.abs(move) >= move_min && rv3 >= rv3_min)) return undefined
      const sign = move > 0 ? 1 : -1
      const clv = view.m1.clv(0) * sign
      const direction = clv >= clv_min ? (sign > 0 ? 'BUY' : 'SELL') : 'NEUTRAL'
      const { value, missing } = scoreOf([
        ['rv', 0.45, sat(rv, threshold, 2.5 * threshold)],
        ['move', 0.3, sat(Math.abs(move) / atr_1m_pct, 0.5, 2)],
        ['clv', 0.15, sat(clv, 0.3, 0.9)],
        ['obi5', 0.1, sat(view.obi5 * sign, 0, 0.4)],
      ])
      return {
        direction,
        score: value,
        missing,
        entry: bar.close,
        stop: bar.close - sign * ATR_STOP * atr,
        targets: [bar.close + sign * ATR_TARGET * atr],
        invalidation: sign > 0 ? bar.low : bar.high,
        evidence: {
          rv,
          rv_min: threshold,
          rv_source: view.rv_source,
          rv3,
          rv3_min,
          move_pct: move,
          move_pct_min: move_min,
          clv,
          clv_min,
        },
      }
    },
}
