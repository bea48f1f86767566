import { OrderFlow } from '../flow/index.js'
import type { Session } from '../market/index.js'
import { type LedgerState, VERDICT, type Verdict } from '../volume/index.js'
import * as kite from '../wire/index.js'
import { FlowBuilder } from './flow-builder.js'
import type { OpenBar } from './open-bar.js'

/** What is known of one instrument between packets. */
class FlowState {
  readonly session: Session | undefined
  readonly order_flow = new OrderFlow()
  /** That the last packet of a bar went to: the only one with bytes to read. */
  builder: FlowBuilder | undefined

  constructor(session: Session | undefined, builder: FlowBuilder | undefined) {
    this.session = session
    this.builder = builder
  }
}

/** Reads from each accepted packet what bars do not keep by themselves: the side of what traded, order flow and the book. */
export class FlowTap {
  readonly #states: (FlowState | undefined)[] = []
  /** Of the packet just taken. */
  #sign = 0
  #ofi = 0

  /** To be called with every accepted packet, as the ledger left it, before it goes into its bar. */
  take(ledger: LedgerState, verdict: Verdict): void {
    this.#sign = this.#ofi = 0
    const { order_flow } = this.#stateOf(ledger)
    // A late packet tells what the book was, and what traded is not known to have met the book we hold.
    if (verdict === VERDICT.late) return
    if (ledger.inc > 0 && verdict !== VERDICT.quiet) {
      const sign = order_flow.sign(ledger.price)
      if (verdict === VERDICT.traded) this.#sign = sign
    }
    const { last_view: view, last_at: at, last_length: length } = ledger
    if (view === undefined || !kite.hasDepth(length)) return
    const bid = kite.depthEntryAt(at, length, 0)
    const offer = kite.depthEntryAt(at, length, kite.DEPTH_LEVELS)
    this.#ofi = order_flow.noteQuote(
      kite.readDepthPrice(view, bid),
      kite.readDepthQuantity(view, bid),
      kite.readDepthPrice(view, offer),
      kite.readDepthQuantity(view, offer),
    )
  }

  /** The packet just taken belongs to this bar, and so much of its volume. */
  addTo(bar: OpenBar, ledger: LedgerState, verdict: Verdict, volume: number): void {
    const state = this.#states[ledger.index] as FlowState
    bar.flow ??= new FlowBuilder()
    const { flow } = bar
    if (volume > 0) flow.addTrade(ledger.price, volume, this.#sign)
    flow.ofi += this.#ofi
    const { last_view: view, last_exchange_s: seen_s } = ledger
    // A trade of this bar may be told by a snapshot of the next: its book is not of this bar. Nor is that of a late one.
    if (seen_s >= bar.end_s || verdict === VERDICT.late || view === undefined) return
    if (state.builder !== flow) {
      state.builder?.settle()
      state.builder = flow
    }
    flow.notePacket(view, ledger.last_at, ledger.last_length, seen_s)
  }

  /** The bytes behind `view` are about to be overwritten. */
  release(view: DataView): void {
    // An instrument whose packets were all dropped has no state.
    for (const state of this.#states) if (state?.builder?.liesIn(view) === true) state.builder.settle()
  }

  #stateOf(ledger: LedgerState): FlowState {
    const known = this.#states[ledger.index]
    if (known !== undefined && known.session === ledger.session) return known
    const state = new FlowState(ledger.session, known?.builder)
    this.#states[ledger.index] = state
    return state
  }
}
