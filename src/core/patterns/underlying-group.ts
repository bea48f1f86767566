import type { Candle, Instrument } from '../market/index.js'
import type { InstrumentView } from './view.js'

/** The latest of an option or future, as of its last minute bar. Prices in feed units, NaN where there is none. */
export interface Quote {
  readonly instrument: Instrument
  bid: number
  offer: number
  last: number
  /** Contracts; NaN when no full packet came. */
  oi: number
  /** Open interest at its first bar of the session. */
  oi_first: number
  /** Traded in the session so far, and its mean price. */
  volume: number
  vwap: number
  /** End of the bar they come from. */
  at_ms: number
}

/** Best bid and offer of this moment, for detectors that are asked each second. */
export interface LiveQuote {
  readonly bid: number
  readonly offer: number
  /** Time of receipt. */
  readonly received_ms: number
}

/** Everything that has one underlying. The underlying is the one of the instrument master: never part of a name (D16). */
export class UnderlyingGroup {
  readonly underlying: string
  /** The index or stock itself, and the futures, nearest first, that have had a bar. */
  spot: InstrumentView | undefined
  readonly futures: InstrumentView[] = []
  readonly options = new Map<number, Quote>()
  readonly #turnover = new Map<number, number>()

  constructor(underlying: string) {
    this.underlying = underlying
  }

  addView(view: InstrumentView): void {
    const { instrument_type, expiry } = view.instrument
    if (instrument_type === 'FUT') {
      const at = this.futures.findIndex(({ instrument }) => (expiry ?? 0) < (instrument.expiry ?? 0))
      this.futures.splice(at < 0 ? this.futures.length : at, 0, view)
    } else if (instrument_type !== 'CE' && instrument_type !== 'PE') this.spot = view
  }

  /** Strategies on the underlying run where its price is best known: the index or stock, else the nearest future. */
  get lead(): InstrumentView | undefined {
    return this.spot ?? this.futures[0]
  }

  onOptionMinute({ instrument, close, oi, volume, turnover, flow, close_time_ms }: Candle): void {
    const token = instrument.instrument_token
    const book = flow?.book
    const before = this.options.get(token)
    const paid = (this.#turnover.get(token) ?? 0) + turnover
    const traded = (before?.volume ?? 0) + volume
    this.#turnover.set(token, paid)
    const quote = before ?? newQuote(instrument, oi)
    quote.bid = book !== undefined && (book[1] as number) > 0 ? (book[0] as number) : Number.NaN
    quote.offer = book !== undefined && (book[11] as number) > 0 ? (book[10] as number) : Number.NaN
    quote.last = close
    quote.oi = oi ?? quote.oi
    quote.volume = traded
    quote.vwap = traded > 0 ? paid / traded : Number.NaN
    quote.at_ms = close_time_ms
    this.options.set(token, quote)
  }
}

const newQuote = (instrument: Instrument, oi: number | undefined): Quote => ({
  instrument,
  bid: Number.NaN,
  offer: Number.NaN,
  last: Number.NaN,
  oi: oi ?? Number.NaN,
  oi_first: oi ?? Number.NaN,
  volume: 0,
  vwap: Number.NaN,
  at_ms: 0,
})
