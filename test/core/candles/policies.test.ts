import { expect, test } from 'vitest'
import { CAS_STOCK, CRUDE, FUTURE, type RunOptions } from '../../support/engine.js'
import { at, indexFull, ltp, STOCK } from '../../support/feed.js'
import { Tape } from './tape.js'

// Late trades, gaps, empty minutes and what is complete: every policy, and what two of them do together.

/** In the market since before ten o'clock, nothing traded yet. */
const early = (): Tape => new Tape().full('09:59:00', 0, { trade: 'never' })
const intraday = (lines: string[]): string[] => lines.filter((text) => !text.startsWith('1d'))

/** Vector V6 of docs/volume.md, from a recording that begins earlier. */
const gap = (): Tape =>
  new Tape()
    .full('09:59:00', 0, { trade: 'never' })
    .full('10:00:30', 50_000)
    .silence('10:00:35', '10:07:10')
    .full('10:07:10', 62_000, { price: 10_070 })
    .full('10:07:20', 62_500, { price: 10_080 })
    .full('10:08:05', 62_600, { price: 10_090 })

test('V6: gap volume in quarantine is in no bar', () => {
  expect(gap().run({ tf: ['1m', '5m', '1d'] })).toEqual([
    '1m 10:00-10:01 10000 10000 10000 10000 v50000 incomplete',
    '5m 10:00-10:05 10000 10000 10000 10000 v50000 incomplete',
    '1m 10:07-10:08 10070 10080 10070 10080 v500 incomplete gap 12000',
    '1m 10:08-10:09 10090 10090 10090 10090 v100',
    '5m 10:05-10:10 10070 10090 10070 10090 v600 incomplete gap 12000',
    '1d 09:15-15:30 10000 10090 10000 10090 v62600 incomplete gap 12000',
  ])
})

test('gap volume `last` goes to the bar of the packet that told it', () => {
  expect(gap().run({ gap_volume: 'last' })).toEqual([
    '1m 10:00-10:01 10000 10000 10000 10000 v50000 incomplete',
    '1m 10:07-10:08 10070 10080 10070 10080 v12500 incomplete',
    '1m 10:08-10:09 10090 10090 10090 10090 v100',
  ])
})

test('gap volume `spread` goes by seconds to the minutes of the gap, at the last price before it', () => {
  // 12,000 over the 400 s from 10:00:30: 30 a second
  expect(gap().run({ gap_volume: 'spread', tf: ['1m', '5m'] })).toEqual([
    '1m 10:00-10:01 10000 10000 10000 10000 v50900 incomplete spread',
    ...['10:01-10:02', '10:02-10:03', '10:03-10:04', '10:04-10:05'].map(
      (minute) => `1m ${minute} 10000 10000 10000 10000 v1800 incomplete spread`,
    ),
    '5m 10:00-10:05 10000 10000 10000 10000 v58100 incomplete spread',
    ...['10:05-10:06', '10:06-10:07'].map((minute) => `1m ${minute} 10000 10000 10000 10000 v1800 incomplete spread`),
    '1m 10:07-10:08 10070 10080 10070 10080 v800 incomplete spread',
    '1m 10:08-10:09 10090 10090 10090 10090 v100',
    '5m 10:05-10:10 10000 10090 10000 10090 v4500 incomplete spread',
  ])
})

test('spread tells a coarse bar once where the minute of the trade is final already', () => {
  // 1,400 over the 140 s from 10:03:30: 10 a second
  const tape = early().full('10:03:30', 1000).silence('10:03:35', '10:06:20').full('10:06:20', 2400, { trade: '10:05:50' })
  expect(tape.run({ gap_volume: 'spread', tf: ['5m'] })).toEqual([
    '5m 10:00-10:05 10000 10000 10000 10000 v1900 incomplete spread',
    '5m 10:05-10:10 10000 10000 10000 10000 v500 incomplete spread',
  ])
})

test('spread carries the last price before the gap, however long ago that was', () => {
  const tape = early().full('10:00:10', 100, { price: 10_020 }).full('10:03:50', 100, { price: 10_020, trade: '10:00:10', oi: 5 })
  tape.silence('10:03:50', '10:06:10').full('10:06:10', 340, { price: 10_100 })
  expect(tape.run({ gap_volume: 'spread' })).toEqual([
    '1m 10:00-10:01 10020 10020 10020 10020 v100',
    '1m 10:03-10:04 10020 10020 10020 10020 v17 incomplete spread',
    '1m 10:04-10:05 10020 10020 10020 10020 v103 incomplete spread',
    '1m 10:05-10:06 10020 10020 10020 10020 v102 incomplete spread',
    '1m 10:06-10:07 10100 10100 10100 10100 v18 incomplete spread',
  ])
})

