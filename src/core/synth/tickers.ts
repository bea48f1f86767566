import { mix, type Random } from '../random.js'
import type { DepthLevel, FullPacket, IndexFullPacket, IndexQuotePacket, LtpPacket, Packet, QuotePacket } from '../wire/index.js'
import { carryOf, optionPrice, yearsUntil } from './black76.js'
import { fillDepth, totalQuantity } from './depth.js'
import type { SpotLevels } from './levels.js'
import { type Listing, TRADES_PER_WEIGHT } from './listing.js'
import type { Universe } from './universe.js'

export type FeedMode = 'ltp' | 'quote' | 'full'

const SESSION_S = 22_500
const DAY_END_S = 15.5 * 3600

/**
 * What the exchange knows of every instrument, and the packet that says so. Arrays by listing number; one reused packet of each kind:
 * ten million packets leave nothing to collect.
 */
export class Tickers {
  readonly price: Int32Array
  readonly volume: Float64Array
  /** Of the last snapshot, ms. */
  readonly shown_ms: Float64Array
  /** Taken off the volume that is told, for planted corrections. */
  readonly volume_off: Float64Array
  readonly #listings: readonly Listing[]
  readonly #levels: SpotLevels
  readonly #random: Random
  readonly #tick: Float64Array
  readonly #lot: Float64Array
  readonly #spot: Int32Array
  readonly #trades_per_s: Float64Array
  readonly #lots: Float64Array
  readonly #carry: Float64Array
  readonly #expiry_s: Float64Array
  readonly #seed: Int32Array
  readonly #fair: Float64Array
  readonly #close: Int32Array
  readonly #open: Int32Array
  readonly #high: Int32Array
  readonly #low: Int32Array
  readonly #quantity: Int32Array
  readonly #turnover: Float64Array
  readonly #traded_s: Float64Array
  readonly #buys: Float64Array
  readonly #sells: Float64Array
  readonly #oi: Float64Array
  readonly #oiHigh: Float64Array
  readonly #oiLow: Float64Array

  readonly #depth: DepthLevel[] = Array.from({ length: 10 }, () => ({ quantity: 0, price: 0, orders: 0 }))
  readonly #full: FullPacket = { kind: 'full', ...EMPTY_QUOTE, ...EMPTY_TIMES, depth: this.#depth }
  readonly #quote: QuotePacket = { kind: 'quote', ...EMPTY_QUOTE }
  readonly #ltp: LtpPacket = { kind: 'ltp', instrument_token: 0, last_price: 0 }
  readonly #indexFull: IndexFullPacket = { kind: 'index_full', ...EMPTY_INDEX, exchange_timestamp: 0 }
  readonly #indexQuote: IndexQuotePacket = { kind: 'index_quote', ...EMPTY_INDEX }

