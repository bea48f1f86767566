import { fasterSpeed, slowerSpeed, UNPACED, type Window } from '../core/replay/index.js'
import type { TimestampMs } from '../core/time/index.js'
import { Lateness } from './lateness.js'
import { Pacer, type PacerPorts } from './pacer.js'
import type { Gate } from './read-session.js'

export interface PlaybackSetup {
  readonly speed: number
  readonly max_wait_ms: number
  readonly ports: PacerPorts
  /**
   * With it a moment is handed out ahead of its time, made ready here, and leaves with `onIdle` when it is due: decoding and printing then make
   * nothing late. Only without controls, for the engine is one moment ahead.
   */
  onPrepare?: (() => void) | undefined
  /** Everything due has been handed out, and a wait may follow: let it leave. */
  onIdle(): void
  /** False once nobody takes what is handed out. */
  isWanted(): boolean
}

/** Why reading stopped before the end of the recording. */
export type StopReason = 'window' | 'unwanted' | 'quit' | 'rewind'

/**
 * The gate of a replay: lets records pass when virtual time has come to them. What is left out of the window's beginning, and what a seek skips,
 * runs through at full speed, for the engine needs all of it. Controls change when a record passes, never whether or in which order.
 */
export class Playback implements Gate {
  until_ms = Number.NEGATIVE_INFINITY
  /** Virtual time of the engine: the latest time of receipt handed out. */
  last_ms = Number.NEGATIVE_INFINITY
  first_ms = Number.NEGATIVE_INFINITY
  stopped: StopReason | undefined
  readonly lateness = new Lateness()
  readonly #setup: PlaybackSetup
  readonly #pacer: Pacer
  #windowOf: (first_ms: TimestampMs) => Window = () => ({ from_ms: 0, to_ms: 0 })
  #window: Window | undefined
  /** Running at full speed to this moment. */
  #target_ms: number | undefined
  /** Handed out ahead of its time and still here. */
  #prepared_ms: number | undefined
  #steps = 0
  #resting = false
  /** When the records handed out since the last `onIdle` were due, in real time. */
  #due_ms: number[] = []
  #onStop: (() => void) | undefined

  constructor(setup: PlaybackSetup) {
    this.#setup = setup
    this.#pacer = new Pacer(setup, setup.ports)
  }

  get speed(): number {
    return this.#pacer.speed
  }

  get paused(): boolean {
    return this.#pacer.paused
  }

  get isSeeking(): boolean {
    return this.#target_ms !== undefined
  }

