import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Candle } from '../../../src/core/market/index.js'
import { instrument } from '../market/instruments.js'
import { at, Feed, openFeed, type Snapshot } from './feed.js'

const ALL = 'tick:3,volume:200,value:20000,imbalance:1,renko:0.5'
const of = (candles: readonly Candle[], interval: string): Candle[] => candles.filter((candle) => candle.interval === interval)
const sum = (candles: readonly Candle[], key: 'volume' | 'trade_count' | 'turnover'): number =>
  candles.reduce((total, candle) => total + candle[key], 0)

/** Snapshots of a day from the pre-open past the close, in order; some are silent, some come after a gap of the feed. */
const day: fc.Arbitrary<Snapshot[]> = fc
  .array(
    fc.record({
      wait_s: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 12 }) }, fc.integer({ min: 16, max: 4000 })),
      inc: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300 })),
      step: fc.integer({ min: -60, max: 60 }),
    }),
    { minLength: 1, maxLength: 150 },
  )
  .map((moves) => {
    let [exchange_s, cum, price] = [at(9, 14, 40), 0, 10_000]
    return moves.map(({ wait_s, inc, step }) => {
      exchange_s += wait_s
      cum += inc
      price += step
      return { exchange_s, cum, price }
    })
  })

/** What is a trade of continuous trading, from the words of the rules. */
function tradesOf(snapshots: readonly Snapshot[]): { volume: number; price: number }[] {
  let before: Snapshot = { exchange_s: at(9, 14, 50), cum: 0, price: 0 }
  const trades: { volume: number; price: number }[] = []
  for (const snapshot of snapshots) {
    const volume = snapshot.cum - before.cum
    const in_hours = snapshot.exchange_s >= at(9, 15) && snapshot.exchange_s < at(15, 30)
    const after_gap = snapshot.exchange_s - before.exchange_s > 15
    if (volume > 0 && in_hours && !after_gap) trades.push({ volume, price: snapshot.price })
    before = snapshot
  }
  return trades
}

const from = (snapshots: readonly Snapshot[]): Snapshot[] => snapshots.filter(({ exchange_s }) => exchange_s >= at(9, 14, 50))

test('every trade of continuous trading is in one bar of each kind, and nothing else is', () => {
  fc.assert(
    fc.property(day, (snapshots) => {
      const feed = openFeed({ tf: '1m', bars: ALL })
      const seen = from(snapshots).map((snapshot, _, [first]) => ({ ...snapshot, cum: snapshot.cum - (first?.cum ?? 0) }))
      for (const snapshot of seen) feed.send(snapshot)
      const candles = feed.end()
      const trades = tradesOf(seen)
      const minutes = candles.filter(({ interval, phase }) => interval === '1m' && phase === 'continuous')
      for (const label of ['3t', '200v', '20000val', 'imb1', 'renko0.5']) {
        const bars = of(candles, label)
        expect(sum(bars, 'trade_count')).toBe(trades.length)
        expect(sum(bars, 'volume')).toBe(trades.reduce((total, { volume }) => total + volume, 0))
        expect(sum(bars, 'turnover')).toBe(trades.reduce((total, { volume, price }) => total + volume * price, 0))
        expect(sum(bars, 'volume')).toBe(sum(minutes, 'volume'))
        let open_ms = 0
        for (const bar of bars) {
          expect(bar.close_time_ms).toBeGreaterThan(bar.open_time_ms)
          expect(bar.open_time_ms).toBeGreaterThanOrEqual(open_ms)
          open_ms = bar.open_time_ms
        }
      }
    }),
  )
})

test('what comes later never changes what was told', () => {
  fc.assert(
    fc.property(day, fc.nat(), (snapshots, cut) => {
      const [part, whole] = [new Feed({ tf: '1m', bars: ALL }), new Feed({ tf: '1m', bars: ALL })]
      for (const snapshot of snapshots) whole.send(snapshot)
      for (const snapshot of snapshots.slice(0, cut % (snapshots.length + 1))) part.send(snapshot)
      expect(whole.candles.slice(0, part.candles.length)).toEqual(part.candles)
    }),
  )
})

test('asking for event bars changes no time bar', () => {
  fc.assert(
    fc.property(day, (snapshots) => {
      const [plain, both] = [new Feed({ tf: '1m,5m,1d' }), new Feed({ tf: '1m,5m,1d', bars: ALL })]
      for (const snapshot of snapshots) for (const feed of [plain, both]) feed.send(snapshot)
      const time_bars = /^(\d+[md]|auction)$/
      expect(both.end().filter(({ interval }) => time_bars.test(interval))).toEqual(plain.end())
    }),
    { numRuns: 30 },
  )
})

