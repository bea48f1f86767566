import { expect, test } from 'vitest'
import { type MinuteRow, minuteAt } from '../../support/scenario.js'
import { watched } from '../../support/structure.js'

/** Volumes of minutes from 09:15 on; no trade where it is 0. */
function minutesOf(volumes: readonly number[]): MinuteRow[] {
  return volumes.flatMap((volume, i) =>
    volume === 0 ? [] : [{ at: minuteAt('09:15', i), open: 100, high: 100, low: 100, close: 100, volume }],
  )
}
const VOLUMES = Array.from({ length: 40 }, (_, i) => 1000 + 100 * ((i * 7) % 11))

test('relative volume of a stretch in the past is what it was when it ended', () => {
  const then = watched({ shows: 'volume', minutes: minutesOf(VOLUMES) }, (view) => [
    view.relativeVolume(1),
    view.relativeVolume(3),
    view.relativeVolume(5),
  ])
  const now = watched({ shows: 'volume', minutes: minutesOf(VOLUMES) }, (view) => {
    const end_ms = view.now_ms - 6 * 60_000
    return [1, 3, 5].map((minutes) => view.relativeVolume(minutes, end_ms))
  })
  expect(now.slice(6)).toEqual(then.slice(0, -6))
  expect(then.at(-1)?.every((value) => value > 0)).toBe(true)
})

test('relative volume of five minutes: per minute, against the mean of the twenty before', () => {
  const volumes = [...Array<number>(20).fill(1000), 2000, 0, 3000, 4000, 6000]
  const seen = watched({ shows: 'volume', minutes: minutesOf(volumes) }, (view) => view.relativeVolume(5))
  expect(seen.at(-1)).toBe(3)
  // Before 10 minutes have passed there is nothing to compare five with.
  expect(seen.slice(0, 14).every(Number.isNaN)).toBe(true)
  expect(seen[14]).toBe(1)
})
