import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { RecordingReader } from '../core/recording/index.js'
import type { SessionFiles } from './find-recordings.js'

/** Holds several of the largest messages of a full socket. */
const TAIL_BYTES = 2 * 1024 * 1024
const PACKED = /\.(?:gz|zst)$/

/**
 * When the last record of a session was received, by a look at the tails of its files: good enough for a progress bar. Undefined when one of
 * them is packed, a stream, or shows no record.
 */
export function recordingEndMs({ files }: SessionFiles): number | undefined {
  let end_ms: number | undefined
  for (const { path } of files) {
    const last_ms = path === '-' || PACKED.test(path) ? undefined : tailEndMs(path)
    if (last_ms === undefined) return undefined
    if (end_ms === undefined || last_ms > end_ms) end_ms = last_ms
  }
  return end_ms
}

/** A reader that begins anywhere finds its way to the next place where records chain. */
function tailEndMs(path: string): number | undefined {
  const reader = new RecordingReader(0, 0, () => {})
  const fd = openSync(path, 'r')
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) return undefined
    let position = Math.max(0, stat.size - TAIL_BYTES)
    for (;;) {
      while (reader.advance());
      if (reader.done) break
      const count = readSync(fd, reader.space(), { position })
      position += count
      if (count === 0) reader.ended()
      else reader.filled(count)
    }
  } finally {
    closeSync(fd)
  }
  return reader.records > 0 ? reader.last_ms : undefined
}