  /** The moment shown to people; runs on between records. */
  get virtual_ms(): number {
    if (this.#resting || this.#target_ms !== undefined || this.speed === UNPACED || this.#window === undefined)
      return this.last_ms
    return Math.max(this.last_ms, Math.min(this.#pacer.virtualMs, this.#window.to_ms))
  }

  /** Where the window begins, as far as there are records; undefined until the first one is known. */
  get begin_ms(): number | undefined {
    return this.#window === undefined ? undefined : Math.max(this.#window.from_ms, this.first_ms)
  }

  /** Where the window ends, as asked for. */
  get end_ms(): number | undefined {
    return this.#window?.to_ms
  }

  /** At the end of the recording. */
  get isResting(): boolean {
    return this.#resting
  }

  /** What is handed out now belongs to the window. */
  get isInWindow(): boolean {
    return this.#window !== undefined && this.last_ms >= this.#window.from_ms
  }

  /** Before each reading of a session. `at_ms`: run to there first. */
  begin(windowOf: (first_ms: TimestampMs) => Window, at_ms?: number): void {
    this.#windowOf = windowOf
    this.#window = undefined
    this.#target_ms = at_ms
    this.#prepared_ms = undefined
    this.#steps = 0
    if (this.stopped !== 'quit') this.stopped = undefined
    this.#resting = false
    this.until_ms = Number.NEGATIVE_INFINITY
    this.last_ms = Number.NEGATIVE_INFINITY
  }

  /** Call for each record, before the engine gets it. */
  noteRecord(received_at_ms: number): void {
    if (received_at_ms > this.last_ms) this.last_ms = received_at_ms
  }

  pass(next_ms: number | undefined): boolean | Promise<boolean> {
    if (next_ms === undefined) {
      if (!this.#isAhead) this.idle()
      return this.#goes()
    }
    const window = this.#window ?? this.#open(next_ms)
    if (!this.#goes()) return false
    if (this.#isAhead) return this.#prepare(next_ms, window)
    if (next_ms >= window.to_ms) {
      this.idle()
      return this.#end(window)
    }
    if (this.#target_ms === undefined && this.#steps === 0 && this.#pacer.isDue(next_ms)) return this.#release(next_ms)
    this.idle()
    return this.#hold(next_ms)
  }

  togglePause(): void {
    this.setPaused(!this.paused)
  }

  setPaused(paused: boolean): void {
    this.#settle()
    this.#pacer.setPaused(paused)
    this.#reconsider()
  }

  /** Hands out what was received at the next moment, then waits. */
  step(): void {
    this.#settle()
    this.#pacer.setPaused(true)
    this.#steps++
    this.#reconsider()
  }

  faster(): void {
    this.setSpeed(fasterSpeed(this.speed))
  }

  slower(): void {
    this.setSpeed(slowerSpeed(this.speed))
  }

  setSpeed(speed: number): void {
    this.#settle()
    this.#pacer.setSpeed(speed)
    this.#reconsider()
  }

  seekBy(ms: number): void {
    this.seekTo((this.#target_ms ?? this.virtual_ms) + ms)
  }

  /** Forwards at full speed; backwards by reading from the beginning again, for nothing else leaves the engine's state exact. */
  seekTo(moment_ms: TimestampMs): void {
    const window = this.#window
    if (window === undefined || (this.#resting && moment_ms >= this.virtual_ms)) return
    const target_ms = Math.max(window.from_ms, this.first_ms, moment_ms)
    this.#target_ms = target_ms
    // Unlimited speed would be back at the end before anyone has seen a thing.
    if (this.#resting && this.speed === UNPACED) this.#pacer.setPaused(true)
    if (target_ms < this.last_ms) this.stop('rewind')
    else this.#reconsider()
  }

  /** Where a rewind wants to go. */
  get target_ms(): number | undefined {
    return this.#target_ms
  }

  stop(reason: StopReason): void {
    if (reason === 'quit' || this.stopped === undefined) this.stopped = reason
    this.#reconsider()
    this.#onStop?.()
  }

  /** The recording is over: waits for someone to quit or to seek backwards. */
  async rest(): Promise<void> {
    this.#target_ms = undefined
    this.#resting = true
    this.stopped = undefined
    while (this.stopped === undefined) {
      await new Promise<void>((resolve) => {
        this.#onStop = resolve
      })
    }
    this.#onStop = undefined
  }

  #goes(): boolean {
    if (!this.#setup.isWanted()) this.stopped ??= 'unwanted'
    return this.stopped === undefined
  }

  #open(first_ms: number): Window {
    this.first_ms = first_ms
    const window = this.#windowOf(first_ms)
    this.#window = window
    this.#target_ms ??= Math.max(window.from_ms, first_ms)
    return window
  }

  /** Even the end of the window comes at its time. */
  #end({ to_ms }: Window): false | Promise<boolean> {
    const stop = (): false => {
      this.stopped ??= 'window'
      this.#due_ms = []
      return false
    }
    return this.speed === UNPACED ? stop() : this.#hold(to_ms).then(stop)
  }

  #release(next_ms: number): true {
    const to_ms = this.#window?.to_ms ?? next_ms
    if (this.speed === UNPACED && !this.paused) this.until_ms = to_ms - 1
    else {
      this.until_ms = next_ms
      this.#due_ms.push(this.#pacer.dueMs(next_ms))
    }
    return true
  }

  async #hold(next_ms: number): Promise<boolean> {
    for (;;) {
      if (!this.#goes()) return false
      const target_ms = this.#target_ms
      if (target_ms !== undefined && next_ms < target_ms) {
        this.until_ms = Math.min(target_ms, this.#window?.to_ms ?? target_ms) - 1
        return true
      }
      if (target_ms !== undefined) {
        this.#target_ms = undefined
        this.#pacer.seek(target_ms)
      }
      if (this.#steps > 0) {
        this.#steps--
        this.#pacer.seek(next_ms)
        this.until_ms = next_ms
        return true
      }
      if ((await this.#pacer.wait(next_ms)) === 'due') return this.#release(next_ms)
    }
  }

  /** At unlimited speed the pacer does not hear of each record: tell it where we are before anything changes. */
  #settle(): void {
    if (this.speed === UNPACED && this.#target_ms === undefined) this.#pacer.seek(this.last_ms)
  }

  /** Whatever was allowed to pass is asked about again. */
  #reconsider(): void {
    this.until_ms = this.last_ms
    this.#pacer.wake()
  }

  /** Call when reading is over: the last moment leaves at its time too. */
  async finish(): Promise<void> {
    if (this.#prepared_ms !== undefined) await this.#sendPrepared()
    else this.idle()
  }

  get #isAhead(): boolean {
    return this.#setup.onPrepare !== undefined && this.speed !== UNPACED
  }

  async #prepare(next_ms: number, window: Window): Promise<boolean> {
    if (this.#prepared_ms !== undefined && !(await this.#sendPrepared())) return false
    if (next_ms >= window.to_ms) return this.#end(window)
    if (this.#target_ms !== undefined && next_ms < this.#target_ms) this.until_ms = Math.min(this.#target_ms, window.to_ms) - 1
    else {
      this.until_ms = next_ms
      this.#prepared_ms = next_ms
    }
    return true
  }

  async #sendPrepared(): Promise<boolean> {
    const prepared_ms = this.#prepared_ms ?? 0
    this.#setup.onPrepare?.()
    // The schedule begins with the first moment that is ready to leave.
    if (this.#target_ms !== undefined) this.#pacer.seek(this.#target_ms)
    this.#target_ms = undefined
    while (this.#goes()) {
      if ((await this.#pacer.wait(prepared_ms)) === 'woken') continue
      this.#prepared_ms = undefined
      this.#due_ms.push(this.#pacer.dueMs(prepared_ms))
      this.idle()
      return this.#goes()
    }
    return false
  }

  /** What was handed out leaves now; how late it was counts from then. */
  idle(): void {
    this.#setup.onIdle()
    if (this.#due_ms.length === 0) return
    const now_ms = this.#setup.ports.nowMs()
    for (const due_ms of this.#due_ms) this.lateness.add(now_ms - due_ms)
    this.#due_ms = []
  }
}
