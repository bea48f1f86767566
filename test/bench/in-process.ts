/**
 * What the engine does in one process, warm. Called by scripts/bench.js with a task and the recording; prints one JSON line: ms of each round,
 * or rates. Only ratios within one run of the bench mean anything.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseIntervals } from '../../src/core/candles/index.js'
import { DecodeStage, Pipeline } from '../../src/core/engine/index.js'
import { CandleBatch, ndjson, TickBatch } from '../../src/core/formats/index.js'
import { CANDLE_FIELDS, type Candle, InstrumentTable, TICK_FIELDS } from '../../src/core/market/index.js'
import type { FrameConsumer } from '../../src/core/recording/index.js'
import { loadCalendar } from '../../src/io/calendar-file.js'
import { findRecordings } from '../../src/io/find-recordings.js'
import { loadFormat } from '../../src/io/formats.js'
import { readSession } from '../../src/io/read-session.js'
import { sessionInstruments } from '../../src/io/session-instruments.js'

const [, , task = '', path = '', rounds = '7'] = process.argv
const [session] = findRecordings({ sessions: [path], data_dir: '.', profiles: [] }).sessions
if (session === undefined) throw new Error(`no session in ${path}`)
const day = session
const { calendar } = await loadCalendar()
const { files: masters } = await sessionInstruments(session, [])
const table = (): InstrumentTable => InstrumentTable.of(...masters.map(({ instruments }) => instruments))

function pipelineOf(tf: string, onCandle: (candle: Candle) => void): Pipeline {
  return new Pipeline(
    {
      instruments: table(),
      calendar,
      clock: 'trade',
      bars: { intervals: parseIntervals([tf]), auction: 'separate', fill: 'skip', late: 'drop', gap_volume: 'quarantine' },
      files: [path],
    },
    { onCandle, onDiagnostic: () => {} },
  )
}

async function timed(make: () => { consumer: FrameConsumer; end(): void }): Promise<number[]> {
  const times_ms: number[] = []
  for (let round = 0; round < Number(rounds); round++) {
    const { consumer, end } = make()
    const begun_ms = performance.now()
    await readSession(day, consumer, { onDiagnostic: () => {} })
    end()
    times_ms.push(performance.now() - begun_ms)
  }
  return times_ms
}

const candles = (tf: string): Promise<number[]> =>
  timed(() => {
    const pipeline = pipelineOf(tf, () => {})
    return { consumer: pipeline, end: () => pipeline.end() }
  })

function stage(onFull: (batch: TickBatch) => void, limit = Number.POSITIVE_INFINITY) {
  const consumer: DecodeStage = new DecodeStage(
    {
      instruments: table(),
      files: [path],
      isWanted: () => true,
      windowOf: () => ({ from_ms: 0, to_ms: Number.POSITIVE_INFINITY }),
      limit,
    },
    {
      onTick(...tick) {
        batch.append(...tick)
        if (!batch.isFull) return
        onFull(batch)
        batch.clear()
      },
      onDiagnostic: () => {},
    },
  )
  const batch = new TickBatch(consumer.instruments, TICK_FIELDS)
  return { consumer, end: () => {} }
}

/** Full-depth NDJSON against JSON.stringify of the same objects; the bytes must be the same. */
async function ndjsonAgainstStringify(): Promise<unknown> {
  const encoder = ndjson.open(TICK_FIELDS)
  const lines: string[] = []
  const decoder = new TextDecoder()
  await timed1(
    stage(
      (batch) => lines.length < 100_000 && lines.push(...decoder.decode(encoder.write(batch)).trimEnd().split('\n')),
      100_000,
    ),
  )
  const objects = lines.map((line) => JSON.parse(line) as unknown)
  const same = objects.every((object, index) => JSON.stringify(object) === lines[index])
  const own: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < Number(rounds); round++) {
    const output = ndjson.open(TICK_FIELDS)
    let encode_ms = 0
    await timed1(
      stage((batch) => {
        const begun_ms = performance.now()
        output.write(batch)
        encode_ms += performance.now() - begun_ms
      }, 100_000),
    )
    own.push(encode_ms)
    const begun_ms = performance.now()
    for (const object of objects) JSON.stringify(object)
    theirs.push(performance.now() - begun_ms)
  }
  return { rows: objects.length, same_bytes: same, own_ms: own, stringify_ms: theirs }
}

