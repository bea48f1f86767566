import type { SessionFigures } from '../../../src/core/baseline/index.js'
import { type IstDay, parseDate } from '../../../src/core/time/index.js'

/** 2025-10-06, a Monday. */
export const MONDAY = parseDate('2025-10-06') as IstDay
/** 09:15 to 15:30. */
export const REGULAR = [[33_300, 55_800]] as const

/** Figures of a session in which nothing happened, but for what is told. */
export function figures(facts: Partial<SessionFigures> & { readonly day: IstDay }): SessionFigures {
  return {
    name: 'NSE:RELIANCE',
    price_divisor: 100,
    expiry: undefined,
    expiry_day: false,
    hours: REGULAR,
    unknown: [],
    open: 100_000,
    high: 101_000,
    low: 99_000,
    close: 100_500,
    close_official: Number.NaN,
    vah: 100_600,
    val: 99_500,
    poc: 100_000,
    va_widths: [],
    volume: Array.from({ length: 375 }, () => 0),
    ranges_30m: [],
    bars: { '1m': [], '5m': [], '15m': [] },
    ...facts,
  }
}

/** Volumes by minute: 0 but where told. */
export const volumes = (told: Readonly<Record<number, number>>, minutes = 375): number[] =>
  Array.from({ length: minutes }, (_, minute) => told[minute] ?? 0)

/** The days that a Monday looks back on: five of the week before, and so on. Of two weeks. */
export const DAYS_BEFORE: readonly IstDay[] = [3, 4, 5, 6, 7, 10, 11, 12, 13, 14].map((back) => MONDAY - back)
