import { civilOf, dayOfCivil, type IstDay, weekday } from '../time/index.js'

const THURSDAY = 4
const TUESDAY = 2
/** Index and stock derivatives of the NSE expire on Tuesdays from here on, on Thursdays before. */
const TUESDAYS_FROM = dayOfCivil({ year: 2025, month: 9, day: 1 })
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
/** Weekly symbols write the month as one character. */
const WEEKLY_MONTHS = '123456789OND'

/** True for a day on which derivatives can expire. */
export type IsOpen = (day: IstDay) => boolean

/** Last day of a contract, and how symbols write it. */
export interface Expiry {
  day: IstDay
  /** `25OCT`, or `25O07` for a week that does not end its month. */
  code: string
}

/** The next `count` monthly expiries on or after `from`. */
export function monthlyExpiries(from: IstDay, count: number, isOpen: IsOpen): Expiry[] {
  const expiries: Expiry[] = []
  for (let month = firstOfMonth(from, 0); expiries.length < count; month = firstOfMonth(month, 1)) {
    const day = monthlyExpiryOf(month, isOpen)
    if (day >= from) expiries.push({ day, code: monthCode(month) })
  }
  return expiries
}

/** The next `count` weekly expiries on or after `from`; the last of a month is the monthly one and is named like it. */
export function weeklyExpiries(from: IstDay, count: number, isOpen: IsOpen): Expiry[] {
  const expiries: Expiry[] = []
  for (let nominal = from; expiries.length < count; nominal++) {
    if (weekday(nominal) !== expiryWeekday(nominal)) continue
    const day = openOnOrBefore(nominal, isOpen)
    if (day < from) continue
    const month = firstOfMonth(nominal, 0)
    expiries.push({ day, code: day === monthlyExpiryOf(month, isOpen) ? monthCode(month) : weekCode(day) })
  }
  return expiries
}

/** Expiries of currency (two working days before the month ends) and commodity contracts (a fixed day of the month, here the 19th). */
export function plainExpiries(from: IstDay, count: number, kind: 'currency' | 'commodity', isOpen: IsOpen): Expiry[] {
  const expiries: Expiry[] = []
  for (let month = firstOfMonth(from, 0); expiries.length < count; month = firstOfMonth(month, 1)) {
    const day = openOnOrBefore(kind === 'currency' ? firstOfMonth(month, 1) - 3 : month + 18, isOpen)
    if (day >= from) expiries.push({ day, code: monthCode(month) })
  }
  return expiries
}

const expiryWeekday = (day: IstDay): number => (day >= TUESDAYS_FROM ? TUESDAY : THURSDAY)

function monthlyExpiryOf(month: IstDay, isOpen: IsOpen): IstDay {
  let day = firstOfMonth(month, 1) - 1
  while (weekday(day) !== expiryWeekday(day)) day--
  return openOnOrBefore(day, isOpen)
}

/** A calendar that closes every day must not hang us: ten days back is further than any run of holidays. */
const CLOSED_RUN_MAX = 10

/** The last open day up to `day`; `day` itself when the market was closed for too long to be true. */
export function openOnOrBefore(day: IstDay, isOpen: IsOpen): IstDay {
  for (let back = 0; back < CLOSED_RUN_MAX; back++) if (isOpen(day - back)) return day - back
  return day
}

function firstOfMonth(day: IstDay, months_later: number): IstDay {
  const { year, month } = civilOf(day)
  const index = month - 1 + months_later
  return dayOfCivil({ year: year + Math.floor(index / 12), month: (index % 12) + 1, day: 1 })
}

function monthCode(day: IstDay): string {
  const { year, month } = civilOf(day)
  return `${String(year % 100).padStart(2, '0')}${MONTHS[month - 1]}`
}

function weekCode(expiry: IstDay): string {
  const { year, month, day } = civilOf(expiry)
  return `${String(year % 100).padStart(2, '0')}${WEEKLY_MONTHS[month - 1]}${String(day).padStart(2, '0')}`
}
