import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Diagnostic } from '../../../src/core/diagnostics.js'
import { Pipeline } from '../../../src/core/engine/index.js'
import type { Candle } from '../../../src/core/market/index.js'
import { InstrumentTable } from '../../../src/core/market/index.js'
import { encodeRecord, RecordingMerge, RecordingReader } from '../../../src/core/recording/index.js'
import { createUniverse, FAULT_KINDS, MarketDay } from '../../../src/core/synth/index.js'
import { parseDate } from '../../../src/core/time/index.js'
import type { VolumeEvent } from '../../../src/core/volume/index.js'
import type { Packet } from '../../../src/core/wire/index.js'
import { DEFAULTS, intervalsOf, type Message, type RunOptions, runEngine } from '../../support/engine.js'
import { at, calendar, full, ltp, MONDAY, quote, STOCK } from '../../support/feed.js'

// Two things must not show: in which pieces the bytes come, and whether a packet takes the short way through the engine.

interface Told {
  readonly candles: readonly Candle[]
  readonly events: readonly VolumeEvent[]
  readonly findings: readonly Diagnostic[]
  readonly counts: object
}

const countsOf = ({ counts, packets_by_length, ledger, bars, tracks }: Pipeline): object => ({
  ...counts,
  lengths: [...packets_by_length].sort(([a], [b]) => a - b),
  ledger: ledger.counts,
  bars: bars.counts,
  gaps: bars.gaps.all,
  missed: tracks.map((track) => track.ledger.missed),
})

/** Recordings through readers, merge and engine; each reader is offered its bytes in pieces of these sizes, in turn. */
function tell(files: readonly Uint8Array[], table: InstrumentTable, options: RunOptions, pieces: readonly number[]): Told {
  const candles: Candle[] = []
  const events: VolumeEvent[] = []
  const findings: Diagnostic[] = []
  const { tf, clock, common_path, ...bars } = options
  const pipeline = new Pipeline(
    {
      instruments: table,
      calendar,
      clock,
      bars: { ...bars, intervals: intervalsOf(tf) },
      files: files.map((_, index) => `file-${index}`),
      common_path,
    },
    {
      onCandle: (candle) => candles.push(candle),
      onDiagnostic: (diagnostic) => findings.push(diagnostic),
      onVolumeEvent: (event) => events.push(event),
    },
  )
  const inputs = new Map<RecordingReader, { readonly bytes: Uint8Array; from: number }>(
    files.map((bytes, index) => {
      const reader = new RecordingReader(index, index, (code, { record, offset }, detail) => {
        findings.push({ code, file: `file-${index}`, record, offset, detail })
      })
      return [reader, { bytes, from: 0 }] as const
    }),
  )
  const merge = new RecordingMerge([...inputs.keys()])
  let turn = 0
  for (let next = merge.drain(pipeline, 8e6); next !== 'done'; next = merge.drain(pipeline, 8e6)) {
    if (next === 'paused' || next === 'held') continue
    const input = inputs.get(next)
    if (input === undefined) throw new Error('a reader nobody gave')
    pipeline.onRecycle(next.view)
    const space = next.space()
    const count = Math.min(pieces[turn++ % pieces.length] ?? 1, space.length, input.bytes.length - input.from)
    space.set(input.bytes.subarray(input.from, input.from + count))
    input.from += count
    if (count === 0) next.ended()
    else next.filled(count)
  }
  pipeline.end()
  // Findings of the reader come when it sees the place, those of the engine when it gets there.
  findings.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.offset - b.offset || (a.code < b.code ? -1 : 1)))
  return { candles, events, findings, counts: countsOf(pipeline) }
}

