import { usageError } from '../errors.js'
import { type IstDay, parseDate } from '../time/index.js'
import { assetClassOf, completeFromSymbols, isCash, underlyingsOfEquityDerivatives } from './classify.js'
import { type CsvRow, eachCsvRow } from './csv-rows.js'
import type { Instrument, InstrumentType } from './instrument.js'
import { exchangeOfIndex } from './known-indices.js'
import { isTradable, segmentOf } from './segments.js'

/** An entry of an instrument file that is left out, and why. `where` is for people: `line 17`, `instruments.RELIANCE`. */
export interface BadEntry {
  readonly where: string
  readonly reason: string
}

/** Tokens are unsigned 32 bit on the wire. */
export const TOKEN_MAX = 0xffff_ffff
const REQUIRED_COLUMNS = ['instrument_token', 'tradingsymbol'] as const

/**
 * Reads a Kite instrument dump. The header decides the columns, those we do not know are skipped. A bad row is told and left out, it never stops
 * the run. The strings of an instrument may share memory with `csv_text`.
 */
export function parseKiteMaster(csv_text: string, onBadRow: (bad: BadEntry) => void): Instrument[] {
  const instruments: Instrument[] = []
  let master: KiteMaster | undefined
  eachCsvRow(csv_text, (row) => {
    if (master === undefined) {
      master = new KiteMaster(headerOf(row), row.cell_count)
      return
    }
    const instrument = row.fault ?? master.read(row)
    if (typeof instrument === 'string') {
      onBadRow({ where: `line ${row.line}`, reason: instrument })
      return
    }
    instruments.push(instrument)
  })
  if (master === undefined) throw notAMaster('nothing at all')
  completeFromSymbols(instruments)
  // Only a file that lists derivatives is evidence that a stock has none.
  const traded = underlyingsOfEquityDerivatives(instruments)
  if (traded.size > 0)
    for (const instrument of instruments)
      if (instrument.asset_class === 'equity_cash') instrument.has_derivatives = traded.has(instrument.symbol)
  return instruments
}

function headerOf(row: CsvRow): Map<string, number> {
  const columns = new Map(row.cells().map((name, n) => [name.trim().toLowerCase(), n]))
  if (row.fault !== undefined || !REQUIRED_COLUMNS.every((name) => columns.has(name)))
    throw notAMaster(JSON.stringify(row.text.slice(0, 80)))
  return columns
}

function notAMaster(found: string): Error {
  return usageError(
    'not_a_master',
    `Not a Kite instrument master: expected a header with the columns ${REQUIRED_COLUMNS.join(', ')}, found ${found}.`,
    "Use Kite's instruments CSV (gzipped or not) or a crawler config in JSON.",
  )
}

/** A column of few texts, each repeated over many rows (mostly the one below): one string and one parse for each. */
class Column<T> {
  readonly #n: number
  readonly #parse: (text: string) => T
  readonly #values = new Map<string, { text: string; value: T }>()
  #last: { text: string; value: T }

  constructor(n: number, parse: (text: string) => T) {
    this.#n = n
    this.#parse = parse
    this.#last = this.#remember('')
  }

