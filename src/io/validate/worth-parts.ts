import type { GroupNumbers, GroupWorth, PatternWorth, Worth } from '../../core/worth/index.js'
import type { TextPart } from './text-part.js'

/** The verdict for people. A dash is a number that is not known, or not shown because too few alerts are behind it. */
export function worthParts(worth: Worth): TextPart[] {
  const { sessions, alerts, overall, patterns, calibration, luck, settings, warnings } = worth
  const judged = overall.judged
  const over = sessions.length === 1 ? '1 session' : `${sessions.length} sessions`
  return [
    `Worth: ${alerts} ${alerts === 1 ? 'alert' : 'alerts'} of ${over}, ${judged} judged; seed ${settings.seed}, ${settings.draws} draws, entries ${settings.latency_ms} ms after the alert, barriers from ${settings.barriers_from}`,
    ...(patterns.length === 0 ? [] : ['', { caption: 'by pattern', head: PATTERN_HEAD, rows: patterns.map(patternRow) }]),
    ...(judged === 0 ? [] : ['', { caption: 'what the price did afterwards', head: HORIZON_HEAD, rows: horizonRows(overall) }]),
    ...(judged === 0 ? [] : ['', { caption: 'trades to target, stop or time', head: GROUP_HEAD, rows: groupRows(worth) }]),
    ...(calibration.n === 0
      ? []
      : [
          '',
          `confidence against what came: Brier ${text(calibration.brier)} = reliability ${text(calibration.reliability)} - resolution ${text(calibration.resolution)} + uncertainty ${text(calibration.uncertainty)}; log loss ${text(calibration.log_loss)}, ECE ${text(calibration.ece)}`,
          {
            head: ['confidence', 'n', 'mean', 'hit rate', '95 %'],
            rows: calibration.table
              .filter(({ n }) => n > 0)
              .map(({ from, to, n, mean_confidence, hit_rate, low, high }) => [
                `${from.toFixed(2)}-${to.toFixed(2)}`,
                String(n),
                text(mean_confidence),
                text(hit_rate),
                span(low, high),
              ]),
          },
        ]),
    ...(luck.not_told === null
      ? [
          '',
          `over ${luck.sessions} sessions: Sharpe ${text(luck.sharpe)} a session, PSR ${text(luck.psr)}, DSR ${text(luck.dsr)} (${luck.trials} trials), least track record ${text(luck.min_track_record, 0)} sessions, reality check p ${text(luck.reality_check_p)}, SPA p ${text(luck.spa_p)}, PBO ${text(luck.pbo)}`,
        ]
      : []),
    ...(warnings.length === 0 ? [] : ['', ...warnings.map((warning) => `! ${warning}`)]),
  ]
}

const PATTERN_HEAD = ['pattern', 'alerts', 'judged', 'hits', 'of', 'rate', '95 %', 'mean R', 'chance', 'p', 'p FDR', 'verdict']
const HORIZON_HEAD = ['after', 'n', 'in profit', '95 %', 'bps', 'R', 'best R', 'worst R', 'missing']
const GROUP_HEAD = [
  'group',
  'n',
  'target',
  'stop',
  'time',
  'of decided',
  'no drift',
  'R',
  '95 %',
  'R net',
  '95 % net',
  'bps net',
  'factor',
  'worth n',
]

function patternRow({ pattern_type, alerts, numbers, chance, primary_horizon }: PatternWorth): string[] {
  const { hit_rate } = numbers
  return [
    pattern_type,
    String(alerts),
    String(numbers.judged),
    String(hit_rate.hits),
    String(hit_rate.n),
    text(hit_rate.rate),
    span(hit_rate.low, hit_rate.high),
    `${text(chance.mean_r)} ${primary_horizon}`,
    text(chance.chance_mean_r),
    text(chance.p, 4),
    text(chance.p_fdr, 4),
    verdictOf(chance),
  ]
}

function verdictOf({ is_better_than_chance, is_headline, why_no_p }: PatternWorth['chance']): string {
  if (is_better_than_chance === null) return `not compared: ${why_no_p ?? ''}`
  if (is_headline === true) return 'better than chance, also alone'
  return is_better_than_chance ? 'better than chance' : 'not told from chance'
}

const horizonRows = ({ horizons }: GroupNumbers): string[][] =>
  horizons.map(({ horizon, in_profit, mean_bps, mean_r, mean_mfe_r, mean_mae_r, missing }) => [
    horizon,
    String(in_profit.n),
    text(in_profit.rate),
    span(in_profit.low, in_profit.high),
    text(mean_bps, 1),
    text(mean_r),
    text(mean_mfe_r),
    text(mean_mae_r),
    String(missing),
  ])

function groupRows({ overall, patterns, by_hour, by_regime, by_liquidity }: Worth): string[][] {
  const rows = (kind: string, groups: readonly GroupWorth[]): string[][] =>
    groups.map(({ name, numbers }) => groupRow(`${kind}${name}`, numbers))
  return [
    groupRow('all', overall),
    ...patterns.map(({ pattern_type, numbers }) => groupRow(pattern_type, numbers)),
    ...rows('hour ', by_hour),
    ...rows('VIX ', by_regime),
    ...rows('spread ', by_liquidity),
  ]
}

function groupRow(name: string, numbers: GroupNumbers): string[] {
  const { label, decided, before_costs, after_costs, mean_bps_after_costs, profit_factor, effective_n } = numbers
  return [
    name,
    String(before_costs.n),
    String(label.target),
    String(label.stop),
    String(label.time),
    text(decided.rate),
    text(decided.base_rate),
    text(before_costs.mean),
    span(before_costs.low, before_costs.high),
    text(after_costs.mean),
    span(after_costs.low, after_costs.high),
    text(mean_bps_after_costs, 1),
    text(profit_factor, 2),
    text(effective_n, 1),
  ]
}

const text = (value: number | null, decimals = 3): string => (value === null ? '-' : value.toFixed(decimals))
const span = (low: number | null, high: number | null): string => (low === null ? '-' : `${text(low)}..${text(high)}`)
