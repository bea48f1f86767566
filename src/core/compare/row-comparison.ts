import type { FieldType } from '../market/index.js'
import { decimalDifference } from './decimal.js'
import { FirstFew } from './first-few.js'
import type { FieldCount, RowComparisonResult, RowDifferenceKind } from './row-difference.js'
import type { RowKind } from './row-kind.js'
import { compareDifferences, compareTexts, NONE, type RawDifference } from './row-order.js'
import { SpanOfRows } from './row-span.js'
import type { RowTable } from './row-table.js'
import { isMeasured, isSame, isText, RowWords, type SharedColumn } from './row-words.js'

/** What rows are held against, and how. */
export interface RowComparisonOptions {
  readonly kind: RowKind
  /** Has all columns of the kind's key. */
  readonly expected: RowTable
  /** Columns of the rows that will come; texts in them are codes of `expected.texts`. */
  readonly found_columns: readonly { readonly name: string; readonly type: FieldType }[]
  /** False where a column without any value has no name. */
  readonly found_has_schema: boolean
  /** By field: how far numbers may be apart and count as equal. */
  readonly tolerances: ReadonlyMap<string, number>
  /** Differences kept to be shown. */
  readonly limit: number
}

/** A column that both sides have, and how it differs so far. */
interface Shared extends SharedColumn {
  readonly is_provenance: boolean
  rows: number
  /** Or `NONE`. */
  largest: number
}

/**
 * Rows by their names, whatever the order in which either side has them. Rows of one name (bars of one second, records of one alert) are
 * paired so that equal ones meet; what is left of them meets in the order of its values. So no difference depends on the order of rows.
 */
export class RowComparison {
  readonly #options: RowComparisonOptions
  readonly #shared: readonly Shared[]
  readonly #key: readonly Shared[]
  readonly #words: RowWords
  readonly #first: FirstFew<RawDifference>
  /** Last row of the expected table by name, and the one of the same name before it. */
  readonly #last = new Map<string, number>()
  readonly #before: Int32Array
  readonly #used: Uint8Array
  readonly #found_has_value: Uint8Array
  /** Found rows that equal none of their name, by name. */
  readonly #waiting = new Map<string, Float64Array[]>()
  readonly #found_span: SpanOfRows
  #found_rows = 0
  #equal_rows = 0
  #tolerated_rows = 0
  #missing = 0
  #extra = 0
  #changed = 0
  #newest_match = NONE
  #rows_reordered = false

