import { assert, unreachable } from '../assert.js'
import { escaped } from '../escaped.js'
import type { Field } from '../market/index.js'
import { type Column, integerAt, isPresent } from './batch.js'
import type { Format } from './format.js'
import { IsoTimeWriter, TEXT_BYTES_MAX, writeDecimal, writeInteger } from './number-text.js'

/** Room on the terminal. */
export interface TableOptions {
  /** Columns of the terminal; lines are never wider. */
  readonly width: number
  /** Rows shown: with more, the first and the last half of them and a line that says how many lie between. */
  readonly limit: number
}

const GAP = '  '
const ELLIPSIS = '…'
/** Characters of a JSON text that are shown: enough to see what it is about. */
const JSON_LENGTH_MAX = 40
/** Digits of a number that are shown, but never fewer than it has before the point. */
const DIGITS = 6
/** From here on six digits are all before the point. */
const WHOLE_FROM = 100_000
const NOTHING = new Uint8Array(0)

type Row = readonly string[]

/** Aligned columns for a person at a terminal. Columns that do not fit are named below the table instead of being squeezed. */
export function createTableFormat(options: TableOptions): Format {
  return {
    id: 'table',
    extension: '.txt',
    human: true,
    open: (fields) => {
      const kept = new KeptRows(options.limit)
      const scratch = new Scratch()
      return {
        begin: () => NOTHING,
        write: (batch) => {
          kept.take(batch.rows, (row) => batch.columns.map((column) => printed(column, row, scratch)))
          return NOTHING
        },
        end: () => new TextEncoder().encode(render(fields, kept, options.width)),
      }
    },
  }
}

/** The first and the last rows of any number; what lies between is counted. */
class KeptRows {
  readonly first: Row[] = []
  count = 0
  readonly #head: number
  readonly #tail: number
  /** The last rows, the oldest at `(count - head) % tail` once it is full. */
  readonly #ring: Row[] = []

  constructor(limit: number) {
    this.#head = Math.ceil(limit / 2)
    this.#tail = Math.floor(limit / 2)
  }

  /** The next `rows` rows. Asks only for those that can last: in a long output most are never printed. */
  take(rows: number, printedRow: (row: number) => Row): void {
    for (let row = 0; row < rows; row++, this.count++) {
      if (this.count < this.#head) this.first.push(printedRow(row))
      else if (row >= rows - this.#tail) this.#ring[(this.count - this.#head) % this.#tail] = printedRow(row)
    }
  }

  get last(): readonly Row[] {
    const start = this.#ring.length < this.#tail || this.#tail === 0 ? 0 : (this.count - this.#head) % this.#tail
    return [...this.#ring.slice(start), ...this.#ring.slice(0, start)]
  }
}

function render(fields: readonly Field[], kept: KeptRows, width: number): string {
  if (kept.count === 0) return 'no rows\n'
  const rows = [...kept.first, ...kept.last]
  const widths = fields.map((field, index) =>
    rows.reduce((widest, row) => Math.max(widest, row[index]!.length), field.name.length),
  )
  const shown = fitting(widths, width)
  const line = (cells: Row): string => {
    const padded = cells.slice(0, shown).map((cell, index) => aligned(fields[index]!, clipped(cell, width), widths[index]!))
    return `${padded.join(GAP).trimEnd().slice(0, width)}\n`
  }
  const hidden = kept.count - rows.length
  return [
    line(fields.map((field) => field.name)),
    ...kept.first.map(line),
    ...(hidden > 0 ? [`${ELLIPSIS} ${hidden} more ${hidden === 1 ? 'row' : 'rows'}\n`] : []),
    ...kept.last.map(line),
    ...(shown < fields.length ? [notShown(fields.slice(shown), width)] : []),
  ].join('')
}

/** How many columns fit; the first always does, clipped if need be. */
function fitting(widths: readonly number[], width: number): number {
  let used = widths[0] ?? 0
  let shown = 1
  while (shown < widths.length && used + GAP.length + widths[shown]! <= width) used += GAP.length + widths[shown++]!
  return shown
}

/** The names of what did not fit, on one line: a wider terminal or `--fields` shows them. */
function notShown(fields: readonly Field[], width: number): string {
  return `${clipped(`not shown: ${fields.map((field) => field.name).join(', ')}`, width)}\n`
}

const clipped = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}${ELLIPSIS}`

/** Numbers to the right, so that digits stand below each other. */
function aligned({ type }: Field, cell: string, width: number): string {
  return type === 'string' || type === 'json' || type === 'bool' || type === 'timestamp'
    ? cell.padEnd(width)
    : cell.padStart(width)
}

function printed(column: Column, row: number, scratch: Scratch): string {
  if (!isPresent(column, row)) return ''
  const { field } = column
  switch (field.type) {
    case 'string':
      return escaped(column.dictionary?.[integerAt(column, row)] ?? '')
    case 'json':
      return clipped(escaped(column.dictionary?.[integerAt(column, row)] ?? ''), JSON_LENGTH_MAX)
    case 'number':
      return readable(column.values[row]!)
    case 'bool':
      return column.values[row] === 1 ? 'true' : 'false'
    case 'timestamp':
      return scratch.text(scratch.time.write(scratch.view, 0, integerAt(column, row)))
    case 'int':
      return scratch.text(writeInteger(scratch.view, 0, integerAt(column, row)))
    case 'price':
    case 'fine_price': {
      const divisor = column.divisors![row]! * (field.type === 'price' ? 1 : 100)
      return scratch.text(writeDecimal(scratch.view, 0, integerAt(column, row), divisor))
    }
    default:
      return unreachable(field.type)
  }
}

/** A number that repeats itself to the last digit says no more to a person than its first digits. */
function readable(value: number): string {
  assert(Number.isFinite(value), 'a number in an output is finite')
  const rounded = Math.abs(value) < WHOLE_FROM ? value.toPrecision(DIGITS) : value.toFixed(0)
  return String(Number(rounded))
}

/** Where numbers become text; one an output. */
class Scratch {
  readonly #bytes = new Uint8Array(TEXT_BYTES_MAX)
  readonly view = new DataView(this.#bytes.buffer)
  readonly time = new IsoTimeWriter()

  text(length: number): string {
    return new TextDecoder().decode(this.#bytes.subarray(0, length))
  }
}
