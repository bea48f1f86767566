import type { IndicatorDefinition } from './indicator.js'
import { type AgainstBefore, leastBefore, ofVolume, volumeBefore } from './relative-volume.js'
import { RollingWindow } from './rolling-window.js'
import { SortedWindow } from './sorted-window.js'

/** A deviation below this is none: there is no scale to measure with. */
const DEVIATION_MIN = 1e-12
/** Makes the median absolute deviation of a normal distribution its standard deviation. */
const MAD_TO_DEVIATION = 1.4826

/** Distance from the mean of up to `length` numbers before, in their standard deviations (divisor n - 1). */
export class Zscore implements AgainstBefore {
  /** NaN until 10 numbers (or `length`, if that is fewer) came before, and where they do not differ. */
  value = Number.NaN
  readonly #window: RollingWindow
  #sum = 0

  constructor(length: number) {
    this.#window = new RollingWindow(length)
  }

  update(number: number): number {
    const { count, length } = this.#window
    this.value = Number.NaN
    if (count >= leastBefore(length)) {
      const mean = this.#sum / count
      const deviation = Math.sqrt(this.#window.squaresAround(mean) / (count - 1))
      if (deviation >= DEVIATION_MIN) this.value = (number - mean) / deviation
    }
    this.#sum = this.#sum + number - this.#window.push(number)
    return this.value
  }

  clear(): void {
    this.value = Number.NaN
    this.#sum = 0
    this.#window.clear()
  }
}

/** The same with median and median absolute deviation, which single outliers do not move. */
export class RobustZscore implements AgainstBefore {
  /** NaN until 10 numbers (or `length`, if that is fewer) came before, and where more than half of them are equal. */
  value = Number.NaN
  readonly #window: SortedWindow

  constructor(length: number) {
    this.#window = new SortedWindow(length)
  }

  update(number: number): number {
    const { count, length } = this.#window
    this.value = Number.NaN
    if (count >= leastBefore(length)) {
      const median = this.#window.median()
      const deviation = MAD_TO_DEVIATION * this.#window.medianDistanceFrom(median)
      if (deviation >= DEVIATION_MIN) this.value = (number - median) / deviation
    }
    this.#window.push(number)
    return this.value
  }

  clear(): void {
    this.value = Number.NaN
    this.#window.clear()
  }
}

/** Volume in standard deviations from the bars before. */
export const volumeZscore: IndicatorDefinition<'bars' | 'across'> = {
  id: 'volume_zscore',
  summary: 'Volume in standard deviations from the mean of the bars before',
  source: 'The textbook z-score, divisor n - 1',
  parameters: volumeBefore,
  outputs: [{ suffix: '', unit: 'number', doc: '0 is usual; needs 10 bars of the session that differ' }],
  warmUp: ({ bars }) => [leastBefore(bars)],
  needs: ['volume'],
  create: ({ bars, across }) => ofVolume(new Zscore(bars), across === 1),
}

/** Volume in robust deviations from the bars before. */
export const volumeZscoreRobust: IndicatorDefinition<'bars' | 'across'> = {
  id: 'volume_zscore_robust',
  summary: 'Volume in robust deviations from the median of the bars before',
  source: 'The textbook robust z-score: median absolute deviation x 1.4826',
  parameters: volumeBefore,
  outputs: [{ suffix: '', unit: 'number', doc: '0 is usual; needs 10 bars of the session, of which half differ' }],
  warmUp: ({ bars }) => [leastBefore(bars)],
  needs: ['volume'],
  create: ({ bars, across }) => ofVolume(new RobustZscore(bars), across === 1),
}
