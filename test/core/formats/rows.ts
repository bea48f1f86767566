import type { Batch, Column } from '../../../src/core/formats/batch.js'
import { Dictionary } from '../../../src/core/formats/dictionary.js'
import type { Encoder, Format } from '../../../src/core/formats/format.js'
import type { Candle } from '../../../src/core/market/candle.js'
import type { Field } from '../../../src/core/market/fields.js'
import { instrument } from '../market/instruments.js'

/** One record as a test writes it down: prices in feed units, an absent field is undefined. */
export interface Row {
  readonly divisor: number
  readonly cells: readonly (number | string | boolean | undefined)[]
}

/** Rows as batches that are cut after each of `cuts` rows (the last cut repeats), all sharing one set of dictionaries. */
export function batchesOf(fields: readonly Field[], rows: readonly Row[], cuts: readonly number[] = [1008]): Batch[] {
  const dictionaries = fields.map(() => new Dictionary())
  const batches: Batch[] = []
  for (let first = 0, n = 0; first < rows.length; n++) {
    const size = Math.max(1, cuts[Math.min(n, cuts.length - 1)] ?? 1)
    batches.push(batchOf(fields, rows.slice(first, first + size), dictionaries))
    first += size
  }
  return batches
}

function batchOf(fields: readonly Field[], rows: readonly Row[], dictionaries: readonly Dictionary[]): Batch {
  const divisors = Int32Array.from(rows, (row) => row.divisor)
  const columns = fields.map((field, index): Column => {
    const cells = rows.map((row) => row.cells[index])
    const dictionary = dictionaries[index] as Dictionary
    const common = {
      field,
      ...(field.optional === true ? { present: Uint8Array.from(cells, (cell) => (cell === undefined ? 0 : 1)) } : {}),
    }
    if (field.type === 'string' || field.type === 'json')
      return {
        ...common,
        values: Int32Array.from(cells, (cell) => (cell === undefined ? 0 : dictionary.codeOf(String(cell)))),
        dictionary: dictionary.texts,
      }
    if (field.type === 'bool') return { ...common, values: Uint8Array.from(cells, (cell) => (cell === true ? 1 : 0)) }
    const values = Float64Array.from(cells, (cell) => Number(cell ?? 0))
    return field.type === 'price' || field.type === 'fine_price' ? { ...common, values, divisors } : { ...common, values }
  })
  return { columns, rows: rows.length, capacity: rows.length }
}

/** Everything an encoder says, as one array: each piece is copied at once, it is borrowed. */
export function encodeAll(format: Format, fields: readonly Field[], batches: Iterable<Batch>): Uint8Array {
  const encoder: Encoder = format.open(fields)
  const pieces = [Uint8Array.from(encoder.begin())]
  for (const batch of batches) pieces.push(Uint8Array.from(encoder.write(batch)))
  pieces.push(Uint8Array.from(encoder.end()))
  return Uint8Array.from(Buffer.concat(pieces))
}

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

export const RELIANCE = instrument({ has_derivatives: true })

/** 2025-10-06 09:15 IST, a Monday. */
export const OPEN_MS = 1_759_722_300_000

export function candle(changes: Partial<Candle> = {}): Candle {
  return {
    instrument: RELIANCE,
    interval: '1m',
    phase: 'continuous',
    open_time_ms: OPEN_MS,
    close_time_ms: OPEN_MS + 60_000,
    open: 136_850,
    high: 137_005,
    low: 136_800,
    close: 136_995,
    volume: 12_345,
    turnover: 12_345 * 136_900 + 17,
    oi: undefined,
    tick_count: 57,
    trade_count: 41,
    complete: true,
    expected_ms: 60_000,
    gap_volume: 0,
    synthetic_volume: false,
    synthetic: false,
    volume_na: false,
    revision: 0,
    day: undefined,
    ...changes,
  }
}
