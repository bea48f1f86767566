import { SystemClock } from '../system-clock.js'

/** Clocks and timers, so that tests can bring their own. */
export interface FeedPorts {
  /** Monotonic ms, for waits. */
  elapsedMs(): number
  /** Ms since the epoch on the clock that stamps the records: gaps are told on it. Must not step back. */
  nowMs(): number
  /** Calls each `ms`, until the function it gives back is called. */
  every(ms: number, call: () => void): () => void
  /** Calls once after `ms`, unless the function it gives back is called before. */
  after(ms: number, call: () => void): () => void
}

/** The machine's own. Give `nowMs` of the clock that stamps the records instead where there is one. */
export function systemFeedPorts(nowMs: () => number = () => new SystemClock().nowMs()): FeedPorts {
  const clock = new SystemClock()
  return {
    nowMs,
    elapsedMs: () => clock.elapsedMs(),
    every: (ms, call) => {
      const timer = setInterval(call, ms)
      return () => clearInterval(timer)
    },
    after: (ms, call) => {
      const timer = setTimeout(call, ms)
      return () => clearTimeout(timer)
    },
  }
}
