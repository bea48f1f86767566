import { formatClock, formatDate, formatIso } from '../../core/time/index.js'
import { PARITY_CAUSES, PARITY_KINDS, type ParityDifference, parityRow, shiftText } from '../../core/validate/index.js'
import { faultCounts } from './read-alert-log.js'
import type { ParityOfDay, ParityRun } from './run-parity.js'
import type { TextPart } from './text-part.js'

/** Faults of each kind that `--json` has in full. */
const FAULTS_LISTED = 20
const HASH_CHARS = 12

/** The comparison as one object, for `--json`. */
export interface ParityAnswer {
  readonly log: {
    readonly path: string
    readonly format: string
    readonly records: number
    readonly alerts: number
    readonly left_out: Readonly<Record<string, number>>
    readonly other_days: number
    readonly other_symbols: number
    readonly faults: Readonly<Record<string, number>>
    readonly first_faults: readonly { kind: string; line: number; detail: string }[]
  }
  readonly sessions: readonly object[]
  readonly by_kind: Readonly<Record<string, number>>
  readonly by_cause: Readonly<Record<string, number>>
  readonly differences: number
  /** At most `--limit` of them; all are in the file of `--output`. */
  readonly first_differences: readonly object[]
  readonly exit_code: number
}

export function parityAnswer(
  { log, faults, other_days, other_symbols, days, exit_code }: ParityRun,
  limit: number,
): ParityAnswer {
  const all = days.flatMap(({ parity }) => parity.differences)
  return {
    log: {
      path: log.path,
      format: log.format,
      records: log.records,
      alerts: log.alerts.length,
      left_out: log.left_out,
      other_days: other_days.alerts,
      other_symbols,
      faults: faultCounts(faults),
      first_faults: Object.keys(faultCounts(faults)).flatMap((kind) =>
        faults
          .filter((fault) => fault.kind === kind)
          .slice(0, FAULTS_LISTED)
          .map(({ line, detail }) => ({ kind, line, detail })),
      ),
    },
    sessions: days.map(({ replayed, parity }) => ({
      date: formatDate(replayed.day),
      in_log: parity.logged,
      in_replay: parity.replayed,
      equal: parity.equal,
      log_shift_ms: parity.shift_ms,
      by_kind: kindCounts(parity.differences),
      by_cause: causeCounts(parity.differences),
      config_hash: replayed.facts.config_hash,
      engine_version: replayed.facts.engine_version,
      baseline: replayed.baseline_path ?? null,
      files: replayed.run.files,
      diagnostics: replayed.run.diagnostics.summary(),
    })),
    by_kind: kindCounts(all),
    by_cause: causeCounts(all),
    differences: all.length,
    first_differences: firstOf(days, limit).map(({ day, difference }) => {
      const row = parityRow(day, difference)
      return { ...row, timestamp: formatIso(difference.time_ms) }
    }),
    exit_code,
  }
}

/** The same for people. */
export function parityParts({ log, other_days, other_symbols, days }: ParityRun, limit: number): TextPart[] {
  const { length: total } = days.flatMap(told)
  const first = firstOf(days, limit)
  const rows = first.map(({ day, difference }) => {
    const { symbol, pattern_type, direction, kind, field, in_log, in_replay, line, cause, detail } = parityRow(day, difference)
    const time = `${days.length > 1 ? `${formatDate(day)} ` : ''}${formatClock(difference.time_ms)}`
    const says = [in_log, in_replay].map((value) => shown(field, value))
    const why = detail === undefined ? String(cause) : `${cause}: ${detail}`
    return [time, symbol, pattern_type, direction, kind, field, ...says, line, why].map((cell) => String(cell ?? ''))
  })
  const more = total - first.length
  return [
    ...days.flatMap(dayParts),
    ...(other_days.alerts > 0 ? [`${counted(other_days.alerts)} of other days left out: ${other_days.days}`] : []),
    ...(other_symbols > 0 ? [`${counted(other_symbols)} of other instruments left out`] : []),
    ...leftOutLine(log.left_out),
    ...(rows.length === 0 ? [] : ['', { head: HEAD, rows }]),
    ...(more > 0 ? [`  ${more} more; all of them: -o differences.csv`] : []),
  ]
}

const HEAD = ['time', 'symbol', 'pattern', 'direction', 'kind', 'field', 'log', 'replay', 'line', 'cause']

function dayParts({ replayed, parity }: ParityOfDay): TextPart[] {
  const { logged, replayed: in_replay, equal, differences, shift_ms } = parity
  const head = `${formatDate(replayed.day)}: ${counted(logged)} in the log, ${in_replay} in the replay, ${equal} equal; ${differences.length === 0 ? 'no difference' : `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`}`
  const kinds = Object.entries(kindCounts(differences)).map(([kind, count]) => [
    kind,
    String(count),
    PARITY_KINDS[kind as keyof typeof PARITY_KINDS],
  ])
  const causes = Object.entries(causeCounts(differences)).map(([cause, count]) => [
    cause,
    String(count),
    PARITY_CAUSES[cause as keyof typeof PARITY_CAUSES],
  ])
  return [
    head,
    ...(shift_ms === 0 ? [] : [`  the clock of the whole log is ${shiftText(shift_ms)}: compared without that`]),
    ...(kinds.length === 0 ? [] : [{ head: ['kind', 'count', 'meaning'], rows: kinds }]),
    ...(causes.length === 0 ? [] : [{ head: ['cause', 'count', 'meaning'], rows: causes }]),
  ]
}

function leftOutLine(left_out: Readonly<Record<string, number>>): string[] {
  const parts = Object.entries(left_out).map(([what, count]) => `${count} ${what}`)
  return parts.length === 0 ? [] : [`records of the log that are no alerts: ${parts.join(', ')}`]
}

/** That the whole log is shifted is said once. */
const told = ({ parity }: ParityOfDay): readonly ParityDifference[] =>
  parity.shift_ms === 0 ? parity.differences : parity.differences.filter(({ kind }) => kind !== 'time_zone')

const firstOf = (days: readonly ParityOfDay[], limit: number): { day: number; difference: ParityDifference }[] =>
  days.flatMap((one) => told(one).map((difference) => ({ day: one.replayed.day, difference }))).slice(0, limit)

/** Times as clocks, hashes short. */
function shown(field: unknown, value: unknown): string {
  if (value === undefined) return ''
  const text = String(value)
  if (field === 'config_hash') return text.slice(0, HASH_CHARS)
  if (typeof field !== 'string' || !field.endsWith('_ms')) return text
  const ms = Number(value)
  return `${formatClock(ms)}${ms % 1000 === 0 ? '' : `.${String(ms % 1000).padStart(3, '0')}`}`
}

const kindCounts = (differences: readonly ParityDifference[]): Record<string, number> =>
  countsIn(
    Object.keys(PARITY_KINDS),
    differences.map(({ kind }) => kind),
  )
const causeCounts = (differences: readonly ParityDifference[]): Record<string, number> =>
  countsIn(
    Object.keys(PARITY_CAUSES),
    differences.map(({ cause }) => cause),
  )

/** In the order of the names; those that do not occur are left out. */
function countsIn(names: readonly string[], values: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return Object.fromEntries(names.flatMap((name) => (counts.has(name) ? [[name, counts.get(name) as number]] : [])))
}

const counted = (alerts: number): string => `${alerts} ${alerts === 1 ? 'alert' : 'alerts'}`
