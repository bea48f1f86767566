import { profileBin, SessionVwap, typicalPrice, VolumeProfile } from '../indicators/index.js'
import type { Candle, Instrument } from '../market/index.js'
import type { ProfileReport } from './day-report.js'
import type { BarKind, ReportBar } from './packed-bars.js'

/** Rows drawn at most; more bins than that are joined. */
const ROWS_MAX = 160
/** Farther from the point of control there is nothing: as far as a `VolumeProfile` reaches. */
const REACH_BINS = 65_536

/** Gathers one instrument's day for the page. */
export class InstrumentDay {
  readonly instrument: Instrument
  day: Candle | undefined
  previous_close = 0
  readonly #interval: string
  readonly #bars: ReportBar[] = []
  readonly #vwap = new SessionVwap()
  #profile: VolumeProfile | undefined
  /** Range of the trades in it. */
  #low = Number.POSITIVE_INFINITY
  #high = Number.NEGATIVE_INFINITY

  /** `interval`: label of the bars to draw. */
  constructor(instrument: Instrument, interval: string) {
    this.instrument = instrument
    this.#interval = interval
  }

  /** Any candle of the instrument, in the order of the run. */
  onCandle(candle: Candle): void {
    if (candle.phase === 'day') this.day = candle
    else if (candle.interval === this.#interval || candle.phase !== 'continuous') this.#addBar(candle)
    if (candle.interval === '1m') this.#addTrades(candle)
  }

  /** In order of time: an auction may be told after the first bar behind it. */
  bars(): ReportBar[] {
    return this.#bars.sort((a, b) => a.start_s - b.start_s)
  }

  profile(): ProfileReport | undefined {
    const profile = this.#profile
    if (profile === undefined) return undefined
    const { bin, poc, vah, val } = profile
    const binOf = (price: number): number => Math.floor(price / bin + 0.5)
    const first = Math.max(binOf(this.#low), binOf(poc) - REACH_BINS)
    const last = Math.min(binOf(this.#high), binOf(poc) + REACH_BINS)
    const joined = Math.ceil((last - first + 1) / ROWS_MAX)
    const volumes = new Array<number>(Math.ceil((last - first + 1) / joined)).fill(0)
    for (let at = first; at <= last; at++) volumes[Math.floor((at - first) / joined)]! += profile.volumeAt(at * bin)
    return { low: (first - 0.5) * bin, row: joined * bin, volumes, poc, vah, val }
  }

  #addBar(candle: Candle): void {
    const { open, high, low, close, volume } = candle
    const is_continuous = candle.phase === 'continuous'
    if (is_continuous) this.#vwap.update(candle.turnover, volume, typicalPrice(candle))
    const vwap = this.#vwap.value
    this.#bars.push({
      start_s: candle.open_time_ms / 1000,
      open,
      high,
      low,
      close,
      volume,
      vwap: Number.isFinite(vwap) ? Math.round(vwap) : 0,
      kind: kindOf(candle.complete, is_continuous),
    })
  }

  #addTrades({ flow, instrument }: Candle): void {
    if (flow === undefined) return
    if (flow.previous_close > 0) this.previous_close = flow.previous_close
    flow.prices.forEach((price, n) => {
      const volume = flow.volumes[n] ?? 0
      if (!(volume > 0)) return
      this.#profile ??= new VolumeProfile(profileBin(this.previous_close > 0 ? this.previous_close : price, tickOf(instrument)))
      this.#profile.add(price, volume)
      if (price < this.#low) this.#low = price
      if (price > this.#high) this.#high = price
    })
  }
}

function kindOf(complete: boolean, is_continuous: boolean): BarKind {
  if (is_continuous) return complete ? 'whole' : 'cut'
  return complete ? 'auction' : 'cut_auction'
}

/** Price step in feed units; 1 where the master has none. */
export const tickOf = ({ tick_size, price_divisor }: Instrument): number => Math.max(1, Math.round(tick_size * price_divisor))
