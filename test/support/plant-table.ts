import { DEFAULT_ALERT_RULES } from '../../src/core/alerts/index.js'
import { PATTERNS } from '../../src/core/patterns/index.js'
import { PLANTS } from '../../src/core/synth/index.js'
import { formatClock } from '../../src/core/time/index.js'
import { type Found, type PlantDaySetup, runPlantDay } from './plant-day.js'
import { addTo, EARLY_MS, emptyTally, GATE, isPlaced, LATE_MS, newsOf, outcomesOf, type Tally } from './plant-score.js'

/** A day to run, and what it is run for. */
export interface PlantJob {
  readonly kind: 'planted' | 'default rate' | 'a packet every 3 s'
  readonly setup: PlantDaySetup
}

/** What is kept of a day; plain data, so that workers can hand it over. */
export interface PlantJobResult {
  readonly kind: PlantJob['kind']
  readonly strength: number
  readonly instruments: number
  readonly missing: readonly string[]
  /** By pattern. */
  readonly plants: Readonly<Record<string, Tally & { planted: number }>>
  readonly alerts: Readonly<Record<string, Tally>>
  /** Those of `alerts` on planted instruments; and those at the place of a plant of their pattern. */
  readonly near: Readonly<Record<string, Tally>>
  readonly placed: Readonly<Record<string, Tally>>
  /** Those within news. */
  readonly news: Readonly<Record<string, Tally>>
  /** Epoch ms at which the alert was told with which the limit of a day is reached; undefined where it is not. */
  readonly limit_at_ms: number | undefined
  /** Ids of the detectors that ran; empty: all. */
  readonly only: readonly string[]
  /** Why plants whose confidence reached the gate were held back. */
  readonly held: Readonly<Record<string, number>>
}

const STRENGTHS = [1, 0.5, 0.25]
const DATES = ['2025-10-06', '2025-10-08']
const SEEDS = [1, 2, 3]
const NOISE_SEEDS = [101, 102]
const INSTRUMENTS = 240
/** As `mds synth` has it by default. */
const DEFAULT_RATE = INSTRUMENTS / 32
const PLANTED_RATE = INSTRUMENTS / 3
/** They say nothing without a history. */
const LOOKING_BACK = PLANTS.flatMap(({ id, needs_history }) => (needs_history === true ? [id] : []))
const ALL = PLANTS.map(({ id }) => id)

/** All days behind the tables. */
export function plantJobs(): PlantJob[] {
  const days = (seeds: readonly number[]) =>
    DATES.flatMap((date) => seeds.map((seed) => ({ date, seed, instruments: INSTRUMENTS })))
  return [
    ...days(NOISE_SEEDS).map((day): PlantJob => ({ kind: 'a packet every 3 s', setup: { ...day, rate: PLANTED_RATE } })),
    ...days(NOISE_SEEDS).map((day): PlantJob => ({ kind: 'default rate', setup: { ...day, rate: DEFAULT_RATE } })),
    ...days(NOISE_SEEDS).flatMap((day): PlantJob[] => [
      { kind: 'default rate', setup: { ...day, rate: DEFAULT_RATE, only: LOOKING_BACK, history: 'stocks' } },
      { kind: 'a packet every 3 s', setup: { ...day, rate: PLANTED_RATE, only: LOOKING_BACK, history: 'stocks' } },
    ]),
    ...STRENGTHS.flatMap((strength) =>
      days(SEEDS).map(
        (day): PlantJob => ({ kind: 'planted', setup: { ...day, rate: DEFAULT_RATE, plants: { ids: ALL, strength } } }),
      ),
    ),
  ]
}

