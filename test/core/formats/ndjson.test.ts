import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CandleBatch, fieldsNamed, ndjson, TickBatch } from '../../../src/core/formats/index.js'
import { CANDLE_FIELDS, type Field, type Instrument, TICK_FIELDS } from '../../../src/core/market/index.js'
import { formatIso } from '../../../src/core/time/index.js'
import { encodePacket, type Packet, packetBytes } from '../../../src/core/wire/index.js'
import { packets } from './packets.js'
import { batchesOf, candle, encodeAll, OPEN_MS, RELIANCE, type Row, textOf } from './rows.js'

const CURRENCY: Instrument = { ...RELIANCE, symbol: 'USDINR25OCTFUT', exchange: 'CDS', price_divisor: 10_000_000 }
const INSTRUMENTS = [RELIANCE, CURRENCY, { ...RELIANCE, symbol: 'quo"te\\ \u0007 é 日 😀 \ud800', exchange: 'BSE' }]

/** The object Kite's clients would make of a packet, in the order of our field table. Written independently of the encoder. */
function tickObject(packet: Packet, at: { sequence: number; received_at_ms: number; instrument: Instrument }): object {
  const rupees = (units: number): number => units / at.instrument.price_divisor + 0
  const index = packet.kind === 'index_quote' || packet.kind === 'index_full'
  const quote = packet.kind === 'quote' || packet.kind === 'full' || packet.kind === 'full_v1'
  const full = packet.kind === 'full'
  const time = (seconds: number): string | undefined => (seconds === 0 ? undefined : formatIso(seconds * 1000))
  const side =
    (from: number) =>
    ({ depth }: { depth: Extract<Packet, { kind: 'full' }>['depth'] }) =>
      depth.slice(from, from + 5).map(({ price, quantity, orders }) => ({ price: rupees(price), quantity, orders }))
  return {
    sequence: at.sequence,
    received_at: formatIso(at.received_at_ms),
    symbol: at.instrument.symbol,
    exchange: at.instrument.exchange,
    instrument_token: packet.instrument_token,
    mode: packet.kind === 'ltp' ? 'ltp' : packet.kind === 'quote' || packet.kind === 'index_quote' ? 'quote' : 'full',
    tradable: packet.instrument_token % 256 !== 9,
    last_price: rupees(packet.last_price),
    ...(quote && {
      last_traded_quantity: packet.last_traded_quantity,
      average_traded_price: rupees(packet.average_traded_price),
      volume_traded: packet.volume_traded,
      total_buy_quantity: packet.total_buy_quantity,
      total_sell_quantity: packet.total_sell_quantity,
    }),
    ...((quote || index) && {
      ohlc: { open: rupees(packet.open), high: rupees(packet.high), low: rupees(packet.low), close: rupees(packet.close) },
    }),
    net_change: index
      ? rupees(packet.change)
      : quote && packet.close !== 0
        ? rupees(packet.last_price - packet.close)
        : undefined,
    ...(full && { last_trade_time: time(packet.last_trade_time) }),
    ...((full || packet.kind === 'index_full') && { exchange_timestamp: time(packet.exchange_timestamp) }),
    ...(full && { oi: packet.oi, oi_day_high: packet.oi_day_high, oi_day_low: packet.oi_day_low }),
    ...((full || packet.kind === 'full_v1') && { depth: { buy: side(0)(packet), sell: side(5)(packet) } }),
  }
}

function filled(all: readonly Packet[], fields: readonly Field[] = TICK_FIELDS): TickBatch {
  const batch = new TickBatch(INSTRUMENTS, fields)
  all.forEach((packet, sequence) => {
    const view = new DataView(new ArrayBuffer(packetBytes(packet) + 3))
    encodePacket(packet, view, 3)
    batch.append(view, 3, packetBytes(packet), OPEN_MS + sequence * 7, sequence, sequence % INSTRUMENTS.length)
  })
  return batch
}

// JSON.stringify prints an exponent below one millionth; prices never do. Currency prices that small are left to the number tests.
const noExponent = (packet: Packet): boolean =>
  !/\de-/.test(JSON.stringify(tickObject(packet, { sequence: 0, received_at_ms: 0, instrument: CURRENCY })))

test('ticks of every kind have the bytes of JSON.stringify', () => {
  fc.assert(
    fc.property(fc.array(packets.filter(noExponent), { minLength: 1, maxLength: 30 }), (all) => {
      const lines = all.map((packet, sequence) =>
        JSON.stringify(
          tickObject(packet, {
            sequence,
            received_at_ms: OPEN_MS + sequence * 7,
            instrument: INSTRUMENTS[sequence % INSTRUMENTS.length] as Instrument,
          }),
        ),
      )
      expect(textOf(encodeAll(ndjson, TICK_FIELDS, [filled(all)])).split('\n')).toEqual([...lines, ''])
    }),
    { numRuns: 300 },
  )
})

test('a reused batch shows nothing of the rows it held before', () => {
  fc.assert(
    fc.property(
      fc.array(packets, { minLength: 1, maxLength: 8 }),
      fc.array(packets, { minLength: 1, maxLength: 8 }),
      (before, after) => {
        const reused = filled(before)
        reused.clear()
        after.forEach((packet, sequence) => {
          const view = new DataView(new ArrayBuffer(packetBytes(packet)))
          encodePacket(packet, view, 0)
          reused.append(view, 0, packetBytes(packet), OPEN_MS + sequence * 7, sequence, sequence % INSTRUMENTS.length)
        })
        expect(textOf(encodeAll(ndjson, TICK_FIELDS, [reused]))).toBe(textOf(encodeAll(ndjson, TICK_FIELDS, [filled(after)])))
      },
    ),
  )
})

