import { isText } from '../../core/recording/index.js'
import { HEARTBEAT_BYTES } from '../../core/wire/index.js'
import type { LiveMessage, LiveSink, SinkListener, SinkStatus } from './live-sink.js'
import { type Batch, MessageRing } from './message-ring.js'

/** What a delivery came to. */
export interface Delivered {
  /** Messages that will never be taken, however often they are sent, and why. */
  readonly refused: number
  readonly detail: string
}

/** Where a sink hands its messages on. */
export interface Outlet {
  /** True: there from the beginning. */
  readonly is_ready: boolean
  /** Rejects when the batch can't be handed on now: it comes again, with `batch.done` as it was left. Called one at a time. */
  deliver(batch: Batch): Promise<Delivered>
  close(): Promise<void>
}

/** An outlet tells whether it is there at all; not before it has been opened. */
export interface OutletListener {
  onReady(): void
  onLost(detail: string): void
}

export interface RingSinkOptions {
  readonly name: string
  readonly ring_bytes: number
  /** Messages wait this long for others to share a delivery with; 0: until the event loop has come round. */
  readonly gather_ms: number
  /** Which messages are for it; default those with packets. */
  takes?(message: LiveMessage): boolean
  open(listener: OutletListener): Outlet
}

/** Calls back once, after a while; what it gives back calls it off. 0 ms: when the event loop has come round. */
export type Later = (ms: number, run: () => void) => () => void

/** What one delivery takes at most: some ms of work, so that a recorder in the same thread is not kept waiting. */
const BATCH_BYTES = 16 * 1024
const RETRY_FIRST_MS = 100
const RETRY_MAX_MS = 5_000