  read(row: CsvRow): T {
    const text = row.cell(this.#n, this.#last.text)
    if (text !== this.#last.text) this.#last = this.#values.get(text) ?? this.#remember(text)
    return this.#last.value
  }

  #remember(text: string): { text: string; value: T } {
    const entry = { text, value: this.#parse(text) }
    this.#values.set(text, entry)
    return entry
  }
}

class KiteMaster {
  readonly #column_count: number
  readonly #token: number
  readonly #symbol: number
  readonly #expiry_at: number
  readonly #strike: number
  readonly #name: Column<string>
  readonly #expiry: Column<IstDay | undefined>
  readonly #last_price: Column<number | undefined>
  readonly #tick_size: Column<number | undefined>
  readonly #lot_size: Column<number | undefined>
  readonly #type: Column<InstrumentType>
  readonly #segment: Column<string>
  readonly #exchange: Column<string>

  constructor(columns: ReadonlyMap<string, number>, column_count: number) {
    const at = (name: string): number => columns.get(name) ?? -1
    this.#column_count = column_count
    this.#token = at('instrument_token')
    this.#symbol = at('tradingsymbol')
    this.#expiry_at = at('expiry')
    this.#strike = at('strike')
    this.#name = new Column(at('name'), asIs)
    this.#expiry = new Column(at('expiry'), parseDate)
    this.#last_price = new Column(at('last_price'), priceOfCell)
    this.#tick_size = new Column(at('tick_size'), numberOfCell)
    this.#lot_size = new Column(at('lot_size'), numberOfCell)
    this.#type = new Column(at('instrument_type'), typeOfCell)
    this.#segment = new Column(at('segment'), asIs)
    this.#exchange = new Column(at('exchange'), asIs)
  }

  /** The instrument, or why the row is none. */
  read(row: CsvRow): Instrument | string {
    if (row.cell_count !== this.#column_count) return `expected ${this.#column_count} cells, found ${row.cell_count}`
    const instrument_token = row.unsigned(this.#token)
    if (instrument_token <= 0 || instrument_token > TOKEN_MAX)
      return `expected an instrument_token from 1 to ${TOKEN_MAX}, found "${row.cell(this.#token)}"`
    const symbol = row.cell(this.#symbol)
    if (symbol === '') return 'expected a tradingsymbol, found an empty cell'
    const whole_strike = row.unsigned(this.#strike)
    const strike = whole_strike >= 0 ? whole_strike : numberOfCell(row.cell(this.#strike))
    const tick_size = this.#tick_size.read(row)
    const lot_size = this.#lot_size.read(row)
    if (strike === undefined || tick_size === undefined || lot_size === undefined)
      return 'expected numbers of 0 or more in strike, tick_size and lot_size'
    const expiry = this.#expiry.read(row)
    if (expiry === undefined && row.cell(this.#expiry_at) !== '')
      return `expected an expiry as YYYY-MM-DD or none, found "${row.cell(this.#expiry_at)}"`
    return this.#instrument(row, { instrument_token, symbol, strike, tick_size, lot_size, expiry })
  }

  #instrument(row: CsvRow, facts: RowFacts): Instrument {
    const { instrument_token, symbol, strike, expiry } = facts
    const feed_segment = segmentOf(instrument_token)
    const segment = this.#segment.read(row)
    const index = !isTradable(instrument_token) || segment === 'INDICES'
    const exchange = this.#exchange.read(row) || (index ? exchangeOfIndex(symbol) : feed_segment.name)
    const type = index ? 'INDEX' : this.#type.read(row)
    const name = this.#name.read(row)
    const cash = index || isCash(exchange)
    const instrument_type = type === 'UNKNOWN' && cash ? 'EQ' : type
    const underlying = cash || name === '' ? undefined : name
    return {
      instrument_token,
      exchange,
      symbol,
      name,
      segment,
      instrument_type,
      asset_class: assetClassOf({ exchange, instrument_type, underlying }),
      underlying,
      expiry,
      strike: strike === 0 ? undefined : strike,
      lot_size: facts.lot_size,
      tick_size: facts.tick_size,
      price_divisor: feed_segment.price_divisor,
      has_derivatives: undefined,
      last_price: this.#last_price.read(row),
      known: true,
    }
  }
}

interface RowFacts {
  instrument_token: number
  symbol: string
  strike: number
  tick_size: number
  lot_size: number
  expiry: IstDay | undefined
}

function typeOfCell(text: string): InstrumentType {
  return text === 'EQ' || text === 'FUT' || text === 'CE' || text === 'PE' ? text : 'UNKNOWN'
}

/** 0 for an empty cell, undefined for what is no number of 0 or more. */
function numberOfCell(text: string): number | undefined {
  if (text === '') return 0
  return /^\d*\.?\d+$/.test(text) ? Number(text) : undefined
}

/** 0 says that there is none. What is no price is none either: a row is not left out for a column that so few need. */
const priceOfCell = (text: string): number | undefined => numberOfCell(text) || undefined

const asIs = (text: string): string => text
