import { assert } from '../core/assert.js'
import { type BaselineSession, DayGatherer, encodeFigures, encodeUnderlying, type GatheredDay } from '../core/baseline/index.js'
import { parseIntervals } from '../core/candles/index.js'
import { EXIT, MdsError } from '../core/errors.js'
import type { Calendar } from '../core/market/index.js'
import { formatDate, type IstDay } from '../core/time/index.js'
import { type BaselineFile, type BaselineLine, baselineLine, countOf } from './baseline-file.js'
import { sessionInputs } from './baseline-inputs.js'
import type { SessionFiles } from './find-recordings.js'
import { type RunListener, runSession, type SessionRun } from './run-sessions.js'
import { isBeingWritten } from './trust/live-writer.js'

/** The recordings of a day that has a date. */
export type DatedSession = SessionFiles & { readonly day: IstDay }

/** A day as it goes into the file. */
export interface DayPart extends BaselineSession {
  readonly lines: readonly BaselineLine[]
  /** How it was read; undefined when it was taken over from the file as it was. */
  readonly session_run: SessionRun | undefined
}

/** What is the same for all days of a run. */
export interface DayWork {
  readonly instruments: readonly string[]
  readonly calendar: Calendar
  readonly calendar_sha256: string
  /** Of mds. */
  readonly version: string
  /** The file as it is. */
  readonly before: FileBefore | undefined
  readonly run: RunListener
}

/** A baseline file that is to be made again, by days. */
export interface FileBefore {
  readonly header: BaselineFile['header']
  readonly lines_of_day: ReadonlyMap<IstDay, readonly BaselineLine[]>
}

/** The lines of a day: those of the file as it is, where it was made of the same by the same mds, else of its recordings. Throws for a day without any. */
export async function dayPart(session: DatedSession, work: DayWork): Promise<DayPart> {
  const { day, files } = session
  for (const { path } of files) if (await isBeingWritten(path)) throw noDay('still_recorded', `a capture is writing ${path}.`)
  const inputs = await sessionInputs(session, work.instruments, { signal: work.run.signal })
  const kept = keptLines({ day, inputs }, work)
  if (kept !== undefined) return { day, inputs, lines: kept, session_run: undefined }
  const { gathered, session_run } = await gather(session, work)
  if (gathered.instruments.length === 0) throw noDay('no_instruments', whyNone(gathered))
  tellLeftOut(day, gathered, work.run)
  return { day, inputs, lines: linesOf(gathered), session_run }
}

function keptLines(
  { day, inputs }: BaselineSession,
  { before, version, calendar_sha256 }: DayWork,
): readonly BaselineLine[] | undefined {
  if (before?.header.mds !== version || before.header.calendar_sha256 !== calendar_sha256) return undefined
  const known = before.header.sessions.find((session) => session.day === day)
  return known !== undefined && JSON.stringify(known.inputs) === JSON.stringify(inputs) ? before.lines_of_day.get(day) : undefined
}

async function gather(session: DatedSession, work: DayWork): Promise<{ gathered: GatheredDay; session_run: SessionRun }> {
  const { day } = session
  const { instruments, calendar, run } = work
  let gathered: GatheredDay | undefined
  const session_run = await runSession(
    session,
    {
      instruments,
      calendar,
      clock: 'trade',
      bars: {
        intervals: parseIntervals(['1m', '5m', '15m', '1d']),
        auction: 'separate',
        fill: 'skip',
        late: 'drop',
        gap_volume: 'quarantine',
        flow: 'minute',
      },
    },
    run,
    (_, table) => {
      const gatherer = new DayGatherer({ day, calendar, instruments: table.known() })
      return {
        onCandle: (candle) => gatherer.onCandle(candle),
        onEnd({ tracks, bars }) {
          gathered = gatherer.finish(tracks, bars)
        },
      }
    },
  )
  assert(gathered !== undefined, 'a session that was read has ended')
  return { gathered, session_run }
}

const linesOf = ({ instruments, underlyings }: GatheredDay): BaselineLine[] =>
  [...instruments.map(encodeFigures), ...underlyings.map(encodeUnderlying)].map(baselineLine)

function whyNone({ closed, unnamed }: GatheredDay): string {
  if (closed > 0)
    return `the calendar calls the day closed for ${countOf(closed, 'instrument')}, so what was recorded is a rehearsal.`
  if (unnamed > 0) return `no instrument master names its ${countOf(unnamed, 'token')}: tokens are reused, histories go by names.`
  return 'it tells no price and no volume.'
}

function tellLeftOut(day: IstDay, { closed, unnamed }: GatheredDay, run: RunListener): void {
  if (unnamed > 0) run.onNotice(`${formatDate(day)}: ${countOf(unnamed, 'token')} left out, for no instrument master names them.`)
  if (closed > 0)
    run.onNotice(`${formatDate(day)}: ${countOf(closed, 'instrument')} left out, for the calendar calls the day closed.`)
}

const noDay = (code: string, message: string): MdsError => new MdsError(code, { message, exitCode: EXIT.unreadable })
