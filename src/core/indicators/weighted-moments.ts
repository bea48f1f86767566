/** Mean and deviation of numbers by weight. Numbers are held as distances from the first one: squares of prices would lose their last digits. */
export class WeightedMoments {
  /** Sum of weights. */
  weight = 0
  #origin = 0
  #sum = 0
  #squares = 0

  /** Weight 0 changes nothing. */
  add(number: number, weight: number): void {
    if (this.weight === 0) this.#origin = number
    const distance = number - this.#origin
    this.weight += weight
    this.#sum += distance * weight
    this.#squares += distance * distance * weight
  }

  /** NaN without weight. */
  get mean(): number {
    return this.weight > 0 ? this.#origin + this.#sum / this.weight : Number.NaN
  }

  /** Population standard deviation; NaN without weight. */
  get deviation(): number {
    if (!(this.weight > 0)) return Number.NaN
    const mean = this.#sum / this.weight
    return Math.sqrt(Math.max(0, this.#squares / this.weight - mean * mean))
  }

  clear(): void {
    this.weight = this.#sum = this.#squares = 0
  }
}
