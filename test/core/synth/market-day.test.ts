import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createUniverse, MarketDay, type RecordSink } from '../../../src/core/synth/index.js'
import { addsUp } from '../../../src/core/wire/index.js'
import { dayNumber, stubCalendar } from '../../support/stub-calendar.js'

function recordsOf(seed: number): { received_ms: number; bytes: Uint8Array }[] {
  const day = dayNumber(2025, 10, 6)
  const universe = createUniverse({ day, instruments: 40, seed, calendar: stubCalendar })
  const midnight_s = day * 86_400 - 19_800
  const market = new MarketDay({
    universe,
    calendar: stubCalendar,
    seed,
    rate: 10,
    start_s: midnight_s + 9 * 3600 - 30,
    until_s: midnight_s + 9.5 * 3600,
    mode: 'mixed',
    faults: [],
    facts: false,
  })
  const records: { received_ms: number; bytes: Uint8Array }[] = []
  const sink: RecordSink = {
    onRecord: (received_ms, bytes) => records.push({ received_ms, bytes: bytes.slice() }),
    onBrokenBytes: () => {},
    onPlanted: () => {},
  }
  while (market.advance(sink));
  return records
}

test('times never step back and every message adds up', () => {
  const records = recordsOf(1)
  expect(records.length).toBeGreaterThan(1500)
  let before = 0
  for (const { received_ms, bytes } of records) {
    expect(received_ms).toBeGreaterThanOrEqual(before)
    before = received_ms
    if (bytes[0] !== 0x7b) expect(addsUp(new DataView(bytes.buffer), 0, bytes.length)).toBe(true)
  }
})

test('the same seed gives the same records, another seed others', () => {
  const digest = (seed: number): string => {
    const hash = createHash('sha256')
    for (const { received_ms, bytes } of recordsOf(seed)) hash.update(String(received_ms)).update(bytes)
    return hash.digest('hex')
  }
  expect(digest(1)).toBe(digest(1))
  expect(digest(1)).not.toBe(digest(2))
})
