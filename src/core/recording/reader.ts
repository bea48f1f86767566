import type { DiagnosticCode } from '../diagnostics.js'
import type { Frame } from './frame.js'
import { RECORD_HEADER_BYTES, RECORD_MESSAGE_BYTES_MAX } from './record.js'
import { type Answer, type ByteOrder, FIRST_BUFFER_BYTES, RecordWindow } from './record-window.js'

export type { ByteOrder } from './record-window.js'
export type ReaderFinding = (
  code: DiagnosticCode,
  place: { record: number; offset: number },
  detail: Record<string, number | string>,
) => void

/** A neighbour's time further off than this is doubted, if what follows agrees with what came before. */
const TIME_JUMP_MS = 3_600_000
/**
 * Bytes looked through for swallowed records: each once in what was ever recorded. Records made to overlap would have all that follows looked
 * through for each of them; this much of it, plus this many times what lies before, and headers are believed.
 */
const SEARCH_BYTES = 16 * 1024 * 1024
const SEARCH_SHARE = 4
const BYTE_ORDERS = ['big', 'little'] as const

/**
 * Finds the records in a stream of bytes, whoever reads them: fill `space()`, say `filled(n)` or `ended()`, take frames with `advance()`.
 * What is found does not depend on the pieces the bytes come in.
 *
 * A length is never trusted. A record is handed out once a header stands where it ends, or its packets add up. If neither, the next place is
 * sought where a record begins. A header of which one half still makes sense, and whose message reaches up to that place, is mended; what
 * else lies between is reported.
 */
export class RecordingReader {
  /** The record at hand after `advance()` said yes. */
  readonly frame: Frame
  byte_order: ByteOrder | undefined
  records = 0
  first_ms = 0
  last_ms = 0
  readonly #finding: ReaderFinding
  /** File offset up to which a message has swallowed nothing, and of that message: where to go on when more bytes have come. */
  #search_offset = 0
  #search_record_offset = -1
  #searched_bytes = 0
  readonly #window = new RecordWindow()
  /** File offset of the next place to try while records are sought behind damage; -1 when all is well. The doubtful header is at `from`. */
  #seek_offset = -1
  /** File offset of the first byte that belongs to no record, once the doubtful header has been given up; else -1. */
  #lost_offset = -1

  constructor(file: number, connection: number, finding: ReaderFinding) {
    this.#finding = finding
    const { view, bytes } = this.#window
    this.frame = { file, connection, record: -1, offset: 0, received_at_ms: 0, view, bytes, start: 0, end: 0 }
  }

  /** The view whose bytes the next `space()` gives away to be overwritten. */
  get view(): DataView {
    return this.#window.idle_view
  }

  /** Every view that frames may have been in. */
  get views(): DataView[] {
    return this.#window.views
  }

  /** Gives the buffers away, once `done`: of a day in many parts those that are read would be held on to. */
  release(): void {
    this.#window.release()
    this.frame.view = this.#window.view
    this.frame.bytes = this.#window.bytes
  }

  /** Bytes taken in so far. */
  get total_bytes(): number {
    return this.#window.total_bytes
  }

  /** True when nothing more can come. */
  get done(): boolean {
    return this.#window.ended && this.#window.from >= this.#window.to
  }

  /** Where to put the next bytes; never empty. May be filled while frames are taken; what lies there is used from `filled` on. */
  space(): Uint8Array {
    return this.#window.space()
  }

  filled(count: number): void {
    this.#window.filled(count)
  }

  ended(): void {
    this.#window.ended = true
  }

  /** Steps to the next record. False: more bytes are needed, or `done`. */
  advance(): boolean {
    if (this.byte_order === undefined && !this.#settleByteOrder()) return false
    const window = this.#window
    for (;;) {
      if (this.#seek_offset >= 0) {
        const step = this.#seek()
        if (step === 'handed') return true
        if (step === 'wait') return false
        continue
      }
      const at = window.from
      const left = window.to - at
      if (left < RECORD_HEADER_BYTES) {
        if (window.ended && left > 0) this.#tear(at)
        return false
      }
      const state = this.#judge(at)
      if (state === 'unknown') return false
      if (state === 'no') {
        this.#seek_offset = window.base + at + 1
        continue
      }
      const end = window.endAt(at)
      const time_ms = this.#believedTime(at, end)
      if (time_ms === undefined) return false
      this.#hand(at, end, time_ms)
      return true
    }
  }

  /** Is the record at `at` what its header says? */
  #judge(at: number): Answer {
    const window = this.#window
    if (!window.isHeader(at)) return 'no'
    const start = at + RECORD_HEADER_BYTES
    const end = window.endAt(at)
    const next_is_here = end + RECORD_HEADER_BYTES <= window.to
    if (!next_is_here && !window.ended) return 'unknown'
    if (end > window.to) return 'no'
    const sound = window.isSound(start, end)
    // A single byte is a heartbeat, but also what a damaged length of 1 leaves of a message.
    if (next_is_here && !window.isHeader(end)) return sound && end - start > 1 ? 'yes' : 'no'
    if (sound) return 'yes'
    const next_fits = !next_is_here || window.isNear(window.timeAt(end)) ? 'yes' : window.beginsRecord(end)
    return next_fits === 'yes' ? this.#hasSwallowed(start, end) : next_fits
  }

