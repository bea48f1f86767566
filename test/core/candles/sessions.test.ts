import { expect, test } from 'vitest'
import { CAS_STOCK, CRUDE, FUTURE, RUPEE } from '../../support/engine.js'
import { indexFull, indexQuote, ltp, STOCK } from '../../support/feed.js'
import { Tape } from './tape.js'

const ALL_TF = ['1m', '5m', '60m']

/** Where a trade at this second goes: start of its 1m, 5m and 60m bar. */
function bars(trade: string, { token = STOCK, date = '2025-10-06' } = {}): string {
  const tape = new Tape(date).full('09:00:10', 0, { token, trade: 'never' })
  tape.full(trade, 10, { token })
  return tape
    .run({ tf: ALL_TF })
    .filter((text) => !text.startsWith('auction'))
    .map((text) => text.split(' ')[1]?.slice(0, 5))
    .join(' ')
}

test.each([
  ['09:15:00', '09:15 09:15 09:15'],
  ['09:19:59', '09:19 09:15 09:15'],
  ['10:14:59', '10:14 10:10 09:15'],
  ['10:15:00', '10:15 10:15 10:15'],
  ['15:29:59', '15:29 15:25 15:15'],
  ['15:30:00', ''],
  ['09:14:59', ''],
])('a cash trade at %s is in the bars of %s', (trade, expected) => {
  expect(bars(trade)).toBe(expected)
})

test.each([
  ['derivatives trade until 15:40 from 2026-08-03', '15:30:00', '15:30 15:30 15:15', FUTURE, '2026-08-03'],
  ['and not a second longer', '15:40:00', '', FUTURE, '2026-08-03'],
  ['stocks with derivatives until 15:15', '15:14:59', '15:14 15:10 14:15', CAS_STOCK, '2026-08-03'],
  ['commodities from 09:00', '09:05:00', '09:05 09:05 09:00', CRUDE, '2025-10-06'],
  ['until 23:30 in the American summer', '23:29:59', '23:29 23:25 23:00', CRUDE, '2025-10-06'],
  ['and 23:55 in winter', '23:54:59', '23:54 23:50 23:00', CRUDE, '2025-11-10'],
  ['currency from 09:00', '10:04:59', '10:04 10:00 10:00', RUPEE, '2025-10-06'],
  ['to 17:00', '17:00:00', '', RUPEE, '2025-10-06'],
] as const)('%s: %s', (_, trade, expected, token, date) => {
  expect(bars(trade, { token, date })).toBe(expected)
})

/** Bars of a day with a trade each minute. */
function countBars(token: number, date: string, from: string, to: string, tf: string) {
  const tape = new Tape(date)
  const minute = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
  let cum = 0
  tape.full('09:00:00', 0, { token, trade: 'never' })
  for (let m = minute(from); m < minute(to); m++) {
    const clock = `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`
    cum += 3
    tape.full(`${clock}:30`, cum, { token })
  }
  const candles = tape.candles({ tf: [tf] }).filter(({ phase }) => phase === 'continuous')
  expect(candles.every(({ complete }) => complete)).toBe(true)
  return { count: candles.length, last_min: (candles.at(-1)?.expected_ms ?? 0) / 60_000 }
}

test.each([
  ['cash until 15:30', STOCK, '2025-10-06', '09:15', '15:30', '1m', 375, 1],
  ['cash until 15:30', STOCK, '2025-10-06', '09:15', '15:30', '60m', 7, 15],
  ['derivatives until 15:40', FUTURE, '2026-08-03', '09:15', '15:40', '1m', 385, 1],
  ['derivatives until 15:40', FUTURE, '2026-08-03', '09:15', '15:40', '60m', 7, 25],
  ['stocks with a closing auction', CAS_STOCK, '2026-08-03', '09:15', '15:15', '1m', 360, 1],
  ['stocks with a closing auction', CAS_STOCK, '2026-08-03', '09:15', '15:15', '60m', 6, 60],
] as const)('%s: token %d on %s, %s to %s in %s: %d bars, the last of %d min', (...args) => {
  const [, token, date, from, to, tf, count, last_min] = args
  expect(countBars(token, date, from, to, tf)).toEqual({ count, last_min })
})

test('a trade told across a minute belongs to the minute it was made in', () => {
  const tape = new Tape().full('09:10:00', 0, { trade: 'never' })
  tape.full('09:15:30', 100, { price: 10_000 })
  tape.full('09:16:00', 150, { price: 10_050, trade: '09:15:59' })
  tape.full('09:16:01', 170, { price: 10_020, trade: '09:16:00' })
  expect(tape.run()).toEqual(['1m 09:15-09:16 10000 10050 10000 10050 v150', '1m 09:16-09:17 10020 10020 10020 10020 v20'])
  expect(tape.run({ clock: 'exchange' })).toEqual([
    '1m 09:15-09:16 10000 10000 10000 10000 v100',
    '1m 09:16-09:17 10050 10050 10020 10020 v70',
  ])
})

test('clock arrival goes by the second of receipt, with and without the common path', () => {
  const tape = new Tape().full('09:10:00', 0, { trade: 'never' })
  tape.full('09:15:10', 50, { delay_ms: 100 }).full('09:15:58', 100, { delay_ms: 4000, price: 10_010 })
  tape.full('09:16:30', 130, { price: 10_020 })
  const expected = ['1m 09:15-09:16 10000 10000 10000 10000 v50', '1m 09:16-09:17 10010 10020 10010 10020 v80']
  expect(tape.run({ clock: 'arrival' })).toEqual(expected)
  expect(tape.run({ clock: 'arrival', common_path: false })).toEqual(expected)
})

