import { expect, test } from 'vitest'
import { RecordedClock } from '../../../src/io/capture/recorded-clock.js'

test('what is complete is the earliest of the open connections', () => {
  const clock = new RecordedClock(1000)
  clock.opened(1)
  clock.opened(2)
  expect(clock.served(1, 5000)).toBe(5000)
  // The second has told no time yet: nothing may overtake it.
  expect(clock.complete()).toBe(Number.NEGATIVE_INFINITY)
  clock.served(2, 3000)
  expect(clock.complete()).toBe(3000)
  expect(clock.now()).toBe(5000)
})

test('a connection that is opened anew is stamped no earlier than what was called complete', () => {
  const clock = new RecordedClock(1000)
  clock.opened(1)
  clock.opened(2)
  clock.served(1, 5000)
  clock.served(2, 5000)
  clock.ended(2)
  clock.served(1, 9000)
  expect(clock.complete()).toBe(9000)
  clock.opened(2)
  expect(clock.served(2, 7000)).toBe(9000)
  expect(clock.served(2, 9500)).toBe(9500)
})

test('times of a connection never step back, nor does the clock, when a replay is sought backwards', () => {
  const clock = new RecordedClock(1000)
  clock.opened(1)
  clock.served(1, 8000)
  expect(clock.served(1, 2000)).toBe(8000)
  expect(clock.now()).toBe(8000)
})
