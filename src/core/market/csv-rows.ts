/** The cells of one row as places in the text; reused from row to row. No cell is cut out until someone asks for it. */
export class CsvRow {
  /** 1-based number of the line the row begins on. */
  line = 0
  cell_count = 0
  /** Why the row is not CSV (RFC 4180), or undefined; its cells are then not to be read. */
  fault: string | undefined = undefined
  readonly text: string
  #bounds = new Int32Array(128)
  /** Some quoted cell holds doubled quotes, which are undone when it is read. */
  #has_doubled_quotes = false

  constructor(text: string) {
    this.text = text
  }

  start(line: number): void {
    this.line = line
    this.cell_count = 0
    this.fault = undefined
    this.#has_doubled_quotes = false
  }

  add(from: number, to: number): void {
    if (2 * this.cell_count === this.#bounds.length) this.#bounds = grown(this.#bounds)
    this.#bounds[2 * this.cell_count] = from
    this.#bounds[2 * this.cell_count + 1] = to
    this.cell_count++
  }

  markDoubledQuotes(): void {
    this.#has_doubled_quotes = true
  }

  /** Text of a cell without its outer quotes; empty when the row has no such cell. A `guess` that turns out right saves a new string. */
  cell(n: number, guess = ''): string {
    if (n < 0 || n >= this.cell_count) return ''
    const from = this.#bounds[2 * n]!
    const to = this.#bounds[2 * n + 1]!
    if (this.#has_doubled_quotes && this.text.charCodeAt(from - 1) === QUOTE)
      return this.text.slice(from, to).replaceAll('""', '"')
    return to - from === guess.length && this.text.startsWith(guess, from) ? guess : this.text.slice(from, to)
  }

  cells(): string[] {
    return Array.from({ length: this.cell_count }, (_, n) => this.cell(n))
  }

  /** The cell as an unsigned integer of at most 15 digits, or -1. Saves the master's hot column a string per row. */
  unsigned(n: number): number {
    if (n < 0 || n >= this.cell_count) return -1
    const from = this.#bounds[2 * n]!
    const to = this.#bounds[2 * n + 1]!
    if (to === from || to - from > 15) return -1
    let value = 0
    for (let at = from; at < to; at++) {
      const digit = this.text.charCodeAt(at) - 48
      if (digit < 0 || digit > 9) return -1
      value = value * 10 + digit
    }
    return value
  }
}

const QUOTE = 34
const COMMA = 44
const LF = 10
const CR = 13
/** A quote left open would swallow the rest of the file: a cell this long is a fault, and reading resumes on the next line. */
export const QUOTED_CELL_CHARS_MAX = 4096

/**
 * Walks the rows of a CSV text (RFC 4180; rows end in LF, CRLF or CR; a leading byte order mark and empty lines are skipped). Rows that break
 * the quoting rules come with a `fault`, and reading goes on with the line below. Written for masters of 90,000 rows, where a general parser
 * takes most of the start-up time: one pass over the characters and no string before a cell is asked for.
 */
export function eachCsvRow(text: string, onRow: (row: CsvRow) => void, quoted_chars_max = QUOTED_CELL_CHARS_MAX): void {
  const end = text.length
  const row = new CsvRow(text)
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let line = 1
  while (at < end) {
    const row_at = at
    let lines_inside = 0
    row.start(line)
    for (;;) {
      let stop: number
      if (text.charCodeAt(at) === QUOTE) {
        stop = closingQuote(text, at + 1, { row, quoted_chars_max })
        if (row.fault !== undefined) break
        lines_inside += lineEnds(text, at + 1, stop)
        row.add(at + 1, stop)
        stop++
      } else {
        stop = plainCellEnd(text, at, end)
        row.add(at, stop)
      }
      at = stop
      if (at >= end || isLineEnd(text.charCodeAt(at))) break
      if (text.charCodeAt(at) !== COMMA) {
        row.fault = 'a quote in the middle of a cell'
        break
      }
      at++
    }
    if (row.fault !== undefined) {
      at = row_at
      lines_inside = 0
      while (at < end && !isLineEnd(text.charCodeAt(at))) at++
    }
    if (row.fault !== undefined || at > row_at) onRow(row)
    line += lines_inside + 1
    at += text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF ? 2 : 1
  }
}

function plainCellEnd(text: string, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === COMMA || code === LF || code === CR || code === QUOTE) return at
  }
  return end
}

function closingQuote(
  text: string,
  from: number,
  { row, quoted_chars_max }: { readonly row: CsvRow; readonly quoted_chars_max: number },
): number {
  let at = from
  for (;;) {
    at = text.indexOf('"', at)
    if (at < 0 || at - from > quoted_chars_max) {
      row.fault = 'a quoted cell that does not end'
      return from
    }
    if (text.charCodeAt(at + 1) !== QUOTE) return at
    row.markDoubledQuotes()
    at += 2
  }
}

function lineEnds(text: string, from: number, to: number): number {
  let count = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) count++
  }
  return count
}

const isLineEnd = (code: number): boolean => code === LF || code === CR

function grown(bounds: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(bounds.length * 2)
  larger.set(bounds)
  return larger
}
