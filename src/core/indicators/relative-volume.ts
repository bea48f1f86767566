import type { Candle } from '../market/index.js'
import { bars, oneValue } from './bar-by-bar.js'
import type { Indicator, IndicatorDefinition, IndicatorParameter } from './indicator.js'
import { RollingWindow } from './rolling-window.js'

/** Fewest earlier numbers that say what is usual. */
const LEAST = 10

/** How many numbers must come before the first comparison: 10, or all of a shorter window. */
export const leastBefore = (length: number): number => Math.min(LEAST, length)

/** Compares each number with those before it. */
export interface AgainstBefore {
  /** The comparison of the last number; NaN for none. */
  readonly value: number
  update(number: number): number
  /** Forgets what came before. */
  clear(): void
}

/** A number over the mean of up to `length` numbers before it. The number itself is left out: taken in, it would cap the ratio at `length`. */
export class RelativeToMean implements AgainstBefore {
  /** NaN until 10 numbers (or `length`, if that is fewer) came before, and where their mean is 0. */
  value = Number.NaN
  readonly #window: RollingWindow
  #sum = 0

  constructor(length: number) {
    this.#window = new RollingWindow(length)
  }

  update(number: number): number {
    const { count, length } = this.#window
    this.value = count >= leastBefore(length) && this.#sum > 0 ? number / (this.#sum / count) : Number.NaN
    this.#sum = this.#sum + number - this.#window.push(number)
    return this.value
  }

  clear(): void {
    this.value = Number.NaN
    this.#sum = 0
    this.#window.clear()
  }
}

const across: IndicatorParameter = {
  default: 0,
  min: 0,
  max: 1,
  unnamed: true,
  doc: '1: bars of the session before count too; 0: begins anew',
}

/** The parameters of what compares a bar's volume with the bars before. */
export const volumeBefore = { bars: bars(20, { min: 2, doc: 'bars before the current one' }), across }

/** An indicator of the volume of bars. Bars of the day are never of one session, so they always go on. */
export function ofVolume(against: AgainstBefore, is_across: boolean): Indicator {
  let is_new = false
  const update = (candle: Candle): number => {
    if (candle.volume_na) return Number.NaN
    if (is_new && !is_across && candle.phase !== 'day') against.clear()
    is_new = false
    return against.update(candle.volume)
  }
  return oneValue(update, () => {
    is_new = true
  })
}

/** Volume against the mean of the bars before. */
export const rvolRoll: IndicatorDefinition<'bars' | 'across'> = {
  id: 'rvol_roll',
  summary: 'Volume against the mean of the bars before',
  source: 'mds: the current bar is no part of its own mean',
  parameters: volumeBefore,
  outputs: [{ suffix: '', unit: 'number', doc: '1 is usual; needs 10 bars of the session' }],
  warmUp: ({ bars }) => [leastBefore(bars)],
  needs: ['volume'],
  create: ({ bars, across }) => ofVolume(new RelativeToMean(bars), across === 1),
}
