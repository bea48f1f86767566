import { assert } from '../assert.js'
import { clockWaitOf, latenessOf, sessionEnd } from './bar-window.js'
import type { GapList } from './gaps.js'
import type { OpenBar } from './open-bar.js'
import { type ExchangeBook, NEVER_S, type Track } from './track.js'

/**
 * When a bar is final: the exchange's own clock (the latest exchange second seen) is past its end by 2 s, or virtual time by 5 s; the last
 * bar of a session waits 60 s in both senses. Virtual time moves only with what is received, so a replay closes each bar where live did.
 */
export class Finality {
  /** Time of receipt of the latest record. */
  now_ms = 0
  /** The input, or a session, is over: nothing waits any more. */
  ending = false
  /** Virtual time at which some bar becomes final. */
  next_due_ms = Number.POSITIVE_INFINITY
  readonly #folds_auctions: boolean
  readonly #gaps: GapList

  constructor(auction: 'separate' | 'fold', gaps: GapList) {
    this.#gaps = gaps
    this.#folds_auctions = auction === 'fold'
  }

  /** True when a bar that ends then is final for this instrument, by the clocks of now or those given. */
  isFinal(track: Track, bar_end_s: number, exchange_s = track.book.max_exchange_s, now_ms = this.now_ms): boolean {
    const session = track.session
    assert(session !== undefined, 'finality is asked within a session')
    const end_s = this.#waitsFor(track, bar_end_s)
    return exchange_s >= end_s + latenessOf(end_s, session) || now_ms >= (end_s + clockWaitOf(end_s, session)) * 1000
  }

  /** Notes when a new bar becomes final. */
  watch(track: Track, bar: OpenBar): void {
    const due = this.#dueOf(track, bar)
    bar.due_exchange_s = due.exchange_s
    bar.due_clock_ms = due.clock_ms
    this.expect(track, bar)
  }

  /** A bar that waits: its exchange is looked at again when it is due. */
  expect({ book }: Track, bar: OpenBar): void {
    if (bar.parked) return
    if (bar.due_exchange_s < book.next_due_s) book.next_due_s = bar.due_exchange_s
    if (bar.due_clock_ms < book.next_due_ms) book.next_due_ms = bar.due_clock_ms
    if (bar.due_clock_ms < this.next_due_ms) this.next_due_ms = bar.due_clock_ms
  }

  /** When a bar becomes final, by either clock. */
  #dueOf(track: Track, bar: OpenBar): { exchange_s: number; clock_ms: number } {
    const session = track.session
    assert(session !== undefined, 'a bar belongs to a session')
    if (bar.phase === 'continuous') {
      const end_s = this.#waitsFor(track, bar.end_s)
      return { exchange_s: end_s + latenessOf(end_s, session), clock_ms: (end_s + clockWaitOf(end_s, session)) * 1000 }
    }
    // An auction's volume belongs to it however late it is told: it waits for a trade of a later phase, or for the end of the session.
    const end_s = sessionEnd(session)
    return { exchange_s: end_s + 60, clock_ms: (end_s + 60) * 1000 }
  }

  /** With `auction: fold` the last bar waits for the closing auction it will hold. */
  #waitsFor(track: Track, end_s: number): number {
    const phases = track.session?.phases ?? []
    if (!this.#folds_auctions) return end_s
    const index = phases.findIndex((phase) => phase.phase === 'continuous' && phase.end_s === end_s)
    const next = phases[index + 1]
    return index >= 0 && next?.phase === 'closing_auction' ? next.end_s : end_s
  }

  /** True when an open bar is to be told now. */
  isDue(track: Track, bar: OpenBar): boolean {
    if (this.ending) return true
    if (this.now_ms < track.held_until_ms) return false
    if (track.book.max_exchange_s < bar.due_exchange_s && this.now_ms < bar.due_clock_ms) return false
    bar.parked = !this.#gaps.isSettled(track.ledger, bar.start_s * 1000, bar.end_s * 1000)
    return !bar.parked
  }

  /** Forgets when the bars of these exchanges are due; whoever calls tells them anew. */
  forget(books: readonly ExchangeBook[], all: readonly ExchangeBook[]): void {
    for (const book of books) {
      book.next_due_s = NEVER_S
      book.next_due_ms = Number.POSITIVE_INFINITY
    }
    this.next_due_ms = Math.min(...all.map(({ next_due_ms }) => next_due_ms))
  }
}
