import { assert } from '../assert.js'
import type { Field } from '../market/index.js'
import type { Batch, Column } from './batch.js'
import { TEXT_BYTES_MAX, writeCount, writeDecimal, writeInteger, writeNumber, writePrice } from './number-text.js'
import { type PackedText, packText, writePacked } from './packed-text.js'
import * as program from './row-program.js'

/** How the cells of a row become text, in order. */
export interface RowLayout {
  readonly steps: readonly program.Step[]
  /** A text value as it stands in the output, quotes and escapes included. */
  readonly quoteText: (text: string, type: 'string' | 'json') => string
}

const COMMA = 44
const NEWLINE = 10
const DOUBLE_QUOTE = 34
const FIRST_BUFFER_BYTES = 64 * 1024
const TRUE = packText('true')
const FALSE = packText('false')

/** Rows as lines of text, for NDJSON and CSV. One for each output. */
export class RowText {
  readonly #fields: readonly Field[]
  readonly #layout: RowLayout
  /** The printed dictionary of each column, by code. */
  readonly #texts: readonly PackedText[][]
  /** The dictionaries that were printed: another one has other codes. */
  readonly #printed: (readonly string[] | undefined)[] = []
  /** Bytes of the longest text of each column. */
  readonly #longest: number[]
  #bytes = new Uint8Array(FIRST_BUFFER_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #bound: readonly Column[] | undefined
  #ops: readonly program.Op[] = []

  constructor(fields: readonly Field[], layout: RowLayout) {
    this.#fields = fields
    this.#layout = layout
    this.#texts = fields.map(() => [])
    this.#longest = fields.map(() => 0)
  }

  /** The rows of a batch as text; valid until the next call. */
  write(batch: Batch): Uint8Array {
    this.#printDictionaries(batch.columns)
    if (this.#bound !== batch.columns) this.#bind(batch.columns)
    const row_bytes_max = this.#rowBytesMax()
    let at = 0
    for (let row = 0; row < batch.rows; row++) {
      if (at + row_bytes_max > this.#bytes.length) this.#grow(at, row_bytes_max)
      at = writeRow(this.#ops, this.#view, at, row)
    }
    return this.#bytes.subarray(0, at)
  }

  /** A producer refills its batch, so the columns are nearly always those of the last call. */
  #bind(columns: readonly Column[]): void {
    assert(columns.length === this.#fields.length, 'a batch has the columns the encoder was opened for')
    columns.forEach(({ field }, index) => {
      assert(field.name === this.#fields[index]!.name, `column ${field.name} stands where another was announced`)
    })
    this.#ops = program.compileRow(this.#layout.steps, columns, this.#texts)
    this.#bound = columns
  }

  #printDictionaries(columns: readonly Column[]): void {
    columns.forEach(({ field, dictionary }, index) => {
      if (dictionary === undefined) return
      const texts = this.#texts[index]!
      if (this.#printed[index] !== dictionary) {
        this.#printed[index] = dictionary
        this.#longest[index] = 0
        texts.length = 0
      }
      const type = field.type === 'json' ? 'json' : 'string'
      for (let code = texts.length; code < dictionary.length; code++) {
        const text = packText(this.#layout.quoteText(dictionary[code]!, type))
        texts.push(text)
        this.#longest[index] = Math.max(this.#longest[index]!, text.length)
      }
    })
  }

  #rowBytesMax(): number {
    const fixed = this.#ops.reduce((sum, op) => sum + op.text.length + TEXT_BYTES_MAX, 0)
    return this.#longest.reduce((sum, length) => sum + length, fixed)
  }

  #grow(used: number, row_bytes_max: number): void {
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, used + row_bytes_max))
    bytes.set(this.#bytes.subarray(0, used))
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

/** The hot loop: some 60 instructions a tick. Writes one line, returns the offset behind it. */
function writeRow(ops: readonly program.Op[], view: DataView, start: number, row: number): number {
  let at = start
  for (let index = 0; index < ops.length; index++) {
    const op = ops[index]!
    if (op.present !== undefined && op.present[row] === 0) {
      view.setUint8(at, COMMA)
      at += op.absent_length
      continue
    }
    const { words, length } = op.text
    at -= op.back
    if (length > 0) {
      // most texts take two words: storing both without asking is cheaper than a loop
      view.setFloat64(at, words[0]!, true)
      view.setFloat64(at + 8, words[1]!, true)
      if (length > 16) for (let word = 2; word < words.length; word++) view.setFloat64(at + word * 8, words[word]!, true)
      at += length
    }
    switch (op.code) {
      case program.PRICE_32:
        at = writePrice(view, at, op.ints[row]!, op.divisors[row]!)
        break
      case program.UINT_32:
        at = writeCount(view, at, op.ints[row]!)
        break
      case program.INT_32:
        at = writeInteger(view, at, op.ints[row]!)
        break
      case program.PRICE:
        at = writeDecimal(view, at, op.doubles[row]!, op.divisors[row]! * op.scale)
        break
      case program.INT:
        at = writeInteger(view, at, op.doubles[row]!)
        break
      case program.TIME:
        at = op.time.write(view, at, op.doubles[row]!)
        if (op.quoted) view.setUint8(at++, DOUBLE_QUOTE)
        break
      case program.BOOL:
        at = writePacked(view, at, op.flags[row] === 1 ? TRUE : FALSE)
        break
      case program.TEXT:
        at = writePacked(view, at, op.texts[op.ints[row]!]!)
        break
      case program.NUMBER:
        at = writeNumber(view, at, op.doubles[row]!)
        break
      case program.GATE:
        if (isAbsent(op.presences, row)) index = op.end - 1
        continue
      case program.CLOSE:
        // an empty object has no comma to replace
        if (view.getUint8(at - 1) === COMMA) at--
        view.setUint8(at++, op.bracket)
        break
      default:
        continue
    }
    view.setUint8(at++, COMMA)
  }
  if (at > start) view.setUint8(at - 1, NEWLINE)
  return at
}

function isAbsent(presences: readonly Uint8Array[], row: number): boolean {
  for (let i = 0; i < presences.length; i++) if (presences[i]![row] === 1) return false
  return true
}
