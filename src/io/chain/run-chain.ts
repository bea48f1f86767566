import { MdsError, usageError } from '../../core/errors.js'
import { ndjson, RecordBatch } from '../../core/formats/index.js'
import type { Calendar } from '../../core/market/index.js'
import {
  CHAIN_FACT_FIELDS,
  CHAIN_FIELDS,
  CHAIN_TERMS,
  type ChainFacts,
  type ChainSnapshot,
  type ChainTerms,
  chainFactCells,
  type ExpiryClock,
  type OptionChain,
  rounded,
  type SnapshotRow,
  tradingYears,
} from '../../core/options/index.js'
import { parseWindowEnd, type WindowEnd } from '../../core/replay/index.js'
import { formatDate, istDay } from '../../core/time/index.js'
import { headLines } from '../../core/view/index.js'
import { loadCalendar } from '../calendar-file.js'
import type { DiagnosticsLog } from '../diagnostics-log.js'
import { EncodedOutput } from '../encoded-output.js'
import { findRecordings, type SessionFiles } from '../find-recordings.js'
import { chooseFormat, loadFormat } from '../formats.js'
import { refuseInputAsOutput } from '../inputs.js'
import { openFile, openStdout } from '../output.js'
import type { FileSummary } from '../read-session.js'
import type { RunListener, SessionRequest } from '../run-sessions.js'
import { type ChainOutput, RowOutput, TableOutput } from './chain-output.js'
import { parseExpiry } from './choose-options.js'
import { type ReadChains, readChains } from './read-chains.js'

/** What the command line says. */
export interface ChainWords extends SessionRequest {
  readonly underlying: string
  readonly at: string | undefined
  readonly expiry: string
  /** A year, as a fraction. */
  readonly rate: string
  readonly clock: ExpiryClock
  readonly max_age_s: number
  /** On each side of the money; undefined: all that are recorded (a table shows those nearest the money). */
  readonly strikes: number | undefined
  readonly output: string | undefined
  readonly format: string | undefined
  /** No lines about each chain on stderr. */
  readonly quiet: boolean
}

export interface ChainSummary {
  readonly rows: number
  /** What holds for each chain, as its rows tell it. */
  readonly chains: readonly unknown[]
  readonly output: string
  readonly format: string
  readonly files: readonly FileSummary[]
  readonly diagnostics: readonly DiagnosticsLog[]
}

/** Option chains as they stood at a moment of each session. A file appears whole or not at all. */
export async function runChain(words: ChainWords, run: RunListener): Promise<ChainSummary> {
  const at = words.at === undefined ? undefined : parseWindowEnd(words.at, '--at')
  const expiry = parseExpiry(words.expiry)
  const rate = parseRate(words.rate)
  refuseInputAsOutput(words.output, words)
  const isTTY = process.stdout.isTTY === true
  const format = chooseFormat({ format: words.format, output: words.output, isTTY, fallback: 'ndjson' })
  const { calendar } = await loadCalendar(words.calendar)
  const { sessions, notices } = findRecordings(words.recordings)
  for (const notice of notices) run.onNotice(notice)
  const rows = format === 'table' ? undefined : await loadFormat(format)
  const sink = words.output === undefined || words.output === '-' ? openStdout() : openFile(words.output)
  const output = rows === undefined ? new TableOutput(sink) : new RowOutput(new EncodedOutput(sink, rows.open(CHAIN_FIELDS)))
  const read: ReadChains[] = []
  const shown: unknown[] = []
  try {
    const wanted = onTheDayOf(at, sessions, run)
    for (const session of wanted) {
      const chains = await orNotice(wanted.length, session, run, () =>
        readChains(session, { underlying: words.underlying, expiry, at, instruments: words.instruments, calendar }, run),
      )
      if (chains === undefined) continue
      read.push(chains)
      for (const chain of chains.chains) shown.push(show(chain, chains, { words, rate, calendar, output, run }))
    }
    if (shown.length === 0)
      throw usageError('no_chain', 'None of the sessions has such options: see the notices above.', '--expiry all')
    output.finish()
  } catch (error) {
    sink.abort()
    throw error
  }
  return {
    rows: output.rows,
    chains: shown,
    output: words.output ?? '-',
    format,
    files: read.flatMap(({ files }) => files),
    diagnostics: read.map(({ diagnostics }) => diagnostics),
  }
}

/** Ten times the highest rate ever seen is a percentage that was meant as a fraction. */
const RATE_MAX = 1

function parseRate(text: string): number {
  const rate = /^-?\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
  if (Math.abs(rate) <= RATE_MAX) return rate
  throw usageError('bad_rate', `--rate "${text}" is no rate: expected a fraction a year such as 0.065 (6.5 %).`, '--rate 0.065')
}

