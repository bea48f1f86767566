import { assert } from '../assert.js'
import type { DiagnosticCode } from '../diagnostics.js'
import { addsUp } from '../wire/index.js'
import type { Frame } from './frame.js'
import { RECEIVED_MS_MAX, RECEIVED_MS_MIN, RECORD_HEADER_BYTES, RECORD_MESSAGE_BYTES_MAX } from './record.js'

export type ByteOrder = 'big' | 'little'
export type ReaderFinding = (
  code: DiagnosticCode,
  place: { record: number; offset: number },
  detail: Record<string, number | string>,
) => void

/** First buffer of a file, enough to see how it begins; then the size at which reading costs no more than the copy by the kernel. */
const FIRST_BUFFER_BYTES = 64 * 1024
const BUFFER_BYTES = 1024 * 1024
/** Records that must follow one another before reading resumes after damage, and how far from the last good time they may lie. */
const RESUME_CHAIN = 3
const RESUME_WITHIN_MS = 86_400_000
/** A neighbour's time further off than this is doubted, if what follows agrees with what came before. */
const TIME_JUMP_MS = 3_600_000
const TWO_POW_32 = 0x1_0000_0000
/** `{`, and what closes it. */
const JSON_STARTS: ReadonlySet<number> = new Set([0x7b])
const JSON_ENDS: ReadonlySet<number> = new Set([0x7d])
const BYTE_ORDERS = ['big', 'little'] as const

/**
 * Finds the records in a stream of bytes, whoever reads them: fill `space()`, say `filled(n)` or `ended()`, take frames with `advance()`.
 *
 * A length is never trusted. A record is handed out once what follows it looks like a record too. If it does not, reading resumes at the next
 * place where three records chain, and the bytes between are reported; a record whose own length is damaged keeps its whole packets.
 */
export class RecordingReader {
  /** The record at hand after `advance()` said yes. */
  readonly frame: Frame
  byte_order: ByteOrder | undefined
  records = 0
  /** Bytes taken in so far. */
  total_bytes = 0
  first_ms = 0
  last_ms = 0
  readonly #finding: ReaderFinding
  #bytes = new Uint8Array(FIRST_BUFFER_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #spare = new Uint8Array(0)
  #spare_view = new DataView(this.#spare.buffer)
  /** `[from, to)` of the buffer is unread; `base` is the file offset of its byte 0. */
  #from = 0
  #to = 0
  #base = 0
  #ended = false
  #lost_from = -1

  constructor(file: number, connection: number, finding: ReaderFinding) {
    this.#finding = finding
    this.frame = {
      file,
      connection,
      record: -1,
      offset: 0,
      received_at_ms: 0,
      view: this.#view,
      bytes: this.#bytes,
      start: 0,
      end: 0,
    }
  }

  /** The view whose bytes the next `space()` overwrites. */
  get view(): DataView {
    return this.#spare_view
  }

  /** True when nothing more can come. */
  get done(): boolean {
    return this.#ended && this.#from >= this.#to
  }

