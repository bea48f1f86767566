import { RowTable, typeOfValue } from '../../core/compare/index.js'
import { EXIT, MdsError } from '../../core/errors.js'
import type { Dictionary } from '../../core/formats/index.js'
import type { FieldType } from '../../core/market/index.js'

/** How the columns of a file are taken. */
export interface FillOptions {
  readonly path: string
  readonly texts: Dictionary
  /** The type of a column that is known by its name. */
  typeOf(name: string): FieldType | undefined
  /** Values of columns that are not known are guessed, or left out: then only their names are kept. */
  readonly unknown: 'guess' | 'names'
}

const PLACE_OF_NONE = -1
const CELL_CHARS_MAX = 40

/** Takes the rows of a file, as its reader gives them, into a table. */
export class RowFiller {
  readonly table: RowTable
  readonly #options: FillOptions
  /** Names of unknown columns that have had no value yet. */
  readonly #waiting = new Set<string>()
  #names: readonly string[] | undefined
  #places: number[] = []

  constructor(options: FillOptions, has_schema: boolean) {
    this.#options = options
    this.table = new RowTable(options.texts, has_schema)
  }

  /** Columns that the file declares, in their order. */
  declare(names: readonly string[]): void {
    for (const name of names) {
      if (this.table.indexOf(name) >= 0 || this.#waiting.has(name))
        throw unreadableRows(this.#options.path, `it has two columns called ${name}`)
      this.#open(name)
    }
  }

  /** A row. `where` names it for people: `line 7`. The same array of names row after row is looked at once. */
  add(names: readonly string[], values: ArrayLike<unknown>, where: () => string): void {
    const { table } = this
    table.addRow()
    if (this.#names !== names || this.#waiting.size > 0) this.#place(names, values)
    for (let n = 0; n < names.length; n++) {
      const place = this.#places[n]!
      if (place === PLACE_OF_NONE || this.#isNameOnly(names[n]!)) continue
      if (!table.set(place, values[n])) throw this.#refusal(names[n]!, values[n], where())
    }
  }

  finish(): RowTable {
    for (const name of this.#waiting) this.table.addColumn(name, 'number')
    return this.table
  }

  #place(names: readonly string[], values: ArrayLike<unknown>): void {
    this.#names = names
    this.#places = names.map((name, n) => {
      const value = values[n]
      if (this.table.indexOf(name) < 0 && (!this.#waiting.has(name) || hasValue(value))) this.#open(name, value)
      return this.table.indexOf(name)
    })
  }

  #open(name: string, value?: unknown): void {
    const type = this.#options.typeOf(name) ?? (this.#options.unknown === 'names' ? 'string' : undefined)
    if (type !== undefined) this.table.addColumn(name, type)
    else if (!hasValue(value)) this.#waiting.add(name)
    else {
      this.#waiting.delete(name)
      this.table.addColumn(name, typeOfValue(value))
    }
  }

  #isNameOnly(name: string): boolean {
    return this.#options.unknown === 'names' && this.#options.typeOf(name) === undefined
  }

  #refusal(name: string, value: unknown, where: string): MdsError {
    const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
    const shown = text.length <= CELL_CHARS_MAX ? text : `${text.slice(0, CELL_CHARS_MAX)}...`
    const column = this.table.columns[this.table.indexOf(name)]
    return unreadableRows(this.#options.path, `${where}: ${name} is ${shown}, expected ${EXPECTED[column?.type ?? 'string']}`)
  }
}

const EXPECTED: Readonly<Record<FieldType, string>> = {
  price: 'a number',
  fine_price: 'a number',
  int: 'a number',
  number: 'a number',
  timestamp: 'a time such as 2025-10-06T09:15:00+05:30',
  string: 'a text',
  json: 'JSON',
  bool: 'true or false',
}

const hasValue = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

/** A file whose rows can't be compared because they can't be read. */
export function unreadableRows(path: string, why: string, ...suggestions: string[]): MdsError {
  return new MdsError('unreadable_rows', {
    message: `Cannot read the rows of ${path}: ${why}.`,
    suggestions:
      suggestions.length > 0 ? suggestions : ['make it anew, or restore it: git checkout of the file, where it is committed'],
    exitCode: EXIT.unreadable,
  })
}
