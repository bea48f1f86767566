import { crc32c } from './crc32c.js'

/**
 * What happened to a capture, one line each, in `<profile>_YYYYMMDD.journal.jsonl` (the IST day of `at_ms`). A line is a JSON object whose last
 * field is `crc`: CRC-32C, 8 hex digits, of the UTF-8 bytes of the line up to and without `,"crc"`.
 *
 * All times of a journal are on the clock that stamps the records (ms since the epoch), so that gaps and records can be compared.
 * No secret, no URL, no account data ever stands here.
 */
export type JournalEvent =
  /** A capture begins; what follows up to its `session_end` is told in full: within it no silence is a gap unless a `gap` line says so. */
  | {
      event: 'session_start'
      session: string
      version: string
      pid: number
      /** Whose clock stamps the records: this machine's, or that of the recording a server plays. */
      stamps: 'machine' | 'recorded'
      fsync: string
      connections: number
    }
  | { event: 'session_end'; session: string; reason: string; records: number; bytes: number }
  | { event: 'connected'; connection: number; attempt: number }
  | { event: 'disconnected'; connection: number; code: number; reason: string }
  | { event: 'refused'; connection: number; status: number; detail: string }
  | { event: 'auth_needed'; connection: number; detail: string }
  | { event: 'subscribed'; connection: number; mode: string; tokens: readonly number[] }
  | { event: 'unsubscribed'; connection: number; tokens: readonly number[] }
  /** No byte for this long: the socket is taken for dead. */
  | { event: 'stall'; connection: number; silence_ms: number }
  | { event: 'takeover'; connection: number; from_connection: number; tokens: readonly number[] }
  | { event: 'returned'; connection: number; from_connection: number; tokens: readonly number[] }
  | ({ event: 'gap' } & RecordedGap)
  | { event: 'suspect'; connection: number; detail: string; tokens?: readonly number[] }
  | { event: 'clock_step'; delta_ms: number }
  | { event: 'loop_blocked'; blocked_ms: number }
  | { event: 'text'; connection: number; type: string; text: string }
  | { event: 'malformed'; connection: number; bytes: number; detail: string }
  | { event: 'segment_opened'; file: string }
  | { event: 'segment_closed'; file: string; records: number; bytes: number; suspect: boolean }
  | { event: 'write_failed'; file: string; code: string }
  | { event: 'write_resumed'; file: string; waited_ms: number }
  | { event: 'sync_failed'; file: string; code: string }
  | { event: 'disk_low'; free_bytes: number }
  | { event: 'recovered'; file: string; good_bytes: number; cut_bytes: number }
  | { event: 'credentials_changed' }
  | { event: 'sink_down'; sink: string; detail: string }
  | { event: 'sink_up'; sink: string; dropped: number }
  | { event: 'failure'; part: string; detail: string }

/** What is missing, `[from_ms, to_ms)`. */
export interface RecordedGap {
  readonly connection: number
  readonly from_ms: number
  readonly to_ms: number
  readonly cause: GapCause
  readonly grade: GapGrade
  /** Instruments without data in that time; absent: all that only this connection carried. */
  readonly tokens?: readonly number[]
  /** Records that were received and could not be kept. */
  readonly records?: number
}

/** Why data is missing. */
export const GAP_CAUSES = {
  recorder_down: 'No capture was running',
  disconnect: 'The socket was closed',
  stall: 'The socket was silent and was given up',
  silent_feed: 'Heartbeats came, ticks did not',
  overflow: 'Received, but the disk did not take it and the ring was full',
  file_lost: 'Recorded, but the file was taken away or cut short',
  missed_on: 'Another connection had it',
  damaged: 'Recorded, but the file is damaged there: left out by mds repair',
  silence: 'Nothing was recorded; no journal says why',
} as const
export type GapCause = keyof typeof GAP_CAUSES
/** `certain`: the recorder knows; `strong`: another source shows it; `weak`: silence alone. */
export type GapGrade = 'certain' | 'strong' | 'weak'

export type JournalEntry = { readonly at_ms: number } & JournalEvent

const CRC_FIELD = ',"crc":"'
const LINE_END = '"}'
const CRC_BYTES = CRC_FIELD.length + 8 + LINE_END.length
const encoder = new TextEncoder()

/** A line with its newline. */
export function encodeJournalLine(entry: JournalEntry): string {
  const { at_ms, event, ...rest } = entry
  const open = JSON.stringify({ at_ms, event, ...rest }).slice(0, -1)
  return `${open}${CRC_FIELD}${hex(crc32c(encoder.encode(open)))}"}\n`
}

/**
 * What a journal says. Damaged lines are left out and counted; a last line without its newline is `torn` and left out too. A line that stands
 * there again (its first sync failed) is read once.
 */
export interface JournalReading {
  readonly entries: readonly JournalEntry[]
  /** 1-based numbers of the lines left out. */
  readonly damaged_lines: readonly number[]
  readonly torn: boolean
}

/** Reads the text of a journal. Never throws. */
export function readJournal(text: string): JournalReading {
  const lines = text.split('\n')
  const torn = lines.pop() !== ''
  const entries: JournalEntry[] = []
  const damaged_lines: number[] = []
  const known = new Set<string>()
  for (const [index, line] of lines.entries()) {
    if (known.has(line)) continue
    const entry = decodeLine(line)
    if (entry === undefined) damaged_lines.push(index + 1)
    else {
      known.add(line)
      entries.push(entry)
    }
  }
  return { entries, damaged_lines, torn }
}

function decodeLine(line: string): JournalEntry | undefined {
  const open = line.slice(0, -CRC_BYTES)
  if (!line.endsWith(LINE_END)) return undefined
  if (!line.startsWith(CRC_FIELD, open.length) || line.slice(-10, -2) !== hex(crc32c(encoder.encode(open)))) return undefined
  try {
    return JSON.parse(`${open}}`) as JournalEntry // the checksum says that we wrote it
  } catch {
    return undefined
  }
}

const hex = (value: number): string => value.toString(16).padStart(8, '0')
