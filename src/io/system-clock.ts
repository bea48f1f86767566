/** The clocks of the machine: the only place that asks for them. */
export class SystemClock {
  /** Monotonic ms with a fraction; its zero means nothing. */
  elapsedMs(): number {
    return performance.now()
  }

  /** Wall clock, ms since the epoch. */
  nowMs(): number {
    return Date.now()
  }
}
