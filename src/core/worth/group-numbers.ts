import type { Random } from '../random.js'
import {
  averageUniqueness,
  clusterBootstrap,
  economics,
  effectiveCount,
  RATE_N_MIN,
  type Span,
  wilsonInterval,
} from '../stats/index.js'
import { formatDate } from '../time/index.js'
import { HORIZONS, type Horizon } from './horizon.js'
import { known } from './known-number.js'
import type { SettledAlert } from './settled-alert.js'

/** A share of alerts. Below 20 the rate is null: it would tell more of chance than of the alerts. */
export interface Rate {
  readonly n: number
  readonly hits: number
  readonly rate: number | null
  /** Wilson, 95 %. */
  readonly low: number | null
  readonly high: number | null
}

/** A mean with the interval that remains when whole days of an instrument are drawn anew: alerts of one instrument and day are not independent. */
export interface MeanR {
  readonly n: number
  readonly mean: number | null
  readonly low: number | null
  readonly high: number | null
  /** Instrument-days; one alone has no interval. */
  readonly clusters: number
}

/** What the price had done at a horizon, over all alerts of a group. */
export interface HorizonNumbers {
  readonly horizon: Horizon
  /** In profit, before costs. */
  readonly in_profit: Rate
  readonly truncated: number
  readonly missing: number
  readonly mean_bps: number | null
  readonly mean_r: number | null
  readonly mean_mfe_r: number | null
  readonly mean_mae_r: number | null
}

/** One group of judged alerts in numbers; null is "not known". */
export interface GroupNumbers {
  /** Alerts that got a price. */
  readonly judged: number
  /** Entries made of the next open, since no packet had a book. */
  readonly fallback_entries: number
  /** Something was not received between entry and end. */
  readonly over_gap: number
  readonly label: { readonly target: number; readonly stop: number; readonly time: number; readonly ambiguous: number }
  /** Why the others have no label. */
  readonly no_label: Readonly<Record<string, number>>
  /** Target first, of all that have a label. */
  readonly hit_rate: Rate
  /** Target first, of those that reached either; and what random entries without drift would have. */
  readonly decided: Rate & { readonly base_rate: number | null }
  /** How many alerts the overlapping ones are worth: the sum of their average uniqueness. */
  readonly effective_n: number | null
  /** Of the trades that alerts stand for. */
  readonly before_costs: MeanR
  readonly after_costs: MeanR
  readonly mean_bps: number | null
  readonly mean_bps_after_costs: number | null
  /** What the price must move for the charges alone. */
  readonly mean_cost_bps: number | null
  readonly mean_win_r: number | null
  readonly mean_loss_r: number | null
  /** Sum of wins over sum of losses, R after costs. */
  readonly profit_factor: number | null
  /** Trades whose charges are not known: in no number after costs. */
  readonly without_costs: number
  readonly horizons: readonly HorizonNumbers[]
}

