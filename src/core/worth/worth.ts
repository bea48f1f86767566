import { assert } from '../assert.js'
import { Random } from '../random.js'
import { benjaminiHochberg, holm } from '../stats/index.js'
import { formatDate } from '../time/index.js'
import { againstChance, type ChanceVerdict } from './against-chance.js'
import { calibrationNumbers } from './calibration-numbers.js'
import { chargesPct } from './costs.js'
import { countBy, type GroupNumbers, groupNumbers } from './group-numbers.js'
import { PRIMARY_HORIZON, STRATEGY_HORIZON } from './horizon.js'
import { known } from './known-number.js'
import { luckNumbers } from './luck.js'
import type { SessionEvidence } from './session-outcomes.js'
import { type SettledAlert, settledAlerts } from './settled-alert.js'
import { worthWarnings } from './warnings.js'
import {
  FDR_Q,
  type GroupWorth,
  HEADLINE_ALPHA,
  type PatternChance,
  type PatternWorth,
  WORTH_SCHEMA_VERSION,
  type Worth,
  type WorthSetup,
} from './worth-record.js'

const BOOTSTRAP_DRAWS = 1000

/** Judges what was gathered, session by session in order of time. Those without alerts only serve as chance. */
export function worthOf(sessions: readonly SessionEvidence[], setup: WorthSetup): Worth {
  assert(
    sessions.every(({ day }, n) => n === 0 || (sessions[n - 1] as SessionEvidence).day < day),
    'sessions come in order of time, each day once',
  )
  const { rules, charges, notional, draws, seed, left_out } = setup
  const costPct = chargesPct(charges, notional)
  const judged_sessions = sessions.filter(({ outcomes }) => outcomes.length > 0)
  const days = judged_sessions.map(({ day }) => day)
  const alerts = judged_sessions.flatMap((session) => settledAlerts(session, costPct))
  const outcomes = judged_sessions.flatMap((session) => session.outcomes)
  const numbersOf = (name: string, group: readonly SettledAlert[]): GroupNumbers =>
    groupNumbers(group, { random: new Random(seed, `bootstrap ${name}`), draws: BOOTSTRAP_DRAWS })
  const grouped = (kind: string, nameOf: (alert: SettledAlert) => string): GroupWorth[] =>
    namesOf(alerts.map(nameOf)).map((name) => ({
      name,
      numbers: numbersOf(
        `${kind} ${name}`,
        alerts.filter((alert) => nameOf(alert) === name),
      ),
    }))
  const ids = namesOf(outcomes.map(({ alert }) => alert.pattern_type))
  const chances = adjusted(ids.map((id) => againstChance(id, sessions, { draws, seed })))
  const patterns = ids.map((id, n): PatternWorth => {
    const own = outcomes.filter(({ alert }) => alert.pattern_type === id)
    const is_strategy = own.length > 0 && own.every(({ alert }) => alert.legs.length > 0)
    return {
      pattern_type: id,
      alerts: own.length,
      not_judged: countBy(own.flatMap(({ not_judged }) => not_judged ?? [])),
      primary_horizon: is_strategy ? STRATEGY_HORIZON : PRIMARY_HORIZON,
      chance: chances[n] as PatternChance,
      numbers: numbersOf(
        `pattern ${id}`,
        alerts.filter(({ outcome }) => outcome.alert.pattern_type === id),
      ),
    }
  })
  const worth = {
    schema_version: WORTH_SCHEMA_VERSION,
    settings: {
      latency_ms: rules.latency_ms,
      barriers_from: rules.from,
      notional,
      draws,
      seed,
      fdr_q: FDR_Q,
      headline_alpha: HEADLINE_ALPHA,
    },
    sessions: sessions.map((session) => ({ session_date: formatDate(session.day), ...countsOf(session) })),
    alerts: outcomes.length,
    not_judged: countBy(outcomes.flatMap(({ not_judged }) => not_judged ?? [])),
    left_out,
    overall: numbersOf('overall', alerts),
    patterns,
    by_hour: grouped('hour', ({ hour }) => `${String(hour).padStart(2, '0')}:00`),
    by_regime: grouped('regime', ({ regime }) => regime),
    by_liquidity: grouped('liquidity', ({ liquidity }) => liquidity),
    calibration: calibrationNumbers(
      alerts,
      sessions.map(({ day }) => day),
    ),
    luck: luckNumbers(alerts, { days, trials: Math.max(setup.trials ?? 0, ids.length), draws, seed }),
  }
  return { ...worth, warnings: worthWarnings(worth) }
}

const countsOf = ({ outcomes }: SessionEvidence): { alerts: number; judged: number } => ({
  alerts: outcomes.length,
  judged: outcomes.filter(({ not_judged }) => not_judged === undefined).length,
})

const namesOf = (names: readonly string[]): string[] => [...new Set(names)].sort((a, b) => (a < b ? -1 : 1))

function adjusted(verdicts: readonly ChanceVerdict[]): PatternChance[] {
  const p_values = verdicts.map(({ p }) => p)
  const [by_rate, by_family] = [benjaminiHochberg(p_values, FDR_Q), holm(p_values, HEADLINE_ALPHA)]
  return verdicts.map(({ p, n, not_compared, blocks, ...means }, at) => {
    const is_known = !Number.isNaN(p)
    return {
      n,
      not_compared,
      mean_r: known(means.mean_r),
      chance_mean_r: known(means.chance_mean_r),
      hit_rate: known(means.hit_rate),
      chance_hit_rate: known(means.chance_hit_rate),
      blocks,
      p: known(p),
      why_no_p: is_known ? null : whyNoP(not_compared),
      p_fdr: known(by_rate.p_values[at] ?? Number.NaN),
      p_holm: known(by_family.p_values[at] ?? Number.NaN),
      is_better_than_chance: is_known ? (by_rate.rejected[at] ?? false) : null,
      is_headline: is_known ? (by_family.rejected[at] ?? false) : null,
    }
  })
}

/** The reason of most of its alerts. */
function whyNoP(not_compared: ChanceVerdict['not_compared']): string {
  const [most] = Object.entries(not_compared).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  return most?.[0] ?? 'no_alerts'
}