  /**
   * Where to put the next bytes; never empty. Two buffers take turns, so that the bytes of the last one can still be looked at: most
   * instruments are heard of again before theirs are overwritten.
   */
  space(): Uint8Array {
    const unread = this.#to - this.#from
    const wanted = this.total_bytes === 0 ? FIRST_BUFFER_BYTES : Math.max(BUFFER_BYTES, 2 * unread)
    if (this.#spare.length < wanted) {
      this.#spare = new Uint8Array(wanted)
      this.#spare_view = new DataView(this.#spare.buffer)
    }
    this.#spare.set(this.#bytes.subarray(this.#from, this.#to))
    const [bytes, view] = [this.#bytes, this.#view]
    this.#bytes = this.#spare
    this.#view = this.#spare_view
    this.#spare = bytes
    this.#spare_view = view
    this.#base += this.#from
    this.#from = 0
    this.#to = unread
    return this.#bytes.subarray(unread)
  }

  filled(count: number): void {
    this.#to += count
    this.total_bytes += count
    assert(this.#to <= this.#bytes.length, 'a reader is filled within its space')
  }

  ended(): void {
    this.#ended = true
  }

  /** Steps to the next record. False: more bytes are needed, or `done`. */
  advance(): boolean {
    if (this.byte_order === undefined && !this.#settleByteOrder()) return false
    for (;;) {
      if (this.#lost_from >= 0 && !this.#resume()) return false
      const at = this.#from
      const left = this.#to - at
      if (left < RECORD_HEADER_BYTES) return this.#atTail(left)
      if (!this.#isHeader(at)) {
        this.#lost_from = at
        continue
      }
      const end = at + RECORD_HEADER_BYTES + this.#lengthAt(at)
      const next_is_here = end + RECORD_HEADER_BYTES <= this.#to
      if (!next_is_here && !this.#ended) return false
      if (end > this.#to) return this.#atOverlong(at)
      const damaged = next_is_here && !this.#isHeader(end) && !this.#isSound(at, end)
      this.#hand(at, end)
      // Its length led nowhere and its packets don't add up: the true next record may begin inside it or after it.
      if (damaged) this.#lost_from = at + RECORD_HEADER_BYTES
      return true
    }
  }

  #hand(at: number, end: number): void {
    const frame = this.frame
    frame.record = this.records++
    frame.offset = this.#base + at
    frame.view = this.#view
    frame.bytes = this.#bytes
    frame.start = at + RECORD_HEADER_BYTES
    frame.end = end
    frame.received_at_ms = this.#believedTime(at, end)
    if (frame.record === 0) this.first_ms = frame.received_at_ms
    else if (frame.received_at_ms < this.last_ms) {
      this.#finding('time_regression', frame, {
        received_at_ms: frame.received_at_ms,
        step_back_ms: this.last_ms - frame.received_at_ms,
      })
    }
    this.last_ms = frame.received_at_ms
    this.#from = end
  }

  /** A single time far from both its neighbours, which agree, is damaged: the record then counts as received with the one before. */
  #believedTime(at: number, end: number): number {
    const time_ms = this.#timeAt(at)
    if (this.frame.record === 0 || Math.abs(time_ms - this.last_ms) <= TIME_JUMP_MS || end + RECORD_HEADER_BYTES > this.#to)
      return time_ms
    if (!this.#isHeader(end) || Math.abs(this.#timeAt(end) - this.last_ms) > TIME_JUMP_MS) return time_ms
    this.#finding('damaged_time', this.frame, { time_ms, used_ms: this.last_ms })
    return this.last_ms
  }

  #atTail(left: number): boolean {
    if (this.#ended && left > 0) this.#tear(this.#from)
    return false
  }

  /** The record at the end is longer than the file: cut off, unless records follow inside it; then its length is damaged. */
  #atOverlong(at: number): boolean {
    for (let offset = at + RECORD_HEADER_BYTES; offset < this.#to; offset++) {
      if (this.#chain(offset) !== 'yes') continue
      this.#hand(at, offset)
      this.#finding('damaged_record', this.frame, { declared_bytes: this.#lengthAt(at), resumed_at: this.#base + offset })
      return true
    }
    this.#tear(at)
    return false
  }

  #tear(at: number): void {
    this.#finding('truncated_tail', { record: this.records, offset: this.#base + at }, { bytes: this.#to - at })
    this.#from = this.#to
  }

  /** Looks for the place where records go on. False: more bytes are needed, or the end has come. */
  #resume(): boolean {
    for (let offset = Math.max(this.#lost_from, this.#from - RECORD_MESSAGE_BYTES_MAX); offset < this.#to; offset++) {
      const found = this.#chain(offset)
      if (found === 'no') continue
      if (found === 'unknown') return false
      this.#found(offset)
      return true
    }
    if (!this.#ended) return false
    this.#found(this.#to)
    return true
  }

  #found(offset: number): void {
    const lost_from = Math.max(this.#lost_from, this.#from)
    if (offset > lost_from) {
      this.#finding(
        'damaged_record',
        { record: this.records, offset: this.#base + lost_from },
        { bytes: offset - lost_from, resumed_at: this.#base + offset },
      )
    }
    this.#from = offset
    this.#lost_from = -1
  }

  /** Do three sound records follow one another from here, or fewer up to the very end? */
  #chain(offset: number): 'yes' | 'no' | 'unknown' {
    const atEnd = (count: number): 'yes' | 'no' | 'unknown' => (this.#ended ? (count > 0 ? 'yes' : 'no') : 'unknown')
    let at = offset
    for (let count = 0; count < RESUME_CHAIN; count++) {
      if (at + RECORD_HEADER_BYTES > this.#to) return atEnd(count)
      if (!this.#isHeader(at) || (this.records > 0 && Math.abs(this.#timeAt(at) - this.last_ms) > RESUME_WITHIN_MS)) return 'no'
      const end = at + RECORD_HEADER_BYTES + this.#lengthAt(at)
      if (end > this.#to) return atEnd(count)
      if (count === 0 && !this.#isSound(at, end)) return 'no'
      at = end
    }
    return 'yes'
  }

  /** A heartbeat, a JSON text, or packets that add up. */
  #isSound(at: number, end: number): boolean {
    const start = at + RECORD_HEADER_BYTES
    if (end - start === 1) return true
    return JSON_STARTS.has(this.#bytes[start] as number)
      ? JSON_ENDS.has(this.#bytes[end - 1] as number)
      : addsUp(this.#view, start, end)
  }

  #isHeader(at: number): boolean {
    const time_ms = this.#timeAt(at)
    return time_ms >= RECEIVED_MS_MIN && time_ms <= RECEIVED_MS_MAX && this.#lengthAt(at) <= RECORD_MESSAGE_BYTES_MAX
  }

  #timeAt(at: number): number {
    const little = this.byte_order === 'little'
    const high = this.#view.getUint32(little ? at + 4 : at, little)
    return high * TWO_POW_32 + this.#view.getUint32(little ? at : at + 4, little)
  }

  #lengthAt(at: number): number {
    return this.#view.getUint32(at + 8, this.byte_order === 'little')
  }

  /** The first header makes sense in one order only; when it is damaged, the first chain of records decides. False: more bytes are needed. */
  #settleByteOrder(): boolean {
    if (this.#to < RECORD_HEADER_BYTES) {
      if (!this.#ended) return false
      this.byte_order = 'big'
      return true
    }
    for (const order of BYTE_ORDERS) {
      this.byte_order = order
      if (this.#isHeader(0)) return true
    }
    if (this.#to < FIRST_BUFFER_BYTES && !this.#ended) {
      this.byte_order = undefined
      return false
    }
    for (const order of BYTE_ORDERS) {
      this.byte_order = order
      for (let offset = 1; offset < this.#to; offset++) if (this.#chain(offset) === 'yes') return true
    }
    this.byte_order = 'big'
    return true
  }
}
