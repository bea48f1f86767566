import { DAY_INTERVAL, type Interval, type Journaled, parseInterval } from '../../src/core/candles/index.js'
import { Pipeline, type PipelineListener } from '../../src/core/engine/index.js'
import type { Calendar, Candle, Instrument } from '../../src/core/market/index.js'
import type { VolumeEvent } from '../../src/core/volume/index.js'
import { encodeMessage, type Packet } from '../../src/core/wire/index.js'
import { instrument } from '../core/market/instruments.js'
import { calendar, NIFTY, STOCK } from './feed.js'

export const CAS_STOCK = 408_065
export const FUTURE = 53_001 * 256 + 2
export const CRUDE = 1000 * 256 + 7
export const RUPEE = 1612 * 256 + 3

/** One of each kind. */
export const INSTRUMENTS: readonly Instrument[] = [
  instrument({ instrument_token: STOCK, symbol: 'RELIANCE', has_derivatives: false }),
  instrument({ instrument_token: CAS_STOCK, symbol: 'INFY', has_derivatives: true }),
  instrument({ instrument_token: NIFTY, symbol: 'NIFTY 50', instrument_type: 'INDEX', asset_class: 'indices' }),
  instrument({
    instrument_token: FUTURE,
    symbol: 'NIFTYFUT',
    exchange: 'NFO',
    instrument_type: 'FUT',
    asset_class: 'index_futures',
  }),
  instrument({ instrument_token: CRUDE, symbol: 'CRUDEOIL', exchange: 'MCX', instrument_type: 'FUT', asset_class: 'commodity' }),
  instrument({ instrument_token: RUPEE, symbol: 'USDINR', exchange: 'CDS', instrument_type: 'FUT', asset_class: 'currency' }),
]

export function instrumentOf(token: number): Instrument {
  const found = INSTRUMENTS.find(({ instrument_token }) => instrument_token === token)
  if (found === undefined) throw new RangeError(`no instrument ${token}`)
  return found
}

/** What came in one WebSocket message. Without packets: a heartbeat. */
export interface Message {
  received_ms: number
  connection: number
  packets: readonly Packet[]
}

export interface RunOptions {
  tf: readonly string[]
  clock: 'trade' | 'exchange' | 'arrival'
  auction: 'separate' | 'fold'
  fill: 'skip' | 'forward'
  late: 'drop' | 'revise'
  gap_volume: 'quarantine' | 'last' | 'spread'
  common_path: boolean
  flow: 'minute' | 'intraday' | undefined
  calendar: Calendar
}

export const DEFAULTS: RunOptions = {
  tf: ['1m'],
  clock: 'trade',
  auction: 'separate',
  fill: 'skip',
  late: 'drop',
  gap_volume: 'quarantine',
  common_path: true,
  flow: undefined,
  calendar,
}

export const intervalsOf = (tf: readonly string[]): Interval[] =>
  tf.map((text) => (text === '1d' ? DAY_INTERVAL : parseInterval(text))).sort((a, b) => a.length_s - b.length_s)

export function openPipeline(options: Partial<RunOptions>, listener: Partial<PipelineListener>, journaled?: Journaled): Pipeline {
  const { tf, clock, auction, fill, late, gap_volume, common_path, flow, calendar } = { ...DEFAULTS, ...options }
  return new Pipeline(
    {
      instruments: { resolve: instrumentOf },
      calendar,
      clock,
      bars: { intervals: intervalsOf(tf), auction, fill, late, gap_volume, flow },
      files: ['test'],
      common_path,
      journaled,
    },
    { onCandle() {}, onDiagnostic() {}, ...listener },
  )
}

export interface Run {
  candles: Candle[]
  /** Candles told before the input was known to be over. */
  before_end: number
  events: VolumeEvent[]
  pipeline: Pipeline
}

/** The messages through the engine, as they would lie in a recording. */
export function runEngine(messages: readonly Message[], options: Partial<RunOptions> = {}): Run {
  const candles: Candle[] = []
  const events: VolumeEvent[] = []
  const pipeline = openPipeline(options, {
    onCandle: (candle) => candles.push(candle),
    onVolumeEvent: (event) => events.push(event),
  })
  const encoded = messages.map(({ packets }) => (packets.length === 0 ? new Uint8Array(1) : encodeMessage(packets)))
  const bytes = new Uint8Array(encoded.reduce((sum, { length }) => sum + length, 0))
  const view = new DataView(bytes.buffer)
  let start = 0
  messages.forEach(({ received_ms, connection }, record) => {
    const message = encoded[record] as Uint8Array
    bytes.set(message, start)
    const end = start + message.length
    pipeline.onFrame({ file: 0, connection, record, offset: start, received_at_ms: received_ms, view, bytes, start, end })
    start = end
  })
  const before_end = candles.length
  pipeline.end()
  return { candles, before_end, events, pipeline }
}
