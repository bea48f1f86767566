import { assert } from '../assert.js'
import { addsUp, FULL_BYTES } from '../wire/index.js'
import { RECEIVED_MS_MAX, RECEIVED_MS_MIN, RECORD_HEADER_BYTES, RECORD_MESSAGE_BYTES_MAX } from './record.js'

export type ByteOrder = 'big' | 'little'
export type Answer = 'yes' | 'no' | 'unknown'

/**
 * First buffer of a file: enough to see how it begins, and for small files all there is. Then the size at which reading ahead hides the copy
 * by the kernel.
 */
export const FIRST_BUFFER_BYTES = 64 * 1024
const BUFFER_BYTES = 2 * 1024 * 1024
/** Most messages are smaller than this. */
const FIRST_ROOM_BYTES = 128 * 1024
const PAGES_IDLE = 2
/** Records that must follow one another before reading resumes after damage, and how far from the last good time they may lie. */
const RESUME_CHAIN = 3
const RESUME_WITHIN_MS = 86_400_000
/** A socket carries 3,000 instruments. A message that announces more is not walked over, but believed when a header stands behind it. */
const PACKETS_WALKED_MAX = 4096
const TWO_POW_32 = 0x1_0000_0000
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d

/** A buffer and the view on it. */
interface Page {
  readonly bytes: Uint8Array
  readonly view: DataView
}

const pageOf = (size: number): Page => {
  const bytes = new Uint8Array(size)
  return { bytes, view: new DataView(bytes.buffer) }
}
const NO_PAGE = pageOf(0)

/**
 * Pages that readers have given away, for the next ones. Left to the garbage collector they add up over a day in many parts, or many days: it
 * lets 64 MB of buffers pile up before it looks at them. What is in them is never read.
 */
const spare: Page[] = []
const SPARE_MAX = 8

function takePage(size: number): Page {
  const at = spare.findIndex(({ bytes }) => bytes.length === size)
  return at < 0 ? pageOf(size) : (spare.splice(at, 1)[0] as Page)
}

/**
 * The part of a recording that is at hand, and what can be said about a place in it. Places are offsets in `bytes`.
 *
 * Three buffers take turns: one is read from, one can be filled meanwhile, and the bytes of the last one can still be looked at, because most
 * instruments are heard of again before theirs are overwritten. A buffer is filled behind a free space into which the end of the one before
 * it is moved: a record that lies across two of them is whole.
 */
export class RecordWindow {
  #page = NO_PAGE
  /** The page that the next bytes go to; the present one while it has room. */
  #filling = NO_PAGE
  /** Pages out of use, the one longest out of use first. */
  readonly #idle: Page[] = []
  /** Free space at the front of a page. */
  #room = FIRST_ROOM_BYTES
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

  get bytes(): Uint8Array {
    return this.#page.bytes
  }

  get view(): DataView {
    return this.#page.view
  }

  /** The view whose bytes the next `space()` gives away to be overwritten. */
  get idle_view(): DataView {
    return (this.#hasRoom() ? NO_PAGE : (this.#idle[PAGES_IDLE - 1] ?? NO_PAGE)).view
  }

  /** Every view that frames may have been in. */
  get views(): DataView[] {
    return [this.#page, ...this.#idle].map(({ view }) => view)
  }

  /** All is read: gives the buffers away. */
  release(): void {
    assert(this.ended, 'nothing more comes')
    for (const page of new Set([this.#page, this.#filling, ...this.#idle.splice(0)])) {
      if (page !== NO_PAGE && page.bytes.length <= FIRST_ROOM_BYTES + BUFFER_BYTES && spare.length < SPARE_MAX) spare.push(page)
    }
    this.#page = this.#filling = NO_PAGE
    this.base += this.to
    this.from = this.to = 0
  }

  /** Where to put the next bytes; never empty, and not in use until `filled`. */
  space(): Uint8Array {
    if (this.#hasRoom()) {
      this.#filling = this.#page
      return this.#page.bytes.subarray(this.to)
    }
    const wanted = this.#room + (this.total_bytes < FIRST_BUFFER_BYTES ? FIRST_BUFFER_BYTES : BUFFER_BYTES)
    const idle = this.#idle.length < PAGES_IDLE ? undefined : this.#idle.pop()
    this.#filling = idle !== undefined && idle.bytes.length >= wanted ? idle : takePage(wanted)
    return this.#filling.bytes.subarray(this.#room)
  }

  /** So many bytes have been put into the last `space()`. */
  filled(count: number): void {
    this.total_bytes += count
    if (this.#filling === this.#page) {
      this.to += count
    } else this.#turn(count)
    assert(this.to <= this.bytes.length, 'a reader is filled within its space')
  }

  /** Small pieces and small files: nothing has to move yet. */
  #hasRoom(): boolean {
    return this.#page !== NO_PAGE && this.bytes.length - this.to > (this.bytes.length - this.#room) / 2
  }

  #turn(count: number): void {
    const unread = this.to - this.from
    const fresh_at = this.#room
    let next = this.#filling
    if (unread > this.#room) {
      // A message larger than the room: from now on there is more of it.
      this.#room = 2 * unread
      next = pageOf(this.#room + Math.max(BUFFER_BYTES, count))
      next.bytes.set(this.#filling.bytes.subarray(fresh_at, fresh_at + count), this.#room)
    }
    next.bytes.set(this.bytes.subarray(this.from, this.to), this.#room - unread)
    this.#idle.unshift(this.#page)
    this.base += this.from - (this.#room - unread)
    this.#page = this.#filling = next
    this.from = this.#room - unread
    this.to = this.#room + count
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
    return this.view.getUint16(start) <= PACKETS_WALKED_MAX && addsUp(this.view, start, end)
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

  /**
   * Offsets in `[from, end)`, rising, from which records follow one another exactly up to `end`. Chains that meet are walked once: a message
   * made of headers would take forever.
   */
  *leadingTo(end: number, from: number): Generator<number> {
    const known = new Map<number, boolean>()
    for (let offset = from; offset + RECORD_HEADER_BYTES <= end; offset++) {
      if (!this.#isNearHeader(offset)) continue
      const walked: number[] = []
      let next = offset
      let leads = known.get(next)
      while (leads === undefined && next + RECORD_HEADER_BYTES <= end && this.#isNearHeader(next)) {
        walked.push(next)
        next = this.endAt(next)
        leads = known.get(next)
      }
      leads ??= next === end
      for (const place of walked) known.set(place, leads)
      known.delete(offset) // no chain leads back
      if (leads) yield offset
    }
  }

  #isNearHeader(at: number): boolean {
    return this.isHeader(at) && this.isNear(this.timeAt(at))
  }
}
