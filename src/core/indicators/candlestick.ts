import { CANDLESTICKS, CandlestickReader } from '../candlesticks/index.js'
import { manyValues } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'

/** Each candlestick pattern as a column: what TA-Lib reports on the bar, 0 where it is not there. */
export const CANDLESTICK_INDICATORS: readonly IndicatorDefinition[] = CANDLESTICKS.map((definition) => ({
  id: definition.id,
  summary: definition.summary,
  source: `TA-Lib ${definition.talib}`,
  parameters: {},
  outputs: [{ suffix: '', unit: 'number', doc: `0, or one of ${definition.reports.join(', ')}` }],
  warmUp: () => [definition.lookback],
  create() {
    const reader = new CandlestickReader([definition])
    return manyValues(1, ({ open, high, low, close }, out) => {
      out[0] = reader.update(open, high, low, close)[0] as number
    })
  },
}))
