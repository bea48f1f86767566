import { BOOK_LENGTH, readBook } from '../flow/index.js'
import type { BarFlow } from '../market/index.js'
import * as kite from '../wire/index.js'

/**
 * What a bar collects while it is open. The book is not read from each packet, which would cost more than all the rest: the last packet is known
 * by its place, and read when somebody asks, when another bar begins, or before its bytes are overwritten.
 */
export class FlowBuilder implements BarFlow {
  readonly prices: number[] = []
  readonly volumes: number[] = []
  signed_volume = 0
  unsigned_volume = 0
  ofi = 0
  #last_seen_s = 0
  #book: Float64Array | undefined
  #total_buy_quantity = 0
  #total_sell_quantity = 0
  #previous_close = 0
  #day_high = 0
  #day_low = 0
  #day_average_price = 0
  #day_volume = 0
  /** The last packet, not read yet. */
  #view: DataView | undefined
  #at = 0
  #length = 0

  get book(): Float64Array | undefined {
    this.settle()
    return this.#book
  }
  get total_buy_quantity(): number {
    this.settle()
    return this.#total_buy_quantity
  }
  get total_sell_quantity(): number {
    this.settle()
    return this.#total_sell_quantity
  }
  get previous_close(): number {
    this.settle()
    return this.#previous_close
  }
  get day_high(): number {
    this.settle()
    return this.#day_high
  }
  get day_low(): number {
    this.settle()
    return this.#day_low
  }
  get day_average_price(): number {
    this.settle()
    return this.#day_average_price
  }
  get day_volume(): number {
    this.settle()
    return this.#day_volume
  }
  get last_seen_ms(): number {
    return this.#last_seen_s * 1000
  }

  addTrade(price: number, volume: number, sign: number): void {
    const last = this.prices.length - 1
    if (last >= 0 && this.prices[last] === price) this.volumes[last] = (this.volumes[last] as number) + volume
    else {
      this.prices.push(price)
      this.volumes.push(volume)
    }
    if (sign === 0) this.unsigned_volume += volume
    else this.signed_volume += sign * volume
  }

  /** The latest packet whose exchange second (0: none) lies in the bar. */
  notePacket(view: DataView, at: number, length: number, seen_s: number): void {
    // One of another kind does not tell what the last one told.
    if (length !== this.#length) this.settle()
    this.#view = view
    this.#at = at
    this.#length = length
    if (seen_s > this.#last_seen_s) this.#last_seen_s = seen_s
  }

  /** True while bytes of `view` are still to be read. */
  liesIn(view: DataView): boolean {
    return this.#view === view
  }

  /** Reads the last packet, unless that has been done. */
  settle(): void {
    const view = this.#view
    if (view === undefined) return
    this.#view = undefined
    const at = this.#at
    const length = this.#length
    if (kite.isIndexLength(length)) {
      this.#previous_close = kite.readIndexClose(view, at)
      this.#day_high = kite.readIndexHigh(view, at)
      this.#day_low = kite.readIndexLow(view, at)
    } else if (length >= kite.QUOTE_BYTES) {
      this.#previous_close = kite.readClose(view, at)
      this.#day_high = kite.readHigh(view, at)
      this.#day_low = kite.readLow(view, at)
      this.#day_average_price = kite.readAveragePrice(view, at)
      this.#day_volume = kite.readVolume(view, at)
      this.#total_buy_quantity = kite.readBuyQuantity(view, at)
      this.#total_sell_quantity = kite.readSellQuantity(view, at)
    }
    if (!kite.hasDepth(length)) return
    this.#book ??= new Float64Array(BOOK_LENGTH)
    readBook(view, at, length, this.#book)
  }

  copy(): FlowBuilder {
    const copy = new FlowBuilder()
    copy.fold(this)
    return copy
  }

  /** The flow of a finer bar that follows. */
  fold(finer: FlowBuilder): void {
    this.settle()
    for (let i = 0; i < finer.prices.length; i++) this.addTrade(finer.prices[i] as number, finer.volumes[i] as number, 0)
    this.unsigned_volume += finer.unsigned_volume - finer.volumes.reduce((sum, volume) => sum + volume, 0)
    this.signed_volume += finer.signed_volume
    this.ofi += finer.ofi
    if (finer.book !== undefined) this.#book = finer.book.slice()
    if (finer.total_buy_quantity + finer.total_sell_quantity > 0) {
      this.#total_buy_quantity = finer.total_buy_quantity
      this.#total_sell_quantity = finer.total_sell_quantity
    }
    if (finer.#last_seen_s > this.#last_seen_s) this.#last_seen_s = finer.#last_seen_s
    if (finer.previous_close === 0) return
    this.#previous_close = finer.previous_close
    this.#day_high = finer.day_high
    this.#day_low = finer.day_low
    this.#day_average_price = finer.day_average_price
    this.#day_volume = finer.day_volume
  }
}
