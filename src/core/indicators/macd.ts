import { bars, manyValues } from './bar-by-bar.js'
import { Ema } from './ema.js'
import type { IndicatorDefinition } from './indicator.js'

/** Where the fast average begins: so that both have their first value on the same bar (TA-Lib), or each at its own. */
export type MacdAlignment = 'common' | 'independent'

/** Moving average convergence / divergence: fast EMA less slow EMA, its own EMA as the signal, and the difference of the two. */
export class Macd {
  /** NaN for the first `slow - 1` numbers. */
  value = Number.NaN
  /** NaN for `signal - 1` more. */
  signal = Number.NaN
  histogram = Number.NaN
  readonly #fast: Ema
  readonly #slow: Ema
  readonly #signal: Ema
  /** Numbers that the fast average does not take. */
  #wait: number

  constructor(fast: number, slow: number, signal: number, alignment: MacdAlignment = 'common') {
    this.#fast = new Ema(fast)
    this.#slow = new Ema(slow)
    this.#signal = new Ema(signal)
    this.#wait = alignment === 'common' ? slow - fast : 0
  }

  update(number: number): number {
    const slow = this.#slow.update(number)
    if (this.#wait > 0) this.#wait--
    else this.#fast.update(number)
    if (Number.isNaN(slow)) return this.value
    this.value = this.#fast.value - slow
    this.signal = this.#signal.update(this.value)
    this.histogram = this.value - this.signal
    return this.value
  }
}

/** TA-Lib's MACD of closes. */
export const macd = macdOf({
  id: 'macd',
  summary: 'MACD of closes; both averages begin on the same bar',
  source: 'Appel; TA-Lib MACD',
  alignment: 'common',
})

/** MACD of closes whose fast average begins as early as it can: what most JavaScript and pandas code does. */
export const macdIndependent = macdOf({
  id: 'macd_independent',
  summary: 'MACD of closes; the fast average begins on its own bar',
  source: 'Appel; most JavaScript and pandas code',
  alignment: 'independent',
})

interface MacdVariant {
  readonly id: string
  readonly summary: string
  readonly source: string
  readonly alignment: MacdAlignment
}

function macdOf({ alignment, ...names }: MacdVariant): IndicatorDefinition<'fast' | 'slow' | 'signal'> {
  return {
    ...names,
    parameters: {
      fast: bars(12, { doc: 'bars of the fast average' }),
      slow: bars(26, { doc: 'bars of the slow average' }),
      signal: bars(9, { doc: 'bars of the signal' }),
    },
    outputs: [
      { suffix: '', unit: 'price', doc: 'Fast average less slow average' },
      { suffix: 'signal', unit: 'price', doc: 'Exponential average of that' },
      { suffix: 'hist', unit: 'price', doc: 'MACD less signal' },
    ],
    warmUp: ({ slow, signal }) => [slow - 1, slow + signal - 2, slow + signal - 2],
    whyNot: ({ fast, slow }) =>
      fast < slow ? undefined : `the fast average (${fast}) needs fewer bars than the slow one (${slow})`,
    create({ fast, slow, signal }) {
      const averages = new Macd(fast, slow, signal, alignment)
      return manyValues(3, ({ close }, out) => {
        out[0] = averages.update(close)
        out[1] = averages.signal
        out[2] = averages.histogram
      })
    },
  }
}
