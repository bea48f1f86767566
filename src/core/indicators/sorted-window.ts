import { RollingWindow } from './rolling-window.js'

/** The last `length` numbers, sorted as well: medians in a walk over the window. */
export class SortedWindow {
  readonly length: number
  readonly #window: RollingWindow
  readonly #sorted: Float64Array

  constructor(length: number) {
    this.length = length
    this.#window = new RollingWindow(length)
    this.#sorted = new Float64Array(length)
  }

  get count(): number {
    return this.#window.count
  }

  push(number: number): void {
    const sorted = this.#sorted
    const { count, isFull } = this.#window
    const leaves = this.#window.push(number)
    // The gap that the leaving number, or the end of the list, makes moves to where the new one belongs.
    let gap = isFull ? this.#placeOf(leaves, count) : count
    const end = isFull ? count - 1 : count
    for (; gap > 0 && sorted[gap - 1]! > number; gap--) sorted[gap] = sorted[gap - 1]!
    for (; gap < end && sorted[gap + 1]! < number; gap++) sorted[gap] = sorted[gap + 1]!
    sorted[gap] = number
  }

  /** Mean of the two in the middle of an even count. NaN when empty. */
  median(): number {
    const { count } = this
    if (count === 0) return Number.NaN
    return (this.#sorted[(count - 1) >> 1]! + this.#sorted[count >> 1]!) / 2
  }

  /** Median of the distances from `centre`, which lies between the smallest and the largest number. NaN when empty. */
  medianDistanceFrom(centre: number): number {
    const { count } = this
    const sorted = this.#sorted
    let above = 0
    while (above < count && sorted[above]! < centre) above++
    let below = above - 1
    let last = Number.NaN
    let before = Number.NaN
    // From the centre outwards the distances come sorted.
    for (let n = 0; n <= count >> 1; n++) {
      const up = above < count ? sorted[above]! - centre : Number.POSITIVE_INFINITY
      const down = below >= 0 ? centre - sorted[below]! : Number.POSITIVE_INFINITY
      before = last
      if (up <= down) {
        last = up
        above++
      } else {
        last = down
        below--
      }
    }
    return count % 2 === 1 ? last : (before + last) / 2
  }

  clear(): void {
    this.#window.clear()
  }

  #placeOf(number: number, count: number): number {
    let low = 0
    let high = count
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sorted[middle]! < number) low = middle + 1
      else high = middle
    }
    return low
  }
}
