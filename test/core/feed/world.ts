import { expect } from 'vitest'
import {
  type ConnectionState,
  FEED_LIMITS,
  type FeedEffect,
  type FeedMode,
  type Layout,
  Switchboard,
  TICK_MS,
} from '../../../src/core/feed/index.js'
import { Random } from '../../../src/core/random.js'
import type { JournalEvent, RecordedGap } from '../../../src/core/recording/index.js'

interface Socket {
  readonly attempt: number
  open: boolean
  /** What the server knows of it, by Kite's own rules. */
  readonly subscribed: Map<number, FeedMode>
}

/** The clock of the records runs ahead of the monotonic one, so that a mix-up shows. */
const STAMPS_AHEAD_MS = 1_760_000_000_000

/**
 * The other side of a switchboard, without sockets: it does what the effects say, keeps each server's view of the subscriptions, and reckons by
 * itself, instrument by instrument, what was missing when.
 */
export class World {
  readonly board: Switchboard
  readonly events: JournalEvent[] = []
  readonly effects: FeedEffect[] = []
  readonly wanted: Map<number, FeedMode>
  readonly connects: { connection: number; at_ms: number }[] = []
  now_ms = 5000
  trading = true
  /** Instruments whose market is closed, whatever the others do. */
  readonly closed = new Set<number>()
  ended = false
  #stopping = false
  readonly #redundant: boolean
  readonly #sockets = new Map<number, Socket>()
  readonly #last_message = new Map<number, number>()
  readonly #awaited = new Map<number, Set<number>>()
  readonly #failed = new Set<number>()
  readonly #missing = new Map<string, number>()
  /** `connection of a redundant pair:token` -> intervals. */
  readonly expected_gaps: string[] = []
  readonly #told_gaps: string[] = []
  readonly #carried_at = new Map<string, number[]>()
  readonly #started_ms: number

  constructor(layout: Layout, wanted: ReadonlyMap<number, FeedMode>, seed = 1) {
    this.wanted = new Map(wanted)
    this.#redundant = layout.kind === 'redundant'
    this.board = new Switchboard({
      layout,
      wanted,
      limits: FEED_LIMITS,
      random: new Random(seed, 'test'),
      isTrading: (_, tokens) => this.trading && [...tokens].some((token) => !this.closed.has(token)),
    })
    this.#started_ms = this.stamp_ms
    this.do(this.board.start(this.now_ms, this.stamp_ms))
  }

  get stamp_ms(): number {
    return this.now_ms + STAMPS_AHEAD_MS
  }

  state(connection: number): ConnectionState {
    return this.board.connections[connection - 1]?.state ?? 'idle'
  }

  socket(connection: number): Socket | undefined {
    return this.#sockets.get(connection)
  }

  told<E extends JournalEvent['event']>(event: E): Extract<JournalEvent, { event: E }>[] {
    return this.events.filter((one): one is Extract<JournalEvent, { event: E }> => one.event === event)
  }

  open(connection: number, recorded = false): void {
    const socket = this.#sockets.get(connection)
    if (socket === undefined || socket.open) return
    socket.open = true
    this.#failed.delete(connection)
    this.do(this.board.socket(connection, { event: 'opened', attempt: socket.attempt, now_ms: this.now_ms, recorded }))
  }

  refuse(connection: number, status: number): void {
    const socket = this.#sockets.get(connection)
    if (socket === undefined || socket.open) return
    this.#gone(connection)
    this.do(this.board.socket(connection, { event: 'refused', attempt: socket.attempt, now_ms: this.now_ms, status }))
  }

  fail(connection: number): void {
    const socket = this.#sockets.get(connection)
    if (socket === undefined) return
    this.#gone(connection)
    this.do(
      this.board.socket(connection, { event: 'failed', attempt: socket.attempt, now_ms: this.now_ms, detail: 'ECONNRESET' }),
    )
  }

  drop(connection: number, code = 1006, reason = ''): void {
    const socket = this.#sockets.get(connection)
    if (socket === undefined || !socket.open) return
    this.#gone(connection)
    this.do(this.board.socket(connection, { event: 'closed', attempt: socket.attempt, now_ms: this.now_ms, code, reason }))
  }

  message(connection: number, kind: 'ticks' | 'heartbeat' | 'text', stamp_ms = this.stamp_ms): void {
    const socket = this.#sockets.get(connection)
    if (socket === undefined || !socket.open) return
    this.#last_message.set(connection, stamp_ms)
    if (kind === 'ticks') {
      this.#awaited.get(connection)?.clear()
      for (const token of socket.subscribed.keys()) this.#comes(connection, token)
    }
    this.do(this.board.socket(connection, { event: 'received', attempt: socket.attempt, kind, now_ms: this.now_ms, stamp_ms }))
  }

  pong(connection: number): void {
    const socket = this.#sockets.get(connection)
    if (socket?.open) this.do(this.board.socket(connection, { event: 'heard', attempt: socket.attempt, now_ms: this.now_ms }))
  }

  /** What a socket says that was given up long ago. */
  ghost(connection: number, attempt: number): void {
    this.do(this.board.socket(connection, { event: 'opened', attempt, now_ms: this.now_ms, recorded: false }))
    this.do(
      this.board.socket(connection, { event: 'received', attempt, kind: 'ticks', now_ms: this.now_ms, stamp_ms: this.stamp_ms }),
    )
    this.do(this.board.socket(connection, { event: 'closed', attempt, now_ms: this.now_ms, code: 1006, reason: '' }))
  }

