import fc from 'fast-check'
import { KiteTicker } from 'kiteconnect'
import { describe, expect, test } from 'vitest'
import { segmentOf } from '../../../src/core/market/index.js'
import type { FullPacket, Packet } from '../../../src/core/wire/index.js'
import { encodeMessage, isTradable, modeOf, packetBytes } from '../../../src/core/wire/index.js'
import { walk } from './collect.js'

// The broker's own client, npm `kiteconnect` 5.3.0, reads the same frames: what it says is the oracle, but for the faults listed below.
const client = new KiteTicker({ api_key: 'none', access_token: 'none' })
// Public in the client, missing in its types.
const parseBinary: unknown = Reflect.get(client, 'parseBinary')

function official(bytes: Uint8Array): unknown[] {
  if (typeof parseBinary !== 'function') throw new Error('kiteconnect has no parseBinary any more')
  const copy = new ArrayBuffer(bytes.length)
  new Uint8Array(copy).set(bytes)
  return parseBinary(copy)
}

/** Below 2^31 signed and unsigned agree; close is never 0: see the faults. */
const count = fc.oneof(fc.integer({ min: 0, max: 0x7fffffff }), fc.integer({ min: 0, max: 20_000 }))
const price = fc.oneof(fc.integer({ min: -0x80000000, max: 0x7fffffff }), fc.integer({ min: 1, max: 10_000_000 }))
const close = price.map((value) => (value === 0 ? 1 : value))
const segment = fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 255)
const instrument_token = fc
  .tuple(fc.integer({ min: 1, max: 0x7f_ffff }), segment)
  .map(([exchange, byte]) => exchange * 256 + byte)
const head = { instrument_token, last_price: price }
const ohlc = { open: price, high: price, low: price, close }
const quote = {
  ...head,
  last_traded_quantity: count,
  average_traded_price: price,
  volume_traded: count,
  total_buy_quantity: count,
  total_sell_quantity: count,
  ...ohlc,
}
const depth = fc.array(fc.record({ quantity: count, price, orders: fc.nat(0xffff) }), { minLength: 10, maxLength: 10 })
const packets: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({ kind: fc.constant('ltp' as const), ...head }),
  fc.record({ kind: fc.constant('index_quote' as const), ...head, ...ohlc, change: price }),
  fc.record({ kind: fc.constant('index_full' as const), ...head, ...ohlc, change: price, exchange_timestamp: count }),
  fc.record({ kind: fc.constant('quote' as const), ...quote }),
  fc.record({
    kind: fc.constant('full' as const),
    ...quote,
    last_trade_time: count,
    oi: count,
    oi_day_high: count,
    oi_day_low: count,
    exchange_timestamp: count,
    depth,
  }),
)

/** A packet of ours in the words of the official client. */
function asOfficial(packet: Packet): unknown {
  const divisor = segmentOf(packet.instrument_token).price_divisor
  const rupees = (units: number): number => units / divisor
  const time = (seconds: number): Date | null => (seconds === 0 ? null : new Date(seconds * 1000))
  const start = {
    tradable: isTradable(packet.instrument_token),
    mode: modeOf(packetBytes(packet)),
    instrument_token: packet.instrument_token,
    last_price: rupees(packet.last_price),
  }
  if (packet.kind === 'ltp') return start
  const prices = {
    ohlc: { open: rupees(packet.open), high: rupees(packet.high), low: rupees(packet.low), close: rupees(packet.close) },
    change: ((rupees(packet.last_price) - rupees(packet.close)) * 100) / rupees(packet.close),
  }
  if (packet.kind === 'index_quote') return { ...start, ...prices }
  if (packet.kind === 'index_full') return { ...start, ...prices, exchange_timestamp: time(packet.exchange_timestamp) }
  const traded = {
    last_traded_quantity: packet.last_traded_quantity,
    average_traded_price: rupees(packet.average_traded_price),
    volume_traded: packet.volume_traded,
    total_buy_quantity: packet.total_buy_quantity,
    total_sell_quantity: packet.total_sell_quantity,
  }
  if (packet.kind !== 'full') return { ...start, ...traded, ...prices }
  const levels = packet.depth.map((level) => ({ ...level, price: rupees(level.price) }))
  return {
    ...start,
    ...traded,
    ...prices,
    last_trade_time: time(packet.last_trade_time),
    exchange_timestamp: time(packet.exchange_timestamp),
    oi: packet.oi,
    oi_day_high: packet.oi_day_high,
    oi_day_low: packet.oi_day_low,
    depth: { buy: levels.slice(0, 5), sell: levels.slice(5) },
  }
}

test('every field of every sound packet reads as the official client reads it', () => {
  fc.assert(
    fc.property(fc.array(packets, { maxLength: 8 }), (sent) => {
      const bytes = encodeMessage(sent)
      expect(walk(bytes).packets.map(asOfficial)).toEqual(official(bytes))
    }),
    { numRuns: 500 },
  )
})

