import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CandleBatch, ndjson } from '../../../src/core/formats/index.js'
import { CANDLE_FIELDS, type Candle } from '../../../src/core/market/index.js'
import { encodeRecord, RecordingMerge, RecordingReader } from '../../../src/core/recording/index.js'
import { encodeMessage } from '../../../src/core/wire/index.js'
import { type Message, openPipeline, type RunOptions, runEngine } from '../../support/engine.js'
import { plainFlow } from '../../support/flow.js'
import { markets, options } from '../../support/markets.js'

/** Everything a candle says, the instrument by its token. */
const plain = ({ instrument, flow, ...rest }: Candle) => ({
  ...rest,
  flow: flow && plainFlow(flow),
  token: instrument.instrument_token,
})

function ndjsonOf(candles: readonly Candle[]): string[] {
  const batch = new CandleBatch(CANDLE_FIELDS, Math.max(1, candles.length))
  for (const candle of candles) batch.append(candle)
  const text = new TextDecoder().decode(ndjson.open(CANDLE_FIELDS).write(batch))
  return text === '' ? [] : text.trimEnd().split('\n')
}

test('what comes later never changes what was said', () => {
  fc.assert(
    fc.property(markets, options, fc.nat(), (messages, chosen, seed) => {
      const cut = seed % (messages.length + 1)
      const early = runEngine(messages.slice(0, cut), chosen)
      const told = early.candles.slice(0, early.before_end).map(plain)
      const all = runEngine(messages, chosen).candles.map(plain)
      expect(all.slice(0, told.length)).toEqual(told)
    }),
    { numRuns: 1500 },
  )
})

test('the common path and the whole way make the same candles', () => {
  fc.assert(
    fc.property(markets, options, (messages, chosen) => {
      const fast = runEngine(messages, { ...chosen, common_path: true })
      const slow = runEngine(messages, { ...chosen, common_path: false })
      expect(fast.candles.map(plain)).toEqual(slow.candles.map(plain))
      expect(fast.pipeline.ledger.counts).toEqual(slow.pipeline.ledger.counts)
      expect(fast.pipeline.bars.counts).toEqual(slow.pipeline.bars.counts)
    }),
    { numRuns: 1500 },
  )
})

/** The messages as recordings, one per connection, read in pieces of these sizes. */
function readInPieces(messages: readonly Message[], sizes: readonly number[], chosen: Partial<RunOptions>): Candle[] {
  const candles: Candle[] = []
  const pipeline = openPipeline(chosen, { onCandle: (candle) => candles.push(candle) })
  const sources = [0, 1].map((connection) => {
    const records = messages
      .filter((message) => message.connection === connection)
      .map(({ received_ms, packets }) =>
        encodeRecord(received_ms, packets.length === 0 ? new Uint8Array(1) : encodeMessage(packets)),
      )
    return {
      bytes: Uint8Array.from(records.flatMap((record) => [...record])),
      at: 0,
      reader: new RecordingReader(connection, connection, () => {}),
    }
  })
  const merge = new RecordingMerge(sources.map(({ reader }) => reader))
  for (let turn = 0; ; turn++) {
    const wants = merge.drain(pipeline, sizes[turn % sizes.length] as number)
    if (wants === 'done') break
    if (wants === 'paused' || wants === 'held') continue
    const source = sources.find(({ reader }) => reader === wants)
    if (source === undefined) throw new Error('a reader that nobody gave')
    pipeline.onRecycle(wants.view)
    const space = wants.space()
    const piece = source.bytes.subarray(source.at, source.at + Math.min(space.length, sizes[turn % sizes.length] as number))
    if (piece.length === 0) wants.ended()
    space.set(piece)
    wants.filled(piece.length)
    source.at += piece.length
  }
  pipeline.end()
  return candles
}

test('the candles do not depend on how the bytes come', () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 60, max: 5000 })), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(markets, options, sizes, sizes, (messages, chosen, some, others) => {
      const first = readInPieces(messages, some, chosen).map(plain)
      expect(readInPieces(messages, others, chosen).map(plain)).toEqual(first)
    }),
    { numRuns: 400 },
  )
})

