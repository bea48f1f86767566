import { EXIT, MdsError, usageError } from '../../core/errors.js'
import { type Instrument, type InstrumentTable, similarTexts } from '../../core/market/index.js'
import { isOption, type OptionChain } from '../../core/options/index.js'
import { formatDate, type IstDay, parseDate } from '../../core/time/index.js'
import { shellWord } from '../shell-word.js'

/** Whose options: exactly this one. */
export interface Underlying {
  readonly underlying: string
  readonly exchange: string
}

/** Which expiries: the nearest, all, or one day. */
export type ExpiryWish = 'nearest' | 'all' | IstDay

/** Named in a message; the rest is counted. */
const NAMED = 12

/** Reads `nearest`, `all` or a date. */
export function parseExpiry(text: string): ExpiryWish {
  if (text === 'nearest' || text === 'all') return text
  const day = parseDate(text)
  if (day !== undefined) return day
  throw usageError(
    'bad_expiry',
    `--expiry "${text}" is no expiry: expected nearest, all or a date.`,
    '--expiry 2025-10-07',
    '--expiry all',
  )
}

/** `NIFTY` or `NFO:NIFTY`, whatever the case, among the options that the master lists. Never by part of a name. */
export function findUnderlying(text: string, table: InstrumentTable, masters: readonly string[]): Underlying {
  const [exchange, name] = text.includes(':')
    ? (text.toUpperCase().split(':', 2) as [string, string])
    : [undefined, text.toUpperCase()]
  const listed = new Map<string, Underlying>()
  for (const instrument of table.known()) {
    const { underlying = '', exchange: on } = instrument
    if (isOption(instrument)) listed.set(`${on}:${underlying}`, { underlying, exchange: on })
  }
  const found = [...listed.values()].filter(
    (one) => one.underlying.toUpperCase() === name && (exchange === undefined || one.exchange === exchange),
  )
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  if (only !== undefined) {
    const names = found.map((one) => `${one.exchange}:${one.underlying}`).sort()
    throw usageError(
      'ambiguous_underlying',
      `Options of ${name} trade on several exchanges: expected one of ${names.join(', ')}.`,
      `--underlying ${names[0]}`,
    )
  }
  throw unknownUnderlying(text, [...listed.values()], masters)
}

function unknownUnderlying(text: string, listed: readonly Underlying[], masters: readonly string[]): MdsError {
  const names = [...new Set(listed.map(({ underlying }) => underlying))].sort()
  if (masters.length === 0)
    return usageError(
      'unknown_underlying',
      `Options of ${text} were asked for, but there is no instrument master to look them up in.`,
      '--instruments instruments.csv',
    )
  if (names.length === 0)
    return usageError(
      'unknown_underlying',
      `The instrument master ${masters.join(', ')} lists no options at all.`,
      '--instruments instruments.csv',
    )
  const near = similarTexts(text.slice(text.indexOf(':') + 1), names, 3)
  return usageError(
    'unknown_underlying',
    `The instrument master ${masters.join(', ')} lists no options of ${text}; there are options of ${few(names)}.`,
    ...(near.length > 0 ? near : names.slice(0, 1)).map((name) => `--underlying ${shellWord(name)}`),
  )
}

/** Throws when no option expires on the day asked for. */
export function refuseUnknownExpiry(chains: readonly OptionChain[], wish: ExpiryWish): void {
  if (typeof wish !== 'number' || chains.some(({ expiry }) => expiry === wish)) return
  const days = chains.map(({ expiry }) => formatDate(expiry))
  throw usageError(
    'unknown_expiry',
    `No options of ${nameOf(chains)} expire on ${formatDate(wish)}; they do on ${few(days)}.`,
    `--expiry ${days[0]}`,
  )
}

/** The chains to show at a moment: not expired, and known to quote by then. Throws when all have expired. */
export function chooseChains(
  chains: readonly OptionChain[],
  wish: ExpiryWish,
  at_ms: number,
  at: string,
): readonly OptionChain[] {
  const wanted = typeof wish === 'number' ? chains.filter(({ expiry }) => expiry === wish) : chains
  const alive = wanted.filter(({ expires }) => expires.at_ms > at_ms)
  if (alive.length === 0) throw expired(wanted, at)
  const quoted = alive.filter(hasQuotes)
  return wish === 'nearest' ? quoted.slice(0, 1) : quoted
}

const nameOf = ([chain]: readonly OptionChain[]): string => `${chain?.exchange}:${chain?.underlying}`

/** Has anything of the chain been received? */
export const hasQuotes = (chain: OptionChain): boolean =>
  chain.rows.some(({ call, put }) => call?.quote.is_known === true || put?.quote.is_known === true)

function expired(chains: readonly OptionChain[], at: string): MdsError {
  const days = chains.map(({ expiry }) => formatDate(expiry))
  return usageError(
    'options_expired',
    `At ${at} the options of ${nameOf(chains)} that expire on ${few(days)} had expired.`,
    '--at 15:29',
    '--expiry all',
  )
}

/** Nothing of these options was received, or not by then. `first_ms` is when something was. */
export function noQuotes({ exchange, underlying }: Underlying, at: string, first: string | undefined): MdsError {
  const name = `${exchange}:${underlying}`
  return new MdsError('no_option_quotes', {
    message:
      first === undefined
        ? `The recordings hold no packet of today's session of any option of ${name} that was asked for.`
        : `Of the options of ${name} that were asked for nothing had been received at ${at}; the first packet comes at ${first}.`,
    suggestions: first === undefined ? ['--expiry all', 'mds info'] : [`--at ${first}`],
    exitCode: EXIT.usage,
  })
}

export const ofUnderlying =
  ({ underlying, exchange }: Underlying) =>
  (option: Instrument): boolean =>
    option.underlying === underlying && option.exchange === exchange

function few(names: readonly string[]): string {
  const more = names.length - NAMED
  return more <= 0 ? names.join(', ') : `${names.slice(0, NAMED).join(', ')} and ${more} more`
}
