import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  fasterSpeed,
  formatSpeed,
  parseDuration,
  parseSpeed,
  parseWindowEnd,
  SPEED_MAX,
  SPEED_MIN,
  slowerSpeed,
  UNPACED,
  windowOn,
} from '../../../src/core/replay/index.js'
import { parseDate } from '../../../src/core/time/index.js'

test('speeds', () => {
  expect(['10x', '10', '0.5x', '.5', '0.1', '1000X', 'max', ' MAX '].map(parseSpeed)).toEqual([
    10,
    10,
    0.5,
    0.5,
    0.1,
    1000,
    UNPACED,
    UNPACED,
  ])
  for (const text of ['', 'x', '0', '0.09x', '1000.1', '-1', '1e2', '10xx', 'fast', 'Infinity'])
    expect(() => parseSpeed(text)).toThrow(/0\.1x to 1000x, or max/)
})

test('what is printed for a speed reads back, and no key leaves the range', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean()), (keys) => {
      const speed = keys.reduce((now, up) => (up ? fasterSpeed(now) : slowerSpeed(now)), 1)
      expect(speed === UNPACED || (speed >= SPEED_MIN && speed <= SPEED_MAX)).toBe(true)
      expect(Math.abs(parseSpeed(formatSpeed(speed)) / speed - 1) < 0.01 || speed === UNPACED).toBe(true)
    }),
  )
})

test('durations', () => {
  expect(['500ms', '5s', '5', '1.5m', '1h'].map((text) => parseDuration(text, '--max-wait'))).toEqual([
    500, 5000, 5000, 90_000, 3_600_000,
  ])
  for (const text of ['', '-1s', '5 parsecs']) expect(() => parseDuration(text, '--max-wait')).toThrow(/--max-wait/)
})

test('a time of day holds on the day of the session, a moment on every day', () => {
  const day = parseDate('2025-10-06') ?? 0
  const from = parseWindowEnd('09:15', '--from')
  const to = parseWindowEnd('2025-10-06T04:00:00.250Z', '--to')
  expect(windowOn(day, from, to)).toEqual({
    from_ms: Date.parse('2025-10-06T09:15:00+05:30'),
    to_ms: Date.parse('2025-10-06T09:30:00.250+05:30'),
  })
  expect(windowOn(day, undefined, undefined)).toEqual({ from_ms: Number.NEGATIVE_INFINITY, to_ms: Number.POSITIVE_INFINITY })
  expect(() => windowOn(day, parseWindowEnd('10:00', '--from'), parseWindowEnd('10:00', '--to'))).toThrow(/nothing lies between/)
  for (const text of ['9', '2025-10-06', '2025-10-06T09:15:00', '24:01'])
    expect(() => parseWindowEnd(text, '--to')).toThrow(/--to/)
})
