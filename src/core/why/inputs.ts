import type { Candle } from '../market/index.js'
import type { PatternView, Regime, RegimeFactors } from '../patterns/index.js'

/** What detectors saw of an instrument at one moment, as far as people ask about it. Prices in feed units, percentages in percent; NaN: not known. */
export interface Inputs {
  /** The newest minute bar. */
  readonly bar: Candle
  readonly atr: number
  readonly atr_1m: number
  readonly rv: number
  readonly rv_source: PatternView['rv_source']
  readonly rv3: number
  /** Of the close over the bar. */
  readonly change_pct: number
  readonly vwap: number
  readonly ema9: number
  readonly ema21: number
  readonly rsi: number
  readonly adx_5m: number
  readonly trend_15m: -1 | 0 | 1
  readonly cvd: number
  readonly session_high: number
  readonly session_low: number
  /** Undefined while India VIX is not known: NORMAL is taken. */
  readonly regime: Regime | undefined
  readonly factors: RegimeFactors
  readonly vix: number
  readonly obi5: number
  readonly mid: number
  readonly spread_bps: number
  readonly stale_ms: number
  /** Volume of the instrument that was told too late for its bar, so far this session. */
  readonly late_volume: number
  readonly has_volume: boolean
  /** Earlier sessions of this instrument, or of its underlying, are known. */
  readonly has_baseline: boolean
  /** Which instrument of its underlying strategies are asked of; undefined before one has had a bar. */
  readonly lead: string | undefined
}

/** The view is borrowed: this is a copy. */
export function inputsOf(view: PatternView, late_volume: number): Inputs {
  const { group, market } = view
  return {
    bar: view.bar,
    atr: view.atr,
    atr_1m: view.atr_1m,
    rv: view.rv,
    rv_source: view.rv_source,
    rv3: view.rv3,
    change_pct: view.r(1),
    vwap: view.vwap,
    ema9: view.ema9,
    ema21: view.ema21,
    rsi: view.rsi,
    adx_5m: view.adx_5m,
    trend_15m: view.trend_15m,
    cvd: view.cvd,
    session_high: view.session_high,
    session_low: view.session_low,
    regime: market.regime,
    factors: view.factors,
    vix: view.vix,
    obi5: view.obi5,
    mid: view.mid,
    spread_bps: view.spread_bps,
    stale_ms: view.stale_ms,
    late_volume,
    has_volume: view.has_volume,
    has_baseline: view.baseline !== undefined || market.baseline?.ofUnderlying(group.underlying) !== undefined,
    lead: group.lead?.instrument.symbol,
  }
}
