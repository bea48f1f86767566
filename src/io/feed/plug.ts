import { type Connection, TokenWatch } from '../../core/feed/index.js'
import { EventLimit } from './event-limit.js'
import type { FeedPorts } from './feed-ports.js'
import type { FeedSocket } from './feed-socket.js'

/** What belongs to one connection outside the core: its socket, what its server announces, its counters. */
export class Plug {
  readonly connection: Connection
  readonly watch = new TokenWatch()
  readonly limit: EventLimit
  readonly counts = { messages: 0, packets: 0, bytes: 0 }
  /** Of the newest socket: which try it is, and the recorded time of what it delivers. */
  attempt = 0
  served_ms: number | undefined
  #socket: FeedSocket | undefined
  #bytes_read = 0
  #onUnplugged: (() => void) | undefined

  constructor(connection: Connection) {
    this.connection = connection
    this.limit = new EventLimit(connection.number)
  }

  plugIn(socket: FeedSocket): void {
    this.#socket = socket
    this.#bytes_read = 0
  }

  /** The socket of that try has ended. */
  unplug(attempt: number): void {
    if (attempt !== this.attempt) return
    this.#socket = undefined
    this.#onUnplugged?.()
  }

  send(text: string): void {
    this.#socket?.send(text)
  }

  ping(): void {
    this.#socket?.ping()
  }

  hold(is_held: boolean): void {
    if (is_held) this.#socket?.pause()
    else this.#socket?.resume()
  }

  close(): void {
    this.#socket?.close()
  }

  terminate(): void {
    this.#socket?.terminate()
    this.#socket = undefined
    this.#onUnplugged?.()
  }

  /** Whether bytes came since it was asked last: a long message on a slow line shows itself in nothing else until it is whole. */
  hasNewBytes(): boolean {
    const bytes_read = this.#socket?.bytesRead ?? 0
    const has = bytes_read > this.#bytes_read
    this.#bytes_read = bytes_read
    return has
  }

  /** Resolves when the socket has ended; after `patience_ms` it is destroyed. */
  unplugged(patience_ms: number, ports: FeedPorts): Promise<void> {
    if (this.#socket === undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = ports.after(patience_ms, () => this.terminate())
      this.#onUnplugged = () => {
        cancel()
        resolve()
      }
    })
  }
}
