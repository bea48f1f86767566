import { DAY_INTERVAL, type Interval, MINUTE_INTERVAL, type TimeBarOptions } from '../../core/candles/index.js'
import type { Calendar, Instrument, InstrumentTable, Session, SessionPhase } from '../../core/market/index.js'
import type { OtherReading, OwnSeries } from '../../core/reconcile/index.js'
import { istDay } from '../../core/time/index.js'
import type { SessionFiles } from '../find-recordings.js'
import { type EngineRequest, type RunListener, runSession, type SessionListener, type SessionRun } from '../run-sessions.js'
import { factsOf, keyOf, OwnSeriesBuilder, ReadingBuilder } from './own-series.js'

/** What decides our candles, beside the recording. */
export interface OwnRequest {
  readonly instruments: readonly string[]
  readonly calendar: Calendar
  readonly interval: Interval
}

/** Makes the filter of a day; may throw. */
export type Wanted = (session: SessionFiles, table: InstrumentTable) => (instrument: Instrument) => boolean

/** As `mds candles` makes them unless told otherwise: auctions apart, gap volume apart, late trades counted. */
const POLICIES: Omit<TimeBarOptions, 'intervals'> = { auction: 'separate', fill: 'skip', late: 'drop', gap_volume: 'quarantine' }

/** Our candles of one day of recordings. */
export async function ownSeries(
  session: SessionFiles,
  request: OwnRequest,
  run: RunListener,
  wanted: Wanted,
): Promise<{ readonly run: SessionRun; readonly series: OwnSeries[] }> {
  const builder = new OwnSeriesBuilder(request.interval, request.calendar)
  let series: OwnSeries[] = []
  const told = await runSession(session, engineOf(request), run, (_, table): SessionListener => {
    const isWanted = wanted(session, table)
    return {
      onCandle: (candle) => {
        if (isWanted(candle.instrument)) builder.onCandle(candle)
      },
      onEnd: (pipeline) => {
        series = builder.finish(factsOf(pipeline))
      },
    }
  })
  return { run: told, series }
}

/** In which order the recording is read anew, for as long as something is not explained. */
export const READINGS: readonly OtherReading['cause'][] = ['late_trades', 'minute_grouping', 'exchange_clock', 'arrival_clock']

/** The same recording read another way; by the key of a series. */
export async function otherReading(
  session: SessionFiles,
  cause: OtherReading['cause'],
  { request, series }: { readonly request: OwnRequest; readonly series: readonly OwnSeries[] },
  run: RunListener,
): Promise<ReadonlyMap<string, OtherReading>> {
  const builder = new ReadingBuilder(cause)
  const tokens = new Set(series.map(({ instrument }) => instrument.instrument_token))
  const { interval } = request
  const shift_s = cause === 'minute_grouping' ? 1 : 0
  const calendar = shift_s === 0 ? request.calendar : shifted(request.calendar, interval.length_s)
  const engine = engineOf({ ...request, calendar })
  await runSession(session, { ...engine, ...changeOf(cause, engine.bars) }, run, () => ({
    onCandle: (candle) => {
      if (candle.interval !== interval.label || candle.phase !== 'continuous' || !tokens.has(candle.instrument.instrument_token))
        return
      if (shift_s === 0) builder.onCandle(candle, candle.open_time_ms, 'replace')
      else builder.onCandle(candle, unshifted(candle.instrument, candle.open_time_ms, request), 'join')
    },
  }))
  return new Map(
    series.map((one): [string, OtherReading] => {
      const key = keyOf(one.instrument, one.day)
      return [key, { cause, bars: builder.by_series.get(key) ?? new Map() }]
    }),
  )
}

const engineOf = ({
  instruments,
  calendar,
  interval,
}: OwnRequest): Omit<EngineRequest, 'recordings' | 'calendar'> & {
  readonly calendar: Calendar
} => {
  const intervals = [MINUTE_INTERVAL, interval, DAY_INTERVAL]
  return {
    instruments,
    calendar,
    clock: 'trade',
    bars: {
      ...POLICIES,
      intervals: intervals.filter((one, at) => intervals.findIndex(({ label }) => label === one.label) === at),
    },
  }
}

function changeOf(cause: OtherReading['cause'], bars: TimeBarOptions): Partial<Pick<EngineRequest, 'clock' | 'bars'>> {
  if (cause === 'exchange_clock') return { clock: 'exchange' }
  if (cause === 'arrival_clock') return { clock: 'arrival' }
  return cause === 'late_trades' ? { bars: { ...bars, late: 'revise' } } : {}
}

/** Bars that end a second later; the first of each part begins as before, in two pieces. */
function shifted(calendar: Calendar, length_s: number): Calendar {
  const known = new Map<Session, Session>()
  return {
    ...calendar,
    sessionOf(instrument, day) {
      const session = calendar.sessionOf(instrument, day)
      const made = known.get(session) ?? {
        ...session,
        phases: session.phases.flatMap((phase, n) => pieces(phase, session.phases[n - 1], length_s)),
      }
      known.set(session, made)
      return made
    },
  }
}

function pieces(phase: SessionPhase, before: SessionPhase | undefined, length_s: number): SessionPhase[] {
  const follows = before?.phase === 'continuous' && before.end_s === phase.start_s
  const start_s = follows ? phase.start_s + 1 : phase.start_s
  if (phase.phase !== 'continuous') return [{ ...phase, start_s }]
  const turn_s = start_s + length_s + 1
  const end_s = phase.end_s + 1
  return turn_s >= end_s
    ? [{ ...phase, start_s, end_s }]
    : [
        { ...phase, start_s, end_s: turn_s },
        { ...phase, start_s: turn_s, end_s },
      ]
}

/** Where the bar begins by the plain calendar. */
function unshifted(instrument: Instrument, open_time_ms: number, { calendar, interval }: OwnRequest): number {
  const part = calendar
    .sessionOf(instrument, istDay(open_time_ms))
    .phases.find(
      ({ phase, start_s, end_s }) => phase === 'continuous' && open_time_ms >= start_s * 1000 && open_time_ms <= end_s * 1000,
    )
  if (part === undefined) return open_time_ms
  const length_ms = interval.length_s * 1000
  return part.start_s * 1000 + Math.floor(Math.max(0, open_time_ms - part.start_s * 1000 - 1) / length_ms) * length_ms
}
