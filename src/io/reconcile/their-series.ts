import { type Interval, parseInterval } from '../../core/candles/index.js'
import { EXIT, MdsError, usageError } from '../../core/errors.js'
import type { Instrument } from '../../core/market/index.js'
import { intervalOf, type TheirBar, type TheirRow } from '../../core/reconcile/index.js'
import { formatClock, formatDate, type IstDay, istDay, istDayStartMs } from '../../core/time/index.js'
import { keyOf } from './own-series.js'
import { RowPlaces } from './place-rows.js'
import type { TheirFile } from './read-their-file.js'

/** Their bars by the key of a series, and what of the files is in none. */
export interface TheirSeries {
  /** Each sorted by start, each start once. */
  readonly by_series: ReadonlyMap<string, readonly TheirBar[]>
  /** Names that no instrument of ours has, with their rows; in their order. */
  readonly not_recorded: ReadonlyMap<string, number>
  /** Days that we have not recorded, with their rows; in their order. */
  readonly other_days: ReadonlyMap<IstDay, number>
  readonly duplicates: readonly Duplicate[]
}

/** A bar that is there already; the first is taken. */
export interface Duplicate {
  readonly path: string
  readonly line: number
  readonly first_line: number
  readonly is_same: boolean
}

/** Sessions begin at 09:00; what begins long before then is told in another zone. */
const EARLIEST_S = 8 * 3600

/** Length of their bars: of a column, else of the distance between bars; `wanted` must agree. */
export function theirInterval(
  files: readonly TheirFile[],
  wanted: string | undefined,
  onNotice: (text: string) => void,
): Interval {
  const asked = wanted === undefined ? undefined : parseInterval(wanted)
  const labels = [
    ...new Set(files.flatMap(({ rows }) => rows.flatMap(({ interval }) => (interval === undefined ? [] : [interval])))),
  ]
    .filter((label) => /^(?:\d+m|1d)$/.test(label))
    .sort((a, b) => parseInterval(a).length_s - parseInterval(b).length_s)
  const [finest] = labels
  if (finest !== undefined) {
    if (asked !== undefined && !labels.includes(asked.label)) throw otherInterval(asked.label, labels.join(', '))
    if (asked === undefined && labels.length > 1)
      onNotice(`The file has bars of ${labels.join(', ')}: comparing ${finest}; --tf chooses another.`)
    return asked ?? parseInterval(finest)
  }
  const found = intervalOf(groupsOf(files))
  if (found === undefined) {
    if (asked !== undefined) return asked
    throw usageError(
      'unknown_interval',
      `${files[0]?.path ?? ''}: the length of its bars cannot be told from their distance: expected --tf.`,
      '--tf 1m',
    )
  }
  // bars of a quiet instrument may lie further apart than they are long, never nearer
  if (asked !== undefined && asked.label !== found.label && !(asked.length_s * 1000 < (found.length_ms ?? 0)))
    throw otherInterval(asked.label, found.label)
  return asked ?? parseInterval(found.label)
}

const otherInterval = (asked: string, found: string): Error =>
  usageError('other_interval', `--tf ${asked} was asked for, and the file has bars of ${found}.`, `--tf ${found.split(',')[0]}`)

function groupsOf(files: readonly TheirFile[]): Iterable<readonly TheirRow[]> {
  const groups = new Map<string, TheirRow[]>()
  for (const { path, rows } of files)
    for (const row of rows) {
      const key = JSON.stringify([row.name.symbol ?? path, row.name.exchange, row.name.contract])
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [row])
      else group.push(row)
    }
  return groups.values()
}

/** Refuses times of day that only another zone can have meant, and files of other days than these. */
export function checkTimes(files: readonly TheirFile[], days: readonly (IstDay | undefined)[], interval: Interval): void {
  const times = files.flatMap(({ rows }) => rows.map(({ time_ms }) => time_ms))
  if (interval.label !== '1d') {
    const early = times.find((time_ms) => time_ms - istDayStartMs(istDay(time_ms)) < EARLIEST_S * 1000)
    if (early !== undefined)
      throw usageError(
        'times_of_another_zone',
        `${files[0]?.path ?? ''} has a bar at ${formatClock(early)} IST, where nothing trades: its times are of another zone, UTC perhaps.`,
        'save the times with their zone, e.g. 2025-10-06T03:45:00+00:00',
      )
  }
  if (days.includes(undefined)) return
  const theirs = countedBy(times.map(istDay))
  if (days.some((day) => day !== undefined && theirs.has(day))) return
  throw otherDay(
    files,
    days.flatMap((day) => (day === undefined ? [] : [day])),
    theirs,
  )
}

