import { MdsError } from '../../core/errors.js'
import type { FeedMode } from '../../core/feed/index.js'
import type { JournalEvent, RecordedGap } from '../../core/recording/index.js'
import type { ConnectionStatus } from '../feed/connection-status.js'
import type { FeedListener } from '../feed/feed.js'
import type { AlertSink } from '../sinks/alert-sink.js'
import type { LiveSink } from '../sinks/live-sink.js'
import type { CaptureClock } from './capture-clock.js'
import type { CaptureMeter } from './capture-meter.js'
import type { CaptureControl } from './control-routes.js'
import type { EventTeller } from './event-teller.js'
import type { LiveBars } from './live-bars.js'
import type { RecordedClock } from './recorded-clock.js'
import type { Recorder } from './recorder-port.js'
import type { CaptureStatus } from './status.js'

/** The feed as a session steers it. */
export interface FeedPort {
  subscribe(tokens: readonly number[], mode: FeedMode): void
  unsubscribe(tokens: readonly number[]): void
  setMode(mode: FeedMode, tokens: readonly number[]): void
  carried(connection: number): ReadonlyMap<FeedMode, readonly number[]>
  status(): readonly ConnectionStatus[]
  hold(is_held: boolean): void
}

/** Live candles and alerts as a capture feeds and ends them. */
export type BarsPort = Pick<LiveBars, 'push' | 'release' | 'noteGap' | 'end' | 'candles' | 'alerts'>

export interface SessionSetup {
  readonly profile: string
  readonly session: string
  readonly version: string
  readonly mode: FeedMode
  readonly recorder: Recorder
  readonly meter: CaptureMeter
  readonly events: Pick<EventTeller, 'recent'>
  readonly sinks: readonly LiveSink[]
  readonly bars: BarsPort | undefined
  /** Where alerts go besides their file. */
  readonly alert_sink: AlertSink | undefined
  /** Exactly one of them stamps the records. */
  readonly clock: { readonly machine: CaptureClock } | { readonly recorded: RecordedClock }
  /** Takes secrets out of words of others. */
  scrub(text: string): string
  tokensOf?(symbols: readonly string[]): readonly number[]
}

/**
 * The crossing where a message goes to the recorder first and then to everybody else, and where every event becomes a line of the journal. Nothing
 * here waits, and nothing that others do can keep a message from the recorder.
 */
export class CaptureSession implements FeedListener, CaptureControl {
  readonly #setup: SessionSetup
  readonly #tokensOf: ((symbols: readonly string[]) => readonly number[]) | undefined
  /** Why the capture is to stop; the first reason counts. */
  readonly stopped: Promise<string>
  #resolveStopped: (reason: string) => void = () => {}
  #feed: FeedPort | undefined
  readonly #started_ms: number
  #stopping = false

  constructor(setup: SessionSetup) {
    this.#setup = setup
    this.#started_ms = this.now()
    this.#tokensOf = setup.tokensOf
    this.stopped = new Promise((resolve) => {
      this.#resolveStopped = resolve
    })
  }

  /** The feed is made with this session as its listener. */
  attach(feed: FeedPort): void {
    this.#feed = feed
  }

  /** On the clock that stamps the records. */
  now(): number {
    const { clock } = this.#setup
    return 'machine' in clock ? clock.machine.now() : clock.recorded.now()
  }

  onBinary(connection: number, message: Uint8Array, served_ms: number | undefined): void {
    const { recorder, meter, bars, clock, sinks } = this.#setup
    const stamp_ms = served_ms ?? this.now()
    const kept_ms = recorder.append(connection, stamp_ms, message)
    if (recorder.isCrowded && 'recorded' in clock) this.#feed?.hold(true)
    meter.onMessage(kept_ms ?? stamp_ms, message)
    // What the recorder had no room for is in no recording, and so in no bar.
    if (bars !== undefined && kept_ms !== undefined) {
      bars.push(connection, kept_ms, message)
      // Of this machine's clock: after it was set back, what one connection keeps may be ahead of it.
      bars.release('machine' in clock ? stamp_ms : clock.recorded.complete())
    }
    if (sinks.length === 0) return
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
    const live = { connection, received_at_ms: kept_ms ?? stamp_ms, view, bytes: message, start: 0, end: message.length }
    for (const sink of sinks) sink.onMessage(live)
  }

