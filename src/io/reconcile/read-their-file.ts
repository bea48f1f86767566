import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { EXIT, MdsError, usageError } from '../../core/errors.js'
import { eachCsvRow } from '../../core/market/index.js'
import {
  isBhavcopyHeader,
  readBhavcopy,
  readCandleCsv,
  readCandleNdjson,
  readKiteJson,
  type TheirRows,
} from '../../core/reconcile/index.js'
import { readUserFile } from '../read-user-file.js'
import { shellWord } from '../shell-word.js'
import { statPath } from '../stat-path.js'
import { readCandleParquet } from './candle-parquet.js'

/** One file of theirs. */
export interface TheirFile extends TheirRows {
  readonly path: string
}

const ENDINGS = /\.(?:json|csv|ndjson|jsonl|parquet)$/i
/** A day of minutes of the whole market has some 150 MB; more is read symbol by symbol. */
const BYTES_MAX = 512 * 1024 * 1024
const SUGGESTION = 'mds reconcile 20251006 --against candles.csv'

/** A file, or those of a folder in the order of their names. */
export async function readTheirFiles(path: string, onNotice: (text: string) => void): Promise<TheirFile[]> {
  if (statPath(path)?.isDirectory() !== true) return [await readTheirFile(path)]
  const names = readdirSync(path).filter((name) => !name.startsWith('.'))
  const wanted = names.filter((name) => ENDINGS.test(name)).sort()
  if (wanted.length === 0)
    throw usageError('no_candles', `${path} holds no file that ends in .json, .csv, .ndjson, .jsonl or .parquet.`, SUGGESTION)
  const others = names.length - wanted.length
  if (others > 0) onNotice(`${path}: ${others} ${others === 1 ? 'entry' : 'entries'} with other endings left out.`)
  const files: TheirFile[] = []
  for (const name of wanted) files.push(await readTheirFile(join(path, name)))
  return files
}

/** What it holds, told by its content and never by its name. */
export async function readTheirFile(path: string): Promise<TheirFile> {
  const bytes = await readUserFile(path, { what: 'file of candles', suggestion: SUGGESTION })
  refuseOthers(path, bytes)
  if (bytes.toString('latin1', 0, 4) === 'PAR1') return { path, ...(await readCandleParquet(path)) }
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  const read = readText(text, path)
  if (read.rows.length === 0) throw noRows(path, read)
  return { path, ...read }
}

function readText(text: string, path: string): TheirRows {
  const begin = text.trimStart()[0]
  if (begin === '[' || (begin === '{' && !isCandleLine(text))) return readKiteJson(parsed(text, path), path)
  if (begin === '{') return readCandleNdjson(text)
  if (begin === '<')
    throw usageError(
      'not_candles',
      `${path} is a web page, no candles: the download was refused.`,
      'download it again, logged in or with a browser',
    )
  return isBhavcopyHeader(headerOf(text)) ? readBhavcopy(text) : readCandleCsv(text, path)
}

function headerOf(text: string): string[] {
  let names: string[] = []
  const end = text.search(/[\r\n]/)
  eachCsvRow(end < 0 ? text : text.slice(0, end), (row) => {
    names = row.fault === undefined ? row.cells() : []
  })
  return names
}

/** The first line alone is an object with an open: one of many. */
function isCandleLine(text: string): boolean {
  try {
    const line: unknown = JSON.parse(text.trimStart().split('\n', 1)[0] ?? '')
    return typeof line === 'object' && line !== null && Object.keys(line).some((key) => key.toLowerCase() === 'open')
  } catch {
    return false
  }
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new MdsError('not_candles', {
      message: `${path}: expected JSON or NDJSON, found text that is neither (${error instanceof Error ? error.message : error}).`,
      suggestions: ['save the answer of the API as it came'],
      exitCode: EXIT.unreadable,
    })
  }
}

function refuseOthers(path: string, bytes: Buffer): void {
  if (bytes.length === 0 || bytes.toString('utf8', 0, Math.min(bytes.length, 256)).trim() === '')
    throw new MdsError('no_candles', {
      message: `${path} is empty: expected candles.`,
      suggestions: ['download it again'],
      exitCode: EXIT.unreadable,
    })
  if (bytes.length > BYTES_MAX)
    throw usageError(
      'too_large',
      `${path} has ${bytes.length} bytes, expected at most ${BYTES_MAX}.`,
      'split it by symbol, and name the folder',
    )
  if (bytes.toString('latin1', 0, 4) === 'PK\u0003\u0004')
    throw usageError(
      'packed_file',
      `${path} is a ZIP archive: expected the file in it.`,
      `unzip ${shellWord(path)}, then name what comes out`,
    )
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw usageError(
      'packed_file',
      `${path} is packed with gzip: expected the file in it.`,
      `gunzip -k ${shellWord(path)}, then name what comes out`,
    )
}

function noRows(path: string, { bad, left_out }: TheirRows): MdsError {
  const [first] = bad
  const what =
    first === undefined
      ? left_out.size === 0
        ? 'a header and nothing below it'
        : [...left_out].map(([kind, count]) => `${count} rows ${kind}`).join(', ')
      : `${bad.length} that can't be read, the first in line ${first.line}: ${first.reason}`
  return new MdsError('no_candles', {
    message: `${basename(path)}: expected candles, found ${what}.`,
    suggestions: [SUGGESTION],
    exitCode: EXIT.unreadable,
  })
}
