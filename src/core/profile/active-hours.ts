import { usageError } from '../errors.js'
import { DAY_S, type IstDay, istDay, istDayStartMs, parseClock, type TimestampMs } from '../time/index.js'
import type { ActiveSpan, TradingHours } from './trading-hours.js'

/** When a capture runs: at all times, or `[start_s, end_s)` of each trading day, seconds after midnight IST. */
export type ActiveHours = 'always' | { readonly start_s: number; readonly end_s: number }

/** From before the pre-open ends to after the close, as the crawler kept them. */
export const DEFAULT_HOURS = '09:05-15:35'

/** Reads `09:05-15:35` or `always`; undefined when it is neither. Hours do not run over midnight: a day's recording is one day's. */
export function parseHours(text: string): ActiveHours | undefined {
  const word = text.trim().toLowerCase()
  if (word === 'always') return 'always'
  const [start = '', end = '', ...more] = word.split('-').map((part) => part.trim())
  const [start_s, end_s] = [parseClock(start), parseClock(end)]
  if (more.length > 0 || start_s === undefined || end_s === undefined || start_s >= end_s) return undefined
  return { start_s, end_s }
}

/** The same for the command line. */
export function hoursOfFlag(text: string): ActiveHours {
  const hours = parseHours(text)
  if (hours !== undefined) return hours
  throw usageError(
    'bad_hours',
    `Expected hours of a day (IST) like ${DEFAULT_HOURS}, the end after the start, or always; found "${text}".`,
    `--hours ${DEFAULT_HOURS}`,
    '--hours always',
  )
}

/** `09:05-15:35`, `always`. */
export function formatHours(hours: ActiveHours): string {
  return hours === 'always' ? hours : `${clockText(hours.start_s)}-${clockText(hours.end_s)}`
}

/** When a capture starts and stops on a day; undefined on a day without trading. `market` undefined: the calendar is not asked. */
export function activeSpan(hours: ActiveHours, market: TradingHours | undefined, day: IstDay): ActiveSpan | undefined {
  if (hours === 'always') return { start_ms: Number.NEGATIVE_INFINITY, end_ms: Number.POSITIVE_INFINITY }
  if (market !== undefined && !market.isOpen(day)) return undefined
  return { start_ms: istDayStartMs(day) + hours.start_s * 1000, end_ms: istDayStartMs(day) + hours.end_s * 1000 }
}

/** The longest run of closed days in any calendar is far shorter. */
const LOOK_AHEAD_DAYS = 30

/** The span that is on at `now_ms`, or else the next one. Undefined when the calendar has no trading day ahead. */
export function nextActiveSpan(
  hours: ActiveHours,
  market: TradingHours | undefined,
  now_ms: TimestampMs,
): ActiveSpan | undefined {
  const today = istDay(now_ms)
  for (let day = today; day < today + LOOK_AHEAD_DAYS; day++) {
    const span = activeSpan(hours, market, day)
    if (span !== undefined && now_ms < span.end_ms) return span
  }
  return undefined
}

/** Hours that end before the trading does. */
export interface TooShort {
  readonly text: string
  /** The shortest hours that hold both. */
  readonly enough: string
}

/** Whether the instruments trade outside the hours on a day; undefined when the hours cover it. */
export function tooShort(hours: ActiveHours, market: TradingHours, day: IstDay): TooShort | undefined {
  const traded = market.span(day)
  if (hours === 'always' || traded === undefined) return undefined
  const midnight_ms = istDayStartMs(day)
  const [start_s, end_s] = [(traded.start_ms - midnight_ms) / 1000, (traded.end_ms - midnight_ms) / 1000]
  const enough = { start_s: Math.min(hours.start_s, start_s), end_s: Math.max(hours.end_s, end_s) }
  if (enough.start_s === hours.start_s && enough.end_s === hours.end_s) return undefined
  return {
    text: `The instruments trade ${formatHours({ start_s, end_s })} on this day, the hours are ${formatHours(hours)}: what lies outside them is not recorded.`,
    enough: formatHours(enough),
  }
}

function clockText(seconds: number): string {
  const pad = (value: number): string => String(value).padStart(2, '0')
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return seconds === DAY_S ? '24:00' : `${pad(h)}:${pad(m)}${s === 0 ? '' : `:${pad(s)}`}`
}
