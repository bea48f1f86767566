import type { CandlestickDefinition } from './definition.js'
import { FOUR_AND_FIVE_CANDLES } from './four-and-five-candles.js'
import { ONE_CANDLE } from './one-candle.js'
import { THREE_CANDLE_ROWS } from './three-candle-rows.js'
import { THREE_CANDLE_TURNS } from './three-candle-turns.js'
import { TWO_CANDLES } from './two-candles.js'

/** All patterns of TA-Lib, by the number of candles they look at. */
export const CANDLESTICKS: readonly CandlestickDefinition[] = [
  ...ONE_CANDLE,
  ...TWO_CANDLES,
  ...THREE_CANDLE_ROWS,
  ...THREE_CANDLE_TURNS,
  ...FOUR_AND_FIVE_CANDLES,
]
