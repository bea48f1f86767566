import type { LookupFunction } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { FeedMode, Layout } from '../../../src/core/feed/index.js'
import type { JournalEvent } from '../../../src/core/recording/index.js'
import { Credentials, CredentialsInUse } from '../../../src/io/feed/credentials.js'
import { Feed, type FeedListener } from '../../../src/io/feed/feed.js'
import { feedEndpoint } from '../../../src/io/feed/feed-endpoint.js'
import type { FeedPorts } from '../../../src/io/feed/feed-ports.js'
import { kiteSockets } from '../../../src/io/feed/kite-socket.js'

/** Nothing that is told, shown or handed out may hold these. */
export const CANARY = { api_key: 'canarykey0123456', access_token: 'canaryToken+secret/0123456789abcdef' }

export const STAMPS_AHEAD_MS = 1_760_000_000_000

/** A clock that the test moves. Ticks that fall due while it moves are run at their moment. */
export class HandClock implements FeedPorts {
  now_ms = 0
  readonly #timers = new Set<{ due_ms: number; every_ms: number | undefined; call: () => void }>()

  elapsedMs(): number {
    return this.now_ms
  }

  nowMs(): number {
    return this.now_ms + STAMPS_AHEAD_MS
  }

  every(ms: number, call: () => void): () => void {
    return this.#add({ due_ms: this.now_ms + ms, every_ms: ms, call })
  }

  after(ms: number, call: () => void): () => void {
    return this.#add({ due_ms: this.now_ms + ms, every_ms: undefined, call })
  }

  advance(ms: number): void {
    const end_ms = this.now_ms + ms
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.due_ms - b.due_ms)[0]
      if (next === undefined || next.due_ms > end_ms) break
      this.now_ms = Math.max(this.now_ms, next.due_ms)
      if (next.every_ms === undefined) this.#timers.delete(next)
      else next.due_ms += next.every_ms
      next.call()
    }
    this.now_ms = end_ms
  }

  /** The event loop stands still: timers fire once, late. */
  freeze(ms: number): void {
    this.now_ms += ms
    for (const timer of [...this.#timers]) {
      if (timer.due_ms > this.now_ms) continue
      timer.due_ms = this.now_ms + (timer.every_ms ?? 0)
      timer.call()
    }
  }

  #add(timer: { due_ms: number; every_ms: number | undefined; call: () => void }): () => void {
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }
}

interface RigOptions {
  readonly url: string
  readonly layout?: Layout
  readonly wanted?: ReadonlyMap<number, FeedMode>
  readonly clock?: FeedPorts
  readonly lookup?: LookupFunction
  readonly trading?: boolean
  readonly credentials?: CredentialsInUse
}

/** A feed on real sockets, and all that it told. */
export class Rig implements FeedListener {
  readonly feed: Feed
  readonly events: JournalEvent[] = []
  readonly messages: { connection: number; bytes: string; served_ms: number | undefined }[] = []
  readonly texts: string[] = []
  readonly served: number[] = []
  /** Events and messages in the order in which they came. */
  readonly order: string[] = []
  ends = 0
  readonly #clock: HandClock | undefined

  constructor({ url, layout = { kind: 'split', connections: 1 }, wanted, clock, lookup, trading, credentials }: RigOptions) {
    this.#clock = clock instanceof HandClock ? clock : undefined
    this.feed = new Feed(
      {
        layout,
        wanted: wanted ?? new Map([[408065, 'full']]),
        credentials: credentials ?? new CredentialsInUse(new Credentials(CANARY)),
        openSocket: kiteSockets({
          endpoint: feedEndpoint({ url, env: {}, insecure: lookup !== undefined }),
          version: '0.0.0-test',
          handshake_ms: 60_000,
          ...(lookup === undefined ? {} : { lookup }),
        }),
        ports: clock ?? new HandClock(),
        seed: 7,
        isTrading: () => trading ?? true,
      },
      this,
    )
    onTestFinished(async () => {
      const stopped = this.feed.stop()
      this.#clock?.advance(1000)
      await stopped
    })
    this.feed.start()
  }

  onBinary(connection: number, message: Uint8Array, served_ms: number | undefined): void {
    const bytes = Buffer.from(message).toString('hex')
    this.messages.push({ connection, bytes, served_ms })
    this.order.push(message.length > 1 ? 'ticks' : 'heartbeat')
  }

  onText(_connection: number, text: string): void {
    this.texts.push(text)
  }

  onEvent(event: JournalEvent): void {
    this.events.push(event)
    this.order.push(event.event)
  }

  onServed(_connection: number, served_ms: number): number {
    this.served.push(served_ms)
    return served_ms
  }

  onEnd(): void {
    this.ends++
  }

  told<E extends JournalEvent['event']>(event: E): Extract<JournalEvent, { event: E }>[] {
    return this.events.filter((one): one is Extract<JournalEvent, { event: E }> => one.event === event)
  }

  state(connection = 1): string | undefined {
    return this.feed.status()[connection - 1]?.state
  }

  /** Waits for it in real time, and gives the feed's clock the time it needs: only while nothing is under way on a socket. */
  async until(claim: () => boolean, what: string): Promise<void> {
    for (let turn = 0; !claim(); turn++) {
      if (turn > 10_000) throw new Error(`never came: ${what}; states ${JSON.stringify(this.feed.status())}`)
      this.#clock?.advance(this.#spareMs())
      await wait(turn < 50 ? 0 : 1)
    }
  }

  /** Up to the next try; in short steps while another socket is open, which must not be taken for silent meanwhile. */
  #spareMs(): number {
    const status = this.feed.status()
    if (status.some(({ state }) => state === 'connecting')) return 0
    const retries = status.flatMap(({ retry_at_ms }) => retry_at_ms ?? [])
    if (retries.length === 0) return 0
    const first_ms = Math.min(...retries) - (this.#clock?.nowMs() ?? 0)
    return status.some(({ state }) => state === 'open') ? 100 : Math.max(100, first_ms)
  }
}
