import type { PacerPorts } from '../../src/io/pacer.js'

/** A clock that moves only when someone waits, and things that happen at their moment meanwhile. */
export class FakeTime implements PacerPorts {
  now = 0
  sleeps = 0
  readonly #jitter: (ms: number) => number
  readonly #events: { at: number; happen: () => void }[] = []

  /** `jitter`: how much later (or, below 0, earlier) than asked a sleep ends. */
  constructor(jitter: (ms: number) => number = () => 0) {
    this.#jitter = jitter
  }

  at(at: number, happen: () => void): void {
    this.#events.push({ at, happen })
    this.#events.sort((a, b) => a.at - b.at)
  }

  nowMs(): number {
    return this.now
  }

  nap(ms: number): void {
    this.now += ms
  }

  async sleep(ms: number, onWakeable: (wake: () => void) => void): Promise<void> {
    this.sleeps++
    if (this.sleeps > 1_000_000) throw new Error('a wait that never ends')
    let woken = false
    onWakeable(() => {
      woken = true
    })
    const until = Math.max(this.now, this.now + ms + this.#jitter(ms))
    for (let event = this.#events[0]; event !== undefined && event.at <= until && !woken; event = this.#events[0]) {
      this.#events.shift()
      this.now = Math.max(this.now, event.at)
      event.happen()
    }
    if (woken) return
    if (until === Number.POSITIVE_INFINITY) throw new Error('asleep for ever')
    this.now = until
  }
}
