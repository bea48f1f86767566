import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MessageRing } from '../../../src/io/sinks/message-ring.js'
import { liveMessage } from './live-messages.js'

const HEADER_BYTES = 24

type Step = { kind: 'push'; length: number } | { kind: 'take'; bytes_max: number }
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('push' as const), length: fc.integer({ min: 2, max: 220 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const), bytes_max: fc.integer({ min: 0, max: 600 }) }) },
  ),
  { maxLength: 200, size: 'max' },
)

test('a ring is a list that loses its oldest, whatever is put in and taken out', () => {
  let lost = 0
  fc.assert(
    fc.property(steps, fc.integer({ min: 60, max: 700 }), (all: Step[], capacity) => {
      const ring = new MessageRing(capacity)
      let list: { number: number; bytes: Uint8Array; connection: number; received_at_ms: number }[] = []
      let pushed = 0
      let dropped = 0
      for (const step of all) {
        if (step.kind === 'push') {
          const bytes = Uint8Array.from({ length: step.length }, (_, n) => pushed * 7 + n)
          const facts = { connection: 1 + (pushed % 3), received_at_ms: 1_759_635_900_000 + pushed }
          ring.push(liveMessage(bytes, facts.received_at_ms, facts.connection))
          list.push({ number: pushed++, bytes, ...facts })
          if (HEADER_BYTES + step.length > capacity) list.pop()
          // Which of the older ones had to go depends on where they lay; that they are the oldest does not.
          const kept = list.length - ring.count
          expect(kept).toBeGreaterThanOrEqual(0)
          list = list.slice(kept)
          dropped += kept + (HEADER_BYTES + step.length > capacity ? 1 : 0)
          expect(ring.dropped).toBe(dropped)
        } else if (ring.count > 0) {
          const batch = ring.take(step.bytes_max)
          const wanted = list.splice(0, batch.messages.length)
          expect(
            batch.messages.map(({ number, bytes, start, end, connection, received_at_ms }) => ({
              number,
              bytes: bytes.slice(start, end),
              connection,
              received_at_ms,
            })),
          ).toEqual(wanted)
          expect(batch.messages.length).toBeGreaterThan(0)
          if (batch.messages.length > 1) expect(batch.bytes).toBeLessThanOrEqual(step.bytes_max)
        }
        expect(ring.count).toBe(list.length)
        expect(ring.used).toBe(list.reduce((sum, { bytes }) => sum + HEADER_BYTES + bytes.length, 0))
        expect(ring.used).toBeLessThanOrEqual(capacity)
      }
      lost += dropped
    }),
    { numRuns: 100 },
  )
  expect(lost).toBeGreaterThan(0)
})

test('nothing is lost while all that waits fits twice', () => {
  const ring = new MessageRing(1000)
  for (let n = 0; n < 500; n++) {
    for (let m = 0; m < 5; m++) ring.push(liveMessage(new Uint8Array(76)))
    const batch = ring.take(10_000)
    expect(batch.messages.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4].map((m) => 5 * n + m))
  }
  expect(ring.dropped).toBe(0)
})

test('what was taken out is not touched by what comes in', () => {
  const ring = new MessageRing(200)
  ring.push(liveMessage(new Uint8Array(100).fill(1)))
  const { messages } = ring.take(1000)
  for (let n = 0; n < 10; n++) ring.push(liveMessage(new Uint8Array(100).fill(2)))
  const [message] = messages
  expect(message?.bytes.slice(message.start, message.end)).toEqual(new Uint8Array(100).fill(1))
})
