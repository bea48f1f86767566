import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BarFlow, Candle } from '../../../src/core/market/index.js'
import type { DepthLevel, Packet } from '../../../src/core/wire/index.js'
import { type Message, runEngine } from '../../support/engine.js'
import { at, full } from '../../support/feed.js'
import { markets, options } from '../../support/markets.js'

/** A book of one level a side. */
const book = (bid: number, bid_quantity: number, offer: number, offer_quantity: number): DepthLevel[] =>
  Array.from({ length: 10 }, (_, level) => {
    if (level === 0) return { price: bid, quantity: bid_quantity, orders: 1 }
    return level === 5 ? { price: offer, quantity: offer_quantity, orders: 1 } : { price: 0, quantity: 0, orders: 0 }
  })

interface Snapshot {
  readonly clock: string
  /** Of the last trade; default that of the snapshot. */
  readonly traded?: string
  readonly price: number
  readonly volume: number
  readonly depth?: DepthLevel[]
}

const message = ({ clock, traded, price, volume, depth }: Snapshot): Message => {
  const packet: Packet = full({
    last_price: price,
    volume_traded: 1000 + volume,
    exchange_timestamp: at(clock),
    last_trade_time: at(traded ?? clock),
    close: 9900,
    total_buy_quantity: 700,
    total_sell_quantity: 300,
    depth: depth ?? book(9995, 500, 10_005, 200),
  })
  return { received_ms: at(clock) * 1000 + 400, connection: 0, packets: [packet] }
}

function flowsOf(snapshots: readonly Snapshot[], tf: readonly string[] = ['1m']): Map<string, BarFlow | undefined> {
  const beats = Array.from(
    { length: 30 },
    (_, i): Message => ({
      received_ms: at('09:14:50') * 1000 + i * 5000,
      connection: 0,
      packets: [],
    }),
  )
  const messages = [...snapshots.map(message), ...beats].sort((a, b) => a.received_ms - b.received_ms)
  const { candles } = runEngine(messages, { tf, flow: 'intraday' })
  return new Map(
    candles.map(({ flow, open_time_ms, interval }) => [`${interval} ${(open_time_ms / 1000 - at('00:00')) / 60}`, flow]),
  )
}

/** In the auction: what trades later is known to have traded since. */
const BEGIN: Snapshot = { clock: '09:14:50', traded: '09:10:00', price: 10_000, volume: 0 }

describe('the flow of a bar', () => {
  test('signs what traded by the book before it', () => {
    const flow = flowsOf([
      BEGIN,
      { clock: '09:15:01', price: 10_005, volume: 100 }, // at the offer of 09:14
      { clock: '09:15:02', price: 9995, volume: 130, depth: book(9980, 1, 9990, 1) }, // at the bid
      { clock: '09:15:03', price: 9995, volume: 137 }, // above the offer of 9990
      { clock: '09:15:04', price: 10_001, volume: 138 }, // above the middle of 9995 and 10005
      { clock: '09:15:05', price: 10_000, volume: 142 }, // in the middle, after a fall
    ]).get('1m 555')
    expect(flow?.signed_volume).toBe(100 - 30 + 7 + 1 - 4)
    expect(flow?.unsigned_volume).toBe(0)
    expect(flow?.prices).toEqual([10_005, 9995, 10_001, 10_000])
    expect(flow?.volumes).toEqual([100, 37, 1, 4])
    expect(flow?.previous_close).toBe(9900)
    expect([flow?.total_buy_quantity, flow?.total_sell_quantity]).toEqual([700, 300])
  })

  test('adds up order flow from book to book (vectors of 3.16)', () => {
    const quiet = { price: 10_000, volume: 10 }
    const flow = flowsOf([
      BEGIN,
      { clock: '09:15:01', ...quiet, depth: book(10_000, 500, 10_005, 200) },
      { clock: '09:16:01', ...quiet, traded: '09:15:01', depth: book(10_000, 650, 10_005, 120) },
      { clock: '09:16:02', price: 10_000, volume: 11, depth: book(10_000, 500, 10_005, 200) },
      { clock: '09:17:03', price: 10_000, volume: 12, depth: book(10_005, 100, 10_010, 350) },
    ])
    expect(flow.get('1m 556')?.ofi).toBe(230 - 230)
    expect(flow.get('1m 557')?.ofi).toBe(300)
  })

  test('keeps the last book of its own time: a trade told in the next minute brings a book of the next minute', () => {
    const flow = flowsOf([
      BEGIN,
      { clock: '09:15:58', price: 10_000, volume: 10, depth: book(9990, 1, 10_010, 2) },
      { clock: '09:16:00', traded: '09:15:59', price: 10_005, volume: 20, depth: book(9000, 3, 11_000, 4) },
    ]).get('1m 555')
    expect(flow?.volumes).toEqual([10, 10])
    expect(flow?.book?.slice(0, 2)).toEqual(Float64Array.of(9990, 1))
    expect(flow?.book?.slice(10, 12)).toEqual(Float64Array.of(10_010, 2))
    expect(flow?.last_seen_ms).toBe(at('09:15:58') * 1000)
  })

  test('begins anew with the session', () => {
    const day = [BEGIN, { clock: '09:15:01', price: 10_005, volume: 50 }].map(message)
    const { candles } = runEngine([...day, ...day.map(tomorrow)], { flow: 'minute' })
    const minutes = candles.filter(({ interval, phase }) => interval === '1m' && phase === 'continuous')
    expect(minutes.map(({ flow }) => [flow?.signed_volume, flow?.ofi])).toEqual([
      [50, 0],
      [50, 0],
    ])
  })
})

