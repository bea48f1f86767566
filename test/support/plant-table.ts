import { PATTERNS } from '../../src/core/patterns/index.js'
import {
  CHAIN_IDS,
  type ClaimCount,
  LOOKING_BACK,
  PLANT_DAYS,
  type PlantJob,
  type PlantJobResult,
  type PlantTally,
  STOCK_IDS,
} from './plant-jobs.js'
import { EARLY_MS, GATE, LATE_MS, type Tally } from './plant-score.js'

type Row = readonly (string | number | undefined)[]
type Rates = Tally & { readonly news: number }

/** The measured part of the page: how it was measured, the tables, and what came between a plant and its alert. */
export function plantSection(results: readonly PlantJobResult[]): string {
  const { seeds, strengths, noise_seeds, instruments } = PLANT_DAYS
  const planted = results.filter(({ kind }) => kind === 'planted')
  const looking_back = LOOKING_BACK.map((id) => `\`${id}\``).join(', ')
  return [
    '### Planted and found',
    `At each of the strengths ${strengths.join(', ')}: ${daysText(seeds)}, ${instruments} instruments at the default rate of \`mds synth\`, every ` +
      'pattern once for each of its directions, each on a stock of its own that trades every 3 seconds; patterns of options on the first of these days in NIFTY ' +
      'and its options. *Found*: claimed with a confidence of 0.60 or more, of that instrument, in the direction of the plant, ' +
      `from ${EARLY_MS / 60_000} minutes before its \`known_at\` to ${LATE_MS / 60_000} after. *Recall* is found of planted, all strengths together. ` +
      `*Precision* is the share of claims of ${GATE} or more that are at the place of a plant of their pattern: of those on planted instruments, and of ` +
      `those on all instruments of these days. Claims of a pattern on an instrument no more than ${EARLY_MS / 60_000} minutes apart count once.`,
    recallTable(planted),
    `Of plants that reached ${GATE}, held back by a later gate: ${heldText(planted)}. The limits of alerts an hour and a day are off in these tables.`,
    '### False alerts',
    `Nothing is planted: ${daysText(noise_seeds)}, ${instruments} instruments. Alerts per symbol and day: claims of 0.60 and of ${GATE} or more, and ` +
      'those that pass the gates. First as `mds synth` makes a day by default, a packet every 32 seconds of ' +
      'each instrument in the mean, so that most minutes have one price or two; then with one every 3 seconds. ' +
      `*In news*: share of the claims of ${GATE} that lie within a burst of news of the synthetic market or the five minutes after it. ` +
      `Without a baseline, but for ${looking_back} and the patterns of options, which ran with a made-up one. For patterns of options ` +
      'the symbol is the index: NIFTY with its options.',
    falseTable(results),
  ].join('\n\n')
}

const daysText = (seeds: readonly number[]): string =>
  seeds.map((seed, n) => `seed ${seed} on ${PLANT_DAYS.dates[n % PLANT_DAYS.dates.length]}`).join(' and ')

/** In the order of the registry. */
const IDS = PATTERNS.map(({ id }) => id).filter((id) => STOCK_IDS.includes(id) || CHAIN_IDS.includes(id))

