import type { CandlestickDefinition } from './definition.js'
import { bearish, bullish, either, towards } from './report.js'
import { PENETRATION } from './settings.js'
import { DOWN, further, opposite, UP } from './side.js'

/** Patterns of four candles, and of five. */
export const FOUR_AND_FIVE_CANDLES: readonly CandlestickDefinition[] = [
  {
    id: 'cdl_3blackcrows',
    talib: 'CDL3BLACKCROWS',
    name: 'Three black crows',
    summary: 'After a white candle three black ones without lower shadows, each opening in the body before and closing lower',
    candles: 4,
    lookback: 13,
    reports: [-100],
    sign: 'direction',
    recognise: (before, first, second, third) =>
      bearish(
        before.isWhite &&
          first.isBlack &&
          second.isBlack &&
          third.isBlack &&
          first.hasNoLowerShadow &&
          second.hasNoLowerShadow &&
          third.hasNoLowerShadow &&
          second.opensWithin(first) &&
          third.opensWithin(second) &&
          before.high > first.close &&
          first.close > second.close &&
          second.close > third.close,
      ),
  },
  {
    id: 'cdl_3linestrike',
    talib: 'CDL3LINESTRIKE',
    name: 'Three-line strike',
    summary:
      'Three candles of one colour, each closing further, then one of opposite colour that opens ahead and closes behind them all',
    candles: 4,
    lookback: 8,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second, third, fourth) =>
      towards(
        third.colour,
        first.colour === second.colour &&
          second.colour === third.colour &&
          fourth.isOpposite(third) &&
          second.open >= first.bottom - first.near &&
          second.open <= first.top + first.near &&
          third.open >= second.bottom - second.near &&
          third.open <= second.top + second.near &&
          further(third.colour, third.close, second.close) &&
          further(third.colour, second.close, first.close) &&
          further(third.colour, fourth.open, third.close) &&
          further(fourth.colour, fourth.close, first.open),
      ),
  },
  {
    id: 'cdl_concealbabyswall',
    talib: 'CDLCONCEALBABYSWALL',
    name: 'Concealing baby swallow',
    summary:
      'Four black candles: two bare ones, one gapping down with a shadow up into the second body, one around it shadows and all',
    candles: 4,
    lookback: 13,
    reports: [100],
    sign: 'direction',
    recognise: (first, second, third, fourth) =>
      bullish(
        first.isBlack &&
          second.isBlack &&
          third.isBlack &&
          fourth.isBlack &&
          first.isBare &&
          second.isBare &&
          third.bodyGaps(DOWN, second) &&
          third.hasUpperShadow &&
          third.high > second.close &&
          third.isInside(fourth),
      ),
  },
  {
    id: 'cdl_hikkakemod',
    talib: 'CDLHIKKAKEMOD',
    name: 'Modified hikkake',
    summary:
      'Two inside bars, the first closing near its low (bullish) or high (bearish), then a bar moving that way: a false break',
    candles: 4,
    lookback: 10,
    reports: [100, 200, -100, -200],
    sign: 'direction',
    confirmable: true,
    recognise: (first, second, third, fourth) =>
      second.isInside(first) && third.isInside(second)
        ? either(
            fourth.moves(DOWN, third) && second.close <= second.low + second.near,
            fourth.moves(UP, third) && second.close >= second.high - second.near,
          )
        : 0,
  },
  {
    id: 'cdl_breakaway',
    talib: 'CDLBREAKAWAY',
    name: 'Breakaway',
    summary: 'A long candle, three that gap and move on in its direction, then one of opposite colour that closes in the gap',
    candles: 5,
    lookback: 14,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second, third, fourth, fifth) =>
      towards(
        fifth.colour,
        first.isLong &&
          second.colour === first.colour &&
          fourth.colour === first.colour &&
          fifth.isOpposite(first) &&
          second.bodyGaps(first.colour, first) &&
          third.moves(first.colour, second) &&
          fourth.moves(first.colour, third) &&
          further(fifth.colour, fifth.close, second.open) &&
          further(first.colour, fifth.close, first.close),
      ),
  },
  {
    id: 'cdl_ladderbottom',
    talib: 'CDLLADDERBOTTOM',
    name: 'Ladder bottom',
    summary: 'Three black candles with ever lower opens and closes, a black one with an upper shadow, a white one above it',
    candles: 5,
    lookback: 14,
    reports: [100],
    sign: 'direction',
    recognise: (first, second, third, fourth, fifth) =>
      bullish(
        first.isBlack &&
          second.isBlack &&
          third.isBlack &&
          first.open > second.open &&
          second.open > third.open &&
          first.close > second.close &&
          second.close > third.close &&
          fourth.isBlack &&
          fourth.hasUpperShadow &&
          fifth.isWhite &&
          fifth.open > fourth.open &&
          fifth.close > fourth.high,
      ),
  },
  {
    id: 'cdl_mathold',
    talib: 'CDLMATHOLD',
    name: 'Mat hold',
    summary:
      'A long white candle, a small black body gapping up, two small ones falling back into the first body, a white one above them all',
    candles: 5,
    lookback: 14,
    reports: [100],
    sign: 'direction',
    recognise: (first, second, third, fourth, fifth) => {
      const floor = first.close - first.body * PENETRATION.mat_hold
      return bullish(
        first.isWhite &&
          first.isLong &&
          second.isBlack &&
          second.isSmall &&
          second.bodyGaps(UP, first) &&
          third.isSmall &&
          third.bottom < first.close &&
          third.bottom > floor &&
          third.top < second.open &&
          fourth.isSmall &&
          fourth.bottom < first.close &&
          fourth.bottom > floor &&
          fourth.top < third.top &&
          fifth.isWhite &&
          fifth.open > fourth.close &&
          fifth.close > Math.max(second.high, third.high, fourth.high),
      )
    },
  },
  {
    id: 'cdl_risefall3methods',
    talib: 'CDLRISEFALL3METHODS',
    name: 'Rising, falling three methods',
    summary:
      'A long candle, three small ones of opposite colour moving back within its range, a long one of its colour that closes beyond it',
    candles: 5,
    lookback: 14,
    reports: [100, -100],
    sign: 'direction',
    recognise: (first, second, third, fourth, fifth) => {
      const back = opposite(first.colour)
      return towards(
        first.colour,
        first.isLong &&
          second.isSmall &&
          third.isSmall &&
          fourth.isSmall &&
          fifth.isLong &&
          second.colour === back &&
          third.colour === back &&
          fourth.colour === back &&
          fifth.colour === first.colour &&
          second.bodyTouchesRange(first) &&
          third.bodyTouchesRange(first) &&
          fourth.bodyTouchesRange(first) &&
          further(back, third.close, second.close) &&
          further(back, fourth.close, third.close) &&
          further(first.colour, fifth.open, fourth.close) &&
          further(first.colour, fifth.close, first.close),
      )
    },
  },
]
