import { expect, test } from 'vitest'
import { heikinAshi, type Ohlc } from '../../../src/core/candles/index.js'
import { MdsError } from '../../../src/core/errors.js'
import { at, Feed, openFeed } from './feed.js'

test('the vector: three bars worked out by hand', () => {
  const bars: Ohlc[] = [
    { open: 99.25, high: 100.25, low: 99, close: 100 },
    { open: 100, high: 103.35, low: 99.25, close: 102.35 },
    { open: 102.6, high: 103.35, low: 97.7, close: 98.2 },
  ]
  const drawn: Ohlc[] = []
  for (const bar of bars) drawn.push(heikinAshi(bar, drawn.at(-1)))
  const expected = [
    [99.625, 100.25, 99, 99.625],
    [99.625, 103.35, 99.25, 101.2375],
    [100.43125, 103.35, 97.7, 100.4625],
  ]
  drawn.forEach((bar, index) => {
    for (const [column, value] of [bar.open, bar.high, bar.low, bar.close].entries())
      expect(value).toBeCloseTo(expected[index]?.[column] ?? Number.NaN, 10)
  })
})

function minutes(feed: Feed, day_s: number): Feed {
  let cum = 0
  feed.send({ exchange_s: day_s + at(9, 14, 50), cum, price: 10_000 })
  for (let minute = 15; minute < 19; minute++) {
    for (const [second, price] of [10_001, 10_006, 9_998, 10_003].entries()) {
      cum += 10
      feed.send({ exchange_s: day_s + at(9, minute, 10 * second), cum, price: price + minute * minute })
    }
  }
  return feed
}

test('candles are redrawn in whole feed units; the recursion is not rounded, and starts anew each session', () => {
  const plain = minutes(minutes(new Feed({ tf: '1m,2m,1d' }), 0), 86_400).end()
  const drawn = minutes(minutes(new Feed({ tf: '1m,2m,1d', style: 'heikin-ashi' }), 0), 86_400).end()
  expect(drawn.map(({ interval, open_time_ms }) => [interval, open_time_ms])).toEqual(
    plain.map(({ interval, open_time_ms }) => [interval, open_time_ms]),
  )
  const last = new Map<string, Ohlc>()
  plain.forEach((candle, index) => {
    const series = `${candle.interval} ${Math.floor((candle.open_time_ms / 1000 + 19_800) / 86_400)}`
    const exact = heikinAshi(candle, last.get(series))
    last.set(series, exact)
    const half_up = (value: number): number => Math.floor(value + 0.5)
    expect(drawn[index]).toEqual({
      ...candle,
      open: half_up(exact.open),
      high: half_up(exact.high),
      low: half_up(exact.low),
      close: half_up(exact.close),
    })
  })
  const first = drawn.filter(({ interval }) => interval === '1m')
  const half = first.length / 2
  expect(first.slice(half).map(({ open, close }) => [open, close])).toEqual(
    first.slice(0, half).map(({ open, close }) => [open, close]),
  )
})

test('event bars are redrawn too, auction bars are not', () => {
  const feed = (style: 'plain' | 'heikin-ashi') => {
    const run = openFeed({ tf: '1m', bars: 'tick:2', style })
    run.send({ exchange_s: at(9, 14, 55), cum: 500, price: 10_050, trade_s: at(9, 14, 52) })
    ;[10_001, 10_010, 10_020, 10_004].forEach((price, index) => {
      run.send({ exchange_s: at(9, 15, index), cum: 510 + index, price })
    })
    return run.end()
  }
  const [plain, drawn] = [feed('plain'), feed('heikin-ashi')]
  const by = (interval: string) => (candle: { interval: string }) => candle.interval === interval
  expect(plain.filter(by('auction'))).toHaveLength(1)
  expect(drawn.filter(by('auction'))).toEqual(plain.filter(by('auction')))
  // (10001 + 10010) / 2 = 10005.5, of both open and close: 10006; then their middle, and (10020 + 10020 + 10004 + 10004) / 4
  expect(drawn.filter(by('2t')).map(({ open, close }) => [open, close])).toEqual([
    [10_006, 10_006],
    [10_006, 10_012],
  ])
})

test('revised candles cannot be redrawn', () => {
  expect(() => new Feed({ tf: '1m', style: 'heikin-ashi', late: 'revise' })).toThrow(MdsError)
})