test('a revision from before a gap does not fill again what was filled', () => {
  const price = (last_price: number) => indexFull({ last_price, exchange_timestamp: at('10:00:10') })
  const tape = new Tape().packet('10:00:10', price(14_010)).silence('10:03:10', '10:04:10').packet('10:04:10', price(14_005))
  expect(tape.run({ fill: 'forward', late: 'revise' })).toEqual([
    '1m 10:00-10:01 14010 14010 14010 14010 v0 incomplete na',
    '1m 10:01-10:02 14010 14010 14010 14010 v0 synthetic na',
    '1m 10:02-10:03 14010 14010 14010 14010 v0 synthetic na',
    '1m 10:00-10:01 14010 14010 14005 14005 v0 incomplete na revision 1',
  ])
})

test('what another connection let us tell during the gap is not told twice', () => {
  const tape = early().full('10:00:30', 1000)
  tape.full('09:59:10', 0, { token: CAS_STOCK, connection: 1, trade: 'never' })
  for (const minute of ['10:00', '10:01', '10:02', '10:03']) tape.full(`${minute}:40`, 5, { token: CAS_STOCK, connection: 1 })
  tape.silence('10:00:35', '10:03:30').full('10:03:30', 2000, { price: 10_050 })
  for (const gap_volume of ['quarantine', 'last', 'spread'] as const) {
    const told = tape
      .candles({ gap_volume, tf: ['1m', '5m', '1d'] })
      .map((c) => `${c.instrument.symbol} ${c.interval} ${c.open_time_ms}`)
    expect(new Set(told).size).toBe(told.length)
  }
})

test('a gap is no secret: bars cut by a silence under way are incomplete at once', () => {
  const tape = early().full('10:00:30', 1000).full('10:00:31', 0, { token: CAS_STOCK, connection: 1, trade: 'never' })
  tape.silence('10:00:35', '10:03:30').full('10:03:30', 1000, { price: 10_000, trade: '10:00:30', oi: 3 })
  expect(tape.run()).toEqual(['1m 10:00-10:01 10000 10000 10000 10000 v1000 incomplete'])
})

test('two connections cover for one another, unless both are silent at once', () => {
  const both = (from: string, to: string): string | undefined => {
    const tape = early().full('09:59:05', 0, { connection: 1, trade: 'never' })
    tape.silence('10:00:05', '10:00:25').silence(from, to, 1).full('10:00:02', 70)
    return tape.run()[0]
  }
  expect(both('10:00:30', '10:00:50')).toBe('1m 10:00-10:01 10000 10000 10000 10000 v70')
  expect(both('10:00:20', '10:00:45')).toBe('1m 10:00-10:01 10000 10000 10000 10000 v70 incomplete')
})

/** After a gap, the first packet tells of a trade in a minute that is final by then. */
const staleGap = (): Tape =>
  early()
    .full('10:00:30', 1000)
    .silence('10:00:35', '10:07:10')
    .full('10:07:10', 1600, { price: 10_050, trade: '10:06:20' })
    .full('10:07:20', 1610, { price: 10_060 })

test.each<[RunOptions['gap_volume'], string[]]>([
  [
    'quarantine',
    ['1m 10:07-10:08 10060 10060 10060 10060 v10 incomplete', '1d 09:15-15:30 10000 10060 10000 10060 v1610 incomplete gap 600'],
  ],
  ['last', ['1m 10:07-10:08 10050 10060 10050 10060 v610 incomplete', '1d 09:15-15:30 10000 10060 10000 10060 v1610 incomplete']],
])('gap volume `%s` whose trade is in a final minute', (gap_volume, expected) => {
  expect(
    staleGap()
      .run({ gap_volume, tf: ['1m', '1d'] })
      .slice(1),
  ).toEqual(expected)
})

