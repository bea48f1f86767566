import type { JournalEvent, RecordedGap } from '../../core/recording/index.js'

/** How much a power cut may cost: every record, a number of ms, only at close, nothing at all is synced. */
export type FsyncPolicy = 'always' | 'close' | 'off' | number

export interface RecorderStatus {
  /** Name of the newest segment of each connection. */
  readonly files: readonly string[]
  readonly accepted_records: number
  readonly accepted_bytes: number
  readonly written_bytes: number
  readonly synced_bytes: number
  /** Records that the disk has not taken yet, and those given up because the ring was full. */
  readonly waiting_bytes: number
  readonly dropped_records: number
  readonly free_disk_bytes: number | undefined
  readonly sync_p99_ms: number | undefined
  readonly worst_unsynced_ms: number
  readonly gaps: number
  /** Of the segment being written or of an earlier one of this run. */
  readonly suspect_files: readonly string[]
  /** Set while writing fails. */
  readonly trouble: string | undefined
}

/**
 * Keeps messages. `append` copies, returns at once and never throws: what the disk does not take waits in a bounded ring, and what the ring
 * does not take is a gap of its exact size in the journal.
 */
export interface Recorder {
  /** So much waits for the disk that a feed that can wait should: a replay does, an exchange does not. */
  readonly isCrowded: boolean
  /** Answers the time the record is kept under (never before the last one of its connection), or undefined when it was dropped. */
  append(connection: number, received_at_ms: number, message: Uint8Array): number | undefined
  /** Written in order, before any record appended later is claimed by an index. */
  journal(at_ms: number, event: JournalEvent): void
  /** A journal line too, and in the manifest of the segments it touches. */
  gap(at_ms: number, gap: RecordedGap): void
  /** What a connection carries from now on; stands in the manifests. */
  subscriptions(at_ms: number, connection: number, wanted: ReadonlyMap<string, readonly number[]>): void
  status(): RecorderStatus
  /** Flushed, synced, indexed, manifests written, `session_end` told, lock given up. */
  close(at_ms: number, reason: string): Promise<void>
}
