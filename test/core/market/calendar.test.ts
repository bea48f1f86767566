import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCalendar, type Instrument, type Session } from '../../../src/core/market/index.js'
import { DAY_S, formatClock, IST_OFFSET_S, parseDate } from '../../../src/core/time/index.js'
import { instrument } from './instruments.js'

const CALENDAR: unknown = JSON.parse(readFileSync(new URL('../../../config/calendar.json', import.meta.url), 'utf8'))
const calendar = createCalendar(CALENDAR)

const INSTRUMENTS = {
  cash: instrument({ has_derivatives: false }),
  cash_bse: instrument({ exchange: 'BSE', has_derivatives: false }),
  cash_unsure: instrument({ has_derivatives: undefined }),
  cash_fno: instrument({ has_derivatives: true }),
  index: instrument({ exchange: 'NSE', instrument_type: 'INDEX', asset_class: 'indices' }),
  future: instrument({ exchange: 'NFO', instrument_type: 'FUT', asset_class: 'index_futures' }),
  option: instrument({ exchange: 'BFO', instrument_type: 'CE', asset_class: 'index_options' }),
  // As the notes' crawler calls it: the exchange says what it is.
  bse_index_future: instrument({ exchange: 'BFO', instrument_type: 'FUT', asset_class: 'indices' }),
  nfo_unsure: instrument({ exchange: 'NFO', instrument_type: 'UNKNOWN', asset_class: 'unknown' }),
  currency: instrument({ exchange: 'CDS', instrument_type: 'FUT', asset_class: 'currency', underlying: 'USDINR' }),
  gold: instrument({ exchange: 'MCX', instrument_type: 'FUT', asset_class: 'commodity', underlying: 'GOLD' }),
  nse_commodity: instrument({ exchange: 'NCO', instrument_type: 'FUT', asset_class: 'commodity', underlying: 'ALUMINI' }),
  mcx_index: instrument({ exchange: 'MCX', instrument_type: 'INDEX', asset_class: 'indices' }),
  cotton: instrument({ exchange: 'MCX', instrument_type: 'FUT', asset_class: 'commodity', underlying: 'COTTON' }),
  mentha: instrument({ exchange: 'MCX', instrument_type: 'FUT', asset_class: 'commodity', underlying: 'MENTHAOIL' }),
  elsewhere: instrument({ exchange: 'NSEIX', instrument_type: 'INDEX', asset_class: 'indices' }),
} satisfies Record<string, Instrument>

const NAMES = { pre_open: 'pre', continuous: 'open', closing_auction: 'auction', post_close: 'post' } as const
const clock = (time_s: number): string => formatClock(time_s * 1000).slice(0, 5)
const dayOf = (date: string): number => parseDate(date) ?? expect.fail(`no date ${date}`)
const sessionOf = (which: keyof typeof INSTRUMENTS, date: string): Session => calendar.sessionOf(INSTRUMENTS[which], dayOf(date))

/** `pre 09:00-09:15, open 09:15-15:30`, then `closed` and `unverified` where they hold. */
function told(session: Session): string {
  const phases = session.phases.map(({ phase, start_s, end_s }) => `${NAMES[phase]} ${clock(start_s)}-${clock(end_s)}`)
  return [...phases, ...(session.closed ? ['closed'] : []), ...(session.verified ? [] : ['unverified'])].join(', ')
}

const CASH = 'pre 09:00-09:15, open 09:15-15:30, post 15:40-16:00'
const CASH_2026 = 'pre 09:00-09:15, open 09:15-15:30, post 15:50-16:00'
const AUCTION = 'pre 09:00-09:15, open 09:15-15:15, auction 15:15-15:35, post 15:50-16:00'

