import type { OptionChain } from '../../options/index.js'

/** What is traded in a chain from step to step, in units of the feed. An option counts from the second step at which its volume is known. */
export class ChainVolume {
  readonly #chain: OptionChain
  /** Volume of the day at the last step, call and put of each strike. */
  readonly #before: Float64Array
  /** Of the last steps, the newest last. */
  readonly #traded: number[] = []
  readonly #kept: number

  /** `kept`: how many steps the usual volume is made of. */
  constructor(chain: OptionChain, kept: number) {
    this.#chain = chain
    this.#before = new Float64Array(2 * chain.rows.length).fill(Number.NaN)
    this.#kept = kept
  }

  /** Ends a step: its volume against the mean of the steps before it; NaN with fewer than `steps_min` of those. */
  step(steps_min: number): number {
    const traded = this.#tradedSince()
    if (Number.isNaN(traded)) return Number.NaN
    const before = this.#traded
    const mean = before.reduce((sum, each) => sum + each, 0) / before.length
    const ratio = before.length >= steps_min && mean > 0 ? traded / mean : Number.NaN
    before.push(traded)
    if (before.length > this.#kept) before.shift()
    return ratio
  }

  #tradedSince(): number {
    let traded = Number.NaN
    for (const [i, { call, put }] of this.#chain.rows.entries()) {
      for (const [side, leg] of [call, put].entries()) {
        const now = leg?.quote.volume ?? Number.NaN
        const since = now - (this.#before[2 * i + side] as number)
        if (since >= 0) traded = (Number.isNaN(traded) ? 0 : traded) + since
        this.#before[2 * i + side] = now
      }
    }
    return traded
  }
}
