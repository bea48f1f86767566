import { isUtf8 } from 'node:buffer'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { encodeRecordedTime } from '../../core/feed/index.js'
import type { BreakOff, LineOutput } from '../../core/serve/index.js'

/** A connection that is to end once everything has been sent ends after this at the latest. */
const LEAVE_MS = 30_000
/** A final frame of a binary message (RFC 6455, 5.2). */
const BINARY_FINAL = 0x82
const NOTHING = new Uint8Array(0)
const LENGTH_16 = 126
const LENGTH_64 = 127

/** The socket of one client. What is sent waits here until `flush`: many messages leave in one call of the system. */
export class ClientSocket implements LineOutput {
  readonly #websocket: WebSocket
  readonly #socket: Socket
  #corked = false
  /** Something was sent since this was last set to false. */
  was_sent_to = false
  /** No more is to be sent: it has been closed, or a fault has ended it. */
  is_over = false
  /** Resolves when the connection is no more. */
  readonly closed: Promise<void>
  #is_mute = false

  constructor(websocket: WebSocket, socket: Socket) {
    this.#websocket = websocket
    this.#socket = socket
    this.closed = new Promise((resolve) => {
      if (socket.destroyed) resolve()
      else socket.once('close', () => resolve())
    })
  }

  announce(received_at_ms: number): void {
    this.#cork()
    this.#websocket.ping(encodeRecordedTime(received_at_ms), false, ignore)
  }

  binary(message: Uint8Array): void {
    this.#cork()
    this.was_sent_to = true
    this.#websocket.send(message, { binary: true }, ignore)
  }

  /** What is no UTF-8 can't be sent as a text: it would end the connection. */
  text(message: Uint8Array): void {
    if (!isUtf8(message)) return
    this.#cork()
    this.was_sent_to = true
    this.#websocket.send(message, { binary: false }, ignore)
  }

  breakOff(end: BreakOff): void {
    if (end.how === 'half_frame') this.#writeHalf(end.message)
    this.flush()
    this.is_over = true
    switch (end.how) {
      case 'close':
        this.#websocket.close(end.code)
        break
      case 'drop':
      case 'half_frame':
        // Half closed, and read on: a pong that met a closed socket would bring a reset, and take along what is on its way.
        this.#leave(() => this.#socket.end())
        break
      case 'reset':
        this.#leave(() => this.#onceSent(() => this.#socket.resetAndDestroy()))
        break
      case 'stall':
        this.#onceSent(() => this.#mute())
        break
      default:
        end satisfies never
    }
  }

  /** Ends the conversation in good order, after all that was sent. */
  close(code: number, reason: string): void {
    if (this.#is_mute) {
      this.terminate()
      return
    }
    if (this.is_over) return // on its way out
    this.flush()
    this.is_over = true
    this.#websocket.close(code, reason)
  }

  terminate(): void {
    this.is_over = true
    this.#socket.destroy()
  }

  get is_gone(): boolean {
    return this.#socket.destroyed
  }

  /** Sent and not yet taken by the system. */
  get queued_bytes(): number {
    return this.#socket.writableLength
  }

  /** What the system has taken so far, by whole pieces. */
  get taken_bytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength
  }

  flush(): void {
    if (!this.#corked) return
    this.#corked = false
    this.#socket.uncork()
  }

  /** Resolves when the system has taken everything, or the client is gone. */
  async drained(): Promise<void> {
    while (this.queued_bytes > 0 && !this.is_gone) {
      // A write of nothing is done when all before it is; 'drain' comes only where the queue was long.
      await new Promise<void>((resolve) => this.#socket.write(NOTHING, () => resolve()))
    }
  }

  #cork(): void {
    if (this.#corked || this.is_over) return
    this.#corked = true
    this.#socket.cork()
  }

  #leave(action: () => void): void {
    const cut = setTimeout(() => this.#socket.destroy(), LEAVE_MS)
    this.#socket.once('close', () => clearTimeout(cut))
    action()
  }

  #onceSent(action: () => void): void {
    void this.drained().then(action)
  }

  /** A frame that announces the whole message and holds half of it. */
  #writeHalf(message: Uint8Array): void {
    this.#cork()
    this.#socket.write(frameHeader(message.length))
    this.#socket.write(message.subarray(0, Math.floor(message.length / 2)))
  }

  /** Half open: the connection stands and nothing comes over it any more, no pong, no answer to a close. */
  #mute(): void {
    const swallow = (...given: unknown[]): boolean => {
      const done = given.at(-1)
      if (typeof done === 'function') process.nextTick(done)
      return true
    }
    this.#is_mute = true
    Object.assign(this.#socket, { write: swallow, end: swallow })
    this.#socket.on('end', () => this.#socket.destroy())
  }
}

function frameHeader(length: number): Uint8Array {
  if (length < LENGTH_16) return Uint8Array.of(BINARY_FINAL, length)
  const header = new Uint8Array(length <= 0xffff ? 4 : 10)
  const view = new DataView(header.buffer)
  header[0] = BINARY_FINAL
  header[1] = length <= 0xffff ? LENGTH_16 : LENGTH_64
  if (length <= 0xffff) view.setUint16(2, length)
  else view.setUint32(6, length)
  return header
}

/** Whether a client is still there is told by its socket. */
const ignore = (): void => {}
