import type { AssetClass, InstrumentType } from '../market/index.js'
import { mix } from '../random.js'
import { dayOfCivil, type IstDay } from '../time/index.js'
import { segmentOf } from '../wire/index.js'
import { type Expiry, type IsOpen, monthlyExpiries, plainExpiries, weeklyExpiries } from './expiries.js'
import { blank, type Listing } from './listing.js'
import { COMMODITIES, type ContractName, CURRENCIES } from './names.js'
import { shareOut, take } from './shares.js'
import { isIndexUnderlying, type SpotBook } from './spots.js'
import { stockAt, strikeStep, tickOfStock } from './stocks.js'

/** What decides which contracts are listed on a day. */
export interface ContractSetting {
  day: IstDay
  seed: number
  isOpen: IsOpen
  spots: SpotBook
}

/** Of each 100: index futures, stock futures, NIFTY, BANKNIFTY and stock options. */
const NFO_MIX = [4, 26, 30, 20, 20]
/** Contracts are numbered from here on, over all exchanges. */
const FIRST_EXCHANGE_TOKEN = 40_000
const SEGMENT_BYTE = { NFO: 2, CDS: 3, BCD: 6, MCX: 7 } as const
/** Stocks beyond these have no derivatives. */
const OPTIONABLE_MAX = 200

/** Futures and options of the day. */
export class ContractListings {
  readonly #day: IstDay
  readonly #seed: number
  readonly #isOpen: IsOpen
  readonly #spots: SpotBook
  #contracts = FIRST_EXCHANGE_TOKEN

  constructor({ day, seed, isOpen, spots }: ContractSetting) {
    this.#day = day
    this.#seed = seed
    this.#isOpen = isOpen
    this.#spots = spots
  }

  /** `stocks`: how many of the day's stocks may have derivatives. */
  derivatives(count: number, stocks: number): Listing[] {
    const [few = 0, stock_futures_count = 0, nifty_count = 0, banknifty_count = 0, stock_option_count = 0] = shareOut(
      count,
      NFO_MIX,
    )
    const index_futures_count = count > 0 ? Math.max(few, 1) : 0
    const months = monthlyExpiries(this.#day, 3, this.#isOpen)
    const weeks = weeklyExpiries(this.#day, 6, this.#isOpen)
    const optionable = Math.min(OPTIONABLE_MAX, stocks)
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
        const step = strikeStep(this.#spots.rupees(this.#spots.of(symbol, rank)))
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
    const index = isIndexUnderlying(underlying)
    const own_tick = [...COMMODITIES, ...CURRENCIES].find((contract) => contract.symbol === underlying)?.tick
    const spot = this.#spots.of(underlying, rank, exchange)
    const weight = (index ? 9 : exchange === 'NFO' ? 0.3 + 3 / (1 + rank / 8) : exchange === 'MCX' ? 2 : 1) / (1 + 3 * month_rank)
    return this.#contract({
      exchange,
      underlying,
      expiry,
      type: 'FUT',
      spot,
      strike: undefined,
      weight,
      tick_size: own_tick ?? (index ? 0.1 : tickOfStock(this.#spots.rupees(spot))),
      trade_lots: 1 + 6 / (1 + month_rank),
    })
  }

  /** Strikes nearest to the money first, call before put. */
  *#chains(underlying: string, { expiries, step, strikes, rank }: Chains): Generator<Listing> {
    const spot = this.#spots.of(underlying, rank)
    const level = this.#spots.rupees(spot)
    const middle = Math.round(level / step)
    for (const [week, expiry] of expiries.entries())
      for (let n = 0; n < strikes; n++) {
        const distance = n % 2 === 0 ? n / 2 : -(n + 1) / 2
        const strike = (middle + distance) * step
        if (strike <= 0) continue
        const index = isIndexUnderlying(underlying)
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
    const index = isIndexUnderlying(underlying)
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
    return Math.max(25, Math.round(700_000 / this.#spots.rupees(spot) / 25) * 25)
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
