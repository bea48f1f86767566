/** Segment byte of a token (`token & 0xff`): name, feed units per rupee. Source: Kite Connect docs and clients; NCO from captured values (2026-09). */
export interface Segment {
  /** The exchange as masters name it, `INDICES` for the indices of all exchanges, `UNKNOWN` for a byte nobody has described. */
  readonly name: string
  readonly price_divisor: number
}

const SEGMENTS: Readonly<Record<number, Segment>> = {
  1: { name: 'NSE', price_divisor: 100 },
  2: { name: 'NFO', price_divisor: 100 },
  3: { name: 'CDS', price_divisor: 10_000_000 },
  4: { name: 'BSE', price_divisor: 100 },
  5: { name: 'BFO', price_divisor: 100 },
  6: { name: 'BCD', price_divisor: 10_000 },
  7: { name: 'MCX', price_divisor: 100 },
  8: { name: 'MCXSX', price_divisor: 100 },
  9: { name: 'INDICES', price_divisor: 100 },
  12: { name: 'NCO', price_divisor: 10_000 },
}

/** All segments that somebody has described, in the order of their bytes. */
export const SEGMENT_NAMES: readonly string[] = Object.values(SEGMENTS).map(({ name }) => name)

const UNKNOWN: Segment = { name: 'UNKNOWN', price_divisor: 100 }
const INDEX_SEGMENT = 9

/** Of a byte nobody has described: `UNKNOWN`, 100 feed units a rupee, as all clients have it. */
export function segmentOf(token: number): Segment {
  return SEGMENTS[token & 0xff] ?? UNKNOWN
}

/** Indices (of any exchange) carry segment byte 9 and are not tradable. */
export function isTradable(token: number): boolean {
  return (token & 0xff) !== INDEX_SEGMENT
}
