import {
  BAR_CAUSES,
  BAR_CLASSES,
  type BarVerdict,
  differencesOf,
  type Failure,
  failuresOf,
  type PassLine,
  type SeriesVerdict,
} from '../../core/reconcile/index.js'
import { formatDate, formatIso } from '../../core/time/index.js'
import type { Reconciliation } from './run-reconcile.js'
import type { Duplicate } from './their-series.js'

/** One symbol on one day. */
export interface SymbolAnswer {
  readonly symbol: string
  readonly exchange: string
  readonly date: string
  readonly compared: number
  readonly only_ours: number
  readonly only_theirs: number
  readonly by_class: Readonly<Record<string, number>>
  readonly by_cause: Readonly<Record<string, number>>
  readonly liquid: number
  readonly liquid_within_tick: number
  /** Percent; null without liquid bars. */
  readonly liquid_within_tick_pct: number | null
  readonly volume: { own: number; their: number; difference_pct: number | null; basis: string } | null
  readonly conservation: SeriesVerdict['totals']['conservation'] | null
  /** What holds for all of its bars. */
  readonly says: string | null
  readonly fails: readonly Failure[]
}

/** A bar among the worst. */
export interface WorstBar {
  readonly symbol: string
  readonly exchange: string
  readonly timestamp: string
  readonly class: string
  readonly cause: string | null
  /** Largest of the four prices; null where a side has no bar. */
  readonly price_ticks: number | null
  readonly volume_diff: number | null
  readonly volume_pct: number | null
  readonly note: string | null
}

/** The answer of `mds reconcile`. */
export interface ReconcileAnswer {
  readonly passed: boolean
  readonly pass_line: { price_pct: number; volume_pct: number }
  readonly interval: string
  readonly files: readonly { path: string; format: string; rows: number; bad_lines: number; naive_times: number }[]
  readonly totals: {
    symbols: number
    failing: number
    compared: number
    only_ours: number
    only_theirs: number
    liquid: number
    liquid_within_tick: number
    by_class: Readonly<Record<string, number>>
    by_cause: Readonly<Record<string, number>>
  }
  readonly symbols: readonly SymbolAnswer[]
  readonly worst: readonly WorstBar[]
  /** Recorded, and not in their file: `NSE:INFY 2025-10-06`. */
  readonly only_ours: readonly string[]
  /** In their file, and not recorded, with their rows. */
  readonly not_recorded: Readonly<Record<string, number>>
  readonly other_days: Readonly<Record<string, number>>
  readonly duplicates: readonly Duplicate[]
  /** Other readings of the recording that were made to find causes. */
  readonly readings: readonly string[]
}

const CLASSES = Object.keys(BAR_CLASSES)
const CAUSES = Object.keys(BAR_CAUSES)

/** Everything that was found, in numbers. */
export function answerOf(found: Reconciliation, pass: PassLine, worst_count: number): ReconcileAnswer {
  const { files, verdicts, interval, only_ours, theirs, readings } = found
  const symbols = verdicts.map((verdict) => symbolAnswer(verdict, pass))
  const sum = (pick: (symbol: SymbolAnswer) => number): number => symbols.reduce((all, symbol) => all + pick(symbol), 0)
  const failing = symbols.filter(({ fails }) => fails.length > 0).length
  return {
    passed: failing === 0,
    pass_line: { ...pass },
    interval: interval.label,
    files: files.map(({ path, format, rows, bad, naive_times }) => ({
      path,
      format,
      rows: rows.length,
      bad_lines: bad.length,
      naive_times,
    })),
    totals: {
      symbols: symbols.length,
      failing,
      compared: sum(({ compared }) => compared),
      only_ours: sum((symbol) => symbol.only_ours),
      only_theirs: sum(({ only_theirs }) => only_theirs),
      liquid: sum(({ liquid }) => liquid),
      liquid_within_tick: sum(({ liquid_within_tick }) => liquid_within_tick),
      by_class: counts(CLASSES, (name) => sum(({ by_class }) => by_class[name] ?? 0)),
      by_cause: counts(CAUSES, (name) => sum(({ by_cause }) => by_cause[name] ?? 0)),
    },
    symbols,
    worst: worstBars(verdicts, worst_count),
    only_ours: only_ours.map(({ instrument, day }) => `${instrument.exchange}:${instrument.symbol} ${formatDate(day)}`),
    not_recorded: Object.fromEntries([...theirs.not_recorded].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))),
    other_days: Object.fromEntries(
      [...theirs.other_days].sort(([a], [b]) => a - b).map(([day, rows]) => [formatDate(day), rows]),
    ),
    duplicates: theirs.duplicates,
    readings,
  }
}

