import type { JournalEntry, RecordedGap } from '../../core/recording/index.js'
import type { FsyncPolicy } from '../capture/recorder-port.js'
import { systemLock } from './folder-lock.js'
import type { RecorderPorts } from './recorder-ports.js'
import { systemFiles } from './system-files.js'
import { systemTimers } from './system-timers.js'

/** A power cut costs this much and one sync; less saves little and costs CPU, more saves nothing. */
export const DEFAULT_FSYNC: FsyncPolicy = 100
/** Half a minute of the heaviest feed there is, three full connections. */
const RING_BYTES = 64 * 1024 * 1024
const MIN_FREE_BYTES = 1024 * 1024 * 1024

/** What a recorder is told when it is opened. */
export interface RecorderSetup {
  /** `<data-dir>/<profile>`; made when it is not there. */
  readonly folder: string
  readonly profile: string
  /** How many there are; the files of a single one have no `-c1` in their names. */
  readonly connections: number
  /** Names this run in the journal. */
  readonly session: string
  /** Of mds. */
  readonly version: string
  readonly stamps: 'machine' | 'recorded'
  readonly instruments_sha256: string | null
  /** The clock that stamps the records, ms since the epoch. */
  now(): number
  readonly fsync?: FsyncPolicy
  /** Bytes of records that may wait for the disk. */
  readonly ring_bytes?: number
  /** Below this much free space the journal says so. */
  readonly min_free_bytes?: number
  readonly ports?: RecorderPorts
  /** Every line of the journal, as it is told. */
  onEvent?(entry: JournalEntry): void
  /** A gap, at once: before the first record after it is accepted. */
  onGap?(gap: RecordedGap): void
  /** Records have been handed to the kernel; the oldest of them had waited so long since `append`. */
  onWritten?(waited_ms: number): void
}

type Optional = 'onEvent' | 'onGap' | 'onWritten'

/** A setup with nothing left open. */
export type FullSetup = Required<Omit<RecorderSetup, Optional>> & Pick<RecorderSetup, Optional>

export function fullSetup(setup: RecorderSetup): FullSetup {
  return {
    ...setup,
    fsync: setup.fsync ?? DEFAULT_FSYNC,
    ring_bytes: setup.ring_bytes ?? RING_BYTES,
    min_free_bytes: setup.min_free_bytes ?? MIN_FREE_BYTES,
    ports: setup.ports ?? systemPorts(),
    now: () => setup.now(),
  }
}

/** The machine itself. */
export const systemPorts = (): RecorderPorts => ({ files: systemFiles, timers: systemTimers(), lock: systemLock })