test('selected fields are what JSON.parse of the whole record would keep', () => {
  const paths = (value: unknown, prefix: string): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, child]) => paths(child, `${prefix}/${key}`))
      : [`${prefix}=${String(value)}`]
  fc.assert(
    fc.property(
      packets,
      fc.subarray(
        TICK_FIELDS.map((field) => field.name),
        { minLength: 1 },
      ),
      (packet, names) => {
        const fields = fieldsNamed(TICK_FIELDS, names)
        const wanted = new Set(fields.map((field) => `/${(field.path ?? [field.name]).join('/')}`))
        const whole = paths(JSON.parse(textOf(encodeAll(ndjson, TICK_FIELDS, [filled([packet])]))), '')
        const some = paths(JSON.parse(textOf(encodeAll(ndjson, fields, [filled([packet], fields)]))), '')
        expect(some).toEqual(whole.filter((line) => wanted.has(line.slice(0, line.indexOf('=')))))
      },
    ),
    { numRuns: 300 },
  )
})

test('a level keeps its place in the depth when those ahead of it are not selected', () => {
  const fields = fieldsNamed(TICK_FIELDS, ['last_price', 'bid_price_2', 'ask_orders_1'])
  const [full] = fc.sample(
    packets.filter((packet) => packet.kind === 'full'),
    { numRuns: 1, seed: 1 },
  ) as [Packet & { kind: 'full' }]
  const depth = { buy: [{}, { price: (full.depth[1]?.price ?? 0) / 100 }], sell: [{ orders: full.depth[5]?.orders }] }
  expect(textOf(encodeAll(ndjson, fields, [filled([full], fields)]))).toBe(
    `${JSON.stringify({ last_price: full.last_price / 100, depth })}\n`,
  )
  expect(textOf(encodeAll(ndjson, fields, [filled([{ kind: 'ltp', instrument_token: 1, last_price: 5 }], fields)]))).toBe(
    '{"last_price":0.05}\n',
  )
})

const ALL_OPTIONAL: readonly Field[] = [
  { name: 'a', type: 'int', optional: true, doc: '' },
  { name: 'b', type: 'string', optional: true, path: ['group', 'b'], doc: '' },
  { name: 'c', type: 'bool', optional: true, path: ['group', 'deep', 'c'], doc: '' },
  { name: 'd', type: 'fine_price', optional: true, path: ['group', 'd'], doc: '' },
  { name: 'e', type: 'timestamp', optional: true, doc: '' },
]

test('any mixture of absent fields leaves sound JSON, and no empty groups', () => {
  const rows = fc.record({
    divisor: fc.constantFrom(100, 10_000),
    cells: fc.tuple(
      fc.option(fc.maxSafeInteger(), { nil: undefined }),
      fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
      fc.option(fc.boolean(), { nil: undefined }),
      fc.option(fc.integer({ min: 1000, max: 9_000_000 }), { nil: undefined }),
      fc.option(fc.integer({ min: 0, max: 4e12 }), { nil: undefined }),
    ),
  })
  const expected = ({ divisor, cells: [a, b, c, d, e] }: Row): string => {
    const deep = c === undefined ? undefined : { c }
    const group =
      b === undefined && deep === undefined && d === undefined
        ? undefined
        : { b, deep, d: d === undefined ? undefined : Number(d) / (divisor * 100) }
    // JSON.stringify would print -0 as 0 too
    return JSON.stringify({ a, group, e: e === undefined ? undefined : formatIso(Number(e)) })
  }
  fc.assert(
    fc.property(fc.array(rows, { minLength: 1, maxLength: 20 }), (all) => {
      expect(textOf(encodeAll(ndjson, ALL_OPTIONAL, batchesOf(ALL_OPTIONAL, all, [3])))).toBe(
        all.map((row) => `${expected(row)}\n`).join(''),
      )
    }),
    { numRuns: 300 },
  )
})

test('a candle', () => {
  const batch = new CandleBatch()
  batch.append(candle({ oi: 0 }))
  batch.append(
    candle({
      interval: '1d',
      phase: 'day',
      volume: 0,
      turnover: 0,
      volume_na: true,
      complete: false,
      day: { missed_volume: 1, late_volume: 2, gap_volume: 3, correction: -4, close_official: 137_000 },
    }),
  )
  const common = {
    symbol: 'RELIANCE',
    exchange: 'NSE',
    timestamp: '2025-10-06T09:15:00+05:30',
    open: 1368.5,
    high: 1370.05,
    low: 1368,
    close: 1369.95,
  }
  const rest = {
    phase: 'continuous',
    expected_ms: 60_000,
    gap_volume: 0,
    synthetic: false,
    synthetic_volume: false,
    volume_na: false,
    revision: 0,
  }
  const lines = [
    {
      ...common,
      volume: 12_345,
      interval: '1m',
      instrument_token: 738_561,
      oi: 0,
      vwap: 1369,
      tick_count: 57,
      trade_count: 41,
      complete: true,
      ...rest,
    },
    {
      ...common,
      volume: 0,
      interval: '1d',
      instrument_token: 738_561,
      tick_count: 57,
      trade_count: 41,
      complete: false,
      ...rest,
      phase: 'day',
      volume_na: true,
      missed_volume: 1,
      late_volume: 2,
      volume_correction: -4,
      close_official: 1370,
    },
  ]
  expect(textOf(encodeAll(ndjson, CANDLE_FIELDS, [batch]))).toBe(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
})
