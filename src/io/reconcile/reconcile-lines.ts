import { escaped } from '../../core/escaped.js'
import { BAR_CAUSES, type BarCause, type Failure } from '../../core/reconcile/index.js'
import { counted, formatCount } from '../../core/view/index.js'
import { tableLines } from '../trust/text-table.js'
import type { ReconcileAnswer, SymbolAnswer, WorstBar } from './reconcile-answer.js'

/** Symbols shown: those that fail first. */
const SYMBOLS_MAX = 40
const NAMED_MAX = 5

/** The answer for people: totals by symbol, the worst bars, what the causes are, and the verdict. */
export function reconcileLines(answer: ReconcileAnswer): string[] {
  const { symbols, worst, totals, interval } = answer
  const shown = [...symbols]
    .sort((a, b) => b.fails.length - a.fails.length || exactShare(a) - exactShare(b))
    .slice(0, SYMBOLS_MAX)
  const hidden = symbols.length - shown.length
  return [
    `${counted(totals.compared, 'bar')} of ${interval} in ${counted(totals.symbols, 'symbol')}: ${classText(totals.by_class)}`,
    ...tableLines(
      ['symbol', 'date', 'bars', 'exact', 'liquid', 'within 1 tick %', 'volume', 'theirs', 'volume %', 'causes', 'fails'],
      shown.map(symbolRow),
    ),
    ...(hidden > 0 ? [`  and ${counted(hidden, 'symbol')} more that agree better`] : []),
    ...symbols.flatMap(({ symbol, says }) => (says === null ? [] : [`  ${symbol}: ${says}`])).slice(0, SYMBOLS_MAX),
    ...(worst.length === 0
      ? []
      : [
          '',
          'Worst bars',
          ...tableLines(['symbol', 'time', 'class', 'cause', 'ticks', 'volume', '%', 'note'], worst.map(worstRow)),
        ]),
    ...causeLines(totals.by_cause),
    ...asideLines(answer),
    '',
    verdictLine(answer),
  ].map(escaped)
}

/** Why it fails, and what to try; empty when it passes. */
export function adviceLines({ passed, symbols, pass_line }: ReconcileAnswer): string[] {
  if (passed) return []
  const failing = symbols.filter(({ fails }) => fails.length > 0)
  const causes = new Set(failing.flatMap(({ by_cause }) => Object.keys(by_cause)))
  const tries = Object.entries(TRIES).flatMap(([cause, line]) => (causes.has(cause) ? [line] : []))
  return [
    `Below the pass line (${pass_line.price_pct} % of the liquid bars within one tick, volume within ${pass_line.volume_pct} %): ${failing
      .slice(0, NAMED_MAX)
      .map(({ symbol, fails }) => `${symbol} (${fails.join(', ')})`)
      .join(', ')}${failing.length > NAMED_MAX ? ` and ${failing.length - NAMED_MAX} more` : ''}.`,
    ...[...new Set(tries)].map((line) => `Try: ${line}`),
  ].map(escaped)
}

const TRIES: Partial<Record<BarCause, string>> = {
  feed_gap: 'mds gaps says what is missing; mds merge fills it from another recording',
  recording_edge: 'a recording of the whole day: mds info says from when to when this one is',
  corporate_action: 'candles that are not adjusted, or an end-of-day file of the exchange',
  price_unit: 'the same file in rupees',
  wrong_instrument: 'the file of the right instrument',
  wrong_day: 'the file of the right day',
  volume_unit: 'the same file with volumes in units',
  minute_grouping: '--pass-price lower, or compare bars of 5m and longer',
  boundary_trade: '--pass-price lower, or compare bars of 5m and longer',
  missing_extreme: '--pass-price lower: a feed of snapshots cannot have these prices',
  unknown: '-o rows.csv lists every bar with both sides',
}