  constructor(options: RowComparisonOptions) {
    const { kind, expected, found_columns, tolerances, limit } = options
    this.#options = options
    this.#shared = found_columns.flatMap(({ name, type }, found) => {
      const at = expected.indexOf(name)
      if (at < 0) return []
      const is_provenance = kind.provenance.includes(name)
      return [{ name, type, expected: at, found, tolerance: tolerances.get(name) ?? 0, is_provenance, rows: 0, largest: NONE }]
    })
    const named = [...kind.key, ...kind.key_if_there]
    this.#key = this.#shared.filter(({ name }) => named.includes(name))
    this.#words = new RowWords(kind, { expected, found_columns, shared: this.#shared })
    this.#first = new FirstFew(limit, (a, b) => compareDifferences(a, b) || this.#compareSides(a, b))
    this.#found_has_value = new Uint8Array(found_columns.length)
    this.#found_span = new SpanOfRows(kind, found_columns, expected.texts)
    this.#before = new Int32Array(expected.rows)
    this.#used = new Uint8Array(expected.rows)
    for (let row = 0; row < expected.rows; row++) {
      const name = this.#nameOfExpected(row)
      this.#before[row] = this.#last.get(name) ?? NONE
      this.#last.set(name, row)
    }
  }

  /** A row of the found side, its values in the order of `found_columns`; borrowed. */
  take(row: Float64Array): void {
    this.#found_rows++
    this.#found_span.add((column) => row[column]!)
    for (let n = 0; n < row.length; n++) if (!Number.isNaN(row[n])) this.#found_has_value[n] = 1
    const name = this.#nameOfFound(row)
    const last = this.#last.get(name)
    if (last === undefined) {
      this.#tellExtra(row.slice())
      return
    }
    // the oldest of the equal ones: then rows in the same order stay so
    let equal = NONE
    for (let at = last; at !== NONE; at = this.#before[at]!) if (this.#used[at] === 0 && this.#isEqual(at, row, false)) equal = at
    if (equal !== NONE) this.#match(equal)
    else {
      const waiting = this.#waiting.get(name)
      if (waiting === undefined) this.#waiting.set(name, [row.slice()])
      else waiting.push(row.slice())
    }
  }

  /** Call once, when all rows have come. */
  finish(): RowComparisonResult {
    const { expected } = this.#options
    for (const [name, rows] of this.#waiting) this.#pairLeft(name, rows)
    for (let row = 0; row < expected.rows; row++) {
      if (this.#used[row] === 1) continue
      this.#missing++
      this.#first.add(this.#raw('missing', row, undefined))
    }
    const { columns_missing, columns_extra } = this.#columnSets()
    const rows_equal = this.#missing + this.#extra + this.#changed === 0
    const columns_equal = columns_missing.length + columns_extra.length === 0
    const expected_span = new SpanOfRows(this.#options.kind, expected.columns, expected.texts)
    for (let row = 0; row < expected.rows; row++) expected_span.add((column) => expected.columns[column]!.values[row]!)
    return {
      equal: rows_equal && columns_equal,
      only_columns_differ: rows_equal && !columns_equal,
      only_provenance_differs:
        columns_equal &&
        this.#changed > 0 &&
        this.#missing + this.#extra === 0 &&
        this.#shared.every(({ rows, is_provenance }) => rows === 0 || is_provenance),
      expected_rows: expected.rows,
      found_rows: this.#found_rows,
      equal_rows: this.#equal_rows,
      tolerated_rows: this.#tolerated_rows,
      missing: this.#missing,
      extra: this.#extra,
      changed: this.#changed,
      by_field: this.#shared.filter(({ rows }) => rows > 0).map(countOf),
      columns_missing,
      columns_extra,
      columns_reordered: this.#areColumnsReordered(),
      rows_reordered: this.#rows_reordered,
      expected_span: expected_span.span,
      found_span: this.#found_span.span,
      first: this.#first.items.map((raw) => this.#words.worded(raw)),
    }
  }

  /** Both sides in the order of their values; those within the tolerances first. */
  #pairLeft(name: string, found: readonly Float64Array[]): void {
    const left: number[] = []
    for (let at = this.#last.get(name) ?? NONE; at !== NONE; at = this.#before[at]!) if (this.#used[at] === 0) left.push(at)
    left.sort((a, b) => this.#compareExpected(a, b))
    const rest: Float64Array[] = []
    for (const row of [...found].sort((a, b) => this.#compareFound(a, b))) {
      const near = this.#options.tolerances.size === 0 ? NONE : left.findIndex((at) => this.#isEqual(at, row, true))
      if (near < 0) rest.push(row)
      else {
        this.#used[left[near]!] = 1
        this.#equal_rows++
        this.#tolerated_rows++
        left.splice(near, 1)
      }
    }
    rest.forEach((row, n) => {
      const expected = left[n]
      if (expected === undefined) this.#tellExtra(row)
      else this.#tellChanged(expected, row)
    })
  }

  /** By the first column that decides; no value comes ahead of any, texts go by their characters: codes depend on the order of rows. */
  #compare(valuesOf: (shared: Shared) => readonly [number, number]): number {
    const { texts } = this.#options.expected.texts
    for (const shared of this.#shared) {
      const [a, b] = valuesOf(shared)
      if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue
      if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) ? -1 : 1
      return isText(shared.type) ? compareTexts(texts[a], texts[b]) : a - b
    }
    return 0
  }

  /** Two differences of one name. */
  #compareSides(a: RawDifference, b: RawDifference): number {
    const expected = a.expected === NONE || b.expected === NONE ? 0 : this.#compareExpected(a.expected, b.expected)
    return expected || (a.found === undefined || b.found === undefined ? 0 : this.#compareFound(a.found, b.found))
  }

  #compareExpected(a: number, b: number): number {
    return this.#compare((own) => [this.#expectedAt(own, a), this.#expectedAt(own, b)])
  }

  #compareFound(a: Float64Array, b: Float64Array): number {
    return this.#compare(({ found }) => [a[found]!, b[found]!])
  }

  #match(expected: number): void {
    this.#used[expected] = 1
    this.#equal_rows++
    if (expected < this.#newest_match) this.#rows_reordered = true
    this.#newest_match = expected
  }

  #isEqual(expected: number, found: Float64Array, with_tolerance: boolean): boolean {
    for (const shared of this.#shared)
      if (!isSame(this.#expectedAt(shared, expected), found[shared.found]!, with_tolerance ? shared.tolerance : 0)) return false
    return true
  }

  #tellExtra(row: Float64Array): void {
    this.#extra++
    this.#first.add(this.#raw('extra', NONE, row))
  }

  #tellChanged(expected: number, found: Float64Array): void {
    this.#used[expected] = 1
    this.#changed++
    let is_provenance = true
    for (const shared of this.#shared) {
      const [left, right] = [this.#expectedAt(shared, expected), found[shared.found]!]
      if (isSame(left, right, shared.tolerance)) continue
      is_provenance &&= shared.is_provenance
      shared.rows++
      if (isMeasured(shared.type)) shared.largest = Math.max(shared.largest, Math.abs(decimalDifference(right, left)) || NONE)
    }
    this.#first.add({ ...this.#raw('changed', expected, found), is_provenance })
  }

  #raw(kind: RowDifferenceKind, expected: number, found: Float64Array | undefined): RawDifference {
    return { kind, place: this.#words.placeOf(expected, found), is_provenance: false, expected, found }
  }

  #columnSets(): { columns_missing: string[]; columns_extra: string[] } {
    const { expected, found_columns, found_has_schema } = this.#options
    const in_found = new Set(found_columns.map(({ name }) => name))
    return {
      columns_missing: expected.columns
        .filter(({ name, has_value }) => !in_found.has(name) && (found_has_schema || has_value))
        .map(({ name }) => name),
      columns_extra: found_columns
        .filter(
          ({ name }, n) =>
            expected.indexOf(name) < 0 && (expected.has_schema || (expected.rows > 0 && this.#found_has_value[n] === 1)),
        )
        .map(({ name }) => name),
    }
  }

  #areColumnsReordered(): boolean {
    const { expected, found_has_schema } = this.#options
    if (!expected.has_schema || !found_has_schema) return false
    return this.#shared.some((own, n) => n > 0 && own.expected < this.#shared[n - 1]!.expected)
  }

  #expectedAt({ expected }: Shared, row: number): number {
    return this.#options.expected.columns[expected]!.values[row]!
  }

  #nameOfExpected(row: number): string {
    let name = ''
    for (const shared of this.#key) name += `${this.#expectedAt(shared, row)},`
    return name
  }

  #nameOfFound(row: Float64Array): string {
    let name = ''
    for (const { found } of this.#key) name += `${row[found]},`
    return name
  }
}

const countOf = ({ name: field, type, rows, largest }: Shared): FieldCount => ({
  field,
  type,
  rows,
  largest: largest === NONE ? null : largest,
})
