import { type CsvRow, eachCsvRow } from '../market/index.js'
import { istDay } from '../time/index.js'
import { type BadRow, candleFault, type RowName, type TheirRow, type TheirRows } from './their-rows.js'
import { readExchangeDate } from './time-text.js'

/** Where a form of end-of-day file has what, in capitals. */
interface Form {
  readonly format: string
  readonly date: string
  readonly symbol: string
  readonly series: string
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly last: string
  readonly volume: string
}

/** Column names of the files; UDiFF since 2024-07-08, on NSE and BSE alike. */
const FORMS: readonly Form[] = [
  {
    format: 'udiff',
    date: 'TRADDT',
    symbol: 'TCKRSYMB',
    series: 'SCTYSRS',
    open: 'OPNPRIC',
    high: 'HGHPRIC',
    low: 'LWPRIC',
    close: 'CLSPRIC',
    last: 'LASTPRIC',
    volume: 'TTLTRADGVOL',
  },
  {
    format: 'sec_bhavdata_full',
    date: 'DATE1',
    symbol: 'SYMBOL',
    series: 'SERIES',
    open: 'OPEN_PRICE',
    high: 'HIGH_PRICE',
    low: 'LOW_PRICE',
    close: 'CLOSE_PRICE',
    last: 'LAST_PRICE',
    volume: 'TTL_TRD_QNTY',
  },
  {
    format: 'cm_bhav',
    date: 'TIMESTAMP',
    symbol: 'SYMBOL',
    series: 'SERIES',
    open: 'OPEN',
    high: 'HIGH',
    low: 'LOW',
    close: 'CLOSE',
    last: 'LAST',
    volume: 'TOTTRDQTY',
  },
]

/** Series of shares and funds as Kite names them: these without a suffix, others as `SYMBOL-SERIES`. */
const PLAIN_SERIES = 'EQ'
/** Deals negotiated off the book, in rows of their own; they are in no candle. */
const BLOCK_SERIES = ['BL', 'IL']

const normal = (name: string): string => name.trim().toUpperCase()

/** True when the first line is that of an end-of-day file. */
export const isBhavcopyHeader = (names: readonly string[]): boolean => formOf(new Set(names.map(normal))) !== undefined

/** End-of-day file of NSE or BSE: UDiFF (cash and derivatives), `sec_bhavdata_full` or the older `cmDDMMMYYYYbhav`. */
export function readBhavcopy(text: string): TheirRows {
  const rows: TheirRow[] = []
  const bad: BadRow[] = []
  const left_out = new Map<string, number>()
  const leaveOut = (what: string): void => void left_out.set(what, (left_out.get(what) ?? 0) + 1)
  let reader: ((row: CsvRow) => TheirRow | BadRow | { readonly what: string }) | undefined
  let format = 'udiff'
  eachCsvRow(text, (row) => {
    if (reader === undefined) {
      const header = new Map(row.cells().map((name, n) => [normal(name), n]))
      const form = formOf(new Set(header.keys()))
      format = form?.format ?? format
      reader =
        form === undefined ? () => ({ line: row.line, reason: 'no end-of-day file' }) : (each) => bhavcopyRow(each, header, form)
      return
    }
    const read = row.fault === undefined ? reader(row) : { line: row.line, reason: row.fault }
    if ('reason' in read) bad.push(read)
    else if ('what' in read) leaveOut(read.what)
    else rows.push(read)
  })
  return { format, rows, bad, naive_times: 0, left_out, is_exchange_file: true }
}

const formOf = (names: ReadonlySet<string>): Form | undefined =>
  FORMS.find((form) => [form.symbol, form.open, form.high, form.low, form.close, form.volume].every((name) => names.has(name)))

function bhavcopyRow(
  row: CsvRow,
  header: ReadonlyMap<string, number>,
  form: Form,
): TheirRow | BadRow | { readonly what: string } {
  const { line } = row
  // some of these files end each line in a comma, or put blanks behind commas
  if (row.cell_count < header.size - 1) return { line, reason: `expected ${header.size} cells, found ${row.cell_count}` }
  const cell = (name: string): string => row.cell(header.get(name) ?? -1).trim()
  const date = cell(form.date)
  const time_ms = readExchangeDate(date)
  if (time_ms === undefined) return { line, reason: `expected a date in ${form.date}, found ${JSON.stringify(date)}` }
  const series = cell(form.series)
  if (BLOCK_SERIES.includes(series)) return { what: 'block deals' }
  const name = nameOf(cell, form, series)
  if (typeof name === 'string') return { line, reason: name }
  const lots = name.contract === undefined ? 1 : numberOf(cell('NEWBRDLOTQTY'))
  if (!(lots > 0)) return { line, reason: `expected the lot size in NewBrdLotQty, found ${JSON.stringify(cell('NEWBRDLOTQTY'))}` }
  const [close, last] = [numberOf(cell(form.close)), numberOf(cell(form.last))]
  const read: TheirRow = {
    line,
    name,
    time_ms,
    open: numberOf(cell(form.open)),
    high: numberOf(cell(form.high)),
    low: numberOf(cell(form.low)),
    close: last > 0 ? last : close,
    // derivatives are counted in contracts there, in units on the wire
    volume: numberOf(cell(form.volume)) * lots,
    interval: '1d',
    official_close: last > 0 ? close : undefined,
    own: undefined,
  }
  if (read.volume === 0) return { what: 'without a trade' }
  const reason = candleFault(read)
  return reason === undefined ? read : { line, reason }
}

function nameOf(cell: (name: string) => string, form: Form, series: string): RowName | string {
  const symbol = cell(form.symbol)
  if (symbol === '') return `expected a symbol in ${form.symbol}, found an empty cell`
  const source = cell('SRC') || 'NSE'
  if (cell('SGMT') === 'FO' || /^(?:ST|ID)[FO]$/.test(cell('FININSTRMTP'))) {
    const expiry_ms = readExchangeDate(cell('XPRYDT'))
    if (expiry_ms === undefined) return `expected a date in XpryDt, found ${JSON.stringify(cell('XPRYDT'))}`
    const type = cell('OPTNTP') === 'CE' ? 'CE' : cell('OPTNTP') === 'PE' ? 'PE' : 'FUT'
    const strike = type === 'FUT' ? undefined : numberOf(cell('STRKPRIC'))
    return {
      symbol: cell('FININSTRMNM') || undefined,
      exchange: source === 'BSE' ? 'BFO' : 'NFO',
      instrument_token: undefined,
      contract: { underlying: symbol, expiry: istDay(expiry_ms), type, strike },
    }
  }
  const is_plain = source === 'BSE' || series === PLAIN_SERIES || series === ''
  return {
    symbol: is_plain ? symbol : `${symbol}-${series}`,
    exchange: source === 'BSE' ? 'BSE' : 'NSE',
    instrument_token: undefined,
    contract: undefined,
  }
}

const numberOf = (text: string): number => (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN)