test.each([
  ['cash', '2026-07-31', CASH],
  ['cash_bse', '2024-06-03', CASH],
  ['cash_fno', '2026-07-31', CASH],
  ['cash_unsure', '2026-07-31', CASH],
  ['index', '2026-07-31', CASH],
  // 2026-08-03, a Monday: the closing auction begins
  ['cash_fno', '2026-08-03', AUCTION],
  ['cash', '2026-08-03', CASH_2026],
  ['cash_unsure', '2026-08-03', `${CASH_2026}, unverified`],
  ['index', '2026-08-03', `${CASH_2026}, unverified`],
  ['cash_fno', '2026-09-04', AUCTION],
  ['cash_fno', '2026-09-07', `${AUCTION}, unverified`],
  ['cash', '2026-09-07', `${CASH_2026}, unverified`],
  // derivatives: pre-open of futures from 2025-12-08, close at 15:40 from 2026-08-03
  ['future', '2025-12-05', 'open 09:15-15:30'],
  ['future', '2025-12-08', 'pre 09:00-09:15, open 09:15-15:30, unverified'],
  ['future', '2026-08-03', 'pre 09:00-09:15, open 09:15-15:40, unverified'],
  ['bse_index_future', '2025-12-08', 'pre 09:00-09:15, open 09:15-15:30, unverified'],
  ['option', '2026-07-31', 'open 09:15-15:30'],
  ['option', '2026-08-03', 'open 09:15-15:40'],
  ['nfo_unsure', '2025-12-05', 'open 09:15-15:30'],
  ['nfo_unsure', '2025-12-08', 'open 09:15-15:30, unverified'],
  ['currency', '2025-06-03', 'open 09:00-17:00'],
  // US daylight saving 2024: 10 March to 3 November; MCX kept 23:30 from 2024-03-11 to 2024-11-01 (which is a holiday: see below)
  ['gold', '2024-03-07', 'open 09:00-23:55'],
  ['gold', '2024-03-11', 'open 09:00-23:30'],
  ['gold', '2024-10-31', 'open 09:00-23:30'],
  ['gold', '2024-11-04', 'open 09:00-23:55'],
  ['gold', '2026-10-30', 'open 09:00-23:30'],
  ['gold', '2026-11-02', 'open 09:00-23:55'],
  ['nse_commodity', '2026-11-02', 'open 09:00-23:55'],
  ['mcx_index', '2025-06-03', 'open 09:00-23:30'],
  ['cotton', '2025-06-03', 'open 09:00-21:00, unverified'],
  ['mentha', '2025-06-03', 'open 09:00-17:00, unverified'],
  ['elsewhere', '2025-06-03', `${CASH}, unverified`],
] as const)('regular hours of %s on %s', (which, date, expected) => {
  expect(told(sessionOf(which, date))).toBe(expected)
})

test.each([
  ['cash', '2024-01-20', CASH],
  ['option', '2024-01-20', 'open 09:15-15:30'],
  ['cash', '2024-03-02', 'open 09:15-10:00, open 11:30-12:30'],
  ['option', '2024-03-02', 'open 09:15-10:00, open 11:30-12:30'],
  ['gold', '2024-03-02', 'open 09:00-23:55, closed'],
  ['cash', '2024-05-18', 'open 09:15-10:00, open 11:45-12:40, unverified'],
  ['cash', '2024-11-01', 'pre 17:45-18:00, open 18:00-19:00'],
  ['index', '2024-11-01', 'pre 17:45-18:00, open 18:00-19:00'],
  ['option', '2024-11-01', 'open 18:00-19:00'],
  ['gold', '2024-11-01', 'open 09:00-23:30, closed, unverified'],
  ['cash', '2025-02-01', CASH],
  ['future', '2025-02-01', 'open 09:15-15:30'],
  ['cash', '2025-10-21', 'pre 13:30-13:45, open 13:45-14:45'],
  ['future', '2025-10-21', 'open 13:45-14:45'],
  ['cash', '2026-02-01', CASH],
  ['cash_unsure', '2026-11-08', `${CASH_2026}, closed, unverified`],
  ['option', '2026-11-08', 'open 09:15-15:40, closed, unverified'],
] as const)('special session of %s on %s', (which, date, expected) => {
  expect(told(sessionOf(which, date))).toBe(expected)
})

test.each([
  // 2025-10-05, the day of the design notes' examples, is a Sunday
  ['future', '2025-10-05', 'open 09:15-15:30, closed'],
  ['cash', '2025-10-05', `${CASH}, closed`],
  ['gold', '2025-10-05', 'open 09:00-23:30, closed'],
  ['cash', '2025-10-04', `${CASH}, closed`],
  ['cash', '2024-11-20', `${CASH}, closed`],
  ['currency', '2025-10-22', 'open 09:00-17:00, closed, unverified'],
  ['gold', '2025-10-22', 'open 17:00-23:30, unverified'],
  ['gold', '2025-11-05', 'open 17:00-23:55, unverified'],
  ['gold', '2025-12-25', 'open 09:00-23:55, closed, unverified'],
  ['gold', '2026-01-26', 'open 09:00-23:55, closed, unverified'],
  ['gold', '2026-04-03', 'open 09:00-23:30, closed, unverified'],
  ['cotton', '2025-10-22', 'open 17:00-21:00, unverified'],
  ['mentha', '2025-10-22', 'open 09:00-17:00, closed, unverified'],
  // No holidays are known for these years
  ['cash', '2023-06-01', `${CASH}, unverified`],
  ['option', '2027-06-01', 'open 09:15-15:40, unverified'],
] as const)('closed or shortened day of %s on %s', (which, date, expected) => {
  expect(told(sessionOf(which, date))).toBe(expected)
})

