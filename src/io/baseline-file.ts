import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { assert } from '../core/assert.js'
import {
  BASELINE_VERSION,
  type BaselineDay,
  type BaselineHeader,
  baselineOf,
  encodeHeader,
  INSTRUMENT_KEY,
  readHeader,
  SESSIONS_MIN,
  tradingDaysBefore,
  UNDERLYING_KEY,
} from '../core/baseline/index.js'
import { EXIT, MdsError } from '../core/errors.js'
import type { Baseline } from '../core/patterns/index.js'
import { formatCompactDate, formatDate, type IstDay, parseDate } from '../core/time/index.js'
import { OWNER_ONLY, openFile, openStdout } from './output.js'
import { readUserFile } from './read-user-file.js'

const NEW_LINE = 0x0a

/** Where a baseline lies unless the user says otherwise: beside the recordings of its profile. */
export const baselinePathIn = (folder: string, profile: string): string => join(folder, `${profile}.baseline.ndjson`)

/** A line of a baseline file, and what it is about. */
export interface BaselineLine {
  readonly kind: 'instrument' | 'underlying'
  readonly name: string
  readonly day: IstDay
  /** What makes it the same contract on other days: its feed units and its expiry, as the line has them. */
  readonly contract: string
  readonly text: string
}

/** A baseline file whose bytes are those that were written. */
export interface BaselineFile {
  readonly header: BaselineHeader
  /** Of all its bytes, hex. */
  readonly sha256: string
  /** In the order of the file. */
  lines(): Iterable<BaselineLine>
}

export interface LoadedBaseline extends Baseline {
  /** Of the whole file, hex; `sha256` is that of the lines which are earlier than the session. */
  readonly file_sha256: string
  /** What the user should know about it, one sentence each. */
  readonly notices: readonly string[]
}

/** The session that is looked back from. */
export interface BaselineUse extends Omit<BaselineDay, 'day'> {
  /** Its day: sessions of this day and later ones are left out of every figure. */
  readonly before: IstDay
}

/** Reads a baseline for a session. Lines of instruments are parsed when they are first asked for. */
export async function loadBaseline(path: string, { before, calendar, instruments }: BaselineUse): Promise<LoadedBaseline> {
  const use = { before, calendar, instruments: [...instruments] }
  const file = await readBaselineFile(path)
  const texts = { instrument: new Map<string, string[]>(), underlying: new Map<string, string[]>() }
  const hash = createHash('sha256')
  for (const { kind, name, day, text } of file.lines()) {
    // What is added later changes neither what this session sees nor the hash that says so.
    if (day >= before) continue
    hash.update(`${text}\n`)
    const of_name = texts[kind].get(name)
    if (of_name === undefined) texts[kind].set(name, [text])
    else of_name.push(text)
  }
  const baseline = baselineOf(
    {
      sha256: hash.digest('hex'),
      ofInstrument: (name) => texts.instrument.get(name) ?? [],
      ofUnderlying: (name) => texts.underlying.get(name) ?? [],
    },
    { ...use, day: before },
  )
  const notices = noticesOf(path, file.header, use, (name) => texts.instrument.has(name))
  return { ...baseline, file_sha256: file.sha256, notices }
}

/** Reads a baseline file and checks it as a whole. */
export async function readBaselineFile(path: string): Promise<BaselineFile> {
  const bytes = await readUserFile(path, { what: 'baseline', suggestion: MAKE_ONE })
  const header_end = bytes.indexOf(NEW_LINE)
  const header = header_end < 0 ? undefined : readHeader(bytes.toString('utf8', 0, header_end))
  if (header === undefined) throw notABaseline(path)
  if (typeof header === 'number') throw otherVersion(path, header)
  const body = bytes.subarray(header_end + 1)
  if (sha256Of(body) !== header.body_sha256) throw damaged(path, header)
  return { header, sha256: sha256Of(bytes), lines: () => linesOf(body) }
}

