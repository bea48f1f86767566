import type { OwnSeries, TheirBar } from './bars.js'
import type { BarCause, BarClass } from './causes.js'
import { counterOf } from './judge-day.js'
import type { BarVerdict } from './verdict.js'

/** Sums of one instrument's day. Volumes in units of the feed. */
export interface SeriesTotals {
  /** Bars that both sides have. */
  readonly compared: number
  readonly only_ours: number
  readonly only_theirs: number
  readonly by_class: ReadonlyMap<BarClass, number>
  readonly by_cause: ReadonlyMap<BarCause, number>
  /** Of the compared bars with at least 10 trade ticks. */
  readonly liquid: number
  readonly liquid_within_tick: number
  /** Over the time of their bars, on even terms; undefined for what has no volume. */
  readonly volume: VolumeTotals | undefined
  /** Where our own volume of the day went; undefined without a bar of the day. */
  readonly conservation: Conservation | undefined
}

/** Both sides' volume over the same time. */
export interface VolumeTotals {
  readonly own: number
  readonly their: number
  /** (own - their) / their in percent; undefined where theirs is 0 and ours not. */
  readonly difference_pct: number | undefined
  /** What of ours was counted: the running total of the exchange, the bars, or the bars and the auctions. */
  readonly basis: 'counter' | 'bars' | 'bars_and_auctions'
}

/** The running total of the exchange is the sum of these. */
export interface Conservation {
  readonly counter: number
  readonly minutes: number
  readonly auctions: number
  /** Learned across gaps: in no bar. */
  readonly gaps: number
  /** Learned too late, or off the session: in no bar. */
  readonly late: number
  /** Before we joined. */
  readonly missed: number
  /** Taken back by the exchange, below 0. */
  readonly correction: number
  /** What the sum lacks of the counter; 0 unless an instrument changed the mode of its packets. */
  readonly rest: number
}

/** Counts and sums of a compared series. */
export function totalsOf(series: OwnSeries, their: readonly TheirBar[], bars: readonly BarVerdict[]): SeriesTotals {
  const both = bars.filter((bar) => bar.own !== undefined && bar.their !== undefined)
  const liquid = both.filter(({ is_liquid }) => is_liquid)
  return {
    compared: both.length,
    only_ours: bars.filter((bar) => bar.their === undefined).length,
    only_theirs: bars.filter((bar) => bar.own === undefined).length,
    by_class: tally(bars.map((bar) => bar.class)),
    by_cause: tally(bars.flatMap(({ cause }) => (cause === undefined ? [] : [cause]))),
    liquid: liquid.length,
    liquid_within_tick: liquid.filter(({ is_within_tick }) => is_within_tick).length,
    volume: volumeOf(series, their, bars),
    conservation: conservationOf(series),
  }
}

function volumeOf(series: OwnSeries, their: readonly TheirBar[], bars: readonly BarVerdict[]): VolumeTotals | undefined {
  const volumes = their.map(({ volume }) => volume)
  const own = bars.flatMap((bar) => (bar.own === undefined ? [] : [bar.own]))
  if (volumes.includes(undefined) || own.some(({ volume }) => volume === undefined) || own.length === 0) return undefined
  const theirs = volumes.reduce<number>((sum, volume) => sum + (volume ?? 0), 0)
  const day = series.whole_day
  if (day !== undefined && own[0]?.open_time_ms === day.open_time_ms && own[0].close_time_ms === day.close_time_ms)
    return compared({ own: counterOf(day), their: theirs, basis: 'counter' })
  // late volume belongs to bars, and which ones is not known: it counts where they cover all of them
  const covers_all = own.length === series.bars.length
  const late = covers_all ? (day?.late_volume ?? 0) : 0
  const alone = own.reduce((sum, bar) => sum + (bar.volume ?? 0) + bar.gap_volume, 0) + late
  const with_auctions = alone + series.auctions.reduce((sum, { volume }) => sum + volume, 0)
  const is_nearer = covers_all && Math.abs(with_auctions - theirs) < Math.abs(alone - theirs)
  return is_nearer
    ? compared({ own: with_auctions, their: theirs, basis: 'bars_and_auctions' })
    : compared({ own: alone, their: theirs, basis: 'bars' })
}

function compared(sums: Omit<VolumeTotals, 'difference_pct'>): VolumeTotals {
  const { own, their } = sums
  const difference_pct = own === their ? 0 : their === 0 ? undefined : (100 * (own - their)) / their
  return { ...sums, difference_pct }
}

function conservationOf({ whole_day, minute_volume, auctions }: OwnSeries): Conservation | undefined {
  if (whole_day?.volume === undefined || minute_volume === undefined) return undefined
  const parts = {
    minutes: minute_volume,
    auctions: auctions.reduce((sum, { volume }) => sum + volume, 0),
    gaps: whole_day.gap_volume,
    late: whole_day.late_volume,
    missed: whole_day.missed_volume,
    correction: 0 - whole_day.correction,
  }
  const counter = counterOf(whole_day)
  const sum = Object.values(parts).reduce((all, part) => all + part, 0)
  return { counter, ...parts, rest: counter - sum }
}

function tally<K>(keys: readonly K[]): Map<K, number> {
  const counts = new Map<K, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** Where the pass line lies, in percent. */
export interface PassLine {
  /** Share of the liquid bars within one tick. */
  readonly price_pct: number
  /** Largest difference of the volume of the day. */
  readonly volume_pct: number
}

/** What fails of a symbol; none: it passes. */
export type Failure = 'price' | 'volume'

/** A symbol without liquid bars passes the first, one without volume the second. */
export function failuresOf({ liquid, liquid_within_tick, volume }: SeriesTotals, { price_pct, volume_pct }: PassLine): Failure[] {
  const failures: Failure[] = []
  if (liquid > 0 && !(100 * liquid_within_tick >= price_pct * liquid)) failures.push('price')
  if (volume !== undefined && !(volume.difference_pct !== undefined && Math.abs(volume.difference_pct) <= volume_pct))
    failures.push('volume')
  return failures
}
