import { assert } from '../assert.js'
import { civilOf, DAY_MS, formatIso, istDay, istDayStartMs } from '../time/index.js'

/**
 * Numbers and times as text, straight into bytes: `write...(view, at, value)` returns the offset behind what it wrote. They may scratch a few
 * bytes beyond that, so callers keep `TEXT_BYTES_MAX` bytes free. Prices are printed from their integers: no rounding, no `toFixed`.
 *
 * The one canonical printing (NDJSON, CSV, table): the shortest decimal that reads back the same, no exponent, `-0` is `0`. For whatever
 * JavaScript prints without an exponent these are the bytes of `JSON.stringify(units / divisor)`. A double has those bytes always, exponent too.
 */
export const TEXT_BYTES_MAX = 48

const ZERO = 48
const MINUS = 45
const POINT = 46
const TEN_POW_4 = 10_000
const TEN_POW_8 = 100_000_000
/** Up to here two different decimals are two different doubles (15 significant digits), so the exact decimal is the shortest. */
const EXACT_UNITS_MAX = 999_999_999_999_999

// Four digits a step, as little-endian words: `PADDED` has leading zeros, `PLAIN` begins with the first digit that counts.
const PADDED = new Uint32Array(TEN_POW_4)
const PLAIN = new Uint32Array(TEN_POW_4)
const PLAIN_LENGTH = new Uint8Array(TEN_POW_4)
/** `.05` and the like without trailing zeros, for the two decimals of a paise price. */
const CENTS = new Uint32Array(100)
const CENTS_LENGTH = new Uint8Array(100)
fillTables()

/** Any integer of at most 2^53 - 1 in size. */
export function writeInteger(view: DataView, at: number, value: number): number {
  if (value < 0) {
    view.setUint8(at, MINUS)
    return writeUnsigned(view, at + 1, -value)
  }
  return writeUnsigned(view, at, value)
}

/** An integer in [0, 2^53 - 1]. */
export function writeUnsigned(view: DataView, at: number, value: number): number {
  if (value < TEN_POW_4) {
    const digits = value | 0 // also turns -0 into 0
    view.setUint32(at, PLAIN[digits]!, true)
    return at + PLAIN_LENGTH[digits]!
  }
  if (value < TEN_POW_8) {
    const n = value | 0
    const high = (n / TEN_POW_4) | 0
    view.setUint32(at, PLAIN[high]!, true)
    const next = at + PLAIN_LENGTH[high]!
    view.setUint32(next, PADDED[n - high * TEN_POW_4]!, true)
    return next + 4
  }
  const high = Math.floor(value / TEN_POW_8)
  const low = value - high * TEN_POW_8
  return writePadded8(view, writeUnsigned(view, at, high), low)
}

/** `units / divisor` as a decimal; `divisor` is a power of ten. */
export function writeDecimal(view: DataView, at: number, units: number, divisor: number): number {
  let next = at
  let size = units
  if (units < 0) {
    view.setUint8(next++, MINUS)
    size = -units
  }
  if (divisor === 100 && size <= 0x7fffffff) {
    const n = size | 0
    const whole = (n / 100) | 0
    const cents = n - whole * 100
    next = writeUnsigned(view, next, whole)
    view.setUint32(next, CENTS[cents]!, true)
    return next + CENTS_LENGTH[cents]!
  }
  return size <= EXACT_UNITS_MAX ? writeLongDecimal(view, next, size, divisor) : writeAscii(view, next, String(size / divisor))
}

/** Any finite double; 25 bytes at most, as in `-0.0000012345678901234567`. */
export function writeNumber(view: DataView, at: number, value: number): number {
  assert(Number.isFinite(value), 'a number in an output is finite')
  return Number.isSafeInteger(value) ? writeInteger(view, at, value) : writeAscii(view, at, String(value))
}

/** The common cases of `writeInteger` and `writeDecimal`, small enough for the compiler to put in place; `bits` is read unsigned. */
export function writeCount(view: DataView, at: number, bits: number): number {
  if (bits >>> 0 >= TEN_POW_4) return writeUnsigned(view, at, bits >>> 0)
  view.setUint32(at, PLAIN[bits]!, true)
  return at + PLAIN_LENGTH[bits]!
}

