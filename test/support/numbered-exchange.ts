import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

export interface ExchangeSetup {
  readonly rate: number
  readonly host?: string
  /** Of the packets; real time when absent. */
  readonly timeOf?: (number: number) => number
}

/** A login, and the numbers sent to it: [from, to). */
export interface SentRun {
  readonly from: number
  to: number
}

const PACKET_BYTES = 184
const TICK_MS = 2
const BEAT_MS = 1000

/**
 * A feed that never stops: so many messages a second to whoever logged in last, each with a number of its own, and a ledger of when each was
 * sent. What a capture kept is compared with it. Used by tests and, bundled, by the scripts of test/faults.
 */
export class NumberedExchange {
  /** When each number was sent, wall clock. */
  readonly sent_at_ms: number[] = []
  readonly runs: SentRun[] = []
  /** Heartbeats, which bear no number. */
  beats = 0
  paused = false
  rate: number
  readonly #setup: ExchangeSetup
  readonly #server: Server
  readonly #timers: NodeJS.Timeout[]
  #token = 0
  #socket: WebSocket | undefined
  #looked_at = performance.now()
  #owed = 0

  private constructor(setup: ExchangeSetup, server: Server) {
    this.#setup = setup
    this.rate = setup.rate
    this.#server = server
    new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => this.#login(socket))
    this.#timers = [setInterval(() => this.#tick(), TICK_MS), setInterval(() => this.#beat(), BEAT_MS)]
  }

  static async open(setup: ExchangeSetup): Promise<NumberedExchange> {
    // Asked by a capture whether it plays a recording, it must not hang.
    const server = createServer((_, response) => void response.writeHead(404).end())
    await new Promise<void>((resolve) => server.listen(0, setup.host ?? '127.0.0.1', resolve))
    return new NumberedExchange(setup, server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `ws://localhost:${this.port}`
  }

  /** The number of messages sent, which is the next number. */
  get sent(): number {
    return this.sent_at_ms.length
  }

  /** Is somebody there who has subscribed? */
  get isHeard(): boolean {
    return this.#socket !== undefined
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#socket?.terminate()
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #login(socket: WebSocket): void {
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined
    })
    socket.on('message', (text) => {
      const { a, v } = JSON.parse(String(text))
      if (a !== 'mode' || this.#socket === socket) return
      this.#token = v[1][0]
      this.#socket = socket
      this.#owed = 0
      this.runs.push({ from: this.sent, to: this.sent })
    })
  }

  #beat(): void {
    if (this.#socket === undefined) return
    this.#socket.send(Buffer.of(0))
    this.beats++
  }

  /** What is due since the tick before: one that comes late makes up for it. */
  #tick(): void {
    const now = performance.now()
    this.#owed += ((now - this.#looked_at) * this.rate) / 1000
    this.#looked_at = now
    const run = this.runs.at(-1)
    if (this.paused || this.#socket === undefined || run === undefined) this.#owed = 0
    else
      for (; this.#owed >= 1; this.#owed--) {
        this.#socket.send(this.message(this.sent))
        this.sent_at_ms.push(Date.now())
        run.to = this.sent
      }
  }

  /** One full packet: its number is the price, and its volume grows by ten. */
  message(number: number): Uint8Array {
    const made = Buffer.alloc(4 + PACKET_BYTES)
    const second = Math.floor((this.#setup.timeOf?.(number) ?? Date.now()) / 1000)
    made.writeUInt16BE(1, 0)
    made.writeUInt16BE(PACKET_BYTES, 2)
    made.writeUInt32BE(this.#token, 4)
    made.writeUInt32BE(number, 8)
    made.writeUInt32BE(10, 12)
    made.writeUInt32BE(number, 16)
    made.writeUInt32BE(number * 10, 20)
    made.writeUInt32BE(second, 48)
    made.writeUInt32BE(second, 64)
    return made
  }
}
