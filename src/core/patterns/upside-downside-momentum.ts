import type { BarSeries } from './bar-series.js'
import type { Detector, PatternDefinition } from './pattern.js'
import { ahead, directionOf, rsiFrom, type Side } from './side.js'

const BARS = 5
const ATR_STOP = 1
const TARGET_R = 2

type Name = 'move_pct_min' | 'move_atr_min' | 'rv_min' | 'rsi_min'

/** The price runs up, on the buyers' side of its averages, with volume, and is not overbought. */
export const upsideMomentum = momentumTo(1, 'upside_momentum', 'Rises for five minutes above VWAP and averages, with volume')

/** The same the other way. */
export const downsideMomentum = momentumTo(-1, 'downside_momentum', 'Falls for five minutes below VWAP and averages, with volume')

/**
 * Readings: the move is over five bars of a minute, so the volume is that of the same five minutes against the usual five. A bar is "in direction"
 * when it closes beyond the close before it. The 30 bars of data that 5.4 asks for are there when the ATR is.
 */
function momentumTo(side: Side, id: string, summary: string): PatternDefinition<Name> {
  return {
    id,
    summary,
    category: 'momentum',
    source: 'domain 5.4 and 5.5; move 0.5 % and limits of RSI by VIX from the public code',
    priority: 50,
    cooldown_min: 15,
    needs: ['volume'],
    parameters: {
      move_pct_min: { default: 0.5, min: 0, max: 20, doc: 'Move over five bars, percent, times the factor of the regime' },
      move_atr_min: { default: 1, min: 0, max: 10, doc: 'The same in ATR of five minutes' },
      rv_min: { default: 1.3, min: 0, max: 20, doc: 'Relative volume of the five minutes, times the factor of the regime' },
      rsi_min: {
        default: 55,
        min: 0,
        max: 100,
        doc: 'RSI 14 from here up to overbought; when falling 100 less it down to oversold',
      },
    },
    create: (parameters) => detectorOf(side, parameters),
  }
}

function detectorOf(side: Side, { move_pct_min, move_atr_min, rv_min, rsi_min }: Readonly<Record<Name, number>>): Detector {
  return (view) => {
    const { ask, bar, vwap, ema9, ema21, ema9_before, ema21_before, atr, atr_pct, factors } = view
    const move = side * view.r(BARS)
    const move_min = Math.max(move_pct_min * factors.move, move_atr_min * atr_pct)
    if (!ask.atLeast('move_pct', move, move_min)) return undefined
    const beyond_vwap_pct = (100 * side * (bar.close - vwap)) / vwap
    const ema_spread_pct = (100 * side * (ema9 - ema21)) / ema21
    const ema9_rise_pct = (100 * side * (ema9 - ema9_before)) / ema9_before
    const ema21_rise_pct = (100 * side * (ema21 - ema21_before)) / ema21_before
    if (!(ask.above('beyond_vwap_pct', beyond_vwap_pct, 0) && ask.above('ema_spread_pct', ema_spread_pct, 0))) return undefined
    if (!(ask.above('ema9_rise_pct', ema9_rise_pct, 0) && ask.above('ema21_rise_pct', ema21_rise_pct, 0))) return undefined
    const rsi = rsiFrom(side, view.rsi)
    if (!(ask.atLeast('rsi', rsi, rsi_min) && ask.below('rsi', rsi, factors.overbought))) return undefined
    const rv = view.relativeVolume(BARS)
    const threshold = rv_min * factors.volume
    if (!ask.atLeast('rv_5m', rv, threshold)) return undefined
    const share = shareInDirection(view.m1, side)
    const { value, missing } = ask.score([
      ['move', 0.35, move / atr_pct, 1, 2.5],
      ['rv', 0.25, rv, threshold, 2.5 * threshold],
      ['adx_5m', 0.2, view.adx_5m, 20, 40],
      ['share', 0.2, share, 0.6, 1],
    ])
    const stop = ahead(side, vwap, bar.close - side * ATR_STOP * atr)
    return {
      direction: directionOf(side),
      score: value,
      missing,
      entry: bar.close,
      stop,
      targets: [bar.close + TARGET_R * (bar.close - stop)],
      invalidation: vwap,
      evidence: {
        move_pct: side * move,
        move_pct_min: move_min,
        beyond_vwap_pct,
        beyond_vwap_pct_min: 0,
        ema_spread_pct,
        ema_spread_pct_min: 0,
        ema9_rise_pct,
        ema21_rise_pct,
        ema_rise_pct_min: 0,
        rv_5m: rv,
        rv_min: threshold,
        rsi: view.rsi,
        rsi_from: rsiFrom(side, rsi_min),
        rsi_before: rsiFrom(side, factors.overbought),
      },
    }
  }
}

function shareInDirection(m1: BarSeries, side: Side): number {
  let bars = 0
  for (let ago = 0; ago < BARS; ago++) if (side * (m1.close(ago) - m1.close(ago + 1)) > 0) bars++
  return bars / BARS
}
