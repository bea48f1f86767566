import type { Instrument } from '../../../src/core/market/index.js'
import { InstrumentTable } from '../../../src/core/market/index.js'
import { encodeMessage, type Packet } from '../../../src/core/wire/index.js'
import type { LiveMessage, SinkListener, SinkStatus } from '../../../src/io/sinks/live-sink.js'
import { RELIANCE } from '../../core/formats/rows.js'
import { fullPacket, SAMPLE_START_MS } from '../../support/sample-records.js'

/** A message somewhere in a larger buffer, as a socket or a reader has it. */
export function liveMessage(payload: Uint8Array, received_at_ms = SAMPLE_START_MS, connection = 1): LiveMessage {
  const bytes = new Uint8Array(payload.length + 7)
  bytes.set(payload, 5)
  return { connection, received_at_ms, view: new DataView(bytes.buffer), bytes, start: 5, end: 5 + payload.length }
}

export const messageOf = (packets: readonly Packet[], received_at_ms = SAMPLE_START_MS): LiveMessage =>
  liveMessage(encodeMessage(packets), received_at_ms)

/** The n-th of many messages of one full packet each. */
export const numbered = (n: number): LiveMessage =>
  messageOf([fullPacket({ instrument_token: 738_561, volume_traded: n })], SAMPLE_START_MS + n)

const instrument = (facts: Partial<Instrument>): Instrument => ({ ...RELIANCE, ...facts })

/** One instrument of each class. */
export const INSTRUMENTS: readonly Instrument[] = [
  instrument({ instrument_token: 738_561, symbol: 'RELIANCE', exchange: 'NSE', asset_class: 'equity_cash' }),
  instrument({ instrument_token: 256_265, symbol: 'NIFTY 50', exchange: 'NSE', asset_class: 'indices' }),
  instrument({ instrument_token: 1_000_002, symbol: 'RELIANCE25OCTFUT', exchange: 'NFO', asset_class: 'equity_futures' }),
  instrument({ instrument_token: 1_000_258, symbol: 'NIFTY25O0725000CE', exchange: 'NFO', asset_class: 'index_options' }),
  instrument({
    instrument_token: 1_000_003,
    symbol: 'USDINR25OCTFUT',
    exchange: 'CDS',
    asset_class: 'currency',
    price_divisor: 10_000_000,
  }),
]
export const table = (): InstrumentTable => InstrumentTable.of(INSTRUMENTS)

/** Writes down what a sink tells. */
export class Heard implements SinkListener {
  readonly words: string[] = []
  onDown(detail: string): void {
    this.words.push(`down: ${detail}`)
  }
  onUp(dropped: number): void {
    this.words.push(`up: ${dropped}`)
  }
}

/** Messages that are neither sent nor dropped. */
export const waiting = ({ taken, sent, dropped }: SinkStatus): number => taken - sent - dropped
