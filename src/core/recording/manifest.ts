import type { RecordedGap } from './journal.js'

export const MANIFEST_FORMAT = 'mds-recording'
export const MANIFEST_VERSION = 1

/**
 * What is known of a closed recording; lies beside it as `.manifest.json`, written at once or not at all. Made by the capture that wrote the
 * recording, or by `mds repair` and `mds merge` for what they made. No secret ever stands here.
 */
export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT
  readonly format_version: typeof MANIFEST_VERSION
  /** File name of the recording, without folder. */
  readonly file: string
  readonly profile: string
  /** `2025-10-05`, IST. */
  readonly date: string
  readonly connection: number
  readonly byte_order: 'big' | 'little'
  /** Programs that made it. */
  readonly made_by: { mds: string; node: string; v8: string; icu: string; tz: string }
  /** Whose clock stamped the records, and steps of it that were seen. */
  readonly clock: { stamps: 'machine' | 'recorded'; steps: number }
  readonly sessions: readonly string[]
  /** At the start of the file, then every change. */
  readonly subscriptions: readonly { at_ms: number; mode: string; tokens: readonly number[] }[]
  readonly instruments_sha256: string | null
  readonly counts: RecordingCounts
  readonly first_ms: number | null
  readonly last_ms: number | null
  readonly bytes: number
  /** Of the whole file, hex. */
  readonly sha256: string
  readonly fsync: string
  /** Longest time that a byte waited to be synced; null when nobody lived to tell. */
  readonly worst_unsynced_ms: number | null
  readonly gaps: readonly RecordedGap[]
  /** A write or a sync failed: what lies in the file may differ from what was written. */
  readonly suspect: boolean
  /** available: nothing is missing; degraded: gaps, or suspect; missing: no record. */
  readonly condition: 'available' | 'degraded' | 'missing'
  /** Of a repaired or merged recording: where it comes from, and the bytes that were left out. */
  readonly made_from?: readonly { file: string; sha256: string }[]
  readonly skipped?: readonly { offset: number; bytes: number }[]
}

/** What messages of a recording were. */
export interface RecordingCounts {
  readonly records: number
  readonly heartbeats: number
  readonly texts: number
  /** Messages whose packets do not add up. */
  readonly malformed: number
  /** Packets by length in bytes. */
  readonly packets: Readonly<Record<string, number>>
}

/** What a recording is good for, by what its manifest says. */
export function conditionOf({ counts, gaps, suspect }: Pick<Manifest, 'counts' | 'gaps' | 'suspect'>): Manifest['condition'] {
  if (counts.records === 0) return 'missing'
  return gaps.length > 0 || suspect ? 'degraded' : 'available'
}

export const encodeManifest = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`

/** Undefined when the text is no manifest of this version. */
export function readManifest(text: string): Manifest | undefined {
  try {
    const value = JSON.parse(text) as Partial<Manifest> | null
    const fits =
      value?.format === MANIFEST_FORMAT &&
      value.format_version === MANIFEST_VERSION &&
      typeof value.file === 'string' &&
      typeof value.sha256 === 'string' &&
      typeof value.bytes === 'number' &&
      Array.isArray(value.gaps)
    return fits ? (value as Manifest) : undefined
  } catch {
    return undefined
  }
}
