import type { BarFlow } from '../market/index.js'

/** What a bar collects while it is open. */
export class FlowBuilder implements BarFlow {
  readonly prices: number[] = []
  readonly volumes: number[] = []
  signed_volume = 0
  unsigned_volume = 0
  ofi = 0
  book: Float64Array | undefined
  total_buy_quantity = 0
  total_sell_quantity = 0
  last_seen_ms = 0
  previous_close = 0

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

  noteBook(book: Float64Array): void {
    if (this.book === undefined) this.book = book.slice()
    else this.book.set(book)
  }

  copy(): FlowBuilder {
    const copy = new FlowBuilder()
    copy.fold(this)
    return copy
  }

  /** The flow of a finer bar that follows. */
  fold(finer: FlowBuilder): void {
    for (let i = 0; i < finer.prices.length; i++) this.addTrade(finer.prices[i] as number, finer.volumes[i] as number, 0)
    this.unsigned_volume += finer.unsigned_volume - finer.volumes.reduce((sum, volume) => sum + volume, 0)
    this.signed_volume += finer.signed_volume
    this.ofi += finer.ofi
    if (finer.book !== undefined) this.noteBook(finer.book)
    if (finer.total_buy_quantity + finer.total_sell_quantity > 0) {
      this.total_buy_quantity = finer.total_buy_quantity
      this.total_sell_quantity = finer.total_sell_quantity
    }
    if (finer.last_seen_ms > this.last_seen_ms) this.last_seen_ms = finer.last_seen_ms
    if (finer.previous_close !== 0) this.previous_close = finer.previous_close
  }
}
