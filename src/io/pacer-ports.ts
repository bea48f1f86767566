import type { PacerPorts } from './pacer.js'
import { SystemClock } from './system-clock.js'

/** `setTimeout` takes no more than 2^31 - 1 ms. */
const TIMER_MAX_MS = 0x7fffffff
const CELL = new Int32Array(new SharedArrayBuffer(4))

/** The machine's own clock and timers. Naps block in `Atomics.wait`: fractions of a ms at no cost in CPU (a timer is good to 1 ms). */
export function systemPacing(): PacerPorts {
  const clock = new SystemClock()
  return {
    nowMs: () => clock.elapsedMs(),
    nap: (ms) => {
      Atomics.wait(CELL, 0, 0, ms)
    },
    sleep: (ms, onWakeable) =>
      new Promise((resolve) => {
        if (ms < 1) {
          const immediate = setImmediate(resolve)
          onWakeable(() => {
            clearImmediate(immediate)
            resolve()
          })
          return
        }
        const timer = setTimeout(resolve, Math.min(Math.floor(ms), TIMER_MAX_MS))
        onWakeable(() => {
          clearTimeout(timer)
          resolve()
        })
      }),
  }
}
