/** The clock and the ways of waiting, so that tests can bring their own. */
export interface PacerPorts {
  /** Monotonic ms with a fraction. */
  nowMs(): number
  /** Gives the event loop at least one turn and comes back after about `ms`, or at once when `wake` is called. May be early, may be late. */
  sleep(ms: number, onWakeable: (wake: () => void) => void): Promise<void>
  /** Blocks the thread for about `ms` (a fraction). */
  nap(ms: number): void
}

export interface PacerOptions {
  /** Virtual ms per real ms; Infinity = as fast as it goes. */
  readonly speed: number
  /** A silence takes at most this long in real time. */
  readonly max_wait_ms: number
}

/** Timers wake up to 1 ms early or late; the last stretch is waited for in naps. */
const TIMER_MARGIN_MS = 1.5
/** Below this a timer is no use. */
const TIMER_MIN_MS = TIMER_MARGIN_MS + 1
const NAP_MS = 0.5
/** Keys, signals and redraws are looked at this often. */
const TURN_MS = 10

/**
 * Virtual time against the wall: what was received at `virtual` is due at `origin + (virtual - virtual_origin) / speed`. Always reckoned from
 * the origin, so an error of one wait is not carried into the next and nothing drifts. Nothing is ever early. Pausing, seeking and a change of
 * speed move the origin and nothing else.
 */
export class Pacer {
  readonly #ports: PacerPorts
  readonly #max_wait_ms: number
  #speed: number
  #paused = false
  #origin_ms = 0
  #virtual_origin_ms = 0
  /** What was last due: a silence begins there. */
  #passed_ms = 0
  #turn_ms = 0
  #wake: (() => void) | undefined

  constructor({ speed, max_wait_ms }: PacerOptions, ports: PacerPorts) {
    this.#speed = speed
    this.#max_wait_ms = max_wait_ms
    this.#ports = ports
  }

  get speed(): number {
    return this.#speed
  }

  get paused(): boolean {
    return this.#paused
  }

  /** Virtual time now; with unlimited speed, the moment last waited for. */
  get virtualMs(): number {
    if (this.#paused || this.#speed === Number.POSITIVE_INFINITY) return this.#virtual_origin_ms
    return this.#virtual_origin_ms + (this.#ports.nowMs() - this.#origin_ms) * this.#speed
  }

  /** Real time at which a moment is due. */
  dueMs(virtual_ms: number): number {
    return this.#origin_ms + (virtual_ms - this.#virtual_origin_ms) / this.#speed
  }

  /** The schedule begins anew: `virtual_ms` is now. */
  seek(virtual_ms: number): void {
    this.#virtual_origin_ms = virtual_ms
    this.#passed_ms = virtual_ms
    this.#origin_ms = this.#ports.nowMs()
    this.wake()
  }

  setSpeed(speed: number): void {
    const virtual_ms = this.virtualMs
    this.#speed = speed
    this.#rebase(virtual_ms)
  }

  setPaused(paused: boolean): void {
    const virtual_ms = this.virtualMs
    this.#paused = paused
    this.#rebase(virtual_ms)
  }

  /** Ends a `wait` under way with `'woken'`. */
  wake(): void {
    this.#wake?.()
  }

  /** True when the moment has come; it then counts as passed. False also when the event loop has waited long enough for its turn. */
  isDue(virtual_ms: number): boolean {
    if (this.#paused) return false
    const now_ms = this.#ports.nowMs()
    if (this.#speed === Number.POSITIVE_INFINITY) {
      if (virtual_ms > this.#virtual_origin_ms) this.#virtual_origin_ms = virtual_ms
    } else {
      this.#shorten(virtual_ms)
      if (now_ms < this.dueMs(virtual_ms)) return false
    }
    if (now_ms - this.#turn_ms > TURN_MS) return false
    this.#passed_ms = virtual_ms
    return true
  }

  /** Comes back when the moment is due, or `'woken'` when something has changed since: ask again then. */
  async wait(virtual_ms: number): Promise<'due' | 'woken'> {
    let woken = false
    const onWakeable = (wake: () => void): void => {
      this.#wake = () => {
        woken = true
        wake()
      }
    }
    try {
      for (;;) {
        const left_ms = this.#paused ? Number.POSITIVE_INFINITY : this.#leftMs(virtual_ms)
        const owes_turn = this.#ports.nowMs() - this.#turn_ms > TURN_MS
        if (left_ms > TIMER_MIN_MS || owes_turn) {
          await this.#ports.sleep(Math.max(0, left_ms - TIMER_MARGIN_MS), onWakeable)
          this.#turn_ms = this.#ports.nowMs()
          if (woken) return 'woken'
        } else if (left_ms > 0) this.#ports.nap(Math.min(left_ms, NAP_MS))
        else {
          this.#passed_ms = virtual_ms
          return 'due'
        }
      }
    } finally {
      this.#wake = undefined
    }
  }

  #leftMs(virtual_ms: number): number {
    if (this.#speed === Number.POSITIVE_INFINITY) {
      if (virtual_ms > this.#virtual_origin_ms) this.#virtual_origin_ms = virtual_ms
      return 0
    }
    this.#shorten(virtual_ms)
    return this.dueMs(virtual_ms) - this.#ports.nowMs()
  }

  /** A silence longer than allowed ends `max_wait_ms` after it began: the origin moves, once per silence. */
  #shorten(virtual_ms: number): void {
    if ((virtual_ms - this.#passed_ms) / this.#speed <= this.#max_wait_ms) return
    const due_ms = this.dueMs(this.#passed_ms) + this.#max_wait_ms
    this.#origin_ms = due_ms
    this.#virtual_origin_ms = virtual_ms
    this.#passed_ms = virtual_ms
  }

  #rebase(virtual_ms: number): void {
    this.#virtual_origin_ms = virtual_ms
    this.#origin_ms = this.#ports.nowMs()
    this.wake()
  }
}
