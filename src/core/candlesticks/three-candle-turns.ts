import type { Candlestick } from './candlestick.js'
import type { CandlestickDefinition } from './definition.js'
import { against, bearish, bullish, either, towards } from './report.js'
import { PENETRATION } from './settings.js'
import { about, DOWN, further, UP } from './side.js'

/** Patterns of three candles that are said to end a move. */
export const THREE_CANDLE_TURNS: readonly CandlestickDefinition[] = [
  {
    id: 'cdl_3inside',
    talib: 'CDL3INSIDE',
    name: 'Three inside up, down',
    summary: 'A long candle, a short body inside its body, a candle of opposite colour that closes beyond its open',
    candles: 3,
    lookback: 12,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second, third) =>
      against(
        first.colour,
        first.isLong &&
          second.isShort &&
          second.bodyIsInside(first) &&
          third.isOpposite(first) &&
          further(third.colour, third.close, first.open),
      ),
  },
  {
    id: 'cdl_3outside',
    talib: 'CDL3OUTSIDE',
    name: 'Three outside up, down',
    summary: 'A body around the body before it, of opposite colour, then a close further on',
    candles: 3,
    lookback: 3,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second, third) =>
      towards(
        second.colour,
        second.isOpposite(first) && first.bodyIsInside(second) && further(second.colour, third.close, second.close),
      ),
  },
  {
    id: 'cdl_3starsinsouth',
    talib: 'CDL3STARSINSOUTH',
    name: 'Three stars in the south',
    summary: 'Ever smaller black candles, each within the range before: long with a long lower shadow, with a lower shadow, bare',
    candles: 3,
    lookback: 12,
    reports: [100],
    sign: 'direction',
    recognise: (first, second, third) =>
      bullish(
        first.isBlack &&
          second.isBlack &&
          third.isBlack &&
          first.isLong &&
          first.hasLongLowerShadow &&
          second.body < first.body &&
          second.open > first.close &&
          second.open <= first.high &&
          second.low < first.close &&
          second.low >= first.low &&
          second.hasLowerShadow &&
          third.isSmall &&
          third.isBare &&
          third.isInside(second),
      ),
  },
  {
    id: 'cdl_abandonedbaby',
    talib: 'CDLABANDONEDBABY',
    name: 'Abandoned baby',
    summary:
      'A long candle, a doji that gaps away shadows and all, a candle of opposite colour that gaps back and closes well into the first body',
    candles: 3,
    lookback: 12,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second, third) =>
      towards(
        third.colour,
        first.isLong &&
          second.isDoji &&
          third.isLongerThanShort &&
          third.isOpposite(first) &&
          third.closesInto(first, PENETRATION.star) &&
          second.gaps(first.colour, first) &&
          third.gaps(third.colour, second),
      ),
  },
  {
    id: 'cdl_eveningdojistar',
    talib: 'CDLEVENINGDOJISTAR',
    name: 'Evening doji star',
    summary: 'A long white candle, a doji whose body gaps up, a black candle that closes well into the first body',
    candles: 3,
    lookback: 12,
    reports: [-100],
    sign: 'direction',
    recognise: (first, second, third) => bearish(second.isDoji && first.isWhite && turnsAtStar(first, second, third)),
  },
  {
    id: 'cdl_eveningstar',
    talib: 'CDLEVENINGSTAR',
    name: 'Evening star',
    summary: 'A long white candle, a short body gapping up, a black candle that closes well into the first body',
    candles: 3,
    lookback: 12,
    reports: [-100],
    sign: 'direction',
    recognise: (first, second, third) => bearish(second.isShort && first.isWhite && turnsAtStar(first, second, third)),
  },
  {
    id: 'cdl_hikkake',
    talib: 'CDLHIKKAKE',
    name: 'Hikkake',
    summary: 'An inside bar, then a lower high and low (bullish) or a higher high and low (bearish): a false break',
    candles: 3,
    lookback: 5,
    reports: [100, 200, -100, -200],
    sign: 'direction',
    confirmable: true,
    recognise: (first, second, third) =>
      second.isInside(first) ? either(third.moves(DOWN, second), third.moves(UP, second)) : 0,
  },
  {
    id: 'cdl_morningdojistar',
    talib: 'CDLMORNINGDOJISTAR',
    name: 'Morning doji star',
    summary: 'A long black candle, a doji whose body gaps down, a white candle that closes well into the first body',
    candles: 3,
    lookback: 12,
    reports: [100],
    sign: 'direction',
    recognise: (first, second, third) => bullish(second.isDoji && first.isBlack && turnsAtStar(first, second, third)),
  },
  {
    id: 'cdl_morningstar',
    talib: 'CDLMORNINGSTAR',
    name: 'Morning star',
    summary: 'A long black candle, a short body gapping down, a white candle that closes well into the first body',
    candles: 3,
    lookback: 12,
    reports: [100],
    sign: 'direction',
    recognise: (first, second, third) => bullish(second.isShort && first.isBlack && turnsAtStar(first, second, third)),
  },
  {
    id: 'cdl_sticksandwich',
    talib: 'CDLSTICKSANDWICH',
    name: 'Stick sandwich',
    summary: 'Black, white and black, the white one wholly above the first close, the last close equal to it',
    candles: 3,
    lookback: 7,
    reports: [100],
    sign: 'direction',
    recognise: (first, second, third) =>
      bullish(
        first.isBlack &&
          second.isWhite &&
          third.isBlack &&
          second.low > first.close &&
          about(third.close, first.close, first.equal),
      ),
  },
  {
    id: 'cdl_tristar',
    talib: 'CDLTRISTAR',
    name: 'Tristar',
    summary: 'Three dojis by the measure of the first, the body of the second gapping away, the third back from it',
    candles: 3,
    lookback: 12,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second, third) =>
      first.isDoji && second.body <= first.limits.body_doji && third.body <= first.limits.body_doji
        ? either(
            second.bodyGaps(DOWN, first) && third.bottom > second.bottom,
            second.bodyGaps(UP, first) && third.top < second.top,
          )
        : 0,
  },
  {
    id: 'cdl_unique3river',
    talib: 'CDLUNIQUE3RIVER',
    name: 'Unique three river',
    summary: 'A long black candle, a black body within it but with a lower low, a small white candle that opens above that low',
    candles: 3,
    lookback: 12,
    reports: [100],
    sign: 'direction',
    recognise: (first, second, third) =>
      bullish(
        first.isBlack &&
          first.isLong &&
          second.isBlack &&
          second.close > first.close &&
          second.open <= first.open &&
          second.low < first.low &&
          third.isWhite &&
          third.isSmall &&
          third.open > second.low,
      ),
  },
]

/** A star ahead of a long candle, and a candle back into it. */
const turnsAtStar = (first: Candlestick, star: Candlestick, third: Candlestick): boolean =>
  first.isLong &&
  star.bodyGaps(first.colour, first) &&
  third.isLongerThanShort &&
  third.isOpposite(first) &&
  third.closesInto(first, PENETRATION.star)
