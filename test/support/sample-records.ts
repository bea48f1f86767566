import { encodeMessage, type FullPacket, type Packet } from '../../src/core/wire/index.js'
import type { PlainRecord } from './read-records.js'

/** Sunday 2025-10-05 09:15:00 IST, as good a day as any. */
export const SAMPLE_START_MS = 1_759_635_900_000

/** Small numbers that look random and are the same each time (Marsaglia's xorshift32). */
export function sampleRandom(seed: number): (below: number) => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

export function fullPacket(facts: Partial<FullPacket> = {}): FullPacket {
  const last_price = facts.last_price ?? 250_000
  return {
    kind: 'full',
    instrument_token: 738561,
    last_price,
    last_traded_quantity: 5,
    average_traded_price: 250_000,
    volume_traded: 1_000,
    total_buy_quantity: 10_000,
    total_sell_quantity: 12_000,
    open: 249_000,
    high: 252_000,
    low: 248_000,
    close: 249_500,
    last_trade_time: SAMPLE_START_MS / 1000,
    oi: 0,
    oi_day_high: 0,
    oi_day_low: 0,
    exchange_timestamp: SAMPLE_START_MS / 1000,
    depth: Array.from({ length: 10 }, (_, n) => ({
      quantity: 100 + n,
      price: last_price + (n < 5 ? -5 * n : 5 * (n - 4)),
      orders: n + 1,
    })),
    ...facts,
  }
}

const text = new TextEncoder()

/** A stretch of a recording as it comes: mostly full packets, some quotes, indices, heartbeats and texts; about half a second apart. */
export function sampleRecords(count: number, seed = 1): PlainRecord[] {
  const random = sampleRandom(seed)
  let received_at_ms = SAMPLE_START_MS
  let volume_traded = 1_000
  return Array.from({ length: count }, () => {
    received_at_ms += random(900)
    const exchange_timestamp = Math.floor(received_at_ms / 1000)
    const kind = random(10)
    if (kind === 0) return { received_at_ms, message: Uint8Array.of(0) }
    if (kind === 1) return { received_at_ms, message: text.encode('{"type":"app_code","timestamp":"2025-10-05T09:15:00+05:30"}') }
    const packets: Packet[] = Array.from({ length: 1 + random(3) }, (_, n) => {
      volume_traded += random(50)
      const full = fullPacket({
        instrument_token: 738561 + 256 * n,
        last_price: 250_000 + 5 * random(40),
        volume_traded,
        last_trade_time: exchange_timestamp - random(2),
        exchange_timestamp,
      })
      if (kind === 2) return quoteOf(full)
      return full
    })
    if (kind === 3) packets.push({ kind: 'ltp', instrument_token: 256265, last_price: 2_500_000 + random(100) })
    return { received_at_ms, message: encodeMessage(packets) }
  })
}

function quoteOf({ kind, last_trade_time, oi, oi_day_high, oi_day_low, exchange_timestamp, depth, ...rest }: FullPacket): Packet {
  return { ...rest, kind: 'quote' }
}