test('more of a trade that `last` put into a later bar is late, on the common path too', () => {
  const tape = early().full('10:00:30', 1000).silence('10:00:35', '10:07:10')
  tape.full('10:07:10', 1600, { price: 10_050, trade: '10:06:20' }).full('10:07:12', 1605, { price: 10_055, trade: '10:06:20' })
  for (const common_path of [true, false]) {
    expect(tape.run({ gap_volume: 'last', tf: ['1m', '1d'], common_path }).slice(1)).toEqual([
      '1m 10:07-10:08 10050 10050 10050 10050 v600 incomplete',
      '1d 09:15-15:30 10000 10050 10000 10050 v1605 incomplete late 5',
    ])
  }
})

test('gap volume `spread` ends at the last trade', () => {
  const lines = staleGap().run({ gap_volume: 'spread' })
  // 600 over the 350 s to 10:06:20, of which 20 in the last minute
  expect(lines.at(-2)).toBe('1m 10:06-10:07 10050 10050 10050 10050 v35 incomplete spread')
  expect(lines.at(-1)).toBe('1m 10:07-10:08 10060 10060 10060 10060 v10 incomplete')
  expect(lines).toHaveLength(8)
})

test('a late trade is in the total of the day only', () => {
  // W of NSE is 10:02:03 when the trade of 10:01:59 is told
  const tape = early().full('10:00:30', 100).full('10:01:30', 150)
  tape.full('10:02:03', 165, { price: 10_400, trade: '10:01:59' }).full('10:02:10', 170)
  expect(tape.run({ tf: ['1m', '1d'] })).toEqual([
    '1m 10:00-10:01 10000 10000 10000 10000 v100',
    '1m 10:01-10:02 10000 10000 10000 10000 v50',
    '1m 10:02-10:03 10000 10000 10000 10000 v5',
    '1d 09:15-15:30 10000 10000 10000 10000 v170 incomplete late 15',
  ])
})

test('within two seconds of the exchange it is not late, and another exchange has a clock of its own', () => {
  const tape = early().full('10:01:30', 150).full('10:01:55', 0, { token: FUTURE, trade: 'never' })
  tape
    .full('10:02:04', 0, { token: FUTURE, trade: 'never', oi: 3 })
    .full('10:02:01', 165, { price: 10_400, trade: '10:01:59', delay_ms: 3800 })
  expect(tape.run()).toEqual(['1m 10:01-10:02 10000 10400 10000 10400 v165'])
})

test('when the exchange sends nothing, five seconds of receipt close the bar', () => {
  const told = (clock: string, delay_ms: number) =>
    early().full('10:01:30', 150).full(clock, 165, { price: 10_400, trade: '10:01:59', delay_ms }).run()[0]
  expect(told('10:02:01', 3900)).toContain('v165')
  expect(told('10:02:01', 4000)).toContain('v150')
})

test('a late snapshot widens its bar while that is open, and opens none', () => {
  const tape = early().full('10:00:20', 100, { price: 10_000 }).full('10:00:50', 200, { price: 10_010 })
  tape.full('10:00:40', 150, { price: 10_300, connection: 1, delay_ms: 11_000 })
  tape.full('10:01:00', 210, { price: 10_020 })
  tape.full('10:00:58', 205, { price: 9500, connection: 1, delay_ms: 2500 }) // W is 10:01:00: still open
  tape.full('10:01:05', 250, { price: 10_030 })
  tape.full('10:00:59', 206, { price: 9000, connection: 1, delay_ms: 7000 }) // final
  expect(tape.run()).toEqual(['1m 10:00-10:01 10000 10300 9500 10010 v200', '1m 10:01-10:02 10020 10030 10020 10030 v50'])
})

test('a late snapshot widens the bar of its trade, not of its making', () => {
  const tape = early().full('10:00:20', 100, { price: 10_000 }).full('10:01:01', 110, { price: 10_010 })
  tape.full('10:01:00', 105, { price: 10_200, trade: '10:00:59', connection: 1, delay_ms: 1600 })
  expect(tape.run()).toEqual(['1m 10:00-10:01 10000 10200 10000 10000 v100', '1m 10:01-10:02 10010 10010 10010 10010 v10'])
})

test('a late snapshot of the price of now widens the bar it belongs to', () => {
  const tape = early().full('10:00:20', 100, { price: 10_000 }).full('10:01:01', 110, { price: 10_010 })
  tape.full('10:00:59', 105, { price: 10_010, connection: 1, delay_ms: 2600 })
  expect(tape.run()[0]).toBe('1m 10:00-10:01 10000 10010 10000 10000 v100')
})

