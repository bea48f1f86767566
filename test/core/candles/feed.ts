import { type CandleStyle, parseBarKinds, parseIntervals, type TimeBarOptions } from '../../../src/core/candles/index.js'
import { Pipeline } from '../../../src/core/engine/index.js'
import type { Candle, Instrument } from '../../../src/core/market/index.js'
import type { Frame } from '../../../src/core/recording/index.js'
import { encodeMessage, type Packet } from '../../../src/core/wire/index.js'
import { dayNumber, stubCalendar } from '../../support/stub-calendar.js'
import { instrument } from '../market/instruments.js'

/** Midnight (IST) of a Monday with plain hours. */
export const MIDNIGHT_S = dayNumber(2025, 10, 6) * 86_400 - 19_800
/** Epoch second of a clock time of that day. */
export const at = (hours: number, minutes: number, seconds = 0): number => MIDNIGHT_S + hours * 3600 + minutes * 60 + seconds

/** A full packet as far as candles look at it. Times are epoch seconds. */
export interface Snapshot {
  exchange_s: number
  /** Cumulative volume of the day. */
  cum: number
  price: number
  /** Default: the exchange time. */
  trade_s?: number
  oi?: number
  token?: number
}

export interface FeedSetup extends Partial<TimeBarOptions> {
  bars?: string
  tf?: string
  style?: CandleStyle
  instruments?: readonly Instrument[]
}

/** The engine, fed one packet a record; received 300 ms after the exchange's second. */
export class Feed {
  readonly candles: Candle[] = []
  readonly #pipeline: Pipeline
  #records = 0

  constructor({ bars = '', tf, style, instruments = [instrument()], ...options }: FeedSetup) {
    const event_bars = parseBarKinds([bars])
    const intervals = tf === undefined ? [] : parseIntervals([tf])
    this.#pipeline = new Pipeline(
      {
        instruments: {
          resolve: (token) => instruments.find(({ instrument_token }) => instrument_token === token) ?? instrument(),
        },
        calendar: stubCalendar,
        clock: 'trade',
        bars: { intervals, auction: 'separate', fill: 'skip', late: 'drop', gap_volume: 'quarantine', ...options },
        event_bars,
        style,
        files: ['test.bin'],
      },
      { onCandle: (candle) => this.candles.push(candle), onDiagnostic: () => {} },
    )
  }

  send(snapshot: Snapshot, connection = 0): this {
    return this.sendPacket(fullPacket(snapshot), snapshot.exchange_s * 1000 + 300, connection)
  }

  sendPacket(packet: Packet, received_ms: number, connection = 0): this {
    return this.#record(encodeMessage([packet]), received_ms, connection)
  }

  heartbeat(time_s: number, connection = 0): this {
    return this.#record(new Uint8Array(1), time_s * 1000, connection)
  }

  end(): Candle[] {
    this.#pipeline.end()
    return this.candles
  }

  #record(bytes: Uint8Array, received_at_ms: number, connection: number): this {
    const frame: Frame = {
      file: 0,
      connection,
      record: this.#records++,
      offset: 0,
      received_at_ms,
      view: new DataView(bytes.buffer),
      bytes,
      start: 0,
      end: bytes.length,
    }
    this.#pipeline.onFrame(frame)
    return this
  }
}

/** A feed that has seen the day's volume at 0, so that the first trade counts. */
export const openFeed = (setup: FeedSetup): Feed => new Feed(setup).send({ exchange_s: at(9, 14, 50), cum: 0, price: 10_000 })

function fullPacket({ exchange_s, cum, price, trade_s = exchange_s, oi = 0, token = 738561 }: Snapshot): Packet {
  return {
    kind: 'full',
    instrument_token: token,
    last_price: price,
    last_traded_quantity: 1,
    average_traded_price: price,
    volume_traded: cum,
    total_buy_quantity: 0,
    total_sell_quantity: 0,
    open: price,
    high: price,
    low: price,
    close: price,
    last_trade_time: trade_s,
    oi,
    oi_day_high: oi,
    oi_day_low: oi,
    exchange_timestamp: exchange_s,
    depth: Array.from({ length: 10 }, () => ({ quantity: 0, price: 0, orders: 0 })),
  }
}