  /** A length that is too large by exactly the records behind it ends at a header too. 'no': it has swallowed some. */
  #hasSwallowed(start: number, end: number): Answer {
    const window = this.#window
    const begun_offset = window.base + start
    if (this.#searched_bytes > SEARCH_BYTES + SEARCH_SHARE * begun_offset) return 'yes'
    const from = this.#search_record_offset === begun_offset ? this.#search_offset - window.base : start + 1
    for (const offset of window.leadingTo(end, from)) {
      const begins = window.beginsRecord(offset)
      if (begins === 'no') continue
      if (begins === 'yes') {
        this.#searched_bytes += offset - start
        return 'no'
      }
      this.#search_record_offset = begun_offset
      this.#search_offset = window.base + offset
      return 'unknown'
    }
    this.#searched_bytes += end - start
    return 'yes'
  }

  #hand(at: number, end: number, time_ms: number): void {
    const window = this.#window
    const frame = this.frame
    frame.record = this.records++
    frame.offset = window.base + at
    frame.view = window.view
    frame.bytes = window.bytes
    frame.start = at + RECORD_HEADER_BYTES
    frame.end = end
    frame.received_at_ms = time_ms
    const told_ms = window.timeAt(at)
    if (told_ms !== time_ms) this.#finding('damaged_time', frame, { time_ms: told_ms, used_ms: time_ms })
    if (frame.record === 0) this.first_ms = time_ms
    else if (time_ms < this.last_ms)
      this.#finding('time_regression', frame, { received_at_ms: time_ms, step_back_ms: this.last_ms - time_ms })
    this.last_ms = time_ms
    window.last_good_ms = time_ms
    window.from = end
  }

  /**
   * A single time far from both its neighbours, which agree, is damaged: the record then counts as received with the one before, the first of
   * a file with the one behind. Undefined: more bytes are needed.
   */
  #believedTime(at: number, end: number): number | undefined {
    const window = this.#window
    const time_ms = window.timeAt(at)
    if (this.records > 0 && Math.abs(time_ms - this.last_ms) <= TIME_JUMP_MS) return time_ms
    if (end + RECORD_HEADER_BYTES > window.to || !window.isHeader(end)) return time_ms
    const next_ms = window.timeAt(end)
    if (this.records > 0) return Math.abs(next_ms - this.last_ms) <= TIME_JUMP_MS ? this.last_ms : time_ms
    if (Math.abs(next_ms - time_ms) <= TIME_JUMP_MS) return time_ms
    const third = window.endAt(end)
    if (third + RECORD_HEADER_BYTES > window.to) return window.ended ? time_ms : undefined
    return window.isHeader(third) && Math.abs(window.timeAt(third) - next_ms) <= TIME_JUMP_MS ? next_ms : time_ms
  }

  #tear(at: number): void {
    const window = this.#window
    this.#finding('truncated_tail', { record: this.records, offset: window.base + at }, { bytes: window.to - at })
    window.from = window.to
  }

  /** Looks for the place where records go on, `wait`ing for more bytes; then settles what became of the doubtful header and goes on there. */
  #seek(): 'handed' | 'go_on' | 'wait' {
    const window = this.#window
    for (let offset = this.#seek_offset - window.base; ; offset++) {
      const too_far = offset - window.from > RECORD_HEADER_BYTES + RECORD_MESSAGE_BYTES_MAX
      if (this.#lost_offset < 0 && too_far && this.#giveUp(offset)) return 'handed'
      const answer = offset < window.to ? window.beginsRecord(offset) : window.ended ? 'yes' : 'unknown'
      if (answer === 'no') continue
      if (answer === 'yes') return this.#settle(offset)
      this.#seek_offset = window.base + offset
      if (this.#lost_offset >= 0) window.from = offset
      return 'wait'
    }
  }

  /** No message reaches that far. Of a header that makes sense the whole packets are kept: true. */
  #giveUp(offset: number): boolean {
    const window = this.#window
    const at = window.from
    const keeps = window.isHeader(at)
    const end = keeps ? window.endAt(at) : at
    if (keeps) this.#hand(at, end, this.#believedTime(at, end) ?? window.timeAt(at))
    this.#lost_offset = window.base + end
    this.#seek_offset = window.base + offset
    window.from = offset
    return keeps
  }

  /** Records go on at `resumed`, or the file ends there. */
  #settle(resumed: number): 'handed' | 'go_on' {
    const window = this.#window
    const at = window.from
    const resumed_at = window.base + resumed
    this.#seek_offset = -1
    if (this.#lost_offset >= 0) {
      const lost_offset = this.#lost_offset
      this.#lost_offset = -1
      window.from = resumed
      this.#tellLost(lost_offset, resumed_at)
      return 'go_on'
    }
    const start = at + RECORD_HEADER_BYTES
    if (start > resumed) return this.#lose(at, resumed)
    const end = window.endAt(at)
    const is_header = window.isHeader(at)
    if (is_header && end > window.to && resumed === window.to) {
      this.#tear(at)
      return 'go_on'
    }
    const mended_ms = this.#mendedTime(at, resumed)
    if (mended_ms !== undefined && window.isSound(start, resumed)) {
      const declared_bytes = window.lengthAt(at)
      this.#hand(at, resumed, mended_ms)
      if (end !== resumed) this.#finding('damaged_record', this.frame, { declared_bytes, resumed_at })
      return 'handed'
    }
    if (!is_header) return this.#lose(at, resumed)
    const time_ms = window.isNear(window.timeAt(at)) ? window.timeAt(at) : this.last_ms
    // A heartbeat or an empty message ahead of the damage.
    if (end - start <= 1) {
      this.#hand(at, end, time_ms)
      return 'handed'
    }
    const kept_end = Math.min(end, resumed)
    this.#hand(at, kept_end, time_ms)
    window.from = resumed
    this.#finding('damaged_record', this.frame, { declared_bytes: end - start, bytes: resumed - kept_end, resumed_at })
    return 'handed'
  }

  /** When a record that reaches up to `resumed` was received. Undefined when neither half of its header says so. */
  #mendedTime(at: number, resumed: number): number | undefined {
    const window = this.#window
    const time_ms = window.timeAt(at)
    if (window.isNear(time_ms)) return time_ms
    if (window.endAt(at) !== resumed) return undefined
    if (this.records > 0) return this.last_ms
    return resumed < window.to ? window.timeAt(resumed) : undefined
  }

  #lose(at: number, resumed: number): 'go_on' {
    const window = this.#window
    window.from = resumed
    this.#tellLost(window.base + at, window.base + resumed)
    return 'go_on'
  }

  #tellLost(offset: number, resumed_at: number): void {
    const bytes = resumed_at - offset
    if (bytes > 0) this.#finding('damaged_record', { record: this.records, offset }, { bytes, resumed_at })
  }

  /** The first header makes sense in one order only; when it is damaged, the first record that begins anywhere decides. False: more bytes are needed. */
  #settleByteOrder(): boolean {
    const window = this.#window
    if (window.to - window.from < RECORD_HEADER_BYTES) {
      if (!window.ended) return false
      this.byte_order = 'big'
      return true
    }
    for (const order of BYTE_ORDERS) if (this.#agreesWith(order, () => window.isHeader(window.from))) return true
    if (window.to - window.from < FIRST_BUFFER_BYTES && !window.ended) return false
    for (const order of BYTE_ORDERS) if (this.#agreesWith(order, () => this.#beginsEarly())) return true
    window.byte_order = this.byte_order = 'big'
    return true
  }

  #agreesWith(order: ByteOrder, makes_sense: () => boolean): boolean {
    this.#window.byte_order = order
    if (!makes_sense()) return false
    this.byte_order = order
    return true
  }

  /** Looks at the same bytes whatever pieces they come in. */
  #beginsEarly(): boolean {
    const window = this.#window
    const { from, to } = window
    window.to = Math.min(to, from + FIRST_BUFFER_BYTES)
    let found = false
    for (let offset = from + 1; offset < window.to && !found; offset++) found = window.beginsRecord(offset) === 'yes'
    window.to = to
    return found
  }
}