  /** Time passes; `each` is called before every tick. */
  pass(ms: number, each: () => void = () => undefined): void {
    for (const end_ms = this.now_ms + ms; this.now_ms < end_ms; ) {
      this.now_ms += TICK_MS
      each()
      this.do(this.board.tick(this.now_ms, this.stamp_ms))
    }
  }

  /** The event loop stands still. */
  freeze(ms: number): void {
    this.now_ms += ms
    this.do(this.board.tick(this.now_ms, this.stamp_ms))
  }

  subscribe(tokens: readonly number[], mode: FeedMode): void {
    this.do(this.board.subscribe(tokens, mode))
    for (const token of tokens) this.wanted.set(token, mode)
  }

  unsubscribe(tokens: readonly number[]): void {
    const ends_ms = this.board.connections[0]?.stampMs ?? 0
    for (const token of tokens)
      for (const key of [...this.#missing.keys()]) if (key.endsWith(`:${token}`)) this.#endsMissing(key, ends_ms)
    this.do(this.board.unsubscribe(tokens))
    for (const token of tokens) this.wanted.delete(token)
  }

  setMode(mode: FeedMode, tokens: readonly number[]): void {
    this.do(this.board.setMode(mode, tokens))
    for (const token of tokens) this.wanted.set(token, mode)
  }

  credentialsChanged(): void {
    this.do(this.board.credentialsChanged(this.now_ms))
  }

  stop(): void {
    this.#stopping = true
    for (const key of [...this.#missing.keys()]) this.#endsMissing(key, this.stamp_ms)
    this.do(this.board.stop(this.now_ms, this.stamp_ms))
  }

  /** Gaps as told, instrument by instrument, in the form of `expected_gaps`. Without tokens a gap means all that was carried when it began. */
  get told_gaps(): readonly string[] {
    return this.#told_gaps
  }

  do(effects: readonly FeedEffect[]): void {
    for (const effect of effects) {
      this.effects.push(effect)
      switch (effect.effect) {
        case 'tell':
          this.events.push(effect.event)
          if (effect.event.event === 'gap') this.#gapTold(effect.event)
          break
        case 'end':
          this.ended = true
          break
        case 'connect':
          expect(this.#sockets.has(effect.connection), 'never more than one live socket a slot').toBe(false)
          this.#sockets.set(effect.connection, { attempt: effect.attempt, open: false, subscribed: new Map() })
          this.connects.push({ connection: effect.connection, at_ms: this.now_ms })
          break
        case 'send':
          this.#serverHears(effect.connection, effect.text)
          break
        case 'terminate':
        case 'close':
          this.#gone(effect.connection)
          break
      }
    }
  }

  #gapTold({ connection, from_ms, to_ms, tokens = this.#carried_at.get(`${connection} ${from_ms}`) ?? [] }: RecordedGap): void {
    for (const token of tokens) this.#told_gaps.push(`${this.#key(connection, token)} [${from_ms}, ${to_ms})`)
  }

  /** Kite: a token is in mode quote until told otherwise, and a mode counts for what is subscribed. */
  #serverHears(connection: number, text: string): void {
    const socket = this.#sockets.get(connection)
    expect(socket?.open, 'nothing is sent into a socket that is not open').toBe(true)
    if (socket === undefined) return
    const { a, v } = JSON.parse(text)
    for (const token of a === 'mode' ? v[1] : v) {
      expect(token).toBeTypeOf('number')
      if (a === 'unsubscribe') socket.subscribed.delete(token)
      else if (a === 'mode') {
        if (socket.subscribed.has(token)) socket.subscribed.set(token, v[0])
      } else {
        socket.subscribed.set(token, 'quote')
        // Only what it takes over, or subscribes to anew after it opened, has to show that it comes.
        if (!this.board.share(connection).wanted.has(token) || !this.board.connections[connection - 1]?.flowing)
          (this.#awaited.get(connection) ?? this.#awaited.set(connection, new Set()).get(connection))?.add(token)
      }
    }
  }

  #gone(connection: number): void {
    const socket = this.#sockets.get(connection)
    this.#sockets.delete(connection)
    this.#awaited.delete(connection)
    if (socket === undefined || this.#failed.has(connection) || this.#stopping) return
    this.#failed.add(connection)
    const from_ms = this.#last_message.get(connection) ?? this.#started_ms
    const carried = [...this.#carried(connection, socket)]
    const lost = carried.filter((token) => {
      return !this.#missing.has(this.#key(connection, token)) && !this.#comesElsewhere(connection, token)
    })
    if (lost.length === carried.length) this.#carried_at.set(`${connection} ${from_ms}`, carried)
    for (const token of lost) this.#missing.set(this.#key(connection, token), from_ms)
  }

  #carried(connection: number, socket: Socket): Iterable<number> {
    return socket.open ? socket.subscribed.keys() : this.board.share(connection).wanted.keys()
  }

  #comesElsewhere(connection: number, token: number): boolean {
    if (this.#redundant) return false
    return [...this.#sockets].some(
      ([other, { open, subscribed }]) =>
        other !== connection && open && subscribed.has(token) && !this.#awaited.get(other)?.has(token),
    )
  }

  #comes(connection: number, token: number): void {
    this.#endsMissing(this.#key(connection, token), this.#last_message.get(connection) ?? 0)
  }

  #endsMissing(key: string, to_ms: number): void {
    const from_ms = this.#missing.get(key)
    this.#missing.delete(key)
    if (from_ms !== undefined && to_ms > from_ms) this.expected_gaps.push(`${key} [${from_ms}, ${to_ms})`)
  }

  #key(connection: number, token: number): string {
    return `${this.#redundant ? connection : 0}:${token}`
  }
}
