import type { Candlestick } from './candlestick.js'
import type { CandlestickDefinition } from './definition.js'
import { bearish, bullish, either, towards } from './report.js'
import { about, DOWN, further, UP } from './side.js'

/** Patterns of three candles in a row, or around a gap, that are said to go on, or to tire. */
export const THREE_CANDLE_ROWS: readonly CandlestickDefinition[] = [
  {
    id: 'cdl_2crows',
    talib: 'CDL2CROWS',
    name: 'Two crows',
    summary: 'A long white candle, a black body gapping up, a black candle that opens in the second body and closes in the first',
    candles: 3,
    lookback: 12,
    reports: [-100],
    sign: 'direction',
    recognise: (first, second, third) =>
      bearish(
        first.isWhite &&
          first.isLong &&
          second.isBlack &&
          second.bodyGaps(UP, first) &&
          third.isBlack &&
          third.opensWithin(second) &&
          third.closesWithin(first),
      ),
  },
  {
    id: 'cdl_3whitesoldiers',
    talib: 'CDL3WHITESOLDIERS',
    name: 'Three white soldiers',
    summary:
      'Three white candles without upper shadows, each opening in or near the body before and closing higher, none far smaller',
    candles: 3,
    lookback: 12,
    reports: [100],
    sign: 'direction',
    recognise: (first, second, third) =>
      bullish(
        advances(first, second, third) &&
          first.hasNoUpperShadow &&
          second.hasNoUpperShadow &&
          third.hasNoUpperShadow &&
          second.body > first.body - first.far &&
          third.body > second.body - second.far &&
          third.isLongerThanShort,
      ),
  },
  {
    id: 'cdl_advanceblock',
    talib: 'CDLADVANCEBLOCK',
    name: 'Advance block',
    summary:
      'Three white candles, each opening in or near the body before and closing higher; the first long, the others weakening',
    candles: 3,
    lookback: 12,
    reports: [-100],
    sign: 'direction',
    recognise: (first, second, third) =>
      bearish(advances(first, second, third) && first.isLong && first.hasShortUpperShadow && weakens(first, second, third)),
  },
  {
    id: 'cdl_gapsidesidewhite',
    talib: 'CDLGAPSIDESIDEWHITE',
    name: 'Up, down-gap side-by-side white lines',
    summary: 'Two white candles with equal opens and bodies of near size, both bodies gapping away from the candle before',
    candles: 3,
    lookback: 7,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second, third) =>
      second.isWhite &&
      third.isWhite &&
      about(third.body, second.body, second.near) &&
      about(third.open, second.open, second.equal)
        ? either(
            second.bodyGaps(UP, first) && third.bodyGaps(UP, first),
            second.bodyGaps(DOWN, first) && third.bodyGaps(DOWN, first),
          )
        : 0,
  },
  {
    id: 'cdl_identical3crows',
    talib: 'CDLIDENTICAL3CROWS',
    name: 'Identical three crows',
    summary: 'Three black candles without lower shadows, each opening at the close before and closing lower',
    candles: 3,
    lookback: 12,
    reports: [-100],
    sign: 'direction',
    recognise: (first, second, third) =>
      bearish(
        first.isBlack &&
          second.isBlack &&
          third.isBlack &&
          first.hasNoLowerShadow &&
          second.hasNoLowerShadow &&
          third.hasNoLowerShadow &&
          first.close > second.close &&
          second.close > third.close &&
          about(second.open, first.close, first.equal) &&
          about(third.open, second.close, second.equal),
      ),
  },
  {
    id: 'cdl_stalledpattern',
    talib: 'CDLSTALLEDPATTERN',
    name: 'Stalled pattern',
    summary: 'Two long white candles, the second without an upper shadow, then a small white one; each closes higher',
    candles: 3,
    lookback: 12,
    reports: [-100],
    sign: 'direction',
    recognise: (first, second, third) =>
      bearish(
        closeHigher(first, second, third) &&
          first.isLong &&
          second.isLong &&
          second.hasNoUpperShadow &&
          second.opensInOrNear(first) &&
          third.isSmall,
      ),
  },
  {
    id: 'cdl_tasukigap',
    talib: 'CDLTASUKIGAP',
    name: 'Tasuki gap',
    summary:
      'A body gapping away in its own direction, then one of near size and opposite colour that opens in it and closes in the gap',
    candles: 3,
    lookback: 7,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second, third) =>
      towards(
        second.colour,
        second.bodyGaps(second.colour, first) &&
          third.isOpposite(second) &&
          third.opensWithin(second) &&
          further(third.colour, third.close, second.open) &&
          further(second.colour, third.close, second.isWhite ? first.top : first.bottom) &&
          Math.abs(second.body - third.body) < second.near,
      ),
  },
  {
    id: 'cdl_upsidegap2crows',
    talib: 'CDLUPSIDEGAP2CROWS',
    name: 'Upside gap two crows',
    summary: 'A long white candle, a short black body gapping up, a black body around it that closes above the first close',
    candles: 3,
    lookback: 12,
    reports: [-100],
    sign: 'direction',
    recognise: (first, second, third) =>
      bearish(
        first.isWhite &&
          first.isLong &&
          second.isBlack &&
          second.isShort &&
          second.bodyGaps(UP, first) &&
          third.isBlack &&
          second.bodyIsInside(third) &&
          third.close > first.close,
      ),
  },
  {
    id: 'cdl_xsidegap3methods',
    talib: 'CDLXSIDEGAP3METHODS',
    name: 'Upside, downside gap three methods',
    summary:
      'Two candles of one colour with a gap between the bodies in their direction, closed by one of opposite colour from body to body',
    candles: 3,
    lookback: 2,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second, third) =>
      towards(
        first.colour,
        second.colour === first.colour &&
          third.isOpposite(second) &&
          third.opensWithin(second) &&
          third.closesWithin(first) &&
          second.bodyGaps(first.colour, first),
      ),
  },
]

const closeHigher = (first: Candlestick, second: Candlestick, third: Candlestick): boolean =>
  first.isWhite && second.isWhite && third.isWhite && third.close > second.close && second.close > first.close

const advances = (first: Candlestick, second: Candlestick, third: Candlestick): boolean =>
  closeHigher(first, second, third) && second.opensInOrNear(first) && third.opensInOrNear(second)

/** Far smaller bodies, or smaller ones with upper shadows. */
function weakens(first: Candlestick, second: Candlestick, third: Candlestick): boolean {
  const secondStops = second.body < first.body - first.far && third.body < second.body + second.near
  const thirdStops = third.body < second.body - second.far
  const rejected = third.upperShadow > third.limits.shadow_short || second.upperShadow > second.limits.shadow_short
  const fading = third.body < second.body && second.body < first.body && rejected
  return secondStops || thirdStops || fading || (third.body < second.body && third.hasLongUpperShadow)
}
