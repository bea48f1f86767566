import { civilOf, dayOfCivil, type IstDay, istDayStartMs, MINUTE_MS, weekday } from '../../time/index.js'
import type { PatternView } from '../view.js'

/** A window of the day in which moves begin. `[start_ms, until_ms)`, epoch ms. */
export interface Killzone {
  readonly name: string
  readonly start_ms: number
  readonly until_ms: number
  /** 1 high, 0.5 medium, 0 low. Where windows overlap, the higher one counts. */
  readonly priority: number
}

/** What decides which windows there are, and which of them it is. */
export type KillzoneView = Pick<PatternView, 'instrument' | 'session' | 'close_ms' | 'now_ms'>

interface Row {
  readonly name: string
  /** Minutes after midnight, India. */
  readonly from: number
  readonly to: number
  readonly priority: number
}

const clock = (hours: number, minutes: number): number => 60 * hours + minutes

/** Windows of NSE, from the public code. ICT's own are New York times, and those of London fall into the Indian afternoon: no conversion by clock. */
const ROWS: readonly Row[] = [
  { name: 'opening_drive', from: clock(9, 15), to: clock(10, 30), priority: 1 },
  { name: 'midday_drift', from: clock(12, 0), to: clock(13, 30), priority: 0 },
  { name: 'closing_power', from: clock(14, 30), to: clock(15, 30), priority: 1 },
]
/** The first hour of the exchanges of Europe: 09:00 in Paris and Frankfurt. */
const EUROPE_SUMMER: Row = { name: 'europe_open', from: clock(12, 30), to: clock(13, 30), priority: 0.5 }
const EUROPE_WINTER: Row = { name: 'europe_open', from: clock(13, 30), to: clock(14, 30), priority: 0.5 }

/** Minutes before the end of the continuous phase at which a window that would outlast it ends: no entries are taken later (5.0). */
const LAST_MINUTES = 5
const EXCHANGES: ReadonlySet<string> = new Set(['NSE', 'BSE', 'NFO', 'BFO', 'INDICES'])

/** The windows of a session, by priority. None on exchanges with other hours (MCX, currency). */
export function killzonesOf({ instrument, session, close_ms }: KillzoneView, with_europe = false): readonly Killzone[] {
  if (!EXCHANGES.has(instrument.exchange)) return []
  const midnight_ms = istDayStartMs(session.day)
  const europe = isEuropeanSummer(session.day) ? EUROPE_SUMMER : EUROPE_WINTER
  return [...ROWS, ...(with_europe ? [europe] : [])]
    .map(({ name, from, to, priority }) => ({
      name,
      start_ms: midnight_ms + from * MINUTE_MS,
      until_ms: Math.min(midnight_ms + to * MINUTE_MS, close_ms - LAST_MINUTES * MINUTE_MS),
      priority,
    }))
    .sort((a, b) => b.priority - a.priority || a.start_ms - b.start_ms)
}

/** The window that a bar ending at `now_ms` lies in. */
export function zoneAt(zones: readonly Killzone[], now_ms: number): Killzone | undefined {
  for (const zone of zones) if (now_ms > zone.start_ms && now_ms <= zone.until_ms) return zone
  return undefined
}

/** The window of the moment, without Europe's; undefined outside all of them. For detectors that ask when something happens. */
export const inKillzone = (view: KillzoneView): Killzone | undefined => zoneAt(killzonesOf(view), view.now_ms)

/** What the moment adds to a score: the priority of its window, 0 outside (and in the midday drift). */
export const killzoneTerm = (view: KillzoneView): number => inKillzone(view)?.priority ?? 0

/** From the last Sunday of March to the last Sunday of October, EU directive 2000/84/EC. */
function isEuropeanSummer(day: IstDay): boolean {
  const { year } = civilOf(day)
  return day >= lastSunday(year, 3) && day < lastSunday(year, 10)
}

/** Of a month of 31 days. */
function lastSunday(year: number, month: number): IstDay {
  const last = dayOfCivil({ year, month, day: 31 })
  return last - weekday(last)
}
