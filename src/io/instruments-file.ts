import { gunzipSync } from 'node:zlib'
import { EXIT, MdsError, usageError } from '../core/errors.js'
import { type BadEntry, type Instrument, parseCrawlerConfig, parseKiteMaster } from '../core/market/index.js'
import { readUserFile } from './read-user-file.js'

export interface InstrumentsFile {
  readonly path: string
  readonly kind: 'kite_master' | 'crawler_config'
  readonly instruments: readonly Instrument[]
  /** Left out, in the order of the file. */
  readonly bad_entries: readonly BadEntry[]
  /** As read: its hash is part of the effective config. */
  readonly bytes: Uint8Array
}

/** A real master has 9 MB; a file that unpacks to more than this is none. */
export const UNPACKED_BYTES_MAX = 256 * 1024 * 1024
const SUGGESTION = "Use Kite's instruments CSV (gzipped or not) or a crawler config in JSON."

/** Reads a Kite master (CSV, gzipped or not) or the JSON config of a crawler. The content says which it is, never the name. */
export async function loadInstruments(path: string): Promise<InstrumentsFile> {
  const bytes = await readUserFile(path, { what: 'instrument file', suggestion: SUGGESTION })
  const text = unpacked(bytes, path)
    .toString('utf8')
    .replace(/^\ufeff/, '')
  const bad_entries: BadEntry[] = []
  const onBad = (bad: BadEntry): void => void bad_entries.push(bad)
  const kind = /^\s*[{[]/.test(text) ? 'crawler_config' : 'kite_master'
  try {
    const instruments = kind === 'crawler_config' ? parseCrawlerConfig(JSON.parse(text), onBad) : parseKiteMaster(text, onBad)
    return { path, kind, instruments, bad_entries, bytes }
  } catch (error) {
    throw named(error, path)
  }
}

function unpacked(bytes: Buffer, path: string): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: UNPACKED_BYTES_MAX })
  } catch (error) {
    throw new MdsError('unreadable_file', {
      message: `Expected ${path} to be a whole gzip file: unpacking failed (${error instanceof Error ? error.message : error}).`,
      suggestions: ['Download the instrument file again.'],
      exitCode: EXIT.unreadable,
    })
  }
}

/** The same complaint with the name of the file, which the parsers do not know. */
function named(error: unknown, path: string): unknown {
  if (error instanceof MdsError)
    return new MdsError(error.code, {
      message: `${path}: ${error.message}`,
      suggestions: error.suggestions,
      exitCode: error.exitCode,
    })
  if (error instanceof SyntaxError)
    return usageError('not_a_master', `${path}: expected an instrument file, found broken JSON (${error.message}).`, SUGGESTION)
  return error
}
