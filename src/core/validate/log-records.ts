import { eachCsvRow } from '../market/index.js'
import type { LineFault } from './line-fault.js'

/** What kind of text a log is. */
export type LogForm = 'ndjson' | 'json' | 'csv'

/** One record of a log: its values as the format has them. */
export interface LogRecord {
  readonly line: number
  readonly values: Readonly<Record<string, unknown>>
}

/** Who is told of what a log holds. */
export interface LogListener {
  onRecord(record: LogRecord): void
  onFault(fault: LineFault): void
  /** A CSV log has one. */
  onHeader?(names: readonly string[]): void
}

/** The evidence of an alert is one cell. */
const CELL_CHARS_MAX = 1_000_000
const BRIEF_CHARS_MAX = 40

/** `[` begins a list of JSON, `{` lines of JSON, anything else CSV. */
export function formOf(text: string): LogForm {
  const first = /[^\s\ufeff]/.exec(text)?.[0]
  if (first === '[') return isStreamEntry(text) ? 'ndjson' : 'json'
  return first === '{' ? 'ndjson' : 'csv'
}

/** Lines that are lists each: entries of a stream, one a line. */
const isStreamEntry = (text: string): boolean => /^\s*\["[^"\n]*",\s*[[{].*\]\s*\n\s*\[/.test(text)

/** Goes through the records of a log in their order. A record that cannot be read is told, and the next one is gone on with. */
export function eachLogRecord(text: string, form: LogForm, listener: LogListener): void {
  if (form === 'csv') eachRow(text, listener)
  else for (const piece of form === 'json' ? listPieces(text) : linePieces(text)) takePiece(piece, listener)
}

interface Piece {
  readonly line: number
  readonly text: string
}

function* linePieces(text: string): Iterable<Piece> {
  let line = 0
  for (const part of text.split('\n')) {
    line++
    const piece = part.replace(/^\ufeff/, '').trim()
    if (piece !== '') yield { line, text: piece }
  }
}

/** The elements of a list, cut where a comma stands outside of every bracket and text; each can then be broken by itself. */
function* listPieces(text: string): Iterable<Piece> {
  let line = 1
  let depth = 0
  let is_text = false
  let from = -1
  let from_line = 1
  for (let at = 0; at < text.length; at++) {
    const mark = text[at] as string
    if (mark === '\n') line++
    if (is_text) {
      if (mark === '\\') at++
      else if (mark === '"') is_text = false
      continue
    }
    if (depth === 1 && (mark === ',' || mark === ']')) {
      if (from >= 0) yield { line: from_line, text: text.slice(from, at).trim() }
      from = -1
    } else if (depth >= 1 && from < 0 && !/\s/.test(mark)) {
      from = at
      from_line = line
    }
    if (mark === '"') is_text = true
    else if (mark === '[' || mark === '{') depth++
    else if (mark === ']' || mark === '}') depth--
    if (depth === 0 && mark === ']') return
  }
  if (from >= 0) yield { line: from_line, text: text.slice(from).trim() }
}

function takePiece({ line, text }: Piece, listener: LogListener): void {
  let value: unknown
  try {
    value = unwrapped(JSON.parse(text))
  } catch (error) {
    const nan = /[:,[]\s*(NaN|-?Infinity)\b/.exec(text)?.[1]
    const reason = nan === undefined ? (error as Error).message : `${nan} is no JSON`
    const [pattern, symbol] = [/"pattern(?:_type)?"\s*:\s*"([^"]+)"/, /"symbol"\s*:\s*"([^"]+)"/].map(
      (name) => name.exec(text)?.[1],
    )
    listener.onFault({ kind: 'broken_json', line, detail: `${reason} in ${brief(text)}`, pattern, symbol })
    return
  }
  if (isRecord(value)) listener.onRecord({ line, values: value })
  else listener.onFault({ kind: 'not_an_alert', line, detail: `${brief(text)}, expected an object` })
}

/** An entry of a Redis stream (`[id, [field, value, ...]]`, `[id, {...}]`, or its fields) holds the whole alert as text in `data`. */
function unwrapped(value: unknown): unknown {
  const fields = Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' ? pairs(value[1]) : value
  if (!isRecord(fields) || typeof fields.data !== 'string' || !fields.data.startsWith('{')) return fields
  return JSON.parse(fields.data)
}

function pairs(fields: unknown): unknown {
  if (!Array.isArray(fields)) return fields
  return Object.fromEntries(fields.flatMap((name, n) => (n % 2 === 0 ? [[String(name), fields[n + 1]]] : [])))
}

function eachRow(text: string, listener: LogListener): void {
  let names: readonly string[] | undefined
  eachCsvRow(
    text,
    (row) => {
      const { line, fault } = row
      if (fault !== undefined) listener.onFault({ kind: 'broken_csv', line, detail: fault })
      const cells = fault === undefined ? row.cells() : []
      const header = names
      if (header === undefined) {
        names = cells.map((name) => name.trim())
        listener.onHeader?.(names)
      } else if (cells.length > header.length)
        listener.onFault({ kind: 'broken_csv', line, detail: `${cells.length} cells, the header has ${header.length}` })
      else if (fault === undefined)
        listener.onRecord({ line, values: Object.fromEntries(cells.map((cell, n) => [header[n] as string, cell])) })
    },
    CELL_CHARS_MAX,
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const brief = (text: string): string => (text.length <= BRIEF_CHARS_MAX ? text : `${text.slice(0, BRIEF_CHARS_MAX)}...`)