async function timed1({ consumer, end }: { consumer: FrameConsumer; end(): void }): Promise<void> {
  await readSession(day, consumer, { onDiagnostic: () => {} })
  end()
}

async function candlesToParquet(): Promise<unknown> {
  const all: Candle[] = []
  const pipeline = pipelineOf('1m', (candle) => all.push(candle))
  await timed1({ consumer: pipeline, end: () => pipeline.end() })
  const format = await loadFormat('parquet')
  const times_ms: number[] = []
  for (let round = 0; round < Number(rounds); round++) {
    const begun_ms = performance.now()
    const encoder = format.open(CANDLE_FIELDS)
    const batch = new CandleBatch()
    encoder.begin()
    for (const candle of all) {
      batch.append(candle)
      if (!batch.isFull) continue
      encoder.write(batch)
      batch.clear()
    }
    encoder.write(batch)
    encoder.end()
    times_ms.push(performance.now() - begun_ms)
  }
  return { rows: all.length, ms: times_ms }
}

/** The official client's parser and the smallest aggregator one can write, over a slice. */
function officialClient(): unknown {
  const { KiteTicker } = createRequire(import.meta.url)('kiteconnect') as {
    KiteTicker: new (settings: object) => { parseBinary(data: ArrayBuffer): OfficialTick[] }
  }
  const ticker = new KiteTicker({ api_key: 'bench', access_token: 'bench' })
  const bytes = readFileSync(day.files[0]?.path ?? '')
  const slice = bytes.subarray(0, Math.min(bytes.length, 60_000_000))
  const bars = new Map<string, { o: number; h: number; l: number; c: number; v: number; last: number }>()
  let packets = 0
  const begun_ms = performance.now()
  for (let at = 0; at + 12 <= slice.length; ) {
    const length = slice.readUInt32BE(at + 8)
    if (at + 12 + length > slice.length) break
    if (length > 2 && slice[at + 12] !== 0x7b) {
      const message = slice.buffer.slice(slice.byteOffset + at + 12, slice.byteOffset + at + 12 + length) as ArrayBuffer
      for (const tick of ticker.parseBinary(message)) {
        packets++
        const minute = Math.floor(Number(tick.exchange_timestamp ?? 0) / 60_000)
        const key = `${tick.instrument_token}:${minute}`
        const bar = bars.get(key)
        const price = tick.last_price
        if (bar === undefined) bars.set(key, { o: price, h: price, l: price, c: price, v: 0, last: tick.volume_traded ?? 0 })
        else {
          bar.h = Math.max(bar.h, price)
          bar.l = Math.min(bar.l, price)
          bar.c = price
          bar.v += (tick.volume_traded ?? 0) - bar.last
          bar.last = tick.volume_traded ?? 0
        }
      }
    }
    at += 12 + length
  }
  return { packets, ms: performance.now() - begun_ms, bars: bars.size }
}

interface OfficialTick {
  instrument_token: number
  last_price: number
  volume_traded?: number
  exchange_timestamp?: Date | null
}

const TASKS: Readonly<Record<string, () => Promise<unknown> | unknown>> = {
  'candles-1m': () => candles('1m'),
  'candles-3': () => candles('1m,5m,15m'),
  columns: () => timed(() => stage(() => {})),
  ndjson: ndjsonAgainstStringify,
  parquet: candlesToParquet,
  official: officialClient,
}
const run = TASKS[task]
if (run === undefined) throw new Error(`no task ${task}: expected ${Object.keys(TASKS).join(', ')}`)
console.log(JSON.stringify(await run()))