  /** The disk has taken something. A replay at full speed is faster than any disk: it waited for this. */
  onWritten(): void {
    if (!this.#setup.recorder.isCrowded) this.#feed?.hold(false)
  }

  onServed(connection: number, served_ms: number): number {
    const { clock } = this.#setup
    return 'recorded' in clock ? clock.recorded.served(connection, served_ms) : served_ms
  }

  /** The journal line of a text is the feed's. */
  onText(): void {
    this.#setup.meter.totals.texts++
  }

  onEvent(event: JournalEvent): void {
    const { recorder, clock } = this.#setup
    if ('recorded' in clock && 'connection' in event) {
      if (event.event === 'connected') clock.recorded.opened(event.connection)
      if (event.event === 'disconnected' || event.event === 'stall') clock.recorded.ended(event.connection)
    }
    const at_ms = this.now()
    if (SUBSCRIBING.has(event.event) && 'connection' in event)
      recorder.subscriptions(at_ms, event.connection, this.#feed?.carried(event.connection) ?? new Map())
    recorder.journal(at_ms, event)
  }

  onEnd(): void {
    this.stop('end of the recording')
  }

  /** Told by the recorder before it accepts the first record behind the gap. */
  onGap(gap: RecordedGap): void {
    this.#setup.bars?.noteGap(gap)
  }

  /** Something besides the recording failed; the words of an error may quote anything. */
  failed(part: string, error: unknown): void {
    this.onEvent({ event: 'failure', part, detail: this.#setup.scrub(error instanceof MdsError ? error.message : String(error)) })
  }

  subscribe(tokens: readonly number[], mode: FeedMode | undefined): void {
    const feed = this.#openFeed()
    if (mode !== undefined) {
      feed.subscribe(tokens, mode)
      return
    }
    const known = new Set(feed.status().flatMap(({ connection }) => [...feed.carried(connection).values()].flat()))
    feed.subscribe(
      tokens.filter((token) => !known.has(token)),
      this.#setup.mode,
    )
  }

  unsubscribe(tokens: readonly number[]): void {
    this.#openFeed().unsubscribe(tokens)
  }

  setMode(mode: FeedMode, tokens: readonly number[]): void {
    this.#openFeed().setMode(mode, tokens)
  }

  tokensOf(symbols: readonly string[]): readonly number[] {
    return this.#tokensOf?.(symbols) ?? []
  }

  stop(reason = 'asked over the control API'): void {
    this.#stopping = true
    this.#resolveStopped(reason)
  }

  status(): CaptureStatus {
    const { profile, session, version, meter, events, recorder, sinks, alert_sink, clock } = this.#setup
    const now_ms = this.now()
    const connections = this.#feed?.status() ?? []
    const recording = recorder.status()
    const sink_states = [...sinks, ...(alert_sink === undefined ? [] : [alert_sink])].map((sink) => sink.status())
    const problems = [
      ...connections
        .filter(({ state }) => state !== 'open')
        .map(({ connection, state, detail }) => `connection ${connection} is ${state}${detail === '' ? '' : `: ${detail}`}`),
      ...(recording.trouble === undefined ? [] : [recording.trouble]),
      ...sink_states.filter(({ state }) => state === 'down').map(({ name, detail }) => `${name} is down: ${detail}`),
    ]
    return {
      profile,
      session,
      pid: process.pid,
      version,
      now_ms,
      started_ms: this.#started_ms,
      health: this.#stopping ? 'stopping' : problems.length > 0 ? 'degraded' : 'running',
      problems,
      stamps: 'machine' in clock ? 'machine' : 'recorded',
      connections,
      totals: { ...meter.totals },
      rates: meter.rates(),
      lag: { p50_ms: meter.lag.quantile(0.5), p99_ms: meter.lag.quantile(0.99), max_ms: meter.lag.max_ms },
      feed_lag_ms: meter.feed_lag_ms,
      recorder: recording,
      sinks: sink_states,
      subscriptions: countsByMode(connections, this.#feed),
      recent_events: events.recent,
    }
  }

  #openFeed(): FeedPort {
    if (this.#feed === undefined) throw new Error('a session is steered once its feed is attached')
    return this.#feed
  }
}

const SUBSCRIBING: ReadonlySet<JournalEvent['event']> = new Set(['subscribed', 'unsubscribed', 'takeover', 'returned'])

function countsByMode(connections: readonly ConnectionStatus[], feed: FeedPort | undefined): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { connection } of connections)
    for (const [mode, tokens] of feed?.carried(connection) ?? []) counts[mode] = (counts[mode] ?? 0) + tokens.length
  return counts
}