/** `random`: of the bootstrap; `draws` samples of it. */
export function groupNumbers(
  alerts: readonly SettledAlert[],
  { random, draws }: { random: Random; draws: number },
): GroupNumbers {
  const outcomes = alerts.map(({ outcome }) => outcome)
  const labels = outcomes.flatMap(({ barrier }) => (barrier === undefined ? [] : [barrier.label]))
  const countOf = (label: number): number => labels.filter((each) => each === label).length
  const [target, stop, time] = [countOf(1), countOf(-1), countOf(0)]
  const ended = alerts.filter(({ r }) => !Number.isNaN(r))
  const charged = ended.filter(({ cost_r }) => !Number.isNaN(cost_r))
  const net = economics(charged.map(({ r, cost_r }) => r - cost_r))
  const decided = outcomes.filter(({ barrier }) => barrier !== undefined && barrier.label !== 0)
  const with_return = alerts.filter(({ return_pct }) => !Number.isNaN(return_pct))
  const with_cost = with_return.filter(({ cost_pct }) => !Number.isNaN(cost_pct))
  return {
    judged: alerts.length,
    fallback_entries: outcomes.filter(({ entry }) => entry?.is_fallback === true).length,
    over_gap: outcomes.filter(({ is_over_gap }) => is_over_gap).length,
    label: { target, stop, time, ambiguous: outcomes.filter(({ barrier }) => barrier?.is_ambiguous === true).length },
    no_label: countBy(outcomes.flatMap(({ no_label }) => no_label ?? [])),
    hit_rate: rateOf(target, labels.length),
    decided: { ...rateOf(target, target + stop), base_rate: known(mean(decided.map((each) => each.driftless_hit_rate))) },
    effective_n: known(effectiveCountOf(ended)),
    before_costs: meanR(ended, ({ r }) => r, { random, draws }),
    after_costs: meanR(charged, ({ r, cost_r }) => r - cost_r, { random, draws }),
    mean_bps: known(100 * mean(with_return.map(({ return_pct }) => return_pct))),
    mean_bps_after_costs: known(100 * mean(with_cost.map(({ return_pct, cost_pct }) => return_pct - cost_pct))),
    mean_cost_bps: known(100 * mean(with_cost.map(({ cost_pct }) => cost_pct))),
    mean_win_r: known(net.mean_win),
    mean_loss_r: known(net.mean_loss),
    profit_factor: known(net.profit_factor),
    without_costs: with_return.length - with_cost.length,
    horizons: HORIZONS.map((horizon, place) => horizonNumbers(alerts, horizon, place)),
  }
}

/** A share as it may be shown. */
export function rateOf(hits: number, n: number): Rate {
  const { low, high } = wilsonInterval(hits, n)
  return n >= RATE_N_MIN
    ? { n, hits, rate: known(hits / n), low: known(low), high: known(high) }
    : { n, hits, rate: null, low: null, high: null }
}

/** How often each word comes, in alphabetical order. */
export function countBy(words: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function meanR(
  alerts: readonly SettledAlert[],
  rOf: (alert: SettledAlert) => number,
  { random, draws }: { random: Random; draws: number },
): MeanR {
  if (alerts.length === 0) return { n: 0, mean: null, low: null, high: null, clusters: 0 }
  const values = alerts.map((alert) => ({ value: rOf(alert), cluster: `${formatDate(alert.day)} ${alert.name}` }))
  const { mean: found, interval, n, clusters } = clusterBootstrap(values, { draws, random })
  const { low, high } = clusters < 2 ? { low: Number.NaN, high: Number.NaN } : interval
  return { n, mean: known(found), low: known(low), high: known(high), clusters }
}

function horizonNumbers(alerts: readonly SettledAlert[], horizon: Horizon, place: number): HorizonNumbers {
  const windows = alerts.flatMap(({ outcome }) => outcome.windows[place] ?? [])
  const there = windows.filter(({ missing }) => missing === undefined)
  const meanOf = (values: readonly number[]): number | null => known(mean(values.filter((value) => !Number.isNaN(value))))
  return {
    horizon,
    in_profit: rateOf(there.filter(({ return_pct }) => return_pct > 0).length, there.length),
    truncated: there.filter(({ is_truncated }) => is_truncated).length,
    missing: windows.length - there.length,
    mean_bps: meanOf(there.map(({ return_pct }) => 100 * return_pct)),
    mean_r: meanOf(there.map(({ r }) => r)),
    mean_mfe_r: meanOf(there.map(({ mfe_r }) => mfe_r)),
    mean_mae_r: meanOf(there.map(({ mae_r }) => mae_r)),
  }
}

/** Alerts of one instrument share its prices, those of different ones do not. */
function effectiveCountOf(alerts: readonly SettledAlert[]): number {
  const by_name = new Map<string, Span[]>()
  for (const { name, outcome, end_ms } of alerts)
    by_name.set(name, [...(by_name.get(name) ?? []), { start: outcome.entry?.at_ms ?? outcome.due_ms, end: end_ms }])
  return [...by_name]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .reduce((sum, [, spans]) => sum + effectiveCount(averageUniqueness(spans)), 0)
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
