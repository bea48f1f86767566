/** Below this TA-Lib takes a smoothed sum for nothing, and so do we: what a move leaves after hundreds of bars without one. */
const NOTHING = 1e-14

/** True for 0 and for what is left of a move long ago. */
export const isNothing = (number: number): boolean => number > -NOTHING && number < NOTHING

/** Wilder's moving average: the mean of the first `length` numbers, then (mean x (length - 1) + number) / length. */
export class WilderMean {
  /** NaN until there are `length` numbers. */
  value = Number.NaN
  readonly #length: number
  #count = 0
  #sum = 0

  constructor(length: number) {
    this.#length = length
  }

  update(number: number): number {
    const length = this.#length
    if (this.#count === length) this.value = (this.value * (length - 1) + number) / length
    else {
      this.#sum += number
      if (++this.#count === length) this.value = this.#sum / length
    }
    return this.value
  }
}

/** Wilder's running sum: of the first `length - 1` numbers, then sum - sum / length + number. */
export class WilderSum {
  /** NaN until there are `length` numbers. */
  value = Number.NaN
  readonly #length: number
  #count = 0
  #sum = 0

  constructor(length: number) {
    this.#length = length
  }

  update(number: number): number {
    const is_seed = this.#count < this.#length - 1
    this.#sum = is_seed ? this.#sum + number : this.#sum - this.#sum / this.#length + number
    if (is_seed) this.#count++
    else this.value = this.#sum
    return this.value
  }
}
