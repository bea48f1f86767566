import { BOOK_LENGTH, orderFlowImbalance, readBook, TradeSigner } from '../flow/index.js'
import type { Session } from '../market/index.js'
import { type LedgerState, VERDICT, type Verdict } from '../volume/index.js'
import * as kite from '../wire/index.js'
import { FlowBuilder } from './flow-builder.js'
import type { OpenBar } from './open-bar.js'

/** The book of an instrument at this moment. */
export interface BookNow {
  readonly book: Float64Array
  /** When its packet was received. */
  readonly received_ms: number
}

/** What is known of one instrument between packets. */
class FlowState {
  session: Session | undefined
  signer = new TradeSigner()
  /** The last book, and room for the next. */
  book = new Float64Array(BOOK_LENGTH)
  spare = new Float64Array(BOOK_LENGTH)
  received_ms = 0
  /** Of the last packet. */
  sign = 0
  ofi = 0
  has_book = false
  total_buy_quantity = 0
  total_sell_quantity = 0
  previous_close = 0
}

/** Reads from each accepted packet what bars do not keep by themselves: the side of what traded, order flow and the book. */
export class FlowTap {
  readonly #states: FlowState[] = []

  /** The book of an instrument by its index; undefined before the first. */
  bookOf(index: number): BookNow | undefined {
    const state = this.#states[index]
    return state === undefined || state.received_ms === 0 ? undefined : state
  }

  /** To be called with every accepted packet, as the ledger left it, before it goes into its bar. */
  take(ledger: LedgerState, verdict: Verdict, received_ms: number): void {
    this.#states[ledger.index] ??= new FlowState()
    const state = this.#states[ledger.index] as FlowState
    if (state.session !== ledger.session) {
      state.session = ledger.session
      state.signer = new TradeSigner()
      state.total_buy_quantity = state.total_sell_quantity = state.previous_close = 0
    }
    state.sign = state.ofi = 0
    state.has_book = false
    // A late packet tells what the book was, and what traded is not known to have met the book we hold.
    if (verdict === VERDICT.late) return
    if (ledger.inc > 0 && verdict !== VERDICT.quiet) {
      const sign = state.signer.sign(ledger.price)
      if (verdict === VERDICT.traded) state.sign = sign
    }
    const { last_view: view, last_at: at, last_length: length } = ledger
    if (view === undefined) return
    if (kite.isIndexLength(length)) state.previous_close = kite.readIndexClose(view, at)
    else if (length >= kite.QUOTE_BYTES) {
      state.previous_close = kite.readClose(view, at)
      state.total_buy_quantity = kite.readBuyQuantity(view, at)
      state.total_sell_quantity = kite.readSellQuantity(view, at)
    }
    if (!kite.hasDepth(length)) return
    const { spare } = state
    readBook(view, at, length, spare)
    state.ofi = orderFlowImbalance(state.book, spare)
    state.signer.noteBook(spare)
    state.spare = state.book
    state.book = spare
    state.has_book = true
    state.received_ms = received_ms
  }

  /** The packet just taken belongs to this bar, and so much of its volume. */
  addTo(bar: OpenBar, ledger: LedgerState, volume: number): void {
    const state = this.#states[ledger.index] as FlowState
    bar.flow ??= new FlowBuilder()
    const { flow } = bar
    if (volume > 0) flow.addTrade(ledger.price, volume, state.sign)
    flow.ofi += state.ofi
    flow.previous_close = state.previous_close
    const seen_s = ledger.last_exchange_s
    // A trade of this bar may be told by a snapshot of the next: its book is not of this bar.
    if (seen_s >= bar.end_s) return
    if (state.has_book) flow.noteBook(state.book)
    flow.total_buy_quantity = state.total_buy_quantity
    flow.total_sell_quantity = state.total_sell_quantity
    if (seen_s * 1000 > flow.last_seen_ms) flow.last_seen_ms = seen_s * 1000
  }
}