/** A synthetic morning as the bytes of a file, and its instruments. */
function morning(seed: number, faults: boolean): { bytes: Uint8Array; table: InstrumentTable } {
  const day = parseDate(MONDAY) ?? 0
  const universe = createUniverse({ day, instruments: 24, seed, calendar })
  const market = new MarketDay({
    universe,
    calendar,
    seed,
    rate: 6,
    start_s: at('08:59:30'),
    until_s: at('09:40:00'),
    mode: 'mixed',
    faults: faults ? FAULT_KINDS : [],
    facts: false,
  })
  const parts: Uint8Array[] = []
  const sink = {
    onRecord: (received_ms: number, message: Uint8Array) => void parts.push(encodeRecord(received_ms, message)),
    onBrokenBytes: (bytes: Uint8Array) => void parts.push(bytes.slice()),
    onPlanted: () => {},
  }
  while (market.advance(sink));
  return { bytes: Buffer.concat(parts), table: InstrumentTable.of(universe.listings.map(({ instrument }) => instrument)) }
}

const PIECES = [[1], [7], [12], [4096], [1, 65536, 13], [Number.MAX_SAFE_INTEGER]]
const POLICIES: readonly Partial<RunOptions>[] = [
  {},
  { tf: ['1m', '5m', '1d'], auction: 'fold', fill: 'forward', late: 'revise' },
  { gap_volume: 'spread', late: 'revise' },
  { gap_volume: 'last', tf: ['3m'] },
  { tf: ['30m'] },
  { clock: 'exchange' },
  { clock: 'arrival', fill: 'forward' },
]

describe.each([
  ['a plain morning', () => [morning(1, false)]],
  ['a morning with every fault', () => [morning(2, true)]],
  ['both at once, on two connections', () => [morning(3, true), morning(3, false)]],
] as const)('%s', (_, make) => {
  const days = make()
  const files = days.map(({ bytes }) => bytes)
  const table = days[0]?.table ?? InstrumentTable.of()

  test.each(POLICIES.map((policy) => [JSON.stringify(policy), policy] as const))(
    'the short way changes nothing: %s',
    (_, policy) => {
      const slow = tell(files, table, { ...DEFAULTS, ...policy, common_path: false }, [65536])
      expect(slow.candles.length).toBeGreaterThan(20)
      expect(tell(files, table, { ...DEFAULTS, ...policy }, [65536])).toEqual(slow)
      expect(tell(files, table, { ...DEFAULTS, ...policy }, [777])).toEqual(slow)
    },
  )

  test('nor do the pieces the bytes come in', () => {
    const options = { ...DEFAULTS, tf: ['1m', '5m'] }
    const whole = tell(files, table, options, [Number.MAX_SAFE_INTEGER])
    for (const pieces of PIECES) expect(tell(files, table, options, pieces), pieces.join()).toEqual(whole)
  })
})

const GOLDEN = join(import.meta.dirname, '..', '..', '..', 'fixtures')
const recordings = existsSync(GOLDEN)
  ? readdirSync(GOLDEN, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.bin'))
      .sort()
  : []

test.each(recordings.map((name) => [name] as const))('fixtures/%s: neither', (name) => {
  const bytes = readFileSync(join(GOLDEN, name))
  const table = InstrumentTable.of()
  const whole = tell([bytes], table, { ...DEFAULTS, common_path: false }, [Number.MAX_SAFE_INTEGER])
  for (const pieces of PIECES) expect(tell([bytes], table, DEFAULTS, pieces), pieces.join()).toEqual(whole)
})

// --- packets at random ---

interface Step {
  readonly kind:
    | 'trade'
    | 'quote_change'
    | 'repeat'
    | 'jump'
    | 'correction'
    | 'no_trade_time'
    | 'ltp'
    | 'quote'
    | 'huge'
    | 'older'
    | 'silence'
    | 'other_socket'
  readonly stock: number
  readonly seconds: number
  readonly quantity: number
  readonly ticks: number
  readonly late: number
}

/** Mostly what comes every day: a little later, a little more volume, a price near the last. */
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 20, arbitrary: fc.constant('trade' as const) },
    { weight: 8, arbitrary: fc.constant('quote_change' as const) },
    { weight: 3, arbitrary: fc.constantFrom('repeat' as const, 'ltp' as const, 'quote' as const) },
    { weight: 2, arbitrary: fc.constantFrom('jump' as const, 'correction' as const, 'no_trade_time' as const, 'older' as const) },
    { weight: 1, arbitrary: fc.constantFrom('huge' as const, 'silence' as const, 'other_socket' as const) },
  ),
  stock: fc.nat({ max: 2 }),
  seconds: fc.oneof({ weight: 5, arbitrary: fc.nat({ max: 3 }) }, { weight: 1, arbitrary: fc.nat({ max: 70 }) }),
  quantity: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: fc.integer({ min: 1, max: 5000 }) }),
  ticks: fc.integer({ min: -3, max: 3 }),
  late: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.oneof(fc.integer({ min: 1, max: 150 }), fc.constantFrom(119, 120, 121)) },
  ),
})