/** The same a day later. */
const tomorrow = ({ received_ms, connection, packets }: Message): Message => ({
  received_ms: received_ms + 86_400_000,
  connection,
  packets: packets.map((packet) =>
    packet.kind === 'full'
      ? { ...packet, exchange_timestamp: packet.exchange_timestamp + 86_400, last_trade_time: packet.last_trade_time + 86_400 }
      : packet,
  ),
})

const plain = ({ instrument, flow: _, ...rest }: Candle) => ({ ...rest, token: instrument.instrument_token })
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

test('the flow changes no candle, and what traded in it is what traded in the bar', () => {
  fc.assert(
    fc.property(markets, options, (messages, chosen) => {
      const without = runEngine(messages, chosen)
      const { candles } = runEngine(messages, { ...chosen, flow: 'intraday' })
      expect(candles.map(plain)).toEqual(without.candles.map(plain))
      for (const { flow, volume, synthetic_volume, revision, phase } of candles) {
        if (synthetic_volume || revision > 0 || phase === 'day') continue
        expect(sum(flow?.volumes ?? [])).toBe(volume)
        if (flow !== undefined) expect(Math.abs(flow.signed_volume) + flow.unsigned_volume).toBeLessThanOrEqual(volume)
      }
    }),
    { numRuns: 1500 },
  )
})

test('the flow of five minutes is that of its minutes', () => {
  fc.assert(
    fc.property(markets, (messages) => {
      const { candles } = runEngine(messages, { tf: ['1m', '5m'], flow: 'intraday' })
      for (const long of candles.filter(({ interval }) => interval === '5m')) {
        const minutes = candles.filter(
          ({ interval, instrument, open_time_ms, phase }) =>
            interval === '1m' &&
            phase === 'continuous' &&
            instrument === long.instrument &&
            open_time_ms >= long.open_time_ms &&
            open_time_ms < long.close_time_ms,
        )
        const of = (value: (flow: BarFlow) => number): number =>
          sum(minutes.map(({ flow }) => (flow === undefined ? 0 : value(flow))))
        expect(long.flow?.signed_volume ?? 0).toBe(of(({ signed_volume }) => signed_volume))
        expect(long.flow?.unsigned_volume ?? 0).toBe(of(({ unsigned_volume }) => unsigned_volume))
        expect(sum(long.flow?.volumes ?? [])).toBe(of(({ volumes }) => sum(volumes)))
      }
    }),
    { numRuns: 500 },
  )
})
