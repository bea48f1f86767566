import { noQuote, orderFlowImbalance, readBestQuote, TradeSigner } from '../flow/index.js'
import type { Session } from '../market/index.js'
import { type LedgerState, VERDICT, type Verdict } from '../volume/index.js'
import * as kite from '../wire/index.js'
import { FlowBuilder } from './flow-builder.js'
import type { OpenBar } from './open-bar.js'

/** What is known of one instrument between packets. */
class FlowState {
  session: Session | undefined
  signer = new TradeSigner()
  /** The last quote, and room for the next. */
  quote = noQuote()
  spare = noQuote()
  /** Of the last packet. */
  sign = 0
  ofi = 0
  /** That the last packet of a bar went to: the only one with bytes to read. */
  builder: FlowBuilder | undefined
}

/** Reads from each accepted packet what bars do not keep by themselves: the side of what traded, order flow and the book. */
export class FlowTap {
  readonly #states: (FlowState | undefined)[] = []

  /** To be called with every accepted packet, as the ledger left it, before it goes into its bar. */
  take(ledger: LedgerState, verdict: Verdict): void {
    const state = this.#stateOf(ledger)
    state.sign = state.ofi = 0
    // A late packet tells what the book was, and what traded is not known to have met the book we hold.
    if (verdict === VERDICT.late) return
    if (ledger.inc > 0 && verdict !== VERDICT.quiet) {
      const sign = state.signer.sign(ledger.price)
      if (verdict === VERDICT.traded) state.sign = sign
    }
    const { last_view: view, last_length: length } = ledger
    if (view === undefined || !kite.hasDepth(length)) return
    const { quote: before, spare: now } = state
    readBestQuote(view, ledger.last_at, length, now)
    state.ofi = orderFlowImbalance(before, now)
    state.signer.noteQuote(now)
    state.spare = before
    state.quote = now
  }

  /** The packet just taken belongs to this bar, and so much of its volume. */
  addTo(bar: OpenBar, ledger: LedgerState, verdict: Verdict, volume: number): void {
    const state = this.#states[ledger.index] as FlowState
    bar.flow ??= new FlowBuilder()
    const { flow } = bar
    if (volume > 0) flow.addTrade(ledger.price, volume, state.sign)
    flow.ofi += state.ofi
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
    if (known?.session === ledger.session && known !== undefined) return known
    const state = known ?? new FlowState()
    this.#states[ledger.index] = state
    state.session = ledger.session
    state.signer = new TradeSigner()
    return state
  }
}