/** Runs a day and counts. */
export function runPlantJob({ kind, setup }: PlantJob): PlantJobResult {
  const run = runPlantDay(setup)
  const isNews = newsOf(setup)
  const plants: Record<string, Tally & { planted: number }> = {}
  const held: Record<string, number> = {}
  for (const { pattern_id, best, is_emitted } of outcomesOf(run)) {
    const tally = plants[pattern_id] ?? { planted: 0, ...emptyTally() }
    plants[pattern_id] = tally
    tally.planted++
    if (best === undefined) continue
    addTo(tally, { confidence: best.confidence, is_emitted })
    if (best.confidence >= GATE && !is_emitted) held[best.reason] = (held[best.reason] ?? 0) + 1
  }
  const tokens = new Set(run.planted.map(({ token }) => token))
  const told = run.found.filter(({ is_emitted }) => is_emitted).sort((a, b) => a.known_at_ms - b.known_at_ms)
  return {
    kind,
    strength: setup.plants?.strength ?? 0,
    instruments: run.instruments,
    only: setup.only ?? [],
    missing: run.missing.map(({ pattern_id, why }) => `${pattern_id}: ${why}`),
    plants,
    alerts: tallied(run.found),
    near: tallied(run.found.filter(({ token }) => tokens.has(token))),
    placed: tallied(run.found.filter((found) => isPlaced(run, found))),
    news: tallied(run.found.filter(isNews)),
    limit_at_ms: told[DEFAULT_ALERT_RULES.all_per_day - 1]?.known_at_ms,
    held,
  }
}

function tallied(found: readonly Found[]): Record<string, Tally> {
  const tallies: Record<string, Tally> = {}
  for (const each of found) {
    const tally = tallies[each.pattern_id] ?? emptyTally()
    tallies[each.pattern_id] = tally
    addTo(tally, each)
  }
  return tallies
}

/** The section of the page: how it was measured, both tables, and why what was found was held back. */
export function plantSection(results: readonly PlantJobResult[]): string {
  const planted = results.filter(({ kind }) => kind === 'planted')
  const days = DATES.length * SEEDS.length
  return [
    `Planted: ${days} days for each strength (seeds ${SEEDS.join(', ')}; ${DATES.join(' and ')}), ${INSTRUMENTS} instruments at the default rate ` +
      `(${DEFAULT_RATE} packets a second together), planted ones a packet every 3 seconds, the gate at ${GATE}. ` +
      `A plant counts as found when its pattern is told of its instrument in its direction from ${EARLY_MS / 60_000} minutes before ` +
      `\`known_at\` to ${LATE_MS / 60_000} after. Each cell: at strength ${STRENGTHS.join(' / ')}.`,
    recallTable(planted),
    `Of plants that reached the gate, held back by a later one: ${heldText(planted)}.`,
    ...missingText(planted),
    limitText(results),
    `False alerts: days without plants (seeds ${NOISE_SEEDS.join(', ')}; ${DATES.join(' and ')}), ${INSTRUMENTS} instruments, no baseline; for 100 instruments and a day. ` +
      'First as `mds synth` makes a day by default (a packet every 32 seconds of each instrument in the mean), then with one every 3 seconds. ' +
      '*In news*: share of the claims at the gate that lie within a burst of news of the synthetic market or the five minutes after it.',
    falseTable(results),
  ].join('\n\n')
}

const IDS = PATTERNS.map(({ id }) => id)

function recallTable(planted: readonly PlantJobResult[]): string {
  const of = (strength: number) => planted.filter((result) => result.strength === strength)
  const rows = IDS.filter((id) => ALL.includes(id)).map((id) => {
    const each = (column: keyof Tally | 'planted') =>
      STRENGTHS.map((strength) => sum(of(strength).map(({ plants }) => plants[id]?.[column] ?? 0)))
    const precision = (column: keyof Tally, of: 'alerts' | 'near') => {
      const right = sum(planted.map(({ placed }) => placed[id]?.[column] ?? 0))
      const all = sum(planted.map((day) => day[of][id]?.[column] ?? 0))
      return `${right} of ${all}`
    }
    const [first] = each('planted')
    return [
      `\`${id}\``,
      first,
      each('found').join(' / '),
      each('sure').join(' / '),
      each('emitted').join(' / '),
      precision('sure', 'near'),
      precision('sure', 'alerts'),
      precision('emitted', 'alerts'),
    ]
  })
  return table(
    [
      'pattern',
      'planted',
      'found',
      `at ${GATE}`,
      'told',
      `right, of those at ${GATE} on planted instruments`,
      `of all at ${GATE}`,
      'of all told',
    ],
    rows,
  )
}

