import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EXIT, MdsError, usageError } from '../core/errors.js'
import type { Calendar } from '../core/market/index.js'
import {
  candleLine,
  createUniverse,
  FAULT_KINDS,
  type FaultKind,
  INSTRUMENTS_MAX,
  MarketDay,
  masterCsv,
  RATE_PER_INSTRUMENT_MAX,
  type RecordSink,
  Truth,
  type Universe,
} from '../core/synth/index.js'
import {
  formatCompactDate,
  formatDate,
  formatIso,
  type IstDay,
  istDayStartMs,
  parseClock,
  parseDate,
} from '../core/time/index.js'
import { loadCalendar } from './calendar-file.js'
import { HourlyWriter } from './hourly-writer.js'

export interface SynthRequest {
  day: IstDay
  /** 1..9000 */
  instruments: number
  /** Integer, at most 2^53 - 1. */
  seed: number
  calendar: Calendar
  data_dir: string
  profile: string
  /** Mean packets a second over 09:15-15:30, all instruments together; undefined: `DEFAULT_RATE_PER_INSTRUMENT` each. */
  rate?: number | undefined
  mode: 'full' | 'mixed'
  /** Seconds after midnight IST, `[start_s, until_s)`. */
  start_s: number
  until_s: number
  single_file: boolean
  faults: readonly FaultKind[]
  /** Also write what was planted and the candles that must come out. */
  truth: boolean
  /** Replace recordings of the same profile and day. */
  force: boolean
}

export interface SynthSummary {
  folder: string
  /** Names inside the folder, in order of time. */
  files: string[]
  master: string
  truth: string | undefined
  truth_candles: string | undefined
  instruments: number
  records: number
  packets: number
  bytes: number
  faults: number
  /** Rows of `truth_candles`. */
  candles: number | undefined
}

/** 320 instruments then fill about 40 MB a day: a demo that is made, read and shown in seconds. */
export const DEFAULT_RATE_PER_INSTRUMENT = 10 / 320

/** Makes a synthetic day and writes it as a capture would have: hourly recordings and the day's instrument master. */
export async function synthesizeRecording(request: SynthRequest): Promise<SynthSummary> {
  const { day, calendar, seed, profile } = request
  checkRequest(request)
  const folder = join(request.data_dir, profile)
  const prefix = `${profile}_${formatCompactDate(day)}`
  await makeRoom(folder, prefix, request.force)
  const universe = createUniverse({ day, instruments: request.instruments, seed, calendar })
  const midnight_s = istDayStartMs(day) / 1000
  const market = new MarketDay({
    universe,
    calendar,
    seed,
    rate: rateOf(request),
    start_s: midnight_s + request.start_s,
    until_s: midnight_s + request.until_s,
    mode: request.mode,
    faults: request.faults,
    facts: request.truth,
  })
  const master = `${prefix}.instruments.csv`
  await writeFile(join(folder, master), masterCsv(universe.listings))
  const writer = new HourlyWriter({ folder, prefix, single_file: request.single_file })
  const truth = request.truth ? new Truth(universe, calendar) : undefined
  const sink = truth === undefined ? writer : both(writer, truth)
  try {
    while (market.advance(sink)) if (writer.isFull) await writer.flush()
  } finally {
    await writer.close()
  }
  const candles = truth === undefined ? undefined : await writeCandles(join(folder, `${prefix}.truth.candles.ndjson`), truth)
  if (truth !== undefined)
    await writeFile(join(folder, `${prefix}.truth.json`), truthText({ request, universe, writer, truth, candles: candles ?? 0 }))
  return {
    folder,
    files: writer.files,
    master,
    truth: truth && `${prefix}.truth.json`,
    truth_candles: truth && `${prefix}.truth.candles.ndjson`,
    instruments: universe.listings.length,
    records: writer.records,
    packets: writer.packets,
    bytes: writer.bytes,
    faults: writer.faults.length,
    candles,
  }
}

/** Flags of the command, as given. */
export interface SynthFlags {
  count: number
  seed: number
  profile: string
  'data-dir': string
  calendar?: string | undefined
  rate?: string | undefined
  packets?: number | undefined
  mode: 'full' | 'mixed'
  start: string
  until: string
  'single-file': boolean
  faults?: string | undefined
  truth: boolean
  force: boolean
}

/** Checks words and numbers of the command line, once. */
export async function readSynthRequest(day_text: string, flags: SynthFlags): Promise<SynthRequest> {
  const day = parseDate(day_text)
  if (day === undefined) throw usageError('bad_day', `Expected a day like 20251006, found "${day_text}".`)
  const { calendar } = await loadCalendar(flags.calendar)
  return {
    day,
    calendar,
    instruments: flags.count,
    seed: flags.seed,
    profile: flags.profile,
    data_dir: flags['data-dir'],
    rate: flags.packets === undefined ? rateOfText(flags.rate) : flags.packets / SESSION_S,
    mode: flags.mode,
    start_s: clockOf(flags.start),
    until_s: clockOf(flags.until),
    single_file: flags['single-file'],
    faults: faultsOf(flags.faults),
    truth: flags.truth,
    force: flags.force,
  }
}

