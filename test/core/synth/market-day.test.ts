import { createHash } from 'node:crypto'
import { KiteTicker } from 'kiteconnect'
import { expect, test } from 'vitest'
import { PLANTS } from '../../../src/core/synth/index.js'
import type { FullPacket } from '../../../src/core/wire/index.js'
import { addsUp } from '../../../src/core/wire/index.js'
import { isBinary, packetsOf, type SynthRecord, synthDay } from '../../support/synth-day.js'

const digestOf = (records: readonly SynthRecord[]): string => {
  const hash = createHash('sha256')
  for (const { received_ms, bytes } of records) hash.update(String(received_ms)).update(bytes)
  return hash.digest('hex')
}

test('the same seed gives the same bytes, on any machine', () => {
  const digest = digestOf(synthDay({ mode: 'mixed' }).records)
  expect(digestOf(synthDay({ mode: 'mixed' }).records)).toBe(digest)
  expect(digestOf(synthDay({ mode: 'mixed', seed: 2 }).records)).not.toBe(digest)
  // Changes only when the generator is meant to make another market.
  expect(digest).toBe('de28e6657a2a01137a8963ad6904047643f2174283b0ccb9dbc50996cfd2d41f')
})

test('times never step back, every message adds up, silence is filled with heartbeats', () => {
  const { records } = synthDay()
  let before = records[0]!.received_ms
  for (const record of records) {
    expect(record.received_ms).toBeGreaterThanOrEqual(before)
    expect(record.received_ms - before).toBeLessThan(2600)
    before = record.received_ms
    if (isBinary(record)) expect(addsUp(new DataView(record.bytes.buffer), 0, record.bytes.length)).toBe(true)
  }
  expect(records.some(({ bytes }) => bytes.length === 1)).toBe(true)
  expect(records.slice(0, 2).map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)).type)).toEqual([
    'instruments_meta',
    'app_code',
  ])
})

test("yesterday's cached packets come first: in quote mode, then in full mode with yesterday's time", () => {
  const { records, universe, midnight_s } = synthDay()
  const first = records.filter(isBinary).slice(0, 2).map(packetsOf)
  expect(first.map((packets) => packets.length)).toEqual([universe.listings.length, universe.listings.length])
  for (const packet of first[0]!) expect(['quote', 'index_quote']).toContain(packet.kind)
  for (const packet of first[1]!) {
    if (packet.kind !== 'full' && packet.kind !== 'index_full') throw new Error(packet.kind)
    expect(packet.exchange_timestamp).toBeLessThan(midnight_s)
  }
})

test.each([
  ['of an ordinary day', { rate: 60, until_h: 9.75 }],
  [
    'of a day with planted patterns',
    { instruments: 24, rate: 1, until_h: 15.5, plants: { ids: PLANTS.map(({ id }) => id), strength: 1 } },
  ],
])('a full packet %s says nothing that cannot be', (_, options) => {
  const { records, midnight_s } = synthDay(options)
  const before = new Map<number, FullPacket>()
  const wrong: object[] = []
  let seen = 0
  for (const packet of records.filter(isBinary).flatMap(packetsOf)) {
    if (packet.kind !== 'full' || packet.exchange_timestamp < midnight_s) continue
    seen++
    const last = before.get(packet.instrument_token)
    before.set(packet.instrument_token, packet)
    const claims = [...impossibleIn(packet), ...(last === undefined ? [] : impossibleAfter(last, packet))]
    if (claims.length > 0) wrong.push({ claims, packet, last })
  }
  expect(wrong).toEqual([])
  expect(seen).toBeGreaterThan(30_000)
})

function impossibleIn(packet: FullPacket): string[] {
  const { low, high, open, volume_traded, average_traded_price, last_price, depth, oi } = packet
  const [bids, offers] = [depth.slice(0, 5), depth.slice(5)].map((side) =>
    side.map(({ price }) => price).filter((price) => price > 0),
  )
  const inside = [open, last_price, average_traded_price].every((price) => low <= price && price <= high)
  return [
    packet.last_trade_time > packet.exchange_timestamp && 'a trade after the snapshot',
    (oi > packet.oi_day_high || oi < packet.oi_day_low) && 'open interest outside its range',
    volume_traded > 0 && !inside && 'a price outside the range of the day',
    packet.last_traded_quantity > volume_traded && 'a trade larger than the volume',
    bids!.length > 0 && offers!.length > 0 && bids![0]! >= offers![0]! && 'a crossed book',
    bids!.some((price, n) => n > 0 && price >= bids![n - 1]!) && 'bids out of order',
    offers!.some((price, n) => n > 0 && price <= offers![n - 1]!) && 'offers out of order',
  ].filter((claim) => claim !== false)
}

