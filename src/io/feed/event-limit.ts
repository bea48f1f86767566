import type { JournalEvent } from '../../core/recording/index.js'

/** So many of a kind are told within a window; a server that goes mad must not fill the disk by way of the journal. */
const TOLD_MAX = 50
const WINDOW_MS = 60_000

/** Lets the first events of a kind through and sums up the rest, for one connection. */
export class EventLimit {
  readonly #connection: number
  #window_ends_ms = 0
  #texts = 0
  #malformed = 0
  #malformed_bytes = 0

  constructor(connection: number) {
    this.#connection = connection
  }

  /** Whether it is to be told. */
  text(): boolean {
    return ++this.#texts <= TOLD_MAX
  }

  /** Whether it is to be told. */
  malformed(bytes: number): boolean {
    if (++this.#malformed <= TOLD_MAX) return true
    this.#malformed_bytes += bytes
    return false
  }

  /** At the end of a window, what was left out in it. */
  tick(now_ms: number): JournalEvent[] {
    return now_ms < this.#window_ends_ms ? [] : this.#close(now_ms)
  }

  #close(now_ms: number): JournalEvent[] {
    const events: JournalEvent[] = []
    const connection = this.#connection
    const more = (count: number): string => `${count - TOLD_MAX} more within a minute`
    if (this.#texts > TOLD_MAX) events.push({ event: 'text', connection, type: 'left_out', text: more(this.#texts) })
    if (this.#malformed > TOLD_MAX)
      events.push({ event: 'malformed', connection, bytes: this.#malformed_bytes, detail: more(this.#malformed) })
    this.#window_ends_ms = now_ms + WINDOW_MS
    this.#texts = this.#malformed = this.#malformed_bytes = 0
    return events
  }

  /** What was left out since, when nothing more comes. */
  end(): JournalEvent[] {
    return this.#close(0)
  }
}
