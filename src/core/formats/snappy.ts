import { GrowingBytes } from './growing-bytes.js'

/** Offsets of copies take 16 bits, so matches are sought within blocks of this size. */
const BLOCK_BYTES = 65_536
const TABLE_BITS = 14
const HASH_FACTOR = 0x9e3779b1 | 0
const MATCH_MIN = 4
/** No match begins in the last bytes of a block: four bytes can then always be read. */
const TAIL_BYTES = 15
/** After so many misses steps get longer: what does not compress is passed over quickly. */
const MISSES_PER_STEP = 32

/**
 * Snappy (the raw format of Parquet pages): a varint length, then literals and copies of what came before. One instance reuses its
 * buffers; the compressor of hyparquet-writer allocates anew on every call, 60 MB between two collections when pages do not compress.
 */
export class Snappy {
  readonly #out = new GrowingBytes()
  readonly #table = new Uint16Array(1 << TABLE_BITS)

  /** Valid until the next call. */
  compress(input: Uint8Array): Uint8Array {
    const out = this.#out
    out.at = 0
    out.reserve(32 + input.length + Math.ceil(input.length / 6)) // the most that literals can add
    out.at = writeVarint(out.bytes, 0, input.length)
    const view = new DataView(input.buffer, input.byteOffset, input.length)
    for (let start = 0; start < input.length; start += BLOCK_BYTES)
      out.at = this.#compressBlock(input, view, start, Math.min(input.length, start + BLOCK_BYTES))
    return out.filled
  }

  #compressBlock(input: Uint8Array, view: DataView, start: number, end: number): number {
    const { bytes } = this.#out
    const table = this.#table
    const limit = end - TAIL_BYTES
    let out = this.#out.at
    let literal = start // first byte that is not written yet
    let at = start + 1
    let misses = MISSES_PER_STEP
    table.fill(0)
    while (at < limit) {
      const four = view.getInt32(at, true)
      const slot = Math.imul(four, HASH_FACTOR) >>> (32 - TABLE_BITS)
      const candidate = start + table[slot]!
      table[slot] = at - start
      if (view.getInt32(candidate, true) !== four || candidate >= at) {
        at += Math.floor(misses++ / MISSES_PER_STEP)
        continue
      }
      let length = MATCH_MIN
      while (at + length < end && input[candidate + length] === input[at + length]) length++
      out = writeLiteral(bytes, out, input, literal, at)
      out = writeCopies(bytes, out, at - candidate, length)
      at += length
      literal = at
      misses = MISSES_PER_STEP
      // the bytes just behind a match often begin the next one
      if (at < limit) table[Math.imul(view.getInt32(at - 1, true), HASH_FACTOR) >>> (32 - TABLE_BITS)] = at - 1 - start
    }
    return writeLiteral(bytes, out, input, literal, end)
  }
}

function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = value
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[at++] = rest
  return at
}

/** Tag 00: the length less one in the tag, or in one or two bytes behind it. */
function writeLiteral(bytes: Uint8Array, start: number, input: Uint8Array, from: number, to: number): number {
  let at = start
  const length = to - from
  if (length === 0) return at
  const less_one = length - 1
  if (less_one < 60) bytes[at++] = less_one << 2
  else if (less_one < 256) {
    bytes[at++] = 60 << 2
    bytes[at++] = less_one
  } else {
    bytes[at++] = 61 << 2
    bytes[at++] = less_one
    bytes[at++] = less_one >> 8
  }
  if (length > 64) bytes.set(input.subarray(from, to), at)
  else for (let i = 0; i < length; i++) bytes[at + i] = input[from + i]!
  return at + length
}

/** Tag 01: 4 to 11 bytes from less than 2048 back; tag 10: 1 to 64 bytes. A longer match takes several, none of them shorter than four. */
function writeCopies(bytes: Uint8Array, start: number, offset: number, length: number): number {
  let at = start
  let rest = length
  while (rest >= 68) {
    at = writeCopy(bytes, at, offset, 64)
    rest -= 64
  }
  if (rest > 64) {
    at = writeCopy(bytes, at, offset, 60)
    rest -= 60
  }
  return writeCopy(bytes, at, offset, rest)
}

function writeCopy(bytes: Uint8Array, start: number, offset: number, length: number): number {
  let at = start
  if (length < 12 && offset < 2048) {
    bytes[at++] = ((offset >> 8) << 5) | ((length - 4) << 2) | 1
    bytes[at++] = offset
    return at
  }
  bytes[at++] = ((length - 1) << 2) | 2
  bytes[at++] = offset
  bytes[at++] = offset >> 8
  return at
}