function falseTable(results: readonly PlantJobResult[]): string {
  const kinds = ['default rate', 'a packet every 3 s'] as const
  const columns = ['found', 'sure', 'emitted'] as const
  const ratesOf = (kind: PlantJob['kind'], id: string) => {
    const is_alone = LOOKING_BACK.includes(id)
    const days = results.filter((result) => result.kind === kind && result.only.length > 0 === is_alone)
    const per_day = 100 / sum(days.map(({ instruments }) => instruments))
    return {
      ...Object.fromEntries(
        columns.map((column) => [column, per_day * sum(days.map(({ alerts }) => alerts[id]?.[column] ?? 0))]),
      ),
      news: per_day * sum(days.map(({ news }) => news[id]?.sure ?? 0)),
    } as Tally & { news: number }
  }
  const cellsOf = ({ found, sure, emitted, news }: Tally & { news: number }) => [
    ...[found, sure, emitted].map((rate) => rate.toFixed(1)),
    sure === 0 ? '' : `${Math.round((100 * news) / sure)} %`,
  ]
  const rows = IDS.filter((id) => ALL.includes(id)).map((id) => ({ id, rates: kinds.map((kind) => ratesOf(kind, id)) }))
  const totals = kinds.map((_, n) => {
    const total = (column: keyof Tally | 'news') => sum(rows.map(({ rates }) => rates[n]?.[column] ?? 0))
    return { found: total('found'), sure: total('sure'), emitted: total('emitted'), news: total('news') }
  })
  return table(
    ['pattern', ...kinds.flatMap((kind) => [`${kind}: 0.60`, GATE, 'told', 'in news'])],
    [...rows.map(({ id, rates }) => [`\`${id}\``, ...rates.flatMap(cellsOf)]), ['**all**', ...totals.flatMap(cellsOf)]],
  )
}

function heldText(planted: readonly PlantJobResult[]): string {
  const reasons = [...new Set(planted.flatMap(({ held }) => Object.keys(held)))].sort()
  return reasons.map((reason) => `\`${reason}\` ${sum(planted.map(({ held }) => held[reason] ?? 0))}`).join(', ') || 'none'
}

function limitText(results: readonly PlantJobResult[]): string {
  const limit = DEFAULT_ALERT_RULES.all_per_day
  const clocks = results
    .flatMap(({ limit_at_ms }) => (limit_at_ms === undefined ? [] : [formatClock(limit_at_ms).slice(0, 5)]))
    .sort()
  const days = results.filter(({ only }) => only.length === 0).length
  return (
    `The limits of alerts an hour and a day (\`alerts.all_per_day\` and the like) are off in these tables: with its default of ${limit}, ` +
    `${clocks.length} of the ${days} days would be silent from some time on, half of them from ${clocks[clocks.length >> 1] ?? 'never'} or earlier.`
  )
}

function missingText(planted: readonly PlantJobResult[]): string[] {
  const counts = new Map<string, number>()
  for (const line of planted.flatMap(({ missing }) => missing)) counts.set(line, (counts.get(line) ?? 0) + 1)
  if (counts.size === 0) return []
  return [`Asked for and not planted: ${[...counts].map(([line, count]) => `${line} (${count})`).join('; ')}.`]
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

function table(head: readonly (string | number)[], rows: readonly (readonly (string | number | undefined)[])[]): string {
  const line = (cells: readonly (string | number | undefined)[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