/** A moment belongs to one day; the other sessions have nothing to do with it. */
function onTheDayOf(at: WindowEnd | undefined, sessions: readonly SessionFiles[], run: RunListener): readonly SessionFiles[] {
  if (at?.kind !== 'moment') return sessions
  const wanted = sessions.filter(({ day }) => day === undefined || day === istDay(at.ms))
  if (wanted.length === 0)
    throw usageError(
      'at_outside_recording',
      `--at lies on ${formatDate(istDay(at.ms))}: none of the recordings is of that day.`,
      '--at 11:30',
    )
  if (wanted.length < sessions.length)
    run.onNotice(`--at lies on ${formatDate(istDay(at.ms))}: sessions of other days are left out.`)
  return wanted
}

/** Of several sessions one without such options is a notice. */
async function orNotice(
  sessions: number,
  { day }: SessionFiles,
  run: RunListener,
  read: () => Promise<ReadChains>,
): Promise<ReadChains | undefined> {
  try {
    return await read()
  } catch (error) {
    if (sessions === 1 || !(error instanceof MdsError) || error.code === 'interrupted') throw error
    run.onNotice(`${day === undefined ? 'A session' : formatDate(day)}: ${error.message}`)
    return undefined
  }
}

interface Showing {
  readonly words: ChainWords
  readonly rate: number
  readonly calendar: Calendar
  readonly output: ChainOutput
  readonly run: RunListener
}

function show(chain: OptionChain, { at_ms, book }: ReadChains, { words, rate, calendar, output, run }: Showing): unknown {
  const snapshot = chain.snapshot(
    at_ms,
    termsOf(chain, { clock: words.clock, rate, quote_age_max_ms: words.max_age_s * 1000 }, calendar),
  )
  const vix = book.vix
  const facts: ChainFacts = {
    clock: words.clock,
    india_vix: vix?.is_known === true ? rounded(vix.last_price / VIX_DIVISOR) : undefined,
  }
  const known = snapshot.rows.filter(({ strike }) => isKnown(chain, strike))
  output.show(snapshot, { known, shown: around(known, snapshot, words.strikes ?? output.strikes) }, facts)
  if (output.strikes === undefined && !words.quiet) for (const line of headLines(snapshot, facts)) run.onNotice(line)
  if (snapshot.forward === undefined)
    run.onNotice(
      'No forward: options, futures and index have no quote that is fresh enough, so no volatility either; see --max-age.',
    )
  return factsOf(snapshot, facts)
}

/** As a line of NDJSON would have them. */
function factsOf(chain: ChainSnapshot, facts: ChainFacts): unknown {
  const batch = new RecordBatch(CHAIN_FACT_FIELDS, 1)
  batch.append(chainFactCells(chain, facts), chain.price_divisor)
  return JSON.parse(new TextDecoder().decode(ndjson.open(CHAIN_FACT_FIELDS).write(batch)))
}

/** Indices are sent in paise. */
const VIX_DIVISOR = 100

function termsOf(
  chain: OptionChain,
  { rate, clock, quote_age_max_ms }: { rate: number; clock: ExpiryClock; quote_age_max_ms: number },
  calendar: Calendar,
): ChainTerms {
  if (clock === 'calendar') return { ...CHAIN_TERMS, rate, quote_age_max_ms }
  const leg = chain.rows[0]?.call ?? chain.rows[0]?.put
  const { instrument } = leg ?? {}
  return {
    rate,
    quote_age_max_ms,
    yearsTo: (from_ms, to_ms) => (instrument === undefined ? Number.NaN : tradingYears(from_ms, to_ms, instrument, calendar)),
  }
}

/** Strikes of which something was received. */
function isKnown(chain: OptionChain, strike: number): boolean {
  const row = chain.rows.find((one) => one.strike === strike)
  return row?.call?.quote.is_known === true || row?.put?.quote.is_known === true
}

/** So many strikes below and above the one at the money; all of them without one. */
function around(
  rows: readonly SnapshotRow[],
  { atm_strike }: ChainSnapshot,
  strikes: number | undefined,
): readonly SnapshotRow[] {
  if (strikes === undefined || atm_strike === undefined) return rows
  const below = rows.filter(({ strike }) => strike < atm_strike)
  const above = rows.filter(({ strike }) => strike > atm_strike)
  const at = rows.filter(({ strike }) => strike === atm_strike)
  return [...below.slice(Math.max(0, below.length - strikes)), ...at, ...above.slice(0, strikes)]
}
