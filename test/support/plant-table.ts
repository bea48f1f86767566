import { DEFAULT_ALERT_RULES } from '../../src/core/alerts/index.js'
import { PATTERNS } from '../../src/core/patterns/index.js'
import { formatClock } from '../../src/core/time/index.js'
import {
  CHAIN_IDS,
  LOOKING_BACK,
  PLANT_DAYS,
  type PlantJob,
  type PlantJobResult,
  type PlantTally,
  plantJobs,
  runPlantJob,
  STOCK_IDS,
} from './plant-jobs.js'
import { EARLY_MS, GATE, LATE_MS, type Tally } from './plant-score.js'

export { plantJobs, runPlantJob }

type Row = readonly (string | number | undefined)[]
type Rates = Tally & { readonly news: number }

/** The section of the page: how it was measured, the tables, and what came between a plant and its alert. */
export function plantSection(results: readonly PlantJobResult[]): string {
  const { dates, seeds, strengths, noise_seeds, instruments, default_rate } = PLANT_DAYS
  const planted = results.filter(({ kind }) => kind === 'planted')
  return [
    '### Planted and found',
    `At each strength ${dates.length * seeds.length} days (${dates.join(' and ')}, seeds ${seeds.join(', ')}) of ${instruments} instruments at the default rate, ` +
      `${default_rate} packets a second together; planted stocks tell something every 3 seconds. Patterns of options: ${seeds.length} days of NIFTY and its options alone. ` +
      `Found: told of the instrument in the direction of the plant, from ${EARLY_MS / 60_000} minutes before its \`known_at\` to ${LATE_MS / 60_000} after. ` +
      `Each cell: at strength ${strengths.join(' / ')}. The last columns are of all strengths together: claims at the place of a plant of their pattern, of all claims.`,
    recallTable(planted),
    `Of plants that reached the gate, held back by a later gate: ${heldText(planted)}.`,
    ...missingText(planted),
    limitText(results),
    '### False alerts',
    `Days without plants (${noise_seeds.map((seed, n) => `seed ${seed} on ${dates[n % dates.length]}`).join(', ')}), ${instruments} instruments, for 100 instruments and a day. ` +
      'First as `mds synth` makes a day by default, a packet every 32 seconds of each instrument in the mean; then with one every 3 seconds. ' +
      '*In news*: share of the claims at the gate that lie within a burst of news of the synthetic market or the five minutes after it. ' +
      `Without a baseline, but for ${LOOKING_BACK.map((id) => `\`${id}\``).join(', ')}, which ran with a made-up one.`,
    falseTable(results),
    'NIFTY and its options, a packet of each every few seconds, with a made-up baseline; for a day:',
    chainTable(results.filter(({ kind }) => kind === 'options')),
  ].join('\n\n')
}

/** In the order of the registry. */
const IDS = PATTERNS.map(({ id }) => id).filter((id) => STOCK_IDS.includes(id) || CHAIN_IDS.includes(id))

function recallTable(planted: readonly PlantJobResult[]): string {
  const { strengths } = PLANT_DAYS
  const rows = IDS.map((id): Row => {
    const at = (column: keyof PlantTally) =>
      strengths.map((strength) =>
        sum(planted.filter((day) => day.strength === strength).map(({ plants }) => plants[id]?.[column] ?? 0)),
      )
    const right = (column: keyof Tally, of: 'alerts' | 'near') =>
      `${sum(planted.map(({ placed }) => placed[id]?.[column] ?? 0))} of ${sum(planted.map((day) => day[of][id]?.[column] ?? 0))}`
    return [
      `\`${id}\``,
      [...new Set(at('planted'))].join(' / '),
      at('found').join(' / '),
      at('sure').join(' / '),
      at('emitted').join(' / '),
      right('sure', 'near'),
      right('sure', 'alerts'),
      right('emitted', 'alerts'),
    ]
  })
  const head = [
    'found',
    `at ${GATE}`,
    'told',
    `right at ${GATE}, on planted instruments`,
    `right at ${GATE}, on all`,
    'right of those told',
  ]
  return table(['pattern', 'planted', ...head], rows)
}

