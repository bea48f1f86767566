import { expect, test } from 'vitest'
import type { EventFact } from '../../src/core/engine/index.js'
import { DiagnosticsLog } from '../../src/io/diagnostics-log.js'
import { infoLines, type SessionInfo } from '../../src/io/run-info.js'

const SINCE_S = 1_759_734_739 // 2025-10-06T12:42:19+05:30

const info = (volume_events: readonly EventFact[], volume_events_total = volume_events.length): SessionInfo => ({
  date: '2025-10-06',
  span: { first: '', last: '', seconds: 0 },
  messages: { messages: 0, heartbeats: 0, texts: 0, packets: 0, bad_packets: 0, message_bytes: 0, unknown_instruments: 0 },
  packets: {},
  instruments: { total: 0, unknown: 0, by_exchange: {}, by_asset_class: {} },
  gaps: [],
  volume: {
    duplicates: 0,
    cached: 0,
    late: 0,
    corrections: 0,
    faults: 0,
    wraps: 0,
    rebases: 1,
    joined_mid_session: 0,
    gap_increments: 1,
    implausible_times: 0,
    late_trades: 0,
    late_volume: 0,
    off_session_volume: 0,
    missed: 0,
  },
  volume_events,
  volume_events_total,
  files: [],
  masters: [],
  diagnostics: { counts: {}, bad: 0, first: [] },
})

test('a gap of an instrument is told by its time and what traded, other events by their volumes', () => {
  const lines = infoLines(
    info([
      { kind: 'gap', symbol: 'SBIN', at: '2025-10-06T12:50:00+05:30', from: SINCE_S, to: 142_275 },
      { kind: 'rebase', symbol: 'A\x1b[2J', at: '2025-10-06T12:51:00+05:30', from: 5000, to: 4000 },
    ]),
    [],
  ).map((line) => line.trim())
  expect(lines).toContain('2025-10-06T12:50:00+05:30  SBIN  gap since 12:42:19, 142,275 traded meanwhile')
  expect(lines).toContain('2025-10-06T12:51:00+05:30  A\\u{1b}[2J  rebase: 5,000 to 4,000')
  expect(lines.join()).not.toContain('more')
})

test('what is not listed is counted', () => {
  const event: EventFact = { kind: 'rebase', symbol: 'SBIN', at: '', from: 2, to: 1 }
  expect(infoLines(info([event], 1235), []).map((line) => line.trim())).toContain('... 1,234 more')
})

test('findings tell moments as times of the day and spans in seconds; damaged times stay numbers', () => {
  const log = new DiagnosticsLog()
  const detail = { from_ms: SINCE_S * 1000 + 5, silence_ms: 400_250, time_ms: 4_505_359_349_675_496, bytes: 7 }
  log.add({ code: 'feed_gap', file: 'a.bin', record: 1, offset: 2, detail })
  expect(log.lines()[1]).toBe('  a.bin record 1 byte 2 from=12:42:19.005 silence=400.25s time_ms=4505359349675496 bytes=7')
  expect(log.summary().first[0]?.detail).toEqual(detail)
})
