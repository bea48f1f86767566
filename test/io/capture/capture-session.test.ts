import { expect, test } from 'vitest'
import { CaptureClock } from '../../../src/io/capture/capture-clock.js'
import { CaptureMeter } from '../../../src/io/capture/capture-meter.js'
import { type BarsPort, CaptureSession, type SessionSetup } from '../../../src/io/capture/capture-session.js'
import { RecordedClock } from '../../../src/io/capture/recorded-clock.js'
import { FakeRecorder } from '../../support/fake-recorder.js'
import { numberedMessage } from '../../support/numbered-messages.js'

const RING_BYTES = 100_000

/** A session whose disk stands still, and what its feed was told. */
async function crowded(clock: SessionSetup['clock'], candles?: BarsPort) {
  const holds: boolean[] = []
  let session: CaptureSession | undefined
  const fake = new FakeRecorder({ ring_bytes: RING_BYTES, onWritten: () => session?.onWritten() })
  await fake.open()
  let stands_still = true
  fake.disk.fault = ({ op, path }) => (stands_still && op === 'write' && path.endsWith('.bin') ? { code: 'ENOSPC' } : undefined)
  session = new CaptureSession({
    profile: 'box',
    session: 's1',
    version: '1.2.3',
    mode: 'full',
    recorder: fake.recorder,
    meter: new CaptureMeter(() => 0),
    events: { recent: [] },
    sinks: [],
    bars: candles,
    alert_sink: undefined,
    clock,
    scrub: (text) => text,
  })
  session.attach({
    subscribe: () => {},
    unsubscribe: () => {},
    setMode: () => {},
    carried: () => new Map(),
    status: () => [],
    hold: (is_held) => holds.push(is_held),
  })
  const mends = async (): Promise<void> => {
    stands_still = false
    await fake.pass(2000)
  }
  return { session, fake, holds, mends }
}

test('a replay is made to wait while much waits for the disk, and loses nothing', async () => {
  const { session, fake, holds, mends } = await crowded({ recorded: new RecordedClock(0) })
  let sent = 0
  for (; sent < 1000 && holds.at(-1) !== true; sent++) {
    session.onBinary(1, numberedMessage(sent, 3), fake.now_ms)
    await fake.pass(1)
  }
  expect(fake.recorder.status().waiting_bytes).toBeGreaterThan(RING_BYTES / 2)
  await mends()
  expect(holds.at(-1)).toBe(false)
  expect(fake.recorder.status()).toMatchObject({ accepted_records: sent, dropped_records: 0, waiting_bytes: 0 })
})

test('an exchange is never made to wait', async () => {
  const wall = { nowMs: () => 0, elapsedMs: () => 0 }
  const { session, fake, holds } = await crowded({ machine: new CaptureClock(wall, () => {}) })
  for (let n = 0; n < 500; n++) session.onBinary(1, numberedMessage(n, 3), undefined)
  expect(fake.recorder.status().dropped_records).toBeGreaterThan(0)
  expect(holds).not.toContain(true)
})

test('live candles wait for the clock, not for a connection that is kept ahead of it', async () => {
  // After the clock was set back between two captures, a connection goes on where its last record was.
  const wall = { now_ms: 1_759_722_300_000 }
  const released: number[] = []
  const pushed: number[] = []
  const candles: BarsPort = {
    candles: 0,
    alerts: 0,
    push: (_connection, received_at_ms) => pushed.push(received_at_ms),
    release: (before_ms) => released.push(before_ms),
    noteGap: () => {},
    end: async () => {},
  }
  const machine = new CaptureClock({ nowMs: () => wall.now_ms, elapsedMs: () => 0 }, () => {})
  const { session, fake } = await crowded({ machine }, candles)
  fake.recorder.append(1, wall.now_ms + 5000, numberedMessage(0, 1))
  session.onBinary(1, numberedMessage(1, 1), undefined)
  session.onBinary(2, numberedMessage(0, 1), undefined)
  expect(pushed).toEqual([wall.now_ms + 5000, wall.now_ms])
  expect(Math.max(...released)).toBe(wall.now_ms)
})
