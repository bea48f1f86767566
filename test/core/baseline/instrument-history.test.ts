import { describe, expect, test } from 'vitest'
import { instrumentBaseline, type LookingBack, type SessionFigures } from '../../../src/core/baseline/index.js'
import type { HistoryBar } from '../../../src/core/patterns/index.js'
import { type IstDay, istDayStartMs } from '../../../src/core/time/index.js'
import { DAYS_BEFORE, figures, MONDAY, REGULAR } from './figures.js'

const TODAY: LookingBack = { hours: REGULAR, expiry_day: false, days_before: DAYS_BEFORE }
const FRIDAY = MONDAY - 3

/** A session on each of the trading days before, the latest first made, oldest first told. */
const week = (make: (day: IstDay, back: number) => Partial<SessionFigures> = () => ({}), count = 10): SessionFigures[] =>
  DAYS_BEFORE.slice(0, count)
    .map((day, back) => figures({ day, ...make(day, back) }))
    .toReversed()

describe('the session before', () => {
  test('is that of the trading day before', () => {
    const { previous } = instrumentBaseline(
      week((_, back) => ({ high: 101_000 + back })),
      TODAY,
    )
    expect(previous).toMatchObject({ day: FRIDAY, open: 100_000, high: 101_000, low: 99_000, close: 100_500, poc: 100_000 })
  })

  test('is not known when that day was not recorded, or not to its end, or hardly', () => {
    const but_friday = week().filter(({ day }) => day !== FRIDAY)
    const cut = (unknown: SessionFigures['unknown']): SessionFigures[] => week((day) => (day === FRIDAY ? { unknown } : {}))
    expect(instrumentBaseline(but_friday, TODAY).previous).toBeUndefined()
    expect(instrumentBaseline(cut([[370, 375]]), TODAY).previous).toBeUndefined()
    expect(instrumentBaseline(cut([[374, 375]]), TODAY).previous).toMatchObject({ day: FRIDAY })
    expect(instrumentBaseline(cut([[0, 38]]), TODAY).previous).toBeUndefined()
    expect(instrumentBaseline(cut([[0, 37]]), TODAY).previous).toMatchObject({ day: FRIDAY })
    const silent = week((day) => (day === FRIDAY ? { high: Number.NaN, low: Number.NaN } : {}))
    expect(instrumentBaseline(silent, TODAY).previous).toBeUndefined()
  })

  test('closed where the exchange said so, else at the last price', () => {
    const told = week((day) => (day === FRIDAY ? { close_official: 100_450 } : {}))
    expect(instrumentBaseline(told, TODAY).previous?.close).toBe(100_450)
    expect(instrumentBaseline(week(), TODAY).previous?.close).toBe(100_500)
  })

  test('had a value area as wide as it was at the quarter of an hour', () => {
    const { previous } = instrumentBaseline(
      week(() => ({ va_widths: [10, 20, 30] })),
      TODAY,
    )
    const at = (minute: number): number | undefined => previous?.vaWidthAt(minute)
    expect([at(14), at(15), at(29), at(30), at(45), at(60)]).toEqual([Number.NaN, 10, 10, 20, 30, Number.NaN])
  })
})

describe('the week before', () => {
  const rising = week((_, back) => ({ high: 101_000 + 10 * back, low: 99_000 - 10 * back }))

  test('has the highest and lowest of five trading days', () => {
    const { week_high, week_low } = instrumentBaseline(rising, TODAY)
    expect([week_high, week_low]).toEqual([101_040, 98_960])
  })

  test('is not known with a day missing', () => {
    const { week_high, week_low } = instrumentBaseline(
      rising.filter(({ day }) => day !== DAYS_BEFORE[3]),
      TODAY,
    )
    expect([week_high, week_low]).toEqual([Number.NaN, Number.NaN])
  })
})

describe('the usual range of thirty bars', () => {
  test('is the median over five sessions, whichever they are', () => {
    const told = week((_, back) => ({ ranges_30m: [100 * (back + 1), 100 * (back + 1)] })).filter(
      ({ day }) => day !== DAYS_BEFORE[0],
    )
    // Of 200, 300, 400, 500 and 600, each twice.
    expect(instrumentBaseline(told, TODAY).usual_range_30m).toBe(400)
  })

  test('needs five', () => {
    expect(
      instrumentBaseline(
        week(() => ({ ranges_30m: [100] }), 4),
        TODAY,
      ).usual_range_30m,
    ).toBeNaN()
  })
})

describe('the true range of a day', () => {
  test('reaches from the close before', () => {
    // From low to high 2000 each day, but the close of the day before lies 500 above the high.
    const told = week(() => ({ close: 101_500 }), 6)
    expect(instrumentBaseline(told, TODAY).day_atr).toBe(2500)
  })

  test('needs five days in a row and the one before them', () => {
    expect(instrumentBaseline(week(undefined, 5), TODAY).day_atr).toBeNaN()
    expect(instrumentBaseline(week(undefined, 6), TODAY).day_atr).toBe(2000)
  })
})

describe('bars to go on from', () => {
  const bar = (day: IstDay, minute: number): HistoryBar => ({
    open_time_ms: istDayStartMs(day) + (555 + minute) * 60_000,
    open: day,
    high: day,
    low: day,
    close: day,
    volume: minute,
    oi: undefined,
  })
  const told = week((day) => ({
    bars: {
      '1m': Array.from({ length: 30 }, (_, n) => bar(day, 345 + n)),
      '5m': Array.from({ length: 60 }, (_, n) => bar(day, 75 + 5 * n)),
      '15m': Array.from({ length: 25 }, (_, n) => bar(day, 15 * n)),
    },
  }))

  test('are the last ones, over several sessions where one has too few; oldest first', () => {
    const { history } = instrumentBaseline(told, TODAY)
    expect(Object.values(history).map((bars) => bars.length)).toEqual([40, 60, 40])
    for (const bars of Object.values(history)) {
      const starts = bars.map(({ open_time_ms }) => open_time_ms)
      expect(starts).toEqual(starts.toSorted((a, b) => a - b))
    }
    expect(history['1m'].map(({ open }) => open)).toEqual([
      ...Array.from({ length: 10 }, () => MONDAY - 4),
      ...Array.from({ length: 30 }, () => FRIDAY),
    ])
    expect(history['1m'][0]?.volume).toBe(365)
  })

  test('stop at a day that is missing', () => {
    const { history } = instrumentBaseline(
      told.filter(({ day }) => day !== MONDAY - 4),
      TODAY,
    )
    expect(Object.values(history).map((bars) => bars.length)).toEqual([30, 60, 25])
    const without_friday = instrumentBaseline(
      told.filter(({ day }) => day !== FRIDAY),
      TODAY,
    )
    expect(Object.values(without_friday.history)).toEqual([[], [], []])
  })
})
