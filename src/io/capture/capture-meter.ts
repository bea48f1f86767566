import {
  addsUp,
  FULL_BYTES,
  HEARTBEAT_BYTES,
  INDEX_FULL_BYTES,
  readExchangeTime,
  readIndexExchangeTime,
} from '../../core/wire/index.js'
import { Lateness } from '../lateness.js'
import type { CaptureStatus } from './status.js'

/** Rates are told over this many whole seconds. */
const RATE_SECONDS = 5

interface Second {
  second: number
  messages: number
  packets: number
  bytes: number
}

/** Counts what a capture receives: a look at the head of each message, never a reason to wait. */
export class CaptureMeter {
  readonly totals = { messages: 0, packets: 0, bytes: 0, heartbeats: 0, malformed: 0, texts: 0 }
  /** From the socket to the kernel. */
  readonly lag = new Lateness()
  /** Newest exchange second told. */
  #exchange_s = 0
  #told_at_ms = 0
  readonly #seconds: Second[] = []
  readonly #elapsedMs: () => number

  /** Rates are by the machine's monotonic clock: a recording may be served at any speed. */
  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs
  }

  onMessage(received_at_ms: number, message: Uint8Array): void {
    const packets = packetsOf(message)
    this.totals.messages++
    this.totals.bytes += message.length
    this.totals.packets += packets
    if (message.length <= HEARTBEAT_BYTES) this.totals.heartbeats++
    else {
      const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
      if (!addsUp(view, 0, message.length)) this.totals.malformed++
      this.#noteExchangeTime(received_at_ms, view)
    }
    const now = this.#secondOf(Math.floor(this.#elapsedMs() / 1000))
    now.messages++
    now.packets += packets
    now.bytes += message.length
  }

  /** Time of receipt less the newest exchange time, when it was told. */
  get feed_lag_ms(): number | undefined {
    return this.#exchange_s === 0 ? undefined : this.#told_at_ms - this.#exchange_s * 1000
  }

  rates(): CaptureStatus['rates'] {
    const this_second = Math.floor(this.#elapsedMs() / 1000)
    const recent = this.#seconds.filter(({ second }) => second < this_second && second >= this_second - RATE_SECONDS)
    const perSecond = (what: keyof Second): number => recent.reduce((sum, one) => sum + one[what], 0) / RATE_SECONDS
    return { messages_per_s: perSecond('messages'), packets_per_s: perSecond('packets'), bytes_per_s: perSecond('bytes') }
  }

  #noteExchangeTime(received_at_ms: number, view: DataView): void {
    if (view.byteLength < 4) return
    const length = view.getUint16(2)
    if (view.byteLength < 4 + length) return
    const second =
      length === FULL_BYTES ? readExchangeTime(view, 4) : length === INDEX_FULL_BYTES ? readIndexExchangeTime(view, 4) : 0
    if (second <= this.#exchange_s) return
    this.#exchange_s = second
    this.#told_at_ms = received_at_ms
  }

  #secondOf(second: number): Second {
    const last = this.#seconds.at(-1)
    if (last?.second === second) return last
    const next = { second, messages: 0, packets: 0, bytes: 0 }
    this.#seconds.push(next)
    if (this.#seconds.length > RATE_SECONDS + 1) this.#seconds.shift()
    return next
  }
}

const packetsOf = (message: Uint8Array): number =>
  message.length <= HEARTBEAT_BYTES ? 0 : ((message[0] as number) << 8) | (message[1] as number)
