import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Gap, Track } from '../../../src/core/candles/index.js'
import { silencesOf } from '../../../src/core/report/silence.js'

const TOKEN = 7
/** Seconds looked at, one by one. */
const END_S = 60

const trackOf = (connections: number, hours: readonly [number, number][]): Track =>
  ({
    ledger: { connections, instrument: { instrument_token: TOKEN } },
    session: { phases: hours.map(([start_s, end_s]) => ({ phase: 'continuous', start_s, end_s })) },
  }) as unknown as Track

/** Second by second: no connection that carries it was heard, or a gap names it, inside the hours. */
function slowly(connections: number, hours: readonly [number, number][], gaps: readonly Gap[]): number[] {
  const silent = (at_s: number): boolean => {
    const open = gaps.filter(({ from_ms, to_ms }) => from_ms <= at_s * 1000 && at_s * 1000 < to_ms)
    if (open.some(({ tokens }) => tokens?.includes(TOKEN))) return true
    const carriers = [0, 1, 2].filter((connection) => (connections & (1 << connection)) !== 0)
    return (
      carriers.length > 0 &&
      carriers.every((connection) => open.some((gap) => gap.tokens === undefined && gap.connection === connection))
    )
  }
  return Array.from({ length: END_S }, (_, at_s) => at_s).filter(
    (at_s) => hours.some(([from_s, to_s]) => from_s <= at_s && at_s < to_s) && silent(at_s),
  )
}

test('silences of an instrument are those of all its connections together, inside its hours', () => {
  const gap = fc
    .record({
      connection: fc.nat(2),
      from_s: fc.nat(END_S - 1),
      length_s: fc.integer({ min: 1, max: 20 }),
      tokens: fc.constantFrom(undefined, undefined, undefined, [TOKEN], [8], [8, TOKEN]),
    })
    .map(
      ({ connection, from_s, length_s, tokens }): Gap => ({
        connection,
        from_ms: from_s * 1000,
        to_ms: (from_s + length_s) * 1000,
        ...(tokens === undefined ? {} : { tokens }),
      }),
    )
  const hours = fc.constantFrom<readonly [number, number][]>(
    [[5, 50]],
    [
      [5, 20],
      [30, 50],
    ],
    [],
  )
  fc.assert(
    fc.property(fc.array(gap, { maxLength: 12 }), fc.nat(7), hours, (gaps, connections, open) => {
      const spans = silencesOf(trackOf(connections, open), gaps)
      const seconds = spans.flatMap(({ from_s, to_s }) => Array.from({ length: to_s - from_s }, (_, n) => from_s + n))
      expect(seconds).toEqual(slowly(connections, open, gaps))
    }),
    { numRuns: 500 },
  )
})
