import { formatDate } from '../time/index.js'
import { type BarPair, type OwnBar, type OwnSeries, paired, sameFigures, samePrices, type TheirBar, tickOf } from './bars.js'
import { boundaryRuns } from './boundary.js'
import type { BarCause, Finding } from './causes.js'
import { type BarContext, judgeBar } from './judge-bar.js'
import { judgeDay } from './judge-day.js'
import { lookalike } from './lookalike.js'
import { type Scale, scaleOf, unscaled } from './scale.js'
import { isWithinTick } from './size.js'
import { type SeriesTotals, totalsOf } from './totals.js'
import { type BarVerdict, LIQUID_TICKS_MIN } from './verdict.js'

/** All bars of one instrument on one day. */
export interface SeriesVerdict {
  readonly series: OwnSeries
  /** Feed units of a tick. */
  readonly tick: number
  /** Sorted by start; within the time that their bars span. */
  readonly bars: readonly BarVerdict[]
  /** What holds for all of them, said once. */
  readonly says: string | undefined
  readonly totals: SeriesTotals
}

/** What a series is compared with. */
export interface Against {
  readonly their: readonly TheirBar[]
  /** ms; undefined for the bar of a day. */
  readonly length_ms: number | undefined
  /** Everything recorded, to find whose bars theirs are. */
  readonly all: readonly OwnSeries[]
}

/** Compares one instrument's day with theirs, bar by bar, and tells of each difference what proves its cause. Pure; all lists sorted by start. */
export function reconcileSeries(series: OwnSeries, against: Against): SeriesVerdict {
  const tick = tickOf(series.instrument)
  const pairs = [...paired(withinTheirs(series.bars, against.their), against.their)]
  const scale = scaleOf(pairs, tick, series.instrument.lot_size)
  const twin = scale === undefined ? lookalike(pairs, series, { tick, others: against.all }) : undefined
  const findings =
    twin === undefined
      ? judged(pairs, { series, tick, scale, length_ms: against.length_ms })
      : pairs.map(() => twinFinding(series, twin))
  const bars = pairs.map(
    (pair, at): BarVerdict => ({
      ...pair,
      ...(findings[at] as Finding),
      is_liquid: (pair.own?.trade_ticks ?? 0) >= LIQUID_TICKS_MIN,
      is_within_tick:
        pair.own !== undefined && pair.their !== undefined && isPriceKept(pair.own, pair.their, tick, findings[at] as Finding),
    }),
  )
  const says = twin === undefined ? scale?.says : `their bars are those of ${nameOf(series, twin)}`
  return { series, tick, bars, says, totals: totalsOf(series, against.their, bars) }
}

/** True when some bar has a cause that another reading of the recording may yet prove. */
export const wantsReadings = ({ bars }: SeriesVerdict): boolean =>
  bars.some(
    ({ cause, class: kind, own }) =>
      (cause === 'unknown' && kind !== 'exact') || (cause === 'boundary_trade' && own !== undefined),
  )

/** An announced close is no difference in what was traded. */
function isPriceKept(own: OwnBar, their: TheirBar, tick: number, { cause, class: kind }: Finding): boolean {
  return isWithinTick(own, their, tick) || (cause === 'official_close' && kind === 'exact')
}

interface Judging extends Omit<BarContext, 'length_ms'> {
  readonly scale: Scale | undefined
  readonly length_ms: number | undefined
}

function judged(pairs: readonly BarPair[], { series, tick, scale, length_ms }: Judging): Finding[] {
  const even = scale === undefined ? pairs : pairs.map((pair) => evened(pair, scale))
  const context: BarContext = {
    series: { ...series, readings: byStrength(even, series.readings) },
    tick,
    length_ms: length_ms ?? Number.POSITIVE_INFINITY,
  }
  const alone = even.map((pair) =>
    length_ms === undefined ? judgeDay(pair, series.whole_day, context) : judgeBar(pair, context),
  )
  const findings = length_ms === undefined ? alone : explained(even, alone, series)
  return findings.map((finding, at) => (scale === undefined ? finding : scaled(finding, pairs[at], scale)))
}