/** `units` is a 32-bit integer. */
export function writePrice(view: DataView, at: number, units: number, divisor: number): number {
  if (units >>> 0 >= 100 * TEN_POW_4 || divisor !== 100) return writeDecimal(view, at, units, divisor)
  const whole = (units / 100) | 0
  const cents = units - whole * 100
  view.setUint32(at, PLAIN[whole]!, true)
  const next = at + PLAIN_LENGTH[whole]!
  view.setUint32(next, CENTS[cents]!, true)
  return next + CENTS_LENGTH[cents]!
}

function writeLongDecimal(view: DataView, at: number, size: number, divisor: number): number {
  let fraction = size % divisor
  let next = writeUnsigned(view, at, (size - fraction) / divisor)
  if (fraction === 0) return next
  view.setUint8(next++, POINT)
  for (let place = divisor / 10; fraction > 0; place /= 10) {
    const digit = Math.floor(fraction / place)
    view.setUint8(next++, ZERO + digit)
    fraction -= digit * place
  }
  return next
}

/** Exactly eight digits of an integer in [0, 10^8). */
function writePadded8(view: DataView, at: number, value: number): number {
  const high = (value / TEN_POW_4) | 0
  view.setUint32(at, PADDED[high]!, true)
  view.setUint32(at + 4, PADDED[value - high * TEN_POW_4]!, true)
  return at + 8
}

function writeAscii(view: DataView, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i))
  return at + text.length
}

/** ISO 8601 with +05:30, as `formatIso`, remembering the day: the rest is table look-ups. One instance per column. */
export class IsoTimeWriter {
  #day_start_ms = Number.NaN
  // `YYYY-MM-DDT` as three little-endian words
  #date = new Uint32Array(3)

  write(view: DataView, at: number, time_ms: number): number {
    if (!(time_ms >= this.#day_start_ms && time_ms < this.#day_start_ms + DAY_MS) && !this.#enterDay(time_ms))
      return writeAscii(view, at, formatIso(time_ms))
    const ms_of_day = time_ms - this.#day_start_ms
    const second_of_day = (ms_of_day / 1000) | 0
    const minute_of_day = (second_of_day / 60) | 0
    const hour = (minute_of_day / 60) | 0
    const minute = minute_of_day - hour * 60
    const second = second_of_day - minute_of_day * 60
    view.setUint32(at, this.#date[0]!, true)
    view.setUint32(at + 4, this.#date[1]!, true)
    view.setUint32(at + 8, this.#date[2]!, true)
    // PADDED holds `00hh`: its upper half are the two digits that count, followed by a colon (0x3a)
    view.setUint32(at + 11, (PADDED[hour]! >>> 16) | 0x3a0000, true)
    view.setUint32(at + 14, (PADDED[minute]! >>> 16) | 0x3a0000, true)
    view.setUint16(at + 17, PADDED[second]! >>> 16, true)
    let next = at + 19
    const ms = ms_of_day - second_of_day * 1000
    if (ms !== 0) {
      view.setUint32(next, (PADDED[ms]! & 0xffffff00) | POINT, true)
      next += 4
    }
    view.setUint32(next, 0x3a35302b, true) // +05:
    view.setUint16(next + 4, 0x3033, true) // 30
    return next + 6
  }

  /** False for a year that four digits cannot show. */
  #enterDay(time_ms: number): boolean {
    const day = istDay(time_ms)
    const { year, month, day: day_of_month } = civilOf(day)
    if (year < 0 || year > 9999) return false
    this.#day_start_ms = istDayStartMs(day)
    this.#date[0] = PADDED[year]!
    this.#date[1] = (0x2d | ((PADDED[month]! >>> 16) << 8) | (0x2d << 24)) >>> 0
    this.#date[2] = (PADDED[day_of_month]! >>> 16) | (0x54 << 16)
    return true
  }
}

function fillTables(): void {
  for (let n = 0; n < TEN_POW_4; n++) {
    const padded = String(n).padStart(4, '0')
    PADDED[n] = word(padded)
    PLAIN[n] = word(String(n))
    PLAIN_LENGTH[n] = String(n).length
  }
  for (let cents = 1; cents < 100; cents++) {
    const text = `.${String(cents).padStart(2, '0')}`.replace(/0$/, '')
    CENTS[cents] = word(text)
    CENTS_LENGTH[cents] = text.length
  }
}

/** Up to four ASCII characters as a little-endian word. */
function word(text: string): number {
  let value = 0
  for (let i = text.length - 1; i >= 0; i--) value = value * 256 + text.charCodeAt(i)
  return value
}
