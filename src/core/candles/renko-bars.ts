import { usageError } from '../errors.js'
import type { BarBuilder, BarKind } from './bar-kind.js'
import { type BarTrade, EventBar } from './event-bar.js'

/** A trade that would draw more bricks than this is a fault or a misfit brick: bricks begin anew at its price, and the one under way ends broken. */
export const BRICKS_PER_TRADE_MAX = 10_000

/**
 * Bricks of a fixed height in rupees, whatever time they take. The first begins at the first price of the session. A brick follows in the same
 * direction when price is one brick beyond the last one's close, and in the other when it is two bricks back.
 *
 * One trade may draw several bricks: they share its second, and all volume since the brick before belongs to the first of them, so volume adds
 * up. Open and close are the brick's edges and equal high and low; vwap tells where it really traded and may lie outside. The unfinished brick
 * at the end of a session is incomplete and shows where price stood. Values of an index count, so an index has bricks too.
 */
export const renkoBars: BarKind = {
  name: 'renko',
  summary: 'bricks of B rupees; a reversal takes two',
  example: '10',
  size: { min: 0.0001, max: 1_000_000, decimals: 4 },
  why_size: 'give the brick in rupees; the usual one, a quarter of the ATR of 14 days, needs days that a recording does not have',
  label: (size) => `renko${size}`,
  create({ size, instrument, tell }) {
    const brick = Math.round(size * instrument.price_divisor)
    // Both sides are the nearest double to the same decimal if, and only if, the brick is whole.
    if (brick < 1 || brick / instrument.price_divisor !== size) {
      throw usageError(
        'bad_bar_size',
        `A Renko brick of ${size} rupees is no whole number of the price steps of ${instrument.exchange}:${instrument.symbol}, which are 1/${instrument.price_divisor} rupee.`,
        `mds candles --bars renko:${Math.max(brick, 1) / instrument.price_divisor}`,
      )
    }
    return new Bricks(brick, tell)
  },
}

class Bricks implements BarBuilder {
  open: EventBar | undefined
  readonly #brick: number
  readonly #tell: (bar: EventBar) => void
  /** Edges of the last brick; equal at the start, so that both directions need one brick. */
  #top: number | undefined
  #bottom = 0
  #close = 0

  constructor(brick: number, tell: (bar: EventBar) => void) {
    this.#brick = brick
    this.#tell = tell
  }

  take(trade: BarTrade): void {
    const { price } = trade
    if (this.#top === undefined) this.#top = this.#bottom = this.#close = price
    this.open ??= new EventBar(this.#close, trade.at_s)
    this.open.add(trade)
    const beyond = Math.max(price - this.#top, this.#bottom - price)
    if (beyond < this.#brick) return
    if (beyond >= BRICKS_PER_TRADE_MAX * this.#brick) this.#restart(this.open, price)
    else this.#draw(this.open, price, trade.at_s)
    this.open = undefined
  }

  #draw(first: EventBar, price: number, at_s: number): void {
    let bar = first
    const rising = price > (this.#top as number)
    const edge = rising ? (this.#top as number) : this.#bottom
    const count = Math.floor(Math.abs(price - edge) / this.#brick)
    const step = rising ? this.#brick : -this.#brick
    for (let index = 0; index < count; index++) {
      bar.open = edge + index * step
      bar.close = bar.open + step
      bar.high = Math.max(bar.open, bar.close)
      bar.low = Math.min(bar.open, bar.close)
      this.#tell(bar)
      bar = new EventBar(bar.close, at_s)
    }
    this.#close = edge + count * step
    this.#top = rising ? this.#close : this.#close - step
    this.#bottom = rising ? this.#close - step : this.#close
  }

  #restart(bar: EventBar, price: number): void {
    bar.broken = true
    this.#tell(bar)
    this.#top = this.#bottom = this.#close = price
  }
}