/** The reading that gives most of their bars comes first: a bar that several of them give is no evidence for the others. */
function byStrength(pairs: readonly BarPair[], readings: OwnSeries['readings']): OwnSeries['readings'] {
  const strength = ({ bars }: OwnSeries['readings'][number]): number =>
    pairs.filter(({ open_time_ms, own, their }) => {
      const reading = bars.get(open_time_ms)
      const is_news = their !== undefined && !(own !== undefined && sameFigures(own, their))
      return is_news && reading !== undefined && sameFigures(reading, their)
    }).length
  return readings
    .map((reading) => ({ reading, count: strength(reading) }))
    .sort((a, b) => b.count - a.count)
    .map(({ reading }) => reading)
}

const evened = (pair: BarPair, scale: Scale): BarPair =>
  pair.their === undefined ? pair : { ...pair, their: unscaled(pair.their, pair.own, scale) }

/** What differs by the scale alone has its cause there; the rest has its own, and the scale besides. */
function scaled(finding: Finding, pair: BarPair | undefined, { cause, says }: Scale): Finding {
  if (pair?.own === undefined || pair.their === undefined) return finding
  const is_untouched = samePrices(pair.own, pair.their) && pair.own.volume === pair.their.volume
  if (is_untouched) return finding
  if (finding.class === 'exact') return { class: 'other', cause }
  return { ...finding, note: finding.note === undefined ? says : `${finding.note}; ${says}` }
}

/** What neighbours, and the sum of the day, explain. */
function explained(pairs: readonly BarPair[], alone: readonly Finding[], series: OwnSeries): Finding[] {
  // moved trades may make of one of two bars what another reading makes of it: together they tell
  const runs = boundaryRuns(
    pairs,
    (at) => alone[at]?.cause === 'unknown' || alone[at]?.class === 'boundary_shift',
    (at) => alone[at]?.cause === 'unknown',
  )
  const findings = alone.map(
    (finding, at): Finding => (runs.has(at) ? { class: 'boundary_shift', cause: 'boundary_trade' } : finding),
  )
  return withLateVolume(pairs, findings, series.whole_day?.late_volume ?? 0)
}

/** Bars that lack volume and nothing else, and lack together just what our day has as late. */
function withLateVolume(pairs: readonly BarPair[], findings: readonly Finding[], late_volume: number): Finding[] {
  const lacking = pairs.map(({ own, their }, at) =>
    findings[at]?.cause === 'unknown' && own !== undefined && their !== undefined && samePrices(own, their)
      ? Math.max(0, (their.volume ?? 0) - (own.volume ?? 0))
      : 0,
  )
  const total = lacking.reduce((sum, volume) => sum + volume, 0)
  if (late_volume === 0 || total !== late_volume) return [...findings]
  return findings.map((finding, at) => ((lacking[at] ?? 0) > 0 ? { ...finding, cause: 'late_volume' as const } : finding))
}

/** Bars of ours outside the time that their file covers are no difference. */
function withinTheirs(own: readonly OwnBar[], their: readonly TheirBar[]): OwnBar[] {
  const [first, last] = [their[0]?.open_time_ms ?? Number.POSITIVE_INFINITY, their.at(-1)?.open_time_ms ?? 0]
  return own.filter(({ open_time_ms }) => open_time_ms >= first && open_time_ms <= last)
}

function twinFinding(series: OwnSeries, twin: OwnSeries): Finding {
  const cause: BarCause =
    twin.instrument.instrument_token === series.instrument.instrument_token ? 'wrong_day' : 'wrong_instrument'
  return { class: 'other', cause, note: nameOf(series, twin) }
}

const nameOf = (series: OwnSeries, { instrument, day }: OwnSeries): string =>
  `${instrument.exchange}:${instrument.symbol}${day === series.day ? '' : ` on ${formatDate(day)}`}`
