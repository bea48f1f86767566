import { alignStretch, anchorOf, isSameRecord } from './align.js'
import { isSameBytes, messageDifference, packetCount } from './message-difference.js'
import type {
  ComparedRecord,
  MessageDifference,
  RecordComparisonResult,
  RecordDifference,
  RecordDifferenceKind,
  RecordPlace,
} from './record-difference.js'

type Side = 'expected' | 'found'

/** Records looked ahead for a place where both sides go on alike: few first, since most differences are short. */
const WINDOWS = [32, 256, 2048] as const
const WIDEST = 2048
/** Records of a stretch whose bytes alone agree, taken at a time. */
const STEP = 16

type Kept = { -readonly [K in keyof RecordDifference]: RecordDifference[K] }

/** Records that came and are not settled yet. A list whose begin is given up now and then. */
class Waiting {
  records: ComparedRecord[] = []
  is_whole = false
  total = 0

  give(records: readonly ComparedRecord[]): void {
    this.total += records.length
    for (const record of records) this.records.push(record)
  }
}

/**
 * Two recordings record by record. Give records of the side it `wants` until it wants none. Where the sides part, the nearest place is
 * sought where they go on alike, and what lies before it is paired with as few differences as there can be.
 */
export class RecordComparison {
  readonly #limit: number
  readonly #sides = { expected: new Waiting(), found: new Waiting() }
  readonly #first: Kept[] = []
  /** The difference that the next one may go on. */
  #open: { readonly kind: RecordDifferenceKind; readonly shift_ms: number; readonly kept: Kept | undefined } | undefined
  #stretches = 0
  readonly #fields = new Map<string, number>()
  #same = 0
  #missing = 0
  #extra = 0
  #changed = 0
  #time = 0
  #least_shift_ms = Number.POSITIVE_INFINITY
  #most_shift_ms = Number.NEGATIVE_INFINITY
  #wants: Side | undefined = 'expected'

  /** `limit`: differences kept to be shown. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Which side's records are needed to go on; undefined when all is settled. */
  get wants(): Side | undefined {
    return this.#wants
  }

  /** The next records of a side, in their order. */
  give(side: Side, records: readonly ComparedRecord[]): void {
    this.#sides[side].give(records)
    this.#wants = this.#settle()
  }

  /** No more records of this side. */
  end(side: Side): void {
    this.#sides[side].is_whole = true
    this.#wants = this.#settle()
  }

  result(): RecordComparisonResult {
    const differences = this.#missing + this.#extra + this.#changed + this.#time
    return {
      equal: differences === 0,
      expected_records: this.#sides.expected.total,
      found_records: this.#sides.found.total,
      same: this.#same,
      missing: this.#missing,
      extra: this.#extra,
      changed: this.#changed,
      time: this.#time,
      shift_ms: this.#time === 0 ? null : { least: this.#least_shift_ms, most: this.#most_shift_ms },
      by_field: [...this.#fields]
        .map(([field, packets]) => ({ field, packets }))
        .sort((a, b) => b.packets - a.packets || (a.field < b.field ? -1 : 1)),
      differences: this.#stretches,
      first: this.#first,
    }
  }

  /** As far as the records at hand go. Answers the side of which more are needed. */
  #settle(): Side | undefined {
    const { expected, found } = this.#sides
    for (;;) {
      this.#skipSame()
      if (expected.records.length === 0 && !expected.is_whole) return 'expected'
      if (found.records.length === 0 && !found.is_whole) return 'found'
      if (expected.records.length === 0 && found.records.length === 0) return undefined
      if (expected.records.length === 0 || found.records.length === 0) {
        this.#tellStretch(expected.records.length, found.records.length)
        continue
      }
      const lacking = this.#resolve()
      if (lacking !== undefined) return lacking
    }
  }

  #skipSame(): void {
    const [left, right] = [this.#sides.expected.records, this.#sides.found.records]
    let count = 0
    while (count < left.length && count < right.length && isSameRecord(left[count]!, right[count]!)) count++
    this.#same += count
    if (count > 0) this.#open = undefined
    this.#drop(count, count)
  }

