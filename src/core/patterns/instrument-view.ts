import { mid, obi, spreadBps } from '../flow/index.js'
import { Adx, Atr, Ema, OpeningRange, profileBin, Rsi, SessionVwap, typicalPrice, VolumeProfile } from '../indicators/index.js'
import type { Candle, Instrument, Session } from '../market/index.js'
import { type Asking, SILENT } from './asking.js'
import { BarSeries } from './bar-series.js'
import type { InstrumentBaseline } from './baseline.js'
import { MinuteVolumes } from './minute-volumes.js'
import type { OpenGroup } from './open-group.js'
import { REGIMES, type Regime, type RegimeFactors } from './regime.js'
import { Swings } from './swings.js'
import type { Market, PatternView } from './view.js'

const MINUTE_MS = 60_000
/** Bars kept of each interval. */
const KEPT_1M = 512
const KEPT_5M = 256
const KEPT_15M = 128
/** 3.14: previous minutes of the rolling relative volume, and how many of them there must be. */
const ROLL_MINUTES = 20
const ROLL_MINUTES_MIN = 10
/** 09:15-09:30. */
const OPENING_RANGE_MS = 15 * MINUTE_MS

/** Keeps the view of one instrument up to date. */
export class InstrumentView implements PatternView {
  readonly instrument: Instrument
  ask: Asking = SILENT
  readonly tick: number
  readonly market: Market
  readonly m1 = new BarSeries(KEPT_1M)
  readonly m5 = new BarSeries(KEPT_5M)
  readonly m15 = new BarSeries(KEPT_15M)
  readonly swings_1m = new Swings()
  readonly swings_5m = new Swings()
  readonly swings_15m = new Swings()
  readonly baseline: InstrumentBaseline | undefined
  readonly group: OpenGroup
  bar!: Candle
  session!: Session
  now_ms = 0
  second_ms = 0
  open_ms = 0
  close_ms = 0
  begun_ms = 0
  has_volume = true
  rv = Number.NaN
  rv_source: 'tod' | 'roll' | 'none' = 'none'
  rv3 = Number.NaN
  ema9_before = Number.NaN
  ema21_before = Number.NaN
  trend_15m: -1 | 0 | 1 = 0
  cvd = Number.NaN
  obi5 = Number.NaN
  mid = Number.NaN
  spread_bps = Number.NaN
  stale_ms = Number.NaN
  session_high = Number.NaN
  session_low = Number.NaN
  session_high_before = Number.NaN
  session_low_before = Number.NaN
  profile: VolumeProfile
  readonly #ema9 = new Ema(9)
  readonly #ema21 = new Ema(21)
  readonly #rsi = new Rsi(14)
  readonly #atr_1m = new Atr(14)
  readonly #atr_5m = new Atr(14)
  readonly #atr_15m = new Atr(14)
  readonly #adx_5m = new Adx(14)
  readonly #adx_15m = new Adx(14)
  readonly #ema20_15m = new Ema(20)
  readonly #vwap = new SessionVwap()
  readonly #opening = new OpeningRange()
  readonly #volumes = new MinuteVolumes()
  /** Of the relative volume last asked for. */
  #source: PatternView['rv_source'] = 'none'

  constructor(instrument: Instrument, group: OpenGroup, market: Market) {
    this.instrument = instrument
    this.group = group
    this.market = market
    this.tick = Math.max(1, Math.round(instrument.tick_size * instrument.price_divisor))
    this.baseline = market.baseline?.of(instrument)
    this.profile = new VolumeProfile(this.tick)
    const { history } = this.baseline ?? {}
    for (const bar of history?.['1m'] ?? []) this.#addMinute(bar, Number.NaN)
    for (const bar of history?.['5m'] ?? []) this.#addFive(bar, Number.NaN)
    for (const bar of history?.['15m'] ?? []) this.#addFifteen(bar, Number.NaN)
  }

