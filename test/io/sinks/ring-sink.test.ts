import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Batch } from '../../../src/io/sinks/message-ring.js'
import { type Delivered, type Outlet, type OutletListener, RingSink } from '../../../src/io/sinks/ring-sink.js'
import { Heard, liveMessage, numbered, waiting } from './live-messages.js'

/** Timers that fire when told, promises that settle when told. */
class Stage implements Outlet {
  readonly is_ready = false
  readonly heard = new Heard()
  readonly timers = new Map<number, () => void>()
  timers_made = 0
  listener: OutletListener | undefined
  /** Numbers of the messages whose delivery succeeded, in order. */
  readonly delivered: number[] = []
  #pending: { batch: Batch; resolve(delivered: Delivered): void; reject(error: Error): void } | undefined
  closed = false
  readonly sink: RingSink

  constructor(ring_bytes = 2000) {
    this.sink = new RingSink(
      {
        name: 'stage',
        ring_bytes,
        gather_ms: 5,
        open: (listener) => {
          this.listener = listener
          return this
        },
      },
      this.heard,
      (_, run) => {
        const id = this.timers_made++
        this.timers.set(id, run)
        return () => this.timers.delete(id)
      },
    )
  }

  get isDelivering(): boolean {
    return this.#pending !== undefined
  }

  deliver(batch: Batch): Promise<Delivered> {
    expect(this.isDelivering).toBe(false)
    return new Promise((resolve, reject) => {
      this.#pending = { batch, resolve, reject }
    })
  }

  async close(): Promise<void> {
    this.closed = true
  }

  fireTimers(): void {
    const runs = [...this.timers.values()]
    this.timers.clear()
    for (const run of runs) run()
  }

  async settle(how: 'done' | 'failed' | { refused: number }): Promise<void> {
    const pending = this.#pending
    this.#pending = undefined
    if (how === 'failed') pending?.reject(new Error('no room'))
    else {
      const { messages = [] } = pending?.batch ?? {}
      const refused = how === 'done' ? 0 : Math.min(how.refused, messages.length)
      this.delivered.push(...messages.slice(refused).map(({ number }) => number))
      pending?.resolve({ refused, detail: 'not that one' })
    }
    await turn()
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

type Act = 'message' | 'timers' | 'done' | 'failed' | 'refused' | 'ready' | 'lost'
const acts = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Act>('message') },
    { weight: 3, arbitrary: fc.constantFrom<Act>('timers', 'done') },
    { weight: 1, arbitrary: fc.constantFrom<Act>('failed', 'refused', 'ready', 'lost') },
  ),
  { maxLength: 150, size: 'max' },
)

async function perform(stage: Stage, act: Act, n: number): Promise<void> {
  switch (act) {
    case 'message':
      return stage.sink.onMessage(numbered(n))
    case 'timers':
      return stage.fireTimers()
    case 'ready':
      return stage.listener?.onReady()
    case 'lost':
      stage.listener?.onLost('gone')
      return stage.settle('failed')
    case 'refused':
      return stage.isDelivering ? stage.settle({ refused: 1 }) : undefined
    default:
      return stage.isDelivering ? stage.settle(act) : undefined
  }
}

test('whatever the outlet does: taken = sent + dropped + waiting, in order, none twice, one timer, told once an episode', async () => {
  let drops = 0
  await fc.assert(
    fc.asyncProperty(acts, async (all) => {
      const stage = new Stage()
      let taken = 0
      for (const act of all) {
        if (act === 'message') taken++
        await perform(stage, act, taken)
        await turn()
        const status = stage.sink.status()
        expect(status.taken).toBe(taken)
        expect(waiting(status)).toBeGreaterThanOrEqual(0)
        expect(waiting(status) === 0).toBe(status.waiting_bytes === 0)
        expect(status.sent).toBe(stage.delivered.length)
        // The ring, and one batch outside it.
        expect(status.waiting_bytes).toBeLessThanOrEqual(2 * 2000)
        expect(stage.timers.size).toBeLessThanOrEqual(1)
      }
      expect(stage.delivered).toEqual([...stage.delivered].sort((a, b) => a - b))
      expect(new Set(stage.delivered).size).toBe(stage.delivered.length)
      // All is well in the end.
      const drained = stage.sink.drained()
      if (stage.sink.status().state !== 'up') stage.listener?.onReady()
      for (let n = 0; n < 200 && waiting(stage.sink.status()) > 0; n++) {
        stage.fireTimers()
        if (stage.isDelivering) await stage.settle('done')
        if (stage.sink.status().state === 'down') stage.listener?.onReady()
      }
      await drained
      const { sent, dropped, state, waiting_bytes } = stage.sink.status()
      expect({ sum: sent + dropped, waiting_bytes }).toEqual({ sum: taken, waiting_bytes: 0 })
      expect(state).not.toBe('starting')
      const kinds = stage.heard.words.map((word) => word.slice(0, 2))
      expect(kinds).toEqual(kinds.map((_, n) => (n % 2 === 0 ? 'do' : 'up')))
      const told = stage.heard.words.reduce((sum, word) => sum + Number(/^up: (\d+)$/.exec(word)?.[1] ?? 0), 0)
      expect(told).toBeLessThanOrEqual(dropped)
      drops += dropped
    }),
    { numRuns: 300 },
  )
  expect(drops).toBeGreaterThan(0)
})

