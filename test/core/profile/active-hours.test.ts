import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import calendar_json from '../../../config/calendar.json' with { type: 'json' }
import { createCalendar, InstrumentTable } from '../../../src/core/market/index.js'
import {
  type ActiveHours,
  activeSpan,
  formatHours,
  hoursOfFlag,
  nextActiveSpan,
  parseHours,
  TradingHours,
  tooShort,
} from '../../../src/core/profile/index.js'
import { formatIso, type IstDay, istDay, istDayStartMs, parseDate, parseIso } from '../../../src/core/time/index.js'
import { instrument } from '../market/instruments.js'

const calendar = createCalendar(calendar_json)
const share = instrument({ has_derivatives: true })
const future = instrument({
  exchange: 'NFO',
  instrument_type: 'FUT',
  asset_class: 'equity_futures',
  instrument_token: 40_000 * 256 + 2,
})
const gold = instrument({
  exchange: 'MCX',
  instrument_type: 'FUT',
  asset_class: 'commodity',
  underlying: 'GOLD',
  instrument_token: 263,
})
const equity = new TradingHours(calendar, [share, future])
const at = (text: string): number => parseIso(`${text}+05:30`) as number
const day = (text: string): IstDay => parseDate(text) as IstDay
const USUAL = parseHours('09:05-15:35') as ActiveHours

describe('hours as people write them', () => {
  test.each([
    ['09:05-15:35', { start_s: 32_700, end_s: 56_100 }],
    [' 9:05 - 15:35:30 ', { start_s: 32_700, end_s: 56_130 }],
    ['00:00-24:00', { start_s: 0, end_s: 86_400 }],
    ['Always', 'always'],
  ] satisfies [string, ActiveHours][])('%s', (text, hours) => {
    expect(hoursOfFlag(text)).toEqual(hours)
    expect(parseHours(formatHours(hours))).toEqual(hours)
  })

  test.each([
    '',
    'never',
    '15:35-09:05',
    '09:05',
    '09:05-09:05',
    '09:05-15:35-16:00',
    '9-15',
    '09:60-15:00',
    '09:05-24:01',
    '-1:00-15:00',
  ])('%j is refused', (text) => {
    expect(() => hoursOfFlag(text)).toThrow(/^Expected hours of a day \(IST\) like 09:05-15:35/)
  })
})

describe('when a capture runs', () => {
  const spanText = (hours: ActiveHours, market: TradingHours | undefined, now: string): string => {
    const span = nextActiveSpan(hours, market, at(now))
    return span === undefined ? 'never' : `${formatIso(span.start_ms)} ${formatIso(span.end_ms)}`
  }

  test.each([
    ['before the hours', '2025-10-06T08:00:00', '2025-10-06T09:05:00+05:30 2025-10-06T15:35:00+05:30'],
    ['within them', '2025-10-06T15:34:59', '2025-10-06T09:05:00+05:30 2025-10-06T15:35:00+05:30'],
    ['at their end', '2025-10-06T15:35:00', '2025-10-07T09:05:00+05:30 2025-10-07T15:35:00+05:30'],
    ['on a Sunday', '2025-10-05T12:00:00', '2025-10-06T09:05:00+05:30 2025-10-06T15:35:00+05:30'],
    ['over muhurat and the holiday after it', '2025-10-20T20:00:00', '2025-10-21T09:05:00+05:30 2025-10-21T15:35:00+05:30'],
    ['over a holiday', '2025-10-21T20:00:00', '2025-10-23T09:05:00+05:30 2025-10-23T15:35:00+05:30'],
    ['on a Sunday with a session', '2026-02-01T08:00:00', '2026-02-01T09:05:00+05:30 2026-02-01T15:35:00+05:30'],
  ])('%s', (_, now, expected) => {
    expect(spanText(USUAL, equity, now)).toBe(expected)
  })

  test('without the calendar a Sunday is a day like others', () => {
    expect(spanText(USUAL, undefined, '2025-10-05T12:00:00')).toBe('2025-10-05T09:05:00+05:30 2025-10-05T15:35:00+05:30')
    expect(activeSpan(USUAL, equity, day('2025-10-05'))).toBeUndefined()
  })

  test('always is always', () => {
    const span = nextActiveSpan('always', equity, at('2025-10-05T03:00:00'))
    expect(span).toEqual({ start_ms: Number.NEGATIVE_INFINITY, end_ms: Number.POSITIVE_INFINITY })
  })

  test('the next span is on now or comes later, on an open day, and none lies between', () => {
    fc.assert(
      fc.property(fc.integer({ min: at('2024-01-01T00:00'), max: at('2026-11-01T00:00') }), (now_ms) => {
        const span = nextActiveSpan(USUAL, equity, now_ms)
        if (span === undefined) throw new Error('no span')
        expect(span.end_ms).toBeGreaterThan(now_ms)
        expect(equity.isOpen(istDay(span.start_ms))).toBe(true)
        for (let other = istDay(now_ms); other < istDay(span.start_ms); other++) {
          const end_ms = activeSpan(USUAL, equity, other)?.end_ms
          if (end_ms !== undefined) expect(end_ms).toBeLessThanOrEqual(now_ms)
        }
      }),
    )
  })
})

