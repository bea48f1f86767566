import { assert } from '../../core/assert.js'
import { escaped } from '../../core/escaped.js'
import {
  type ConnectionEvent,
  decodeRecordedTime,
  FEED_LIMITS,
  type FeedEffect,
  type FeedLimits,
  type FeedMode,
  type Layout,
  Switchboard,
  TICK_MS,
} from '../../core/feed/index.js'
import { Random } from '../../core/random.js'
import type { JournalEvent } from '../../core/recording/index.js'
import type { ConnectionStatus } from './connection-status.js'
import type { CredentialsInUse } from './credentials.js'
import type { FeedPorts } from './feed-ports.js'
import type { OpenSocket, SocketEnd } from './feed-socket.js'
import { MessageWalk, textForJournal } from './message-walk.js'
import { Plug } from './plug.js'

/**
 * Who is told what the feed brings, in the order of arrival and from within the socket's own event: whoever stamps a message with the time of
 * receipt does so first thing. Nothing handed out holds a secret.
 */
export interface FeedListener {
  /** Every binary message, heartbeats of one byte and malformed ones too. Borrowed for the call. `served_ms`: when a recording received it. */
  onBinary(connection: number, message: Uint8Array, served_ms: number | undefined): void
  onText(connection: number, text: string): void
  /** For the journal. The gap that a message ends is told before that message. */
  onEvent(event: JournalEvent): void
  /** The messages after this were received at `served_ms`, as the server has it. Answers the time to stamp them with. */
  onServed?(connection: number, served_ms: number): number
  /** Every connection has played its recording to the end. */
  onEnd(): void
}

export interface FeedSetup {
  readonly layout: Layout
  /** Mode by token; the order decides who carries what. */
  readonly wanted: ReadonlyMap<number, FeedMode>
  /** Asked at each connect. */
  readonly credentials: CredentialsInUse
  readonly openSocket: OpenSocket
  readonly ports: FeedPorts
  /** Seed of the chance in the delays. */
  readonly seed: number
  /** Whether ticks of one of these instruments may be expected at that moment, on the clock of the records. */
  readonly isTrading: (stamp_ms: number, tokens: Iterable<number>) => boolean
  readonly limits?: Partial<FeedLimits>
}

/** A closing handshake may take this long; then the socket is destroyed. */
const CLOSE_MS = 500
const SECOND_MS = 1000

/** The sockets of a capture: what the switchboard wants done, done; what the sockets say, told. */
export class Feed {
  readonly #setup: FeedSetup
  readonly #listener: FeedListener
  readonly #switchboard: Switchboard
  readonly #plugs: readonly Plug[]
  readonly #walk = new MessageWalk()
  #stopTicking: (() => void) | undefined
  #stopped: Promise<void> | undefined
  #next_second_ms = 0
  #is_held = false

  /** Throws an MdsError when the instruments do not fit. Nothing connects before `start`. */
  constructor(setup: FeedSetup, listener: FeedListener) {
    const { layout, wanted, seed, isTrading } = setup
    this.#setup = setup
    this.#listener = listener
    const limits = { ...FEED_LIMITS, ...setup.limits }
    this.#switchboard = new Switchboard({ layout, wanted, limits, random: new Random(seed, 'feed'), isTrading })
    this.#plugs = this.#switchboard.connections.map((connection) => new Plug(connection))
  }

