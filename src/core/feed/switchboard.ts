import type { Random } from '../random.js'
import type { JournalEvent } from '../recording/index.js'
import { TokenGate } from './back-off.js'
import { Connection } from './connection.js'
import type { ConnectionEffect, ConnectionEvent } from './connection-events.js'
import { Holes } from './holes.js'
import { type ClientRequest, encodeRequest, FEED_MODES, type FeedMode, TOKENS_PER_CONNECTION_MAX } from './kite-messages.js'
import type { FeedLimits } from './limits.js'
import { type Layout, Plan, type Share, type ShareChange } from './plan.js'

/** What is to be done, and told. */
export type FeedEffect =
  | { readonly effect: 'connect'; readonly connection: number; readonly attempt: number }
  | { readonly effect: 'send'; readonly connection: number; readonly text: string }
  | { readonly effect: 'ping' | 'terminate' | 'close'; readonly connection: number }
  | { readonly effect: 'tell'; readonly event: JournalEvent }
  /** Every connection has played its recording to the end. */
  | { readonly effect: 'end' }

/** What a switchboard is made for. */
export interface SwitchboardSetup {
  readonly layout: Layout
  /** Mode by token; the order decides the split. */
  readonly wanted: ReadonlyMap<number, FeedMode>
  readonly limits: FeedLimits
  readonly random: Random
  /** Whether ticks of one of these instruments may be expected at that moment, on the clock of the records. */
  isTrading(stamp_ms: number, tokens: Iterable<number>): boolean
}

/** An instrument that the standby carries for another. */
interface Loan {
  readonly from: Line
  mode: FeedMode
  /** Ticks came since the standby subscribed to it. */
  live: boolean
}

/** A connection and what it carries: its share, and on the standby what it took over. */
interface Line {
  readonly share: Share
  readonly connection: Connection
  readonly lent: Map<number, Loan>
}

/**
 * All connections of a feed: which of them carries which instrument at this moment, what each is told after it (re)connects, who steps in for
 * whom, and what is missing meanwhile. Like `Connection` it does nothing itself: the effects are in the order in which they must happen.
 */
export class Switchboard {
  readonly #plan: Plan
  readonly #lines: readonly Line[]
  readonly #gate: TokenGate
  readonly #limits: FeedLimits
  readonly #holes: Holes
  #out: FeedEffect[] = []
  /** A connection has played its recording to the end: there is nothing left for any. */
  #over = false
  #ticked_ms: number | undefined

