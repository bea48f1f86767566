import type { Candle, Instrument } from '../market/index.js'

/** A trade as event bars see it. One object, reused: read it during the call. */
export interface BarTrade {
  /** Feed units. */
  price: number
  /** Traded since the snapshot before, in feed units of quantity; 0 for a value of an instrument without volume (an index). */
  volume: number
  /** Epoch second; never steps back within a session. */
  at_s: number
  /** Last known open interest, -1 = none. */
  oi: number
}

/** A bar that ends by what trades, not by the clock. It covers `[first_s, last_s + 1)`, so neighbours may share a second. */
export class EventBar {
  readonly first_s: number
  last_s: number
  open: number
  high: number
  low: number
  close: number
  volume = 0
  /** Sum of volume x price in feed units; exact below 2^53. */
  turnover = 0
  /** Trades taken, and those of them with volume. */
  tick_count = 0
  trade_count = 0
  oi = -1
  gap_volume = 0
  /** Cut before it was full, or over a gap. */
  broken = false

  constructor(open: number, at_s: number) {
    this.open = this.high = this.low = this.close = open
    this.first_s = this.last_s = at_s
  }

  add({ price, volume, at_s, oi }: BarTrade): void {
    if (price > this.high) this.high = price
    if (price < this.low) this.low = price
    this.close = price
    this.last_s = at_s
    this.volume += volume
    this.turnover += volume * price
    this.tick_count++
    if (volume > 0) this.trade_count++
    if (oi >= 0) this.oi = oi
  }

  /** Volume was learned over a gap while the bar was open; it is not part of it. */
  noteGap(volume: number): void {
    this.gap_volume += volume
    this.broken = true
  }

  toCandle(instrument: Instrument, interval: string, as: { complete: boolean; volume_na: boolean }): Candle {
    const end_s = this.last_s + 1
    return {
      instrument,
      interval,
      phase: 'continuous',
      open_time_ms: this.first_s * 1000,
      close_time_ms: end_s * 1000,
      open: this.open,
      high: this.high,
      low: this.low,
      close: this.close,
      volume: this.volume,
      turnover: this.turnover,
      oi: this.oi < 0 ? undefined : this.oi,
      tick_count: this.tick_count,
      trade_count: this.trade_count,
      complete: as.complete && !this.broken,
      expected_ms: (end_s - this.first_s) * 1000,
      gap_volume: this.gap_volume,
      synthetic_volume: false,
      synthetic: false,
      volume_na: as.volume_na,
      revision: 0,
      day: undefined,
    }
  }
}
