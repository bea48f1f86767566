import { assert, unreachable } from '../assert.js'
import type { Field } from '../market/index.js'
import type { Batch, Column } from './batch.js'
import { IsoTimeWriter, TEXT_BYTES_MAX, writeDecimal, writeInteger } from './number-text.js'
import { type PackedText, packText, writePacked } from './packed-text.js'

/**
 * Rows as lines of text, for NDJSON and CSV: both are a list of steps walked once per row. Every value is written with a comma behind it;
 * what closes an object or a line replaces the last comma. So no step needs to know what was absent before it.
 */
export type Step =
  | { readonly kind: 'cell'; readonly column: number; readonly key: string; readonly quoted: boolean; readonly absent: '' | ',' }
  /** Skipped, up to its `close`, in rows where none of `columns` has a value; with `columns` empty it is always written. */
  | { readonly kind: 'open'; readonly text: string; readonly columns: readonly number[]; readonly end: number }
  | { readonly kind: 'close'; readonly bracket: '}' | ']' }

export interface RowLayout {
  readonly steps: readonly Step[]
  /** A text value as it stands in the output, quotes and escapes included. */
  readonly quoteText: (text: string) => string
}

const COMMA = 44
const NEWLINE = 10
const DOUBLE_QUOTE = 34
const FIRST_BUFFER_BYTES = 64 * 1024

const OPEN = 0
const CLOSE = 1
const PRICE_32 = 2
const INT_32 = 3
const UINT_32 = 4
const PRICE = 5
const INT = 6
const TIME = 7
const BOOL = 8
const TEXT = 9

const NO_INTS = new Int32Array(0)
const NO_DOUBLES = new Float64Array(0)
const NO_FLAGS = new Uint8Array(0)
const TRUE = packText('true')
const FALSE = packText('false')

/** A step bound to the arrays of a batch. One shape for all kinds: the loop over them stays monomorphic. */
interface BoundStep {
  op: number
  readonly prefix: PackedText
  readonly quoted: boolean
  /** Bytes to write where the row has no value: 0, or 1 for a comma. */
  readonly absent_length: number
  readonly bracket: number
  readonly end: number
  column: Column | undefined
  ints: Int32Array
  doubles: Float64Array
  flags: Uint8Array
  divisors: Int32Array
  /** 1 for prices, 100 for fine prices. */
  readonly scale: number
  present: Uint8Array | undefined
  /** Of an `open`: skip when all of them say 0. Empty = never skip. */
  presences: readonly Uint8Array[]
  readonly texts: PackedText[]
  readonly time: IsoTimeWriter
}

export class RowText {
  readonly #fields: readonly Field[]
  readonly #layout: RowLayout
  readonly #steps: readonly BoundStep[]
  #bytes = new Uint8Array(FIRST_BUFFER_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #row_bytes_max = 0

  constructor(fields: readonly Field[], layout: RowLayout) {
    this.#fields = fields
    this.#layout = layout
    this.#steps = layout.steps.map((step) => unboundStep(step, fields))
  }

