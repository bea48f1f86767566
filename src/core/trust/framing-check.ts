import { type Frame, isText, RECORD_HEADER_BYTES, RecordingReader } from '../recording/index.js'
import { addsUp } from '../wire/index.js'
import type { Span } from './block-check.js'

/** Listed one by one; the rest is counted. */
const LISTED_MAX = 1000
const CLOSING_BRACE = 0x7d

/** What reading alone can tell of a stretch of a recording. Offsets count from where reading began. */
export interface FramingFacts {
  /** Records that stand as they were written, as far as their framing shows. */
  readonly records: number
  readonly first_ms: number
  readonly last_ms: number
  readonly byte_order: 'big' | 'little'
  readonly bytes: number
  /** Bytes at the end that are no whole record. */
  readonly torn_bytes: number
  /** Stretches that are no record, or one whose header had to be mended. */
  readonly damaged: readonly Span[]
  readonly damaged_total: number
  /** Messages whose packets do not add up: damage, or as they came. */
  readonly odd: readonly Span[]
  readonly odd_total: number
  /** Times that step back. */
  readonly regressions: number
}

/** Who wants the records that are sound. The frame is borrowed. */
export type FrameListener = (frame: Frame) => void

/**
 * Judges a recording by its framing and its packet lengths: all there is without an index. It is weak: of single flipped bits 98.9 % pass,
 * because they change a price or a quantity and no length. Fill `reader` and call `drain`, as with any reader.
 */
export class FramingCheck {
  readonly reader: RecordingReader
  readonly #onFrame: FrameListener
  readonly #damaged: Span[] = []
  readonly #odd: Span[] = []
  /** Findings that the next record, or none, belongs to. */
  #pending: { offset: number; resumed_at: number | undefined }[] = []
  #damaged_total = 0
  #odd_total = 0
  #torn_bytes = 0
  #regressions = 0
  #records = 0
  #first_ms = 0
  #last_ms = 0

  constructor(onFrame: FrameListener = () => {}) {
    this.#onFrame = onFrame
    this.reader = new RecordingReader(0, 0, (code, { offset }, detail) => {
      if (code === 'truncated_tail') this.#torn_bytes = Number(detail.bytes)
      else if (code === 'time_regression') this.#regressions++
      else this.#pending.push({ offset, resumed_at: detail.resumed_at === undefined ? undefined : Number(detail.resumed_at) })
    })
  }

  /** Takes all records that are at hand. */
  drain(): void {
    const { reader } = this
    while (reader.advance()) this.#take(reader.frame)
    this.#settle(undefined)
  }

  facts(): FramingFacts {
    return {
      records: this.#records,
      first_ms: this.#first_ms,
      last_ms: this.#last_ms,
      byte_order: this.reader.byte_order ?? 'big',
      bytes: this.reader.total_bytes,
      torn_bytes: this.#torn_bytes,
      damaged: this.#damaged,
      damaged_total: this.#damaged_total,
      odd: this.#odd,
      odd_total: this.#odd_total,
      regressions: this.#regressions,
    }
  }

  #take(frame: Frame): void {
    const end = frame.offset + RECORD_HEADER_BYTES + frame.end - frame.start
    if (this.#settle({ from: frame.offset, to: end })) return
    if (this.#records++ === 0) this.#first_ms = frame.received_at_ms
    this.#last_ms = frame.received_at_ms
    if (!isWhole(frame)) {
      this.#odd_total++
      if (this.#odd.length < LISTED_MAX) this.#odd.push({ from: frame.offset, to: end })
    }
    this.#onFrame(frame)
  }

  /** True when the record at hand is one that had to be mended. */
  #settle(record: Span | undefined): boolean {
    if (this.#pending.length === 0) return false
    let is_mended = false
    for (const { offset, resumed_at } of this.#pending) {
      const is_record = offset === record?.from
      is_mended ||= is_record
      this.#note({ from: offset, to: Math.max(resumed_at ?? 0, is_record ? record.to : offset) })
    }
    this.#pending = []
    return is_mended
  }

  #note(span: Span): void {
    const last = this.#damaged.at(-1)
    if (last !== undefined && span.from <= last.to) {
      this.#damaged[this.#damaged.length - 1] = { from: last.from, to: Math.max(last.to, span.to) }
      return
    }
    this.#damaged_total++
    if (this.#damaged.length < LISTED_MAX) this.#damaged.push(span)
  }
}

/** A heartbeat, a text in braces, or packets that fill the message exactly. */
function isWhole(frame: Frame): boolean {
  if (isText(frame)) return frame.bytes[frame.end - 1] === CLOSING_BRACE
  return addsUp(frame.view, frame.start, frame.end)
}
