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
      master = new KiteMaster(headerOf(row))
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

class KiteMaster {
  readonly #columns: number
  readonly #token: number
  readonly #symbol: number
  readonly #name: number
  readonly #expiry: number
  readonly #strike: number
  readonly #tick_size: number
  readonly #lot_size: number
  readonly #type: number
  readonly #segment: number
  readonly #exchange: number
  // A master repeats few texts many times: one string and one parse for each.
  readonly #texts = new Map<string, string>()
  readonly #days = new Map<string, IstDay | undefined>()

  constructor(columns: ReadonlyMap<string, number>) {
    const column = (name: string): number => columns.get(name) ?? -1
    this.#columns = columns.size
    this.#token = column('instrument_token')
    this.#symbol = column('tradingsymbol')
    this.#name = column('name')
    this.#expiry = column('expiry')
    this.#strike = column('strike')
    this.#tick_size = column('tick_size')
    this.#lot_size = column('lot_size')
    this.#type = column('instrument_type')
    this.#segment = column('segment')
    this.#exchange = column('exchange')
  }

  /** The instrument, or why the row is none. */
  read(row: CsvRow): Instrument | string {
    if (row.cell_count !== this.#columns) return `expected ${this.#columns} cells, found ${row.cell_count}`
    const instrument_token = row.unsigned(this.#token)
    if (instrument_token <= 0 || instrument_token > TOKEN_MAX)
      return `expected an instrument_token from 1 to ${TOKEN_MAX}, found "${row.cell(this.#token)}"`
    const symbol = row.cell(this.#symbol)
    if (symbol === '') return 'expected a tradingsymbol, found an empty cell'
    const strike = this.#number(row, this.#strike)
    const tick_size = this.#number(row, this.#tick_size)
    const lot_size = this.#number(row, this.#lot_size)
    if (strike === undefined || tick_size === undefined || lot_size === undefined)
      return 'expected numbers of 0 or more in strike, tick_size and lot_size'
    const expiry = this.#day(row.cell(this.#expiry))
    if (expiry === undefined && row.cell(this.#expiry) !== '')
      return `expected an expiry as YYYY-MM-DD or none, found "${row.cell(this.#expiry)}"`
    return this.#instrument(row, { instrument_token, symbol, strike, tick_size, lot_size, expiry })
  }

  #instrument(row: CsvRow, facts: RowFacts): Instrument {
    const { instrument_token, symbol, strike, expiry } = facts
    const feed_segment = segmentOf(instrument_token)
    const segment = this.#text(row.cell(this.#segment))
    const index = !isTradable(instrument_token) || segment === 'INDICES'
    const exchange = this.#text(row.cell(this.#exchange)) || (index ? exchangeOfIndex(symbol) : feed_segment.name)
    const type = index ? 'INDEX' : typeOfCell(row.cell(this.#type))
    const name = this.#text(row.cell(this.#name))
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
      known: true,
    }
  }

  #text(text: string): string {
    const kept = this.#texts.get(text)
    if (kept === undefined) this.#texts.set(text, text)
    return kept ?? text
  }

  #day(text: string): IstDay | undefined {
    if (text === '') return undefined
    if (!this.#days.has(text)) this.#days.set(text, parseDate(text))
    return this.#days.get(text)
  }

  /** 0 for an empty or missing cell, undefined for what is no number of 0 or more. */
  #number(row: CsvRow, column: number): number | undefined {
    const whole = row.unsigned(column)
    if (whole >= 0) return whole
    const text = row.cell(column)
    if (text === '') return 0
    return /^\d*\.?\d+$/.test(text) ? Number(text) : undefined
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
