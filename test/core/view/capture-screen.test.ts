import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CaptureFigures,
  captureLines,
  captureSummary,
  drawCapture,
  formatBytes,
  formatMs,
  formatSpan,
  plainLines,
  readCaptureKeys,
} from '../../../src/core/view/index.js'
import { captureStatus, connectionOf, NOW_MS } from '../../support/capture-status.js'

const FOOTER = 'q stop the capture'
const draw = (figures: CaptureFigures, columns = 100, rows = 30, rates: readonly number[] = []): string[] =>
  drawCapture({ figures, rates, footer: FOOTER }, { columns, rows }, false)

const { recorder } = captureStatus()
const TROUBLED = captureStatus({
  health: 'degraded',
  problems: ['connection 2 waits', 'redis is down'],
  connections: [
    connectionOf(1, { last_message_ms: NOW_MS - 65_000 }),
    connectionOf(2, { state: 'waiting', retry_at_ms: NOW_MS + 4_200, detail: '429 Too Many Requests' }),
    connectionOf(3, { state: 'auth_needed', detail: '403' }),
  ],
  recorder: {
    ...recorder,
    trouble: 'ENOSPC: no space left',
    waiting_bytes: 12e6,
    dropped_records: 17,
    suspect_files: ['nifty50_20251006_0900-c1.bin'],
  },
  sinks: [{ name: 'redis', state: 'down', taken: 9, sent: 5, dropped: 4, waiting_bytes: 8e6, detail: 'ECONNREFUSED' }],
})

test('a good day', () => {
  expect(draw(captureStatus({ pid: 4711 }), 110, 24, [0, 5, 10])).toEqual([
    '  ● recording  nifty50   for 1 h 10 min   pid 4711                             10:15:00  Mon 2025-10-06  IST',
    '',
    '  rate     8,413 packets/s      1.55 MB/s   ▁▅█',
    '  lag      p50 0.21 ms   p99 1.87 ms   max 12.5 ms   behind the exchange 0.6 s',
    '',
    '     role       state            instruments       silent       messages     bytes  reconnects',
    '  1  primary    ● open                 3,000        0.1 s      1,234,567   2.27 GB           0',
    '  2  secondary  ● open                 2,410        0.1 s      1,234,567   2.27 GB           0',
    '  3  tertiary   ● open                     0        0.1 s          1,400   2.27 GB           0',
    '',
    '  disk     written 4.57 GB   unsynced 156 kB   at worst 149 ms   free 182 GB',
    '  files    nifty50_20251006_1000-c1.bin   nifty50_20251006_1000-c2.bin   nifty50_20251006_1000-c3.bin',
    '  loss     1 gap   nothing dropped',
    '  redis    up   sent 2,470,530   waiting 812 B',
    '',
    '  events',
    '  09:05:00  connection 1 open',
    '  09:05:00  connection 2 open',
    '  10:08:20  connection 2 closed (1006), 0.8 s without data',
    '',
    '',
    '',
    '',
    `  ${FOOTER}`,
  ])
})

test('a bad one: everything that is wrong is said', () => {
  const text = draw(TROUBLED).join('\n')
  for (const words of [
    '▲ in trouble',
    '! connection 2 waits',
    '1 min 5 s',
    '◌ again in 4.2 s',
    '429 Too Many Requests',
    '▲ token needed',
    'ENOSPC: no space left',
    '12.0 MB wait',
    'suspect: nifty50_20251006_0900-c1.bin',
    '17 records dropped',
    'down   sent 5',
    '4 dropped   ECONNREFUSED',
  ])
    expect(text).toContain(words)
})

test('before anything has come', () => {
  const empty = captureStatus({
    connections: [connectionOf(1, { state: 'connecting', last_message_ms: undefined, messages: 0, bytes: 0 })],
    lag: { p50_ms: undefined, p99_ms: undefined, max_ms: 0 },
    recorder: { ...recorder, files: [] },
    sinks: [],
    recent_events: [],
  })
  const text = draw(empty, 100, 30, [0, 0, 0]).join('\n')
  for (const words of ['nothing received yet', 'none yet', '◌ connecting', '▁▁▁']) expect(text).toContain(words)
})

