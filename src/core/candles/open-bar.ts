import type { BarPhase, Candle, DayFigures, Instrument } from '../market/index.js'
import { FlowBuilder } from './flow-builder.js'

/** A bar that can still change. Seconds are epoch seconds; the bar covers `[start_s, end_s)`. */
export class OpenBar {
  readonly start_s: number
  readonly end_s: number
  readonly phase: BarPhase
  open = 0
  high = 0
  low = 0
  close = 0
  /** Trade seconds of open and close: they decide which price is first and last, whatever the order of arrival. */
  open_s = 0
  close_s = 0
  volume = 0
  turnover = 0
  oi = -1
  tick_count = 0
  trade_count = 0
  gap_volume = 0
  has_price = false
  synthetic_volume = false
  /** Known to be incomplete before it closes. */
  broken = false
  revision = 0
  /** When the bar becomes final: exchange second, or virtual time. */
  due_exchange_s = 0x7fffffff
  due_clock_ms = Number.POSITIVE_INFINITY
  /** Due, but a connection that carries it must be heard first. */
  parked = false
  /** Where the run asks for it. */
  flow: FlowBuilder | undefined

  constructor(start_s: number, end_s: number, phase: BarPhase) {
    this.start_s = start_s
    this.end_s = end_s
    this.phase = phase
  }

  /** A price traded at `at_s`. Of two at the same second the later told is the later. */
  trade(price: number, at_s: number): void {
    if (!this.has_price) {
      this.open = this.high = this.low = this.close = price
      this.open_s = this.close_s = at_s
      this.has_price = true
      return
    }
    if (price > this.high) this.high = price
    if (price < this.low) this.low = price
    if (at_s >= this.close_s) {
      this.close = price
      this.close_s = at_s
    } else if (at_s < this.open_s) {
      this.open = price
      this.open_s = at_s
    }
  }

  /** A late snapshot: high and low only. */
  widen(price: number): void {
    if (price > this.high) this.high = price
    if (price < this.low) this.low = price
  }

  /** Rolls a finer bar of the same instrument in. */
  fold(finer: OpenBar): void {
    if (finer.has_price) {
      if (!this.has_price) {
        this.open = finer.open
        this.high = finer.high
        this.low = finer.low
        this.close = finer.close
        this.open_s = finer.open_s
        this.close_s = finer.close_s
        this.has_price = true
      } else {
        this.widen(finer.high)
        this.widen(finer.low)
        if (finer.close_s >= this.close_s) {
          this.close = finer.close
          this.close_s = finer.close_s
        }
        if (finer.open_s < this.open_s) {
          this.open = finer.open
          this.open_s = finer.open_s
        }
      }
    }
    this.volume += finer.volume
    this.turnover += finer.turnover
    if (finer.oi >= 0) this.oi = finer.oi
    this.tick_count += finer.tick_count
    this.trade_count += finer.trade_count
    this.gap_volume += finer.gap_volume
    this.synthetic_volume ||= finer.synthetic_volume
    this.broken ||= finer.broken
  }

  /** And its flow; the bar of a day keeps none, it would hold all trades of the day. */
  foldFlow({ flow }: OpenBar): void {
    if (flow === undefined) return
    this.flow ??= new FlowBuilder()
    this.flow.fold(flow)
  }

  toCandle(
    instrument: Instrument,
    interval: string,
    as: { complete: boolean; volume_na: boolean; synthetic: boolean; day: DayFigures | undefined },
  ): Candle {
    return {
      instrument,
      interval,
      phase: this.phase,
      open_time_ms: this.start_s * 1000,
      close_time_ms: this.end_s * 1000,
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
      expected_ms: (this.end_s - this.start_s) * 1000,
      gap_volume: this.gap_volume,
      synthetic_volume: this.synthetic_volume,
      synthetic: as.synthetic,
      volume_na: as.volume_na,
      revision: this.revision,
      day: as.day,
      flow: this.flow,
    }
  }
}
