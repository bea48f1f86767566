import type { Candle, Instrument } from '../market/index.js'
import type { PatternView, Quote, UnderlyingGroup } from './view.js'

type OpenQuote = { -readonly [Name in keyof Quote]: Quote[Name] }

/** Keeps what has one underlying up to date. */
export class OpenGroup implements UnderlyingGroup {
  readonly underlying: string
  spot: PatternView | undefined
  readonly futures: PatternView[] = []
  readonly options = new Map<number, OpenQuote>()
  readonly #turnover = new Map<number, number>()

  constructor(underlying: string) {
    this.underlying = underlying
  }

  addView(view: PatternView): void {
    const { instrument_type, expiry } = view.instrument
    if (instrument_type === 'FUT') {
      const at = this.futures.findIndex(({ instrument }) => (expiry ?? 0) < (instrument.expiry ?? 0))
      this.futures.splice(at < 0 ? this.futures.length : at, 0, view)
    } else if (instrument_type !== 'CE' && instrument_type !== 'PE') this.spot = view
  }

  get lead(): PatternView | undefined {
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

const newQuote = (instrument: Instrument, oi: number | undefined): OpenQuote => ({
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
