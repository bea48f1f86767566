import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawServe, type ServeScreen } from '../../../src/core/view/index.js'
import { OPEN_MS } from '../../support/small-recording.js'

const screen: ServeScreen = {
  phase: 'playing',
  virtual_ms: OPEN_MS + 3_600_000,
  speed: 10,
  begin_ms: OPEN_MS,
  end_ms: OPEN_MS + 4 * 3_600_000,
  share: 0.25,
  url: 'ws://localhost:8765',
  records: 123_456,
  refused: 2,
  dropped: 0,
  faults: 7,
  clients: [
    { slot: 0, instruments: { ltp: 0, quote: 10, full: 2990 }, packets: 1_234_567, packets_per_s: 8999.6, waiting_bytes: 0 },
    { slot: 2, instruments: { ltp: 1, quote: 0, full: 0 }, packets: 0, packets_per_s: 0, waiting_bytes: 1_500_000 },
  ],
  notices: ['A login was refused (HTTP 403).', 'bad \u001b[2J news'],
  help: false,
  keys: true,
}

test('clients, their instruments, rates, and what waits; notices below', () => {
  expect(drawServe(screen, { columns: 80, rows: 16 }, false)).toEqual([
    '  10:15:00  Mon 2025-10-06  IST                                 ▶ playing  10x',
    '  ━━━━━━━━━━━━━━━━━━━─────────────────────────────────────────────────────────',
    '  09:15:00   123,456 records   2 logins refused   7 faults            13:15:00',
    '',
    '  at ws://localhost:8765',
    '',
    '  client       ltp   quote    full     packets/s         packets    KB waiting',
    '  0              0      10   2,990         9,000       1,234,567             0',
    '  2              1       0       0             0               0         1,465',
    '',
    '  A login was refused (HTTP 403).',
    '  bad \\u{1b}[2J news',
    '',
    '',
    '',
    '  space pause   . step   + - speed   ← → 1 min   ? help   q quit',
  ])
})

test('before anybody has come', () => {
  const early: ServeScreen = {
    ...screen,
    phase: 'waiting',
    share: 0,
    clients: [],
    notices: [],
    refused: 0,
    faults: 0,
    records: 0,
  }
  const lines = drawServe(early, { columns: 80, rows: 8 }, false)
  expect(lines[0]).toContain('… waiting for clients')
  expect(lines.join('\n')).toContain('No client yet.')
  expect(lines.at(-1)).toContain('space begin now')
})

test('the keys that mean something here', () => {
  const text = drawServe({ ...screen, help: true }, { columns: 80, rows: 24 }, false).join('\n')
  expect(text).toContain('one minute back')
  expect(text).not.toContain('symbol')
})

test('never more lines or cells than the terminal has', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 60 }),
      fc.boolean(),
      fc.boolean(),
      (columns, rows, help, keys) => {
        const lines = drawServe({ ...screen, help, keys }, { columns, rows }, false)
        expect(lines.length).toBeLessThanOrEqual(rows)
        for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns)
      },
    ),
  )
})
