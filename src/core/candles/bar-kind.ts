import type { Instrument } from '../market/index.js'
import { type BarTrade, EventBar } from './event-bar.js'

/** A kind of event bar: one file, one line in bar-kinds.ts. */
export interface BarKind {
  /** As in `--bars name:size`. */
  readonly name: string
  readonly summary: string
  /** A size for messages and help; reads `name:example`. */
  readonly example: string
  /** Smallest and largest size, and the digits it may have after the point. */
  readonly size: { readonly min: number; readonly max: number; readonly decimals: number }
  /** Why there is no default, for whoever leaves the size out. */
  readonly why_size: string
  /** Label of the interval on output. */
  label(size: number): string
  /** A builder for one instrument and one session. Throws a usage error when the size can't be had for the instrument. */
  create(setup: BarSetup): BarBuilder
}

/** What a builder of bars of one instrument starts from. `size` is in the unit of its kind, as in `--bars`. */
export interface BarSetup {
  size: number
  instrument: Instrument
  /** Takes each bar that ends, in order. */
  tell(bar: EventBar): void
}

/** Ends bars by trades instead of time, for one instrument. */
export interface BarBuilder {
  /** The bar under way; undefined when the next trade begins one. */
  readonly open: EventBar | undefined
  take(trade: BarTrade): void
}

/** Bars that take whole trades until they are full; what exceeds stays in the bar that it closes. */
export class FillingBars implements BarBuilder {
  open: EventBar | undefined
  readonly #tell: (bar: EventBar) => void
  readonly #isFull: (bar: EventBar, trade: BarTrade) => boolean

  /** `isFull` is asked once a trade, after the bar has taken it. */
  constructor(tell: (bar: EventBar) => void, isFull: (bar: EventBar, trade: BarTrade) => boolean) {
    this.#tell = tell
    this.#isFull = isFull
  }

  take(trade: BarTrade): void {
    if (trade.volume === 0) return // values of an index fill nothing
    this.open ??= new EventBar(trade.price, trade.at_s)
    const bar = this.open
    bar.add(trade)
    if (!this.#isFull(bar, trade)) return
    this.open = undefined
    this.#tell(bar)
  }
}
