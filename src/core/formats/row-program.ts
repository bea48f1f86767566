import { assert, unreachable } from '../assert.js'
import type { Column } from './batch.js'
import { IsoTimeWriter } from './number-text.js'
import { type PackedText, packText } from './packed-text.js'

/**
 * A layout of rows as text: a list of steps walked once per row. Every value has a comma behind it; what closes an object replaces the last
 * comma. So no step needs to know what was absent before it.
 */
export type Step =
  | { readonly kind: 'cell'; readonly column: number; readonly key: string; readonly quoted: boolean; readonly absent: '' | ',' }
  /** Skipped, up to its `close`, in rows where none of `columns` has a value; with `columns` empty it is always written. */
  | { readonly kind: 'open'; readonly text: string; readonly columns: readonly number[] }
  | { readonly kind: 'close'; readonly bracket: '}' | ']' }

/** Text and nothing else. */
export const LITERAL = 0
/** Goes on at `end` in rows where all `presences` say 0. */
export const GATE = 1
/** Closes what may be empty. */
export const CLOSE = 2
export const PRICE_32 = 3
export const INT_32 = 4
export const UINT_32 = 5
export const PRICE = 6
export const INT = 7
export const TIME = 8
export const BOOL = 9
export const TEXT = 10
export const NUMBER = 11

/** One instruction on the arrays of a batch. One shape for all kinds: the loop over them stays monomorphic. */
export interface Op {
  readonly code: number
  /** Bytes to take back before `text`: 1 where it begins by closing an object, which replaces the comma. */
  readonly back: number
  readonly text: PackedText
  readonly ints: Int32Array
  readonly doubles: Float64Array
  readonly flags: Uint8Array
  readonly divisors: Int32Array
  /** 1 for prices, 100 for fine prices. */
  readonly scale: number
  readonly present: Uint8Array | undefined
  /** Bytes written where the row has no value: 0, or 1 for a comma. */
  readonly absent_length: number
  readonly quoted: boolean
  readonly texts: readonly PackedText[]
  readonly time: IsoTimeWriter
  readonly presences: readonly Uint8Array[]
  end: number
  readonly bracket: number
}

interface Frame {
  readonly gate: Op | undefined
  /** A presence array that the gate has looked at: the cells behind it need not. */
  readonly checked: Uint8Array | undefined
  readonly comma_before: boolean
}

/**
 * Steps for the columns at hand. Brackets and keys that always follow each other become one text, which is most of them: a depth has 30 cells
 * and 23 brackets, all there or none. `texts` holds the printed dictionary of each column.
 */
export function compileRow(steps: readonly Step[], columns: readonly Column[], texts: readonly (readonly PackedText[])[]): Op[] {
  const ops: Op[] = []
  const frames: Frame[] = []
  let text = '' // waits for the next op that is always written
  let back = 0
  let comma = false // the byte ahead is certainly the comma of a value
  const flush = (): void => {
    if (text !== '') ops.push(op({ code: LITERAL, text: packText(text), back }))
    text = ''
    back = 0
  }
  for (const step of steps) {
    switch (step.kind) {
      case 'open': {
        const presences = presencesOf(step.columns.map((column) => columns[column]!))
        let gate: Op | undefined
        if (presences.length > 0) {
          flush()
          gate = op({ code: GATE, presences })
          ops.push(gate)
        }
        frames.push({ gate, checked: presences.length === 1 ? presences[0] : undefined, comma_before: comma })
        text += step.text
        comma = false
        break
      }
      case 'cell': {
        const column = columns[step.column]!
        const present = frames.some(({ checked }) => checked === column.present) ? undefined : column.present
        if (present !== undefined) flush()
        ops.push(
          op({
            ...cellOf(column),
            text: packText(text + step.key),
            back,
            present,
            absent_length: step.absent.length,
            quoted: step.quoted,
            texts: texts[step.column] ?? [],
          }),
        )
        text = ''
        back = 0
        comma ||= present === undefined || step.absent === ','
        break
      }
      case 'close': {
        const frame = frames.pop()
        assert(frame !== undefined, 'each close has its open')
        if (comma && text === '') back = 1
        if (comma || text !== '') text = `${comma ? text.slice(0, -1) : text}${step.bracket},`
        else ops.push(op({ code: CLOSE, bracket: step.bracket.charCodeAt(0) }))
        comma = true
        if (frame.gate !== undefined) {
          flush()
          frame.gate.end = ops.length
          comma = frame.comma_before
        }
        break
      }
      default:
        unreachable(step)
    }
  }
  flush()
  return ops
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

const NO_INTS = new Int32Array(0)
const NO_DOUBLES = new Float64Array(0)
const NO_FLAGS = new Uint8Array(0)
const NO_TEXT = packText('')

function op(parts: Partial<Op> & Pick<Op, 'code'>): Op {
  return {
    back: 0,
    text: NO_TEXT,
    ints: NO_INTS,
    doubles: NO_DOUBLES,
    flags: NO_FLAGS,
    divisors: NO_INTS,
    scale: 1,
    present: undefined,
    absent_length: 0,
    quoted: false,
    texts: [],
    time: new IsoTimeWriter(),
    presences: [],
    end: 0,
    bracket: 0,
    ...parts,
  }
}

function cellOf(column: Column): Pick<Op, 'code' | 'ints' | 'doubles' | 'flags' | 'divisors' | 'scale'> {
  const { values } = column
  return {
    code: codeOf(column),
    ints: values instanceof Int32Array ? values : NO_INTS,
    doubles: values instanceof Float64Array ? values : NO_DOUBLES,
    flags: values instanceof Uint8Array ? values : NO_FLAGS,
    divisors: column.divisors ?? NO_INTS,
    scale: column.field.type === 'fine_price' ? 100 : 1,
  }
}

function codeOf({ field: { name, type }, values, divisors, unsigned }: Column): number {
  const wide = values instanceof Float64Array
  switch (type) {
    case 'price':
    case 'fine_price':
      assert(divisors !== undefined, `price column ${name} has divisors`)
      assert(wide || type === 'price', `fine prices of ${name} are held as doubles`)
      return wide ? PRICE : PRICE_32
    case 'int':
      if (wide) return INT
      return unsigned === true ? UINT_32 : INT_32
    case 'timestamp':
      assert(wide, `times of ${name} are held as doubles`)
      return TIME
    case 'number':
      assert(wide, `numbers of ${name} are held as doubles`)
      return NUMBER
    case 'bool':
      return BOOL
    case 'string':
    case 'json':
      return TEXT
    default:
      return unreachable(type)
  }
}
