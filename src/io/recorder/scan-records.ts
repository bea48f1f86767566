import { RECEIVED_MS_MAX, RECEIVED_MS_MIN, RECORD_HEADER_BYTES, RECORD_MESSAGE_BYTES_MAX } from '../../core/recording/index.js'
import { addsUp, HEARTBEAT_BYTES } from '../../core/wire/index.js'
import { hourOf } from './hours.js'
import type { OpenFile } from './recorder-ports.js'

const WINDOW_BYTES = 1 << 20
const SECTOR_BYTES = 512
const TWO_POW_32 = 0x1_0000_0000
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d

/** What a record must be to count as one that the recorder wrote. */
export interface RecordRules {
  /** IST hours since the epoch: the one of the file. */
  readonly hour: number
  /** Times never go back. */
  readonly from_ms: number
  /** After a power cut bytes in the middle may be missing (zeros): a message must be one that can be read. */
  readonly whole_messages: boolean
}

/** A record of the file, header and message; the bytes are borrowed. */
export type RecordTaker = (received_at_ms: number, record: Uint8Array) => void

/**
 * Steps over the records of a file from `from` on, as far as they are what the recorder writes. Gives the offset of the first byte that is no
 * such record: the size of the file when all is well.
 */
export async function scanRecords(
  file: OpenFile,
  range: { from: number; size: number },
  rules: RecordRules,
  take: RecordTaker,
): Promise<number> {
  if (!rules.whole_messages) return walk(file, range, rules, take)
  let last: { start: number; end: number } | undefined
  let end = range.from
  const stopped = await walk(file, range, rules, (_, record) => {
    last = { start: end, end: end + record.length }
    end += record.length
  })
  const is_doubtful = last !== undefined && stopped < range.size && (await endsInHole(file, last))
  return walk(file, { from: range.from, size: is_doubtful && last !== undefined ? last.start : stopped }, rules, take)
}

/**
 * Behind the last record lies something else, perhaps a sector that never reached the disk. The record's share of that sector may be too small
 * to hold a length: it is doubted when nothing but zeros stands there.
 */
async function endsInHole(file: OpenFile, { start, end }: { start: number; end: number }): Promise<boolean> {
  const from = Math.max(start, Math.floor(end / SECTOR_BYTES) * SECTOR_BYTES)
  const share = new Uint8Array(end - from)
  await file.read(share, from)
  return share.length > 0 && share.every((byte) => byte === 0)
}

async function walk(
  file: OpenFile,
  range: { from: number; size: number },
  rules: RecordRules,
  take: RecordTaker,
): Promise<number> {
  let window = new Uint8Array(WINDOW_BYTES)
  let base = range.from
  let filled = 0
  let last_ms = rules.from_ms
  for (;;) {
    const view = new DataView(window.buffer)
    let at = 0
    let wanted = RECORD_HEADER_BYTES
    while (at + RECORD_HEADER_BYTES <= filled) {
      const received_at_ms = view.getUint32(at) * TWO_POW_32 + view.getUint32(at + 4)
      const length = view.getUint32(at + 8)
      if (received_at_ms < last_ms || !isPlausible(received_at_ms, length, rules.hour)) return base + at
      const end = at + RECORD_HEADER_BYTES + length
      wanted = end - at
      if (end > filled) break
      if (rules.whole_messages && !isReadable(view, at + RECORD_HEADER_BYTES, end)) return base + at
      take(received_at_ms, window.subarray(at, end))
      last_ms = received_at_ms
      at = end
      wanted = RECORD_HEADER_BYTES
    }
    if (base + at + wanted > range.size) return base + at
    const rest = window.subarray(at, filled)
    const next = wanted > window.length ? new Uint8Array(wanted) : window
    next.set(rest)
    window = next
    base += at
    filled = rest.length
    const count = await file.read(window.subarray(filled, filled + range.size - base - filled), base + filled)
    if (count === 0) return base
    filled += count
  }
}

function isPlausible(received_at_ms: number, length: number, hour: number): boolean {
  return (
    length <= RECORD_MESSAGE_BYTES_MAX &&
    received_at_ms >= RECEIVED_MS_MIN &&
    received_at_ms <= RECEIVED_MS_MAX &&
    hourOf(received_at_ms) === hour
  )
}

/** A sector that never reached the disk reads as zeros: in a message of packets it takes the place of a length, in a text of letters. */
function isReadable(view: DataView, start: number, end: number): boolean {
  if (end - start <= HEARTBEAT_BYTES) return true
  if (view.getUint8(start) !== OPENING_BRACE) return addsUp(view, start, end)
  if (view.getUint8(end - 1) !== CLOSING_BRACE) return false
  for (let at = start; at < end; at++) if (view.getUint8(at) === 0) return false
  return true
}
