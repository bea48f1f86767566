import {
  DAY_MS,
  DAY_S,
  formatDate,
  type IstDay,
  istDayStartMs,
  parseClock,
  parseDate,
  parseIso,
  type TimestampMs,
} from '../time/index.js'

/** A time as a log has it, or why it is none. */
export type LogTime =
  | { readonly kind: 'time'; readonly time_ms: TimestampMs; readonly has_zone: boolean }
  | { readonly kind: 'bad_time' | 'no_date' }

/** 2010 to 2099, ms since the epoch. */
const FROM_MS = 1_262_304_000_000
const TO_MS = 4_102_444_800_000
/** How many of a unit make a millisecond: seconds, ms, microseconds, nanoseconds. Between 2010 and 2099 no number can be of two units. */
const PER_MS = [0.001, 1, 1000, 1_000_000]
const BAD = { kind: 'bad_time' } as const

/**
 * Reads seconds, ms, microseconds or nanoseconds since the epoch (by size), ISO 8601 with a zone, ISO without one (Indian time, `has_zone` false),
 * or a time of `day`. Fractions of a millisecond are cut.
 */
export function logTime(value: unknown, day: IstDay | undefined): LogTime {
  if (typeof value === 'number') return ofNumber(value)
  if (typeof value !== 'string') return BAD
  const text = value.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return ofNumber(Number(text))
  const iso = text
    .replace(/^(\d{4}-\d{2}-\d{2})t/, '$1T')
    .replace(/,(\d+)/, '.$1')
    .replace(/ ?(?:IST)$/, '+05:30')
    .replace(/ ?(?:z|UTC|GMT)$/, 'Z')
    .replace(/ (?=[+-]\d{2}:?\d{2}$)/, '')
  const moment = parseIso(iso)
  if (moment !== undefined) return within(moment, true)
  const local = parseIso(`${iso}+05:30`)
  if (local !== undefined) return within(local, false)
  const clock_ms = clockMs(iso)
  if (clock_ms === undefined) return BAD
  return day === undefined ? { kind: 'no_date' } : within(istDayStartMs(day) + clock_ms, true)
}

/** A date as a log has it: `2025-10-06`, `20251006`, or the day of a moment. */
export function logDate(value: unknown): IstDay | undefined {
  return typeof value === 'string' ? parseDate(value.trim()) : typeof value === 'number' ? parseDate(String(value)) : undefined
}

/** Days, each once, in order: `2025-10-03, 2025-10-06 and 4 more`. */
export function daysText(days: Iterable<IstDay>, shown = 3): string {
  const all = [...new Set(days)].sort((a, b) => a - b)
  const more = all.length > shown ? ` and ${all.length - shown} more` : ''
  return `${all.slice(0, shown).map(formatDate).join(', ')}${more}`
}

function ofNumber(value: number): LogTime {
  const time_ms = PER_MS.map((per_ms) => Math.floor(value / per_ms)).find((ms) => ms >= FROM_MS && ms < TO_MS)
  return time_ms === undefined ? BAD : { kind: 'time', time_ms: exactly(value, time_ms), has_zone: true }
}

/** Seconds with a fraction: 1759724940.123 lies a little below its millisecond. */
const exactly = (value: number, floor_ms: number): number => (value < FROM_MS ? Math.floor(value * 1000 + 0.001) : floor_ms)

const within = (time_ms: number, has_zone: boolean): LogTime =>
  time_ms >= FROM_MS && time_ms < TO_MS ? { kind: 'time', time_ms, has_zone } : BAD

function clockMs(text: string): number | undefined {
  const match = /^(\d{1,2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?$/.exec(text)
  const clock_s = match === null ? undefined : parseClock(match[1] as string)
  if (clock_s === undefined || clock_s >= DAY_S) return undefined
  const ms = clock_s * 1000 + Number((match?.[2] ?? '').padEnd(3, '0').slice(0, 3))
  return ms < DAY_MS ? ms : undefined
}
