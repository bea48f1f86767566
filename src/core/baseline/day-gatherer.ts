import type { TimeBars, Track } from '../candles/index.js'
import type { Calendar, Candle, Instrument } from '../market/index.js'
import { type IstDay, istDay } from '../time/index.js'
import * as kite from '../wire/index.js'
import { closingVolatilities } from './closing-volatilities.js'
import { ExpiryDay } from './expiry-days.js'
import { type DayPrices, SessionBuilder } from './session-builder.js'
import type { SessionFigures, UnderlyingFigures } from './session-figures.js'
import { isTradingDay } from './trading-days.js'
import { type FiguredInstrument, underlyingFigures } from './underlying-figures.js'

/** What a day's recordings give to the file, and what was left out. */
export interface GatheredDay {
  /** In the order of names. */
  readonly instruments: readonly SessionFigures[]
  readonly underlyings: readonly UnderlyingFigures[]
  /** Tokens that no master names: they are reused, so they have no history. */
  readonly unnamed: number
  /** Instruments whose exchange was closed that day: a rehearsal. */
  readonly closed: number
}

/** What decides about the figures of a day, besides its recordings. */
export interface DaySetup {
  readonly day: IstDay
  readonly calendar: Calendar
  /** All that the day's master names. */
  readonly instruments: Iterable<Instrument>
}

/** Gathers the figures of one day from its candles (1m with flow, 5m, 15m, 1d), and at the end from the state of the engine. */
export class DayGatherer {
  readonly #day: IstDay
  readonly #calendar: Calendar
  readonly #expiry_day: ExpiryDay
  readonly #builders = new Map<Instrument, SessionBuilder>()

  constructor({ day, calendar, instruments }: DaySetup) {
    this.#day = day
    this.#calendar = calendar
    this.#expiry_day = new ExpiryDay(instruments, day)
  }

  onCandle(candle: Candle): void {
    // A recording may go on over midnight.
    if (istDay(candle.open_time_ms) === this.#day) this.#builderOf(candle.instrument)?.onCandle(candle)
  }

  /** `tracks`, `bars`: of the engine whose input has ended. */
  finish(tracks: readonly Track[], bars: TimeBars): GatheredDay {
    const of_day = tracks.filter((track) => this.#isOfDay(track) || this.#builders.has(track.ledger.instrument))
    const named = of_day.filter(({ ledger }) => ledger.instrument.known)
    const gathered = named.flatMap((track) => this.#figuresOf(track, bars))
    return {
      instruments: gathered.map(({ figures }) => figures).sort((a, b) => (a.name < b.name ? -1 : 1)),
      underlyings: underlyingFigures(gathered, this.#day, this.#volatilities()),
      unnamed: of_day.length - named.length,
      closed: named.filter(({ ledger }) => !isTradingDay(this.#calendar, ledger.instrument, this.#day)).length,
    }
  }

  #volatilities(): ReturnType<typeof closingVolatilities> {
    const lasts = [...this.#builders.values()].flatMap(({ last }) => last ?? [])
    return closingVolatilities(lasts, this.#calendar, this.#day)
  }

  #isOfDay({ session }: Track): boolean {
    return session?.day === this.#day
  }

  /** Undefined for what has no history: tokens without a name, and rehearsals. */
  #builderOf(instrument: Instrument): SessionBuilder | undefined {
    const builder = this.#builders.get(instrument)
    if (builder !== undefined || !instrument.known) return builder
    if (!isTradingDay(this.#calendar, instrument, this.#day)) return undefined
    const begun = new SessionBuilder(instrument, this.#calendar.sessionOf(instrument, this.#day))
    this.#builders.set(instrument, begun)
    return begun
  }

  #figuresOf(track: Track, bars: TimeBars): FiguredInstrument[] {
    const { ledger } = track
    const { instrument } = ledger
    const builder = this.#builderOf(instrument)
    if (builder === undefined) return []
    // What the engine remembers of an instrument that went on to the next day is of that one.
    const is_of_day = this.#isOfDay(track)
    const figures = builder.build({
      covers: (start_s, end_s) => is_of_day && bars.covers(track, start_s, end_s),
      has_volume: is_of_day && ledger.joined && !kite.isIndexLength(ledger.last_length),
      exchange_day: is_of_day ? exchangeDay(track) : undefined,
      expiry_day: this.#expiry_day.concerns(instrument),
    })
    return figures.volume === undefined && Number.isNaN(figures.close) ? [] : [{ instrument, figures }]
  }
}

/** From the last packet of the session; nothing where it tells no such prices. */
function exchangeDay({ ledger: { last_view: view, last_at: at, last_length: length } }: Track): DayPrices | undefined {
  if (view === undefined || length < kite.INDEX_QUOTE_BYTES) return undefined
  const prices = kite.isIndexLength(length)
    ? { open: kite.readIndexOpen(view, at), high: kite.readIndexHigh(view, at), low: kite.readIndexLow(view, at) }
    : { open: kite.readOpen(view, at), high: kite.readHigh(view, at), low: kite.readLow(view, at) }
  return prices.open > 0 && prices.low > 0 ? prices : undefined
}