/** 09:15-15:30. */
const SESSION_S = 22_500

function rateOfText(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d+(\.\d+)?$/.test(text)) throw usageError('bad_rate', `Expected packets a second like 10 or 0.5, found "${text}".`)
  return Number(text)
}

function clockOf(text: string): number {
  const clock_s = parseClock(text)
  if (clock_s === undefined) throw usageError('bad_clock', `Expected a time of day like 15:40, found "${text}".`)
  return clock_s
}

function faultsOf(text: string | undefined): FaultKind[] {
  const names = text === undefined ? [] : text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => name !== 'all' && !FAULT_KINDS.some((kind) => kind === name))
  if (unknown !== undefined)
    throw usageError('bad_fault', `Expected all or some of ${FAULT_KINDS.join(', ')}, found "${unknown}".`)
  return FAULT_KINDS.filter((kind) => names.includes('all') || names.includes(kind))
}

const rateOf = ({ rate, instruments }: SynthRequest): number => rate ?? instruments * DEFAULT_RATE_PER_INSTRUMENT

function checkRequest(request: SynthRequest): void {
  const { instruments, start_s, until_s } = request
  if (!Number.isInteger(instruments) || instruments < 1 || instruments > INSTRUMENTS_MAX)
    throw usageError('bad_instruments', `Expected 1 to ${INSTRUMENTS_MAX} instruments, found ${instruments}.`)
  const [rate, rate_max] = [rateOf(request), instruments * RATE_PER_INSTRUMENT_MAX]
  if (!(rate > 0) || rate > rate_max)
    throw usageError(
      'bad_rate',
      `Expected above 0 and at most ${rate_max} packets a second for ${instruments} instruments, found ${rate}.`,
      'Ask for more --instruments or fewer packets',
    )
  if (!(start_s < until_s)) throw usageError('bad_hours', 'Expected a recording that ends after it begins.')
}

/** A capture never overwrites, and neither do we: a day that is there stays unless asked for. */
async function makeRoom(folder: string, prefix: string, force: boolean): Promise<void> {
  await mkdir(folder, { recursive: true })
  const there = (await readdir(folder)).filter((name) => name.startsWith(`${prefix}_`) || name.startsWith(`${prefix}.`)).sort()
  if (there.length === 0) return
  if (!force)
    throw new MdsError('recording_exists', {
      message: `${folder} already holds ${there.length} files of that day, e.g. ${there[0]}.`,
      suggestions: ['Add --force to replace them', 'Choose another --profile or --data-dir'],
      exitCode: EXIT.usage,
    })
  for (const name of there) await rm(join(folder, name))
}

function both(writer: HourlyWriter, truth: Truth): RecordSink {
  return {
    onRecord(received_ms, bytes, facts) {
      writer.onRecord(received_ms, bytes)
      truth.record(received_ms, facts)
    },
    onBrokenBytes: (bytes) => writer.onBrokenBytes(bytes),
    onPlanted(fault) {
      writer.onPlanted(fault)
      truth.planted(fault)
    },
  }
}

const LINES_PER_WRITE = 4000

/** Returns how many there are. */
async function writeCandles(path: string, truth: Truth): Promise<number> {
  const candles = truth.candles()
  const file = await open(path, 'w')
  try {
    for (let at = 0; at < candles.length; at += LINES_PER_WRITE)
      await file.writeFile(
        candles
          .slice(at, at + LINES_PER_WRITE)
          .map(candleLine)
          .join(''),
      )
  } finally {
    await file.close()
  }
  return candles.length
}

interface TruthTelling {
  request: SynthRequest
  universe: Universe
  writer: HourlyWriter
  truth: Truth
  candles: number
}

function truthText({ request, universe, writer, truth, candles }: TruthTelling): string {
  const { seed, mode, start_s, until_s } = request
  const planted = writer.faults.map(({ kind, listing, received_ms, file, offset, detail, unsettled }) => {
    const instrument = universe.listings[listing]?.instrument
    return {
      kind,
      ...(instrument && { symbol: instrument.symbol, instrument_token: instrument.instrument_token }),
      received_at: formatIso(received_ms),
      file,
      offset,
      ...detail,
      ...(unsettled.length > 0 && { unsettled }),
    }
  })
  const told = {
    day: formatDate(request.day),
    seed,
    instruments: universe.listings.length,
    rate: rateOf(request),
    mode,
    start_s,
    until_s,
    faults: request.faults,
    files: writer.files,
    records: writer.records,
    packets: writer.packets,
    bytes: writer.bytes,
    candles,
    gaps: truth.gaps.map(({ from_ms, to_ms }) => ({ from: formatIso(from_ms), to: formatIso(to_ms) })),
    planted,
  }
  return `${JSON.stringify(told, null, 2)}\n`
}
