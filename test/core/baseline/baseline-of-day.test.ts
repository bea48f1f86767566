import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type BaselineLines,
  baselineOf,
  decodeFigures,
  decodeUnderlying,
  encodeFigures,
  encodeHeader,
  encodeUnderlying,
  readHeader,
  type SessionFigures,
} from '../../../src/core/baseline/index.js'
import type { Instrument } from '../../../src/core/market/index.js'
import { type IstDay, istDayStartMs } from '../../../src/core/time/index.js'
import { calendar } from '../../support/feed.js'
import { instrument } from '../market/instruments.js'
import { DAYS_BEFORE, figures, MONDAY, volumes } from './figures.js'

const price = fc.integer({ min: 1, max: 100_000_000 })
const maybe = fc.oneof(price, fc.constant(Number.NaN))
const bars = fc.array(
  fc.record({
    open_time_ms: fc.nat(374).map((minute) => istDayStartMs(MONDAY) + (555 + minute) * 60_000),
    open: price,
    high: price,
    low: price,
    close: price,
    volume: fc.nat(),
    oi: fc.option(fc.nat(), { nil: undefined }),
  }),
  { maxLength: 3 },
)
const anyFigures = fc.record({
  name: fc.oneof(fc.constantFrom('NSE:RELIANCE', 'NSE:M&M', 'NFO:NIFTY25O0725000CE'), fc.string()),
  day: fc.constant(MONDAY),
  price_divisor: fc.constantFrom(100, 10_000, 10_000_000),
  expiry: fc.option(fc.constant(MONDAY + 22), { nil: undefined }),
  expiry_day: fc.boolean(),
  hours: fc.constantFrom<SessionFigures['hours']>(
    [[33_300, 55_800]],
    [
      [33_300, 36_030],
      [41_400, 45_000],
    ],
  ),
  unknown: fc.array(fc.tuple(fc.nat(100), fc.nat(375)), { maxLength: 2 }),
  open: maybe,
  high: maybe,
  low: maybe,
  close: maybe,
  close_official: maybe,
  vah: maybe,
  val: maybe,
  poc: maybe,
  va_widths: fc.array(fc.nat()),
  volume: fc.option(fc.array(fc.nat()), { nil: undefined }),
  ranges_30m: fc.array(fc.nat()),
  bars: fc.record({ '1m': bars, '5m': bars, '15m': bars }),
})

describe('a line', () => {
  test('reads back as it was', () => {
    fc.assert(
      fc.property(anyFigures, (told) => {
        expect(decodeFigures(encodeFigures(told))).toEqual(told)
      }),
    )
  })

  test('of an underlying too, volatilities to six decimals', () => {
    const told = { underlying: 'NIFTY', day: MONDAY, close: 25_000.5, terms: [{ years: 22 / 365, volatility: 0.123_456_789 }] }
    const line = encodeUnderlying(told)
    expect(line).toBe('{"underlying":"NIFTY","date":"2025-10-06","close":25000.5,"atm_iv":[[22,0.123457]]}')
    expect(decodeUnderlying(line)).toEqual({ ...told, terms: [{ years: 22 / 365, volatility: 0.123457 }] })
    const bare = { underlying: 'GOLD', day: MONDAY, close: Number.NaN, terms: [] }
    expect(decodeUnderlying(encodeUnderlying(bare))).toEqual(bare)
  })
})

describe('the first line', () => {
  const header = {
    mds: '1.2.3',
    calendar_sha256: 'ab',
    sessions: [{ day: MONDAY, inputs: [{ file: 'a.bin', sha256: 'cd' }] }],
    lines: 3,
    body_sha256: 'ef',
  }

  test('reads back as it was', () => expect(readHeader(encodeHeader(header))).toEqual(header))

  test('tells another version, and what is no baseline', () => {
    expect(readHeader(encodeHeader(header).replace('"version":1', '"version":2'))).toBe(2)
    for (const line of [
      '',
      'null',
      '[]',
      '{"schema":"other"}',
      encodeHeader(header).slice(0, -1),
      encodeHeader(header).replace('2025-10-06', '2025-13-06'),
    ])
      expect(readHeader(line), line).toBeUndefined()
  })
})

/** Lines of one instrument. */
const linesOf = (told: readonly SessionFigures[]): BaselineLines => ({
  sha256: 'abc',
  ofInstrument: (name) => told.filter((each) => each.name === name).map(encodeFigures),
  ofUnderlying: (name) => (name === 'NIFTY' ? UNDERLYING_LINES : []),
})
const UNDERLYING_LINES = DAYS_BEFORE.map((day, back) =>
  encodeUnderlying({
    underlying: 'NIFTY',
    day,
    close: 25_000 + back,
    terms: [
      { years: 20 / 365, volatility: 0.1 + back / 1000 },
      ...(back === 1 ? [] : [{ years: 40 / 365, volatility: 0.1 + back / 1000 }]),
    ],
  }),
).toReversed()
const share = instrument()
const lookBack = (told: readonly SessionFigures[], day: IstDay = MONDAY, instruments: readonly Instrument[] = []) =>
  baselineOf(linesOf(told), { day, calendar, instruments })

