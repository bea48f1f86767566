/**
 * A finding about the data, never an exception: returned, counted, shown; `--strict` makes it fatal.
 * Every finding carries the numbers needed to find the bytes.
 */
export const DIAGNOSTIC_CODES = {
  // recording
  truncated_tail: 'The file ends inside a record; the cut bytes are not read',
  damaged_record: 'A record header makes no sense; reading resumed at the next plausible record',
  time_regression: 'A record was received before the one ahead of it; the file is read as it stands',
  damaged_time: 'A record header has a time far from both neighbours; the record counts as received with the one before',
  damaged_packing: 'A packed file is cut or damaged; what could be unpacked is read',
  not_a_recording: 'A file of the session without a single record (empty, or no recording)',
  damaged_journal: 'A line of a journal is damaged and left out: what it told of gaps is unknown',
  // wire
  truncated_packet: 'A message declares more bytes than it has; its whole packets are kept',
  unknown_packet_length: 'A packet of a length no Kite packet has; skipped',
  trailing_bytes: 'Bytes after the last declared packet of a message',
  zero_length_packet: 'A packet of length 0',
  // market
  unknown_instrument: 'A token that no instrument master names; shown as token:N',
  feed_gap: 'Nothing at all was received for longer than the gap limit inside session hours',
  closed_day: 'The calendar calls the day closed for this segment; its regular hours are used',
} as const

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES

/** One finding: what, where, and the numbers behind it. */
export interface Diagnostic {
  code: DiagnosticCode
  /** Path as given by the user, or `-` for standard input. */
  file: string
  /** 0-based number of the record in its file; -1 when it concerns no record. */
  record: number
  /** Byte offset in the (decompressed) file; -1 when it concerns no bytes. */
  offset: number
  /** Numbers and words that let a human check the claim. */
  detail: Readonly<Record<string, number | string>>
}
