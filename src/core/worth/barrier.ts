import { MINUTE_MS, type TimestampMs } from '../time/index.js'
import { toleranceOf } from './horizon.js'

/** Trades farther apart do not continue each other: the later one opens anew. The length of a gap (docs/candles.md). */
export const SILENCE_MS = 15_000

/** +1 the target came first, -1 the stop, 0 neither in time. */
export type Label = 1 | 0 | -1

/** Which way the price must go: +1 bought, -1 sold. */
export type Sign = 1 | -1

/** How a trade between target, stop and time would have ended. */
export interface BarrierOutcome {
  readonly label: Label
  /** Feed units; NaN when time ran out and the last trade is too old to say. */
  readonly exit_price: number
  /** When it was known: the trade, the end of the bar, or the time that ran out. */
  readonly exit_ms: TimestampMs
  /** Stop and target in one bar: counted as stopped. */
  readonly is_ambiguous: boolean
}

/** What bounds a trade. Prices in feed units. */
export interface BarrierSetup {
  readonly sign: Sign
  readonly entry: number
  readonly entry_ms: TimestampMs
  readonly target: number
  readonly stop: number
  /** The last moment that counts. */
  readonly expires_ms: TimestampMs
  /** A barrier is reached only when traded through by this much. */
  readonly tick: number
  /** `bars`: minutes that begin at or after the entry, and single trades only up to the first of them. */
  readonly from: 'ticks' | 'bars'
}

/** A minute, in feed units. */
export interface PriceBar {
  readonly open_time_ms: TimestampMs
  readonly close_time_ms: TimestampMs
  readonly open: number
  readonly high: number
  readonly low: number
}

/** Triple barrier (Lopez de Prado, Advances in Financial Machine Learning, 2018, chapter 3), fed in order of virtual time. */
export class Barrier {
  readonly #setup: BarrierSetup
  readonly #bars_from_ms: TimestampMs
  #outcome: BarrierOutcome | undefined
  /** With bars: time has run out, but the last bars before it are still to come. */
  #expired: BarrierOutcome | undefined

  constructor(setup: BarrierSetup) {
    this.#setup = setup
    this.#bars_from_ms = setup.from === 'bars' ? Math.ceil(setup.entry_ms / MINUTE_MS) * MINUTE_MS : Number.POSITIVE_INFINITY
  }

  /** Undefined while it is open. */
  get outcome(): BarrierOutcome | undefined {
    return this.#outcome
  }

  /** A trade after the entry. `opens_anew`: the one before is too long ago for this one to have come through the prices between. */
  onTrade(price: number, at_ms: TimestampMs, opens_anew: boolean): void {
    if (at_ms >= this.#bars_from_ms || at_ms > this.#setup.expires_ms) return
    this.#step(opens_anew ? price : Number.NaN, price, price, at_ms)
  }

  onBar({ open_time_ms, close_time_ms, open, high, low }: PriceBar): void {
    const { expires_ms } = this.#setup
    if (open_time_ms < this.#bars_from_ms) return
    if (close_time_ms <= expires_ms) this.#step(open, high, low, close_time_ms)
    else this.#outcome ??= this.#expired
  }

  /** All that was received before `at_ms` has been told; the last trade then. */
  settleBefore(at_ms: TimestampMs, last_price: number, last_trade_ms: TimestampMs): void {
    const { expires_ms, entry_ms, from } = this.#setup
    if (this.#outcome !== undefined || this.#expired !== undefined || !(expires_ms < at_ms)) return
    const is_known = expires_ms - last_trade_ms <= toleranceOf(expires_ms - entry_ms)
    this.#expired = { label: 0, exit_price: is_known ? last_price : Number.NaN, exit_ms: expires_ms, is_ambiguous: false }
    if (from === 'ticks') this.#outcome = this.#expired
  }

  /** No bar can come any more. */
  finish(): void {
    this.#outcome ??= this.#expired
  }

  /** Beyond a barrier from the open on: out at the open. Both in one bar: the stop came first. */
  #step(open: number, high: number, low: number, at_ms: TimestampMs): void {
    if (this.#outcome !== undefined) return
    const { sign, target, stop } = this.#setup
    const [best, worst] = sign > 0 ? [high, low] : [low, high]
    const end = (label: Label, exit_price: number, is_ambiguous = false): void => {
      this.#outcome = { label, exit_price, exit_ms: at_ms, is_ambiguous }
    }
    if (this.#isThrough(stop, open, -sign)) end(-1, open)
    else if (this.#isThrough(target, open, sign)) end(1, open)
    else if (this.#isThrough(stop, worst, -sign)) end(-1, stop, this.#isThrough(target, best, sign))
    else if (this.#isThrough(target, best, sign)) end(1, target)
  }

  #isThrough(barrier: number, price: number, sign: number): boolean {
    return sign * (price - barrier) >= this.#setup.tick
  }
}
