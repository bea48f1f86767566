import { assert } from '../../core/assert.js'
import { GAP_MS } from '../../core/candles/index.js'
import { Pipeline } from '../../core/engine/index.js'
import { usageError } from '../../core/errors.js'
import type { Calendar, Instrument, Session } from '../../core/market/index.js'
import { OptionBook, type OptionChain } from '../../core/options/index.js'
import { type WindowEnd, windowOn } from '../../core/replay/index.js'
import { formatClock, formatDate, type IstDay, istDay, type TimestampMs } from '../../core/time/index.js'
import { DiagnosticsLog } from '../diagnostics-log.js'
import type { SessionFiles } from '../find-recordings.js'
import { type FileSummary, readSession } from '../read-session.js'
import { noteMasters, type RunListener } from '../run-sessions.js'
import { masterPaths, sessionInstruments } from '../session-instruments.js'
import { sessionJournals } from '../session-journals.js'
import { ChainGate } from './chain-gate.js'
import {
  chooseChains,
  type ExpiryWish,
  findUnderlying,
  hasQuotes,
  noQuotes,
  ofUnderlying,
  refuseUnknownExpiry,
} from './choose-options.js'

/** Which chains of a day, and when. */
export interface ChainRequest {
  readonly underlying: string
  readonly expiry: ExpiryWish
  /** Undefined: the end of the options' session, or of the recording when that is earlier. */
  readonly at: WindowEnd | undefined
  readonly instruments: readonly string[]
  readonly calendar: Calendar
}

/** The chains of a day as they stood at a moment. */
export interface ReadChains {
  readonly at_ms: TimestampMs
  readonly chains: readonly OptionChain[]
  readonly book: OptionBook
  readonly files: readonly FileSummary[]
  readonly diagnostics: DiagnosticsLog
}

/** Reads a session up to the moment and no further. Throws when there is nothing to show, and says why. */
export async function readChains(session: SessionFiles, request: ChainRequest, run: RunListener): Promise<ReadChains> {
  const { table, files: masters } = await sessionInstruments(session, request.instruments)
  noteMasters(masters, run)
  const underlying = findUnderlying(request.underlying, table, masterPaths(session, request.instruments))
  const { calendar, at, expiry } = request
  const book = new OptionBook(table.known(), calendar, ofUnderlying(underlying))
  const [untimed] = book.without_expiry_time
  if (untimed !== undefined)
    throw usageError(
      'no_expiry_time',
      `The calendar has no time of day at which ${untimed} is settled: expected a row of expiry_times.`,
      'leave out --calendar',
    )
  refuseUnknownExpiry(book.chains, expiry)
  const wanted = typeof expiry === 'number' ? book.chains.filter((chain) => chain.expiry === expiry) : book.chains
  const sessionOn = (day: IstDay): Session => calendar.sessionOf(optionOf(book.chains), day)
  const gate = new ChainGate({
    day: session.day,
    momentOn: (day) => (at === undefined ? endOf(sessionOn(day)) : windowOn(day, undefined, at).to_ms),
    isQuoted: () => wanted.some(hasQuotes),
  })
  const diagnostics = new DiagnosticsLog()
  const onDiagnostic = diagnostics.add.bind(diagnostics)
  const pipeline = new Pipeline(
    {
      instruments: table,
      calendar,
      clock: 'trade',
      bars: { intervals: [], auction: 'separate', fill: 'skip', late: 'drop', gap_volume: 'quarantine' },
      files: session.files.map(({ path }) => path),
      journaled: sessionJournals(session, onDiagnostic),
      options: book,
    },
    { onCandle: () => {}, onDiagnostic },
  )
  const files = await readSession(session, pipeline, { onDiagnostic, onProgress: run.onProgress, signal: run.signal, gate })
  const last_ms = Math.max(...files.map((file) => file.last_ms))
  const at_ms = at === undefined && !gate.is_beyond ? Math.min(gate.at_ms, last_ms + 1) : gate.at_ms
  if (at !== undefined) refuseOutside(at_ms, gate, last_ms)
  const at_text = formatClock(at_ms)
  if (gate.is_late || !wanted.some(hasQuotes)) throw noQuotes(underlying, at_text, firstQuote(wanted))
  const chains = chooseChains(book.chains, expiry, at_ms, at_text)
  if (chains.length === 0) throw noQuotes(underlying, at_text, undefined)
  notePassedOver(book.chains, chains, at_ms, run)
  return { at_ms, chains, book, files, diagnostics }
}

function optionOf(chains: readonly OptionChain[]): Instrument {
  const [row] = chains[0]?.rows ?? []
  const leg = row?.call ?? row?.put
  assert(leg !== undefined, 'an underlying that was found has options')
  return leg.instrument
}

/** The nearest expiry is the nearest one recorded; that there was a nearer one is told. */
function notePassedOver(all: readonly OptionChain[], shown: readonly OptionChain[], at_ms: TimestampMs, run: RunListener): void {
  const first = shown[0]?.expiry ?? 0
  const nearer = all.filter(({ expiry, expires }) => expires.at_ms > at_ms && expiry < first)
  if (shown.length > 0 && nearer.length > 0 && !nearer.some(hasQuotes))
    run.onNotice(
      `Options that expire on ${nearer.map(({ expiry }) => formatDate(expiry)).join(', ')} are listed, but none was recorded.`,
    )
  for (const { expires, expiry } of shown)
    if (!expires.verified)
      run.onNotice(
        `That options expire at ${formatClock(expires.at_ms)} of ${formatDate(expiry)} is assumed: the calendar has it unverified.`,
      )
}

const endOf = ({ phases }: Session): TimestampMs =>
  1000 * Math.max(...phases.filter(({ phase }) => phase === 'continuous').map(({ end_s }) => end_s))

/** A recording tells of every moment up to 15 s after its last record: a longer silence is a gap. */
function refuseOutside(at_ms: TimestampMs, { first_ms = at_ms, is_beyond }: ChainGate, last_ms: TimestampMs): void {
  if (at_ms > first_ms && (is_beyond || at_ms <= last_ms + GAP_MS)) return
  const is_before = at_ms <= first_ms
  const extent = is_before ? `begin at ${momentText(first_ms)}` : `end at ${momentText(last_ms)}`
  throw usageError(
    'at_outside_recording',
    `--at ${momentText(at_ms)} lies outside the recordings, which ${extent}.`,
    `--at ${formatClock(is_before ? first_ms + 60_000 : last_ms)}`,
  )
}

const momentText = (time_ms: TimestampMs): string => `${formatDate(istDay(time_ms))} ${formatClock(time_ms)}`

/** When the first packet of these chains was received, in whole seconds up, as `--at` takes it; undefined when none was. */
function firstQuote(chains: readonly OptionChain[]): string | undefined {
  const times = chains.flatMap(({ rows }) =>
    rows.flatMap(({ call, put }) => [call, put].flatMap((leg) => (leg?.quote.is_known === true ? [leg.quote.received_ms] : []))),
  )
  return times.length === 0 ? undefined : formatClock(Math.min(...times) + 1000)
}