function impossibleAfter(last: FullPacket, packet: FullPacket): string[] {
  return [
    packet.volume_traded < last.volume_traded && 'volume falls',
    packet.exchange_timestamp < last.exchange_timestamp && 'exchange time falls',
    packet.last_trade_time < last.last_trade_time && 'trade time falls',
    packet.volume_traded === last.volume_traded && packet.last_price !== last.last_price && 'a new price without a trade',
    JSON.stringify(packet) === JSON.stringify(last) && 'the same packet twice',
  ].filter((claim) => claim !== false)
}

test('snapshots at the turn of a minute tell trades of the minute before', () => {
  const { records } = synthDay({ rate: 60, until_h: 9.75 })
  const turning = records
    .filter(isBinary)
    .flatMap(packetsOf)
    .filter(
      (packet) =>
        packet.kind === 'full' &&
        packet.exchange_timestamp % 60 === 0 &&
        packet.last_trade_time === packet.exchange_timestamp - 1,
    )
  expect(turning.length).toBeGreaterThan(20)
})

test('options of one expiry agree on their forward: put-call parity to a tick', () => {
  const { records, universe } = synthDay({ instruments: 320, rate: 400, until_h: 9.3 })
  const chain = universe.listings.filter(({ instrument }) => instrument.name === 'NIFTY' && instrument.strike !== undefined)
  const tokens = new Map(chain.map(({ instrument }) => [instrument.instrument_token, instrument]))
  let compared = 0
  for (const record of records.filter(isBinary)) {
    const middle = new Map<string, number>()
    for (const packet of packetsOf(record)) {
      const option = tokens.get(packet.instrument_token)
      if (option === undefined || packet.kind !== 'full' || packet.depth[0]!.price === 0 || packet.depth[5]!.price === 0) continue
      middle.set(`${option.instrument_type}${option.strike}`, (packet.depth[0]!.price + packet.depth[5]!.price) / 2)
    }
    const forwards = [...new Set(chain.map(({ instrument }) => instrument.strike!))].flatMap((strike) => {
      const [call, put] = [middle.get(`CE${strike}`), middle.get(`PE${strike}`)]
      return call === undefined || put === undefined ? [] : [strike * 100 + call - put]
    })
    for (const forward of forwards) {
      compared++
      // A tick is 5 paise; discounting over a day and a half moves a strike 350 rupees away by 10 paise.
      expect(Math.abs(forward - forwards[0]!)).toBeLessThanOrEqual(5 * 2 + 10)
    }
  }
  expect(compared).toBeGreaterThan(1000)
})

test("Kite's own client reads what we wrote", () => {
  const { records, universe } = synthDay()
  // Not in the package's types, but its own parser nevertheless.
  const parseBinary: (bytes: ArrayBufferLike) => KiteTick[] = Reflect.get(KiteTicker.prototype, 'parseBinary')
  const divisors = new Map(universe.listings.map(({ instrument }) => [instrument.instrument_token, instrument.price_divisor]))
  let seen = 0
  for (const record of records.filter(isBinary)) {
    const ticks = parseBinary(record.bytes.buffer)
    packetsOf(record).forEach((packet, n) => {
      const tick = ticks[n]!
      const divisor = divisors.get(packet.instrument_token)!
      seen++
      expect(tick.instrument_token).toBe(packet.instrument_token)
      expect(tick.last_price).toBe(packet.last_price / divisor)
      if (packet.kind !== 'full') return
      expect(tick.mode).toBe('full')
      expect(tick.volume_traded).toBe(packet.volume_traded)
      expect(tick.ohlc).toEqual({
        open: packet.open / divisor,
        high: packet.high / divisor,
        low: packet.low / divisor,
        close: packet.close / divisor,
      })
      expect(tick.exchange_timestamp?.getTime()).toBe(packet.exchange_timestamp * 1000)
      expect(tick.depth?.buy[0]).toEqual({
        quantity: packet.depth[0]!.quantity,
        price: packet.depth[0]!.price / divisor,
        orders: packet.depth[0]!.orders,
      })
    })
  }
  expect(seen).toBeGreaterThan(10_000)
})

interface KiteTick {
  instrument_token: number
  last_price: number
  mode: string
  volume_traded?: number
  ohlc?: object
  exchange_timestamp?: Date | null
  depth?: { buy: object[] }
}