test('the pre-open auction is a bar of its own, or folded into the first', () => {
  const tape = new Tape().beat('08:59:00', '09:15:00').full('09:00:05', 0, { trade: 'never' })
  tape.full('09:08:02', 1500, { price: 9900 })
  tape.full('09:15:03', 1800, { price: 10_000, trade: '09:15:02' })
  expect(tape.run({ tf: ['1m', '1d'] })).toEqual([
    'auction 09:00-09:15 9900 9900 9900 9900 v1500',
    '1m 09:15-09:16 10000 10000 10000 10000 v300',
    '1d 09:15-15:30 9900 10000 9900 10000 v1800 incomplete',
  ])
  expect(tape.run({ auction: 'fold', tf: ['1m', '5m'] })).toEqual([
    '1m 09:15-09:16 9900 10000 9900 10000 v1800',
    '5m 09:15-09:20 9900 10000 9900 10000 v1800 incomplete',
  ])
})

test('auction volume told in continuous trading goes to the auction', () => {
  const tape = new Tape().beat('08:59:00', '09:15:00').full('09:00:05', 0, { trade: 'never' })
  tape.full('09:15:30', 700, { price: 9900, trade: '09:08:10' }).full('09:15:40', 800)
  expect(tape.run()).toEqual(['auction 09:00-09:15 9900 9900 9900 9900 v700', '1m 09:15-09:16 10000 10000 10000 10000 v100'])
})

test('a closing auction is a bar of its own, or folded into the last', () => {
  const tape = new Tape('2026-08-03').beat('08:59:00', '16:10:00').full('09:00:05', 0, { token: CAS_STOCK, trade: 'never' })
  tape.full('15:14:50', 1000, { token: CAS_STOCK, price: 10_000 })
  tape.full('15:31:00', 6000, { token: CAS_STOCK, price: 10_100, trade: '15:30:30' })
  tape.full('15:52:00', 6100, { token: CAS_STOCK, price: 10_100, trade: '15:51:59' })
  expect(tape.run({ tf: ['1m', '1d'] })).toEqual([
    '1m 15:14-15:15 10000 10000 10000 10000 v1000',
    'auction 15:15-15:35 10100 10100 10100 10100 v5000',
    // ends at 15:35, before the post-close, and is told with it
    '1d 09:15-15:35 10000 10100 10000 10100 v6100',
    'auction 15:50-16:00 10100 10100 10100 10100 v100',
  ])
  expect(tape.run({ auction: 'fold' })).toEqual([
    '1m 15:14-15:15 10000 10100 10000 10100 v6000',
    'auction 15:50-16:00 10100 10100 10100 10100 v100',
  ])
})

test('each part of a split session is an anchor of its own', () => {
  const tape = new Tape('2024-03-02').full('09:15:00', 0, { trade: 'never' })
  tape.full('09:59:58', 10).full('11:30:02', 20).full('11:44:00', 30)
  expect(tape.run({ tf: ['30m'] }).map((text) => text.split(' ')[1])).toEqual(['09:45-10:00', '11:30-12:00'])
})

test('an index has bars of prices without volume', () => {
  const tape = new Tape().beat('09:14:00', '09:15:00')
  const value = (clock: string, last_price: number, second: number) =>
    tape.packet(clock, indexFull({ last_price, exchange_timestamp: 1_759_722_300 + second }))
  value('09:15:01', 2_500_000, 0)
  value('09:15:31', 2_501_000, 30)
  value('09:16:02', 2_499_000, 60)
  expect(tape.run()).toEqual([
    '1m 09:15-09:16 2500000 2501000 2500000 2501000 v0 na',
    '1m 09:16-09:17 2499000 2499000 2499000 2499000 v0 na',
  ])
})

test('index quotes and ltp packets go by the time of receipt; whoever came after the opening has missed something', () => {
  const tape = new Tape()
  tape.packet('09:15:01', indexQuote({ last_price: 2_500_000 })).packet('09:15:59', indexQuote({ last_price: 2_500_500 }))
  tape.packet('09:15:02', ltp(9900)).packet('09:15:05', ltp(9910)).packet('09:15:50', ltp(9905))
  expect(tape.run()).toEqual([
    '1m 09:15-09:16 2500000 2500500 2500000 2500500 v0 incomplete na',
    '1m 09:15-09:16 9910 9910 9905 9905 v0 incomplete na',
  ])
})

test('the last bar waits 60 s for trades told late', () => {
  const told = (clock: string, trade: string) =>
    new Tape()
      .full('15:00:00', 0, { trade: 'never' })
      .full('15:29:30', 100)

      .full(clock, 130, { price: 10_010, trade })

      .run({ tf: ['1m', '1d'] })
      .filter((text) => !text.startsWith('auction'))
  expect(told('15:30:59', '15:29:59')[0]).toBe('1m 15:29-15:30 10000 10010 10000 10010 v130')
  expect(told('15:31:01', '15:29:59')).toEqual([
    '1m 15:29-15:30 10000 10000 10000 10000 v100',
    '1d 09:15-15:30 10000 10000 10000 10000 v130 incomplete late 30',
  ])
})

test('a price without volume after the close is the official close and touches no bar', () => {
  const tape = new Tape().full('15:00:00', 0, { trade: 'never' }).full('15:29:58', 100)
  tape.full('15:30:40', 100, { price: 10_070, trade: '15:29:58' })
  expect(tape.run({ tf: ['1m', '1d'] })).toEqual([
    '1m 15:29-15:30 10000 10000 10000 10000 v100',
    '1d 09:15-15:30 10000 10000 10000 10000 v100 incomplete official 10070',
  ])
})