test('a message costs a copy: no call of the outlet, and one timer however many come', () => {
  const stage = new Stage(64 * 1024)
  stage.listener?.onReady()
  for (let n = 0; n < 10_000; n++) stage.sink.onMessage(numbered(n))
  expect(stage.timers_made).toBe(1)
  expect(stage.isDelivering).toBe(false)
  stage.fireTimers()
  expect(stage.isDelivering).toBe(true)
  // It hangs; nothing more is begun, waited for or kept.
  for (let n = 0; n < 10_000; n++) stage.sink.onMessage(numbered(n))
  expect(stage.timers_made).toBe(1)
  const status = stage.sink.status()
  expect(status.taken).toBe(20_000)
  expect(status.waiting_bytes).toBeLessThanOrEqual(64 * 1024 + 32 * 1024)
})

test('heartbeats and texts are not for sinks', () => {
  const stage = new Stage()
  stage.sink.onMessage(liveMessage(Uint8Array.of(0)))
  stage.sink.onMessage(liveMessage(new TextEncoder().encode('{"type":"order"}')))
  expect(stage.sink.status().taken).toBe(0)
})

test('a batch that failed goes before the younger ones that the ring has dropped meanwhile', async () => {
  const stage = new Stage(1000)
  stage.listener?.onReady()
  stage.sink.onMessage(numbered(0))
  stage.fireTimers()
  await stage.settle('failed')
  for (let n = 1; n < 20; n++) stage.sink.onMessage(numbered(n))
  stage.fireTimers()
  await stage.settle('done')
  expect(stage.delivered).toEqual([16, 17, 18, 19])
  expect(stage.sink.status()).toMatchObject({ taken: 20, sent: 4, dropped: 16, state: 'up' })
  expect(stage.heard.words).toEqual(['down: no room', 'up: 16'])
})

test('an outlet that is too slow is told as down, and up again when it has caught up', async () => {
  const stage = new Stage(1000)
  stage.listener?.onReady()
  for (let n = 0; n < 3; n++) stage.sink.onMessage(numbered(n))
  stage.fireTimers()
  for (let n = 3; n < 20; n++) stage.sink.onMessage(numbered(n))
  await stage.settle('done')
  expect(stage.sink.status()).toMatchObject({ state: 'down', detail: 'slower than the feed, the ring is full' })
  await stage.settle('done')
  expect(stage.sink.status()).toMatchObject({ state: 'up', taken: 20, sent: 7, dropped: 13 })
})

test('closing sends what waits', async () => {
  const stage = new Stage()
  stage.listener?.onReady()
  stage.sink.onMessage(numbered(0))
  const closed = stage.sink.close(1000)
  await stage.settle('done')
  await closed
  expect(stage.sink.status()).toMatchObject({ taken: 1, sent: 1, dropped: 0 })
  expect(stage.closed).toBe(true)
  stage.sink.onMessage(numbered(1))
  expect(stage.sink.status().taken).toBe(1)
})

test.each([
  ['one that is gone', (stage: Stage) => stage.listener?.onLost('gone')],
  ['one that never came', () => {}],
  ['one that hangs, at the deadline', (stage: Stage) => stage.listener?.onReady()],
])('closing does not wait for an outlet: %s', async (_, begin) => {
  const stage = new Stage()
  begin(stage)
  stage.sink.onMessage(numbered(0))
  stage.sink.onMessage(numbered(1))
  const closed = stage.sink.close(1000)
  if (stage.isDelivering) stage.fireTimers()
  await closed
  expect(stage.sink.status()).toMatchObject({ taken: 2, sent: 0, dropped: 2, waiting_bytes: 0 })
  expect(stage.timers.size).toBe(0)
  // What comes to light later changes nothing.
  await stage.settle('done')
  stage.listener?.onReady()
  expect(stage.sink.status()).toMatchObject({ sent: 0, dropped: 2 })
})