test('the volume of a day is in its bars, late, or in quarantine; nothing is lost and nothing twice', () => {
  fc.assert(
    fc.property(markets, options, (messages, chosen) => {
      const { candles } = runEngine(messages, { ...chosen, tf: ['1m', '5m', '1d'] })
      for (const day of candles.filter(({ phase, revision }) => phase === 'day' && revision === 0)) {
        const own = candles.filter(({ instrument, phase }) => instrument === day.instrument && phase !== 'day')
        const revised = own.some(({ revision }) => revision > 0)
        const isPart = ({ interval }: Candle, label: string) => interval === label || interval === 'auction'
        for (const label of ['1m', '5m']) {
          const volume = sum(latest(own.filter((candle) => isPart(candle, label))).map((candle) => candle.volume))
          const apart = (day.day?.late_volume ?? 0) + (day.day?.gap_volume ?? 0)
          // A revision may come after the day has been told for the first time; its last telling has it all.
          const told = revised
            ? (latest(candles.filter((c) => c.phase === 'day' && c.instrument === day.instrument))[0] as Candle)
            : day
          expect(volume + apart).toBe(told.volume)
        }
      }
    }),
    { numRuns: 1500 },
  )
})

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
const key = ({ instrument, interval, phase, open_time_ms }: Candle): string =>
  `${instrument.instrument_token} ${interval} ${phase} ${open_time_ms}`
/** The last telling of each bar. */
const latest = (candles: readonly Candle[]): Candle[] => [...new Map(candles.map((candle) => [key(candle), candle])).values()]

test('a bar is told once, and again only with the next revision', () => {
  fc.assert(
    fc.property(markets, options, (messages, chosen) => {
      const revisions = new Map<string, number>()
      for (const candle of runEngine(messages, chosen).candles) {
        expect(candle.revision).toBe((revisions.get(key(candle)) ?? -1) + 1)
        revisions.set(key(candle), candle.revision)
      }
    }),
    { numRuns: 1500 },
  )
})

test('`revise` without end makes the bars that no lateness would have made', () => {
  fc.assert(
    fc.property(markets, fc.constantFrom('trade' as const, 'exchange' as const), (messages, clock) => {
      const tf = ['1m', '5m', '60m']
      const minutes = latest(runEngine(messages, { tf, clock, late: 'revise', gap_volume: 'last' }).candles)
      for (const label of ['5m', '60m']) {
        for (const coarse of minutes.filter(({ interval }) => interval === label)) {
          const inside = minutes.filter(
            ({ interval, instrument, open_time_ms }) =>
              interval === '1m' &&
              instrument === coarse.instrument &&
              open_time_ms >= coarse.open_time_ms &&
              open_time_ms < coarse.close_time_ms,
          )
          expect(coarse.volume).toBe(sum(inside.map(({ volume }) => volume)))
          expect(coarse.turnover).toBe(sum(inside.map(({ turnover }) => turnover)))
          expect(coarse.high).toBe(Math.max(...inside.map(({ high }) => high)))
          expect(coarse.low).toBe(Math.min(...inside.map(({ low }) => low)))
        }
      }
    }),
    { numRuns: 800 },
  )
})

test('the lines of an interval are the same whatever else is asked for', () => {
  fc.assert(
    fc.property(markets, options, (messages, chosen) => {
      const alone = ndjsonOf(runEngine(messages, { ...chosen, tf: ['5m'] }).candles)
      const among = ndjsonOf(runEngine(messages, { ...chosen, tf: ['1m', '5m', '60m', '1d'] }).candles)
      const asked = among.filter((text) => !/"interval":"(1m|60m|1d)"/.test(text))
      expect(asked).toEqual(alone)
    }),
    { numRuns: 800 },
  )
})

test('bars told at one moment come by end, interval, exchange and token', () => {
  fc.assert(
    fc.property(markets, options, (messages, chosen) => {
      const { tf = [] } = chosen
      const rank = (label: string): number => (label === 'auction' ? -1 : tf.indexOf(label))
      const moments: Candle[][] = []
      const pipeline = openPipeline(chosen, { onCandle: (candle) => moments.at(-1)?.push(candle) })
      messages.forEach(({ received_ms, connection, packets }, record) => {
        // What leaves with a record was told in one millisecond, that of the records before it.
        moments.push([])
        const bytes = packets.length === 0 ? new Uint8Array(1) : encodeMessage(packets)
        const view = new DataView(bytes.buffer)
        const place = { record, offset: 0, start: 0, end: bytes.length }
        pipeline.onFrame({ file: 0, connection, received_at_ms: received_ms, view, bytes, ...place })
      })
      moments.push([])
      pipeline.end()
      for (const told of moments) {
        const keys = told.map(({ close_time_ms, interval, instrument, open_time_ms }) => [
          close_time_ms,
          rank(interval),
          instrument.exchange,
          instrument.instrument_token,
          open_time_ms,
        ])
        expect(keys).toEqual([...keys].sort(inOrder))
      }
    }),
    { numRuns: 800 },
  )
})

function inOrder(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [n, left] of a.entries()) {
    const right = b[n] as number | string
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}
