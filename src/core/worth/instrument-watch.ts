import type { QuoteUpdate } from '../options/index.js'
import type { TimestampMs } from '../time/index.js'
import type { PriceBar } from './barrier.js'
import type { MinuteSamples } from './minute-samples.js'
import type { LastTrade, Position } from './position.js'

/** Hands the packets of one instrument to all that is followed on it. What each costs does not depend on how many alerts are over. */
export class InstrumentWatch {
  readonly samples: MinuteSamples | undefined
  readonly #last: LastTrade
  /** By the time they are due, the latest first. */
  readonly #waiting: Position[]
  #active: Position[] = []

  constructor({
    tick,
    positions,
    samples,
  }: { tick: number; positions: readonly Position[]; samples: MinuteSamples | undefined }) {
    this.samples = samples
    this.#last = { price: Number.NaN, at_ms: Number.NaN, spread: Number.NaN, tick }
    this.#waiting = [...positions].sort((a, b) => b.setup.due_ms - a.setup.due_ms)
  }

  /** An accepted packet. `traded`: it tells a trade. Borrowed. */
  onQuote(update: Readonly<QuoteUpdate>, traded: boolean): void {
    const { received_ms, book } = update
    const last = this.#last
    this.#settleBefore(received_ms)
    for (const position of this.#active) position.take(update, traded, last)
    this.samples?.take(update, traded, last)
    if (traded) {
      last.price = update.last_price
      last.at_ms = received_ms
    }
    const spread = book === undefined ? Number.NaN : book.ask_price - book.bid_price
    if (spread >= 0) last.spread = spread
    if (this.#active.some(({ is_done }) => is_done)) this.#active = this.#active.filter(({ is_done }) => !is_done)
  }

  onBar(bar: PriceBar): void {
    for (const position of this.#active) position.onBar(bar)
  }

  /** The input is over; its last record was received at `now_ms`. What ends then or later stays open: more may have come. */
  finish(now_ms: TimestampMs): void {
    this.#settleBefore(now_ms)
    for (const { barrier } of this.#active) barrier?.finish()
  }

  #settleBefore(at_ms: TimestampMs): void {
    while ((this.#waiting.at(-1)?.setup.due_ms ?? Number.POSITIVE_INFINITY) <= at_ms)
      this.#active.push(this.#waiting.pop() as Position)
    for (const position of this.#active) position.settleBefore(at_ms, this.#last)
    this.samples?.settleBefore(at_ms, this.#last)
  }
}