describe('when ticks must come', () => {
  test.each([
    ['2025-10-06T09:14:59', false],
    ['2025-10-06T09:15:00', true],
    ['2025-10-06T15:29:59', true],
    ['2025-10-06T15:30:00', false],
    ['2025-10-05T12:00:00', false],
    ['2025-10-21T14:00:00', true],
    ['2025-10-21T12:00:00', false],
    // From 2026-08-03 futures trade until 15:40.
    ['2026-08-04T15:39:59', true],
    ['2026-08-04T15:40:00', false],
  ])('%s: %s', (time, expected) => {
    expect(equity.isTrading(at(time))).toBe(expected)
  })

  test('what is open for one instrument is open', () => {
    expect(new TradingHours(calendar, [share, gold]).isTrading(at('2025-10-06T20:00:00'))).toBe(true)
    expect(new TradingHours(calendar, [share]).isTrading(at('2025-10-06T20:00:00'))).toBe(false)
    expect(new TradingHours(calendar, []).isTrading(at('2025-10-06T10:00:00'))).toBe(false)
  })

  test('what is open for one instrument is not open for those of another connection', () => {
    const both = new TradingHours(calendar, [share, gold])
    const evening_ms = at('2025-10-06T20:00:00')
    expect(both.isTradingAny([share.instrument_token], evening_ms)).toBe(false)
    expect(both.isTradingAny([share.instrument_token, gold.instrument_token], evening_ms)).toBe(true)
    expect(both.isTradingAny([share.instrument_token], at('2025-10-06T12:00:00'))).toBe(true)
    expect(both.isTradingAny([], at('2025-10-06T12:00:00'))).toBe(false)
  })

  test('what was subscribed later is judged by the rest', () => {
    expect(new TradingHours(calendar, [share]).isTradingAny([99], at('2025-10-06T12:00:00'))).toBe(true)
    expect(new TradingHours(calendar, [share]).isTradingAny([99], at('2025-10-06T20:00:00'))).toBe(false)
  })

  test('a token without a master trades when its segment does', () => {
    const bare = new TradingHours(calendar, [InstrumentTable.of([]).resolve(408065)])
    expect(bare.isTrading(at('2025-10-06T10:00:00'))).toBe(true)
    expect(bare.isTrading(istDayStartMs(day('2025-10-06')))).toBe(false)
  })
})

test('hours that end before the trading does are told, with those that would be enough', () => {
  expect(tooShort(USUAL, equity, day('2025-10-06'))).toBeUndefined()
  expect(tooShort(USUAL, equity, day('2026-08-04'))).toMatchObject({
    text: expect.stringContaining('trade 09:15-15:40'),
    enough: '09:05-15:40',
  })
  expect(tooShort('always', equity, day('2026-08-04'))).toBeUndefined()
  expect(tooShort(USUAL, equity, day('2025-10-05'))).toBeUndefined()
  expect(tooShort(USUAL, new TradingHours(calendar, [gold]), day('2025-10-06'))?.enough).toBe('09:00-23:30')
})