/** Writes a baseline file, at once or not at all. `lines` in the order of the file. */
export function writeBaselineFile(
  path: string,
  facts: Pick<BaselineHeader, 'mds' | 'calendar_sha256' | 'sessions'>,
  lines: readonly string[],
): { readonly sha256: string; readonly bytes: number } {
  const body = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  const header = encodeHeader({ ...facts, lines: lines.length, body_sha256: sha256Of(body) })
  const bytes = Buffer.concat([Buffer.from(`${header}\n`), body])
  const sink = path === '-' ? openStdout() : openFile(path, { mode: OWNER_ONLY })
  try {
    sink.write(bytes)
    sink.finish()
  } finally {
    sink.abort()
  }
  return { sha256: sha256Of(bytes), bytes: bytes.length }
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function* linesOf(body: Buffer): Generator<BaselineLine> {
  for (let from = 0; from < body.length; ) {
    const to = body.indexOf(NEW_LINE, from)
    yield baselineLine(body.toString('utf8', from, to))
    from = to + 1
  }
}

/** Lines begin with what they are about, so that this is known without parsing the rest. */
const LINE_BEGIN = new RegExp(
  `^\\{"(${INSTRUMENT_KEY}|${UNDERLYING_KEY})":("(?:[^"\\\\]|\\\\.)*"),"date":"([0-9-]{10})"((?:,"price_divisor":\\d+)?(?:,"expiry":"[0-9-]{10}")?)`,
)

/** A line with what it is about. */
export function baselineLine(text: string): BaselineLine {
  const [, kind, name, date = '', contract = ''] = LINE_BEGIN.exec(text) ?? []
  const day = parseDate(date)
  assert(day !== undefined && name !== undefined, 'a line of a baseline begins with its name and date')
  return { kind: kind === INSTRUMENT_KEY ? 'instrument' : 'underlying', name: String(JSON.parse(name)), day, contract, text }
}

function noticesOf(path: string, { sessions }: BaselineHeader, use: BaselineUse, isKnown: (name: string) => boolean): string[] {
  const { before, calendar, instruments } = use
  const later = sessions.filter(({ day }) => day >= before)
  const earlier = sessions.length - later.length
  const newest = sessions[earlier - 1]
  const notices: string[] = []
  if (later.length > 0)
    notices.push(`${path}: ${namesOfDays(later)} left out, for a baseline knows nothing from ${formatDate(before)} on.`)
  if (newest === undefined) {
    notices.push(`${path} holds no session before ${formatDate(before)}: mds baseline --until ${formatCompactDate(before)}`)
    return notices
  }
  if (earlier < SESSIONS_MIN)
    notices.push(
      `${path} holds ${countOf(earlier, 'session')} before ${formatDate(before)}: with fewer than ${SESSIONS_MIN}, volume is compared with the minutes before.`,
    )
  const day_before = dayBefore(calendar, instruments, before, isKnown)
  if (day_before !== undefined && newest.day < day_before)
    notices.push(
      `${path} ends with ${formatDate(newest.day)}: without ${formatDate(day_before)}, the trading day before ${formatDate(before)}, levels and bars of the day before are not known.`,
    )
  return notices
}

/** The trading day before, by the calendar of the first instrument that the file knows. */
function dayBefore(
  calendar: BaselineUse['calendar'],
  instruments: BaselineUse['instruments'],
  day: IstDay,
  isKnown: (name: string) => boolean,
): IstDay | undefined {
  for (const instrument of instruments)
    if (isKnown(`${instrument.exchange}:${instrument.symbol}`)) return tradingDaysBefore(calendar, instrument, day, 1)[0]
  return undefined
}

const DAYS_NAMED = 3

/** `2025-10-06, 2025-10-07 and 3 more are` */
function namesOfDays(sessions: readonly { readonly day: IstDay }[]): string {
  const named = sessions.slice(0, DAYS_NAMED).map(({ day }) => formatDate(day))
  const more = sessions.length - named.length
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''} ${sessions.length === 1 ? 'is' : 'are'}`
}

/** `1 session`, `2 sessions` */
export const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const MAKE_ONE = 'mds baseline makes one of the recordings there are'

const notABaseline = (path: string): MdsError =>
  new MdsError('not_a_baseline', {
    message: `${path}: expected a baseline, whose first line tells what it was made of; found something else.`,
    suggestions: [MAKE_ONE],
    exitCode: EXIT.unreadable,
  })

const otherVersion = (path: string, version: number): MdsError =>
  new MdsError('baseline_version', {
    message: `${path}: expected a baseline of version ${BASELINE_VERSION}, found version ${version}.`,
    suggestions: ['mds baseline makes it anew'],
    exitCode: EXIT.unreadable,
  })

const damaged = (path: string, { body_sha256 }: BaselineHeader): MdsError =>
  new MdsError('damaged_baseline', {
    message: `${path} is damaged or was changed: expected lines with the SHA-256 ${body_sha256.slice(0, 12)}... that its first line tells, found others.`,
    suggestions: ['mds baseline makes it anew'],
    exitCode: EXIT.unreadable,
  })