/** A trade of 10:01:59, told when 10:01 is final. */
const lateTrade = (): Tape =>
  early()
    .full('10:00:30', 100)
    .full('10:01:30', 150)
    .full('10:02:10', 165, { price: 10_400, trade: '10:01:59' })
    .full('10:02:20', 170, { price: 10_000 })

test('`revise` tells the bar again, and puts the trade in coarser bars that are still open', () => {
  expect(lateTrade().run({ late: 'revise', tf: ['1m', '2m', '5m', '1d'] })).toEqual([
    '1m 10:00-10:01 10000 10000 10000 10000 v100',
    '2m 09:59-10:01 10000 10000 10000 10000 v100 incomplete',
    '1m 10:01-10:02 10000 10000 10000 10000 v50',
    '1m 10:01-10:02 10000 10400 10000 10400 v65 revision 1',
    '1m 10:02-10:03 10000 10000 10000 10000 v5',
    '2m 10:01-10:03 10000 10400 10000 10000 v70',
    '5m 10:00-10:05 10000 10400 10000 10000 v170 incomplete',
    '1d 09:15-15:30 10000 10400 10000 10000 v170 incomplete',
  ])
})

test('`revise` of a minute never told before is its first emission; the coarser bar that is open takes it in', () => {
  const tape = early().full('10:02:10', 15, { price: 10_400, trade: '10:00:59' }).full('10:02:20', 20, { price: 10_000 })
  tape.full('10:02:40', 21, { price: 10_000 })
  expect(tape.run({ late: 'revise', tf: ['1m', '5m'] })).toEqual([
    '1m 10:00-10:01 10400 10400 10400 10400 v15',
    '1m 10:02-10:03 10000 10000 10000 10000 v6',
    '5m 10:00-10:05 10400 10400 10000 10000 v21 incomplete',
  ])
})

test('`revise` after the day has been told tells the day again', () => {
  const tape = new Tape().full('23:00:00', 0, { token: CRUDE, trade: 'never' }).full('23:29:50', 100, { token: CRUDE })
  tape.full('23:31:05', 130, { token: CRUDE, price: 10_100, trade: '23:29:59' })
  expect(tape.run({ late: 'revise', tf: ['1m', '1d'] })).toEqual([
    '1m 23:29-23:30 10000 10000 10000 10000 v100',
    '1d 09:00-23:30 10000 10000 10000 10000 v100 incomplete',
    '1m 23:29-23:30 10000 10100 10000 10100 v130 revision 1',
    '1d 09:00-23:30 10000 10100 10000 10100 v130 incomplete revision 1',
  ])
})

test('`revise` tells a day that had no trade until then for the first time', () => {
  const tape = new Tape()
    .full('23:00:00', 0, { token: CRUDE, trade: 'never' })
    .full('23:31:05', 30, { token: CRUDE, trade: '23:29:59' })
  expect(tape.run({ late: 'revise', tf: ['1d'] })).toEqual(['1d 09:00-23:30 10000 10000 10000 10000 v30 incomplete'])
})

test('`revise` of a minute that was filled is its second emission', () => {
  const tape = early().full('10:00:30', 100).full('10:02:10', 115, { price: 10_400, trade: '10:01:59' })
  expect(intraday(tape.run({ late: 'revise', fill: 'forward' })).slice(0, 3)).toEqual([
    '1m 10:00-10:01 10000 10000 10000 10000 v100',
    '1m 10:01-10:02 10000 10000 10000 10000 v0 synthetic',
    '1m 10:01-10:02 10400 10400 10400 10400 v15 revision 1',
  ])
})

test('empty minutes are skipped, or carry the last close forward', () => {
  const tape = early().full('10:00:30', 100, { price: 10_040 }).full('10:03:30', 150)
  tape.full('10:02:10', 100, { price: 10_040, trade: '10:00:30', oi: 9 }) // depth only: no trade
  expect(tape.run()).toEqual(['1m 10:00-10:01 10040 10040 10040 10040 v100', '1m 10:03-10:04 10000 10000 10000 10000 v50'])
  expect(tape.run({ fill: 'forward' })).toEqual([
    '1m 10:00-10:01 10040 10040 10040 10040 v100',
    '1m 10:01-10:02 10040 10040 10040 10040 v0 synthetic',
    '1m 10:02-10:03 10040 10040 10040 10040 v0 synthetic',
    '1m 10:03-10:04 10000 10000 10000 10000 v50',
    '1m 10:04-10:05 10000 10000 10000 10000 v0 synthetic',
  ])
})

