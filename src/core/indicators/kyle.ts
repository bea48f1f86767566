import { mid } from '../flow/index.js'
import { bars, manyValues } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'
import { RollingWindow } from './rolling-window.js'

/** Kyle's lambda: the slope of the least-squares line of price changes on signed volume, over the last `length` observations. */
export class KyleLambda {
  /** Price per unit of quantity; NaN until half of `length` observations are there, and where the signed volume does not vary. */
  value = Number.NaN
  /** Share of the variance of the changes that the line explains, in [0, 1]; NaN where the price does not change either. */
  r_squared = Number.NaN
  readonly #changes: RollingWindow
  readonly #volumes: RollingWindow

  constructor(length: number) {
    this.#changes = new RollingWindow(length)
    this.#volumes = new RollingWindow(length)
  }

  /** Observations in the line. */
  get count(): number {
    return this.#changes.count
  }

  update(change: number, signed_volume: number): number {
    this.#changes.push(change)
    this.#volumes.push(signed_volume)
    this.value = this.r_squared = Number.NaN
    const { count } = this
    if (2 * count < this.#changes.length || count < 2) return this.value
    this.#fit(this.#changes.mean(), this.#volumes.mean())
    return this.value
  }

  #fit(mean_change: number, mean_volume: number): void {
    let together = 0
    for (let age = 0; age < this.count; age++)
      together += (this.#changes.at(age) - mean_change) * (this.#volumes.at(age) - mean_volume)
    const of_volume = this.#volumes.squaresAround(mean_volume)
    const of_change = this.#changes.squaresAround(mean_change)
    if (!(of_volume > 0)) return
    this.value = together / of_volume
    if (of_change > 0) this.r_squared = Math.min(1, (together * together) / (of_volume * of_change))
  }
}

/** Kyle's lambda over bars. */
export const kyle: IndicatorDefinition<'bars'> = {
  id: 'kyle',
  summary: "Kyle's lambda: how far signed volume moves the book",
  source: 'Kyle 1985; least squares of the change of the middle per bar on signed volume',
  parameters: { bars: bars(60, { min: 4, doc: 'bars in the regression; half of them suffice to begin' }) },
  outputs: [
    { suffix: '', unit: 'price', doc: 'Rupees per unit of signed volume' },
    { suffix: 'r2', unit: 'number', doc: 'Share of the variance it explains' },
    { suffix: 'n', unit: 'number', doc: 'Bars in the regression' },
  ],
  warmUp({ bars }) {
    const first = Math.ceil(bars / 2)
    return [first, first, first]
  },
  needs: ['volume', 'flow'],
  create({ bars }) {
    const line = new KyleLambda(bars)
    let before = Number.NaN
    return manyValues(
      3,
      ({ flow, volume_na }, out) => {
        const now = flow?.book === undefined ? Number.NaN : mid(flow.book)
        const change = now - before
        before = now
        if (flow !== undefined && !volume_na && !Number.isNaN(change)) line.update(change, flow.signed_volume)
        out[0] = line.value
        out[1] = line.r_squared
        out[2] = Number.isNaN(line.value) ? Number.NaN : line.count
      },
      () => {
        before = Number.NaN // the night between two sessions is no effect of the volume of a bar
      },
    )
  },
}
