import type { Candle } from '../../../src/core/market/index.js'
import { formatClock } from '../../../src/core/time/index.js'
import type { Packet } from '../../../src/core/wire/index.js'
import { type Message, type RunOptions, runEngine } from '../../support/engine.js'
import { at, full, MONDAY, STOCK } from '../../support/feed.js'

export interface Told {
  price?: number
  /** Clock time of the last trade; the exchange's unless told otherwise. `never`: 0. */
  trade?: string
  token?: number
  connection?: number
  /** Received so much later than the exchange's second. */
  delay_ms?: number
  oi?: number
}

interface Span {
  from_ms: number
  to_ms: number
  connection: number
}

const TAIL_MS = 120_000

/** A recording written by hand: clock times of one day, prices in paise, cumulative volume. */
export class Tape {
  readonly messages: Message[] = []
  readonly date: string
  readonly #silences: Span[] = []
  readonly #spans: Span[] = []

  constructor(date = MONDAY) {
    this.date = date
  }

  /** A full packet, received half a second after the exchange made it. */
  full(clock: string, volume_traded: number, told: Told = {}): this {
    const { price = 10_000, trade = clock, token = STOCK, connection = 0, delay_ms = 500, oi = 0 } = told
    const exchange_timestamp = at(clock, this.date)
    const packet = full({
      instrument_token: token,
      last_price: price,
      volume_traded,
      exchange_timestamp,
      last_trade_time: trade === 'never' ? 0 : at(trade, this.date),
      oi,
    })
    return this.send(exchange_timestamp * 1000 + delay_ms, [packet], connection)
  }

  packet(clock: string, packet: Packet, connection = 0): this {
    return this.send(at(clock, this.date) * 1000, [packet], connection)
  }

  /** No heartbeats on this connection strictly between the two. Everywhere else there is one every 5 s. */
  silence(from: string, to: string, connection = 0): this {
    this.#silences.push({ from_ms: at(from, this.date) * 1000, to_ms: at(to, this.date) * 1000, connection })
    return this
  }

  /** Heartbeats on this connection in the span; by default from its first packet to two minutes after the last. */
  beat(from: string, to: string, connection = 0): this {
    this.#spans.push({ from_ms: at(from, this.date) * 1000, to_ms: at(to, this.date) * 1000, connection })
    return this
  }

  send(received_ms: number, packets: Packet[], connection = 0): this {
    this.messages.push({ received_ms, connection, packets })
    return this
  }

  /** The candles as lines; records are put in order of receipt first. */
  run(options: Partial<RunOptions> = {}): string[] {
    return this.candles(options).map(line)
  }

  candles(options: Partial<RunOptions> = {}): Candle[] {
    return runEngine(this.recorded(), options).candles
  }

  /** Packets and heartbeats in the order of receipt. */
  recorded(): Message[] {
    return [...this.messages, ...this.#heartbeats()]
      .map((message, index) => ({ message, index }))
      .sort((a, b) => a.message.received_ms - b.message.received_ms || a.index - b.index)
      .map(({ message }) => message)
  }

  #heartbeats(): Message[] {
    const beats: Message[] = []
    for (const connection of new Set(this.messages.map(({ connection }) => connection))) {
      const times = this.messages.filter((message) => message.connection === connection).map(({ received_ms }) => received_ms)
      const spans = this.#spans.filter((span) => span.connection === connection)
      const from_ms = Math.min(...times, ...spans.map((span) => span.from_ms))
      const to_ms = Math.max(Math.max(...times) + TAIL_MS, ...spans.map((span) => span.to_ms))
      for (let received_ms = from_ms; received_ms <= to_ms; received_ms += 5000) {
        const is_silent = this.#silences.some(
          (silence) => silence.connection === connection && received_ms > silence.from_ms && received_ms < silence.to_ms,
        )
        if (!is_silent) beats.push({ received_ms, connection, packets: [] })
      }
    }
    return beats
  }
}

const clock = (time_ms: number): string => formatClock(time_ms).slice(0, 5)

/** `1m 09:15-09:16 open high low close v100` and what is out of the ordinary. */
export function line(candle: Candle): string {
  const { open, high, low, close, volume, day } = candle
  const said = [
    `${candle.interval} ${clock(candle.open_time_ms)}-${clock(candle.close_time_ms)} ${open} ${high} ${low} ${close} v${volume}`,
    candle.complete ? '' : 'incomplete',
    candle.gap_volume > 0 ? `gap ${candle.gap_volume}` : '',
    candle.synthetic ? 'synthetic' : '',
    candle.synthetic_volume ? 'spread' : '',
    candle.volume_na ? 'na' : '',
    candle.revision > 0 ? `revision ${candle.revision}` : '',
    day !== undefined && day.late_volume > 0 ? `late ${day.late_volume}` : '',
    day !== undefined && day.missed_volume > 0 ? `missed ${day.missed_volume}` : '',
    day?.close_official === undefined ? '' : `official ${day.close_official}`,
  ]
  return said.filter((text) => text !== '').join(' ')
}
