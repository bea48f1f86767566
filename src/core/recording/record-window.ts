import { assert } from '../assert.js'
import { addsUp, FULL_BYTES } from '../wire/index.js'
import { RECEIVED_MS_MAX, RECEIVED_MS_MIN, RECORD_HEADER_BYTES, RECORD_MESSAGE_BYTES_MAX } from './record.js'

export type ByteOrder = 'big' | 'little'
export type Answer = 'yes' | 'no' | 'unknown'

/**
 * First buffer of a file: enough to see how it begins, and for small files all there is. Then the size at which reading costs no more than the
 * copy by the kernel.
 */
export const FIRST_BUFFER_BYTES = 64 * 1024
const BUFFER_BYTES = 1024 * 1024
/** Records that must follow one another before reading resumes after damage, and how far from the last good time they may lie. */
const RESUME_CHAIN = 3
const RESUME_WITHIN_MS = 86_400_000
const TWO_POW_32 = 0x1_0000_0000
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d

/** The part of a recording that is at hand, and what can be said about a place in it. Places are offsets in `bytes`. */
export class RecordWindow {
  bytes = new Uint8Array(0)
  view = new DataView(this.bytes.buffer)
  /** Bytes of the last turn; `space` overwrites them. */
  #spare = new Uint8Array(0)
  spare_view = new DataView(this.#spare.buffer)
  /** `[from, to)` is unread; `base` is the file offset of byte 0. */
  from = 0
  to = 0
  base = 0
  /** Nothing comes behind `to`. */
  ended = false
  total_bytes = 0
  byte_order: ByteOrder = 'big'
  /** Time of the last record that made sense; NaN while there is none. */
  last_good_ms = Number.NaN

  /**
   * Where to put the next bytes; never empty. Two buffers take turns, so that the bytes of the last one can still be looked at: most
   * instruments are heard of again before theirs are overwritten.
   */
  space(): Uint8Array {
    // Small pieces and small files: nothing has to move yet.
    if (this.to < this.bytes.length / 2) return this.bytes.subarray(this.to)
    const unread = this.to - this.from
    const wanted = this.total_bytes < FIRST_BUFFER_BYTES ? FIRST_BUFFER_BYTES : Math.max(BUFFER_BYTES, 2 * unread)
    if (this.#spare.length < wanted) {
      this.#spare = new Uint8Array(wanted)
      this.spare_view = new DataView(this.#spare.buffer)
    }
    this.#spare.set(this.bytes.subarray(this.from, this.to))
    const { bytes, view } = this
    this.bytes = this.#spare
    this.view = this.spare_view
    this.#spare = bytes
    this.spare_view = view
    this.base += this.from
    this.from = 0
    this.to = unread
    return this.bytes.subarray(unread)
  }

  filled(count: number): void {
    this.to += count
    this.total_bytes += count
    assert(this.to <= this.bytes.length, 'a reader is filled within its space')
  }

  timeAt(at: number): number {
    const little = this.byte_order === 'little'
    const high = this.view.getUint32(little ? at + 4 : at, little)
    return high * TWO_POW_32 + this.view.getUint32(little ? at : at + 4, little)
  }

  lengthAt(at: number): number {
    return this.view.getUint32(at + 8, this.byte_order === 'little')
  }

  /** Where the record says that it ends. */
  endAt(at: number): number {
    return at + RECORD_HEADER_BYTES + this.lengthAt(at)
  }

  isHeader(at: number): boolean {
    const time_ms = this.timeAt(at)
    return time_ms >= RECEIVED_MS_MIN && time_ms <= RECEIVED_MS_MAX && this.lengthAt(at) <= RECORD_MESSAGE_BYTES_MAX
  }

  /** A time that fits the records so far. */
  isNear(time_ms: number): boolean {
    if (time_ms < RECEIVED_MS_MIN || time_ms > RECEIVED_MS_MAX) return false
    return Number.isNaN(this.last_good_ms) || Math.abs(time_ms - this.last_good_ms) <= RESUME_WITHIN_MS
  }

  /** `[start, end)` is a heartbeat, a JSON text, or packets that add up. */
  isSound(start: number, end: number): boolean {
    if (end - start <= 1) return end > start
    // Nothing but full packets, the common case: as good as a walk over them, which would cost as much as all else here.
    if (end - start === 2 + this.view.getUint16(start) * (2 + FULL_BYTES)) return true
    if (this.bytes[start] === OPENING_BRACE) return this.bytes[end - 1] === CLOSING_BRACE
    return addsUp(this.view, start, end)
  }

  /**
   * Does a record begin here? Yes if its time fits those before and its message is sound: that is 60 bits of evidence. Also if three headers
   * chain whose times agree with each other: texts that are no objects, or a pause of days.
   */
  beginsRecord(at: number): Answer {
    let next = at
    for (let count = 0; count < RESUME_CHAIN; count++) {
      if (next + RECORD_HEADER_BYTES > this.to) return this.ended ? 'no' : 'unknown'
      if (!this.isHeader(next)) return 'no'
      const end = this.endAt(next)
      if (end > this.to) return this.ended ? 'no' : 'unknown'
      if (count === 0 && this.isNear(this.timeAt(at)) && this.isSound(at + RECORD_HEADER_BYTES, end)) return 'yes'
      if (Math.abs(this.timeAt(next) - this.timeAt(at)) > RESUME_WITHIN_MS) return 'no'
      next = end
    }
    return 'yes'
  }

  /** Do records follow one another from `at` exactly up to `end`? */
  leadsTo(at: number, end: number): boolean {
    let next = at
    while (next + RECORD_HEADER_BYTES <= end && this.isHeader(next) && this.isNear(this.timeAt(next))) next = this.endAt(next)
    return next === end
  }
}
