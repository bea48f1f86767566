import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CaptureClock } from '../../../src/io/capture/capture-clock.js'

const START_MS = 1_759_720_500_000

/** A machine whose wall clock can be stepped. */
class FakeMachine {
  elapsed_ms = 1234.5
  offset_ms = START_MS - 1234.5
  readonly steps: number[] = []
  readonly clock = new CaptureClock(
    { nowMs: () => Math.floor(this.elapsed_ms + this.offset_ms), elapsedMs: () => this.elapsed_ms },
    (delta_ms) => this.steps.push(delta_ms),
  )

  pass(ms: number): number {
    for (let left = ms; left > 0; left -= 1000) {
      this.elapsed_ms += Math.min(1000, left)
      this.clock.check()
    }
    return this.clock.now()
  }
}

test('runs with the machine and does not see small corrections as steps', () => {
  const machine = new FakeMachine()
  expect(machine.pass(5000)).toBe(START_MS + 5000)
  machine.offset_ms += 20
  expect(machine.pass(1000)).toBe(START_MS + 6000)
  expect(machine.steps).toEqual([])
})

test('follows a step forward at once and tells it', () => {
  const machine = new FakeMachine()
  machine.pass(2000)
  machine.offset_ms += 3_600_000
  expect(machine.pass(1000)).toBe(START_MS + 3_603_000)
  expect(machine.steps).toEqual([3_600_000])
})

test('after a step back goes on at half the pace until the wall clock has caught up', () => {
  const machine = new FakeMachine()
  machine.pass(2000)
  machine.offset_ms -= 30_000
  expect(machine.pass(1000)).toBe(START_MS + 3000)
  expect(machine.steps).toEqual([-30_000])
  expect(machine.pass(10_000)).toBe(START_MS + 8000)
  expect(machine.pass(60_000)).toBe(START_MS + 73_000 - 30_000)
})

test('never goes back, and is the wall clock again once it has caught up', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: -40_000, max: 40_000 })), { maxLength: 20 }),
      (moves) => {
        const machine = new FakeMachine()
        let last_ms = machine.clock.now()
        for (const [pass_ms, step_ms] of moves) {
          machine.offset_ms += step_ms
          const now_ms = machine.pass(pass_ms)
          expect(now_ms).toBeGreaterThanOrEqual(last_ms)
          last_ms = now_ms
        }
        const wall_ms = (): number => Math.floor(machine.elapsed_ms + machine.offset_ms)
        machine.pass(3_000_000)
        expect(Math.abs(machine.clock.now() - wall_ms())).toBeLessThanOrEqual(51)
      },
    ),
  )
})
