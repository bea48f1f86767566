import type { Candlestick } from './candlestick.js'
import { CandlestickWindow } from './candlestick-window.js'
import { Confirmation } from './confirmation.js'
import type { CandlestickDefinition } from './definition.js'

/** Looks for patterns in the bars of one instrument and one interval. What all of them measure is measured once a bar. */
export class CandlestickReader {
  readonly #patterns: readonly { definition: CandlestickDefinition; confirmation: Confirmation | undefined }[]
  readonly #window = new CandlestickWindow()
  readonly #values: Float64Array

  /** @param definitions what to look for, in the order of the values. */
  constructor(definitions: readonly CandlestickDefinition[]) {
    this.#patterns = definitions.map((definition) => ({
      definition,
      confirmation: definition.confirmable ? new Confirmation() : undefined,
    }))
    this.#values = new Float64Array(definitions.length)
  }

  /**
   * Takes the next bar; prices are integers, in feed units. A value for each definition: what it reports on this bar (0: not
   * there), NaN while it lacks its lookback. The array is reused.
   */
  update(open: number, high: number, low: number, close: number): Readonly<Float64Array> {
    const window = this.#window
    window.update(open, high, low, close)
    const last = window.ago(0)
    const second = window.ago(1)
    const third = window.ago(2)
    const fourth = window.ago(3)
    const fifth = window.ago(4)
    const patterns = this.#patterns
    const values = this.#values
    const count = window.count
    for (let n = 0; n < patterns.length; n++) {
      const { definition, confirmation } = patterns[n]!
      const seen = recognise(definition, last, second, third, fourth, fifth)
      const value = confirmation === undefined ? seen : confirmation.update(seen, second, last)
      values[n] = count > definition.lookback ? value : Number.NaN
    }
    return values
  }
}

/** Hands over as many candles as it wants, oldest first. The candles are given last first. */
function recognise(
  { candles, recognise }: CandlestickDefinition,
  last: Candlestick,
  second: Candlestick,
  third: Candlestick,
  fourth: Candlestick,
  fifth: Candlestick,
): number {
  switch (candles) {
    case 1:
      return recognise(last)
    case 2:
      return recognise(second, last)
    case 3:
      return recognise(third, second, last)
    case 4:
      return recognise(fourth, third, second, last)
    case 5:
      return recognise(fifth, fourth, third, second, last)
  }
}
