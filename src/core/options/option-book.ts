import { type Calendar, type Instrument, spotNamesOf } from '../market/index.js'
import type { IstDay } from '../time/index.js'
import { OptionChain } from './chain.js'
import { LiveQuote, type UpdateCount } from './live-quote.js'
import type { UnderlyingQuotes } from './strike-row.js'

/** All chains of a day, and which instrument writes to which quote. Built once from the day's master; fed by whoever reads packets. */
export class OptionBook {
  /** By exchange, underlying and expiry. */
  readonly chains: readonly OptionChain[]
  /** India VIX itself; undefined where the master does not list it. In feed units of its instrument. */
  readonly vix: LiveQuote | undefined
  /** Names of options of which the calendar knows no time of expiry: they are in no chain. */
  readonly without_expiry_time: readonly string[]
  readonly #count: UpdateCount = { updates: 0 }
  /** By token: one that stands under several chains has one quote. */
  readonly #quotes = new Map<number, LiveQuote>()

  /** `isWanted` picks options (by underlying, say); what lies under them comes by itself. */
  constructor(instruments: Iterable<Instrument>, calendar: Calendar, isWanted: (option: Instrument) => boolean = () => true) {
    const options: Instrument[] = []
    const futures: Instrument[] = []
    const spots = new Map<string, Instrument>()
    for (const instrument of instruments) {
      const { instrument_type, exchange, symbol } = instrument
      if (isOption(instrument) && isWanted(instrument)) options.push(instrument)
      else if (instrument_type === 'FUT') futures.push(instrument)
      else if (instrument_type === 'INDEX' || instrument_type === 'EQ') spots.set(`${exchange}:${symbol}`, instrument)
    }
    const builder = new ChainBuilder(calendar, this.#count)
    for (const option of options) this.#setQuote(option, builder.add(option))
    for (const [key, quotes] of builder.underlyings) {
      quotes.spot = this.#spotOf(key, spots)
      for (const future of futures.filter((one) => one.exchange === key.exchange && one.underlying === key.underlying)) {
        const expires = calendar.expiryOf(future)
        if (expires !== undefined) quotes.futures.push({ expiry_ms: expires.at_ms, quote: this.#quote(future) })
      }
      quotes.futures.sort((a, b) => a.expiry_ms - b.expiry_ms)
    }
    const vix = spots.get('NSE:INDIA VIX')
    this.vix = vix === undefined ? undefined : this.#quote(vix)
    this.chains = builder.sorted()
    this.without_expiry_time = builder.without_expiry_time
  }

  /** Where the packets of an instrument go; undefined when no chain needs them. Ask once for each instrument. */
  quoteOf(instrument: Instrument): LiveQuote | undefined {
    return this.#quotes.get(instrument.instrument_token)
  }

  #spotOf(key: Underlying, spots: ReadonlyMap<string, Instrument>): LiveQuote | undefined {
    const name = spotNamesOf(key).find((one) => spots.has(one))
    const spot = name === undefined ? undefined : spots.get(name)
    return spot === undefined ? undefined : this.#quote(spot)
  }

  #quote(instrument: Instrument): LiveQuote {
    const quote = this.#quotes.get(instrument.instrument_token) ?? new LiveQuote(this.#count)
    this.#setQuote(instrument, quote)
    return quote
  }

  #setQuote({ instrument_token }: Instrument, quote: LiveQuote | undefined): void {
    if (quote !== undefined) this.#quotes.set(instrument_token, quote)
  }
}

/** Options with all that tells where they belong. */
export const isOption = ({ instrument_type, underlying, expiry, strike }: Instrument): boolean =>
  (instrument_type === 'CE' || instrument_type === 'PE') &&
  underlying !== undefined &&
  expiry !== undefined &&
  strike !== undefined

interface Underlying {
  readonly exchange: string
  readonly underlying: string
}

class ChainBuilder {
  readonly underlyings = new Map<Underlying, UnderlyingQuotes>()
  readonly without_expiry_time: string[] = []
  readonly #chains = new Map<string, OptionChain>()
  readonly #by_name = new Map<string, UnderlyingQuotes>()
  readonly #calendar: Calendar
  readonly #count: UpdateCount

  constructor(calendar: Calendar, count: UpdateCount) {
    this.#calendar = calendar
    this.#count = count
  }

  add(option: Instrument): LiveQuote | undefined {
    const { exchange, underlying = '', expiry = 0 } = option
    const key = `${exchange}:${underlying}:${expiry}`
    const chain = this.#chains.get(key) ?? this.#open(option, { exchange, underlying, expiry })
    if (chain === undefined) return undefined
    this.#chains.set(key, chain)
    return chain.add(option)
  }

  sorted(): OptionChain[] {
    return [...this.#chains.values()].sort(
      (a, b) => byText(a.exchange, b.exchange) || byText(a.underlying, b.underlying) || a.expiry - b.expiry,
    )
  }

  #open(option: Instrument, key: { exchange: string; underlying: string; expiry: IstDay }): OptionChain | undefined {
    const expires = this.#calendar.expiryOf(option)
    if (expires === undefined) {
      this.without_expiry_time.push(option.symbol)
      return undefined
    }
    const name = `${key.exchange}:${key.underlying}`
    const quotes = this.#by_name.get(name) ?? { spot: undefined, futures: [] }
    if (!this.#by_name.has(name)) this.underlyings.set(key, quotes)
    this.#by_name.set(name, quotes)
    return new OptionChain(key, { expires, price_divisor: option.price_divisor, quotes, count: this.#count })
  }
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
