import type { ClientLine } from '../../core/serve/index.js'
import type { ClientSocket } from './client-socket.js'

export interface SocketLimits {
  /** Real time without a message after which a client gets a heartbeat. */
  readonly heartbeat_ms: number
  /** In a paced play a client for which more is waiting is dropped: nobody waits for it. */
  readonly queue_bytes_max: number
  /** At full speed play waits for a client for which more is waiting. */
  readonly room_bytes: number
  /** At full speed a client that has taken nothing for so long is dropped. */
  readonly stuck_ms: number
}

export const SOCKET_LIMITS: SocketLimits = {
  heartbeat_ms: 1000,
  queue_bytes_max: 16 * 1024 * 1024,
  room_bytes: 1024 * 1024,
  stuck_ms: 30_000,
}
/** While somebody is waited for, one looks so often whether it is still worth it. */
const LOOK_MS = 50
const CLOSE_MS = 30_000
const HURRIED_CLOSE_MS = 500

/** Told when a client that does not read is dropped. */
export type OnDropped = (line: ClientLine, queued_bytes: number) => void

/** The sockets of all clients: when they leave together, how much may wait in them, heartbeats of real time. */
export class ClientSockets {
  dropped = 0
  readonly #sockets = new Map<ClientSocket, ClientLine>()
  readonly #limits: SocketLimits
  readonly #onDropped: OnDropped
  readonly #isOver: () => boolean
  readonly #timer: NodeJS.Timeout
  readonly #quiet = new WeakSet<ClientSocket>()

  /** `isOver`: nobody wants to go on, and nobody is waited for. */
  constructor(limits: SocketLimits, onDropped: OnDropped, isOver: () => boolean) {
    this.#limits = limits
    this.#onDropped = onDropped
    this.#isOver = isOver
    // Quiet over two looks: a client waits one to one and a half times as long.
    this.#timer = setInterval(() => this.#beat(), limits.heartbeat_ms / 2)
  }

  add(socket: ClientSocket, line: ClientLine): void {
    this.#sockets.set(socket, line)
  }

  remove(socket: ClientSocket): void {
    this.#sockets.delete(socket)
  }

  queuedBytes(line: ClientLine): number {
    for (const [socket, its_line] of this.#sockets) if (its_line === line) return socket.queued_bytes
    return 0
  }

  /** Everything sent so far leaves. */
  flush(): void {
    for (const socket of this.#sockets.keys()) socket.flush()
  }

  /** Paced play: whoever has too much waiting is dropped. */
  dropSlow(): void {
    for (const [socket, line] of this.#sockets) this.dropIfSlow(socket, line)
  }

  dropIfSlow(socket: ClientSocket, line: ClientLine): void {
    if (socket.queued_bytes > this.#limits.queue_bytes_max) this.#drop(socket, line)
  }

  /** Full speed: resolves when every client has room again. Undefined when all have. */
  room(): Promise<void> | undefined {
    const full = [...this.#sockets].filter(([socket]) => !socket.is_over && socket.queued_bytes > this.#limits.room_bytes)
    return full.length === 0 ? undefined : this.#drained(full)
  }

  /** Says goodbye to everybody. Resolves when they have got everything, or won't. */
  async close(code: number, reason: string, hurried: boolean): Promise<void> {
    clearInterval(this.#timer)
    const sockets = [...this.#sockets.keys()]
    for (const socket of sockets) socket.close(code, reason)
    const deadline = setTimeout(
      () => {
        for (const socket of sockets) socket.terminate()
      },
      hurried ? HURRIED_CLOSE_MS : CLOSE_MS,
    )
    await Promise.all(sockets.map((socket) => socket.closed))
    clearTimeout(deadline)
  }

  async #drained(full: readonly [ClientSocket, ClientLine][]): Promise<void> {
    await Promise.all(full.map(([socket, line]) => this.#drainedOf(socket, line)))
  }

  /** A client that takes something, however little, is waited for, as long as anybody wants to go on at all. */
  #drainedOf(socket: ClientSocket, line: ClientLine): Promise<void> {
    return new Promise((resolve) => {
      let taken = socket.taken_bytes
      let idle_ms = 0
      const look = setInterval(() => {
        idle_ms = socket.taken_bytes === taken ? idle_ms + LOOK_MS : 0
        taken = socket.taken_bytes
        if (idle_ms >= this.#limits.stuck_ms) this.#drop(socket, line)
        if (this.#isOver()) done()
      }, LOOK_MS)
      const done = (): void => {
        clearInterval(look)
        resolve()
      }
      void socket.drained().then(done)
    })
  }

  #drop(socket: ClientSocket, line: ClientLine): void {
    if (socket.is_gone) return
    this.dropped++
    this.#onDropped(line, socket.queued_bytes)
    socket.terminate()
  }

  #beat(): void {
    for (const [socket, line] of this.#sockets) {
      if (socket.was_sent_to || socket.is_over) this.#quiet.delete(socket)
      else if (this.#quiet.has(socket)) {
        this.#quiet.delete(socket)
        line.beat()
        socket.flush()
      } else this.#quiet.add(socket)
      socket.was_sent_to = false
    }
  }
}
