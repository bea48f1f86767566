/** One record of a recording, owned. */
export interface ComparedRecord {
  readonly received_at_ms: number
  /** The message. */
  readonly bytes: Uint8Array
  /** 0-based number in the recording. */
  readonly record: number
}

/**
 * - `missing`  only the expected recording has the record
 * - `extra`    only the found one has it
 * - `changed`  received in the same millisecond, other bytes
 * - `time`     the same bytes, received at another time
 */
export type RecordDifferenceKind = 'missing' | 'extra' | 'changed' | 'time'

/** A record as a report names it. */
export interface RecordPlace {
  readonly record: number
  readonly received_at_ms: number
  /** Of the message. */
  readonly bytes: number
  /** Whole packets in it; 0 for a heartbeat or a text. */
  readonly packets: number
}

/** A value of a packet that differs, as it is printed elsewhere: prices in rupees, times as ISO 8601. */
export interface PacketFieldDifference {
  readonly field: string
  readonly expected: string | undefined
  readonly found: string | undefined
}

/** Where two messages part. */
export interface MessageDifference {
  /** First byte that differs, from the begin of the message; the length of the shorter one where it is the begin of the other. */
  readonly offset: number
  /** 0-based number of the first packet that differs; undefined where no packet does. */
  readonly packet: number | undefined
  /** Of that packet, in the expected message where it is there. */
  readonly instrument_token: number | undefined
  readonly fields: readonly PacketFieldDifference[]
}

/** One difference between two recordings: of a record, or of several in a row that differ alike (all missing, all extra, all later by as much). */
export interface RecordDifference {
  readonly kind: RecordDifferenceKind
  /** 1, or more in a row. */
  readonly records: number
  /** The first of them. */
  readonly expected: RecordPlace | undefined
  readonly found: RecordPlace | undefined
  /** When the last of them was received, on the side that has them, the expected one first; ms. */
  readonly last_received_at_ms: number
  /** For `changed`. */
  readonly message: MessageDifference | undefined
}

/** Two recordings, compared. */
export interface RecordComparisonResult {
  readonly equal: boolean
  readonly expected_records: number
  readonly found_records: number
  readonly same: number
  readonly missing: number
  readonly extra: number
  readonly changed: number
  readonly time: number
  /** Found - expected time of receipt of the records of kind `time`, ms: the least and the most; null without any. */
  readonly shift_ms: { readonly least: number; readonly most: number } | null
  /** In changed records: packets in which a field differs, by field, the most first. */
  readonly by_field: readonly { readonly field: string; readonly packets: number }[]
  /** Differences, those in a row that are alike counted as one. */
  readonly differences: number
  /** In the order of the recordings, at most as many as asked for. */
  readonly first: readonly RecordDifference[]
}
