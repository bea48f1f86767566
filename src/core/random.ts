/**
 * The generator's only source of chance: Chris Doty-Humphrey's sfc32 (public domain), written from its recurrence.
 * 32-bit integer operations only, so a seed gives the same numbers in every engine.
 */
export class Random {
  readonly #state = new Int32Array(4)

  /** Streams of one seed with different names are independent: a new consumer of one never shifts another. */
  constructor(seed: number, stream: string) {
    this.#state[0] = hashText(stream, seed | 0)
    this.#state[1] = hashText(stream, Math.floor(seed / 0x1_0000_0000) ^ 0x9e3779b9)
    this.#state[2] = seed | 0
    this.#state[3] = 1
    for (let round = 0; round < 16; round++) this.next()
  }

  /** Uniform in [0, 2^32). */
  next(): number {
    const s = this.#state
    const b = s[1]!
    const c = s[2]!
    const sum = (s[0]! + b + s[3]!) | 0
    s[3] = s[3]! + 1
    s[0] = b ^ (b >>> 9)
    s[1] = c + (c << 3)
    s[2] = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }

  /** Uniform in [0, 1), a multiple of 2^-32. */
  unit(): number {
    return this.next() / 0x1_0000_0000
  }

  /** Uniform integer in [0, limit); the bias of at most limit / 2^32 does no harm here. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit)
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.unit()
  }

  /** Roughly normal with mean 0 and deviation 1: four bytes summed. Cut at 3.45. */
  bell(): number {
    return bellOf(this.next())
  }
}

const BELL_DEVIATION = 147.80098105 // sqrt(4 * (256^2 - 1) / 12)

/** About normal, mean 0, deviation 1, from 32 random bits: the sum of their four bytes. */
export function bellOf(bits: number): number {
  return ((bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510) / BELL_DEVIATION
}

/** Mixes an integer to 32 well-spread bits (the finaliser of MurmurHash3, public domain). */
export function mix(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** FNV-1a over UTF-16 code units, then mixed. */
export function hashText(text: string, seed = 0): number {
  let h = 0x811c9dc5 ^ seed
  for (let at = 0; at < text.length; at++) h = Math.imul(h ^ text.charCodeAt(at), 0x01000193)
  return mix(h)
}

/** Smooth noise over whole numbers in [-1, 1]: the same for the same arguments, close for neighbouring `x`. */
export function smoothNoise(key: number, x: number, period: number): number {
  const cell = Math.floor(x / period)
  const within = x / period - cell
  const at = (n: number): number => mix(key ^ Math.imul(n, 0x9e3779b1)) / 0x8000_0000 - 1
  return at(cell) * (1 - within) + at(cell + 1) * within
}
