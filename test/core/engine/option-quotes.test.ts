import { describe, expect, test } from 'vitest'
import { Pipeline } from '../../../src/core/engine/index.js'
import { type Candle, InstrumentTable } from '../../../src/core/market/index.js'
import { OptionBook } from '../../../src/core/options/index.js'
import { encodeMessage, type Packet } from '../../../src/core/wire/index.js'
import { intervalsOf } from '../../support/engine.js'
import { at, calendar, full, indexFull, ltp, quote } from '../../support/feed.js'
import { isBinary, packetsOf, synthDay } from '../../support/synth-day.js'
import { future, index, MONTH_END, option, TUESDAY } from '../options/chain-market.js'

const call = option('NIFTY', TUESDAY, 25000, 'CE')
const spot = index('NIFTY 50')
const next = future('NIFTY', MONTH_END)
const table = InstrumentTable.of([call, spot, next])
const token = call.instrument_token

/** What came, received at the second given; a pipeline that keeps the book of options. */
function fed(messages: readonly (readonly [clock: string, packets: readonly Packet[], connection?: number])[]) {
  const book = new OptionBook(table.known(), calendar)
  const pipeline = new Pipeline(
    {
      instruments: table,
      calendar,
      clock: 'trade',
      bars: { intervals: intervalsOf(['1m']), auction: 'separate', fill: 'skip', late: 'drop', gap_volume: 'quarantine' },
      files: ['test'],
      options: book,
    },
    { onCandle() {}, onDiagnostic() {} },
  )
  for (const [record, [clock, packets, connection = 0]] of messages.entries()) {
    const bytes = encodeMessage(packets)
    const received_at_ms = at(clock) * 1000 + 250
    const view = new DataView(bytes.buffer)
    pipeline.onFrame({ file: 0, connection, record, offset: 0, received_at_ms, view, bytes, start: 0, end: bytes.length })
    pipeline.onRecycle(view)
  }
  const quote = book.quoteOf(call)
  if (quote === undefined) return expect.fail('the call has a quote')
  return { quote, book }
}

const depth = (bid: number, ask: number) =>
  Array.from({ length: 10 }, (_, n) => ({ quantity: 75 * (n + 1), price: n < 5 ? bid - 5 * n : ask + 5 * (n - 5), orders: 1 }))
const book = (clock: string, bid: number, ask: number, told: Parameters<typeof full>[0] = {}, date?: string) =>
  full({ instrument_token: token, exchange_timestamp: at(clock, date), last_price: bid, depth: depth(bid, ask), ...told })

test('a full packet tells everything', () => {
  const { quote } = fed([['11:00:00', [book('10:59:59', 7000, 7010, { oi: 500, volume_traded: 80 })]]])
  expect(quote).toMatchObject({
    last_price: 7000,
    bid_price: 7000,
    bid_quantity: 75,
    ask_price: 7010,
    ask_quantity: 450,
    oi: 500,
    first_oi: 500,
    volume: 80,
    exchange_ms: at('10:59:59') * 1000,
    received_ms: at('11:00:00') * 1000 + 250,
    book_ms: at('11:00:00') * 1000 + 250,
  })
})

test('an empty side of the book is no price of 0', () => {
  const empty = depth(7000, 7010).map((level, n) => (n < 5 ? { quantity: 0, price: 0, orders: 0 } : level))
  const { quote } = fed([['11:00:00', [book('11:00:00', 7000, 7010, { depth: empty })]]])
  expect([quote.bid_price, quote.ask_price, quote.mid]).toEqual([Number.NaN, 7010, Number.NaN])
})

describe('what does not count', () => {
  const sound = book('11:00:00', 7000, 7010, { volume_traded: 80, oi: 500 })

  test('a full packet of the day before', () => {
    const old = full({
      ...sound,
      exchange_timestamp: at('15:29:59', '2025-10-03'),
      last_trade_time: at('15:29:00', '2025-10-03'),
    })
    expect(fed([['11:00:00', [old]]]).quote.is_known).toBe(false)
    const { quote } = fed([
      ['11:00:00', [sound]],
      ['11:00:05', [{ ...old, last_price: 1 }]],
    ])
    expect([quote.last_price, quote.received_ms]).toEqual([7000, at('11:00:00') * 1000 + 250])
  })

  test('a cached packet without a time, as it comes on subscribing, and yesterday after it', () => {
    const cached = quote({ instrument_token: token, last_price: 6500, volume_traded: 9000 })
    const yesterday = full({ ...sound, volume_traded: 9000, exchange_timestamp: at('15:29:59', '2025-10-03') })
    expect(fed([['11:00:00', [cached]]]).quote.is_known).toBe(false)
    expect(fed([['11:00:00', [cached, yesterday]]]).quote.is_known).toBe(false)
    const { quote: told } = fed([
      ['11:00:00', [cached, yesterday]],
      ['11:00:01', [sound]],
    ])
    expect([told.last_price, told.volume]).toEqual([7000, 80])
  })

  test('a packet received before the session', () => {
    expect(fed([['09:05:00', [book('09:05:00', 7000, 7010)]]]).quote.is_known).toBe(false)
  })

  test('the same packet again: its quote is as old as before', () => {
    const { quote } = fed([
      ['11:00:00', [sound]],
      ['11:00:20', [sound]],
    ])
    expect(quote.book_ms).toBe(at('11:00:00') * 1000 + 250)
  })

  test('a packet that was made before the last one', () => {
    const { quote } = fed([
      ['11:00:00', [sound]],
      ['11:00:01', [book('10:59:58', 6000, 6010, { volume_traded: 79 })]],
    ])
    expect(quote.bid_price).toBe(7000)
    // Of the same second, on another connection, with less volume: it was made earlier.
    const other = book('11:00:00', 6000, 6010, { volume_traded: 79 })
    expect(
      fed([
        ['11:00:00', [sound]],
        ['11:00:00', [other], 1],
      ]).quote.bid_price,
    ).toBe(7000)
  })
})

