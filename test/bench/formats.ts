/**
 * Speed of decoding and of each format, in one process. Only ratios of one run mean anything. Bundle it with esbuild to run it.
 * Prints one line a figure.
 */
import { CandleBatch, type Format, ndjson, TickBatch } from '../../src/core/formats/index.js'
import { CANDLE_FIELDS, TICK_FIELDS } from '../../src/core/market/index.js'
import { encodePacket, type Packet } from '../../src/core/wire/index.js'
import { FORMAT_IDS, loadFormat } from '../../src/io/formats.js'
import { candle, OPEN_MS, RELIANCE } from '../core/formats/rows.js'

const PACKETS = 20_160
const SLOT = 186
const ROUNDS = 5
const CANDLES = 120_000

let state = 1
const random = (below: number): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
  return state % below
}
const instruments = Array.from({ length: 300 }, (_, n) => ({ ...RELIANCE, symbol: `SYM${n}`, instrument_token: n * 256 + 1 }))
const view = new DataView(new ArrayBuffer(PACKETS * SLOT))
for (let n = 0; n < PACKETS; n++) encodePacket(fullPacket(n), view, n * SLOT + 2)

function fullPacket(n: number): Packet {
  return {
    kind: 'full',
    instrument_token: (n % 300) * 256 + 1,
    last_price: 100_000 + random(200_000),
    last_traded_quantity: random(1000),
    average_traded_price: 150_000 + random(1000),
    volume_traded: random(10_000_000),
    total_buy_quantity: random(1_000_000),
    total_sell_quantity: random(1_000_000),
    open: 150_000,
    high: 200_000,
    low: 100_000,
    close: 140_000 + (n % 300),
    last_trade_time: OPEN_MS / 1000 + random(20),
    oi: 0,
    oi_day_high: 0,
    oi_day_low: 0,
    exchange_timestamp: OPEN_MS / 1000 + Math.floor(n / 300),
    depth: Array.from({ length: 10 }, (_, k) => ({ quantity: random(5000), price: 150_000 + k * 5, orders: random(50) })),
  }
}

function ticks(full: (batch: TickBatch) => void): void {
  const batch = new TickBatch(instruments)
  for (let n = 0; n < PACKETS; n++) {
    batch.append(view, n * SLOT + 2, 184, OPEN_MS + n, n, n % 300)
    if (batch.isFull) {
      full(batch)
      batch.clear()
    }
  }
}

function candles(full: (batch: CandleBatch) => void): void {
  const batch = new CandleBatch()
  for (let n = 0; n < CANDLES; n++) {
    batch.append({
      ...candle(),
      instrument: instruments[n % 300] ?? RELIANCE,
      open: 100_000 + random(9999),
      volume: random(9999),
    })
    if (batch.isFull) {
      full(batch)
      batch.clear()
    }
  }
}

function report(name: string, rows: number, action: () => void): void {
  let best_ms = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const start_ms = performance.now()
    action()
    best_ms = Math.min(best_ms, performance.now() - start_ms)
  }
  console.log(
    `${name.padEnd(24)} ${((best_ms * 1e6) / rows).toFixed(0).padStart(6)} ns/row ${(rows / best_ms / 1000).toFixed(2)} Mrow/s`,
  )
}

report('decode all fields', PACKETS, () => ticks(() => {}))
const encoder = ndjson.open(TICK_FIELDS)
const objects: unknown[] = []
ticks((batch) => {
  for (const line of new TextDecoder().decode(encoder.write(batch)).split('\n')) if (line !== '') objects.push(JSON.parse(line))
})
report('ticks JSON.stringify', objects.length, () => {
  for (const object of objects) JSON.stringify(object)
})
for (const id of FORMAT_IDS.filter((each) => each !== 'table')) {
  const format: Format = await loadFormat(id)
  report(`ticks ${id}`, PACKETS, () => {
    const output = format.open(TICK_FIELDS)
    output.begin()
    ticks((batch) => output.write(batch))
    output.end()
  })
  report(`candles ${id}`, CANDLES, () => {
    const output = format.open(CANDLE_FIELDS)
    output.begin()
    candles((batch) => output.write(batch))
    output.end()
  })
}
console.log(`peak RSS ${Math.round(process.resourceUsage().maxRSS / 1000)} MB`)
