import type { AssetClass, Calendar, Instrument, InstrumentType } from '../market/index.js'
import { dayOfCivil, type IstDay } from '../time/index.js'
import { segmentOf } from '../wire/index.js'
import { type Expiry, type IsOpen, monthlyExpiries, openOnOrBefore, plainExpiries, weeklyExpiries } from './expiries.js'
import { COMMODITIES, type ContractName, CURRENCIES, INDICES, STOCKS } from './names.js'
import { hashText, mix, smoothNoise } from './random.js'

/** A price path that instruments follow. Levels are in feed units of the instruments that follow it. */
export interface Spot {
  readonly name: string
  readonly kind: 'stock' | 'index' | 'vix' | 'currency' | 'commodity'
  readonly previous_close: number
  /** Where today's path ends at 15:30, so that consecutive synthetic days fit together. */
  readonly todays_close: number
  /** Move in units of the market factor. */
  readonly beta: number
  /** Part of the price it moves in a day on its own. */
  readonly own_move: number
}

/** One instrument of the day and how it trades. */
export interface Listing {
  readonly instrument: Instrument
  readonly exchange_token: number
  /** Index into `Universe.spots`. */
  readonly spot: number
  /** Relative rate of snapshots. */
  readonly weight: number
  /** Mean size of a trade in lots. */
  readonly trade_lots: number
  /** Feed units; 0 never: indices have the step their value is rounded to. */
  readonly tick: number
  /** Units of `strike` are feed units; undefined for all but options. */
  readonly strike: number | undefined
  readonly open_interest: number
}

export interface Universe {
  readonly day: IstDay
  readonly previous_day: IstDay
  readonly spots: readonly Spot[]
  readonly listings: readonly Listing[]
}

export interface UniverseSetup {
  day: IstDay
  /** 1..9000 */
  instruments: number
  seed: number
  calendar: Calendar
}

export const INSTRUMENTS_MAX = 9000
/** Of each 320 instruments: the mix of the crawler `sso_xvenue`. */
const MIX = [4, 176, 100, 16, 4, 20] // indices, NSE, NFO, CDS, BCD, MCX
const NFO_MIX = [4, 26, 30, 20, 20] // index futures, stock futures, NIFTY, BANKNIFTY and stock options

/** The instruments of a day. A stock keeps its token and its price history over the days of one seed; contracts follow the date. */
export function createUniverse({ day, instruments, seed, calendar }: UniverseSetup): Universe {
  const isOpen: IsOpen = (other) => !calendar.sessionOf(PROBE, other).closed
  const builder = new UniverseBuilder({ day, seed, isOpen, previous_day: openOnOrBefore(day - 1, isOpen) })
  const [some_indices = 0, cash = 0, nfo_count = 0, cds = 0, bcd = 0, mcx = 0] = shareOut(instruments, MIX)
  const indices = builder.indices(instruments >= 5 ? Math.max(some_indices, 1) : some_indices)
  const currency = builder.currencies('CDS', cds)
  const small = builder.currencies('BCD', bcd)
  const commodities = builder.commodities(mcx)
  const nfo = builder.derivatives(nfo_count, Math.max(cash, 1))
  const made = indices.length + currency.length + small.length + commodities.length + nfo.length
  const stocks = builder.stocks(instruments - made, nfo)
  return {
    day,
    previous_day: builder.previous_day,
    spots: builder.spots,
    listings: [...indices, ...stocks, ...nfo, ...currency, ...small, ...commodities],
  }
}

interface BuilderSetup {
  day: IstDay
  previous_day: IstDay
  seed: number
  isOpen: IsOpen
}

class UniverseBuilder {
  readonly spots: Spot[] = []
  readonly previous_day: IstDay
  readonly #day: IstDay
  readonly #seed: number
  readonly #isOpen: IsOpen
  readonly #spotIndex = new Map<string, number>()
  #contracts = 40_000

  constructor({ day, previous_day, seed, isOpen }: BuilderSetup) {
    this.#day = day
    this.previous_day = previous_day
    this.#seed = seed
    this.#isOpen = isOpen
  }

  indices(count: number): Listing[] {
    return INDICES.slice(0, count).map((index) => ({
      instrument: {
        ...blank(index.instrument_token),
        exchange: index.exchange,
        symbol: index.symbol,
        name: index.symbol,
        segment: 'INDICES',
        instrument_type: 'INDEX',
        asset_class: 'indices',
        lot_size: 0,
        has_derivatives: undefined,
      },
      exchange_token: index.exchange_token,
      spot: this.#spotOf(index.symbol),
      weight: 12,
      trade_lots: 0,
      tick: index.symbol === 'INDIA VIX' ? 1 : 5,
      strike: undefined,
      open_interest: 0,
    }))
  }