function recallTable(planted: readonly PlantJobResult[]): string {
  const { strengths } = PLANT_DAYS
  const rows = IDS.map((id) => {
    const at = (column: keyof PlantTally) =>
      strengths.map((strength) =>
        sum(planted.filter((day) => day.strength === strength).map(({ plants }) => plants[id]?.[column] ?? 0)),
      )
    const claims = (of: keyof ClaimCount) => sum(planted.map((day) => day.claims[id]?.[of] ?? 0))
    return {
      id,
      planted: at('planted'),
      found: at('found'),
      sure: at('sure'),
      placed: claims('placed'),
      near: claims('near'),
      all: claims('all'),
    }
  })
  const total = {
    planted: strengths.map((_, n) => sum(rows.map((row) => row.planted[n]!))),
    found: strengths.map((_, n) => sum(rows.map((row) => row.found[n]!))),
    sure: strengths.map((_, n) => sum(rows.map((row) => row.sure[n]!))),
    placed: sum(rows.map(({ placed }) => placed)),
    near: sum(rows.map(({ near }) => near)),
    all: sum(rows.map(({ all }) => all)),
  }
  const cells = ({ planted: count, found, sure, placed, near, all }: typeof total): Row => [
    [...new Set(count)].join(' / '),
    found.join(' / '),
    sure.join(' / '),
    percent(sum(found), sum(count)),
    shareText(placed, near),
    shareText(placed, all),
  ]
  const at = `at ${strengths.join(' / ')}`
  return table(
    [
      'pattern',
      'planted, each strength',
      `found ${at}`,
      `with ${GATE} ${at}`,
      'recall',
      'precision, planted instruments',
      'precision, all',
    ],
    [...rows.map((row): Row => [`\`${row.id}\``, ...cells(row)]), ['**all**', ...cells(total)]],
  )
}

const percent = (part: number, whole: number): string => (whole === 0 ? '' : `${Math.round((100 * part) / whole)} %`)
const shareText = (part: number, whole: number): string => (whole === 0 ? '' : `${percent(part, whole)} (${part} of ${whole})`)

function falseTable(results: readonly PlantJobResult[]): string {
  const kinds = ['default rate', 'every 3 s'] as const
  const rows = IDS.map((id) => {
    const is_chain = CHAIN_IDS.includes(id)
    return { id, rates: is_chain ? [undefined, chainRates(results, id)] : kinds.map((kind) => ratesOf(results, kind, id)) }
  })
  const stocks = rows.filter(({ id }) => STOCK_IDS.includes(id))
  const totals = kinds.map((_, n): Rates => {
    const total = (column: keyof Rates) => sum(stocks.map(({ rates }) => rates[n]?.[column] ?? 0))
    return { found: total('found'), sure: total('sure'), emitted: total('emitted'), news: total('news') }
  })
  return table(
    ['pattern', ...kinds.flatMap((kind) => [`${kind}: 0.60`, GATE, 'passed', 'in news'])],
    [
      ...rows.map(({ id, rates }): Row => [`\`${id}\``, ...rates.flatMap(cellsOf)]),
      ['**all but those of options**', ...totals.flatMap(cellsOf)],
    ],
  )
}

/** For an instrument and a day. A pattern that looks back was run by itself. */
function ratesOf(results: readonly PlantJobResult[], kind: PlantJob['kind'], id: string): Rates {
  const looks_back = LOOKING_BACK.includes(id)
  const days = results.filter((day) => day.kind === kind && (day.only.length === LOOKING_BACK.length) === looks_back)
  const symbol_days = sum(days.map(({ instruments }) => instruments))
  const rate = (column: keyof Tally, of: 'alerts' | 'news') => sum(days.map((day) => day[of][id]?.[column] ?? 0)) / symbol_days
  return {
    found: rate('found', 'alerts'),
    sure: rate('sure', 'alerts'),
    emitted: rate('emitted', 'alerts'),
    news: rate('sure', 'news'),
  }
}

/** For an index and a day. */
function chainRates(results: readonly PlantJobResult[], id: string): Rates {
  const days = results.filter(({ kind }) => kind === 'options')
  const rate = (column: keyof Tally) => sum(days.map(({ alerts }) => alerts[id]?.[column] ?? 0)) / days.length
  return { found: rate('found'), sure: rate('sure'), emitted: rate('emitted'), news: Number.NaN }
}

function cellsOf(rates: Rates | undefined): string[] {
  if (rates === undefined) return ['', '', '', '']
  const { found, sure, emitted, news } = rates
  return [...[found, sure, emitted].map((rate) => rate.toFixed(3)), news >= 0 ? percent(news, sure) : '']
}

function heldText(planted: readonly PlantJobResult[]): string {
  const reasons = [...new Set(planted.flatMap(({ held }) => Object.keys(held)))].sort()
  return reasons.map((reason) => `\`${reason}\` ${sum(planted.map(({ held }) => held[reason] ?? 0))}`).join(', ') || 'none'
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