function symbolAnswer(verdict: SeriesVerdict, pass: PassLine): SymbolAnswer {
  const { series, totals, says } = verdict
  const { liquid, liquid_within_tick, volume, by_class, by_cause } = totals
  return {
    symbol: series.instrument.symbol,
    exchange: series.instrument.exchange,
    date: formatDate(series.day),
    compared: totals.compared,
    only_ours: totals.only_ours,
    only_theirs: totals.only_theirs,
    by_class: counts(CLASSES, (name) => [...by_class].find(([key]) => key === name)?.[1] ?? 0),
    by_cause: counts(CAUSES, (name) => [...by_cause].find(([key]) => key === name)?.[1] ?? 0),
    liquid,
    liquid_within_tick,
    liquid_within_tick_pct: liquid === 0 ? null : rounded((100 * liquid_within_tick) / liquid),
    volume:
      volume === undefined
        ? null
        : { ...volume, difference_pct: volume.difference_pct === undefined ? null : rounded(volume.difference_pct) },
    conservation: totals.conservation ?? null,
    says: says ?? null,
    fails: failuresOf(totals, pass),
  }
}

/** Those that are not 0, in the order of the names. */
const counts = (names: readonly string[], countOf: (name: string) => number): Record<string, number> =>
  Object.fromEntries(names.flatMap((name) => (countOf(name) > 0 ? [[name, countOf(name)]] : [])))

interface Ranked {
  readonly verdict: SeriesVerdict
  readonly bar: BarVerdict
  readonly price_ticks: number
  readonly volume_pct: number
}

/** By price, then by volume; bars of one side first, for they have neither. */
function worstBars(verdicts: readonly SeriesVerdict[], count: number): WorstBar[] {
  const ranked = verdicts.flatMap((verdict) =>
    verdict.bars.flatMap((bar): Ranked[] => (bar.class === 'exact' ? [] : [{ verdict, bar, ...sizesOf(bar, verdict.tick) }])),
  )
  const worst = ranked
    .sort(
      (a, b) =>
        b.price_ticks - a.price_ticks ||
        b.volume_pct - a.volume_pct ||
        a.bar.open_time_ms - b.bar.open_time_ms ||
        compare(a.verdict.series.instrument.exchange, b.verdict.series.instrument.exchange) ||
        compare(a.verdict.series.instrument.symbol, b.verdict.series.instrument.symbol),
    )
    .slice(0, count)
  return worst.map(({ verdict, bar }) => worstBar(verdict, bar))
}

function worstBar({ series, tick }: SeriesVerdict, bar: BarVerdict): WorstBar {
  const differences = differencesOf(bar, tick)
  return {
    symbol: series.instrument.symbol,
    exchange: series.instrument.exchange,
    timestamp: formatIso(bar.open_time_ms),
    class: bar.class,
    cause: bar.cause ?? null,
    price_ticks: differences === undefined ? null : rounded(sizesOf(bar, tick).price_ticks),
    volume_diff: differences?.volume ?? null,
    volume_pct: differences?.volume_pct ?? null,
    note: bar.note ?? (bar.own === undefined ? 'only theirs' : bar.their === undefined ? 'only ours' : null),
  }
}

function sizesOf(bar: BarVerdict, tick: number): Pick<Ranked, 'price_ticks' | 'volume_pct'> {
  const differences = differencesOf(bar, tick)
  if (differences === undefined) return { price_ticks: Number.POSITIVE_INFINITY, volume_pct: Number.POSITIVE_INFINITY }
  const { open, high, low, close, volume_pct = 0 } = differences
  return {
    price_ticks: Math.max(Math.abs(open), Math.abs(high), Math.abs(low), Math.abs(close)),
    volume_pct: Math.abs(volume_pct),
  }
}

const rounded = (value: number): number => Math.round(value * 1_000_000) / 1_000_000 + 0

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
