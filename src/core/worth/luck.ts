import { Random } from '../random.js'
import {
  dataSnooping,
  deflatedSharpe,
  minimumTrackRecord,
  overfitting,
  probabilisticSharpe,
  StationaryBootstrap,
  trackRecord,
} from '../stats/index.js'
import type { IstDay } from '../time/index.js'
import { known } from './known-number.js'
import type { SettledAlert } from './settled-alert.js'

/** Sessions below which a daily track record says nothing. */
export const LUCK_SESSIONS_MIN = 20
const MEAN_BLOCK = 5
const BENCHMARK = 0
const CONFIDENCE = 0.95

/** Could the whole search be luck? (7.8) By the sum of R after costs of each session; every number null with the reason where it cannot be told. */
export interface LuckNumbers {
  readonly sessions: number
  readonly not_told: string | null
  /** Per session, never made annual. */
  readonly sharpe: number | null
  /** Probability that the true ratio is above 0. */
  readonly psr: number | null
  /** The same against the luckiest of `trials` worthless ones. */
  readonly dsr: number | null
  readonly trials: number
  /** Sessions until the ratio is above 0 with 95 %. */
  readonly min_track_record: number | null
  /** White's and Hansen's p-value of the best pattern. */
  readonly reality_check_p: number | null
  readonly spa_p: number | null
  /** Probability that the best pattern of one half of the days is below the middle in the other. */
  readonly pbo: number | null
}

/** `trials`: how many configurations were ever tried; at least as many as there are patterns. */
export function luckNumbers(
  alerts: readonly SettledAlert[],
  { days, trials, draws, seed }: { days: readonly IstDay[]; trials: number; draws: number; seed: number },
): LuckNumbers {
  const nothing = { sharpe: null, psr: null, dsr: null, min_track_record: null, reality_check_p: null, spa_p: null, pbo: null }
  if (days.length < LUCK_SESSIONS_MIN) {
    const not_told = `${days.length} judged ${days.length === 1 ? 'session' : 'sessions'}, ${LUCK_SESSIONS_MIN} are the least that a track record is told of`
    return { sessions: days.length, not_told, trials, ...nothing }
  }
  const patterns = [...new Set(alerts.map(({ outcome }) => outcome.alert.pattern_type))].sort((a, b) => (a < b ? -1 : 1))
  const returns = patterns.map((pattern) =>
    dailySums(
      alerts.filter(({ outcome }) => outcome.alert.pattern_type === pattern),
      days,
    ),
  )
  const record = trackRecord(dailySums(alerts, days))
  const ratios = returns.map((each) => trackRecord(each).sharpe).filter((ratio) => !Number.isNaN(ratio))
  const resampler = new StationaryBootstrap({ rows: days.length, mean_block: MEAN_BLOCK, random: new Random(seed, 'luck') })
  const snooping = patterns.length === 0 ? undefined : dataSnooping(returns, { draws, mean_block: MEAN_BLOCK, resampler })
  return {
    sessions: days.length,
    not_told: null,
    sharpe: known(record.sharpe),
    psr: known(probabilisticSharpe(record, BENCHMARK)),
    dsr: known(deflatedSharpe(record, { variance: varianceOf(ratios), trials })),
    trials,
    min_track_record: known(minimumTrackRecord(record, { benchmark: BENCHMARK, confidence: CONFIDENCE })),
    reality_check_p: known(snooping?.reality_check_p ?? Number.NaN),
    spa_p: known(snooping?.spa_p ?? Number.NaN),
    pbo: known(overfitting(returns).probability),
  }
}

function dailySums(alerts: readonly SettledAlert[], days: readonly IstDay[]): Float64Array {
  const sums = new Float64Array(days.length)
  for (const { day, r, cost_r } of alerts) {
    const net = r - cost_r
    const at = days.indexOf(day)
    if (at >= 0 && !Number.isNaN(net)) sums[at] = (sums[at] as number) + net
  }
  return sums
}

function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (values.length - 1)
}
