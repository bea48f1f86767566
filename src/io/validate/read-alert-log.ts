import { buffer } from 'node:stream/consumers'
import { EXIT, MdsError, usageError } from '../../core/errors.js'
import type { IstDay } from '../../core/time/index.js'
import {
  type AlertLog,
  AlertLogBuilder,
  eachLogRecord,
  type FieldNames,
  fieldNames,
  formOf,
  LINE_FAULTS,
  type LineFault,
  type LineFaultKind,
} from '../../core/validate/index.js'
import { readUserFile } from '../read-user-file.js'
import { shellWord } from '../shell-word.js'
import { eachParquetRecord } from './parquet-records.js'

/** Which log, and how it is to be understood. */
export interface LogRequest {
  /** `-`: standard input. */
  readonly path: string
  /** `THEIRS=OURS` */
  readonly maps: readonly string[]
  /** Day of times that have none; undefined: such records are skipped. */
  readonly day: IstDay | undefined
}

/** A log of alerts as read. */
export interface AlertLogFile extends AlertLog {
  readonly path: string
  readonly format: 'ndjson' | 'json' | 'csv' | 'parquet'
}

/** A log is held in memory: at 2 KB an alert this is some 100,000 of them. */
const LOG_BYTES_MAX = 256 * 1024 * 1024
const NAMES_SHOWN = 12
const LINES_SHOWN = 3
const SUGGESTION = 'mds patterns 20251005 -o alerts.ndjson'

/**
 * Reads a log of alerts: lines or a list of JSON, CSV, or Parquet; the content says which, never the name. Refuses a file without a record, and
 * one of which no record can be read; single bad records are faults of the log.
 */
export async function readAlertLog(request: LogRequest): Promise<AlertLogFile> {
  const { path, maps, day } = request
  const names = fieldNames(maps)
  const bytes = await bytesOf(path)
  const builder = new AlertLogBuilder({ names, day })
  const seen = new Set<string>()
  const listener = {
    onHeader: (header: readonly string[]) => refuseHeader(path, header, names),
    onRecord: (record: Parameters<AlertLogBuilder['onRecord']>[0]) => {
      if (seen.size === 0) for (const name of Object.keys(record.values)) seen.add(name)
      builder.onRecord(record)
    },
    onFault: (fault: LineFault) => builder.onFault(fault),
  }
  let format: AlertLogFile['format'] = 'parquet'
  if (magicOf(bytes) === 'PAR1') await eachParquetRecord(bytes, path, listener)
  else {
    const text = textOf(bytes, path)
    format = formOf(text)
    eachLogRecord(text, format, listener)
  }
  const log: AlertLogFile = { path, format, ...builder.finish() }
  if (log.records === 0) throw emptyLog(path, bytes.length)
  if (log.alerts.length === 0 && Object.keys(log.left_out).length === 0) throw nothingRead(log, [...seen])
  return log
}

/** With `--strict` a log must have no fault at all. */
export function refuseFaults({ path, faults }: Pick<AlertLogFile, 'path' | 'faults'>): void {
  if (faults.length === 0) return
  throw new MdsError('bad_log', {
    message: `--strict: ${path} has ${counted(faults.length, 'bad record')}. ${faultLines({ path, faults }).join(' ')}`,
    suggestions: ['leave --strict out to go on without them'],
    exitCode: EXIT.unreadable,
  })
}

/** How many records have which fault: by kind, in the order of the table of faults. */
export function faultCounts(faults: readonly LineFault[]): Partial<Record<LineFaultKind, number>> {
  const kinds = Object.keys(LINE_FAULTS) as LineFaultKind[]
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const count = faults.filter((fault) => fault.kind === kind).length
      return count === 0 ? [] : [[kind, count]]
    }),
  )
}