test.each(['UTC', 'Asia/Kolkata', 'America/Los_Angeles'])('the time zone of the machine does not matter: %s', (zone) => {
  const before = process.env.TZ
  process.env.TZ = zone
  try {
    const bytes = encodeMessage([full])
    expect(walk(bytes).packets.map(asOfficial)).toEqual(official(bytes))
    expect(walk(bytes).packets).toMatchObject([{ exchange_timestamp: 1625461887 }])
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
})

const full: FullPacket = {
  kind: 'full',
  instrument_token: 408065,
  last_price: 150000,
  last_traded_quantity: 1,
  average_traded_price: 150000,
  volume_traded: 1,
  total_buy_quantity: 1,
  total_sell_quantity: 1,
  open: 150000,
  high: 150000,
  low: 150000,
  close: 149000,
  last_trade_time: 1625461887,
  oi: 0,
  oi_day_high: 0,
  oi_day_low: 0,
  exchange_timestamp: 1625461887,
  depth: Array.from({ length: 10 }, () => ({ quantity: 1, price: 150000, orders: 1 })),
}
const index = { instrument_token: 256265, last_price: 2500000, high: 2500000, low: 2500000, open: 2500000 } as const

/** Where the official client is wrong, or says less than the wire. Each row shows its fault: when the client mends it, the row must go. */
const FAULTS: readonly { fault: string; packet: Packet; theirs: object; ours: object }[] = [
  ...(
    [
      'volume_traded',
      'last_traded_quantity',
      'total_buy_quantity',
      'total_sell_quantity',
      'oi',
      'oi_day_high',
      'oi_day_low',
    ] as const
  ).map((field) => ({
    fault: `${field} is negative from 2^31 on`,
    packet: { ...full, [field]: 0x80000000 },
    theirs: { [field]: -0x80000000 },
    ours: { [field]: 0x80000000 },
  })),
  {
    fault: 'quantities of the depth are negative from 2^31 on',
    packet: { ...full, depth: full.depth.map((level) => ({ ...level, quantity: 0xffffffff })) },
    theirs: { depth: { buy: Array(5).fill({ quantity: -1, price: 1500, orders: 1 }) } },
    ours: { depth: Array(10).fill({ quantity: 0xffffffff, price: 150000, orders: 1 }) },
  },
  {
    fault: 'times from 2038-01-19 on lie before 1970',
    packet: { ...full, exchange_timestamp: 0x80000000 },
    theirs: { exchange_timestamp: new Date(-0x80000000 * 1000) },
    ours: { exchange_timestamp: 0x80000000 },
  },
  {
    fault: 'prices of NSE commodities (segment 12) are 100 times too high',
    packet: { ...full, instrument_token: 31132428, last_price: 3782000 },
    theirs: { last_price: 37820 },
    ours: { last_price: 3782000 }, // at 10,000 units a rupee: 378.20
  },
  {
    fault: 'change is a percentage, not what an index packet carries',
    packet: { kind: 'index_quote', ...index, close: 2000000, change: 500000 },
    theirs: { change: 25 },
    ours: { change: 500000 },
  },
  {
    fault: 'change of an index without a close is the undivided number of the wire',
    packet: { kind: 'index_full', ...index, close: 0, change: 12345, exchange_timestamp: 1625461887 },
    theirs: { change: 12345 },
    ours: { change: 12345, close: 0 },
  },
  { fault: 'change without a close is 0', packet: { ...full, close: 0 }, theirs: { change: 0 }, ours: { close: 0 } },
]

describe('faults of the official client', () => {
  test.each(FAULTS)('$fault', ({ packet, theirs, ours }) => {
    const bytes = encodeMessage([packet])
    expect(official(bytes)[0]).toMatchObject(theirs)
    expect(walk(bytes).packets[0]).toMatchObject(ours)
  })

  test('full packets of protocol v1 (164 bytes) are skipped', () => {
    const { last_trade_time, oi, oi_day_high, oi_day_low, exchange_timestamp, ...old } = full
    const bytes = encodeMessage([{ ...old, kind: 'full_v1' }])
    expect(official(bytes)).toEqual([])
    expect(walk(bytes).packets).toHaveLength(1)
  })

  test('a full packet of which 44 bytes are there is taken for a quote', () => {
    const bytes = encodeMessage([full]).subarray(0, 4 + 44)
    expect(official(bytes)).toMatchObject([{ mode: 'quote', instrument_token: 408065 }])
    expect(walk(bytes).packets).toEqual([])
    expect(walk(bytes).faults).toMatchObject([{ code: 'truncated_packet', length: 184, left: 46 }])
  })

  test('a cut packet is dropped without a word', () => {
    const bytes = encodeMessage([full, full]).subarray(0, 200)
    expect(official(bytes)).toHaveLength(1)
    expect(walk(bytes).packets).toHaveLength(1)
    expect(walk(bytes).faults).toHaveLength(1)
  })
})