  start(): void {
    assert(this.#stopTicking === undefined, 'a feed is started once')
    const { ports } = this.#setup
    this.#stopTicking = ports.every(TICK_MS, () => this.#tick())
    this.#follow(this.#switchboard.start(ports.elapsedMs(), ports.nowMs()))
  }

  /** Throws an MdsError when there is no room; nothing has changed then. */
  subscribe(tokens: readonly number[], mode: FeedMode): void {
    this.#follow(this.#switchboard.subscribe(tokens, mode))
  }

  unsubscribe(tokens: readonly number[]): void {
    this.#follow(this.#switchboard.unsubscribe(tokens))
  }

  /** Throws an MdsError when one of them is not subscribed; nothing has changed then. */
  setMode(mode: FeedMode, tokens: readonly number[]): void {
    this.#follow(this.#switchboard.setMode(mode, tokens))
  }

  /** Makes the servers wait, or lets them go on. For replays only: who is not read by an exchange misses what it says. */
  hold(is_held: boolean): void {
    if (this.#is_held === is_held) return
    this.#is_held = is_held
    for (const plug of this.#plugs) plug.hold(is_held)
  }

  /** There may be another token: whoever waits for one tries at once. */
  credentialsChanged(): void {
    this.#follow(this.#switchboard.credentialsChanged(this.#setup.ports.elapsedMs()))
  }

  /** Tokens by mode that an open socket of this connection is subscribed to, its own and those it took over. */
  carried(connection: number): Map<FeedMode, number[]> {
    const by_mode = new Map<FeedMode, number[]>()
    for (const [token, mode] of this.#switchboard.wanted(connection)) {
      const tokens = by_mode.get(mode)
      if (tokens === undefined) by_mode.set(mode, [token])
      else tokens.push(token)
    }
    return by_mode
  }

  status(): ConnectionStatus[] {
    const { ports } = this.#setup
    // Waits are measured on another clock than the one that is shown.
    const shift_ms = ports.nowMs() - ports.elapsedMs()
    return this.#plugs.map(({ connection, counts }) => {
      const { number, state, lastMessageMs, reconnects, retryAtMs, detail } = connection
      return {
        connection: number,
        role: this.#switchboard.share(number).role,
        state,
        tokens: this.#switchboard.wanted(number).size,
        since_ms: state === 'open' ? Math.round(connection.sinceMs + shift_ms) : undefined,
        last_message_ms: lastMessageMs,
        ...counts,
        reconnects,
        retry_at_ms: retryAtMs === undefined ? undefined : Math.round(retryAtMs + shift_ms),
        detail,
      }
    })
  }

  /** Says good-bye to every server; resolves when all sockets are gone. Nothing is told of messages that come meanwhile. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    const { ports } = this.#setup
    this.#stopTicking?.()
    this.#follow(this.#switchboard.stop(ports.elapsedMs(), ports.nowMs()))
    for (const { limit } of this.#plugs) for (const event of limit.end()) this.#tell(event)
    await Promise.all(this.#plugs.map((plug) => plug.unplugged(CLOSE_MS, ports)))
  }

  #tick(): void {
    const { ports } = this.#setup
    const now_ms = ports.elapsedMs()
    // The silence of a server that is made to wait says nothing.
    for (const plug of this.#plugs)
      if (plug.hasNewBytes() || this.#is_held) this.#happened(plug, { event: 'heard', attempt: plug.attempt, now_ms })
    this.#follow(this.#switchboard.tick(now_ms, ports.nowMs()))
    if (now_ms < this.#next_second_ms) return
    this.#next_second_ms = now_ms + SECOND_MS
    for (const plug of this.#plugs) {
      for (const event of plug.limit.tick(now_ms)) this.#tell(event)
      this.#watchTokens(plug)
    }
  }

  #watchTokens({ connection, watch }: Plug): void {
    if (!connection.flowing) return
    const { isTrading } = this.#setup
    const wanted = this.#switchboard.wanted(connection.number)
    if (!isTrading(connection.stampMs, wanted.keys())) return
    const tokens = watch.second().filter((token) => wanted.has(token) && isTrading(connection.stampMs, [token]))
    if (tokens.length === 0) return
    this.#tell({ event: 'suspect', connection: connection.number, detail: 'silent for 20 times the usual interval', tokens })
  }

  #follow(effects: readonly FeedEffect[]): void {
    for (const effect of effects) {
      switch (effect.effect) {
        case 'tell':
          this.#tell(effect.event)
          break
        case 'end':
          this.#stopTicking?.()
          this.#listener.onEnd()
          break
        case 'connect':
          this.#connect(this.#plug(effect.connection), effect.attempt)
          break
        case 'send':
          this.#plug(effect.connection).send(effect.text)
          break
        default:
          this.#plug(effect.connection)[effect.effect]()
      }
    }
  }

  #connect(plug: Plug, attempt: number): void {
    const { ports, credentials, openSocket } = this.#setup
    const happened = (event: Unnumbered): void => this.#happened(plug, { ...event, attempt, now_ms: ports.elapsedMs() })
    plug.attempt = attempt
    plug.served_ms = undefined
    const socket = openSocket(credentials.current, {
      onOpen: (recorded) => {
        plug.watch.reset()
        happened({ event: 'opened', recorded })
        plug.hold(this.#is_held)
      },
      onBinary: (message) => this.#binary(plug, attempt, message),
      onText: (text) => this.#text(plug, attempt, text),
      onPing: (payload) => this.#pinged(plug, attempt, payload),
      onPong: () => happened({ event: 'heard' }),
      onEnd: (end) => {
        plug.unplug(attempt)
        happened(this.#endEvent(end))
      },
    })
    plug.plugIn(socket)
  }

  /** The state comes first only where the message ends a gap, which is told ahead of it; else whoever stamps and stores it does. */
  #binary(plug: Plug, attempt: number, message: Uint8Array): void {
    if (!isCurrent(plug, attempt)) return
    const ends_gap = !plug.connection.flowing
    if (ends_gap) this.#look(plug, message)
    this.#listener.onBinary(plug.connection.number, message, plug.served_ms)
    if (!ends_gap) this.#look(plug, message)
  }

