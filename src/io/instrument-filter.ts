import { EXIT, MdsError } from '../core/errors.js'
import type { Instrument, InstrumentTable } from '../core/market/index.js'

/** What the user wants to see; all empty means everything. */
export interface InstrumentWishes {
  /** `SYMBOL`, `EXCHANGE:SYMBOL` or `token:N` */
  readonly symbols: readonly string[]
  readonly tokens: readonly number[]
  readonly exchanges: readonly string[]
}

/** Decides by instrument; symbols and tokens are alternatives, exchanges narrow them. Throws when no symbol is known. */
export function instrumentFilter(
  wishes: InstrumentWishes,
  table: InstrumentTable,
  onNotice: (text: string) => void,
): (instrument: Instrument) => boolean {
  const tokens = new Set(wishes.tokens)
  const unknown: string[] = []
  for (const symbol of wishes.symbols) {
    const found = tokensOf(symbol, table)
    if (found.length === 0) unknown.push(symbol)
    for (const token of found) tokens.add(token)
  }
  if (wishes.symbols.length > 0 && tokens.size === 0) throw unknownSymbols(wishes.symbols, table)
  for (const symbol of unknown) onNotice(`No instrument is called ${symbol}${orSimilar(table.similarSymbols(symbol))}.`)
  const exchanges = new Set(wishes.exchanges.map((exchange) => exchange.toUpperCase()))
  return ({ instrument_token, exchange }) =>
    (tokens.size === 0 || tokens.has(instrument_token)) && (exchanges.size === 0 || exchanges.has(exchange))
}

function tokensOf(symbol: string, table: InstrumentTable): number[] {
  const token = /^token:(\d{1,10})$/i.exec(symbol)?.[1]
  if (token !== undefined) return [Number(token)]
  return table.find(symbol).map(({ instrument_token }) => instrument_token)
}

function unknownSymbols(symbols: readonly string[], table: InstrumentTable): MdsError {
  const has_names = !table.known()[Symbol.iterator]().next().done
  return new MdsError('unknown_symbol', {
    message: has_names
      ? `None of the symbols asked for is in the instrument master: ${symbols.join(', ')}.`
      : `Symbols were asked for (${symbols.join(', ')}), but there is no instrument master to look them up in.`,
    suggestions: has_names
      ? symbols.flatMap((symbol) => table.similarSymbols(symbol, 1).map((similar) => `--symbol ${similar}`))
      : ['--instruments instruments.csv', '--token 408065'],
    exitCode: EXIT.usage,
  })
}

const orSimilar = (names: readonly string[]): string => (names.length === 0 ? '' : `; similar: ${names.join(', ')}`)