const TOKENS = [STOCK, 408_065, 53_001 * 256 + 2]

function messagesOf(begin: string, steps: readonly Step[]): Message[] {
  const states = TOKENS.map((instrument_token, index) => ({
    packet: full({
      instrument_token,
      last_price: 10_000 + 5 * index,
      volume_traded: 1000 * index,
      exchange_timestamp: at(begin),
      oi: 100 * index,
    }),
  }))
  const messages: Message[] = []
  let now_s = at(begin)
  let connection = 0
  for (const { kind, stock, seconds, quantity, ticks, late } of steps) {
    const state = states[stock] ?? states[0]!
    const last = state.packet
    // Heartbeats keep a jump from being a gap.
    for (let beat_s = 10; kind === 'jump' && beat_s < 130 + seconds; beat_s += 10)
      messages.push({ received_ms: (now_s + beat_s) * 1000, connection, packets: [] })
    now_s += kind === 'jump' ? 130 + seconds : kind === 'silence' ? 17 + seconds : seconds
    if (kind === 'other_socket') connection = 1 - connection
    const trade = {
      ...last,
      last_price: last.last_price + 5 * ticks,
      volume_traded: last.volume_traded + quantity,
      exchange_timestamp: now_s,
      last_trade_time: now_s - late,
      oi: last.oi + (ticks === 0 ? 25 : 0),
    }
    const packet = ((): Packet => {
      switch (kind) {
        case 'quote_change':
          return { ...last, exchange_timestamp: now_s, total_buy_quantity: quantity }
        case 'repeat':
          return last
        case 'correction':
          return { ...trade, volume_traded: Math.max(0, last.volume_traded - quantity) }
        case 'no_trade_time':
          return { ...trade, last_trade_time: 0 }
        case 'ltp':
          return ltp(trade.last_price, last.instrument_token)
        case 'quote':
          return quote({
            instrument_token: last.instrument_token,
            last_price: trade.last_price,
            volume_traded: trade.volume_traded,
          })
        case 'huge':
          return { ...trade, volume_traded: 2 ** 31 - 2 + quantity, oi: 2 ** 31 + quantity }
        case 'older':
          return { ...trade, exchange_timestamp: now_s - seconds - 2 }
        default:
          return trade
      }
    })()
    if (packet.kind === 'full') state.packet = packet
    const received_ms = now_s * 1000 + 150
    const before = messages.at(-1)
    if (
      seconds === 0 &&
      before !== undefined &&
      before.packets.length > 0 &&
      before.connection === connection &&
      before.received_ms === received_ms
    )
      messages[messages.length - 1] = { ...before, packets: [...before.packets, packet] }
    else messages.push({ received_ms, connection, packets: [packet] })
  }
  return messages
}

test('the short way changes nothing, whatever comes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('09:07:30', '09:14:40', '11:00:10', '15:28:00'),
      fc.array(step, { minLength: 5, maxLength: 120 }),
      fc.constantFrom(...POLICIES),
      (begin, steps, policy) => {
        const messages = messagesOf(begin, steps)
        const [short, long] = [true, false].map((common_path) => {
          const { pipeline, ...told } = runEngine(messages, { ...policy, common_path })
          return { ...told, counts: countsOf(pipeline) }
        })
        expect(short).toEqual(long)
      },
    ),
    { numRuns: 1500 },
  )
})
