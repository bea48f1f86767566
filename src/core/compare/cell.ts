import type { Cell } from '../formats/index.js'
import type { FieldType } from '../market/index.js'
import { formatIso, parseIso } from '../time/index.js'

/** Answer of `parseCell` for what is no value of the type. */
export const UNREADABLE = Symbol('no value of its type')

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/**
 * A value of a stored row as it compares: numbers as the doubles they read back to (prices in rupees, times in ms since the epoch), JSON as one
 * text with its keys sorted, undefined for none. `raw` is what a reader of the format gives: text, number, boolean, or parsed JSON.
 */
export function parseCell(raw: unknown, type: FieldType): Cell | typeof UNREADABLE {
  if (raw === undefined || raw === null || raw === '') return undefined
  switch (type) {
    case 'string':
      return typeof raw === 'string' ? raw : typeof raw === 'number' ? String(raw) : UNREADABLE
    case 'json':
      return parseJson(raw)
    case 'bool':
      return parseBool(raw)
    case 'timestamp':
      return typeof raw === 'string' ? (parseIso(raw) ?? UNREADABLE) : parseNumber(raw)
    default:
      return parseNumber(raw)
  }
}

/** What type the values of a column are that no table of fields knows: guessed from the first one. */
export function typeOfValue(raw: unknown): FieldType {
  if (typeof raw === 'number' || typeof raw === 'bigint') return 'number'
  if (typeof raw === 'boolean') return 'bool'
  if (typeof raw !== 'string') return 'json'
  if (NUMBER.test(raw)) return 'number'
  return parseBool(raw) === UNREADABLE ? 'string' : 'bool'
}

/** As it is printed in NDJSON and CSV, without quotes; `none` for no value. */
export function printCell(value: Cell, type: FieldType): string {
  if (value === undefined) return 'none'
  return type === 'timestamp' ? formatIso(Number(value)) : String(value)
}

/** One text for one JSON value: keys sorted, no white space. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

function parseNumber(raw: unknown): number | typeof UNREADABLE {
  if (typeof raw === 'bigint') return Number(raw)
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw + 0 : UNREADABLE
  if (typeof raw !== 'string' || !NUMBER.test(raw)) return UNREADABLE
  const value = Number(raw)
  return Number.isFinite(value) ? value + 0 : UNREADABLE
}

function parseBool(raw: unknown): boolean | typeof UNREADABLE {
  if (typeof raw === 'boolean') return raw
  const text = typeof raw === 'string' ? raw.toLowerCase() : ''
  if (text === 'true') return true
  return text === 'false' ? false : UNREADABLE
}

function parseJson(raw: unknown): string | typeof UNREADABLE {
  if (typeof raw !== 'string') return canonicalJson(raw)
  try {
    return canonicalJson(JSON.parse(raw))
  } catch {
    return UNREADABLE
  }
}
