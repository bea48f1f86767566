import { type IstDay, weekday } from '../time/index.js'

/** A whole number, 0 or more, in thousands (1,234,567): counts are read beside those of other tools; only rupees are grouped as in India. */
export const formatCount = (count: number): string => String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ',')

/** Feed units as rupees with all decimals the unit has (two, four for currencies and NCO): columns of prices align. */
export function formatPrice(units: number, divisor: number): string {
  const size = Math.abs(units)
  const whole = Math.floor(size / divisor)
  const decimals = divisor > 100 ? 4 : 2
  const rest = Math.round(((size % divisor) / divisor) * (decimals === 4 ? 10_000 : 100))
  return `${units < 0 ? '-' : ''}${inLakhs(whole)}.${String(rest).padStart(decimals, '0')}`
}

/** As rupees are grouped: the last three digits, then pairs (12,34,567). */
const inLakhs = (whole: number): string => String(whole).replace(/\B(?=(?:\d{2})*\d{3}$)/g, ',')

/** With its sign; a change of nothing has none. */
export const formatChange = (units: number, divisor: number): string => `${units > 0 ? '+' : ''}${formatPrice(units, divisor)}`

/** `+0.48%`: the change as a share of what it changed, halves away from 0. */
export function formatPercent(change: number, previous: number): string {
  const hundredths = Math.floor((Math.abs(change) * 20_000 + Math.abs(previous)) / (2 * Math.abs(previous)))
  const sign = hundredths === 0 ? '' : change > 0 === previous > 0 ? '+' : '-'
  return `${sign}${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}%`
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** `4.6 GB`: three digits or fewer, units of 1000. */
export function formatBytes(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 999.5 && unit < BYTE_UNITS.length - 1) {
    size /= 1000
    unit++
  }
  const digits = unit === 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2
  return `${size.toFixed(digits)} ${BYTE_UNITS[unit]}`
}

/** `0.21 ms`, `149 ms`: for what is short. */
export const formatMs = (ms: number): string => `${ms >= 100 ? Math.round(ms) : ms.toFixed(ms >= 10 ? 1 : 2)} ms`

/** `0.1 s`, `42 s`, `3 min 20 s`, `1 h 10 min`: the two largest units, cut off and not rounded. Below 0 counts as 0. */
export function formatSpan(span_ms: number): string {
  const tenths = Math.floor(Math.max(0, span_ms) / 100)
  if (tenths < 100) return `${Math.floor(tenths / 10)}.${tenths % 10} s`
  const seconds = Math.floor(tenths / 10)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** `1 gap`, `12 gaps`. */
export const counted = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const

/** `Mon` */
export const formatWeekday = (day: IstDay): string => WEEKDAYS[weekday(day)] ?? ''
