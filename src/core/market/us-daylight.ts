import { civilOf, dayOfCivil, type IstDay, weekday } from '../time/index.js'
import type { DaylightRow } from './calendar-rows.js'

/**
 * Whether New York keeps daylight saving on a day, `[start Sunday, end Sunday)`. The switch falls on a Sunday morning there, so for
 * trading days the date alone decides. False before the first rule. `rules`: newest first.
 */
export function isUsDaylightSaving(day: IstDay, rules: readonly DaylightRow[]): boolean {
  const { year } = civilOf(day)
  const rule = rules.find(({ from_year }) => from_year <= year)
  return rule !== undefined && day >= nthSunday(year, rule.starts) && day < nthSunday(year, rule.ends)
}

function nthSunday(year: number, { month, sunday }: { month: number; sunday: number }): IstDay {
  const first = dayOfCivil({ year, month, day: 1 })
  return first + ((7 - weekday(first)) % 7) + (sunday - 1) * 7
}
