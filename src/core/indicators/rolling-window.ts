/** The last `length` numbers, held in place. */
export class RollingWindow {
  readonly length: number
  /** How many there are, up to `length`. */
  count = 0
  readonly #numbers: Float64Array
  #next = 0

  constructor(length: number) {
    this.length = length
    this.#numbers = new Float64Array(length)
  }

  get isFull(): boolean {
    return this.count === this.length
  }

  /** Adds a number and answers the one that leaves for it; 0 while there was room. */
  push(number: number): number {
    const at = this.#next
    const leaves = this.#numbers[at]!
    this.#numbers[at] = number
    this.#next = at + 1 === this.length ? 0 : at + 1
    if (this.count === this.length) return leaves
    this.count++
    return 0
  }

  /** The numbers from the oldest, `age` 0, to the newest, `count - 1`. */
  at(age: number): number {
    const first = this.count === this.length ? this.#next : 0
    const at = first + age
    return this.#numbers[at >= this.length ? at - this.length : at]!
  }

  /** NaN when empty. */
  max(): number {
    const numbers = this.#numbers
    const { count } = this
    let max = count > 0 ? numbers[0]! : Number.NaN
    for (let n = 1; n < count; n++) if (numbers[n]! > max) max = numbers[n]!
    return max
  }

  /** NaN when empty. */
  min(): number {
    const numbers = this.#numbers
    const { count } = this
    let min = count > 0 ? numbers[0]! : Number.NaN
    for (let n = 1; n < count; n++) if (numbers[n]! < min) min = numbers[n]!
    return min
  }

  /** Summed from the oldest on, so that nothing is left over of numbers that have gone. NaN when empty. */
  mean(): number {
    const numbers = this.#numbers
    const { count } = this
    const first = this.isFull ? this.#next : 0
    let sum = 0
    for (let n = first; n < count; n++) sum += numbers[n]!
    for (let n = 0; n < first; n++) sum += numbers[n]!
    return sum / count
  }

  /** Sum of (number - centre)^2, from the oldest on. */
  squaresAround(centre: number): number {
    const numbers = this.#numbers
    const { count } = this
    const first = this.isFull ? this.#next : 0
    let sum = 0
    for (let n = first; n < count; n++) {
      const off = numbers[n]! - centre
      sum += off * off
    }
    for (let n = 0; n < first; n++) {
      const off = numbers[n]! - centre
      sum += off * off
    }
    return sum
  }

  clear(): void {
    this.count = this.#next = 0
  }
}
