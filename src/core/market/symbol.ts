import { type IstDay, parseDate } from '../time/index.js'
import type { InstrumentType } from './instrument.js'
import { INDEX_UNDERLYINGS } from './known-indices.js'

/** What a derivative's symbol says. The monthly form has no day in it, so its expiry stays undefined: take it from the master. */
export interface ParsedSymbol {
  underlying: string
  instrument_type: Extract<InstrumentType, 'FUT' | 'CE' | 'PE'>
  expiry: IstDay | undefined
  strike: number | undefined
}

/**
 * Only a fallback for masters with empty columns. Kite's forms: future `NAME YY MON FUT`, monthly option `NAME YY MON STRIKE CE|PE`, weekly
 * option `NAME YY M DD STRIKE CE|PE` with M = 1-9, O, N, D. Names may end in digits and strikes have no fixed width, so the weekly form is
 * ambiguous: `names` and the index names we know are tried longest first; a name that nobody knows is not taken to end in a digit.
 */
export function parseSymbol(symbol: string, names: ReadonlySet<string> = INDEX_UNDERLYINGS): ParsedSymbol | undefined {
  const future = FUTURE.exec(symbol)
  if (future !== null) return { underlying: future[1] ?? '', instrument_type: 'FUT', expiry: undefined, strike: undefined }
  if (!OPTION_END.test(symbol)) return undefined
  const longest = symbol.length - SHORTEST_TAIL
  for (let length = longest; length > 0; length--) {
    const name = symbol.slice(0, length)
    const option = names.has(name) || INDEX_UNDERLYINGS.has(name) ? parseOption(symbol, length) : undefined
    if (option !== undefined) return option
  }
  for (let length = 1; length <= longest; length++) {
    const name = symbol.slice(0, length)
    const option = HAS_LETTER.test(name) ? parseOption(symbol, length) : undefined
    if (option !== undefined && (option.expiry === undefined || !ENDS_IN_DIGIT.test(name))) return option
  }
  return undefined
}

const OPTION_END = /\d(?:CE|PE)$/
const HAS_LETTER = /[A-Z]/
const ENDS_IN_DIGIT = /\d$/
const MONTHS = 'JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC'
const FUTURE = new RegExp(`^(.+)\\d{2}(?:${MONTHS})FUT$`)
const MONTHLY = new RegExp(`^\\d{2}(?:${MONTHS})(\\d+(?:\\.\\d+)?)(CE|PE)$`)
const WEEKLY = /^(\d{2})([1-9OND])(\d{2})(\d+(?:\.\d+)?)(CE|PE)$/
/** `25O061CE`: year, month, day, a strike of one digit, type. */
const SHORTEST_TAIL = 8

function parseOption(symbol: string, name_length: number): ParsedSymbol | undefined {
  const underlying = symbol.slice(0, name_length)
  const tail = symbol.slice(name_length)
  const monthly = MONTHLY.exec(tail)
  if (monthly !== null) return { underlying, instrument_type: typeOf(monthly[2]), expiry: undefined, strike: Number(monthly[1]) }
  const weekly = WEEKLY.exec(tail)
  if (weekly === null) return undefined
  const expiry = weeklyExpiry(weekly[1] ?? '', weekly[2] ?? '', weekly[3] ?? '')
  return expiry === undefined ? undefined : { underlying, instrument_type: typeOf(weekly[5]), expiry, strike: Number(weekly[4]) }
}

function weeklyExpiry(year: string, month: string, day: string): IstDay | undefined {
  const number = { O: '10', N: '11', D: '12' }[month] ?? `0${month}`
  return parseDate(`20${year}-${number}-${day}`)
}

const typeOf = (text: string | undefined): 'CE' | 'PE' => (text === 'CE' ? 'CE' : 'PE')