  /** The rows of a batch as text; valid until the next call. */
  write(batch: Batch): Uint8Array {
    this.#bind(batch)
    let at = 0
    for (let row = 0; row < batch.rows; row++) {
      if (at + this.#row_bytes_max > this.#bytes.length) this.#grow(at)
      at = writeRow(this.#steps, this.#view, at, row)
    }
    return this.#bytes.subarray(0, at)
  }

  #bind(batch: Batch): void {
    assert(batch.columns.length === this.#fields.length, 'a batch has the columns the encoder was opened for')
    let bytes_max = 2
    this.#layout.steps.forEach((step, index) => {
      const bound = this.#steps[index]!
      bytes_max += bound.prefix.length + TEXT_BYTES_MAX
      if (step.kind === 'cell') bytes_max += this.#bindCell(bound, batch.columns[step.column]!, this.#fields[step.column]!)
      else if (step.kind === 'open') bound.presences = presencesOf(step.columns.map((column) => batch.columns[column]!))
    })
    dropCheckedPresence(this.#steps)
    this.#row_bytes_max = bytes_max
  }

  /** Returns the bytes the longest text of the column takes. */
  #bindCell(bound: BoundStep, column: Column, field: Field): number {
    assert(column.field.name === field.name, `column ${column.field.name} stands where ${field.name} was announced`)
    const { values } = column
    bound.column = column
    bound.present = column.present
    bound.ints = values instanceof Int32Array ? values : NO_INTS
    bound.doubles = values instanceof Float64Array ? values : NO_DOUBLES
    bound.flags = values instanceof Uint8Array ? values : NO_FLAGS
    bound.divisors = column.divisors ?? NO_INTS
    bound.op = opOf(column)
    if (bound.op !== TEXT) return 0
    const dictionary = column.dictionary ?? []
    for (let code = bound.texts.length; code < dictionary.length; code++)
      bound.texts.push(packText(this.#layout.quoteText(dictionary[code]!)))
    return bound.texts.reduce((longest, text) => Math.max(longest, text.length), 0)
  }

  #grow(used: number): void {
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, used + this.#row_bytes_max))
    bytes.set(this.#bytes.subarray(0, used))
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

/** The hot loop: about 60 steps a tick. Writes one line, returns the offset behind it. */
function writeRow(steps: readonly BoundStep[], view: DataView, start: number, row: number): number {
  let at = start
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!
    if (step.op === CLOSE) {
      // an empty object has no comma to replace
      if (view.getUint8(at - 1) !== COMMA) at++
      view.setUint16(at - 1, step.bracket | (COMMA << 8), true)
      at++
      continue
    }
    if (step.op === OPEN) {
      if (isAbsent(step.presences, row)) index = step.end
      else at = writePacked(view, at, step.prefix)
      continue
    }
    if (step.present !== undefined && step.present[row] === 0) {
      view.setUint8(at, COMMA)
      at += step.absent_length
      continue
    }
    const { words, length } = step.prefix
    for (let word = 0; word < words.length; word++) view.setFloat64(at + word * 8, words[word]!, true)
    at += length
    switch (step.op) {
      case PRICE_32:
        at = writeDecimal(view, at, step.ints[row]!, step.divisors[row]!)
        break
      case UINT_32:
        at = writeInteger(view, at, step.ints[row]! >>> 0)
        break
      case INT_32:
        at = writeInteger(view, at, step.ints[row]!)
        break
      case PRICE:
        at = writeDecimal(view, at, step.doubles[row]!, step.divisors[row]! * step.scale)
        break
      case INT:
        at = writeInteger(view, at, step.doubles[row]!)
        break
      case TIME:
        at = step.time.write(view, at, step.doubles[row]!)
        if (step.quoted) view.setUint8(at++, DOUBLE_QUOTE)
        break
      case BOOL:
        at = writePacked(view, at, step.flags[row] === 1 ? TRUE : FALSE)
        break
      case TEXT:
        at = writePacked(view, at, step.texts[step.ints[row]!]!)
        break
    }
    view.setUint8(at++, COMMA)
  }
  if (at === start) return at
  view.setUint8(at - 1, NEWLINE)
  return at
}

function isAbsent(presences: readonly Uint8Array[], row: number): boolean {
  if (presences.length === 0) return false
  for (let i = 0; i < presences.length; i++) if (presences[i]![row] === 1) return false
  return true
}

/** The presence arrays of a group, each once; none when some column always has a value. */
function presencesOf(columns: readonly Column[]): readonly Uint8Array[] {
  const presences = new Set<Uint8Array>()
  for (const { present } of columns) {
    if (present === undefined) return []
    presences.add(present)
  }
  return [...presences]
}

/** Where a group was let in because of one presence array, its cells need not look at it again. */
function dropCheckedPresence(steps: readonly BoundStep[]): void {
  const ends: { end: number; checked: Uint8Array | undefined }[] = []
  steps.forEach((step, index) => {
    while (ends.length > 0 && ends.at(-1)!.end < index) ends.pop()
    if (step.op === OPEN) ends.push({ end: step.end, checked: step.presences.length === 1 ? step.presences[0] : undefined })
    else if (step.present !== undefined && ends.some(({ checked }) => checked === step.present)) step.present = undefined
  })
}

function opOf(column: Column): number {
  const wide = column.values instanceof Float64Array
  const { type, name } = column.field
  switch (type) {
    case 'price':
    case 'fine_price':
      assert(column.divisors !== undefined, `price column ${name} has divisors`)
      return wide || type === 'fine_price' ? PRICE : PRICE_32
    case 'int':
      if (wide) return INT
      return column.unsigned === true ? UINT_32 : INT_32
    case 'timestamp':
      return TIME
    case 'bool':
      return BOOL
    case 'string':
      return TEXT
    default:
      return unreachable(type)
  }
}

function unboundStep(step: Step, fields: readonly Field[]): BoundStep {
  const field = step.kind === 'cell' ? fields[step.column] : undefined
  return {
    op: step.kind === 'close' ? CLOSE : OPEN,
    prefix: packText(step.kind === 'cell' ? step.key : step.kind === 'open' ? step.text : ''),
    quoted: step.kind === 'cell' && step.quoted,
    absent_length: step.kind === 'cell' ? step.absent.length : 0,
    bracket: step.kind === 'close' ? step.bracket.charCodeAt(0) : 0,
    end: step.kind === 'open' ? step.end : 0,
    column: undefined,
    ints: NO_INTS,
    doubles: NO_DOUBLES,
    flags: NO_FLAGS,
    divisors: NO_INTS,
    scale: field?.type === 'fine_price' ? 100 : 1,
    present: undefined,
    presences: [],
    texts: [],
    time: new IsoTimeWriter(),
  }
}
