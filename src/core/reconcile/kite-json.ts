import { usageError } from '../errors.js'
import { objectRow } from './candle-text.js'
import { type BadRow, candleFault, NO_NAME, type TheirRow, type TheirRows } from './their-rows.js'
import { readTime } from './time-text.js'

/**
 * Historical candles as the API answers them (`{"status":"success","data":{"candles":[[time,o,h,l,c,v(,oi)],...]}}`) for one instrument, or as its
 * Python client gives them (a list of objects). Throws a usage error for anything else, an error answer of the API among it.
 */
export function readKiteJson(content: unknown, file: string): TheirRows {
  const list = candlesOf(content, file)
  const rows: TheirRow[] = []
  const bad: BadRow[] = []
  let naive_times = 0
  list.forEach((candle: unknown, n) => {
    const line = n + 1
    const read = Array.isArray(candle) ? tupleRow(candle, line) : objectRow(candle, line)
    if ('reason' in read) bad.push(read)
    else {
      rows.push(read.row)
      if (read.naive) naive_times++
    }
  })
  return { format: 'kite_json', rows, bad, naive_times, left_out: new Map(), is_exchange_file: false }
}

function candlesOf(content: unknown, file: string): readonly unknown[] {
  if (Array.isArray(content)) return content
  if (isRecord(content)) {
    if (content.status === 'error')
      throw usageError(
        'api_error',
        `${file} is an error that the API answered, no candles: ${String(content.error_type ?? 'error')}: ${String(content.message ?? '')}`,
        'ask for the candles again, and look at what the answer says before saving it',
      )
    const data = isRecord(content.data) ? content.data : content
    if (Array.isArray(data.candles)) return data.candles
  }
  throw usageError(
    'not_candles',
    `${file}: expected {"data":{"candles":[[time,open,high,low,close,volume],...]}} or a list of candles, found other JSON.`,
    'save the answer of /instruments/historical as it came',
  )
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

function tupleRow(cells: readonly unknown[], line: number): { row: TheirRow; naive: boolean } | BadRow {
  const [time, open, high, low, close, volume] = cells
  const read = typeof time === 'string' ? readTime(time) : undefined
  if (read === undefined) return { line, reason: `expected a time first, found ${JSON.stringify(time)}` }
  if (cells.length < 6) return { line, reason: `expected time, open, high, low, close and volume, found ${cells.length} values` }
  const row: TheirRow = {
    line,
    name: NO_NAME,
    time_ms: read.time_ms,
    open: numberOf(open),
    high: numberOf(high),
    low: numberOf(low),
    close: numberOf(close),
    volume: numberOf(volume),
    interval: undefined,
    official_close: undefined,
    own: undefined,
  }
  const reason = candleFault(row)
  return reason === undefined ? { row, naive: read.naive } : { line, reason }
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN)