  /** Throws an MdsError when the instruments do not fit. */
  constructor({ layout, wanted, limits, random, isTrading }: SwitchboardSetup) {
    this.#plan = new Plan(layout, wanted)
    this.#gate = new TokenGate(limits)
    this.#limits = limits
    this.#holes = new Holes(layout.kind === 'redundant' ? 'each_its_own' : 'shared')
    this.#lines = this.#plan.shares.map((share) => ({
      share,
      connection: new Connection(share.connection, {
        limits,
        random,
        gate: this.#gate,
        // Shares close while gold trades on: a connection of shares is silent then, and well.
        isTrading: (stamp_ms) => isTrading(stamp_ms, this.wanted(share.connection).keys()),
      }),
      lent: new Map(),
    }))
  }

  /** The connections, 1 first. To look at: only the switchboard steps them. */
  get connections(): readonly Connection[] {
    return this.#lines.map(({ connection }) => connection)
  }

  share(connection: number): Share {
    return this.#line(connection).share
  }

  /** What an open socket of this connection is subscribed to: its share and what it took over. */
  wanted(connection: number): Map<number, FeedMode> {
    const { share, lent } = this.#line(connection)
    const wanted = new Map(share.wanted)
    for (const [token, { mode }] of lent) wanted.set(token, mode)
    return wanted
  }

  start(now_ms: number, stamp_ms: number): readonly FeedEffect[] {
    this.#ticked_ms = now_ms
    for (const line of this.#lines) this.#step(line, { event: 'start', now_ms, stamp_ms })
    return this.#taken()
  }

  /** Something happened to the socket of a connection. */
  socket(connection: number, event: Extract<ConnectionEvent, { attempt: number }>): readonly FeedEffect[] {
    this.#step(this.#line(connection), event)
    return this.#taken()
  }

  /** Time passes; `Feed` calls it each `TICK_MS`. A call that comes much later means that nobody could listen. */
  tick(now_ms: number, stamp_ms: number): readonly FeedEffect[] {
    const late_ms = now_ms - (this.#ticked_ms ?? now_ms)
    this.#ticked_ms = now_ms
    const blocked_ms = late_ms > this.#limits.blocked_ms ? late_ms : 0
    if (blocked_ms > 0) this.#tell({ event: 'loop_blocked', blocked_ms: Math.round(blocked_ms) })
    for (const line of this.#lines) this.#step(line, { event: 'tick', now_ms, stamp_ms, blocked_ms })
    if (this.#over) this.#endTheRest(now_ms)
    return this.#taken()
  }

  credentialsChanged(now_ms: number): readonly FeedEffect[] {
    this.#tell({ event: 'credentials_changed' })
    this.#gate.reset()
    for (const line of this.#lines) this.#step(line, { event: 'credentials_changed', now_ms })
    return this.#taken()
  }

  /** Throws an MdsError when there is no room; nothing has changed then. */
  subscribe(tokens: readonly number[], mode: FeedMode): readonly FeedEffect[] {
    return this.#changed(this.#plan.subscribe(tokens, mode))
  }

  unsubscribe(tokens: readonly number[]): readonly FeedEffect[] {
    return this.#changed(this.#plan.unsubscribe(tokens))
  }

  /** Throws an MdsError when one is not subscribed; nothing has changed then. */
  setMode(mode: FeedMode, tokens: readonly number[]): readonly FeedEffect[] {
    return this.#changed(this.#plan.setMode(tokens, mode))
  }

  /** Closes every socket. What is missing now is told as gaps that end here. */
  stop(now_ms: number, stamp_ms: number): readonly FeedEffect[] {
    for (const line of this.#lines) {
      const { connection } = line
      this.#step(line, { event: 'stop', now_ms })
      this.#endHoles(line, connection.recorded ? connection.stampMs : stamp_ms)
    }
    return this.#taken()
  }

  #step(line: Line, event: ConnectionEvent): void {
    for (const effect of line.connection.step(event)) this.#follow(line, effect, event)
  }

  #follow(line: Line, effect: ConnectionEffect, { now_ms }: ConnectionEvent): void {
    const connection = line.connection.number
    switch (effect.effect) {
      case 'tell':
        this.#out.push(effect)
        return
      case 'opened':
        this.#opened(line, effect.clock_changed, now_ms)
        return
      case 'lost':
        this.#lost(line, effect)
        return
      case 'flowing':
        this.#flowing(line, effect.at_ms)
        return
      case 'ended':
        this.#over = true
        this.#endHoles(line, line.connection.stampMs)
        this.#endIfAllClosed()
        return
      default:
        this.#out.push({ ...effect, connection })
    }
  }

  #opened(line: Line, clock_changed: boolean, now_ms: number): void {
    if (clock_changed) this.#holes.forget(line.connection.number)
    this.#subscribeTo(line, this.wanted(line.connection.number))
    if (line === this.#standby) for (const other of this.#lines) this.#lend(other)
    // One token for all: where one got in, the others will.
    for (const other of this.#lines)
      if (other.connection.state === 'auth_needed') this.#step(other, { event: 'credentials_changed', now_ms })
  }

  /** Kite knows nothing of an earlier socket: subscriptions and modes are said anew. Modes as well where they are its default: it has changed before. */
  #subscribeTo(line: Line, wanted: ReadonlyMap<number, FeedMode>): void {
    const connection = line.connection.number
    if (wanted.size === 0 || line.connection.state !== 'open') return
    this.#send(line, { action: 'subscribe', tokens: [...wanted.keys()] })
    for (const mode of FEED_MODES) {
      const tokens = [...wanted].filter((entry) => entry[1] === mode).map(([token]) => token)
      if (tokens.length === 0) continue
      this.#send(line, { action: 'mode', mode, tokens })
      this.#tell({ event: 'subscribed', connection, mode, tokens })
    }
  }

  #lost(line: Line, { from_ms, cause, grade }: Extract<ConnectionEffect, { effect: 'lost' }>): void {
    const connection = line.connection.number
    const wanted = [...this.wanted(connection).keys()]
    for (const loan of line.lent.values()) loan.live = false
    const missing = wanted.filter((token) => !this.#comesElsewhere(line, token))
    if (from_ms !== undefined)
      this.#holes.open(
        { connection, from_ms, cause, grade, whole: missing.length === wanted.length && line.lent.size === 0 },
        missing,
      )
    this.#lend(line)
  }

  /** Whether the standby delivers it, or, for what the standby took over, its own connection does again. */
  #comesElsewhere(line: Line, token: number): boolean {
    const standby = this.#standby
    if (standby === undefined) return false
    if (line !== standby) return standby.lent.get(token)?.live === true
    return line.lent.get(token)?.from.connection.flowing === true
  }

  #flowing(line: Line, at_ms: number): void {
    const connection = line.connection.number
    for (const loan of line.lent.values()) loan.live = true
    this.#tellGaps(this.#holes.close(connection, new Set(this.wanted(connection).keys()), at_ms))
    this.#giveBack(line)
  }

  get #standby(): Line | undefined {
    return this.#lines.find(({ share }) => share.role === 'tertiary')
  }

  /** The standby subscribes to what a failed connection carried, as far as it has room. */
  #lend(line: Line): void {
    const standby = this.#standby
    const { state } = line.connection
    if (standby === undefined || line === standby || standby.connection.state !== 'open') return
    if (state === 'idle' || state === 'open' || state === 'closed' || !line.connection.hasFailed) return
    const room = TOKENS_PER_CONNECTION_MAX - standby.lent.size
    const taken = new Map([...line.share.wanted].filter(([token]) => !standby.lent.has(token)).slice(0, room))
    if (taken.size === 0) return
    this.#holes.moved(line.connection.number)
    for (const [token, mode] of taken) standby.lent.set(token, { from: line, mode, live: false })
    const numbers = { connection: standby.connection.number, from_connection: line.connection.number }
    this.#tell({ event: 'takeover', ...numbers, tokens: [...taken.keys()] })
    this.#subscribeTo(standby, taken)
    standby.connection.awaitTicks()
  }

  /** Only once the connection delivers again: an overlap is merged away, a hole is not. */
  #giveBack(line: Line): void {
    const standby = this.#standby
    if (standby === undefined) return
    const tokens = [...standby.lent].filter(([, { from }]) => from === line).map(([token]) => token)
    if (tokens.length === 0) return
    for (const token of tokens) standby.lent.delete(token)
    const numbers = { connection: standby.connection.number, from_connection: line.connection.number }
    this.#unsubscribeFrom(standby, tokens)
    this.#tell({ event: 'returned', ...numbers, tokens })
  }

  #changed(changes: readonly ShareChange[]): readonly FeedEffect[] {
    for (const change of changes) {
      const line = this.#line(change.connection)
      if (change.removed.length > 0) this.#removed(line, change.removed)
      const { wanted } = line.share
      const added = new Set(change.added)
      // they may have come on another connection before
      if (added.size > 0) this.#holes.moved(change.connection)
      this.#subscribeTo(line, new Map([...wanted].filter(([token]) => added.has(token))))
      const moded = change.moded.filter((token) => !added.has(token))
      this.#modeChanged(line, line.share.wanted, moded)
      this.#lend(line)
    }
    return this.#taken()
  }

  #removed(line: Line, tokens: readonly number[]): void {
    this.#unsubscribeFrom(line, tokens)
    this.#tellGaps(this.#holes.close(line.connection.number, new Set(tokens), line.connection.stampMs))
    const standby = this.#standby
    if (standby === undefined) return
    this.#unsubscribeFrom(
      standby,
      tokens.filter((token) => standby.lent.delete(token)),
    )
  }

  #modeChanged(line: Line, wanted: ReadonlyMap<number, FeedMode>, tokens: readonly number[]): void {
    const mode = wanted.get(tokens[0] ?? 0)
    if (mode === undefined) return
    this.#sendMode(line, mode, tokens)
    const standby = this.#standby
    if (standby === undefined) return
    const lent = tokens.filter((token) => standby.lent.has(token))
    for (const token of lent) {
      const loan = standby.lent.get(token)
      if (loan !== undefined) loan.mode = mode
    }
    this.#sendMode(standby, mode, lent)
  }

  #sendMode(line: Line, mode: FeedMode, tokens: readonly number[]): void {
    if (tokens.length === 0 || line.connection.state !== 'open') return
    this.#send(line, { action: 'mode', mode, tokens })
    this.#tell({ event: 'subscribed', connection: line.connection.number, mode, tokens })
  }

  #unsubscribeFrom(line: Line, tokens: readonly number[]): void {
    if (tokens.length === 0 || line.connection.state !== 'open') return
    this.#send(line, { action: 'unsubscribe', tokens })
    this.#tell({ event: 'unsubscribed', connection: line.connection.number, tokens })
  }

  /** One clock plays to all: who waits for a new try when it has come to the end would find nothing more, or no server. */
  #endTheRest(now_ms: number): void {
    for (const line of this.#lines) {
      const { connection } = line
      if (connection.state !== 'waiting' && connection.state !== 'auth_needed') continue
      this.#step(line, { event: 'stop', now_ms })
      this.#endHoles(line, Math.max(...this.connections.map(({ stampMs }) => stampMs)))
      this.#endIfAllClosed()
    }
  }

  #endIfAllClosed(): void {
    if (this.#lines.every(({ connection }) => connection.state === 'closed')) this.#out.push({ effect: 'end' })
  }

  #endHoles(line: Line, to_ms: number): void {
    this.#tellGaps(this.#holes.end(line.connection.number, to_ms))
  }

  #tellGaps(gaps: ReturnType<Holes['end']>): void {
    for (const gap of gaps) this.#tell({ event: 'gap', ...gap })
  }

  #tell(event: JournalEvent): void {
    this.#out.push({ effect: 'tell', event })
  }

  #send(line: Line, request: ClientRequest): void {
    this.#out.push({ effect: 'send', connection: line.connection.number, text: encodeRequest(request) })
  }

  #line(connection: number): Line {
    const line = this.#lines[connection - 1]
    if (line === undefined) throw new RangeError(`connection ${connection}, expected 1 to ${this.#lines.length}`)
    return line
  }

  #taken(): readonly FeedEffect[] {
    if (this.#out.length === 0) return NOTHING
    const out = this.#out
    this.#out = []
    return out
  }
}

const NOTHING: readonly FeedEffect[] = []
