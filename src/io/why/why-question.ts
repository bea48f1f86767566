import { usageError } from '../../core/errors.js'
import { type Calendar, type Instrument, type InstrumentTable, similarTexts } from '../../core/market/index.js'
import { PATTERN_CATEGORIES, PATTERNS } from '../../core/patterns/index.js'
import type { WindowEnd } from '../../core/replay/index.js'
import {
  formatClock,
  formatDate,
  formatIso,
  type IstDay,
  istDay,
  istDayStartMs,
  type TimestampMs,
} from '../../core/time/index.js'
import type { SessionFiles } from '../find-recordings.js'
import { shellWord } from '../shell-word.js'
import type { SignalConfig } from '../signals/signal-config.js'

/** The patterns that are asked about, ids and categories; empty: all that run. Throws when one is not known, or does not run. */
export function askedPatterns(names: readonly string[], { patterns }: Pick<SignalConfig, 'patterns'>): ReadonlySet<string> {
  const running = patterns.map(({ definition }) => definition)
  const wanted = names
    .flatMap((text) => text.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length === 0) return new Set(running.map(({ id }) => id))
  if (wanted.length === 0)
    throw usageError(
      'no_pattern',
      '--pattern names no pattern: expected ids or categories, separated by commas.',
      'mds patterns --list',
    )
  return new Set(
    wanted.flatMap((name) => {
      const found = running.filter(({ id, category }) => id === name || category === name)
      if (found.length === 0)
        throw notRunning(
          name,
          running.map(({ id }) => id),
        )
      return found.map(({ id }) => id)
    }),
  )
}

function notRunning(name: string, running: readonly string[]): Error {
  if (PATTERNS.some(({ id, category }) => id === name || category === name))
    return usageError('pattern_not_running', `${name} is not among the detectors of this run.`, `--only ${name}`)
  const near = similarTexts(name, [...running, ...PATTERN_CATEGORIES], 3)
  return usageError(
    'unknown_pattern',
    `No pattern or category is called ${name}${near.length === 0 ? '' : `; near it: ${near.join(', ')}`}.`,
    ...near.slice(0, 1).map((like) => `--pattern ${like}`),
    'mds patterns --list',
  )
}

/** The one session that is asked about. It is read twice, so it must be files. */
export function oneSession(sessions: readonly SessionFiles[], at: WindowEnd): SessionFiles {
  const of_day = at.kind === 'moment' && sessions.length > 1 ? sessions.filter(({ day }) => day === istDay(at.ms)) : sessions
  const [session] = of_day
  if (session === undefined || of_day.length > 1) {
    const days = sessions.flatMap(({ day }) => (day === undefined ? [] : [formatDate(day)]))
    throw usageError(
      'one_session',
      `A question is about one day: expected one of ${days.join(', ')}.`,
      ...days.slice(0, 1).map((day) => `mds why ${day}`),
    )
  }
  if (session.files.some(({ path }) => path === '-'))
    throw usageError(
      'no_stdin',
      'The recording is read twice: expected a day, file or folder, not standard input.',
      'mds why 20251006',
    )
  return session
}

/** The instrument of that name. Throws when there is none, or several. */
export function oneInstrument(text: string, table: InstrumentTable, masters: readonly string[]): Instrument {
  const token = /^token:(\d{1,10})$/i.exec(text)?.[1]
  if (token !== undefined) return table.resolve(Number(token))
  const found = table.find(text)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const names = found.map(({ exchange, symbol }) => `${exchange}:${symbol}`)
  if (only !== undefined)
    throw usageError(
      'ambiguous_symbol',
      `${text} is traded on several exchanges: expected one of ${names.join(', ')}.`,
      `--symbol ${shellWord(names[0] ?? '')}`,
    )
  const near = table.similarSymbols(text)
  throw usageError(
    'unknown_symbol',
    masters.length === 0
      ? `${text} was asked for, but there is no instrument master to look it up in.`
      : `The instrument master ${masters.join(', ')} has no ${text}${near.length === 0 ? '' : `; similar: ${near.join(', ')}`}.`,
    ...(masters.length === 0
      ? ['--instruments instruments.csv', '--symbol token:408065']
      : near.map((symbol) => `--symbol ${shellWord(symbol)}`)),
  )
}

/** The moment on the day of the session, within its trading hours. `day`: undefined where the recording has no date in its name. */
export function momentOf(
  at: WindowEnd,
  day: IstDay | undefined,
  instrument: Instrument,
  calendar: Calendar,
): { day: IstDay; at_ms: TimestampMs } {
  if (day === undefined && at.kind === 'clock')
    throw usageError(
      'undated_recording',
      'The recording has no date in its name: expected the day in --at, with its zone.',
      '--at 2025-10-06T10:33:00+05:30',
    )
  const at_ms = at.kind === 'moment' ? at.ms : istDayStartMs(day ?? 0) + at.ms
  const on = day ?? istDay(at_ms)
  const phases = calendar.sessionOf(instrument, on).phases.filter(({ phase }) => phase === 'continuous')
  const [from_s = 0, to_s = 0] = [phases[0]?.start_s, phases.at(-1)?.end_s]
  if (at_ms > from_s * 1000 && at_ms <= to_s * 1000) return { day: on, at_ms }
  const told = istDay(at_ms) === on ? formatClock(at_ms) : formatIso(at_ms)
  throw usageError(
    'outside_session',
    `--at ${told} is outside the session of ${instrument.symbol} on ${formatDate(on)}: expected a time after ${formatClock(from_s * 1000)}, up to ${formatClock(to_s * 1000)}.`,
    `--at ${formatClock((from_s + 3600) * 1000).slice(0, 5)}`,
  )
}
