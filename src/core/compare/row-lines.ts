import { formatDate, formatIso, istDay } from '../time/index.js'
import type { FieldCount, FieldDifference, RowComparisonResult, RowDifference, RowPlace, RowsSpan } from './row-difference.js'

/** Longer texts (the evidence of an alert) are cut. */
const TEXT_LENGTH_MAX = 60
const NONE = 'none'

/** `1 row`, `12 rows`. */
export const amount = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** `NSE:RELIANCE 1m 2025-10-06T09:31:00+05:30`; an alert with its pattern, direction, state and id. */
export function placeText(place: RowPlace): string {
  const { exchange, symbol, interval, time_ms, pattern_type, direction, state, alert_id } = place
  const name = symbol === undefined ? undefined : exchange === undefined ? symbol : `${exchange}:${symbol}`
  const bar = alert_id === undefined ? interval : pattern_type
  return [name, bar, direction, formatIso(time_ms), state, alert_id].filter((part) => part !== undefined).join(' ')
}

/** One difference: which row, then its fields, one line each. */
export function differenceLines({ kind, place, fields }: RowDifference): string[] {
  const what = { missing: 'missing', extra: 'extra  ', changed: 'changed' }[kind]
  const widths = [0, 1, 2].map((column) => Math.max(...fields.map((field) => cells(field)[column]!.length)))
  return [
    `${what} ${placeText(place)}`,
    ...(kind === 'changed'
      ? fields.map((field) => {
          const [name = '', expected = '', found = '', change = ''] = cells(field)
          return `  ${name.padEnd(widths[0]!)}  expected ${expected.padEnd(widths[1]!)}  found ${found.padEnd(widths[2]!)}  ${change}`.trimEnd()
        })
      : [`  ${fields.map(({ field, expected, found }) => `${field} ${expected ?? found ?? NONE}`).join(', ')}`]),
  ]
}

/** Counts by kind, then what else there is to say of two sides that differ. */
export function countLines(result: RowComparisonResult): string[] {
  const { missing, extra, changed, expected_rows, found_rows } = result
  return [
    ...(missing > 0 ? [`  missing  ${missing} of ${expected_rows} expected rows`] : []),
    ...(extra > 0 ? [`  extra    ${extra} of ${found_rows} found rows`] : []),
    ...(changed > 0 ? [`  changed  ${amount(changed, 'row')}:`, ...fieldLines(result.by_field)] : []),
    ...(result.only_provenance_differs
      ? ['  Only what says who made the rows differs: another configuration or version, the same answers.']
      : []),
    ...columnLines(result),
    ...strangers(result),
  ]
}

/** What is not equal and yet no difference. */
export function remarks({ rows_reordered, columns_reordered, tolerated_rows }: RowComparisonResult): string[] {
  return [
    ...(rows_reordered ? ['the rows stand in another order'] : []),
    ...(columns_reordered ? ['the columns stand in another order'] : []),
    ...(tolerated_rows > 0 ? [`${tolerated_rows} within the tolerance`] : []),
  ]
}

function fieldLines(counts: readonly FieldCount[]): string[] {
  const widest = Math.max(...counts.map(({ field }) => field.length))
  const most = Math.max(...counts.map(({ rows }) => String(rows).length))
  return counts.map(({ field, type, rows, largest }) => {
    const by = largest === null ? '' : `, largest difference ${type === 'timestamp' ? `${largest} ms` : largest}`
    return `    ${field.padEnd(widest)}  ${String(rows).padStart(most)} ${rows === 1 ? 'row' : 'rows'}${by}`
  })
}

function columnLines({ columns_missing, columns_extra, only_columns_differ, equal_rows }: RowComparisonResult): string[] {
  return [
    ...(columns_missing.length > 0 ? [`  missing columns: ${columns_missing.join(', ')}`] : []),
    ...(columns_extra.length > 0 ? [`  extra columns: ${columns_extra.join(', ')}`] : []),
    ...(only_columns_differ ? [`  Only the set of columns differs: in those of both, all ${equal_rows} rows are equal.`] : []),
  ]
}

/** Sides of other bars or days are likely not about the same thing. */
function strangers({ expected_rows, found_rows, expected_span, found_span }: RowComparisonResult): string[] {
  const [expected, found] = [spanText(expected_span), spanText(found_span)]
  if (expected === found || expected_rows === 0 || found_rows === 0) return []
  return [`  The rows are of other bars or days: expected ${expected}; found ${found}.`]
}

function spanText({ intervals, first_ms, last_ms }: RowsSpan): string {
  const days = [first_ms, last_ms].flatMap((time_ms) => (time_ms === null ? [] : [formatDate(istDay(time_ms))]))
  const of = [...new Set(days)].join(' to ')
  return [intervals.join(', '), of].filter((part) => part !== '').join(' of ')
}

function cells({ field, type, expected, found, change, path }: FieldDifference): string[] {
  const unit = type === 'timestamp' ? ' ms' : ''
  return [
    path === undefined || path === '' ? field : `${field}.${path}`,
    clipped(expected ?? NONE),
    clipped(found ?? NONE),
    change === undefined ? '' : `(${change > 0 ? '+' : ''}${change}${unit})`,
  ]
}

const clipped = (text: string): string => (text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX - 3)}...`)
