import { CANDLE_SETTINGS, type CandleSettingName, type Measure } from './settings.js'
import { DOWN, further, type Side, UP } from './side.js'

/**
 * The shape of one bar, and what counted as long, near or equal when it came. Prices in feed units. The words are those of the
 * books: `white` closes at or above its open, the `body` lies between open and close, a `shadow` beyond it. A shadow that is
 * not clearly there is called none. Reused by the window it belongs to, so not to be kept.
 */
export class Candlestick {
  open = Number.NaN
  high = Number.NaN
  low = Number.NaN
  close = Number.NaN
  colour: Side = DOWN
  /** Higher and lower end of the body. */
  top = Number.NaN
  bottom = Number.NaN
  body = Number.NaN
  range = Number.NaN
  upperShadow = Number.NaN
  lowerShadow = Number.NaN
  /** Each setting as of this bar, from the bars before it; NaN while there are too few. */
  readonly limits = Object.fromEntries(Object.keys(CANDLE_SETTINGS).map((name) => [name, Number.NaN])) as Record<
    CandleSettingName,
    number
  >

  /** Takes the prices of a new bar. The limits are set by the window. */
  take(open: number, high: number, low: number, close: number): void {
    this.open = open
    this.high = high
    this.low = low
    this.close = close
    this.colour = close >= open ? UP : DOWN
    this.top = Math.max(open, close)
    this.bottom = Math.min(open, close)
    this.body = this.top - this.bottom
    this.range = high - low
    this.upperShadow = high - this.top
    this.lowerShadow = this.bottom - low
  }

  /** What a setting measures, in feed units. */
  measure(what: Measure): number {
    switch (what) {
      case 'body':
        return this.body
      case 'range':
        return this.range
      case 'shadow':
        return (this.upperShadow + this.lowerShadow) / 2
    }
  }

  get isWhite(): boolean {
    return this.colour === UP
  }
  get isBlack(): boolean {
    return this.colour === DOWN
  }
  get isLong(): boolean {
    return this.body > this.limits.body_long
  }
  get isShort(): boolean {
    return this.body <= this.limits.body_short
  }
  get isLongerThanShort(): boolean {
    return this.body > this.limits.body_short
  }
  get isSmall(): boolean {
    return this.body < this.limits.body_short
  }
  get isDoji(): boolean {
    return this.body <= this.limits.body_doji
  }
  get isBare(): boolean {
    return this.hasNoUpperShadow && this.hasNoLowerShadow
  }
  get isMarubozu(): boolean {
    return this.isLong && this.isBare
  }
  /** Long, and open at one end of its range. */
  get isBeltHold(): boolean {
    return this.isLong && (this.isWhite ? this.hasNoLowerShadow : this.hasNoUpperShadow)
  }

  get hasUpperShadow(): boolean {
    return this.upperShadow > this.limits.shadow_very_short
  }
  get hasLowerShadow(): boolean {
    return this.lowerShadow > this.limits.shadow_very_short
  }
  get hasNoUpperShadow(): boolean {
    return this.upperShadow < this.limits.shadow_very_short
  }
  get hasNoLowerShadow(): boolean {
    return this.lowerShadow < this.limits.shadow_very_short
  }
  get hasShortUpperShadow(): boolean {
    return this.upperShadow < this.limits.shadow_short
  }
  get hasShortLowerShadow(): boolean {
    return this.lowerShadow < this.limits.shadow_short
  }
  get hasLongUpperShadow(): boolean {
    return this.upperShadow > this.limits.shadow_long
  }
  get hasLongLowerShadow(): boolean {
    return this.lowerShadow > this.limits.shadow_long
  }
  get hasVeryLongUpperShadow(): boolean {
    return this.upperShadow > this.limits.shadow_very_long
  }
  get hasVeryLongLowerShadow(): boolean {
    return this.lowerShadow > this.limits.shadow_very_long
  }

  get near(): number {
    return this.limits.near
  }
  get far(): number {
    return this.limits.far
  }
  get equal(): number {
    return this.limits.equal
  }
  /** Halfway between high and low. */
  get middle(): number {
    return this.low + this.range / 2
  }
  get middleOfBody(): number {
    return this.bottom + this.body / 2
  }

  isOpposite(other: Candlestick): boolean {
    return this.colour !== other.colour
  }
  /** Lower high, higher low. */
  isInside(other: Candlestick): boolean {
    return this.high < other.high && this.low > other.low
  }
  /** Higher high and higher low, or lower high and lower low. */
  moves(side: Side, other: Candlestick): boolean {
    return further(side, this.high, other.high) && further(side, this.low, other.low)
  }
  /** No price in common, shadows included. */
  gaps(side: Side, other: Candlestick): boolean {
    return side === UP ? this.low > other.high : this.high < other.low
  }
  bodyGaps(side: Side, other: Candlestick): boolean {
    return side === UP ? this.bottom > other.top : this.top < other.bottom
  }
  /** Inside at both ends. */
  bodyIsInside(other: Candlestick): boolean {
    return this.top < other.top && this.bottom > other.bottom
  }
  /** Ends may match, both of them too. */
  bodyIsWithin(other: Candlestick): boolean {
    return this.top <= other.top && this.bottom >= other.bottom
  }
  /** Some of its body lies between the other's high and low. */
  bodyTouchesRange(other: Candlestick): boolean {
    return this.bottom < other.high && this.top > other.low
  }
  opensWithin(other: Candlestick): boolean {
    return this.open < other.top && this.open > other.bottom
  }
  closesWithin(other: Candlestick): boolean {
    return this.close < other.top && this.close > other.bottom
  }
  /** For white after white: opens above the other's open, and no more than near above its close. */
  opensInOrNear(other: Candlestick): boolean {
    return this.open > other.open && this.open <= other.close + other.near
  }
  /** Closes further back than that part of the other's body, counted from the other's close. */
  closesInto(other: Candlestick, penetration: number): boolean {
    const depth = other.body * penetration
    return other.isWhite ? this.close < other.close - depth : this.close > other.close + depth
  }
}