  /** Both sides part here. Answers the side of which more must be known first. */
  #resolve(): Side | undefined {
    const { expected, found } = this.#sides
    for (const window of WINDOWS) {
      const lacking = ([expected, found] as const).findIndex(({ records, is_whole }) => records.length < 2 * window && !is_whole)
      if (lacking >= 0) return lacking === 0 ? 'expected' : 'found'
      const anchor = anchorOf(expected.records, found.records, { window, with_time: true })
      if (anchor !== undefined) {
        this.#tellStretch(anchor.expected, anchor.found)
        return undefined
      }
      const alike = anchorOf(expected.records, found.records, { window, with_time: false })
      if (alike !== undefined) {
        this.#tellShifted(alike.expected, alike.found)
        return undefined
      }
      const all = Math.max(expected.records.length, found.records.length)
      if (expected.is_whole && found.is_whole && all <= window) {
        this.#tellStretch(all, all)
        return undefined
      }
    }
    this.#tellHalf()
    return undefined
  }

  #tellStretch(expected: number, found: number): void {
    const [left, right] = [this.#sides.expected.records, this.#sides.found.records]
    const shift_ms = this.#open?.shift_ms ?? 0
    for (const pair of alignStretch(left.slice(0, expected), right.slice(0, found), shift_ms))
      this.#tell(pair.expected, pair.found)
    this.#drop(expected, found)
  }

  /** From the place on, both have the same bytes at other times. */
  #tellShifted(expected: number, found: number): void {
    this.#tellStretch(expected, found)
    const [left, right] = [this.#sides.expected.records, this.#sides.found.records]
    let count = 0
    for (; count < STEP; count++) {
      const [a, b] = [left[count], right[count]]
      if (a === undefined || b === undefined || !isSameBytes(a.bytes, b.bytes)) break
      this.#tell(a, b)
    }
    this.#drop(count, count)
  }

  /** Nothing alike far and wide: the first half of the widest window, up to one moment on both sides. */
  #tellHalf(): void {
    const [left, right] = [this.#sides.expected.records, this.#sides.found.records]
    const half = Math.min(WIDEST / 2, left.length, right.length)
    const until_ms = Math.min(left[half - 1]!.received_at_ms, right[half - 1]!.received_at_ms)
    const upTo = (records: readonly ComparedRecord[]): number => {
      const at = records.findIndex(({ received_at_ms }) => received_at_ms > until_ms)
      return Math.min(at < 0 ? records.length : at, WIDEST)
    }
    const [expected, found] = [upTo(left), upTo(right)]
    // times may step back: at least one record goes
    this.#tellStretch(expected + found === 0 ? 1 : expected, found)
  }

  #tell(expected: ComparedRecord | undefined, found: ComparedRecord | undefined): void {
    if (found === undefined) {
      this.#missing++
      this.#keep('missing', expected, undefined)
    } else if (expected === undefined) {
      this.#extra++
      this.#keep('extra', undefined, found)
    } else if (isSameRecord(expected, found)) {
      this.#same++
      this.#open = undefined
    } else if (isSameBytes(expected.bytes, found.bytes)) {
      this.#time++
      const shift_ms = found.received_at_ms - expected.received_at_ms
      this.#least_shift_ms = Math.min(this.#least_shift_ms, shift_ms)
      this.#most_shift_ms = Math.max(this.#most_shift_ms, shift_ms)
      this.#keep('time', expected, found)
    } else {
      this.#changed++
      const message = messageDifference(expected.bytes, found.bytes, (field) => {
        this.#fields.set(field, (this.#fields.get(field) ?? 0) + 1)
      })
      this.#keep('changed', expected, found, message)
    }
  }

  /** What goes on like the difference before it is one with it. */
  #keep(
    kind: RecordDifferenceKind,
    expected: ComparedRecord | undefined,
    found: ComparedRecord | undefined,
    message?: MessageDifference,
  ): void {
    const open = this.#open
    const last_received_at_ms = (expected ?? found)?.received_at_ms ?? 0
    const shift_ms = kind === 'time' ? found!.received_at_ms - expected!.received_at_ms : 0
    if (open !== undefined && kind !== 'changed' && open.kind === kind && open.shift_ms === shift_ms) {
      if (open.kept !== undefined) {
        open.kept.records++
        open.kept.last_received_at_ms = last_received_at_ms
      }
      return
    }
    this.#stretches++
    const kept: Kept | undefined =
      this.#first.length < this.#limit
        ? { kind, records: 1, expected: placeOf(expected), found: placeOf(found), last_received_at_ms, message }
        : undefined
    if (kept !== undefined) this.#first.push(kept)
    this.#open = { kind, shift_ms, kept }
  }

  #drop(expected: number, found: number): void {
    const { expected: left, found: right } = this.#sides
    if (expected > 0) left.records = left.records.slice(expected)
    if (found > 0) right.records = right.records.slice(found)
  }
}

function placeOf(record: ComparedRecord | undefined): RecordPlace | undefined {
  if (record === undefined) return undefined
  const { received_at_ms, bytes } = record
  return { record: record.record, received_at_ms, bytes: bytes.length, packets: packetCount(bytes) }
}