  /** `midnight_s`: 00:00 IST of the day. */
  constructor(universe: Universe, levels: SpotLevels, random: Random, midnight_s: number) {
    const { listings } = universe
    const of = (value: (listing: Listing, index: number) => number): Float64Array => Float64Array.from(listings, value)
    this.#listings = listings
    this.#levels = levels
    this.#random = random
    this.#tick = of((listing) => listing.tick)
    this.#lot = of((listing) => Math.max(1, listing.instrument.lot_size))
    this.#spot = Int32Array.from(listings, (listing) => listing.spot)
    this.#trades_per_s = of((listing) => (listing.weight * TRADES_PER_WEIGHT) / SESSION_S)
    this.#lots = of((listing) => listing.trade_lots)
    this.#expiry_s = of(({ instrument }) =>
      instrument.expiry === undefined ? 0 : midnight_s + (instrument.expiry - universe.day) * 86_400 + DAY_END_S,
    )
    this.#carry = of(({ instrument }, i) =>
      instrument.expiry === undefined ? 1 : carryOf(yearsUntil(midnight_s, this.#expiry_s[i]!)),
    )
    this.#seed = Int32Array.from(listings, (listing) => mix(listing.instrument.instrument_token))
    const count = listings.length
    this.shown_ms = new Float64Array(count)
    this.volume = new Float64Array(count)
    this.volume_off = new Float64Array(count)
    this.#quantity = new Int32Array(count)
    this.#turnover = new Float64Array(count)
    this.#traded_s = new Float64Array(count)
    this.#open = new Int32Array(count)
    this.#high = new Int32Array(count)
    this.#low = new Int32Array(count)
    this.#oi = of((listing) => listing.open_interest)
    this.#oiHigh = this.#oi.slice()
    this.#oiLow = this.#oi.slice()
    this.#fair = new Float64Array(count)
    this.#close = Int32Array.from(listings, (listing, i) => {
      const fair = this.#fairFrom(i, universe.spots[listing.spot]!.previous_close, midnight_s + 33_300)
      return this.#onGrid(i, fair)
    })
    this.price = this.#close.slice()
    this.#buys = of((listing, i) => this.#lot[i]! * Math.round(listing.trade_lots * (400 + (mix(i + 7) % 800))))
    this.#sells = of((listing, i) => this.#lot[i]! * Math.round(listing.trade_lots * (400 + (mix(i + 77) % 800))))
  }

  isIndex(i: number): boolean {
    return this.#listings[i]!.instrument.instrument_type === 'INDEX'
  }

  /** Price of the model, in feed units, not on the grid. */
  #fairFrom(i: number, spot_level: number, now_s: number): number {
    const { strike, instrument } = this.#listings[i]!
    const forward = spot_level * this.#carry[i]!
    if (strike === undefined) return forward
    const index = instrument.asset_class === 'index_options'
    return optionPrice({
      forward,
      strike,
      years: yearsUntil(now_s, this.#expiry_s[i]!),
      volatility: this.#levels.volatility * (index ? 1 : 1.9) * this.#levels.dearness[this.#spot[i]!]!,
      call: instrument.instrument_type === 'CE',
    })
  }

  /** The same as the market stands now. */
  fairAt(i: number, now_s: number): number {
    return this.#fairFrom(i, this.#levels.level[this.#spot[i]!]!, now_s)
  }

  #onGrid(i: number, fair: number): number {
    const tick = this.#tick[i]!
    return Math.max(1, Math.round(fair / tick)) * tick
  }

  /** Ticks between best bid and best offer. */
  #spread(i: number, fair: number): number {
    const part = this.#listings[i]!.strike === undefined ? 0.00012 : 0.003
    return 1 + Math.min(40, Math.floor((fair * part) / this.#tick[i]!))
  }

  #bid(i: number, fair: number, spread: number): number {
    const tick = this.#tick[i]!
    return Math.max(0, Math.floor(fair / tick - (spread - 1) / 2)) * tick
  }

  /**
   * The market goes on to `now_ms`; true when the instrument traded meanwhile. `busy` multiplies its usual rate of trades. The last trade
   * lies at most 1.2 s back (it is what made the feed send) but never at or after `trade_end_ms`.
   */
  advance(i: number, now_ms: number, busy: number, trade_end_ms: number): boolean {
    const random = this.#random
    const bits = random.next()
    const seconds = (now_ms - this.shown_ms[i]!) / 1000
    const expected = this.#trades_per_s[i]! * busy * seconds
    const fair = this.#fairFrom(i, this.#levels.level[this.#spot[i]!]!, now_ms / 1000)
    const before = this.#fair[i]!
    this.#fair[i] = fair
    if (bits >= (expected / (1 + expected)) * 0x1_0000_0000) {
      this.#stir(i, bits)
      this.shown_ms[i] = now_ms
      return false
    }
    const spread = this.#spread(i, fair)
    const bid = this.#bid(i, fair, spread)
    const more = random.next()
    // The side that lifts the price is the likelier one when the price is rising.
    const buy = (more & 0xff) < (fair > before ? 170 : fair < before ? 86 : 128)
    const tick = this.#tick[i]!
    const price = buy ? bid + spread * tick : Math.max(bid, tick)
    const part = ((more >>> 8) & 0xfff) / 4096
    const lots = 1 + Math.floor(this.#lots[i]! * 3 * part * part)
    const unseen = Math.floor(expected * this.#lots[i]! * (0.5 + ((more >>> 20) & 0x3ff) / 1024))
    const back_ms = Math.min((mix(more) % 1200) + 1, now_ms - this.shown_ms[i]! - 1)
    const trade_ms = Math.min(now_ms - Math.max(back_ms, 0), trade_end_ms - 1)
    this.trade(i, { price, quantity: lots * this.#lot[i]!, unseen: unseen * this.#lot[i]!, trade_ms })
    if ((more & 0x300) === 0 && unseen > 2) this.#reach(i, price + (more >>> 31 === 0 ? tick : price > tick ? -tick : 0))
    if ((more & 0x3) === 0) this.#stir(i, more)
    this.#openInterest(i, more, lots)
    this.shown_ms[i] = now_ms
    return true
  }

  /** One visible trade, and what traded unseen since the last snapshot. */
  trade(i: number, { price, quantity, unseen, trade_ms }: Trade): void {
    if (this.#open[i] === 0) {
      this.#open[i] = price
      this.#high[i] = price
      this.#low[i] = price
      this.price[i] = price
    }
    const mean = (this.price[i]! + price) / 2
    this.#turnover[i] = this.#turnover[i]! + unseen * mean + quantity * price
    this.volume[i] = this.volume[i]! + unseen + quantity
    this.price[i] = price
    this.#quantity[i] = quantity
    this.#reach(i, price)
    this.#traded_s[i] = Math.max(this.#traded_s[i]!, Math.floor(trade_ms / 1000))
  }

  /** The auction of the pre-open or of the close: everything at one price. */
  auction(i: number, now_ms: number, match_ms: number, part_of_day: number): void {
    const fair = this.#fairFrom(i, this.#levels.level[this.#spot[i]!]!, now_ms / 1000)
    const day = this.#trades_per_s[i]! * SESSION_S * this.#lots[i]!
    const quantity = (1 + Math.floor(day * part_of_day * (0.5 + this.#random.unit()))) * this.#lot[i]!
    this.trade(i, { price: this.#onGrid(i, fair), quantity, unseen: 0, trade_ms: match_ms })
    this.#fair[i] = fair
    this.shown_ms[i] = now_ms
  }

  /** An index value at `now_ms`; false when it would repeat the last one. */
  advanceIndex(i: number, now_ms: number): boolean {
    const tick = this.#tick[i]!
    const value = Math.round(this.#levels.level[this.#spot[i]!]! / tick) * tick
    if (value === this.price[i] && this.#open[i] !== 0) return false
    if (this.#open[i] === 0) {
      this.#open[i] = value
      this.#high[i] = value
      this.#low[i] = value
    }
    this.price[i] = value
    this.#reach(i, value)
    this.shown_ms[i] = now_ms
    return true
  }

  /** The exchange announces a closing price: no trade, no volume. False when nothing changes. */
  announceClose(i: number, price: number): boolean {
    const rounded = this.#onGrid(i, price)
    if (rounded === this.price[i]) return false
    this.price[i] = rounded
    return true
  }

  /** Orders come and go without a trade. The totals always change: no two packets of an instrument are equal by accident. */
  stir(i: number, now_ms: number): void {
    this.#stir(i, this.#random.next())
    this.shown_ms[i] = now_ms
  }

  #stir(i: number, bits: number): void {
    const lot = this.#lot[i]!
    const change = (1 + ((bits >>> 4) & 31)) * lot
    this.#buys[i] = (bits & 1) === 0 || this.#buys[i]! <= change ? this.#buys[i]! + change : this.#buys[i]! - change
    const other = ((bits >>> 10) & 31) * lot
    this.#sells[i] = (bits & 2) === 0 || this.#sells[i]! <= other ? this.#sells[i]! + other : this.#sells[i]! - other
  }

  #reach(i: number, price: number): void {
    if (price > this.#high[i]!) this.#high[i] = price
    if (price < this.#low[i]!) this.#low[i] = price
  }

  #openInterest(i: number, bits: number, lots: number): void {
    const oi = this.#oi[i]!
    if (oi === 0) return
    this.addOpenInterest(i, (((bits >>> 12) & 7) - 3) * (1 + (lots >> 2)) * this.#lot[i]!)
  }

  /** The packet of the present state; reused, valid until the next call. `open_book`: false outside trading, the depth is then empty. */
  packet(i: number, now_s: number, mode: FeedMode, open_book: boolean): Packet {
    const token = this.#listings[i]!.instrument.instrument_token
    if (mode === 'ltp') {
      this.#ltp.instrument_token = token
      this.#ltp.last_price = this.price[i]!
      return this.#ltp
    }
    if (this.isIndex(i)) return this.#indexPacket(i, token, now_s, mode)
    const packet = mode === 'full' ? this.#full : this.#quote
    const told = this.toldVolume(i)
    packet.instrument_token = token
    packet.last_price = this.price[i]!
    packet.last_traded_quantity = this.#quantity[i]!
    packet.average_traded_price = this.volume[i] === 0 ? 0 : Math.round(this.#turnover[i]! / this.volume[i]!)
    packet.volume_traded = told % 0x1_0000_0000
    packet.total_buy_quantity = totalQuantity(this.#buys[i]!, open_book)
    packet.total_sell_quantity = totalQuantity(this.#sells[i]!, open_book)
    packet.open = this.#open[i]!
    packet.high = this.#high[i]!
    packet.low = this.#low[i]!
    packet.close = this.#close[i]!
    if (mode === 'quote') return packet
    const full = this.#full
    full.last_trade_time = this.#traded_s[i]!
    full.oi = this.#oi[i]!
    full.oi_day_high = this.#oiHigh[i]!
    full.oi_day_low = this.#oiLow[i]!
    full.exchange_timestamp = now_s
    const fair = this.#fair[i]! || this.price[i]!
    const spread = this.#spread(i, fair)
    fillDepth(this.#depth, {
      open: open_book,
      bid: this.#bid(i, fair, spread),
      spread,
      tick: this.#tick[i]!,
      lot: this.#lot[i]!,
      lots: this.#lots[i]!,
      seed: this.#seed[i]!,
      now_s,
    })
    return full
  }

  #indexPacket(i: number, token: number, now_s: number, mode: FeedMode): Packet {
    const packet = mode === 'full' ? this.#indexFull : this.#indexQuote
    packet.instrument_token = token
    packet.last_price = this.price[i]!
    packet.high = this.#high[i]!
    packet.low = this.#low[i]!
    packet.open = this.#open[i]!
    packet.close = this.#close[i]!
    packet.change = this.price[i]! - this.#close[i]!
    if (mode === 'full') this.#indexFull.exchange_timestamp = now_s
    return packet
  }

  /** Cumulative volume as the feed tells it, not yet cut to 32 bits. */
  toldVolume(i: number): number {
    return Math.max(0, this.volume[i]! - this.volume_off[i]!)
  }

  /** Mean price of the day, feed units; NaN before the first trade. */
  meanPrice(i: number): number {
    return this.#turnover[i]! / this.volume[i]!
  }

  openInterest(i: number): number {
    return this.#oi[i]!
  }

  addOpenInterest(i: number, units: number): void {
    const next = Math.max(this.#lot[i]!, this.#oi[i]! + units)
    this.#oi[i] = next
    if (next > this.#oiHigh[i]!) this.#oiHigh[i] = next
    if (next < this.#oiLow[i]!) this.#oiLow[i] = next
  }

  tradedAt(i: number): number {
    return this.#traded_s[i]!
  }

  /** The last packet of the session before: what the server's cache holds until today's first change. */
  cachedPacket(i: number, closed_s: number, mode: FeedMode): Packet {
    const packet = this.packet(i, closed_s, mode, false)
    const bits = mix(this.#seed[i]! ^ closed_s)
    const close = this.#close[i]!
    const tick = this.#tick[i]!
    if (packet.kind === 'ltp') return packet
    const reach = tick * Math.round((close / tick) * (0.002 + (bits & 0xff) / 16_384))
    packet.open = close
    packet.high = close + reach
    packet.low = Math.max(tick, close - reach)
    packet.close = Math.max(tick, close - tick * ((bits >>> 8) % 9))
    if (packet.kind === 'index_full' || packet.kind === 'index_quote') {
      packet.change = close - packet.close
      return packet
    }
    const day = Math.round(this.#trades_per_s[i]! * SESSION_S * this.#lots[i]! * 1.1) + 1
    if (packet.kind !== 'full' && packet.kind !== 'quote') return packet
    packet.volume_traded = Math.min(0xffff_ffff, day * this.#lot[i]!)
    packet.average_traded_price = close
    packet.last_traded_quantity = this.#lot[i]!
    if (packet.kind === 'full') packet.last_trade_time = closed_s - 1 - (bits % 20)
    return packet
  }
}

/** The last trade that a snapshot tells. Price in feed units. */
export interface Trade {
  price: number
  quantity: number
  /** Traded unseen since the last snapshot. */
  unseen: number
  trade_ms: number
}

const EMPTY_QUOTE = {
  instrument_token: 0,
  last_price: 0,
  last_traded_quantity: 0,
  average_traded_price: 0,
  volume_traded: 0,
  total_buy_quantity: 0,
  total_sell_quantity: 0,
  open: 0,
  high: 0,
  low: 0,
  close: 0,
}
const EMPTY_TIMES = { last_trade_time: 0, oi: 0, oi_day_high: 0, oi_day_low: 0, exchange_timestamp: 0 }
const EMPTY_INDEX = { instrument_token: 0, last_price: 0, high: 0, low: 0, open: 0, close: 0, change: 0 }