/** A file that has nothing of the days that were recorded. */
export function otherDay(files: readonly TheirFile[], days: readonly IstDay[], theirs: ReadonlyMap<IstDay, number>): MdsError {
  const has = [...theirs]
    .sort(([a], [b]) => a - b)
    .map(([day, rows]) => `${formatDate(day)} (${rows} ${rows === 1 ? 'bar' : 'bars'})`)
  const shown = has.length > 4 ? [...has.slice(0, 3), `... ${has.at(-1)}`] : has
  return new MdsError('other_day', {
    message: `${files[0]?.path ?? ''} is of another day: it has ${shown.join(', ')}; the recording is of ${days.map(formatDate).join(', ')}.`,
    suggestions: [`mds reconcile ${formatDate([...theirs.keys()][0] ?? 0)} --against ${files[0]?.path ?? ''}`],
    exitCode: EXIT.usage,
  })
}

/** Puts every row to the series it is of. Prices become feed units; those that are none stay fractions. */
export function theirSeries(
  files: readonly TheirFile[],
  {
    instruments,
    days,
    interval,
    symbol,
  }: {
    readonly instruments: Iterable<Instrument>
    readonly days: ReadonlySet<IstDay>
    readonly interval: Interval
    readonly symbol: string | undefined
  },
): TheirSeries {
  const places = new RowPlaces(instruments, symbol)
  const by_series = new Map<string, { bar: TheirBar; line: number; path: string }[]>()
  const not_recorded = new Map<string, number>()
  const other_days: IstDay[] = []
  for (const file of files)
    for (const row of file.rows) {
      if (row.own !== undefined && (row.own.phase === 'continuous' || row.own.phase === 'day' ? row.own.revision > 0 : true))
        continue
      if (row.interval !== undefined && row.interval !== interval.label) continue
      const day = istDay(row.time_ms)
      if (!days.has(day)) {
        other_days.push(day)
        continue
      }
      const instrument = places.of(file, row)
      if (typeof instrument === 'string') {
        not_recorded.set(instrument, (not_recorded.get(instrument) ?? 0) + 1)
        continue
      }
      const key = keyOf(instrument, day)
      const entry = { bar: barOf(row, instrument, interval), line: row.line, path: file.path }
      const list = by_series.get(key)
      if (list === undefined) by_series.set(key, [entry])
      else list.push(entry)
    }
  const duplicates: Duplicate[] = []
  return {
    by_series: new Map([...by_series].map(([key, entries]) => [key, sorted(entries, duplicates)])),
    not_recorded,
    other_days: countedBy(other_days),
    duplicates,
  }
}

function sorted(entries: { bar: TheirBar; line: number; path: string }[], duplicates: Duplicate[]): TheirBar[] {
  const bars: TheirBar[] = []
  let before: (typeof entries)[number] | undefined
  // stable: of two bars of one time the earlier line stays
  for (const entry of entries.sort((a, b) => a.bar.open_time_ms - b.bar.open_time_ms)) {
    if (before?.bar.open_time_ms === entry.bar.open_time_ms) {
      const is_same = JSON.stringify(before.bar) === JSON.stringify(entry.bar)
      duplicates.push({ path: entry.path, line: entry.line, first_line: before.line, is_same })
      continue
    }
    bars.push(entry.bar)
    before = entry
  }
  return bars
}

function barOf(row: TheirRow, { price_divisor }: Instrument, { label }: Interval): TheirBar {
  const units = (rupees: number): number => {
    const exact = rupees * price_divisor
    const whole = Math.round(exact)
    return Math.abs(exact - whole) <= 1e-6 * Math.max(1, whole) ? whole : exact
  }
  return {
    open_time_ms: label === '1d' ? istDayStartMs(istDay(row.time_ms)) : row.time_ms,
    open: units(row.open),
    high: units(row.high),
    low: units(row.low),
    close: units(row.close),
    volume: row.volume,
    official_close: row.official_close === undefined ? undefined : units(row.official_close),
  }
}

function countedBy(days: readonly IstDay[]): Map<IstDay, number> {
  const counts = new Map<IstDay, number>()
  for (const day of days) counts.set(day, (counts.get(day) ?? 0) + 1)
  return counts
}
