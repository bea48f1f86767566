import { SystemClock } from '../system-clock.js'
import type { CaptureClock } from './capture-clock.js'
import type { CapturePlan } from './capture-plan.js'
import type { CaptureSession, SessionSetup } from './capture-session.js'

/** Live candles are this late, and an end is this punctual. */
const TICK_MS = 100
const CLOCK_CHECK_MS = 1000

/** What happens in a capture by itself; gives back how to stop it. */
export function startTimers(
  { bars, clock }: Pick<SessionSetup, 'bars' | 'clock'>,
  { end_ms }: Pick<CapturePlan, 'end_ms'>,
  session: CaptureSession,
): () => void {
  const system = new SystemClock()
  const timers = [
    // Looked at again and again: a machine that slept, or whose clock was set, still stops in time.
    ...(end_ms === undefined
      ? []
      : [setInterval(() => void (system.nowMs() >= end_ms && session.stop('the time is over')), TICK_MS)]),
    ...('machine' in clock ? machineTimers(clock.machine, bars) : []),
  ]
  return () => {
    for (const timer of timers) clearInterval(timer)
  }
}

/** A recording that is played brings its own time, and nothing of this machine's. */
function machineTimers(machine: CaptureClock, bars: SessionSetup['bars']): NodeJS.Timeout[] {
  const check = setInterval(() => machine.check(), CLOCK_CHECK_MS)
  // Whatever was received until now has been pushed.
  return bars === undefined ? [check] : [check, setInterval(() => bars.release(machine.now()), TICK_MS)]
}
