import type { VixRegimeName } from '../options/index.js'
import { Random } from '../random.js'
import { permutationPValue } from '../stats/index.js'
import { type IstDay, istDayStartMs, MINUTE_MS, type TimestampMs } from '../time/index.js'
import type { Sign } from './barrier.js'
import { type ChanceBlock, type ChanceGroup, chanceSums, seenSum } from './chance-draws.js'
import { HORIZONS, type Horizon, PRIMARY_HORIZON } from './horizon.js'
import { nameOf } from './judged-alert.js'
import type { MinuteSamples } from './minute-samples.js'
import type { Outcome } from './outcome.js'

/** Earlier sessions that count, and fewest that will do (7.5). */
export const SESSIONS_MAX = 20
export const SESSIONS_MIN = 5
const QUARTER_MS = 15 * MINUTE_MS
const HOUR_MS = 60 * MINUTE_MS
/** A moment this near to a real alert of its instrument is none of chance. */
const AWAY_MS = 15 * MINUTE_MS

/** What a session tells about chance. `SessionEvidence` is one. */
export interface ChanceSession {
  readonly day: IstDay
  readonly outcomes: readonly Outcome[]
  readonly samples: ReadonlyMap<
    string,
    Pick<MinuteSamples, 'count' | 'dueOf' | 'minuteDueBy' | 'entryOf' | 'exitOf' | 'volatilityAt'>
  >
  readonly regimes: { at(time_ms: TimestampMs): VixRegimeName | undefined }
}

/** Why an alert is not compared with chance. `few_sessions`: fewer than five earlier sessions have moments like it. */
export const NOT_COMPARED = ['not_judged', 'strategy', 'no_return', 'no_stop', 'not_sampled', 'few_sessions'] as const
export type NotCompared = (typeof NOT_COMPARED)[number]

/** How the alerts of one pattern stand against random entries. */
export interface ChanceVerdict {
  /** Alerts that could be compared. */
  readonly n: number
  readonly not_compared: Readonly<Partial<Record<NotCompared, number>>>
  /** Mean R at the primary horizon, before costs, of the alerts and of random entries like them. NaN without any. */
  readonly mean_r: number
  readonly chance_mean_r: number
  /** Share that was in profit there. */
  readonly hit_rate: number
  readonly chance_hit_rate: number
  /** Hours of days that were shuffled: fewer than about three leave p coarse. */
  readonly blocks: number
  /** One-sided: how often chance does as well. NaN without an alert that can be compared. */
  readonly p: number
}

/** What the comparison depends on besides the data. */
export interface ChanceRules {
  readonly draws: number
  readonly seed: number
}

/**
 * The alerts of one pattern against random entries (7.5): same instrument, direction, horizon, quarter of an hour and VIX regime, on up to 20
 * sessions before the alert, at least 15 minutes away from any alert of the instrument. `sessions` in order of time.
 */
export function againstChance(pattern: string, sessions: readonly ChanceSession[], { draws, seed }: ChanceRules): ChanceVerdict {
  const counted = new Map<NotCompared, number>()
  const blocks: Comparable[][][] = []
  for (const [n, session] of sessions.entries()) {
    const earlier = sessions.slice(Math.max(0, n - SESSIONS_MAX), n)
    const compared: Comparable[] = []
    for (const outcome of session.outcomes) {
      if (outcome.alert.pattern_type !== pattern) continue
      const found = comparableOf(outcome, session)
      if (typeof found === 'string') counted.set(found, (counted.get(found) ?? 0) + 1)
      else compared.push(found)
    }
    blocks.push(
      ...blocksOf(compared).map((groups) => groups.map((group) => withCandidates(group, earlier, counted)).filter(isCompared)),
    )
  }
  const filled = blocks.filter((groups) => groups.length > 0)
  const n = filled.flat(2).length
  const drawn: ChanceBlock[] = filled.map((groups) => groups.map(groupOf))
  const means = meansOf(drawn.flat())
  const p =
    n === 0
      ? Number.NaN
      : permutationPValue(seenSum(drawn), chanceSums(drawn, { draws, random: new Random(seed, `chance ${pattern}`) }))
  return { n, not_compared: Object.fromEntries(inOrder(counted)), ...means, blocks: drawn.length, p }
}

/** An alert with a return, on its way to being compared. */
interface Comparable {
  readonly name: string
  readonly sign: Sign
  readonly horizon: Horizon
  readonly due_ms: TimestampMs
  /** Since midnight IST. */
  readonly quarter: number
  readonly hour: number
  readonly regime: VixRegimeName | undefined
  /** Move in the direction of the alert as a share of the price, over the usual change of a minute where that is known. */
  readonly value: number
  /** R = value x weight. */
  readonly weight: number
  readonly is_scaled: boolean
  readonly candidates: readonly (Float64Array | undefined)[]
}

