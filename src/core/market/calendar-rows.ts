import type { IstDay } from '../time/index.js'
import type { MarketGroup } from './market-group.js'
import type { Phase } from './session.js'

/** Times are seconds after midnight IST, half-open `[start, end)`. */
export interface PhaseHours {
  readonly phase: Phase
  readonly start: number
  readonly end: number
  /** End outside US daylight saving, where it differs (MCX closes with New York). */
  readonly end_in_us_winter: number
}

/** Regular hours, in force on `[from, to)`. */
export interface HoursRow {
  readonly groups: readonly MarketGroup[]
  readonly from: IstDay
  readonly to: IstDay
  readonly phases: readonly PhaseHours[]
  readonly verified: boolean
}

/** Closed before `closed_until` (seconds after midnight IST) on each of the days; all day when that is the end of the day. */
export interface HolidayRow {
  readonly groups: readonly MarketGroup[]
  readonly days: readonly IstDay[]
  readonly closed_until: number
  readonly verified: boolean
}

/** Hours of one day, stronger than weekends and holidays. Without hours the day counts as closed. */
export interface SpecialRow {
  readonly groups: readonly MarketGroup[]
  readonly day: IstDay
  readonly hours: 'regular' | 'unknown' | readonly PhaseHours[]
  readonly verified: boolean
}

/** When derivatives that expire on a day of `[from, to)` are settled. */
export interface ExpiryTimeRow {
  readonly groups: readonly MarketGroup[]
  readonly from: IstDay
  readonly to: IstDay
  /** Seconds after midnight IST. */
  readonly at: number
  readonly verified: boolean
}

/** `month` 1..12; `sunday` 1 is the first of the month. In force from the year `from_year`. */
export interface DaylightRow {
  readonly from_year: number
  readonly starts: { readonly month: number; readonly sunday: number }
  readonly ends: { readonly month: number; readonly sunday: number }
}

/** A calendar file, checked. */
export interface CalendarData {
  /** Years whose holidays the file knows; days of others are never `verified`. */
  readonly holiday_years: readonly number[]
  /** Newest first. */
  readonly us_daylight_saving: readonly DaylightRow[]
  readonly underlying_groups: ReadonlyMap<string, MarketGroup>
  readonly hours: readonly HoursRow[]
  readonly holidays: readonly HolidayRow[]
  readonly special_sessions: readonly SpecialRow[]
  /** Empty in files that know none. */
  readonly expiry_times: readonly ExpiryTimeRow[]
}
