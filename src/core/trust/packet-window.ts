/** Copies of a packet on two connections come within this time, ms. */
export const MATCH_MS = 2000

/** A packet that was handed on, while a copy of it may still come. */
interface Handed {
  readonly bytes: Uint8Array
  readonly at_ms: number
  /** Bit n: side n has had it. */
  sides: number
}

interface Expiring extends Handed {
  readonly hash: number
}

/** Called with each packet whose time is over: which sides never had it. */
export type ExpiryListener = (bytes: Uint8Array, sides: number) => void

/**
 * Which packets of several sides are copies of each other: equal bytes within `MATCH_MS`, on different sides, each packet of a side the copy
 * of one of another side at most. What a side sends twice is two packets. Holds what was handed on in the last `MATCH_MS`, nothing else.
 */
export class PacketWindow {
  readonly #onExpiry: ExpiryListener
  /** By hash of the bytes, the oldest first. */
  readonly #by_hash = new Map<number, Handed[]>()
  /** All of them in the order they were handed on; `#first` is the oldest. */
  #handed: Expiring[] = []
  #first = 0

  constructor(onExpiry: ExpiryListener) {
    this.#onExpiry = onExpiry
  }

  /**
   * True when the packet `bytes[from, to)`, which came on `sides` in the same millisecond, is a first copy: hand it on, once. If each of these
   * sides can be given a packet that was handed on before, it is none.
   */
  isFirst(sides: readonly number[], at_ms: number, bytes: Uint8Array, from: number, to: number): boolean {
    this.#expire(at_ms - MATCH_MS)
    const hash = hashOf(bytes, from, to)
    const alike = this.#by_hash.get(hash)
    const packet = bytes.subarray(from, to)
    const copies = sides.map((side) => alike && newestOf(alike, { side, at_ms }, packet))
    if (copies.every((copy) => copy !== undefined)) {
      for (const [n, copy] of copies.entries()) copy.sides |= bitOf(sides[n] as number)
      return false
    }
    const handed = { bytes: packet.slice(), at_ms, sides: sides.reduce((all, side) => all | bitOf(side), 0), hash }
    this.#handed.push(handed)
    if (alike === undefined) this.#by_hash.set(hash, [handed])
    else alike.push(handed)
    return true
  }

  /** Nothing more comes. */
  end(): void {
    this.#expire(Number.POSITIVE_INFINITY)
  }

  /** A file whose times step back keeps its window: what is older than the newest by more than `MATCH_MS` is gone. */
  #expire(before_ms: number): void {
    for (; this.#first < this.#handed.length; this.#first++) {
      const oldest = this.#handed[this.#first] as Expiring
      if (oldest.at_ms >= before_ms) break
      const alike = this.#by_hash.get(oldest.hash) as Handed[]
      if (alike.length === 1) this.#by_hash.delete(oldest.hash)
      else alike.shift() // they were handed on in the same order
      this.#onExpiry(oldest.bytes, oldest.sides)
    }
    if (this.#first < 4096 || this.#first * 2 < this.#handed.length) return
    this.#handed = this.#handed.slice(this.#first)
    this.#first = 0
  }
}

/**
 * The newest packet that this side has not had: connections differ by milliseconds, while a quiet instrument repeats the same bytes each
 * second or so. Taking the oldest would leave a side a second behind for ever after one packet was lost on it.
 */
function newestOf(
  alike: readonly Handed[],
  { side, at_ms }: { side: number; at_ms: number },
  bytes: Uint8Array,
): Handed | undefined {
  for (let n = alike.length - 1; n >= 0; n--) {
    const handed = alike[n] as Handed
    const is_near = Math.abs(handed.at_ms - at_ms) <= MATCH_MS
    if (is_near && (handed.sides & bitOf(side)) === 0 && areEqual(handed.bytes, bytes)) return handed
  }
  return undefined
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

const bitOf = (side: number): number => 1 << side

/** FNV-1a over the bytes. Equal bytes are compared all the same. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
  return hash
}
