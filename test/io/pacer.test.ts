import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Pacer } from '../../src/io/pacer.js'
import { FakeTime } from '../support/fake-time.js'

const UNLIMITED = Number.POSITIVE_INFINITY
const HOUR_MS = 3_600_000
/** A pacer that lets the loop have its turn may be kept from its work by one sleep of 0 ms. */
const JITTER_MAX_MS = 1.5

/** Waits as a caller does: asks again after each `'woken'`. */
async function until(pacer: Pacer, virtual_ms: number): Promise<void> {
  if (pacer.isDue(virtual_ms)) return
  while ((await pacer.wait(virtual_ms)) === 'woken');
}

test('nothing is ever early, and no later than the last sleep, whatever the timers do', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 60 }),
      fc.double({ min: 0.1, max: 1000, noNaN: true }),
      fc.array(fc.double({ min: -1, max: JITTER_MAX_MS, noNaN: true }), { minLength: 1 }),
      async (gaps_ms, speed, jitters) => {
        let call = 0
        const time = new FakeTime(() => jitters[call++ % jitters.length] ?? 0)
        const pacer = new Pacer({ speed, max_wait_ms: UNLIMITED }, time)
        time.now = 12_345.678
        pacer.seek(1_000_000)
        let virtual_ms = 1_000_000
        for (const gap_ms of gaps_ms) {
          virtual_ms += gap_ms
          await until(pacer, virtual_ms)
          const due_ms = 12_345.678 + (virtual_ms - 1_000_000) / speed
          expect(time.now).toBeGreaterThanOrEqual(due_ms)
          expect(time.now - due_ms).toBeLessThanOrEqual(JITTER_MAX_MS + 0.001)
        }
      },
    ),
  )
})

test('an hour of late timers and slow work leaves no drift', async () => {
  const time = new FakeTime(() => 1.2)
  const pacer = new Pacer({ speed: 1, max_wait_ms: UNLIMITED }, time)
  pacer.seek(0)
  for (let virtual_ms = 333; virtual_ms <= HOUR_MS; virtual_ms += 333) {
    await until(pacer, virtual_ms)
    expect(time.now - virtual_ms).toBeGreaterThanOrEqual(0)
    expect(time.now - virtual_ms).toBeLessThan(1)
    time.now += 7
  }
})

test('what is due already goes out without a wait', async () => {
  const time = new FakeTime()
  const pacer = new Pacer({ speed: 10, max_wait_ms: UNLIMITED }, time)
  pacer.seek(0)
  await until(pacer, 100)
  time.now += 5
  const before = time.sleeps
  for (let virtual_ms = 101; virtual_ms <= 150; virtual_ms++) expect(pacer.isDue(virtual_ms)).toBe(true)
  expect(pacer.isDue(151)).toBe(false)
  expect(time.sleeps).toBe(before)
})

test('the event loop gets its turn even when everything is overdue', async () => {
  const time = new FakeTime()
  const pacer = new Pacer({ speed: 1, max_wait_ms: UNLIMITED }, time)
  pacer.seek(0)
  time.now = 60_000
  let turns = 0
  for (let virtual_ms = 1; virtual_ms <= 1000; virtual_ms++) {
    if (!pacer.isDue(virtual_ms)) {
      turns++
      expect(await pacer.wait(virtual_ms)).toBe('due')
    }
    time.now += 1
  }
  expect(turns).toBeGreaterThan(1000 / 12)
})

test('a pause shifts what follows by its length and by nothing else', async () => {
  const time = new FakeTime()
  const pacer = new Pacer({ speed: 2, max_wait_ms: UNLIMITED }, time)
  pacer.seek(0)
  time.at(100, () => pacer.setPaused(true))
  time.at(400, () => expect(pacer.virtualMs).toBe(200))
  time.at(1100, () => pacer.setPaused(false))
  await until(pacer, 1000)
  expect(time.now).toBe(1500)
  expect(pacer.virtualMs).toBe(1000)
})

test('a change of speed counts from the moment it is made', async () => {
  const time = new FakeTime()
  const pacer = new Pacer({ speed: 1, max_wait_ms: UNLIMITED }, time)
  pacer.seek(0)
  time.at(100, () => pacer.setSpeed(10))
  time.at(150, () => pacer.setSpeed(0.5))
  await until(pacer, 1000)
  // 100 ms at 1x, 50 ms at 10x, then 400 virtual ms at 0.5x
  expect(time.now).toBe(950)
})

test('a seek ends a wait and begins the schedule anew', async () => {
  const time = new FakeTime()
  const pacer = new Pacer({ speed: 1, max_wait_ms: UNLIMITED }, time)
  pacer.seek(0)
  time.at(50, () => pacer.seek(90_000))
  expect(await pacer.wait(60_000)).toBe('woken')
  await until(pacer, 90_020)
  expect(time.now).toBe(70)
})

test('a silence takes no longer than max-wait, the next one is measured anew', async () => {
  const time = new FakeTime()
  const pacer = new Pacer({ speed: 10, max_wait_ms: 500 }, time)
  pacer.seek(0)
  await until(pacer, 1000)
  expect(time.now).toBe(100)
  await until(pacer, HOUR_MS)
  expect(time.now).toBe(600)
  await until(pacer, HOUR_MS + 4000)
  expect(time.now).toBe(1000)
})

test('without a limit of speed nothing waits', async () => {
  const time = new FakeTime()
  const pacer = new Pacer({ speed: Number.POSITIVE_INFINITY, max_wait_ms: UNLIMITED }, time)
  pacer.seek(0)
  for (const virtual_ms of [1, 1000, HOUR_MS]) expect(pacer.isDue(virtual_ms)).toBe(true)
  expect(pacer.virtualMs).toBe(HOUR_MS)
  expect(time.sleeps).toBe(0)
})