  stocks(count: number, nfo: readonly Listing[]): Listing[] {
    const underlyings = new Set(nfo.map((listing) => listing.instrument.underlying))
    return Array.from({ length: count }, (_, rank) => {
      const { symbol, name, exchange_token, level } = stockAt(rank, this.#seed)
      const tick_size = tickOfStock(level)
      const weight = 0.25 + 4 / (1 + rank / 11)
      // A day's turnover falls with the rank: 1,500 crore for the first, 15 lakh at the very least.
      const day_value = 1.5e10 / (1 + (rank * rank) / 160) + 1.5e6
      const trades = TRADES_PER_WEIGHT * weight
      return {
        instrument: {
          ...blank(exchange_token * 256 + 1),
          exchange: 'NSE',
          symbol,
          name,
          segment: 'NSE',
          instrument_type: 'EQ',
          asset_class: 'equity_cash',
          lot_size: 1,
          tick_size,
          has_derivatives: underlyings.has(symbol),
        },
        exchange_token,
        spot: this.#spotOf(symbol, rank),
        weight,
        trade_lots: Math.max(1, day_value / level / trades),
        tick: Math.round(tick_size * 100),
        strike: undefined,
        open_interest: 0,
      }
    })
  }

  derivatives(count: number, stocks: number): Listing[] {
    const [few = 0, stock_futures_count = 0, nifty_count = 0, banknifty_count = 0, stock_option_count = 0] = shareOut(
      count,
      NFO_MIX,
    )
    const index_futures_count = count > 0 ? Math.max(few, 1) : 0
    const months = monthlyExpiries(this.#day, 3, this.#isOpen)
    const weeks = weeklyExpiries(this.#day, 6, this.#isOpen)
    const optionable = Math.min(200, stocks)
    const futures = take(index_futures_count, this.#indexFutures(months))
    const stock_futures = take(stock_futures_count - (index_futures_count - few), this.#stockFutures(months, optionable))
    const nifty = take(nifty_count, this.#chains('NIFTY', { expiries: weeks, step: 50, strikes: 80, rank: 0 }))
    const banknifty = take(banknifty_count, this.#chains('BANKNIFTY', { expiries: months, step: 100, strikes: 80, rank: 0 }))
    const stock_options = take(stock_option_count, this.#stockOptions(months, optionable))
    return [...futures, ...stock_futures, ...nifty, ...banknifty, ...stock_options]
  }

  currencies(exchange: 'CDS' | 'BCD', count: number): Listing[] {
    const pairs = exchange === 'CDS' ? CURRENCIES : CURRENCIES.slice(0, 1)
    return take(count, this.#plainFutures(exchange, pairs, plainExpiries(this.#day, 12, 'currency', this.#isOpen)))
  }

  commodities(count: number): Listing[] {
    return take(count, this.#plainFutures('MCX', COMMODITIES, plainExpiries(this.#day, 6, 'commodity', this.#isOpen)))
  }

  *#indexFutures(months: readonly Expiry[]): Generator<Listing> {
    for (const month of months) for (const name of ['NIFTY', 'BANKNIFTY']) yield this.#future('NFO', name, month)
  }

  *#stockFutures(months: readonly Expiry[], stocks: number): Generator<Listing> {
    for (const month of months)
      for (let rank = 0; rank < stocks; rank++) yield this.#future('NFO', stockAt(rank, this.#seed).symbol, month, rank)
  }

  /** Five strikes of each stock. */
  *#stockOptions(months: readonly Expiry[], stocks: number): Generator<Listing> {
    for (const month of months)
      for (let rank = 0; rank < stocks; rank++) {
        const { symbol } = stockAt(rank, this.#seed)
        const step = strikeStep(this.#rupees(this.#spotOf(symbol, rank)))
        yield* this.#chains(symbol, { expiries: [month], step, strikes: 5, rank })
      }
  }

  *#plainFutures(
    exchange: 'CDS' | 'BCD' | 'MCX',
    contracts: readonly ContractName[],
    months: readonly Expiry[],
  ): Generator<Listing> {
    for (const month of months) for (const contract of contracts) yield this.#future(exchange, contract.symbol, month)
  }

  #future(exchange: 'NFO' | 'CDS' | 'BCD' | 'MCX', underlying: string, expiry: Expiry, rank = 0): Listing {
    const month_rank = Math.max(0, Math.round((expiry.day - this.#day) / 30))
    const index = INDEX_OF[underlying] !== undefined
    const own_tick = [...COMMODITIES, ...CURRENCIES].find((contract) => contract.symbol === underlying)?.tick
    const spot = this.#spotOf(underlying, rank, exchange)
    const weight = (index ? 9 : exchange === 'NFO' ? 0.3 + 3 / (1 + rank / 8) : exchange === 'MCX' ? 2 : 1) / (1 + 3 * month_rank)
    return this.#contract({
      exchange,
      underlying,
      expiry,
      type: 'FUT',
      spot,
      strike: undefined,
      weight,
      tick_size: own_tick ?? (index ? 0.1 : tickOfStock(this.#rupees(spot))),
      trade_lots: 1 + 6 / (1 + month_rank),
    })
  }

  /** Strikes nearest to the money first, call before put. */
  *#chains(underlying: string, { expiries, step, strikes, rank }: Chains): Generator<Listing> {
    const spot = this.#spotOf(underlying, rank)
    const level = this.#rupees(spot)
    const middle = Math.round(level / step)
    for (const [week, expiry] of expiries.entries())
      for (let n = 0; n < strikes; n++) {
        const distance = n % 2 === 0 ? n / 2 : -(n + 1) / 2
        const strike = (middle + distance) * step
        if (strike <= 0) continue
        const index = INDEX_OF[underlying] !== undefined
        const near = 1 / (1 + (distance * distance) / 24) / (1 + 2 * week)
        for (const type of ['CE', 'PE'] as const)
          yield this.#contract({
            exchange: 'NFO',
            underlying,
            expiry,
            type,
            spot,
            strike,
            weight: 0.2 + (index ? 5.5 : 0.9) * near,
            tick_size: 0.05,
            trade_lots: 1 + (index ? 7 : 1.5) * near,
          })
      }
  }

  #contract(terms: ContractTerms): Listing {
    const { exchange, underlying, expiry, type, strike, weight, spot } = terms
    const exchange_token = this.#contracts++
    const token = exchange_token * 256 + SEGMENT_BYTE[exchange]
    const index = INDEX_OF[underlying] !== undefined
    const lot_size = exchange === 'NFO' ? this.#lotOf(underlying, spot) : 1
    const divisor = segmentOf(token).price_divisor
    const asset_class: AssetClass =
      exchange === 'MCX'
        ? 'commodity'
        : exchange !== 'NFO'
          ? 'currency'
          : type === 'FUT'
            ? index
              ? 'index_futures'
              : 'equity_futures'
            : index
              ? 'index_options'
              : 'equity_options'
    return {
      instrument: {
        ...blank(token),
        exchange,
        symbol: `${underlying}${expiry.code}${strike ?? ''}${type}`,
        name: underlying,
        segment: `${exchange}-${type === 'FUT' ? 'FUT' : 'OPT'}`,
        instrument_type: type,
        asset_class,
        underlying,
        expiry: expiry.day,
        strike,
        lot_size,
        tick_size: terms.tick_size,
        has_derivatives: false,
      },
      exchange_token,
      spot,
      weight,
      trade_lots: terms.trade_lots,
      tick: Math.round(terms.tick_size * divisor),
      strike: strike === undefined ? undefined : Math.round(strike * divisor),
      open_interest: lot_size * Math.round(weight * (4000 + (mix(token) % 12_000))),
    }
  }

  #lotOf(underlying: string, spot: number): number {
    const from_2026 = this.#day >= dayOfCivil({ year: 2026, month: 1, day: 1 })
    if (underlying === 'NIFTY') return from_2026 ? 65 : 75
    if (underlying === 'BANKNIFTY') return from_2026 ? 30 : 35
    return Math.max(25, Math.round(700_000 / this.#rupees(spot) / 25) * 25)
  }

  #rupees(spot: number): number {
    return this.spots[spot]!.previous_close / 100
  }

  #spotOf(underlying: string, rank = 0, exchange = 'NSE'): number {
    const name = INDEX_OF[underlying] ?? underlying
    const key = exchange === 'BCD' ? `BCD:${name}` : name
    const known = this.#spotIndex.get(key)
    if (known !== undefined) return known
    const index = this.spots.push(this.#spot(name, rank, exchange)) - 1
    this.#spotIndex.set(key, index)
    return index
  }

  #spot(name: string, rank: number, exchange: string): Spot {
    const traits = traitsOf(name, rank, this.#seed)
    const divisor = exchange === 'CDS' ? 10_000_000 : exchange === 'BCD' ? 10_000 : 100
    const closeOf = (day: IstDay): number => {
      const market = smoothNoise(mix(this.#seed ^ 0x51ab), day, 19) * 0.03 + smoothNoise(mix(this.#seed ^ 0x77c1), day, 3) * 0.011
      const key = hashText(name, this.#seed)
      const own = smoothNoise(key, day, 13) * 4 + smoothNoise(mix(key), day, 2) * 1.1
      const factor = traits.kind === 'vix' ? -3.5 * market + 0.05 * own : traits.beta * market + traits.own_move * own
      return Math.round(traits.level * divisor * (1 + factor))
    }
    return {
      name,
      kind: traits.kind,
      previous_close: closeOf(this.previous_day),
      todays_close: closeOf(this.#day),
      beta: traits.beta,
      own_move: traits.own_move,
    }
  }
}

interface Chains {
  expiries: readonly Expiry[]
  /** Rupees between strikes. */
  step: number
  /** Per expiry. */
  strikes: number
  /** Of the stock, 0 for indices. */
  rank: number
}

interface ContractTerms {
  exchange: 'NFO' | 'CDS' | 'BCD' | 'MCX'
  underlying: string
  expiry: Expiry
  type: Exclude<InstrumentType, 'EQ' | 'INDEX' | 'UNKNOWN'>
  spot: number
  strike: number | undefined
  weight: number
  tick_size: number
  trade_lots: number
}

const SEGMENT_BYTE = { NFO: 2, CDS: 3, BCD: 6, MCX: 7 } as const
const INDEX_OF: Readonly<Record<string, string>> = { NIFTY: 'NIFTY 50', BANKNIFTY: 'NIFTY BANK' }
/** Trades of a whole day of an instrument of weight 1. */
export const TRADES_PER_WEIGHT = 20_000

/** Whose hours decide which days are trading days and which dates an expiry can have. */
const PROBE: Instrument = {
  ...blank(40_000 * 256 + 2),
  exchange: 'NFO',
  symbol: 'NIFTY',
  segment: 'NFO-FUT',
  instrument_type: 'FUT',
  asset_class: 'index_futures',
}

function blank(instrument_token: number): Instrument {
  return {
    instrument_token,
    exchange: '',
    symbol: '',
    name: '',
    segment: '',
    instrument_type: 'UNKNOWN',
    asset_class: 'unknown',
    underlying: undefined,
    expiry: undefined,
    strike: undefined,
    lot_size: 1,
    tick_size: 0,
    price_divisor: segmentOf(instrument_token).price_divisor,
    has_derivatives: false,
    known: true,
  }
}

/** Beyond the well-known names, stocks are invented: `SYN031` onwards, tokens from a range no real cash token has. */
function stockAt(rank: number, seed: number): { symbol: string; name: string; exchange_token: number; level: number } {
  const real = STOCKS[rank]
  if (real !== undefined) return real
  const number = String(rank + 1).padStart(3, '0')
  const part = mix(seed ^ Math.imul(rank + 1, 0x9e3779b1)) / 0x1_0000_0000
  return {
    symbol: `SYN${number}`,
    name: `SYNTHETIC COMPANY ${number}`,
    exchange_token: 50_000 + rank,
    level: Math.round((12 + 3200 * part * part * part) * 20) / 20,
  }
}

function traitsOf(
  name: string,
  rank: number,
  seed: number,
): { kind: Spot['kind']; level: number; beta: number; own_move: number } {
  const index = INDICES.find((candidate) => candidate.symbol === name)
  if (name === 'INDIA VIX') return { kind: 'vix', level: index!.level, beta: -4, own_move: 0.02 }
  if (index !== undefined)
    return {
      kind: 'index',
      level: index.level,
      beta: name === 'NIFTY BANK' ? 1.15 : 1,
      own_move: name === 'NIFTY BANK' ? 0.004 : 0.0005,
    }
  const commodity = COMMODITIES.find((candidate) => candidate.symbol === name)
  if (commodity !== undefined) return { kind: 'commodity', level: commodity.level, beta: 0, own_move: commodity.daily_move }
  const currency = CURRENCIES.find((candidate) => candidate.symbol === name)
  if (currency !== undefined) return { kind: 'currency', level: currency.level, beta: -0.05, own_move: currency.daily_move }
  const part = hashText(name, seed) / 0x1_0000_0000
  return { kind: 'stock', level: stockAt(rank, seed).level, beta: 0.6 + 0.8 * part, own_move: 0.008 + 0.01 * part }
}

/** NSE's tick bands for cash, in rupees. */
function tickOfStock(level: number): number {
  if (level < 250) return 0.01
  if (level < 1000) return 0.05
  if (level < 5000) return 0.1
  return level < 10_000 ? 0.5 : 1
}

function strikeStep(level: number): number {
  for (const step of [0.5, 1, 2.5, 5, 10, 20, 50, 100]) if (level / step < 90) return step
  return 200
}

/** Largest remainder: whole parts that add up to `total`, in the order given; ties to the part named first. */
function shareOut(total: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  const shares = weights.map((weight) => Math.floor((total * weight) / whole))
  const rest = (part: number): number => (total * weights[part]!) % whole
  const order = weights.map((_, part) => part).sort((a, b) => rest(b) - rest(a) || a - b)
  let left = total - shares.reduce((sum, share) => sum + share, 0)
  for (const part of order) if (left-- > 0) shares[part]!++
  return shares
}

function take<T>(count: number, source: Iterable<T>): T[] {
  const taken: T[] = []
  if (count > 0)
    for (const item of source) {
      taken.push(item)
      if (taken.length === count) break
    }
  return taken
}
