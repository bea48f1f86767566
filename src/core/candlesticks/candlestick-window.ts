import { Candlestick } from './candlestick.js'
import { CANDLE_SETTINGS, type CandleSetting, type CandleSettingName } from './settings.js'

/** Power of two, above the most bars a setting looks back on. */
const SIZE = 16
const NAMES = Object.keys(CANDLE_SETTINGS) as CandleSettingName[]

/** The last bars of one instrument as candlesticks, each with the limits that held when it came. */
export class CandlestickWindow {
  /** Bars taken so far. */
  count = 0
  readonly #candles = Array.from({ length: SIZE }, () => new Candlestick())
  readonly #settings = NAMES.map((name) => ({ name, ...(CANDLE_SETTINGS[name] as CandleSetting), sum: 0 }))

  /** Takes the next bar, prices in feed units: integers, so the sums are exact in whatever order they are added up. */
  update(open: number, high: number, low: number, close: number): void {
    const candle = this.#candles[this.count & (SIZE - 1)]!
    candle.take(open, high, low, close)
    for (const setting of this.#settings) {
      const { name, measure, bars, factor } = setting
      const own = candle.measure(measure)
      if (bars === 0) candle.limits[name] = factor * own
      else {
        const known = this.count >= bars
        candle.limits[name] = known ? factor * (setting.sum / bars) : Number.NaN
        setting.sum += known ? own - this.ago(bars - 1).measure(measure) : own
      }
    }
    this.count++
  }

  /** The candle so many bars before the last; its prices are NaN where there was none. */
  ago(bars: number): Candlestick {
    return this.#candles[(this.count - 1 - bars) & (SIZE - 1)]!
  }
}
