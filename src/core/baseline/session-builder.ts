import { profileBin, VolumeProfile } from '../indicators/index.js'
import type { Candle, Instrument, Session } from '../market/index.js'
import type { HistoryBar } from '../patterns/index.js'
import { istDayStartMs, MINUTE_MS } from '../time/index.js'
import { BAR_LABELS, KEPT_BARS, minutesOf, RANGE_BARS, type SessionFigures, type Span, VA_MINUTES } from './session-figures.js'
import { hoursOf } from './trading-days.js'

/** What only the end of the session tells. */
export interface SessionEnd {
  /** Was everything of `[start_s, end_s)`, epoch seconds, received? */
  covers(start_s: number, end_s: number): boolean
  /** False for indices, and where no packet told volume; bars that tell one prove it. */
  readonly has_volume: boolean
  /** Open, high and low of the day as the exchange's last packet tells them; undefined without one. */
  readonly exchange_day: DayPrices | undefined
  readonly expiry_day: boolean
}

/** Feed units. */
export interface DayPrices {
  readonly open: number
  readonly high: number
  readonly low: number
}

type BarLabel = (typeof BAR_LABELS)[number]

/** Gathers the figures of one instrument and session from its closed candles: minute bars with flow, those of 5 and 15 minutes, and the day's. */
export class SessionBuilder {
  readonly #instrument: Instrument
  readonly #session: Session
  readonly #begin_ms: number
  readonly #hours: readonly Span[]
  readonly #volume: number[]
  /** Minutes that have a bar: is it complete? */
  readonly #told = new Map<number, boolean>()
  #has_volume = false
  readonly #bars: Record<BarLabel, HistoryBar[]> = { '1m': [], '5m': [], '15m': [] }
  readonly #ranges: number[] = []
  readonly #va_widths: number[] = []
  readonly #tick: number
  #profile: VolumeProfile | undefined
  /** Of the bars of the range that is under way. */
  #range_bars = 0
  #range_high = Number.NEGATIVE_INFINITY
  #range_low = Number.POSITIVE_INFINITY
  #day: Candle | undefined
  /** The newest minute bar; undefined before the first. */
  last: Candle | undefined

  constructor(instrument: Instrument, session: Session) {
    this.#instrument = instrument
    this.#session = session
    this.#hours = hoursOf(session)
    this.#begin_ms = istDayStartMs(session.day) + (this.#hours[0]?.[0] ?? 0) * 1000
    this.#volume = Array.from({ length: minutesOf({ hours: this.#hours }) }, () => 0)
    this.#tick = Math.max(1, Math.round(instrument.tick_size * instrument.price_divisor))
  }

  onCandle(candle: Candle): void {
    const { interval, phase, synthetic, revision } = candle
    if (phase === 'day') this.#day = candle
    if (phase !== 'continuous' || synthetic || revision > 0) return
    const label = BAR_LABELS.find((each) => each === interval)
    if (label === undefined) return
    if (label === '1m') this.#onMinute(candle)
    const { open_time_ms, open, high, low, close, volume, oi } = candle
    const bars = this.#bars[label]
    bars.push({ open_time_ms, open, high, low, close, volume, oi })
    if (bars.length > KEPT_BARS[label]) bars.shift()
  }

  build({ covers, has_volume, exchange_day, expiry_day }: SessionEnd): SessionFigures {
    const { exchange, symbol, price_divisor, expiry } = this.#instrument
    this.#noteValueArea(this.#volume.length)
    return {
      name: `${exchange}:${symbol}`,
      day: this.#session.day,
      price_divisor,
      expiry,
      expiry_day,
      hours: this.#hours,
      unknown: this.#unknown(covers),
      ...this.#prices(exchange_day),
      vah: this.#profile?.vah ?? Number.NaN,
      val: this.#profile?.val ?? Number.NaN,
      poc: this.#profile?.poc ?? Number.NaN,
      va_widths: this.#profile === undefined ? [] : this.#va_widths,
      volume: has_volume || this.#has_volume ? this.#volume : undefined,
      ranges_30m: this.#ranges,
      bars: this.#bars,
    }
  }

  #onMinute(candle: Candle): void {
    const { open_time_ms, high, low, volume, volume_na, flow, complete } = candle
    const minute = (open_time_ms - this.#begin_ms) / MINUTE_MS
    this.last = candle
    this.#volume[minute] = volume
    this.#told.set(minute, complete)
    if (!volume_na) this.#has_volume = true
    this.#range_high = Math.max(this.#range_high, high)
    this.#range_low = Math.min(this.#range_low, low)
    if (++this.#range_bars === RANGE_BARS) {
      this.#ranges.push(this.#range_high - this.#range_low)
      this.#range_bars = 0
      this.#range_high = Number.NEGATIVE_INFINITY
      this.#range_low = Number.POSITIVE_INFINITY
    }
    this.#noteValueArea(minute)
    if (flow === undefined || flow.prices.length === 0) return
    const { prices, volumes, previous_close } = flow
    this.#profile ??= new VolumeProfile(profileBin(previous_close > 0 ? previous_close : candle.open, this.#tick))
    for (let i = 0; i < prices.length; i++) this.#profile.add(prices[i] as number, volumes[i] as number)
  }

  /** As it was at each quarter of an hour up to the beginning of a minute. */
  #noteValueArea(minute: number): void {
    const quarters = Math.floor(minute / VA_MINUTES)
    if (this.#va_widths.length >= quarters) return
    const profile = this.#profile
    const width = profile === undefined || profile.total === 0 ? 0 : profile.vah - profile.val
    while (this.#va_widths.length < quarters) this.#va_widths.push(width)
  }

  #prices(exchange_day: DayPrices | undefined): Pick<SessionFigures, 'open' | 'high' | 'low' | 'close' | 'close_official'> {
    const day = this.#day
    const none = Number.NaN
    if (day === undefined) return { open: none, high: none, low: none, close: none, close_official: none }
    return {
      // The exchange has seen every trade of the day, we the last one of each snapshot, and those only while we listened.
      open: exchange_day?.open ?? day.open,
      high: Math.max(day.high, exchange_day?.high ?? day.high),
      low: Math.min(day.low, exchange_day?.low ?? day.low),
      close: day.close,
      close_official: day.day?.close_official ?? none,
    }
  }

  /** Runs of minutes that nobody can speak for. */
  #unknown(covers: SessionEnd['covers']): Span[] {
    const spans: [number, number][] = []
    const begin_s = this.#begin_ms / 1000
    const parts = this.#session.phases.filter(({ phase }) => phase === 'continuous')
    for (const { start_s, end_s } of parts) {
      for (let at_s = start_s; at_s < end_s; at_s += 60) {
        const minute = (at_s - begin_s) / 60
        if (this.#told.get(minute) ?? covers(at_s, Math.min(at_s + 60, end_s))) continue
        const last = spans.at(-1)
        if (last?.[1] === minute) last[1] = minute + 1
        else spans.push([minute, minute + 1])
      }
    }
    return spans
  }
}
