import type { IstDay } from '../../time/index.js'
import { TRADING_DAYS } from '../arithmetic.js'
import type { SpotLevels } from '../levels.js'
import type { Tickers } from '../tickers.js'
import type { Universe } from '../universe.js'

/** An option of a chain. */
export interface ChainOption {
  readonly listing: number
  readonly expiry: IstDay
  /** Feed units, as those of the index. */
  readonly strike: number
  readonly is_call: boolean
}

/** An index with what is written on it. */
export interface ChainListings {
  readonly index: number
  readonly spot: number
  /** The nearest first. */
  readonly futures: readonly number[]
  /** By expiry, the nearest first; then by strike. */
  readonly options: readonly ChainOption[]
}

/** Strikes that make a chain worth planting in. */
const STRIKES_MIN = 5

/** The chains of the indices, as far as `suits` lets their listings count. */
export function chainsOf({ listings }: Universe, suits: (listing: number) => boolean): ChainListings[] {
  return listings.flatMap(({ instrument, spot }, index) => {
    if (instrument.instrument_type !== 'INDEX' || !suits(index)) return []
    const on_it = [...listings.keys()].filter((listing) => listings[listing]!.spot === spot && suits(listing))
    const expiryOf = (listing: number): IstDay => listings[listing]!.instrument.expiry ?? 0
    const futures = on_it
      .filter((listing) => listings[listing]!.instrument.instrument_type === 'FUT')
      .sort((a, b) => expiryOf(a) - expiryOf(b))
    const options = on_it.flatMap((listing): ChainOption[] => {
      const { strike, instrument } = listings[listing]!
      if (strike === undefined) return []
      return [{ listing, expiry: expiryOf(listing), strike, is_call: instrument.instrument_type === 'CE' }]
    })
    const near = options.filter(({ expiry }) => expiry === Math.min(...options.map((option) => option.expiry)))
    if (new Set(near.map(({ strike }) => strike)).size < STRIKES_MIN) return []
    return [{ index, spot, futures, options: options.sort((a, b) => a.expiry - b.expiry || a.strike - b.strike) }]
  })
}

/** Call and put of one strike. */
export interface StrikePair {
  readonly strike: number
  readonly call: ChainOption
  readonly put: ChainOption
}

/** What a script sees of the options on its index. Prices in feed units. */
export class PlantChain {
  /** Pairs of the nearest expiry, by strike. */
  readonly pairs: readonly StrikePair[]
  readonly #spot: number
  readonly #tickers: Tickers
  readonly #levels: SpotLevels

  constructor({ options, spot }: ChainListings, tickers: Tickers, levels: SpotLevels) {
    const near = options.filter(({ expiry }) => expiry === options[0]!.expiry)
    this.pairs = near
      .filter(({ is_call }) => is_call)
      .flatMap((call) => {
        const put = near.find(({ is_call, strike }) => !is_call && strike === call.strike)
        return put === undefined ? [] : [{ strike: call.strike, call, put }]
      })
    this.#spot = spot
    this.#tickers = tickers
    this.#levels = levels
  }

  get dearness(): number {
    return this.#levels.dearness[this.#spot]!
  }

  /** What the options expect the index to move in a day, feed units: one deviation. */
  dayMove(price: number): number {
    return (price * this.#levels.volatility * this.dearness) / Math.sqrt(TRADING_DAYS)
  }

  /** The pair whose strike is nearest to a price. */
  nearest(price: number): StrikePair {
    return this.pairs.reduce((best, pair) => (Math.abs(pair.strike - price) < Math.abs(best.strike - price) ? pair : best))
  }

  interest({ listing }: ChainOption): number {
    return this.#tickers.openInterest(listing)
  }

  /** How dear the options must be for the pair to cost so much less (a part) than what was paid for its legs in the mean today. */
  dearnessFor({ call, put }: StrikePair, discount: number, now_s: number): number {
    const now = this.#tickers.fairAt(call.listing, now_s) + this.#tickers.fairAt(put.listing, now_s)
    const paid = this.#tickers.meanPrice(call.listing) + this.#tickers.meanPrice(put.listing)
    return (this.dearness * (1 - discount) * paid) / now
  }
}
