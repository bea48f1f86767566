import { usageError } from '../errors.js'
import { eachCsvRow } from './csv-rows.js'

/**
 * Last closes from candles in CSV, as `mds candles --format csv` prints them, by `EXCHANGE:SYMBOL` where the file has an exchange, and by
 * `SYMBOL`. Of several rows of an instrument the last one of the file counts; rows without a price above 0 are passed over.
 */
export function parseLastCloses(csv_text: string): Map<string, number> {
  const closes = new Map<string, number>()
  let columns: { symbol: number; exchange: number; close: number } | undefined
  eachCsvRow(csv_text, (row) => {
    if (columns === undefined) {
      const names = row.cells().map((name) => name.trim().toLowerCase())
      columns = { symbol: names.indexOf('symbol'), exchange: names.indexOf('exchange'), close: names.indexOf('close') }
      return
    }
    if (columns.symbol < 0 || columns.close < 0 || row.fault !== undefined) return
    const symbol = row.cell(columns.symbol)
    const text = row.cell(columns.close)
    const close = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0
    if (symbol === '' || close <= 0) return
    closes.set(symbol, close)
    if (columns.exchange >= 0) closes.set(`${row.cell(columns.exchange)}:${symbol}`, close)
  })
  if (columns === undefined || columns.symbol < 0 || columns.close < 0)
    throw usageError(
      'not_closes',
      'Not a file of closing prices: expected CSV whose header has the columns symbol and close.',
      'mds candles --tf 1d --format csv -o config/prices.csv',
    )
  return closes
}
