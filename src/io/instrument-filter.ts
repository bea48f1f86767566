import { EXIT, MdsError, usageError } from '../core/errors.js'
import { type Instrument, type InstrumentTable, SEGMENT_NAMES } from '../core/market/index.js'
import { formatDate } from '../core/time/index.js'
import type { SessionFiles } from './find-recordings.js'
import { shellWord } from './shell-word.js'

/** What the user wants to see; all empty means everything. */
export interface InstrumentWishes {
  /** `SYMBOL`, `EXCHANGE:SYMBOL` or `token:N` */
  readonly symbols: readonly string[]
  readonly tokens: readonly number[]
  readonly exchanges: readonly string[]
}

export interface InstrumentFilter {
  isWanted(instrument: Instrument): boolean
  /** True when no symbol asked for is known on the day: nothing passes. */
  readonly is_empty: boolean
}

/** The wishes of one command. Symbols come and go with their contracts, so a day without one is a notice; the error is that no day has any. */
export class InstrumentChoice {
  readonly #wishes: InstrumentWishes
  readonly #sessions: number
  readonly #onNotice: (text: string) => void
  #found = false
  #first_error: MdsError | undefined

  constructor(wishes: InstrumentWishes, sessions: number, onNotice: (text: string) => void) {
    this.#wishes = wishes
    this.#sessions = sessions
    this.#onNotice = onNotice
  }

  /** Symbols and tokens are alternatives, exchanges narrow them. Throws when the only session knows no symbol, or when an exchange does not exist. */
  filterOf(session: SessionFiles, table: InstrumentTable, masters: readonly string[]): InstrumentFilter {
    const { symbols } = this.#wishes
    const exchanges = exchangesOf(this.#wishes.exchanges, table)
    const tokens = new Set(this.#wishes.tokens)
    const unknown: string[] = []
    for (const symbol of symbols) {
      const found = tokensOf(symbol, table)
      if (found.length === 0) unknown.push(symbol)
      for (const token of found) tokens.add(token)
    }
    const is_empty = symbols.length > 0 && tokens.size === 0
    if (is_empty) this.#first_error ??= unknownSymbols(symbols, table, { session, masters })
    else this.#found = true
    if (is_empty && this.#sessions === 1) throw this.#first_error
    const of_day = this.#sessions > 1 && session.day !== undefined ? ` of ${formatDate(session.day)}` : ''
    for (const symbol of unknown)
      this.#onNotice(`No instrument${of_day} is called ${symbol}${orSimilar(table.similarSymbols(symbol))}.`)
    return {
      is_empty,
      isWanted: ({ instrument_token, exchange }) =>
        !is_empty && (tokens.size === 0 || tokens.has(instrument_token)) && (exchanges.size === 0 || exchanges.has(exchange)),
    }
  }

  /** Call when all sessions are over: throws when none knew any symbol. */
  finish(): void {
    if (!this.#found && this.#first_error !== undefined) throw this.#first_error
  }
}

function exchangesOf(names: readonly string[], table: InstrumentTable): Set<string> {
  const wanted = new Set(names.map((name) => name.toUpperCase()))
  if (wanted.size === 0) return wanted
  const there = new Set<string>()
  for (const { exchange } of table.known()) there.add(exchange)
  const unknown = [...wanted].filter((name) => !there.has(name) && !SEGMENT_NAMES.includes(name))
  if (unknown.length === 0) return wanted
  const named = there.size > 0 ? [...there].sort() : SEGMENT_NAMES
  throw usageError(
    'unknown_exchange',
    `No exchange is called ${unknown.join(', ')}: expected ${named.join(', ')}.`,
    `--exchange ${named[0]}`,
  )
}

function tokensOf(symbol: string, table: InstrumentTable): number[] {
  const token = /^token:(\d{1,10})$/i.exec(symbol)?.[1]
  if (token !== undefined) return [Number(token)]
  return table.find(symbol).map(({ instrument_token }) => instrument_token)
}

/** Tokens of symbols, all of them or an MdsError that names those that nobody knows. */
export function tokensOfSymbols(symbols: readonly string[], table: InstrumentTable): number[] {
  const unknown = symbols.filter((symbol) => tokensOf(symbol, table).length === 0)
  if (unknown.length === 0) return symbols.flatMap((symbol) => tokensOf(symbol, table))
  const near = unknown.flatMap((symbol) => table.similarSymbols(symbol, 1))
  throw usageError(
    'unknown_symbol',
    `The instrument master has no ${unknown.join(', ')}${orSimilar(near)}.`,
    ...near.slice(0, 1).map((symbol) => `mds ctl subscribe --symbol ${shellWord(symbol)}`),
  )
}

interface Place {
  readonly session: SessionFiles
  readonly masters: readonly string[]
}

function unknownSymbols(symbols: readonly string[], table: InstrumentTable, { session, masters }: Place): MdsError {
  const has_names = !table.known()[Symbol.iterator]().next().done
  const near = symbols.flatMap((symbol) => table.similarSymbols(symbol, 1).map((similar) => `--symbol ${shellWord(similar)}`))
  return new MdsError('unknown_symbol', {
    message: has_names
      ? `None of the symbols asked for is in the instrument master ${masters.join(', ')}: ${symbols.join(', ')}.`
      : `Symbols were asked for (${symbols.join(', ')}), but there is no instrument master to look them up in.`,
    suggestions: !has_names
      ? ['--instruments instruments.csv', '--symbol token:408065']
      : near.length > 0
        ? near
        : [`mds info ${shellWord(session.files[0]?.path ?? '')}`],
    exitCode: EXIT.usage,
  })
}

const orSimilar = (names: readonly string[]): string => (names.length === 0 ? '' : `; similar: ${names.join(', ')}`)