test('nothing is carried over a gap, before the first trade, or past the end of trading', () => {
  const tape = early().full('10:00:30', 100).silence('10:01:10', '10:03:05').full('10:03:10', 100, { oi: 4, trade: '10:00:30' })
  tape.full('10:05:30', 130)
  expect(tape.run({ fill: 'forward' }).map((text) => text.slice(0, 14))).toEqual([
    '1m 10:00-10:01',
    '1m 10:05-10:06',
    '1m 10:06-10:07',
  ])
  const close = early().full('15:28:10', 10).beat('15:30:00', '15:45:00')
  expect(close.run({ fill: 'forward' }).map((text) => text.slice(0, 14))).toEqual(['1m 15:28-15:29', '1m 15:29-15:30'])
})

test('filled minutes of a split session stay within their part', () => {
  const tape = new Tape('2024-03-02').full('09:15:00', 0, { trade: 'never' }).full('09:58:10', 10).full('11:31:10', 20)
  expect(tape.run({ fill: 'forward' }).map((text) => text.slice(3, 14))).toEqual([
    '09:58-09:59',
    '09:59-10:00',
    '11:31-11:32',
    '11:32-11:33',
  ])
})

test('joined in the middle of the session: the first bar is incomplete, what came before is missed', () => {
  const tape = new Tape()
    .beat('10:59:00', '11:02:00')
    .full('11:02:10', 7_000_000)
    .full('11:02:11', 7_000_450)
    .full('11:03:20', 7_000_500)
  expect(tape.run({ tf: ['1m', '1d'] })).toEqual([
    '1m 11:02-11:03 10000 10000 10000 10000 v450 incomplete',
    '1m 11:03-11:04 10000 10000 10000 10000 v50',
    '1d 09:15-15:30 10000 10000 10000 10000 v500 incomplete missed 7000000',
  ])
})

test('a first look at an old trade opens no bar', () => {
  const tape = new Tape().full('11:02:10', 500, { trade: '11:00:09' }).full('11:03:10', 510)
  expect(tape.run().map((text) => text.slice(0, 14))).toEqual(['1m 11:03-11:04'])
})

test('the beginning and the end of a recording cut bars; bars told before the end are whole', () => {
  const tape = new Tape()
    .send(1_759_725_010_000, [ltp(1)])
    .full('10:00:20', 0, { trade: 'never' })
    .full('10:00:30', 10)
    .full('10:01:30', 20)
  const lines = tape.full('10:04:30', 30).run({ tf: ['1m', '5m'] })
  expect(lines).toEqual([
    '1m 10:00-10:01 10000 10000 10000 10000 v10 incomplete',
    '1m 10:01-10:02 10000 10000 10000 10000 v10',
    '1m 10:04-10:05 10000 10000 10000 10000 v10',
    '5m 10:00-10:05 10000 10000 10000 10000 v30 incomplete',
  ])
})

test('a shorter last bar of the session is complete', () => {
  const tape = new Tape().full('14:00:00', 0, { trade: 'never' }).full('15:20:00', 10).beat('15:21:00', '15:33:00')
  expect(tape.candles({ tf: ['60m'] })).toMatchObject([{ complete: true, expected_ms: 900_000 }])
})

test('the quantities of a bar: turnover, trades, ticks, open interest of instruments that have it', () => {
  const tape = early()
  for (const token of [STOCK, FUTURE]) {
    if (token === FUTURE) tape.full('09:59:00', 0, { token, trade: 'never' })
    tape.full('10:00:10', 10, { token, price: 100, oi: 7 }).full('10:00:20', 30, { token, price: 110, oi: 8 })
    tape
      .full('10:00:30', 30, { token, price: 110, trade: '10:00:20', oi: 9 })
      .full('10:00:30', 30, { token, price: 110, trade: '10:00:20', oi: 9 })
  }
  const shared = { volume: 30, turnover: 3200, trade_count: 2, tick_count: 3 }
  const candles = tape.candles()
  expect(candles).toMatchObject([shared, shared])
  expect(candles.map(({ oi }) => oi).sort()).toEqual([9, undefined])
})