function comparableOf(outcome: Outcome, { day, samples, regimes }: ChanceSession): Comparable | NotCompared {
  const { alert, entry, risk, due_ms, windows } = outcome
  if (outcome.not_judged !== undefined || entry === undefined) return 'not_judged'
  if (alert.legs.length > 0) return 'strategy'
  const horizon = PRIMARY_HORIZON
  const move = (windows[HORIZONS.indexOf(horizon)]?.return_pct ?? Number.NaN) / 100
  if (Number.isNaN(move)) return 'no_return'
  if (Number.isNaN(risk)) return 'no_stop'
  const name = nameOf(alert.instrument)
  const sampled = samples.get(name)
  if (sampled === undefined) return 'not_sampled'
  const volatility = sampled.volatilityAt(sampled.minuteDueBy(due_ms))
  const is_scaled = volatility > 0
  const scale = is_scaled ? volatility : 1
  const since_ms = due_ms - istDayStartMs(day)
  return {
    name,
    sign: alert.direction === 'BUY' ? 1 : -1,
    horizon,
    due_ms,
    quarter: Math.floor(since_ms / QUARTER_MS),
    hour: Math.floor(since_ms / HOUR_MS),
    regime: regimes.at(due_ms),
    value: move / scale,
    weight: (scale * Math.abs(entry.price)) / risk,
    is_scaled,
    candidates: [],
  }
}

/** By hour, then by what shares its candidates. In an order that does not depend on how the alerts came. */
function blocksOf(compared: readonly Comparable[]): Comparable[][][] {
  const sorted = [...compared].sort(
    (a, b) => a.hour - b.hour || byText(keyOf(a), keyOf(b)) || a.due_ms - b.due_ms || a.value - b.value,
  )
  const hours = groupBy(sorted, ({ hour }) => String(hour))
  return hours.map((hour) => groupBy(hour, keyOf))
}

const keyOf = ({ name, sign, quarter, regime, is_scaled }: Comparable): string =>
  `${name}|${sign}|${quarter}|${regime ?? '-'}|${is_scaled}`

function withCandidates(
  group: readonly Comparable[],
  earlier: readonly ChanceSession[],
  counted: Map<NotCompared, number>,
): Comparable[] {
  const candidates = earlier.map((session) => {
    const found = candidatesIn(session, group[0] as Comparable)
    return found.length >= group.length ? Float64Array.from(found) : undefined
  })
  if (candidates.filter((each) => each !== undefined).length >= SESSIONS_MIN) return group.map((one) => ({ ...one, candidates }))
  counted.set('few_sessions', (counted.get('few_sessions') ?? 0) + group.length)
  return []
}

function candidatesIn({ day, samples, regimes, outcomes }: ChanceSession, like: Comparable): number[] {
  const sampled = samples.get(like.name)
  if (sampled === undefined) return []
  const alerts_ms = outcomes.filter(({ alert }) => nameOf(alert.instrument) === like.name).map(({ due_ms }) => due_ms)
  const from_ms = istDayStartMs(day) + like.quarter * QUARTER_MS
  const found: number[] = []
  for (let minute = Math.max(0, sampled.minuteDueBy(from_ms)); minute < sampled.count; minute++) {
    const due_ms = sampled.dueOf(minute)
    if (due_ms < from_ms) continue
    if (due_ms >= from_ms + QUARTER_MS) break
    if (regimes.at(due_ms) !== like.regime || alerts_ms.some((alert_ms) => Math.abs(alert_ms - due_ms) < AWAY_MS)) continue
    const entry = sampled.entryOf(minute, like.sign)
    const scale = like.is_scaled ? sampled.volatilityAt(minute) : 1
    const value = (like.sign * (sampled.exitOf(minute, like.horizon) - entry)) / Math.abs(entry) / scale
    if (Number.isFinite(value)) found.push(value)
  }
  return found
}

const isCompared = (group: readonly Comparable[]): boolean => group.length > 0

const groupOf = (group: readonly Comparable[]): ChanceGroup => ({
  values: Float64Array.from(group, ({ value }) => value),
  weights: Float64Array.from(group, ({ weight }) => weight),
  candidates: group[0]?.candidates ?? [],
})

/** Of chance: each session counts alike, whatever it has to offer. */
function meansOf(
  groups: readonly ChanceGroup[],
): Pick<ChanceVerdict, 'mean_r' | 'chance_mean_r' | 'hit_rate' | 'chance_hit_rate'> {
  const total = { n: 0, r: 0, hits: 0, chance_r: 0, chance_hits: 0 }
  for (const { values, weights, candidates } of groups) {
    const offered = candidates.filter((each) => each !== undefined)
    const mean = offered.reduce((sum, each) => sum + meanOf(each), 0) / offered.length
    const share = offered.reduce((sum, each) => sum + meanOf(each.map((value) => (value > 0 ? 1 : 0))), 0) / offered.length
    for (const [n, value] of values.entries()) {
      const weight = weights[n] as number
      total.n++
      total.r += value * weight
      total.hits += value > 0 ? 1 : 0
      total.chance_r += mean * weight
      total.chance_hits += share
    }
  }
  const { n } = total
  return {
    mean_r: total.r / n,
    chance_mean_r: total.chance_r / n,
    hit_rate: total.hits / n,
    chance_hit_rate: total.chance_hits / n,
  }
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return [...groups.values()]
}

const inOrder = (counted: ReadonlyMap<NotCompared, number>): [NotCompared, number][] =>
  NOT_COMPARED.flatMap((reason): [NotCompared, number][] => {
    const count = counted.get(reason)
    return count === undefined ? [] : [[reason, count]]
  })

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