test.each([
  [
    '2024',
    '01-22 01-26 03-08 03-25 03-29 04-11 04-17 05-01 05-20 06-17 07-17 08-15 10-02 11-15 11-20 12-25', // 11-01 is muhurat
  ],
  ['2025', '02-26 03-14 03-31 04-10 04-14 04-18 05-01 08-15 08-27 10-02 10-22 11-05 12-25'], // 10-21 is muhurat
  ['2026', '01-15 01-26 03-03 03-26 03-31 04-03 04-14 05-01 05-28 06-26 09-14 10-02 10-20 11-10 11-24 12-25'],
])('all weekdays of %s on which NSE and BSE are closed', (year, dates) => {
  const closed: string[] = []
  for (let day = dayOf(`${year}-01-01`); day <= dayOf(`${year}-12-31`); day++) {
    const weekday = new Date(day * DAY_S * 1000).getUTCDay()
    const { closed: is_closed } = calendar.sessionOf(INSTRUMENTS.cash_bse, day)
    expect(calendar.sessionOf(INSTRUMENTS.option, day).closed).toBe(is_closed)
    if (is_closed && weekday !== 0 && weekday !== 6) closed.push(new Date(day * DAY_S * 1000).toISOString().slice(5, 10))
  }
  expect(closed.join(' ')).toBe(dates)
})

/** Starts of the 1, 5 and 60 minute bars a trade belongs to, anchored at its continuous part; `none` outside of them. */
function barStarts(session: Session, trade_clock: string): string {
  const [hours = 0, minutes = 0, seconds = 0] = trade_clock.split(':').map(Number)
  const trade_s = session.day * DAY_S - IST_OFFSET_S + hours * 3600 + minutes * 60 + seconds
  const part = session.phases.find(({ phase, start_s, end_s }) => phase === 'continuous' && start_s <= trade_s && trade_s < end_s)
  if (part === undefined) return 'none'
  return [60, 300, 3600].map((bar_s) => clock(trade_s - ((trade_s - part.start_s) % bar_s))).join(' ')
}

test.each([
  ['cash', '2026-07-31', '09:15:00', '09:15 09:15 09:15'],
  ['cash', '2026-07-31', '09:19:59', '09:19 09:15 09:15'],
  ['cash', '2026-07-31', '10:14:59', '10:14 10:10 09:15'],
  ['cash', '2026-07-31', '10:15:00', '10:15 10:15 10:15'],
  ['cash', '2026-07-31', '15:29:59', '15:29 15:25 15:15'],
  ['cash', '2026-07-31', '15:30:00', 'none'],
  ['option', '2026-08-03', '15:30:00', '15:30 15:30 15:15'],
  ['cash_fno', '2026-08-03', '15:14:59', '15:14 15:10 14:15'],
  ['cash_fno', '2026-08-03', '15:15:00', 'none'],
  ['gold', '2025-06-03', '09:59:59', '09:59 09:55 09:00'],
  ['cash', '2024-03-02', '11:30:00', '11:30 11:30 11:30'],
  ['cash', '2024-03-02', '10:00:00', 'none'],
] as const)('sessions anchor the bars of %s on %s: a trade of %s', (which, date, trade_clock, expected) => {
  expect(barStarts(sessionOf(which, date), trade_clock)).toBe(expected)
})

test('of two groups in question, both must be verified', () => {
  const doubtful = JSON.parse(JSON.stringify(CALENDAR), (_, value) =>
    value?.applies_to?.[0] === 'equity_futures' ? { ...value, verified: false } : value,
  )
  const day = dayOf('2025-12-05')
  expect(createCalendar(doubtful).sessionOf(INSTRUMENTS.option, day).verified).toBe(true)
  expect(createCalendar(doubtful).sessionOf(INSTRUMENTS.nfo_unsure, day).verified).toBe(false)
})

test('US daylight saving follows the time zone database', () => {
  const offset = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', timeZoneName: 'short' })
  for (let day = dayOf('2007-01-01'); day < dayOf('2036-01-01'); day++) {
    const noon_in_new_york = new Date(day * DAY_S * 1000 + 17 * 3600_000)
    const summer = offset.format(noon_in_new_york).endsWith('EDT')
    const last = calendar.sessionOf(INSTRUMENTS.gold, day).phases.at(-1)?.end_s ?? 0
    expect(`${noon_in_new_york.toISOString()} ${clock(last)}`).toBe(
      `${noon_in_new_york.toISOString()} ${summer ? '23:30' : '23:55'}`,
    )
  }
})

test('phases are in order, do not overlap and lie within their day; asking again gives the same', () => {
  const keys = Object.keys(INSTRUMENTS).filter((key): key is keyof typeof INSTRUMENTS => key in INSTRUMENTS)
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.integer({ min: dayOf('1990-01-01'), max: dayOf('2100-12-31') }), (which, day) => {
      const session = calendar.sessionOf(INSTRUMENTS[which], day)
      expect(session.day).toBe(day)
      expect(session.phases.some(({ phase }) => phase === 'continuous')).toBe(true)
      let free_from = day * DAY_S - IST_OFFSET_S
      for (const { start_s, end_s } of session.phases) {
        expect(start_s).toBeGreaterThanOrEqual(free_from)
        expect(end_s).toBeGreaterThan(start_s)
        free_from = end_s
      }
      expect(free_from).toBeLessThanOrEqual((day + 1) * DAY_S - IST_OFFSET_S)
      expect(calendar.sessionOf({ ...INSTRUMENTS[which] }, day)).toBe(session)
    }),
    { numRuns: 2000 },
  )
})
