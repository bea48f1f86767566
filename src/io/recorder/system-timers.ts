import { SystemClock } from '../system-clock.js'
import type { RecorderTimers } from './recorder-ports.js'

/** The timers of this machine. */
export function systemTimers(): RecorderTimers {
  const clock = new SystemClock()
  return {
    elapsedMs: () => clock.elapsedMs(),
    after: (ms, task, idly = false) => {
      const timer = setTimeout(task, ms)
      if (idly) timer.unref()
      return () => clearTimeout(timer)
    },
  }
}