  get vwap(): number {
    return this.#vwap.value
  }
  get vwap_sigma(): number {
    return this.#vwap.sigma
  }
  get opening_high(): number {
    return this.#opening.high
  }
  get opening_low(): number {
    return this.#opening.low
  }
  get ema9(): number {
    return this.#ema9.value
  }
  get ema21(): number {
    return this.#ema21.value
  }
  get rsi(): number {
    return this.#rsi.value
  }
  get atr(): number {
    return this.#atr_5m.value
  }
  get atr_1m(): number {
    return this.#atr_1m.value
  }
  get atr_15m(): number {
    return this.#atr_15m.value
  }
  get atr_pct(): number {
    return (100 * this.atr) / this.bar.close
  }
  get atr_1m_pct(): number {
    return (100 * this.atr_1m) / this.bar.close
  }
  get adx_5m(): number {
    return this.#adx_5m.value
  }
  get adx_15m(): number {
    return this.#adx_15m.value
  }
  get regime(): Regime {
    return this.market.regime ?? 'NORMAL'
  }
  get factors(): RegimeFactors {
    return REGIMES[this.regime]
  }
  get vix(): number {
    return this.market.vix
  }

  r(bars: number): number {
    if (!this.m1.isToday(bars) || !this.m1.isUnbroken(bars, MINUTE_MS)) return Number.NaN
    const before = this.m1.close(bars)
    return before > 0 ? (100 * (this.bar.close - before)) / before : Number.NaN
  }

  beginSession(session: Session): void {
    this.session = session
    this.m1.beginSession()
    this.m5.beginSession()
    this.m15.beginSession()
    this.#vwap.beginSession()
    this.cvd = Number.NaN
    this.session_high = this.session_low = this.session_high_before = this.session_low_before = Number.NaN
    this.profile = new VolumeProfile(this.tick)
  }

  onMinute(candle: Candle): void {
    if (this.m1.session_count === 0) this.begun_ms = candle.open_time_ms
    this.bar = candle
    this.now_ms = candle.close_time_ms
    this.has_volume = !candle.volume_na
    this.#enterPhase(candle)
    this.#volumes.add(candle.open_time_ms, candle.volume, candle.complete)
    this.#addTrades(candle)
    this.#addMinute(candle, this.cvd)
    this.#noteRange(candle)
    this.#noteBook(candle)
    this.rv = this.relativeVolume(1)
    this.rv_source = this.#source
    this.rv3 = this.relativeVolume(3)
    this.m1.noteRv(this.rv)
  }

  onFive(candle: Candle): void {
    this.#addFive(candle, this.cvd)
  }

  onFifteen(candle: Candle): void {
    this.#addFifteen(candle, this.cvd)
  }

  #addMinute(bar: Parameters<BarSeries['add']>[0], cvd: number): void {
    this.m1.add(bar, cvd)
    this.swings_1m.update(this.m1)
    this.ema9_before = this.#ema9.value
    this.ema21_before = this.#ema21.value
    this.#ema9.update(bar.close)
    this.#ema21.update(bar.close)
    this.m1.noteRsi(this.#rsi.update(bar.close))
    this.#atr_1m.update(bar.high, bar.low, bar.close)
  }

