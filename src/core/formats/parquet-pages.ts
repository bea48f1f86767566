import type { GrowingBytes } from './growing-bytes.js'

const TWO_POW_32 = 0x1_0000_0000
const GROUP = 8
/** A group header takes at most 5 bytes. */
const HEADER_BYTES_MAX = 5

/** DOUBLE, PLAIN. */
export function writeDoubles(page: GrowingBytes, values: Float64Array, count: number): void {
  page.reserve(count * 8)
  const { view, at } = page
  for (let i = 0; i < count; i++) view.setFloat64(at + i * 8, values[i]!, true)
  page.at = at + count * 8
}

/** INT64, PLAIN, from integers held as doubles: two halves, no BigInt. */
export function writeLongs(page: GrowingBytes, values: Float64Array, count: number): void {
  page.reserve(count * 8)
  const { view, at } = page
  for (let i = 0; i < count; i++) {
    const value = values[i]!
    view.setInt32(at + i * 8, value, true) // modulo 2^32, as `value | 0`
    view.setInt32(at + i * 8 + 4, Math.floor(value / TWO_POW_32), true)
  }
  page.at = at + count * 8
}

/** BOOLEAN, PLAIN: bits, lowest first. */
export function writeBits(page: GrowingBytes, flags: Uint8Array, count: number): void {
  const length = Math.ceil(count / 8)
  page.reserve(length)
  const { bytes, at } = page
  bytes.fill(0, at, at + length)
  for (let i = 0; i < count; i++) bytes[at + (i >> 3)]! |= flags[i]! << (i & 7)
  page.at = at + length
}

/** BYTE_ARRAY, PLAIN: length and UTF-8 of a text. */
export function writeText(page: GrowingBytes, text: Uint8Array): void {
  page.reserve(4 + text.length)
  page.view.setUint32(page.at, text.length, true)
  page.bytes.set(text, page.at + 4)
  page.at += 4 + text.length
}

/**
 * The RLE / bit-packing hybrid of definition levels and dictionary codes: eight or more of a value become a run, all else is packed
 * in groups of eight. `width` is 1..24 bits.
 */
export function writeHybrid(page: GrowingBytes, values: Int32Array | Uint8Array, count: number, width: number): void {
  let packed_from = 0
  let at = 0
  while (at < count) {
    const value = values[at]!
    let end = at + 1
    while (end < count && values[end] === value) end++
    // Packed groups are whole: the run first fills the one it begins in.
    const filler = (GROUP - ((at - packed_from) % GROUP)) % GROUP
    if (end - at - filler >= GROUP) {
      writePacked(page, values, packed_from, at + filler, width)
      writeRun(page, value, end - at - filler, width)
      packed_from = end
    }
    at = end
  }
  writePacked(page, values, packed_from, count, width)
}

function writeRun(page: GrowingBytes, value: number, count: number, width: number): void {
  page.reserve(HEADER_BYTES_MAX + 4)
  writeVarint(page, count * 2)
  for (let bits = 0; bits < width; bits += 8) page.bytes[page.at++] = value >>> bits
}

function writePacked(page: GrowingBytes, values: Int32Array | Uint8Array, from: number, to: number, width: number): void {
  if (from === to) return
  const groups = Math.ceil((to - from) / GROUP)
  page.reserve(HEADER_BYTES_MAX + groups * width)
  writeVarint(page, groups * 2 + 1)
  const { bytes } = page
  const end = page.at + groups * width
  let at = page.at
  let pending = 0
  let bits = 0
  for (let i = from; i < to; i++) {
    pending |= values[i]! << bits
    bits += width
    while (bits >= 8) {
      bytes[at++] = pending
      pending >>>= 8
      bits -= 8
    }
  }
  if (bits > 0) bytes[at++] = pending
  bytes.fill(0, at, end)
  page.at = end
}

function writeVarint(page: GrowingBytes, value: number): void {
  let rest = value
  while (rest > 0x7f) {
    page.bytes[page.at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  page.bytes[page.at++] = rest
}
