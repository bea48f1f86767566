import type { IncomingMessage } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import { UNPACED } from '../../core/replay/index.js'
import { Exchange, type FaultDone, type LineCounts } from '../../core/serve/index.js'
import type { PacerPorts } from '../pacer.js'
import { Playback } from '../playback.js'
import { ClientSocket } from './client-socket.js'
import { ClientSockets, SOCKET_LIMITS, type SocketLimits } from './client-sockets.js'

export interface StageLimits extends SocketLimits {
  /** Play waits until nobody has asked for anything for so long: a mode follows its subscription in a message of its own. */
  readonly settle_ms: number
  /** Full speed waits at most so long for a client that a fault took away. */
  readonly return_ms: number
}

export const STAGE_LIMITS: StageLimits = { ...SOCKET_LIMITS, settle_ms: 250, return_ms: 120_000 }

/** Where somebody is waited for, one looks so often. */
const LOOK_MS = 10

export interface StageSetup {
  readonly speed: number
  readonly max_wait_ms: number
  /** Play begins when so many clients have subscribed; 0: at once. */
  readonly wait_for: number
  readonly limits: StageLimits
  readonly ports: PacerPorts
  isWanted(): boolean
  onNotice(text: string): void
  onFault(done: FaultDone): void
}

export interface StageCounts {
  /** Records played. */
  records: number
  logins: number
  refused: number
  faults: number
}

/** A replay and its clients: who comes and goes, and when play waits for them. */
export class Stage {
  readonly exchange: Exchange
  readonly playback: Playback
  readonly sockets: ClientSockets
  readonly counts: StageCounts = { records: 0, logins: 0, refused: 0, faults: 0 }
  /** To all clients that have gone. */
  readonly #sent: LineCounts = { messages: 0, packets: 0, bytes: 0, heartbeats: 0 }
  readonly #setup: StageSetup
  #is_waiting: boolean
  /** Logins of clients that may come back only where play waits for them. */
  #at_the_door: (() => void)[] = []
  #is_door_open = false
  /** What everybody is told at the end. */
  #farewell: { readonly code: number; readonly reason: string } | undefined

  constructor(setup: StageSetup) {
    this.#setup = setup
    this.#is_waiting = setup.wait_for > 0
    this.exchange = new Exchange((done) => {
      this.counts.faults++
      setup.onFault(done)
    })
    this.sockets = new ClientSockets(
      setup.limits,
      ({ slot }, queued_bytes) => setup.onNotice(`Client ${slot} does not read: dropped with ${queued_bytes} bytes waiting.`),
      () => this.playback.stopped !== undefined,
    )
    this.playback = new Playback({
      speed: setup.speed,
      max_wait_ms: setup.max_wait_ms,
      ports: setup.ports,
      onIdle: () => {
        this.sockets.flush()
        if (this.playback.speed !== UNPACED) this.sockets.dropSlow()
      },
      isWanted: setup.isWanted,
    })
    if (this.#is_waiting) this.playback.setPaused(true)
  }

  /** Play has not begun: clients are missing. */
  get is_waiting(): boolean {
    return this.#is_waiting
  }

  get sent(): LineCounts {
    const total = { ...this.#sent }
    for (const { counts } of this.exchange.lines) addTo(total, counts)
    return total
  }

  /** A client has been let in. */
  join(websocket: WebSocket, { socket }: IncomingMessage, hears_time: boolean): void {
    websocket.on('error', () => {}) // what is no WebSocket ends its own connection
    if (this.#farewell !== undefined) {
      websocket.close(this.#farewell.code, this.#farewell.reason)
      return
    }
    const client = new ClientSocket(websocket, socket)
    const line = this.exchange.open(client, hears_time)
    this.sockets.add(client, line)
    this.counts.logins++
    websocket.on('message', (bytes, is_binary) => {
      if (is_binary || client.is_over) return
      this.exchange.onRequest(line, String(bytes))
      client.flush()
      // Each change of mode is answered with the last packets, also while play stands.
      this.sockets.dropIfSlow(client, line)
    })
    websocket.on('close', () => {
      this.exchange.leave(line)
      this.sockets.remove(client)
      addTo(this.#sent, line.counts)
    })
    client.flush()
  }

  /** Plays once enough clients have subscribed and have said what they want. Whoever plays or steps by hand is faster. */
  async beginWhenReady(): Promise<void> {
    if (!this.#is_waiting) return
    const { wait_for } = this.#setup
    await this.#untilSettled(
      () => this.exchange.lines.filter((line) => line.has_subscribed).length >= wait_for,
      () => !this.playback.paused || this.playback.stopped !== undefined || this.counts.records > 0,
    )
    this.#is_waiting = false
    if (this.counts.records === 0) this.playback.setPaused(false)
  }

  /** Those whom a fault took away are waited for: where full speed says so, and at the end. */
  async awaitReturn(): Promise<void> {
    const { limits, ports, onNotice } = this.#setup
    this.#openDoor()
    const deadline_ms = ports.nowMs() + limits.return_ms
    const isLate = (): boolean => ports.nowMs() >= deadline_ms
    await this.#untilSettled(
      () => !this.exchange.is_missed,
      () => isLate() || this.playback.stopped !== undefined || this.playback.isSeeking,
    )
    if (this.exchange.is_missed && isLate()) onNotice('A client that a fault took away has not come back: going on without it.')
    this.exchange.stopWaiting()
    this.#is_door_open = false
  }

  /** At full speed a client comes back exactly where play waits for it: so that it misses the same each time. */
  async admission(): Promise<void> {
    if (!this.exchange.is_missed || this.#is_door_open || this.playback.speed !== UNPACED) return
    await new Promise<void>((resolve) => this.#at_the_door.push(resolve))
  }

  /** Says goodbye to everybody, also to those who are at the door. Resolves when they have got everything, or won't. */
  async end(code: number, reason: string, is_hurried: boolean): Promise<void> {
    this.#farewell = { code, reason }
    this.#openDoor()
    await this.sockets.close(code, reason, is_hurried)
  }

  #openDoor(): void {
    this.#is_door_open = true
    for (const resolve of this.#at_the_door.splice(0)) resolve()
  }

  /** Until all is `ready` and nobody has asked for anything for a moment, or `over`. */
  async #untilSettled(isReady: () => boolean, isOver: () => boolean): Promise<void> {
    const { limits, ports } = this.#setup
    let requests = -1
    let since_ms = 0
    while (!isOver()) {
      const now_ms = ports.nowMs()
      if (!isReady() || requests !== this.exchange.requests) since_ms = now_ms
      requests = this.exchange.requests
      if (isReady() && now_ms - since_ms >= limits.settle_ms) return
      await wait(LOOK_MS)
    }
  }
}

function addTo(total: LineCounts, counts: LineCounts): void {
  total.messages += counts.messages
  total.packets += counts.packets
  total.bytes += counts.bytes
  total.heartbeats += counts.heartbeats
}
