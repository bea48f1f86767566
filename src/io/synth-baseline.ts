import {
  encodeFigures,
  encodeUnderlying,
  hoursOf,
  SESSIONS_MIN,
  type SessionFigures,
  tradingDaysBefore,
  type UnderlyingFigures,
} from '../core/baseline/index.js'
import { type Calendar, underlyingOf } from '../core/market/index.js'
import { YEAR_DAYS } from '../core/options/index.js'
import { PLANTS, type PlantedPattern, type Universe, usualChain, usualDay, usualVolatility } from '../core/synth/index.js'
import { type IstDay, istDayStartMs } from '../core/time/index.js'
import { writeBaselineFile } from './baseline-file.js'
import { mdsVersion } from './make-manifest.js'

/** The day whose history is made up. */
export interface MadeUpHistory {
  readonly universe: Universe
  readonly calendar: Calendar
  /** Numbers of listings: stocks, and indices with options. */
  readonly listings: readonly number[]
  /** Of the plants, 0..1: the stronger, the less an index moved in the past against what its options cost. */
  readonly strength: number
}

/** The listings among those to be planted whose detector looks back on earlier sessions. */
export function listingsWithHistory(planned: readonly Pick<PlantedPattern, 'pattern_id' | 'listing'>[]): number[] {
  const looking_back = new Set(PLANTS.filter(({ needs_history }) => needs_history === true).map(({ id }) => id))
  return [...new Set(planned.filter(({ pattern_id }) => looking_back.has(pattern_id)).map(({ listing }) => listing))]
}

/** Writes what earlier sessions would have left of them: as much as the detectors of the planted patterns ask for, and no more. */
export function writeSynthBaseline(path: string, history: MadeUpHistory): void {
  const instruments = madeUpFigures(history)
  const underlyings = madeUpUnderlyings(history)
  const days = [...new Set([...instruments, ...underlyings].map(({ day }) => day))].sort((a, b) => a - b)
  writeBaselineFile(path, { mds: mdsVersion(), calendar_sha256: '', sessions: days.map((day) => ({ day, inputs: [] })) }, [
    ...instruments.map(encodeFigures),
    ...underlyings.map(encodeUnderlying),
  ])
}

/** By name, then day. */
export function madeUpFigures(history: MadeUpHistory): SessionFigures[] {
  const { universe, calendar, listings } = history
  return listings
    .flatMap((listing) => {
      const { instrument } = universe.listings[listing]!
      return tradingDaysBefore(calendar, instrument, universe.day, SESSIONS_MIN).map((day) =>
        instrument.instrument_type === 'INDEX' ? indexFigures(listing, day, history) : stockFigures(listing, day, history),
      )
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.day - b.day))
}

/** By name, then day: what the options of the indices cost. */
export function madeUpUnderlyings({ universe, calendar, listings, strength }: MadeUpHistory): UnderlyingFigures[] {
  return listings
    .flatMap((listing) => {
      const { instrument, spot } = universe.listings[listing]!
      if (instrument.instrument_type !== 'INDEX') return []
      const { volatilities, closes } = usualChain(universe.spots[spot]!, volatilityOf(universe, strength))
      const days = tradingDaysBefore(calendar, instrument, universe.day, volatilities.length).reverse()
      return days.map(
        (day, n): UnderlyingFigures => ({
          underlying: underlyingOf(instrument),
          day,
          close: closes[n]!,
          terms: TERM_DAYS.map((term) => ({ years: term / YEAR_DAYS, volatility: volatilities[n]! })),
        }),
      )
    })
    .sort((a, b) => (a.underlying < b.underlying ? -1 : a.underlying > b.underlying ? 1 : a.day - b.day))
}

/** On both sides of the 30 days that volatilities are ranked by. */
const TERM_DAYS = [20, 40]
/** What the index has moved, as a part of what its options cost: at the bare trigger and in the textbook. */
const REALISED_BARE = 0.946
const REALISED_TEXTBOOK = 0.7

function volatilityOf({ spots }: Universe, strength: number): { volatility: number; realised: number } {
  const volatility = usualVolatility(spots)
  return { volatility, realised: volatility * (REALISED_BARE + strength * (REALISED_TEXTBOOK - REALISED_BARE)) }
}

const NONE = Number.NaN
/** Without them no level of an earlier day is known: those would be made up too. */
const NO_PRICES = { open: NONE, high: NONE, low: NONE, close: NONE, close_official: NONE, vah: NONE, val: NONE, poc: NONE }

function stockFigures(listing: number, day: IstDay, history: MadeUpHistory): SessionFigures {
  const { listings, spots } = history.universe
  const { volume, range_30m } = usualDay(listings[listing]!, spots[listings[listing]!.spot]!)
  return {
    ...contractOf(listing, day, history),
    ...NO_PRICES,
    volume,
    ranges_30m: [range_30m],
    bars: { '1m': [], '5m': [], '15m': [] },
  }
}

function indexFigures(listing: number, day: IstDay, history: MadeUpHistory): SessionFigures {
  const { listings, spots } = history.universe
  const { quarters } = usualChain(spots[listings[listing]!.spot]!, volatilityOf(history.universe, history.strength))
  const contract = contractOf(listing, day, history)
  const begin_ms = istDayStartMs(day) + (contract.hours[0]?.[0] ?? 0) * 1000
  return {
    ...contract,
    ...NO_PRICES,
    open: quarters[0]![0],
    high: Math.max(...quarters.map(([, high]) => high)),
    low: Math.min(...quarters.map(([, , low]) => low)),
    close: quarters.at(-1)![3],
    volume: undefined,
    ranges_30m: [],
    bars: {
      '1m': [],
      '5m': [],
      '15m': quarters.map(([open, high, low, close], n) => ({
        open_time_ms: begin_ms + n * 900_000,
        open,
        high,
        low,
        close,
        volume: 0,
        oi: undefined,
      })),
    },
  }
}

function contractOf(listing: number, day: IstDay, { universe, calendar }: MadeUpHistory) {
  const { instrument } = universe.listings[listing]!
  return {
    name: `${instrument.exchange}:${instrument.symbol}`,
    day,
    price_divisor: instrument.price_divisor,
    expiry: instrument.expiry,
    expiry_day: false,
    hours: hoursOf(calendar.sessionOf(instrument, day)),
    unknown: [],
    va_widths: [],
  }
}
