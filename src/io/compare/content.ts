import { RECEIVED_MS_MAX, RECEIVED_MS_MIN } from '../../core/recording/index.js'
import { openByteSource } from '../byte-source.js'

/** What a file holds, told by its bytes and never by its name. */
export type Content = 'parquet' | 'arrow' | 'ndjson' | 'csv' | 'recording' | 'empty' | 'unknown'

const LOOK_BYTES = 64 * 1024
const PARQUET = 'PAR1'
const ARROW_FILE = 'ARROW1'
/** A stream of Arrow begins with the mark that a length follows. */
const ARROW_STREAM = '\xff\xff\xff\xff'
const GZIP = '\x1f\x8b'
const ZSTD = '\x28\xb5\x2f\xfd'
const BYTE_ORDER_MARK = '\xef\xbb\xbf'

export function contentOf(bytes: Uint8Array): Content {
  if (bytes.length === 0) return 'empty'
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16)).toString('latin1')
  if (head.startsWith(PARQUET)) return 'parquet'
  if (head.startsWith(ARROW_FILE) || head.startsWith(ARROW_STREAM)) return 'arrow'
  if (beginsRecording(bytes)) return 'recording'
  if (bytes.includes(0)) return 'unknown'
  const text = head.startsWith(BYTE_ORDER_MARK) ? head.slice(BYTE_ORDER_MARK.length) : head
  return text.trimStart().startsWith('{') ? 'ndjson' : 'csv'
}

export function packingOf(bytes: Uint8Array): 'gzip' | 'zstd' | 'plain' {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4)).toString('latin1')
  if (head.startsWith(GZIP)) return 'gzip'
  return head === ZSTD ? 'zstd' : 'plain'
}

/** Content of a file by its beginning, unpacked if need be. */
export async function contentOfFile(path: string, signal: AbortSignal): Promise<Content> {
  const source = await openByteSource(path, signal)
  try {
    const bytes = new Uint8Array(LOOK_BYTES)
    let length = 0
    for (let count = -1; count !== 0 && length < bytes.length; length += count) count = await source.read(bytes.subarray(length))
    return contentOf(bytes.subarray(0, length))
  } finally {
    source.close()
  }
}

/** A time of receipt in either byte order. */
function beginsRecording(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8)
  return [false, true].some((little) => {
    const received_ms = Number(view.getBigUint64(0, little))
    return received_ms >= RECEIVED_MS_MIN && received_ms <= RECEIVED_MS_MAX
  })
}
