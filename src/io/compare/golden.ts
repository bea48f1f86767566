import { realpathSync } from 'node:fs'
import { extname } from 'node:path'
import {
  addUnseenFields,
  amount,
  BatchRows,
  countLines,
  differenceLines,
  missingKeys,
  RowComparison,
  type RowComparisonResult,
  type RowKind,
  RowTable,
  remarks,
} from '../../core/compare/index.js'
import { EXIT, MdsError, usageError } from '../../core/errors.js'
import { type Batch, Dictionary } from '../../core/formats/index.js'
import type { Field } from '../../core/market/index.js'
import { EncodedOutput } from '../encoded-output.js'
import { chooseFormat, type FormatId, loadFormat } from '../formats.js'
import { refuseInputAsOutput } from '../inputs.js'
import { openFile } from '../output.js'
import type { RunListener, SessionRequest } from '../run-sessions.js'
import { shellWord } from '../shell-word.js'
import { statPath } from '../stat-path.js'
import { type NearbyTicks, nearbyTicks } from './nearby-ticks.js'
import { type RowFile, readRowFile } from './row-file.js'
import { unreadableRows } from './row-filler.js'
import { tickLines } from './tick-lines.js'
import { parseTolerances } from './tolerances.js'

/** What the command line says. */
export interface GoldenWords {
  readonly path: string
  readonly update: boolean
  /** `close=0.05` */
  readonly tolerances: readonly string[]
}

export interface GoldenSetup {
  readonly kind: RowKind
  /** Of the rows that will come. */
  readonly fields: readonly Field[]
  readonly request: SessionRequest
  /** Where the rows go besides. */
  readonly output: string | undefined
}

/** What became of it. */
export interface GoldenOutcome {
  readonly path: string
  readonly status: 'equal' | 'differs' | 'created' | 'updated' | 'unchanged'
  /** Undefined for one that was not there. */
  readonly comparison: RowComparisonResult | undefined
  /** Around the first difference. */
  readonly ticks: NearbyTicks | undefined
  /** For people. */
  readonly lines: readonly string[]
}

/** For `--json`. */
export const goldenResult = ({ path, status, comparison, ticks }: GoldenOutcome) => ({ path, status, comparison, ticks })

/** Kept for the summary of `--json`; people are shown the first. */
const KEPT = 10

/** Rows of a run held against those of a file, read once. One owner: take batches, then `finish` or `abort` once. */
export class Golden {
  readonly #words: GoldenWords
  readonly #setup: GoldenSetup
  readonly #rows: BatchRows
  readonly #comparison: RowComparison | undefined
  readonly #writer: EncodedOutput | undefined
  #taken = 0

  private constructor(words: GoldenWords, setup: GoldenSetup, parts: Parts) {
    this.#words = words
    this.#setup = setup
    this.#rows = parts.rows
    this.#comparison = parts.comparison
    this.#writer = parts.writer
  }

  /** Reads the file first: what is wrong with it is told before the work of the run. */
  static async open(words: GoldenWords, setup: GoldenSetup): Promise<Golden> {
    const tolerances = parseTolerances(words.tolerances, setup.fields)
    const { path } = words
    const is_there = statPath(path) !== undefined
    if (!is_there && !words.update)
      throw new MdsError('no_golden', {
        message: `There is no golden file ${path} yet.`,
        suggestions: [`the same command with --update-golden makes it; look at it, then commit it`],
        exitCode: EXIT.unreadable,
      })
    refuseSameFile(path, setup.output)
    if (words.update) refuseInputAsOutput(path, setup.request)
    const stored = is_there ? await readStored(path, setup) : undefined
    const texts = stored?.table.texts ?? new Dictionary()
    const rows = new BatchRows(setup.fields, texts)
    const comparison = new RowComparison({
      kind: setup.kind,
      expected: stored?.table ?? new RowTable(texts, false),
      found_columns: setup.fields,
      found_has_schema: true,
      tolerances,
      limit: KEPT,
    })
    const writer = words.update ? await openWriter(path, stored, setup.fields) : undefined
    return new Golden(words, setup, { rows, comparison: stored === undefined ? undefined : comparison, writer })
  }

