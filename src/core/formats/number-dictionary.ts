/** More distinct values than this are written plainly. */
const DISTINCT_MAX = 8192
/** Four slots for each value: short probes. A power of two, for the mask. */
const SLOTS = 4 * DISTINCT_MAX
/** When half of the first this many are distinct, the column is taken for one without repetition. */
const TRIAL = 4096
const EMPTY = -1

/**
 * The distinct numbers of a column in the order they first appear, and the code of each cell. Open addressing on the bits of the double; the
 * hash decides only where a value is looked for, never its code.
 */
export class NumberDictionary {
  readonly values = new Float64Array(DISTINCT_MAX)
  readonly codes: Int32Array
  size = 0
  readonly #slots = new Int32Array(SLOTS)
  readonly #bits = new Int32Array(2)
  readonly #double = new Float64Array(this.#bits.buffer)

  constructor(capacity: number) {
    this.codes = new Int32Array(capacity)
  }

  /** False when the column repeats itself too little; codes and values are then meaningless. */
  build(numbers: Float64Array, count: number): boolean {
    this.size = 0
    this.#slots.fill(EMPTY)
    for (let i = 0; i < count; i++) {
      const code = this.#codeOf(numbers[i]!)
      if (code === EMPTY || (i === TRIAL && this.size > TRIAL / 2)) return false
      this.codes[i] = code
    }
    return true
  }

  #codeOf(value: number): number {
    this.#double[0] = value
    let slot = Math.imul(this.#bits[0]! ^ Math.imul(this.#bits[1]!, 0x9e3779b1 | 0), 0x85ebca6b | 0)
    slot = (slot ^ (slot >>> 15)) & (SLOTS - 1)
    for (;;) {
      const code = this.#slots[slot]!
      if (code === EMPTY) break
      if (this.values[code] === value) return code
      slot = (slot + 1) & (SLOTS - 1)
    }
    if (this.size === DISTINCT_MAX) return EMPTY
    this.values[this.size] = value
    this.#slots[slot] = this.size
    return this.size++
  }
}