describe('a session looks back', () => {
  const told = [...DAYS_BEFORE.toReversed(), MONDAY, MONDAY + 1].map((day, n) =>
    figures({ day, high: 101_000 + n, volume: volumes({ 0: n }) }),
  )

  test('on what is earlier, whatever else is there', () => {
    for (const day of [MONDAY - 3, MONDAY, MONDAY + 1]) {
      const [all, earlier] = [
        lookBack(told, day).of(share),
        lookBack(
          told.filter((each) => each.day < day),
          day,
        ).of(share),
      ]
      for (const own of [all, earlier]) expect(own).toBeDefined()
      expect(JSON.stringify(all)).toBe(JSON.stringify(earlier))
      for (const minute of [0, 1]) expect(all?.usualVolume(minute, 1)).toBe(earlier?.usualVolume(minute, 1))
    }
    expect(lookBack(told, MONDAY).of(share)?.previous).toMatchObject({ day: MONDAY - 3, high: 101_009 })
    expect(lookBack(told, MONDAY + 1).of(share)?.previous).toMatchObject({ day: MONDAY, high: 101_010 })
    // Ten sessions with 0..9 in the first minute.
    expect(lookBack(told, MONDAY).of(share)?.usualVolume(0, 1)).toBe(4.5)
    expect(lookBack(told, DAYS_BEFORE.at(-1)).of(share)).toBeUndefined()
  })

  test('by exchange and symbol, not by token', () => {
    const baseline = lookBack(told)
    expect(baseline.of(instrument({ instrument_token: 1 }))).toBeDefined()
    expect(baseline.of(instrument({ exchange: 'BSE' }))).toBeUndefined()
    expect(baseline.of(instrument({ symbol: 'INFY' }))).toBeUndefined()
  })

  test('on its own contract: a symbol comes back, years later', () => {
    const future = (expiry: IstDay | undefined) => instrument({ exchange: 'NSE', expiry })
    const of_expiry = told.map((each) => ({ ...each, expiry: MONDAY + 22 }))
    expect(lookBack(of_expiry).of(future(MONDAY + 22))).toBeDefined()
    expect(lookBack(of_expiry).of(future(MONDAY + 57))).toBeUndefined()
    expect(lookBack(of_expiry).of(future(undefined))).toBeUndefined()
    expect(lookBack(told).of(instrument({ price_divisor: 10_000 }))).toBeUndefined()
  })

  test('of options, on days of its kind', () => {
    const call = instrument({
      exchange: 'NFO',
      symbol: 'CALL',
      instrument_type: 'CE',
      asset_class: 'index_options',
      underlying: 'NIFTY',
      expiry: MONDAY + 22,
      strike: 25_000,
    })
    const weekly = { ...call, symbol: 'WEEKLY', expiry: MONDAY }
    const sessions = DAYS_BEFORE.toReversed().map((day, n) =>
      figures({
        day,
        name: 'NFO:CALL',
        expiry: MONDAY + 22,
        expiry_day: n % 2 === 0,
        volume: volumes({ 0: n % 2 === 0 ? 900 : 100 }),
      }),
    )
    expect(lookBack(sessions, MONDAY, [call]).of(call)?.usualVolume(0, 1)).toBe(100)
    // The weekly contract expires today, so the day is another one for all options of NIFTY; not for those of another.
    expect(lookBack(sessions, MONDAY, [call, weekly]).of(call)?.usualVolume(0, 1)).toBe(900)
    expect(
      lookBack(sessions, MONDAY, [call, { ...weekly, underlying: 'BANKNIFTY' }])
        .of(call)
        ?.usualVolume(0, 1),
    ).toBe(100)
    // A future that expires makes no such day.
    expect(
      lookBack(sessions, MONDAY, [call, { ...weekly, instrument_type: 'FUT' }])
        .of(call)
        ?.usualVolume(0, 1),
    ).toBe(100)
  })

  test('over a weekend and a holiday: 2025-10-02 was one, 2025-10-03 a Friday', () => {
    const but_holiday = told.filter(({ day }) => day !== MONDAY - 4)
    expect(lookBack(but_holiday).of(share)?.week_high).not.toBeNaN()
    expect(lookBack(told.filter(({ day }) => day !== MONDAY - 5)).of(share)?.week_high).toBeNaN()
  })
})

describe('an underlying', () => {
  const nifty = (day: IstDay) => lookBack([], day).ofUnderlying('NIFTY')

  test('has the closes and volatilities of earlier days, oldest first', () => {
    expect(nifty(MONDAY)?.closes).toEqual(Array.from({ length: 10 }, (_, n) => 25_009 - n))
    expect(nifty(MONDAY - 3)?.closes.at(-1)).toBe(25_001)
    expect(nifty(DAYS_BEFORE.at(-1) as IstDay)).toBeUndefined()
    expect(lookBack([]).ofUnderlying('BANKNIFTY')).toBeUndefined()
  })

  test('leaves out days whose expiries do not reach the maturity', () => {
    // The day with one expiry knows 20 days and no 30.
    expect(nifty(MONDAY)?.iv).toEqual(
      [0.109, 0.108, 0.107, 0.106, 0.105, 0.104, 0.103, 0.102, 0.1].map((value) => expect.closeTo(value, 9)),
    )
    expect(nifty(MONDAY)?.ivOf(20)).toHaveLength(10)
    expect(nifty(MONDAY)?.ivOf(7)).toEqual([])
  })
})
