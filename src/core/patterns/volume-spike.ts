import type { PatternDefinition } from './pattern.js'
import { directionOf, type Side } from './side.js'

const ATR_STOP = 1.5
const ATR_TARGET = 2

/**
 * Far more volume than usual, for three minutes, and the price moves with it. A bar that gives most of its move back has no direction: it is
 * told, with nothing to trade.
 *
 * Reading: the ATR of the move is that of a minute, in the score as in the trigger; stop and target take the one of five minutes, and are not
 * known before there is one. M is on the volume of the bar alone, the only threshold 5.1 puts it on.
 */
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
      const { ask, bar, rv, rv3, atr } = view
      const threshold = rv_min * view.factors.volume
      if (!(ask.atLeast('rv', rv, threshold) && ask.atLeast('rv3', rv3, rv3_min))) return undefined
      const { atr_1m_pct } = view
      const move = view.r(1)
      const move_min = Math.max(move_pct_min, move_atr_min * atr_1m_pct)
      if (!ask.atLeast('move_pct', Math.abs(move), move_min)) return undefined
      const side: Side = move > 0 ? 1 : -1
      const clv = view.m1.clv(0) * side
      ask.parts('direction')
      const is_held = ask.atLeast('clv', clv, clv_min)
      ask.is('direction', true)
      const { value, missing } = ask.score([
        ['rv', 0.45, rv, threshold, 2.5 * threshold],
        ['move', 0.3, Math.abs(move) / atr_1m_pct, 0.5, 2],
        ['clv', 0.15, clv, 0.3, 0.9],
        ['obi5', 0.1, view.obi5 * side, 0, 0.4],
      ])
      return {
        direction: is_held ? directionOf(side) : 'NEUTRAL',
        score: value,
        missing,
        ...(is_held
          ? {
              entry: bar.close,
              stop: bar.close - side * ATR_STOP * atr,
              targets: [bar.close + side * ATR_TARGET * atr],
              invalidation: side > 0 ? bar.low : bar.high,
            }
          : {}),
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