/** The machine's timers. */
export const systemLater: Later = (ms, run) => {
  if (ms <= 0) {
    const immediate = setImmediate(run)
    return () => clearImmediate(immediate)
  }
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

/**
 * A ring in front of an outlet that may be slow, full or gone. Taking a message is a copy into the ring and nothing else; one delivery at a
 * time is under way; what fails comes again after a while, for ever; what the ring can't hold is counted. At each moment
 * taken = sent + dropped + waiting.
 *
 *   starting --ready--> up --lost, failed, refused, too slow--> down --delivered, or ready with nothing to deliver--> up
 */
export class RingSink implements LiveSink {
  readonly #options: RingSinkOptions
  readonly #listener: SinkListener
  readonly #later: Later
  readonly #ring: MessageRing
  readonly #outlet: Outlet
  #state: SinkStatus['state'] = 'starting'
  #detail = ''
  #dropped_when_down = 0
  #taken = 0
  #sent = 0
  /** Dropped outside the ring. */
  #given_up = 0
  /** The outlet is there. */
  #ready = false
  /** Under way, or to come again. */
  #batch: Batch | undefined
  #delivering = false
  #cancel: (() => void) | undefined
  #retry_ms = RETRY_FIRST_MS
  #closing: 'no' | 'flushing' | 'closed' = 'no'
  #waiters: (() => void)[] = []

  constructor(options: RingSinkOptions, listener: SinkListener, later: Later = systemLater) {
    this.#options = options
    this.#listener = listener
    this.#later = later
    this.#ring = new MessageRing(options.ring_bytes)
    this.#outlet = options.open({ onReady: () => this.#onReady(), onLost: (detail) => this.#onLost(detail) })
    if (this.#outlet.is_ready) this.#onReady()
  }

  onMessage(message: LiveMessage): void {
    const { takes = hasPackets } = this.#options
    if (this.#closing !== 'no' || !takes(message)) return
    this.#taken++
    this.#ring.push(message)
    if (this.#ready && !this.#delivering) this.#cancel ??= this.#later(this.#options.gather_ms, () => this.#begin())
  }

  drained(): Promise<void> {
    if (this.#isEmpty || this.#closing === 'closed') return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiters.push(resolve)
    })
  }

  status(): SinkStatus {
    return {
      name: this.#options.name,
      state: this.#state,
      taken: this.#taken,
      sent: this.#sent,
      dropped: this.#dropped,
      waiting_bytes: this.#ring.used + (this.#batch?.bytes ?? 0),
      detail: this.#detail,
    }
  }

  async close(deadline_ms: number): Promise<void> {
    if (this.#closing !== 'no') return
    this.#closing = 'flushing'
    let cancelDeadline = (): void => {}
    const deadline = new Promise<void>((resolve) => {
      cancelDeadline = this.#later(Math.max(1, deadline_ms), resolve)
    })
    await Promise.race([deadline, this.#flush()])
    this.#giveUp()
    await Promise.race([deadline, this.#outlet.close().catch(() => {})])
    cancelDeadline()
  }

  get #dropped(): number {
    return this.#ring.dropped + this.#given_up
  }

  get #isEmpty(): boolean {
    return this.#ring.count === 0 && this.#batch === undefined
  }

  #onReady(): void {
    this.#ready = true
    this.#retry_ms = RETRY_FIRST_MS
    if (this.#isEmpty || this.#state === 'starting') this.#up()
    this.#begin()
  }

  #onLost(detail: string): void {
    this.#ready = false
    if (this.#closing === 'closed') return
    this.#down(detail)
    // When it is over, nobody waits for an outlet that is not there.
    if (this.#closing === 'flushing' && !this.#delivering) this.#giveUp()
  }

  #begin(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#ready && !this.#delivering && this.#closing !== 'closed') void this.#deliverAll()
  }

  async #deliverAll(): Promise<void> {
    this.#delivering = true
    let goes_on = true
    while (goes_on && this.#ready && !this.#isEmpty) goes_on = await this.#deliverOne()
    this.#delivering = false
    if (this.#isEmpty) this.#release()
    else if (this.#closing === 'flushing') this.#giveUp()
  }

  /** False: to be tried again later. */
  async #deliverOne(): Promise<boolean> {
    this.#dropStale()
    if (this.#isEmpty) return true
    this.#batch ??= this.#ring.take(BATCH_BYTES)
    const batch = this.#batch
    try {
      const { refused, detail } = await this.#outlet.deliver(batch)
      if (this.#batch !== batch) return false
      this.#batch = undefined
      this.#sent += batch.messages.length - refused
      this.#given_up += refused
      this.#retry_ms = RETRY_FIRST_MS
      if (refused > 0) this.#down(detail)
      else if (this.#ring.dropped > batch.dropped_before) this.#down('slower than the feed, the ring is full')
      else if (this.#ready) this.#up()
      return true
    } catch (error) {
      if (this.#batch !== batch) return false
      this.#down(error instanceof Error ? error.message : String(error))
      if (this.#closing === 'no') this.#tryLater()
      return false
    }
  }

  /** What failed and is older than what the ring has dropped since goes first. */
  #dropStale(): void {
    if (this.#batch === undefined || this.#batch.dropped_before === this.#ring.dropped) return
    this.#given_up += this.#batch.messages.length
    this.#batch = undefined
  }

  #tryLater(): void {
    this.#cancel = this.#later(this.#retry_ms, () => this.#begin())
    this.#retry_ms = Math.min(2 * this.#retry_ms, RETRY_MAX_MS)
  }

  #up(): void {
    if (this.#state === 'up') return
    const was_down = this.#state === 'down'
    this.#state = 'up'
    this.#detail = ''
    if (was_down) this.#listener.onUp(this.#dropped - this.#dropped_when_down)
  }

  #down(detail: string): void {
    this.#detail = detail
    if (this.#state === 'down') return
    this.#state = 'down'
    this.#dropped_when_down = this.#dropped
    this.#listener.onDown(detail)
  }

  #flush(): Promise<void> {
    const drained = this.drained()
    if (this.#ready) this.#begin()
    else if (!this.#delivering) this.#giveUp()
    return drained
  }

  /** What still waits is lost; what is under way may have arrived, but nobody knows. */
  #giveUp(): void {
    this.#closing = 'closed'
    this.#cancel?.()
    this.#cancel = undefined
    this.#given_up += (this.#batch?.messages.length ?? 0) + this.#ring.count
    this.#batch = undefined
    this.#ring.clear()
    this.#release()
  }

  #release(): void {
    for (const resolve of this.#waiters.splice(0)) resolve()
  }
}

/** Heartbeats and texts carry none: they are not for sinks of ticks. */
const hasPackets = (message: LiveMessage): boolean => message.end - message.start > HEARTBEAT_BYTES && !isText(message)
