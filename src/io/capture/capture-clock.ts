/** A wall clock that differs from the running one by more than this has been stepped. */
const STEP_MS = 50
/** While the wall clock is behind what was written, time goes on at this share of its pace until it has been caught up. */
const SLEW = 0.5

/** The machine's clocks, so that tests can step them. */
export interface ClockPorts {
  /** Wall clock, ms since the epoch. */
  nowMs(): number
  /** Monotonic ms with a fraction. */
  elapsedMs(): number
}

/**
 * Stamps records: wall time at the start and monotonic time from there on. A step of the wall clock is told; one forward is followed at once,
 * one back by going slower until the wall clock has caught up, so that what is written never goes back and hours never open again.
 */
export class CaptureClock {
  steps = 0
  readonly #ports: ClockPorts
  readonly #onStep: (delta_ms: number) => void
  #anchor_ms: number
  #anchor_elapsed_ms: number
  /** Ahead of the wall clock by this much when anchored. */
  #ahead_ms = 0
  #last_ms = 0

  constructor(ports: ClockPorts, onStep: (delta_ms: number) => void) {
    this.#ports = ports
    this.#onStep = onStep
    this.#anchor_ms = ports.nowMs()
    this.#anchor_elapsed_ms = ports.elapsedMs()
  }

  /** Integer ms since the epoch; never less than the last one. */
  now(): number {
    const since_ms = this.#ports.elapsedMs() - this.#anchor_elapsed_ms
    // The wall clock needs `ahead / slew` to be where a clock at the remaining pace is by then.
    const ahead_ms = Math.max(0, this.#ahead_ms - since_ms * SLEW)
    this.#last_ms = Math.max(this.#last_ms, Math.floor(this.#anchor_ms + since_ms + ahead_ms))
    return this.#last_ms
  }

  /** Call about once a second. */
  check(): void {
    const elapsed_ms = this.#ports.elapsedMs()
    const wall_ms = this.#ports.nowMs()
    const delta_ms = wall_ms - (this.#anchor_ms + elapsed_ms - this.#anchor_elapsed_ms)
    if (Math.abs(delta_ms) <= STEP_MS) return
    const ahead_ms = Math.max(0, this.now() - wall_ms)
    this.steps++
    this.#anchor_ms = wall_ms
    this.#anchor_elapsed_ms = elapsed_ms
    this.#ahead_ms = ahead_ms
    this.#onStep(Math.round(delta_ms))
  }
}