  /** The rows of a batch with the columns of the setup. */
  take(batch: Batch): void {
    this.#taken += batch.rows
    if (this.#comparison !== undefined)
      for (let row = 0; row < batch.rows; row++) this.#comparison.take(this.#rows.read(batch, row))
    this.#writer?.write(batch)
  }

  async finish(run: RunListener): Promise<GoldenOutcome> {
    const { path } = this.#words
    const comparison = this.#comparison?.finish()
    if (this.#writer !== undefined) return this.#update(this.#writer, comparison)
    if (comparison === undefined || comparison.equal)
      return { path, status: 'equal', comparison, ticks: undefined, lines: [equalLine(path, comparison)] }
    const [first] = comparison.first
    const has_cause = first !== undefined && !comparison.only_provenance_differs
    const ticks = !has_cause ? undefined : await nearbyTicks(first, this.#setup.request, run)
    return { path, status: 'differs', comparison, ticks, lines: differLines(path, comparison, ticks) }
  }

  abort(): void {
    this.#writer?.abort()
  }

  /** A file that says the same already stays as it is, to the byte. */
  #update(writer: EncodedOutput, comparison: RowComparisonResult | undefined): GoldenOutcome {
    const { path } = this.#words
    const rows = amount(this.#taken, 'row')
    const outcome = { path, comparison, ticks: undefined }
    if (comparison?.equal === true) {
      writer.abort()
      return { ...outcome, status: 'unchanged', lines: [`${path} is unchanged: ${[rows, ...remarks(comparison)].join('; ')}.`] }
    }
    writer.finish()
    if (comparison === undefined) return { ...outcome, status: 'created', lines: [`${path} is made: ${rows}.`] }
    return {
      ...outcome,
      status: 'updated',
      lines: [`${path} is written anew: ${rows}. What differed:`, ...countLines(comparison)],
    }
  }
}

interface Parts {
  readonly rows: BatchRows
  readonly comparison: RowComparison | undefined
  readonly writer: EncodedOutput | undefined
}

async function readStored(path: string, { kind, fields }: GoldenSetup): Promise<RowFile> {
  const types = new Map(fields.map(({ name, type }) => [name, type]))
  const stored = await readRowFile(
    { path, texts: new Dictionary(), typeOf: (name) => types.get(name), unknown: 'names' },
    { what: 'golden file', suggestion: '--golden FILE' },
  )
  const { table } = stored
  const missing = missingKeys(
    kind,
    table.columns.map(({ name }) => name),
  )
  if (missing.length > 0 && (table.rows > 0 || table.has_schema))
    throw unreadableRows(
      path,
      `it has no column ${missing.join(', ')}, expected rows of ${kind.id} as this command writes them`,
      'name the file that --update-golden made',
    )
  addUnseenFields(table, kind)
  return stored
}

async function openWriter(path: string, stored: RowFile | undefined, fields: readonly Field[]): Promise<EncodedOutput> {
  const by_name = formatByName(path)
  if (stored !== undefined && statPath(path)?.isFile() !== true)
    throw usageError('golden_no_file', `${path} is no file, and cannot be written anew.`, '--golden golden.ndjson')
  if (stored?.is_packed === true)
    throw usageError(
      'golden_packed',
      `${path} is packed, and would be written plain: expected a plain file.`,
      `gunzip ${shellWord(path)}`,
    )
  if (stored !== undefined && stored.table.rows > 0 && stored.format !== by_name)
    throw usageError(
      'golden_format',
      `${path} holds ${stored.format} and its name says ${by_name}: expected them to agree before it is written anew.`,
      `git mv ${shellWord(path)} ${shellWord(`${path.slice(0, path.length - extname(path).length)}.${stored.format}`)}`,
    )
  return new EncodedOutput(openFile(path, { makeFolder: true }), (await loadFormat(by_name)).open(fields))
}

/** The format in which a golden file is made: NDJSON without an ending, since that is what a review shows best. */
function formatByName(path: string): FormatId {
  try {
    return chooseFormat({ format: undefined, output: path, isTTY: false, fallback: 'ndjson' })
  } catch {
    throw usageError(
      'unknown_ending',
      `The ending ${extname(path)} of ${path} names no format: expected .ndjson, .csv, .parquet or .arrow.`,
      '--golden golden.ndjson --update-golden',
    )
  }
}

/** The output would overwrite what it is held against. */
function refuseSameFile(path: string, output: string | undefined): void {
  if (output === undefined || output === '-' || statPath(path) === undefined || statPath(output) === undefined) {
    if (output !== path) return
  } else if (realpathSync(path) !== realpathSync(output)) return
  throw usageError(
    'golden_is_output',
    `The output ${output} is the golden file itself: expected two files.`,
    `--golden ${shellWord(path)} --update-golden, without --output`,
  )
}

function equalLine(path: string, comparison: RowComparisonResult | undefined): string {
  const rows = amount(comparison?.expected_rows ?? 0, 'row')
  return `Equal to ${path}: ${[rows, ...(comparison === undefined ? [] : remarks(comparison))].join('; ')}.`
}

function differLines(path: string, comparison: RowComparisonResult, ticks: NearbyTicks | undefined): string[] {
  const [first] = comparison.first
  const { equal_rows, expected_rows } = comparison
  return [
    `Not equal to ${path}: of ${amount(expected_rows, 'row')} ${equal_rows} are equal.`,
    ...(first === undefined
      ? []
      : [
          'First difference (expected: the golden file; found: this run):',
          ...differenceLines(first).map((line) => `  ${line}`),
          ...(ticks === undefined ? [] : tickLines(first.place, ticks)),
        ]),
    'By kind:',
    ...countLines(comparison),
    ...remarks(comparison).map((remark) => `  (${remark})`),
    '  Try: if this run is right, the same command with --update-golden',
  ]
}