test('a packet without a book leaves the book and its age', () => {
  const { quote: told } = fed([
    ['11:00:00', [book('11:00:00', 7000, 7010, { oi: 500, volume_traded: 80 })]],
    ['11:00:03', [quote({ instrument_token: token, last_price: 7005, volume_traded: 90 })]],
    ['11:00:04', [ltp(7100, token)]],
  ])
  expect(told).toMatchObject({ bid_price: 7000, oi: 500, volume: 90, last_price: 7100, exchange_ms: at('11:00:00') * 1000 })
  expect([told.book_ms, told.received_ms]).toEqual([at('11:00:00') * 1000 + 250, at('11:00:04') * 1000 + 250])
})

test('the index and the future under the options are kept too', () => {
  const { book } = fed([
    [
      '11:00:00',
      [
        indexFull({ instrument_token: spot.instrument_token, last_price: 2_500_100, exchange_timestamp: at('11:00:00') }),
        full({
          instrument_token: next.instrument_token,
          exchange_timestamp: at('11:00:00'),
          last_price: 2_510_000,
          depth: depth(2_509_900, 2_510_100),
        }),
      ],
    ],
  ])
  expect(book.quoteOf(spot)).toMatchObject({ last_price: 2_500_100, exchange_ms: at('11:00:00') * 1000, volume: Number.NaN })
  expect(book.quoteOf(next)?.mid).toBe(2_510_000)
})

test('a book of options changes no candle', () => {
  const { universe, records } = synthDay({ instruments: 60, rate: 60, mode: 'mixed', faults: ['late', 'duplicates', 'gaps'] })
  const instruments = InstrumentTable.of(universe.listings.map(({ instrument }) => instrument))
  const options = new OptionBook(instruments.known(), calendar)
  const run = (book: OptionBook | undefined): Candle[] => {
    const candles: Candle[] = []
    const pipeline = new Pipeline(
      {
        instruments,
        calendar,
        clock: 'trade',
        bars: { intervals: intervalsOf(['1m']), auction: 'separate', fill: 'skip', late: 'revise', gap_volume: 'quarantine' },
        files: ['test'],
        options: book,
      },
      { onCandle: (candle) => candles.push(candle), onDiagnostic() {} },
    )
    for (const [record, { bytes, received_ms }] of records.entries()) {
      const view = new DataView(bytes.buffer)
      pipeline.onFrame({
        file: 0,
        connection: 0,
        record,
        offset: 0,
        received_at_ms: received_ms,
        view,
        bytes,
        start: 0,
        end: bytes.length,
      })
    }
    pipeline.end()
    return candles
  }
  const plain = run(undefined)
  expect(plain.length).toBeGreaterThan(100)
  expect(run(options)).toEqual(plain)
  // And it holds the last book that was sent of each option.
  const told = new Map<number, Packet>()
  for (const record of records.filter(isBinary))
    for (const packet of packetsOf(record))
      if (packet.kind === 'full' && packet.exchange_timestamp >= at('09:15:00')) {
        const before = told.get(packet.instrument_token)
        if (before?.kind !== 'full' || before.exchange_timestamp <= packet.exchange_timestamp)
          told.set(packet.instrument_token, packet)
      }
  let compared = 0
  for (const chain of options.chains)
    for (const { call, put } of chain.rows)
      for (const leg of [call, put]) {
        const packet = told.get(leg?.instrument.instrument_token ?? 0)
        if (leg === undefined || packet?.kind !== 'full') continue
        compared++
        expect([leg.quote.bid_price, leg.quote.ask_price, leg.quote.oi]).toEqual([
          packet.depth[0]?.price,
          packet.depth[5]?.price,
          packet.oi,
        ])
      }
  expect(compared).toBeGreaterThan(3)
})