test('a bar is told with the trade that ends it, not before', () => {
  const feed = openFeed({ bars: 'tick:2' })
  feed.send({ exchange_s: at(9, 15, 1), cum: 10, price: 10_010 })
  feed.send({ exchange_s: at(9, 15, 2), cum: 10, price: 10_010 }) // depth only
  feed.send({ exchange_s: at(9, 15, 3), cum: 10, price: 10_015 }) // a price without volume
  expect(feed.candles).toEqual([])
  feed.send({ exchange_s: at(9, 15, 4), cum: 30, price: 10_020 })
  expect(feed.candles).toMatchObject([{ volume: 30, high: 10_020 }])
})

test('a whole bar says all it knows', () => {
  const future = instrument({
    instrument_token: 12_345_602,
    exchange: 'NFO',
    asset_class: 'index_futures',
    symbol: 'NIFTY25OCTFUT',
  })
  const feed = new Feed({ bars: 'tick:2', instruments: [future] })
  const token = future.instrument_token
  feed.send({ exchange_s: at(9, 15, 0), cum: 0, price: 10_000, token })
  feed.send({ exchange_s: at(9, 15, 1), cum: 10, price: 10_010, oi: 700, token })
  feed.send({ exchange_s: at(9, 15, 4), cum: 35, price: 10_000, oi: 750, token })
  expect(feed.candles).toEqual([
    {
      instrument: future,
      interval: '2t',
      phase: 'continuous',
      open_time_ms: at(9, 15, 1) * 1000,
      close_time_ms: at(9, 15, 5) * 1000,
      open: 10_010,
      high: 10_010,
      low: 10_000,
      close: 10_000,
      volume: 35,
      turnover: 350_100,
      oi: 750,
      tick_count: 2,
      trade_count: 2,
      complete: true,
      expected_ms: 4000,
      gap_volume: 0,
      synthetic_volume: false,
      synthetic: false,
      volume_na: false,
      revision: 0,
      day: undefined,
    },
  ])
})

test('a trade told with an earlier second does not turn a bar round', () => {
  const feed = openFeed({ bars: 'tick:2' })
  feed.heartbeat(at(9, 15, 4))
  // without a trade time of its own the first is placed by the exchange's
  feed.send({ exchange_s: at(9, 15, 10), cum: 10, price: 10_010, trade_s: 0 })
  feed.send({ exchange_s: at(9, 15, 11), cum: 20, price: 10_010, trade_s: at(9, 15, 5) })
  expect(feed.candles).toMatchObject([{ open_time_ms: at(9, 15, 10) * 1000, close_time_ms: at(9, 15, 11) * 1000 }])
})

test('a trade of an older minute that is still open counts once, one told after its minute is final does not', () => {
  const feed = new Feed({ tf: '1m', bars: 'tick:100' }).send({ exchange_s: at(9, 15, 48), cum: 0, price: 10_000 })
  feed.send({ exchange_s: at(9, 15, 50), cum: 10, price: 10_000 })
  feed.send({ exchange_s: at(9, 16, 0), cum: 30, price: 10_010, trade_s: 0 })
  feed.send({ exchange_s: at(9, 16, 1), cum: 70, price: 10_020, trade_s: at(9, 15, 59) }) // 09:15 is still open
  feed.send({ exchange_s: at(9, 16, 9), cum: 150, price: 10_030, trade_s: at(9, 15, 59) }) // 09:15 is final
  feed.send({ exchange_s: at(9, 16, 5), cum: 310, price: 10_040 }) // late: behind the last exchange time
  const candles = feed.end()
  expect(of(candles, '1m').map(({ volume }) => volume)).toEqual([50, 20 + 160])
  expect(of(candles, '100t')).toMatchObject([{ volume: 70, close: 10_020, trade_count: 3, complete: false }])
})

test.each([
  ['quarantine', { volume: 30, gap_volume: 500 }],
  ['spread', { volume: 30, gap_volume: 500 }],
  ['last', { volume: 530, gap_volume: 0 }],
] as const)('volume learned over a gap, --gap-volume %s', (gap_volume, expected) => {
  const feed = openFeed({ bars: 'volume:600,tick:1', gap_volume })
  feed.send({ exchange_s: at(9, 15, 1), cum: 10, price: 10_000 })
  feed.send({ exchange_s: at(9, 18, 1), cum: 510, price: 10_100 })
  feed.send({ exchange_s: at(9, 18, 2), cum: 530, price: 10_100 })
  const candles = feed.end()
  expect(of(candles, '600v')).toMatchObject([{ ...expected, complete: false }])
  expect(of(candles, '1t').map(({ volume, complete }) => [volume, complete])).toEqual(
    gap_volume === 'last'
      ? [
          [10, true],
          [500, false],
          [20, true],
        ]
      : [
          [10, true],
          [20, true],
        ],
  )
})

/** Two connections carry the instrument, one falls silent while the other lives: no silence of all, yet what the silent one tells then is doubted. */
function halfDeaf(feed: Feed): Feed {
  feed.send({ exchange_s: at(9, 15, 1), cum: 0, price: 10_000 }, 0)
  feed.send({ exchange_s: at(9, 15, 2), cum: 10, price: 10_000 }, 1)
  for (let second = 10; second <= 120; second += 10) feed.heartbeat(at(9, 15, second), 1)
  return feed
}

