import {
  ALERT_ROWS,
  addUnseenFields,
  CANDLE_ROWS,
  RecordComparison,
  type RecordComparisonResult,
  RowComparison,
  type RowComparisonResult,
  type RowKind,
  type RowTable,
  rowKindOf,
} from '../../core/compare/index.js'
import { EXIT, MdsError, usageError } from '../../core/errors.js'
import { Dictionary } from '../../core/formats/index.js'
import type { FieldType } from '../../core/market/index.js'
import { DiagnosticsLog } from '../diagnostics-log.js'
import { findRecordings, type SessionFiles } from '../find-recordings.js'
import type { RunListener } from '../run-sessions.js'
import { sessionInstruments } from '../session-instruments.js'
import { statPath } from '../stat-path.js'
import { type Content, contentOfFile } from './content.js'
import { recordsOf } from './record-stream.js'
import { readRowFile } from './row-file.js'
import { unreadableRows } from './row-filler.js'
import { parseTolerances } from './tolerances.js'

/** What the command line says. */
export interface DiffWords {
  readonly expected: string
  readonly found: string
  readonly data_dir: string
  readonly profiles: readonly string[]
  readonly instruments: readonly string[]
  readonly tolerances: readonly string[]
  /** Differences kept to be shown. */
  readonly limit: number
}

/** What two things are, and how they differ. */
export type DiffAnswer =
  | { readonly kind: RowKind['id']; readonly rows: RowComparisonResult }
  | {
      readonly kind: 'recordings'
      readonly records: RecordComparisonResult
      /** Findings in either: what could not be read is not compared. */
      readonly diagnostics: { readonly expected: DiagnosticsLog; readonly found: DiagnosticsLog }
      nameOf(token: number): string
    }

/** Two recordings, or two files of rows, compared. What they are is told by their content. */
export async function runDiff(words: DiffWords, run: RunListener): Promise<DiffAnswer> {
  const expected = await contentOfSide(words.expected, words, run)
  const found = await contentOfSide(words.found, words, run)
  const [left, right] = [isRecording(expected), isRecording(found)]
  if (left !== right && expected !== 'empty' && found !== 'empty')
    throw usageError(
      'different_kinds',
      `${words.expected} is ${NAMES[expected]}, and ${words.found} is ${NAMES[found]}: expected two recordings, two files of candles, or two of alerts.`,
      'mds diff a.candles.parquet b.candles.csv',
    )
  return left || right ? diffRecordings(words, run) : diffRows(words)
}

const NAMES: Readonly<Record<Content, string>> = {
  parquet: 'a Parquet file',
  arrow: 'an Arrow file',
  ndjson: 'an NDJSON file',
  csv: 'a CSV file',
  recording: 'a recording',
  empty: 'empty',
  unknown: 'nothing that mds writes',
}

const isRecording = (content: Content): boolean => content === 'recording' || content === 'unknown'

/** Days, folders and patterns are recordings; of a file its content says what it is, of a pipe nothing but rows are taken. */
async function contentOfSide(path: string, { data_dir, profiles }: DiffWords, run: RunListener): Promise<Content> {
  if (path === '-') return 'recording'
  const stat = statPath(path)
  if (stat === undefined) findRecordings({ sessions: [path], data_dir, profiles }) // tells what is wrong with the name
  if (stat === undefined || stat.isDirectory()) return 'recording'
  // a pipe can be read once only
  return stat.isFIFO() ? 'ndjson' : contentOfFile(path, run.signal)
}

async function diffRows(words: DiffWords): Promise<DiffAnswer> {
  const texts = new Dictionary()
  const expected = await readRows(words.expected, texts, KNOWN_TYPES)
  const types = new Map([...KNOWN_TYPES, ...expected.columns.map(({ name, type }) => [name, type] as const)])
  const found = await readRows(words.found, texts, types)
  const kind = kindOf(words.expected, expected) ?? kindOf(words.found, found)
  const other = kindOf(words.found, found) ?? kind
  if (kind !== other)
    throw usageError(
      'different_kinds',
      `${words.expected} holds ${kind?.id}, ${words.found} holds ${other?.id}: expected two of a kind.`,
      'mds diff a.candles.parquet b.candles.csv',
    )
  const of_rows = kind ?? CANDLE_ROWS // both are empty
  addUnseenFields(expected, of_rows)
  addUnseenFields(found, of_rows)
  const comparison = new RowComparison({
    kind: of_rows,
    expected,
    found_columns: found.columns,
    found_has_schema: found.has_schema,
    tolerances: parseTolerances(
      words.tolerances,
      expected.columns.map(({ name, type }) => ({ name, type, doc: '' })),
    ),
    limit: words.limit,
  })
  const row = new Float64Array(found.columns.length)
  for (let at = 0; at < found.rows; at++) {
    found.columns.forEach(({ values }, n) => {
      row[n] = values[at]!
    })
    comparison.take(row)
  }
  return { kind: of_rows.id, rows: comparison.finish() }
}