/** One line a kind, with its first lines. */
export function faultLines({ path, faults }: Pick<AlertLogFile, 'path' | 'faults'>): string[] {
  return Object.entries(faultCounts(faults)).map(([kind, count]) => {
    const first = faults.filter((fault) => fault.kind === kind).slice(0, LINES_SHOWN)
    const told = first.map(({ line, detail }) => `line ${line}: ${detail}`).join('; ')
    const { effect } = LINE_FAULTS[kind as LineFaultKind]
    return `${path}: ${kind} (${count}, ${EFFECT_WORDS[effect]}): ${told}${count > first.length ? ` ... and ${count - first.length} more` : ''}.`
  })
}

const EFFECT_WORDS = { skipped: 'skipped', doubtful: 'compared, not measured', used: 'taken so' } as const

async function bytesOf(path: string): Promise<Buffer> {
  const bytes =
    path === '-' ? await buffer(process.stdin) : await readUserFile(path, { what: 'log of alerts', suggestion: SUGGESTION })
  if (bytes.length <= LOG_BYTES_MAX) return bytes
  throw unreadable(
    path,
    `${bytes.length} bytes, more than the ${LOG_BYTES_MAX} that a log may have`,
    'validate one day at a time',
  )
}

/** Begins each message of a stream of Arrow. */
const ARROW_STREAM = 0xffffffff

const magicOf = (bytes: Buffer): string => bytes.toString('latin1', 0, 4)

function textOf(bytes: Buffer, path: string): string {
  const name = path === '-' ? 'alerts.gz' : path
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw unreadable(path, 'a gzip file', `gunzip -c ${shellWord(name)} | mds validate-alerts - 20251005`)
  if (bytes[0] === 0x28 && bytes[1] === 0xb5)
    throw unreadable(path, 'a zstd file', `zstd -dc ${shellWord(name)} | mds validate-alerts - 20251005`)
  if (magicOf(bytes) === 'ARRO' || (bytes.length >= 4 && bytes.readUInt32BE(0) === ARROW_STREAM))
    throw unreadable(path, 'an Arrow file', SUGGESTION)
  const is_utf16 = bytes[0] === 0xff && bytes[1] === 0xfe
  const text = new TextDecoder(is_utf16 ? 'utf-16le' : 'utf-8').decode(bytes)
  if (text.includes('\0')) throw unreadable(path, 'bytes that are no text', SUGGESTION)
  return text
}

const EXPECTED = 'alerts as lines of JSON, a list of JSON, CSV or Parquet'

function unreadable(path: string, found: string, ...suggestions: string[]): MdsError {
  return new MdsError('unreadable_log', {
    message: `${path}: expected ${EXPECTED}, found ${found}.`,
    suggestions,
    exitCode: EXIT.unreadable,
  })
}

function emptyLog(path: string, bytes: number): MdsError {
  return new MdsError('empty_log', {
    message: `${path}: expected ${EXPECTED}, found ${bytes === 0 ? 'an empty file' : `no record in ${bytes} bytes`}.`,
    suggestions: [SUGGESTION],
    exitCode: EXIT.unreadable,
  })
}

/** A table without a column of patterns is a table of something else, or one with other names. */
function refuseHeader(path: string, header: readonly string[], names: FieldNames): void {
  if (names.pattern_type.some((name) => header.includes(name))) return
  throw otherNames(path, header)
}

function otherNames(path: string, found: readonly string[]): MdsError {
  const shown = found.slice(0, NAMES_SHOWN).join(', ')
  const more = found.length > NAMES_SHOWN ? ` and ${found.length - NAMES_SHOWN} more` : ''
  return usageError(
    'not_alerts',
    `${path}: no pattern_type or pattern among its fields, found ${found.length === 0 ? 'none' : `${shown}${more}`}.`,
    '--map THEIRS=pattern_type',
    SUGGESTION,
  )
}

function nothingRead({ path, faults, records }: AlertLogFile, found: readonly string[]): MdsError {
  if (faults.filter(({ kind }) => kind === 'no_pattern').length === records) return otherNames(path, found)
  return new MdsError('no_alerts', {
    message: `None of the ${counted(records, 'record')} of ${path} can be read as an alert. ${faultLines({ path, faults }).join(' ')}`,
    suggestions: ['see docs/validate.md for the fields', '--map THEIRS=OURS'],
    exitCode: EXIT.unreadable,
  })
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
