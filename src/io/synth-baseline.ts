import { encodeFigures, hoursOf, SESSIONS_MIN, type SessionFigures, tradingDaysBefore } from '../core/baseline/index.js'
import type { Calendar } from '../core/market/index.js'
import { PLANTS, type PlantedPattern, type Universe, usualDay } from '../core/synth/index.js'
import type { IstDay } from '../core/time/index.js'
import { writeBaselineFile } from './baseline-file.js'
import { mdsVersion } from './make-manifest.js'

/** The day whose history is made up. */
export interface MadeUpHistory {
  readonly universe: Universe
  readonly calendar: Calendar
  /** Numbers of listings. */
  readonly listings: readonly number[]
}

/** The listings among those to be planted whose detector looks back on earlier sessions. */
export function listingsWithHistory(planned: readonly Pick<PlantedPattern, 'pattern_id' | 'listing'>[]): number[] {
  const looking_back = new Set(PLANTS.filter(({ needs_history }) => needs_history === true).map(({ id }) => id))
  return planned.filter(({ pattern_id }) => looking_back.has(pattern_id)).map(({ listing }) => listing)
}

/** Writes what earlier sessions would have left of them: usual volume and usual range, and nothing else. */
export function writeSynthBaseline(path: string, history: MadeUpHistory): void {
  const figures = madeUpFigures(history)
  const days = [...new Set(figures.map(({ day }) => day))].sort((a, b) => a - b)
  const sessions = days.map((day) => ({ day, inputs: [] }))
  writeBaselineFile(path, { mds: mdsVersion(), calendar_sha256: '', sessions }, figures.map(encodeFigures))
}

/** By name, then day. */
export function madeUpFigures({ universe, calendar, listings }: MadeUpHistory): SessionFigures[] {
  return listings
    .flatMap((listing) => {
      const { instrument } = universe.listings[listing]!
      return tradingDaysBefore(calendar, instrument, universe.day, SESSIONS_MIN).map((day) =>
        figuresOf(listing, day, { universe, calendar }),
      )
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.day - b.day))
}

function figuresOf(listing: number, day: IstDay, { universe, calendar }: Omit<MadeUpHistory, 'listings'>): SessionFigures {
  const { instrument, spot } = universe.listings[listing]!
  const { volume, range_30m } = usualDay(universe.listings[listing]!, universe.spots[spot]!)
  const none = Number.NaN
  return {
    name: `${instrument.exchange}:${instrument.symbol}`,
    day,
    price_divisor: instrument.price_divisor,
    expiry: instrument.expiry,
    expiry_day: false,
    hours: hoursOf(calendar.sessionOf(instrument, day)),
    unknown: [],
    // Without them no level of an earlier day is known: those would be made up too.
    open: none,
    high: none,
    low: none,
    close: none,
    close_official: none,
    vah: none,
    val: none,
    poc: none,
    va_widths: [],
    volume,
    ranges_30m: [range_30m],
    bars: { '1m': [], '5m': [], '15m': [] },
  }
}
