import type { Candlestick } from './candlestick.js'
import type { CandlestickDefinition } from './definition.js'
import { against, bearish, bullish, graded, towards, withSide } from './report.js'
import { PENETRATION } from './settings.js'
import { about, DOWN, UP } from './side.js'

/** Patterns of two candles, and those of one that mind where the candle before it was. */
export const TWO_CANDLES: readonly CandlestickDefinition[] = [
  {
    id: 'cdl_counterattack',
    talib: 'CDLCOUNTERATTACK',
    name: 'Counterattack',
    summary: 'Two long candles of opposite colour with equal closes',
    candles: 2,
    lookback: 11,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second) =>
      towards(
        second.colour,
        second.isOpposite(first) && first.isLong && second.isLong && about(second.close, first.close, first.equal),
      ),
  },
  {
    id: 'cdl_darkcloudcover',
    talib: 'CDLDARKCLOUDCOVER',
    name: 'Dark cloud cover',
    summary: 'A long white candle, then a black one that opens above its high and closes in the lower half of its body',
    candles: 2,
    lookback: 11,
    reports: [-100],
    sign: 'direction',
    recognise: (first, second) =>
      bearish(
        first.isWhite &&
          first.isLong &&
          second.isBlack &&
          second.open > first.high &&
          second.close > first.open &&
          second.closesInto(first, PENETRATION.dark_cloud_cover),
      ),
  },
  {
    id: 'cdl_dojistar',
    talib: 'CDLDOJISTAR',
    name: 'Doji star',
    summary: 'A long candle, then a doji whose body gaps away in its direction',
    candles: 2,
    lookback: 11,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second) => against(first.colour, first.isLong && second.isDoji && second.bodyGaps(first.colour, first)),
  },
  {
    id: 'cdl_engulfing',
    talib: 'CDLENGULFING',
    name: 'Engulfing',
    summary: 'A body around the smaller body before it, of opposite colour; 80 where they match at one end',
    candles: 2,
    lookback: 2,
    reports: [100, 80, -80, -100],
    sign: 'direction',
    recognise: (first, second) =>
      second.isOpposite(first)
        ? withSide(second.colour, graded(first.bodyIsInside(second), first.bodyIsWithin(second) && first.body < second.body))
        : 0,
  },
  {
    id: 'cdl_hammer',
    talib: 'CDLHAMMER',
    name: 'Hammer',
    summary: 'A small body with a long lower shadow and no upper one, near the low before it or below',
    candles: 2,
    lookback: 11,
    reports: [100],
    sign: 'direction',
    recognise: (before, candle) => bullish(hasFormOfHammer(candle) && candle.bottom <= before.low + before.near),
  },
  {
    id: 'cdl_hangingman',
    talib: 'CDLHANGINGMAN',
    name: 'Hanging man',
    summary: 'A small body with a long lower shadow and no upper one, near the high before it or above',
    candles: 2,
    lookback: 11,
    reports: [-100],
    sign: 'direction',
    recognise: (before, candle) => bearish(hasFormOfHammer(candle) && candle.bottom >= before.high - before.near),
  },
  {
    id: 'cdl_harami',
    talib: 'CDLHARAMI',
    name: 'Harami',
    summary: 'A long candle, then a short body inside its body; 80 where they match at an end',
    candles: 2,
    lookback: 11,
    reports: [100, 80, -80, -100],
    sign: 'direction',
    recognise: (first, second) => (first.isLong && second.isShort ? harami(first, second) : 0),
  },
  {
    id: 'cdl_haramicross',
    talib: 'CDLHARAMICROSS',
    name: 'Harami cross',
    summary: 'A long candle, then a doji inside its body; 80 where they match at an end',
    candles: 2,
    lookback: 11,
    reports: [100, 80, -80, -100],
    sign: 'direction',
    recognise: (first, second) => (first.isLong && second.isDoji ? harami(first, second) : 0),
  },
  {
    id: 'cdl_homingpigeon',
    talib: 'CDLHOMINGPIGEON',
    name: 'Homing pigeon',
    summary: 'A long black candle, then a short black body inside its body',
    candles: 2,
    lookback: 11,
    reports: [100],
    sign: 'direction',
    recognise: (first, second) =>
      bullish(first.isBlack && second.isBlack && first.isLong && second.isShort && second.bodyIsInside(first)),
  },
  {
    id: 'cdl_inneck',
    talib: 'CDLINNECK',
    name: 'In-neck',
    summary: 'A long black candle, then a white one that opens below its low and closes at its close or a hair above',
    candles: 2,
    lookback: 11,
    reports: [-100],
    sign: 'direction',
    recognise: (first, second) =>
      bearish(opensBelowLongBlack(first, second) && second.close >= first.close && second.close <= first.close + first.equal),
  },
  {
    id: 'cdl_invertedhammer',
    talib: 'CDLINVERTEDHAMMER',
    name: 'Inverted hammer',
    summary: 'A small body with a long upper shadow and no lower one, gapping down from the body before it',
    candles: 2,
    lookback: 11,
    reports: [100],
    sign: 'direction',
    recognise: (before, candle) => bullish(hasFormOfInvertedHammer(candle) && candle.bodyGaps(DOWN, before)),
  },
  {
    id: 'cdl_kicking',
    talib: 'CDLKICKING',
    name: 'Kicking',
    summary: 'A marubozu, then one of opposite colour that gaps away in its own direction',
    candles: 2,
    lookback: 11,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second) => towards(second.colour, kicks(first, second)),
  },
  {
    id: 'cdl_kickingbylength',
    talib: 'CDLKICKINGBYLENGTH',
    name: 'Kicking by length',
    summary: 'As kicking, with the direction of the longer marubozu',
    candles: 2,
    lookback: 11,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second) => towards((second.body > first.body ? second : first).colour, kicks(first, second)),
  },
  {
    id: 'cdl_matchinglow',
    talib: 'CDLMATCHINGLOW',
    name: 'Matching low',
    summary: 'Two black candles with equal closes',
    candles: 2,
    lookback: 6,
    reports: [100],
    sign: 'direction',
    recognise: (first, second) => bullish(first.isBlack && second.isBlack && about(second.close, first.close, first.equal)),
  },
  {
    id: 'cdl_onneck',
    talib: 'CDLONNECK',
    name: 'On-neck',
    summary: 'A long black candle, then a white one that opens below its low and closes at that low',
    candles: 2,
    lookback: 11,
    reports: [-100],
    sign: 'direction',
    recognise: (first, second) => bearish(opensBelowLongBlack(first, second) && about(second.close, first.low, first.equal)),
  },
  {
    id: 'cdl_piercing',
    talib: 'CDLPIERCING',
    name: 'Piercing',
    summary: 'A long black candle, then a long white one that opens below its low and closes in the upper half of its body',
    candles: 2,
    lookback: 11,
    reports: [100],
    sign: 'direction',
    recognise: (first, second) =>
      bullish(
        opensBelowLongBlack(first, second) && second.isLong && second.close < first.open && second.close > first.middleOfBody,
      ),
  },
  {
    id: 'cdl_separatinglines',
    talib: 'CDLSEPARATINGLINES',
    name: 'Separating lines',
    summary: 'A candle, then a belt hold of opposite colour with an equal open',
    candles: 2,
    lookback: 11,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second) =>
      towards(second.colour, second.isOpposite(first) && about(second.open, first.open, first.equal) && second.isBeltHold),
  },
  {
    id: 'cdl_shootingstar',
    talib: 'CDLSHOOTINGSTAR',
    name: 'Shooting star',
    summary: 'A small body with a long upper shadow and no lower one, gapping up from the body before it',
    candles: 2,
    lookback: 11,
    reports: [-100],
    sign: 'direction',
    recognise: (before, candle) => bearish(hasFormOfInvertedHammer(candle) && candle.bodyGaps(UP, before)),
  },
  {
    id: 'cdl_thrusting',
    talib: 'CDLTHRUSTING',
    name: 'Thrusting',
    summary: 'A long black candle, then a white one that opens below its low and closes in its body, up to the middle',
    candles: 2,
    lookback: 11,
    reports: [-100],
    sign: 'direction',
    recognise: (first, second) =>
      bearish(
        opensBelowLongBlack(first, second) && second.close > first.close + first.equal && second.close <= first.middleOfBody,
      ),
  },
]

const hasFormOfHammer = (candle: Candlestick): boolean => candle.isSmall && candle.hasLongLowerShadow && candle.hasNoUpperShadow
const hasFormOfInvertedHammer = (candle: Candlestick): boolean =>
  candle.isSmall && candle.hasLongUpperShadow && candle.hasNoLowerShadow

const harami = (first: Candlestick, second: Candlestick): number =>
  withSide(first.isWhite ? DOWN : UP, graded(second.bodyIsInside(first), second.bodyIsWithin(first)))

const kicks = (first: Candlestick, second: Candlestick): boolean =>
  second.isOpposite(first) && first.isMarubozu && second.isMarubozu && second.gaps(second.colour, first)

const opensBelowLongBlack = (first: Candlestick, second: Candlestick): boolean =>
  first.isBlack && first.isLong && second.isWhite && second.open < first.low
