import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeRecord } from '../../src/core/recording/index.js'
import { encodeMessage, type Packet } from '../../src/core/wire/index.js'

/** 2025-10-06 (a Monday) 09:15:00 IST. */
export const OPEN_MS = 1_759_722_300_000
const NIFTY = 256_265
const RELIANCE = 738_561
const INFY = 408_065
const RECORDS = 40
const STEP_MS = 97

/**
 * Two profiles of one morning around a minute's end, made up here: 4 virtual seconds, three instruments, several records of one
 * millisecond, a heartbeat and a text. `begin_ms` is chosen so that a bar closes in the middle.
 */
export const BEGIN_MS = OPEN_MS + 62_500
export const SPAN_MS = (RECORDS - 1) * STEP_MS

export interface SmallRecording {
  readonly folder: string
  remove(): void
}

export function writeSmallRecording(): SmallRecording {
  const folder = mkdtempSync(join(tmpdir(), 'mds-replay-'))
  for (const [number, profile] of ['alpha', 'beta'].entries()) {
    mkdirSync(join(folder, profile))
    writeFileSync(join(folder, profile, `${profile}_20251006_0900.bin`), Buffer.concat(records(number)))
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function records(profile: number): Uint8Array[] {
  // A first minute bar is under way when the seconds that matter begin.
  const before = [encodeRecord(OPEN_MS + 55_000 + 500 * profile, encodeMessage(packetsAt(OPEN_MS + 54_000, 0, profile)))]
  const body = Array.from({ length: RECORDS }, (_, n) => {
    // Every eighth record shares its millisecond with the one before.
    const received_ms = BEGIN_MS + (n % 8 === 7 ? n - 1 : n) * STEP_MS
    if (n === 11) return encodeRecord(received_ms, Uint8Array.of(0))
    if (n === 12) return encodeRecord(received_ms, new TextEncoder().encode('{"type":"order"}'))
    return encodeRecord(received_ms, encodeMessage(packetsAt(received_ms, n, profile)))
  })
  return [...before, ...body]
}

function packetsAt(time_ms: number, n: number, profile: number): Packet[] {
  const exchange_timestamp = Math.floor(time_ms / 1000)
  const nifty: Packet = {
    kind: 'index_full',
    instrument_token: NIFTY,
    last_price: 2_500_000 + n * 5,
    high: 2_510_000,
    low: 2_490_000,
    open: 2_500_000,
    close: 2_495_000,
    change: 5000 + n * 5,
    exchange_timestamp,
  }
  const share = (instrument_token: number, price: number): Packet => ({
    kind: 'full',
    instrument_token,
    last_price: price + (n % 5) * 5,
    last_traded_quantity: 1 + n,
    average_traded_price: price,
    volume_traded: 1000 + n * 10,
    total_buy_quantity: 500,
    total_sell_quantity: 600,
    open: price,
    high: price + 100,
    low: price - 100,
    close: price - 50,
    last_trade_time: exchange_timestamp,
    oi: 0,
    oi_day_high: 0,
    oi_day_low: 0,
    exchange_timestamp,
    depth: Array.from({ length: 10 }, (_, level) => ({ quantity: 10 + level, price: price + level * 5, orders: 1 })),
  })
  return profile === 0 ? [nifty, share(RELIANCE, 140_000)] : [share(INFY, 150_000)]
}
