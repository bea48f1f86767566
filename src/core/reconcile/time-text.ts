import { IST_OFFSET_MS, istDayStartMs, parseDate, parseIso, type TimestampMs } from '../time/index.js'

/** A time of a file; `naive`: it told no zone and was read as IST. */
export interface ReadTime {
  readonly time_ms: TimestampMs
  readonly naive: boolean
}

/**
 * `2025-10-06T09:15:00+0530` (the API), `2025-10-06 09:15:00+05:30` (saved by pandas), the same without a zone, or a date alone. Undefined for
 * anything else.
 */
export function readTime(text: string): ReadTime | undefined {
  const trimmed = text.trim()
  const day = parseDate(trimmed)
  if (day !== undefined) return { time_ms: istDayStartMs(day), naive: false }
  const time_ms = parseIso(trimmed)
  if (time_ms !== undefined) return { time_ms, naive: false }
  const naive_ms = parseIso(`${trimmed}Z`)
  return naive_ms === undefined ? undefined : { time_ms: naive_ms - IST_OFFSET_MS, naive: true }
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

/** Exchanges write `2025-10-06` or `06-OCT-2025`; midnight of that day. */
export function readExchangeDate(text: string): TimestampMs | undefined {
  const [, day, month = '', year] = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text.trim()) ?? []
  const number = MONTHS.indexOf(month.toUpperCase()) + 1
  const date =
    day === undefined
      ? parseDate(text.trim().slice(0, 10))
      : parseDate(`${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`)
  return date === undefined ? undefined : istDayStartMs(date)
}
