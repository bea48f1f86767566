import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CaptureClock } from '../../../src/io/capture/capture-clock.js'
import { CaptureMeter } from '../../../src/io/capture/capture-meter.js'
import { CaptureSession, type FeedPort, type SessionSetup } from '../../../src/io/capture/capture-session.js'
import { EventTeller } from '../../../src/io/capture/event-teller.js'
import { LogFile } from '../../../src/io/capture/log-file.js'
import { RecordedClock } from '../../../src/io/capture/recorded-clock.js'
import type { RecorderStatus } from '../../../src/io/capture/recorder-port.js'
import { tempFolder } from '../../support/temp-folder.js'

/** A session over a disk that takes nothing until told. */
function sessionOn(clock: SessionSetup['clock']): { session: CaptureSession; holds: boolean[]; disk: { is_crowded: boolean } } {
  const disk = { is_crowded: false }
  const holds: boolean[] = []
  const recorder = {
    get isCrowded() {
      return disk.is_crowded
    },
    append: (_: number, at_ms: number) => at_ms,
    journal: () => {},
    gap: () => {},
    subscriptions: () => {},
    status: (): RecorderStatus => {
      throw new Error('not asked here')
    },
    close: async () => {},
  }
  const log = new LogFile({ path: join(tempFolder(), 'x.log'), nowMs: () => 0, scrub: (text) => text })
  const session = new CaptureSession({
    profile: 'p',
    session: 's',
    version: '0',
    mode: 'full',
    recorder,
    meter: new CaptureMeter(() => 0),
    events: new EventTeller(log, () => {}),
    clock,
    scrub: (text) => text,
    candles: undefined,
    sinks: [],
    tokensOf: () => [],
  })
  const feed: FeedPort = {
    subscribe: () => {},
    unsubscribe: () => {},
    setMode: () => {},
    hold: (is_held) => holds.push(is_held),
    carried: () => new Map(),
    status: () => [],
  }
  session.attach(feed)
  return { session, holds, disk }
}

test('a served recording is held while the disk is behind, and goes on when it has caught up', () => {
  const { session, holds, disk } = sessionOn({ recorded: new RecordedClock(1000) })
  session.onBinary(1, new Uint8Array(10), 2000)
  expect(holds).toEqual([])
  disk.is_crowded = true
  session.onBinary(1, new Uint8Array(10), 2000)
  expect(holds.at(-1)).toBe(true)
  session.onWritten()
  expect(holds.at(-1)).toBe(true)
  disk.is_crowded = false
  session.onWritten()
  expect(holds.at(-1)).toBe(false)
})

test('the exchange is never held: it would not wait', () => {
  const machine = new CaptureClock({ nowMs: () => 1_700_000_000_000, elapsedMs: () => 0 }, () => {})
  const { session, holds, disk } = sessionOn({ machine })
  disk.is_crowded = true
  session.onBinary(1, new Uint8Array(10), undefined)
  expect(holds).toEqual([])
})
