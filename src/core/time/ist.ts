/**
 * Indian Standard Time is UTC+05:30 and has had no daylight saving since 1945: plain arithmetic, no `Intl`, no `TZ`.
 * Times are integer milliseconds since the epoch, UTC. Days are whole IST days, counted from 1970-01-01.
 */
export type TimestampMs = number
/** IST calendar days since 1970-01-01. */
export type IstDay = number

export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000
export const DAY_S = 86_400
export const IST_OFFSET_MS = 19_800_000
export const IST_OFFSET_S = 19_800

/** The IST day a moment belongs to. */
export function istDay(time_ms: TimestampMs): IstDay {
  return Math.floor((time_ms + IST_OFFSET_MS) / DAY_MS)
}

/** 00:00:00 IST of a day, in ms since the epoch. */
export function istDayStartMs(day: IstDay): TimestampMs {
  return day * DAY_MS - IST_OFFSET_MS
}

/** 0 Sunday .. 6 Saturday. 1970-01-01 was a Thursday. */
export function weekday(day: IstDay): number {
  return (((day + 4) % 7) + 7) % 7
}

/** A day as people write it. */
export interface CivilDate {
  year: number
  /** 1..12 */
  month: number
  /** 1..31 */
  day: number
}

/** Proleptic Gregorian date of a day number (Howard Hinnant's days algorithm, public domain). */
export function civilOf(day: IstDay): CivilDate {
  const z = day + 719_468
  const era = Math.floor(z / 146_097)
  const day_of_era = z - era * 146_097
  const year_of_era = Math.floor(
    (day_of_era - Math.floor(day_of_era / 1460) + Math.floor(day_of_era / 36_524) - Math.floor(day_of_era / 146_096)) / 365,
  )
  const day_of_year = day_of_era - (365 * year_of_era + Math.floor(year_of_era / 4) - Math.floor(year_of_era / 100))
  const shifted_month = Math.floor((5 * day_of_year + 2) / 153)
  const month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9
  return {
    year: year_of_era + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: day_of_year - Math.floor((153 * shifted_month + 2) / 5) + 1,
  }
}

/** The inverse of `civilOf`; days beyond the end of a month run into the next. */
export function dayOfCivil({ year, month, day }: CivilDate): IstDay {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const year_of_era = y - era * 400
  const day_of_year = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const day_of_era = year_of_era * 365 + Math.floor(year_of_era / 4) - Math.floor(year_of_era / 100) + day_of_year
  return era * 146_097 + day_of_era - 719_468
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0')

/** `2025-10-05` */
export function formatDate(day: IstDay): string {
  const date = civilOf(day)
  return `${pad(date.year, 4)}-${pad(date.month, 2)}-${pad(date.day, 2)}`
}

/** `20251005` */
export function formatCompactDate(day: IstDay): string {
  return formatDate(day).replaceAll('-', '')
}

/** Reads `YYYY-MM-DD` or `YYYYMMDD`; undefined when it is neither or no such day exists. */
export function parseDate(text: string): IstDay | undefined {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text)
  if (match === null || (text.length !== 8 && text.length !== 10)) return undefined
  const date = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) }
  if (date.month < 1 || date.month > 12 || date.day < 1) return undefined
  const day = dayOfCivil(date)
  const back = civilOf(day)
  return back.month === date.month && back.day === date.day ? day : undefined
}

/** `2025-10-05T09:15:00+05:30`, with `.123` only when there are milliseconds. */
export function formatIso(time_ms: TimestampMs): string {
  const day = istDay(time_ms)
  const within = time_ms - istDayStartMs(day)
  const ms = within % 1000
  return `${formatDate(day)}T${formatClock(time_ms)}${ms === 0 ? '' : `.${pad(ms, 3)}`}+05:30`
}

/** `09:15:00`, IST. */
export function formatClock(time_ms: TimestampMs): string {
  const seconds = Math.floor((time_ms - istDayStartMs(istDay(time_ms))) / 1000)
  return `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`
}

/** `09:15` or `09:15:30` to seconds after midnight; `24:00` is allowed as an end. Undefined when it is no time of day. */
export function parseClock(text: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text)
  if (match === null) return undefined
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  if (minutes > 59 || seconds > 59) return undefined
  const total = hours * 3600 + minutes * 60 + seconds
  return total <= DAY_S ? total : undefined
}

/** Reads ISO 8601 with a zone (`Z` or `+hh:mm`), optional fraction down to ms. Undefined without a zone: a local time has no meaning here. */
export function parseIso(text: string): TimestampMs | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})$/.exec(text)
  if (match === null) return undefined
  const day = parseDate(match[1] as string)
  const clock_s = parseClock(match[2] as string)
  if (day === undefined || clock_s === undefined) return undefined
  const fraction_ms = match[3] === undefined ? 0 : Number(match[3].padEnd(3, '0').slice(0, 3))
  const zone = match[4] as string
  const offset_min = zone === 'Z' ? 0 : (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)))
  return day * DAY_MS + clock_s * 1000 + fraction_ms - offset_min * MINUTE_MS
}