test('volume told by a connection after its own silence breaks a bar, whatever the others heard', () => {
  for (const late_s of [0, 100]) {
    // told in time, or after its minute was final
    const feed = halfDeaf(new Feed({ bars: 'tick:9' }))
    feed.send({ exchange_s: at(9, 17, 1), trade_s: at(9, 17, 1) - late_s, cum: 510, price: 10_000 }, 0)
    expect(feed.end()).toMatchObject([{ volume: 10, gap_volume: 500, complete: false }])
  }
  const feed = halfDeaf(new Feed({ bars: 'tick:1,renko:1,volume:520', gap_volume: 'last' }))
  feed.send({ exchange_s: at(9, 17, 1), cum: 510, price: 10_000 }, 0)
  feed.send({ exchange_s: at(9, 17, 2), cum: 530, price: 10_100 }, 0)
  expect(feed.candles.map(({ interval, volume, complete }) => [interval, volume, complete])).toEqual([
    ['1t', 10, true],
    ['1t', 500, false],
    ['1t', 20, true],
    ['520v', 530, false],
    ['renko1', 530, false],
  ])
})

test('auction trades count with --auction fold only', () => {
  const run = (auction: 'separate' | 'fold') =>
    openFeed({ bars: 'tick:10', auction })
      .send({ exchange_s: at(9, 14, 55), cum: 500, price: 10_050 })
      .send({ exchange_s: at(9, 15, 1), cum: 510, price: 10_040 })
      .end()
  expect(of(run('separate'), '10t')).toMatchObject([{ volume: 10, trade_count: 1 }])
  expect(of(run('fold'), '10t')).toMatchObject([{ volume: 510, trade_count: 2, open: 10_050 }])
})

test('the open bar is told once, when the session is over by the clock, and a new session knows nothing of it', () => {
  const feed = openFeed({ bars: ALL })
  const trade = (day_s: number): void => {
    feed.send({ exchange_s: day_s + at(9, 15, 1), cum: 50, price: 10_010 })
    feed.send({ exchange_s: day_s + at(9, 15, 2), cum: 60, price: 10_015 })
  }
  trade(0)
  feed.heartbeat(at(16, 0, 59))
  expect(of(feed.candles, '3t')).toEqual([])
  feed.heartbeat(at(16, 1, 0))
  const first = [...feed.candles]
  expect(of(first, '3t')).toMatchObject([{ volume: 60, complete: false }])
  feed.send({ exchange_s: 86_400 + at(9, 14, 50), cum: 0, price: 10_000 })
  expect(feed.candles).toEqual(first)
  trade(86_400)
  feed.end()
  const second = feed.candles.slice(first.length)
  const next_day = first.map((candle) => ({
    ...candle,
    open_time_ms: candle.open_time_ms + 86_400_000,
    close_time_ms: candle.close_time_ms + 86_400_000,
  }))
  expect(second).toEqual(next_day)
})

test('the open bar is told when a packet of a later session comes first', () => {
  const feed = openFeed({ bars: 'tick:9' })
  feed.send({ exchange_s: at(9, 15, 1), cum: 50, price: 10_010 })
  feed.send({ exchange_s: 86_400 + at(9, 15, 1), cum: 0, price: 10_000 })
  expect(of(feed.candles, '9t')).toMatchObject([{ volume: 50, complete: false }])
  expect(of(feed.end(), '9t')).toHaveLength(1)
})

test('values of an index draw Renko bricks and fill no other bar', () => {
  const token = 256_265
  const index = instrument({ instrument_token: token, exchange: 'NSE', asset_class: 'indices', symbol: 'NIFTY 50' })
  const feed = new Feed({ bars: 'tick:1,volume:1,value:1,renko:1', instruments: [index] })
  const send = (last_price: number, exchange_timestamp: number): void => {
    const facts = { high: 0, low: 0, open: 0, close: 0, change: 0, exchange_timestamp }
    feed.sendPacket({ kind: 'index_full', instrument_token: token, last_price, ...facts }, exchange_timestamp * 1000)
  }
  send(10_000, at(9, 15, 0))
  send(10_090, at(9, 15, 1))
  send(10_210, at(9, 15, 2))
  send(10_220, at(9, 15, 3))
  send(10_300, at(9, 20, 0)) // who knows what it did since
  expect(feed.end()).toMatchObject([
    {
      interval: 'renko1',
      open: 10_000,
      close: 10_100,
      volume: 0,
      volume_na: true,
      tick_count: 3,
      trade_count: 0,
      complete: true,
    },
    { interval: 'renko1', open: 10_100, close: 10_200, tick_count: 0, complete: true },
    { interval: 'renko1', open: 10_200, close: 10_300, tick_count: 2, complete: false },
  ])
})