  #addFive(bar: Parameters<BarSeries['add']>[0], cvd: number): void {
    this.m5.add(bar, cvd)
    this.swings_5m.update(this.m5)
    this.#atr_5m.update(bar.high, bar.low, bar.close)
    this.#adx_5m.update(bar.high, bar.low, bar.close)
  }

  #addFifteen(bar: Parameters<BarSeries['add']>[0], cvd: number): void {
    this.m15.add(bar, cvd)
    this.swings_15m.update(this.m15)
    this.#atr_15m.update(bar.high, bar.low, bar.close)
    this.#adx_15m.update(bar.high, bar.low, bar.close)
    const before = this.#ema20_15m.value
    const slope = this.#ema20_15m.update(bar.close) - before
    this.trend_15m = slope > 0 ? 1 : slope < 0 ? -1 : 0
  }

  #enterPhase(candle: Candle): void {
    if (candle.open_time_ms >= this.open_ms && candle.open_time_ms < this.close_ms) return
    const at_s = candle.open_time_ms / 1000
    const phase = this.session.phases.find(({ start_s, end_s }) => at_s >= start_s && at_s < end_s)
    if (phase === undefined || this.open_ms === phase.start_s * 1000) return
    this.open_ms = phase.start_s * 1000
    this.close_ms = phase.end_s * 1000
    this.#volumes.beginPhase(this.open_ms, this.close_ms, this.m1.session_count > 0)
    this.#opening.begin(this.open_ms + OPENING_RANGE_MS)
  }

  #addTrades(candle: Candle): void {
    const { flow, volume, turnover, volume_na, open } = candle
    if (volume_na) return
    this.#vwap.update(turnover, volume, typicalPrice(candle), flow)
    if (flow === undefined) return
    const { prices, volumes, signed_volume, previous_close } = flow
    if (Number.isNaN(this.cvd)) this.cvd = 0
    this.cvd += signed_volume
    if (this.m1.session_count === 0)
      this.profile = new VolumeProfile(profileBin(previous_close > 0 ? previous_close : open, this.tick))
    for (let i = 0; i < prices.length; i++) this.profile.add(prices[i] as number, volumes[i] as number)
  }

  #noteRange({ high, low, open_time_ms, close_time_ms, complete, flow }: Candle): void {
    this.session_high_before = this.session_high
    this.session_low_before = this.session_low
    if (!(high <= this.session_high)) this.session_high = high
    if (!(low >= this.session_low)) this.session_low = low
    if (!complete) this.#catchUp(flow)
    this.#opening.update(open_time_ms, close_time_ms, high, low, complete)
  }

  /** A gap, or a late begin, hides trades of this session: what the packet tells of the day knows them. */
  #catchUp(flow: Candle['flow']): void {
    if (flow === undefined) return
    const { day_high, day_low, day_average_price, day_volume } = flow
    if (day_high > this.session_high) this.session_high = day_high
    if (day_low > 0 && day_low < this.session_low) this.session_low = day_low
    if (day_average_price > 0) this.#vwap.resume(day_average_price * day_volume, day_volume)
  }

  #noteBook({ flow, close_time_ms }: Candle): void {
    const book = flow?.book
    this.obi5 = book === undefined ? Number.NaN : obi(book, 5)
    this.mid = book === undefined ? Number.NaN : mid(book)
    this.spread_bps = book === undefined ? Number.NaN : spreadBps(book)
    const seen_ms = flow?.last_seen_ms ?? 0
    this.stale_ms = seen_ms > 0 ? Math.max(0, close_time_ms - seen_ms) : Number.NaN
  }

  /** 3.14, over the last `minutes`; minutes without a trade count as 0. */
  relativeVolume(minutes: number, end_ms = this.now_ms): number {
    this.#source = 'none'
    if (!this.has_volume) return Number.NaN
    const begin_ms = end_ms - minutes * MINUTE_MS
    if (begin_ms < this.open_ms) return Number.NaN
    const volume = this.#volumes.between(begin_ms, end_ms)
    const usual = this.baseline?.usualVolume((begin_ms - this.open_ms) / MINUTE_MS, minutes)
    if (usual !== undefined) {
      this.#source = 'tod'
      return usual > 0 ? volume / usual : Number.NaN
    }
    const before = this.#volumes.meanBetween(begin_ms - ROLL_MINUTES * MINUTE_MS, begin_ms, ROLL_MINUTES_MIN)
    if (Number.isNaN(before)) return Number.NaN
    this.#source = 'roll'
    return before > 0 ? volume / minutes / before : Number.NaN
  }
}
