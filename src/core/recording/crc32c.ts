/** Castagnoli's polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78
/** Eight tables: table `n` moves a byte over `n` further bytes of zeros. */
const TABLES = makeTables()

/**
 * CRC-32C (RFC 3720, appendix B.4) of `bytes`, as an unsigned 32-bit integer. `before`: the value of what comes ahead of them, so that a long
 * run can be summed in pieces.
 */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES
  let crc = ~before
  let at = 0
  for (const whole = bytes.length - 7; at < whole; at += 8) {
    const low = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
    crc =
      t7[low & 255]! ^
      t6[(low >>> 8) & 255]! ^
      t5[(low >>> 16) & 255]! ^
      t4[low >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!
  }
  for (; at < bytes.length; at++) crc = t0[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8)
  return ~crc >>> 0
}

type Tables = readonly [Table, Table, Table, Table, Table, Table, Table, Table]
type Table = Uint32Array

function makeTables(): Tables {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0)
    return crc
  })
  const next = (table: Table): Table => table.map((crc) => (crc >>> 8) ^ first[crc & 255]!)
  const [b, c] = [next(first), next(next(first))]
  const d = next(c)
  const e = next(d)
  const f = next(e)
  const g = next(f)
  return [first, b, c, d, e, f, g, next(g)]
}