function falseTable(results: readonly PlantJobResult[]): string {
  const kinds = ['default rate', 'a packet every 3 s'] as const
  const rows = IDS.filter((id) => STOCK_IDS.includes(id)).map((id) => ({
    id,
    rates: kinds.map((kind) => ratesOf(results, kind, id)),
  }))
  const totals = kinds.map((_, n): Rates => {
    const total = (column: keyof Rates) => sum(rows.map(({ rates }) => rates[n]?.[column] ?? 0))
    return { found: total('found'), sure: total('sure'), emitted: total('emitted'), news: total('news') }
  })
  return table(
    ['pattern', ...kinds.flatMap((kind) => [`${kind}: 0.60`, GATE, 'told', 'in news'])],
    [...rows.map(({ id, rates }) => [`\`${id}\``, ...rates.flatMap(cellsOf)]), ['**all**', ...totals.flatMap(cellsOf)]],
  )
}

/** For 100 instruments and a day. A pattern that looks back was run by itself. */
function ratesOf(results: readonly PlantJobResult[], kind: PlantJob['kind'], id: string): Rates {
  const looks_back = LOOKING_BACK.includes(id)
  const days = results.filter((day) => day.kind === kind && (day.only.length === LOOKING_BACK.length) === looks_back)
  const symbol_days = sum(days.map(({ instruments }) => instruments))
  const rate = (column: keyof Tally, of: 'alerts' | 'news') =>
    (100 * sum(days.map((day) => day[of][id]?.[column] ?? 0))) / symbol_days
  return {
    found: rate('found', 'alerts'),
    sure: rate('sure', 'alerts'),
    emitted: rate('emitted', 'alerts'),
    news: rate('sure', 'news'),
  }
}

function cellsOf({ found, sure, emitted, news }: Rates): string[] {
  const rates = [found, sure, emitted].map((rate) => rate.toFixed(1))
  return [...rates, sure === 0 ? '' : `${Math.round((100 * news) / sure)} %`]
}

function chainTable(days: readonly PlantJobResult[]): string {
  const rows = IDS.filter((id) => CHAIN_IDS.includes(id)).map((id): Row => {
    const rate = (column: keyof Tally) => (sum(days.map(({ alerts }) => alerts[id]?.[column] ?? 0)) / days.length).toFixed(1)
    return [`\`${id}\``, rate('found'), rate('sure'), rate('emitted')]
  })
  return table(['pattern', '0.60', GATE, 'told'], rows)
}

function heldText(planted: readonly PlantJobResult[]): string {
  const reasons = [...new Set(planted.flatMap(({ held }) => Object.keys(held)))].sort()
  return reasons.map((reason) => `\`${reason}\` ${sum(planted.map(({ held }) => held[reason] ?? 0))}`).join(', ') || 'none'
}

function missingText(planted: readonly PlantJobResult[]): string[] {
  const counts = new Map<string, number>()
  for (const line of planted.flatMap(({ missing }) => missing)) counts.set(line, (counts.get(line) ?? 0) + 1)
  if (counts.size === 0) return []
  return [`Asked for and not planted: ${[...counts].map(([line, count]) => `${line} (${count} times)`).join('; ')}.`]
}

function limitText(results: readonly PlantJobResult[]): string {
  const limit = DEFAULT_ALERT_RULES.all_per_day
  const days = results.filter(
    ({ instruments, only }) => instruments === PLANT_DAYS.instruments && only.length === STOCK_IDS.length,
  )
  const clocks = days
    .map(({ limit_at_ms }) => (limit_at_ms === undefined ? 'never' : formatClock(limit_at_ms).slice(0, 5)))
    .sort()
  const reached = clocks.filter((clock) => clock !== 'never').length
  return (
    `The limits of alerts an hour and a day (\`alerts.all_per_day\` and the like) are off in these tables. With the default of ${limit} a day, ` +
    `${reached} of these ${days.length} days of the whole market would be silent from some time on, half of them from ${clocks[clocks.length >> 1]} or earlier.`
  )
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