describe('whatever the size and whatever the words', () => {
  const anyFigures = fc
    .record({ text: fc.string({ unit: 'binary', maxLength: 40 }), count: fc.nat({ max: 2 ** 40 }), good: fc.boolean() })
    .map(({ text, count, good }): CaptureFigures => {
      const base = good ? captureStatus() : TROUBLED
      return {
        ...base,
        profile: text,
        problems: [...base.problems, text],
        connections: base.connections.map((one) => ({ ...one, role: text, detail: text, messages: count, bytes: count })),
        rates: { packets_per_s: count, bytes_per_s: count },
        recorder: { ...base.recorder, files: [text], written_bytes: count, trouble: good ? undefined : text },
        sinks: base.sinks.map((sink) => ({ ...sink, name: text, detail: text, sent: count })),
        recent_events: [...base.recent_events, { at_ms: NOW_MS, text }],
      }
    })
  const anySize = fc.record({ columns: fc.integer({ min: 1, max: 240 }), rows: fc.integer({ min: 1, max: 80 }) })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  const MOVES = /[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029]/

  test('it fits, fills the screen, and moves no cursor', () => {
    fc.assert(
      fc.property(anyFigures, anySize, fc.array(fc.nat({ max: 20_000 })), (figures, size, rates) => {
        const lines = drawCapture({ figures, rates, footer: FOOTER }, size, false)
        expect(lines.length).toBe(size.rows)
        for (const line of lines) {
          expect([...line].length).toBeLessThanOrEqual(size.columns)
          expect(line).not.toMatch(MOVES)
        }
        if (size.columns > 20) expect(lines.at(-1)).toBe(`  ${FOOTER}`.slice(0, size.columns))
      }),
    )
  })

  test('colours change no letter', () => {
    fc.assert(
      fc.property(anyFigures, anySize, (figures, size) => {
        const screen = { figures, rates: [], footer: FOOTER }
        // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
        const bare = drawCapture(screen, size, true).map((line) => line.replace(/\x1b\[\d*m/g, '').trimEnd())
        expect(bare).toEqual(drawCapture(screen, size, false))
      }),
    )
  })

  test('the summary and the plain status are words too', () => {
    fc.assert(
      fc.property(anyFigures, (figures) => {
        expect(captureLines(figures, 100, false).join('')).not.toMatch(MOVES)
        for (const line of captureSummary(figures)) expect(line).not.toMatch(/undefined|NaN|Infinity/)
      }),
    )
  })
})

test('the summary of a good day', () => {
  const closed = captureStatus({ recorder: { ...recorder, gaps: 0, synced_bytes: recorder.written_bytes } })
  expect(captureSummary(closed)).toEqual([
    'nifty50: 2025-10-06 09:05:00 to 10:15:00 IST (1 h 10 min)',
    '  2,470,534 records, 24,691,356 packets, 4.54 GB received, 4.57 GB written',
    '  nifty50_20251006_1000-c1.bin',
    '  nifty50_20251006_1000-c2.bin',
    '  nifty50_20251006_1000-c3.bin',
    '  No gap, nothing dropped',
    '  At worst 149 ms of data were not synced',
    '  redis: 2,470,530 sent, 0 dropped',
  ])
})

test('the summary of a bad one', () => {
  const lines = captureSummary({ ...TROUBLED, totals: { ...TROUBLED.totals, malformed: 2 } })
  expect(lines.slice(5)).toEqual([
    '  1 gap (mds gaps tells them), 17 records dropped, 2 malformed messages, kept as received',
    '  At worst 149 ms of data were not synced; 156 kB at the end',
    '  Suspect, a write or a sync failed: nifty50_20251006_0900-c1.bin',
    '  Writing failed at the end: ENOSPC: no space left',
    '  redis: 5 sent, 4 dropped; down at the end: ECONNREFUSED',
  ])
  expect(captureSummary(captureStatus({ recorder: { ...recorder, files: [] } }))).toContain('  No file: nothing was received')
})

test('figures', () => {
  const bytes: [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.00 kB'],
    [9_994, '9.99 kB'],
    [9_996, '10.0 kB'],
    [99_960, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [2 ** 53, '9.01 PB'],
  ]
  for (const [count, text] of bytes) expect(formatBytes(count)).toBe(text)
  const spans: [number, string][] = [
    [-5, '0.0 s'],
    [99, '0.0 s'],
    [9_999, '9.9 s'],
    [59_999, '59 s'],
    [3_599_999, '59 min 59 s'],
    [3_600_000, '1 h 0 min'],
    [90_000_000, '1 d 1 h'],
  ]
  for (const [span_ms, text] of spans) expect(formatSpan(span_ms)).toBe(text)
  expect([0.2, 9.999, 12.34, 149.2].map(formatMs)).toEqual(['0.20 ms', '10.00 ms', '12.3 ms', '149 ms'])
})

test('any JSON as lines', () => {
  expect(plainLines({ a: 1, long: { b: [true, null], at_ms: NOW_MS, wait_ms: 5 } })).toEqual([
    'a             1',
    'long.b.0      true',
    'long.b.1      null',
    'long.at_ms    2025-10-06T10:15:00+05:30',
    'long.wait_ms  5',
  ])
  expect(plainLines('seen')).toEqual(['  seen'])
})

test('keys: q and Ctrl-C, and every other one means no', () => {
  expect(readCaptureKeys('q')).toEqual(['quit'])
  expect(readCaptureKeys('qxQ\x03')).toEqual(['quit', undefined, 'quit', 'interrupt'])
})