  #look(plug: Plug, message: Uint8Array): void {
    const { counts, connection, limit } = plug
    this.#walk.walk(message, plug.watch)
    counts.messages++
    counts.bytes += message.length
    counts.packets += this.#walk.packets
    const { trouble } = this.#walk
    if (trouble !== '' && limit.malformed(message.length))
      this.#tell({ event: 'malformed', connection: connection.number, bytes: message.length, detail: trouble })
    this.#received(plug, this.#walk.packets > 0 ? 'ticks' : 'heartbeat')
  }

  #text(plug: Plug, attempt: number, raw: string): void {
    if (!isCurrent(plug, attempt)) return
    const text = this.#setup.credentials.scrub(raw)
    const connection = plug.connection.number
    plug.counts.messages++
    plug.counts.bytes += Buffer.byteLength(raw)
    this.#received(plug, 'text')
    this.#listener.onText(connection, text)
    if (plug.limit.text()) this.#tell({ event: 'text', connection, ...textForJournal(text) })
  }

  #received(plug: Plug, kind: 'ticks' | 'heartbeat' | 'text'): void {
    const { ports } = this.#setup
    const { attempt, connection, served_ms } = plug
    const now_ms = ports.elapsedMs()
    // A recording that has not announced its time yet: the machine's clock would be the wrong one.
    if (connection.recorded && served_ms === undefined) this.#happened(plug, { event: 'heard', attempt, now_ms })
    else this.#happened(plug, { event: 'received', attempt, kind, now_ms, stamp_ms: served_ms ?? ports.nowMs() })
  }

  #pinged(plug: Plug, attempt: number, payload: Uint8Array): void {
    if (!isCurrent(plug, attempt)) return
    const { connection } = plug
    const told_ms = connection.recorded ? decodeRecordedTime(payload) : undefined
    const stamp_ms = told_ms === undefined ? undefined : (this.#listener.onServed?.(connection.number, told_ms) ?? told_ms)
    const now_ms = this.#setup.ports.elapsedMs()
    this.#happened(plug, { event: 'heard', attempt, now_ms, ...(stamp_ms === undefined ? {} : { stamp_ms }) })
    if (stamp_ms === undefined) return
    plug.served_ms = stamp_ms
  }

  #endEvent(end: SocketEnd): Unnumbered {
    switch (end.end) {
      case 'closed':
        return { event: 'closed', code: end.code, reason: escaped(this.#setup.credentials.scrub(end.reason)) }
      case 'refused':
        return { event: 'refused', status: end.status }
      case 'failed':
        return { event: 'failed', detail: escaped(this.#setup.credentials.scrub(end.detail)) }
    }
  }

  #happened(plug: Plug, event: SocketEvent): void {
    this.#follow(this.#switchboard.socket(plug.connection.number, event))
  }

  #tell(event: JournalEvent): void {
    this.#listener.onEvent(event)
  }

  #plug(connection: number): Plug {
    const plug = this.#plugs[connection - 1]
    assert(plug !== undefined, `there is no connection ${connection}`)
    return plug
  }
}

type SocketEvent = Extract<ConnectionEvent, { attempt: number }>
/** Without the try and the moment, which one place adds. */
type Unnumbered<E = SocketEvent> = E extends SocketEvent ? Omit<E, 'attempt' | 'now_ms'> : never

/** Messages of a socket that was given up, or that arrive while it closes, are not taken. */
const isCurrent = ({ connection }: Plug, attempt: number): boolean =>
  connection.state === 'open' && connection.attempt === attempt