function symbolRow({
  symbol,
  date,
  compared,
  by_class,
  liquid,
  liquid_within_tick_pct,
  volume,
  by_cause,
  fails,
}: SymbolAnswer): string[] {
  return [
    symbol,
    date,
    formatCount(compared),
    formatCount(by_class.exact ?? 0),
    formatCount(liquid),
    liquid_within_tick_pct === null ? '' : liquid_within_tick_pct.toFixed(2),
    volume === null ? '' : formatCount(volume.own),
    volume === null ? '' : formatCount(volume.their),
    volume?.difference_pct === undefined || volume.difference_pct === null ? '' : volume.difference_pct.toFixed(3),
    Object.entries(by_cause)
      .map(([cause, count]) => `${cause} ${count}`)
      .join(', '),
    fails.join(', '),
  ]
}

const worstRow = ({ symbol, timestamp, class: kind, cause, price_ticks, volume_diff, volume_pct, note }: WorstBar): string[] => [
  symbol,
  timestamp.slice(0, 16).replace('T', ' '),
  kind,
  cause ?? '',
  price_ticks === null ? '' : String(Number(price_ticks.toFixed(2))),
  volume_diff === null ? '' : String(volume_diff),
  volume_pct === null ? '' : volume_pct.toFixed(2),
  note ?? '',
]

const classText = (by_class: Readonly<Record<string, number>>): string =>
  Object.entries(by_class)
    .map(([name, count]) => `${formatCount(count)} ${name}`)
    .join(', ')

const isCause = (name: string): name is BarCause => name in BAR_CAUSES

function causeLines(by_cause: Readonly<Record<string, number>>): string[] {
  const lines = Object.entries(by_cause).flatMap(([name, count]) =>
    isCause(name) ? [`  ${name}: ${formatCount(count)}. ${BAR_CAUSES[name]}.`] : [],
  )
  return lines.length === 0 ? [] : ['', ...lines]
}

/** What only one side has. */
function asideLines({ only_ours, not_recorded, other_days, duplicates, totals }: ReconcileAnswer): string[] {
  const lines = [
    asideLine('Only ours', 'symbol', only_ours),
    asideLine('Only theirs', 'symbol', Object.keys(not_recorded)),
    asideLine('Not recorded', 'day', Object.keys(other_days)),
    asideLine(
      'Told twice, the first is taken',
      'bar',
      duplicates.map(
        ({ line, first_line, is_same }) => `line ${line} (as line ${first_line}${is_same ? '' : ', with other figures'})`,
      ),
    ),
    totals.only_ours + totals.only_theirs === 0
      ? []
      : [`Bars of one side: ${formatCount(totals.only_ours)} only ours, ${formatCount(totals.only_theirs)} only theirs`],
  ].flat()
  return lines.length === 0 ? [] : ['', ...lines]
}

const asideLine = (what: string, noun: string, names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [
        `${what}: ${counted(names.length, noun)}: ${names.slice(0, NAMED_MAX).join(', ')}${names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : ''}`,
      ]

const FAILURES: Readonly<Record<Failure, string>> = { price: 'prices', volume: 'volume' }

function verdictLine({ passed, totals, symbols, pass_line }: ReconcileAnswer): string {
  const share =
    totals.liquid === 0
      ? 'no liquid bar'
      : `${((100 * totals.liquid_within_tick) / totals.liquid).toFixed(2)} % of ${formatCount(totals.liquid)} liquid bars within one tick`
  if (passed)
    return `Passed: ${share}; each symbol at least ${pass_line.price_pct} %, its volume within ${pass_line.volume_pct} %.`
  const kinds = (['price', 'volume'] as const).map(
    (kind) => `${symbols.filter(({ fails }) => fails.includes(kind)).length} by ${FAILURES[kind]}`,
  )
  return `Not passed: ${totals.failing} of ${counted(totals.symbols, 'symbol')} (${kinds.join(', ')}); ${share}.`
}

const exactShare = ({ compared, by_class }: SymbolAnswer): number => (by_class.exact ?? 0) / Math.max(1, compared)