const KNOWN_TYPES: ReadonlyMap<string, FieldType> = new Map(
  [...ALERT_ROWS.fields, ...CANDLE_ROWS.fields].map(({ name, type }) => [name, type]),
)

async function readRows(path: string, texts: Dictionary, types: ReadonlyMap<string, FieldType>): Promise<RowTable> {
  const role = { what: 'file', suggestion: 'mds diff a.candles.parquet b.candles.csv' }
  return (await readRowFile({ path, texts, typeOf: (name) => types.get(name), unknown: 'guess' }, role)).table
}

function kindOf(path: string, table: RowTable): RowKind | undefined {
  const names = table.columns.map(({ name }) => name)
  const kind = rowKindOf(names)
  if (kind === undefined && (table.rows > 0 || table.has_schema))
    throw unreadableRows(
      path,
      `expected rows of mds candles, indicators or patterns, found the columns ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}`,
      'of ticks compare the recordings themselves',
    )
  return kind
}

async function diffRecordings(words: DiffWords, run: RunListener): Promise<DiffAnswer> {
  if (words.expected === '-' && words.found === '-')
    throw usageError('two_pipes', 'Both sides are standard input: expected one of them at most.', 'mds diff a.bin b.bin')
  const sides = [words.expected, words.found].map((path) => sideOf(path, words, run)) as [RecordingSide, RecordingSide]
  const comparison = new RecordComparison(words.limit)
  const streams = { expected: sides[0].stream, found: sides[1].stream }
  try {
    for (let side = comparison.wants; side !== undefined; side = comparison.wants) {
      const next = await streams[side].next()
      if (next.done === true) comparison.end(side)
      else comparison.give(side, next.value)
    }
    // what is settled early is still read: it may be damaged
    for (const { stream } of sides) while (!(await stream.next()).done);
  } finally {
    for (const { stream } of sides) await stream.return(undefined)
  }
  const { table } = await namesOf(sides, words)
  return {
    kind: 'recordings',
    records: comparison.result(),
    diagnostics: { expected: sides[0].diagnostics, found: sides[1].diagnostics },
    nameOf: (token) => {
      const { exchange, symbol } = table.resolve(token)
      return `${exchange}:${symbol}`
    },
  }
}

interface RecordingSide {
  readonly sessions: readonly SessionFiles[]
  readonly diagnostics: DiagnosticsLog
  readonly stream: ReturnType<typeof recordsOf>
}

function sideOf(path: string, { data_dir, profiles }: DiffWords, run: RunListener): RecordingSide {
  const stat = statPath(path)
  if (path !== '-' && stat !== undefined && !stat.isFile() && !stat.isDirectory())
    throw new MdsError('recording_from_pipe', {
      message: `${path} is a pipe, expected a recording as a file (or - for standard input).`,
      suggestions: ['mds diff a.bin b.bin'],
      exitCode: EXIT.usage,
    })
  const { sessions, notices } = findRecordings({ sessions: [path], data_dir, profiles })
  for (const notice of notices) run.onNotice(notice)
  const diagnostics = new DiagnosticsLog()
  const stream = recordsOf(sessions, { diagnostics, signal: run.signal, onProgress: run.onProgress })
  return { sessions, diagnostics, stream }
}

/** Names by the masters of whichever side has some. */
async function namesOf(sides: readonly RecordingSide[], { instruments }: DiffWords) {
  const sessions = sides.flatMap((side) => side.sessions)
  for (const session of sessions) {
    const names = await sessionInstruments(session, instruments)
    if (names.files.length > 0) return names
  }
  return sessionInstruments({ day: undefined, files: [] }, instruments)
}
