import type { Alert, AlertRules } from '../../../src/core/alerts/index.js'
import type { Detection } from '../../../src/core/patterns/index.js'
import { formatDate } from '../../../src/core/time/index.js'
import { CONFIG_HASH, type Moment, sha256 } from './make.js'

/** What a record comes down to. */
export type Row = readonly [
  state: string,
  id: string,
  confidence: number,
  parent: string,
  group: string,
  seen: number,
  now_ms: number,
]

export const rowOf = (alert: Alert): Row => [
  alert.suppress_reason ?? alert.state,
  alert.alert_id,
  alert.confidence,
  alert.parent_id ?? '',
  alert.group_id ?? '',
  alert.seen_count,
  alert.emitted_at_ms,
]

/** An emitted alert: never forgotten here. */
interface Past {
  readonly id: string
  readonly d: Detection
  readonly view: string
  readonly conf: number
  readonly score: number
  readonly level: number
  readonly dies_ms: number
  readonly at_ms: number
  readonly group: string
  told_conf: number
  end: string
}

/** A claim under judgement. */
interface Case {
  readonly d: Detection
  readonly id: string
  readonly view: string
  readonly conf: number
  readonly score: number
  readonly level: number
  readonly dies_ms: number
}

/**
 * The gates and the lifecycle written down a second time, as slowly and as close to the words of the rules as possible: the whole past is searched
 * for each claim, rates are asked of the times of emission, nothing is forgotten. For instruments whose prices are whole ticks, in one session
 * that ends at `close_ms`.
 */
export function reference(moments: readonly Moment[], rules: AlertRules, close_ms: number): Row[] {
  const rows: Row[] = []
  const past: Past[] = []
  const claims_of = new Map<string, number>()
  for (const { now_ms, bars = [], detections = [] } of moments) {
    const tell = (state: string, c: { id: string }, conf: number, parent = '', group = '', seen = 1) =>
      rows.push([state, c.id, conf, parent, group, seen, now_ms])

    // What the bars did, alert by alert.
    for (const p of past.filter(({ end }) => end === '')) {
      for (const bar of bars) {
        if (p.end !== '' || bar.instrument.instrument_token !== p.d.instrument.instrument_token) continue
        if (bar.open_time_ms < p.d.known_at_ms) continue
        if (bar.close_time_ms <= p.dies_ms) p.end = touched(p.d, bar)
        if (p.end === '' && bar.close_time_ms >= p.dies_ms) p.end = 'expired'
      }
      if (p.end === '' && now_ms - p.dies_ms >= 65_000) p.end = 'expired'
      if (p.end !== '') tell(p.end, p, p.told_conf, '', p.group, claims_of.get(p.id))
    }

    // Quality and confidence.
    const cases = detections.map((d) => caseOf(d, rules, close_ms)).sort(alphabetical)
    const sound: Case[] = []
    for (const c of cases) {
      if (c.d.quality_fault !== undefined || now_ms - c.d.known_at_ms > 1000 * rules.told_within_s) tell('quality', c, c.conf)
      else if (c.conf < rules.min_confidence) tell('low_confidence', c, c.conf)
      else sound.push(c)
    }

    // Conflicts of the moment.
    const left: { c: Case; conf: number }[] = []
    for (const name of new Set(sound.map(({ d }) => d.underlying))) {
      const here = sound.filter(({ d }) => d.underlying === name).sort((a, b) => b.score - a.score || alphabetical(a, b))
      const best = ['up', 'down', 'range', 'watch'].map((view) => here.find((c) => c.view === view))
      for (const c of here) {
        const first = here.find(({ view }) => view === c.view) as Case
        if (first !== c) tell('conflict', c, c.conf, first.id)
      }
      const fought = new Map<Case, Case>()
      let tie: readonly [Case, Case] | undefined
      const fight = (i: number, j: number): void => {
        const [a, b] = [best[i], best[j]]
        if (a === undefined || b === undefined) return
        if (j === 2 && round6(a.conf) < rules.high_confidence) return
        const [win, lose] = here.indexOf(a) < here.indexOf(b) ? [a, b] : [b, a]
        const draw = round6(win.score - lose.score) < rules.conflict_margin
        best[best.indexOf(lose)] = undefined
        tell(draw ? 'conflict_tie' : 'conflict', lose, lose.conf, win.id)
        if (!draw) return void fought.set(win, lose)
        best[best.indexOf(win)] = undefined
        tell('conflict_tie', win, win.conf, lose.id)
        tie = [win, lose]
      }
      fight(0, 1)
      fight(0, 2)
      fight(1, 2)
      for (const c of here.filter((each) => best.includes(each))) {
        const own = fought.has(c) ? round6(c.conf * rules.conflict_factor) : c.conf
        if (own < rules.min_confidence) {
          tell('low_confidence', c, own, fought.get(c)?.id)
          continue
        }
        const friends = new Set(here.filter(({ view }) => view === c.view).map(({ d }) => d.pattern.id))
        const bonus = Math.min(rules.confirmation_bonus_max, (friends.size - 1) * rules.confirmation_bonus)
        left.push({ c, conf: Math.min(Math.max(0.98, own), round6(own + bonus)) })
      }
      if (tie !== undefined) {
        const [win] = tie
        tell('conflict', { id: idOf(win.d, win.level, 'NEUTRAL') }, win.conf)
      }
    }

    // The rest one by one, the most promising first.
    const promise = ({ c, conf }: { c: Case; conf: number }) => round6(conf * (rewardOf(c.d) ?? 1))
    left.sort((a, b) => promise(b) - promise(a) || alphabetical(a.c, b.c))
    for (const { c, conf } of left) {
      const t = c.d.known_at_ms
      const kin = past.filter(({ d }) => d.underlying === c.d.underlying)
      const rivals = kin.filter(
        (p) =>
          isContrary(p, c, rules) &&
          t < p.d.known_at_ms + 1000 * rules.conflict_window_s &&
          !['stop_hit', 'invalidated', 'superseded'].includes(p.end),
      )
      const stronger = rivals.find((p) => round6(c.score - p.score) < rules.conflict_margin)
      if (stronger !== undefined) {
        tell('conflict', c, conf, stronger.id)
        continue
      }
      const mine = past.filter(({ d }) => d.instrument.instrument_token === c.d.instrument.instrument_token)
      const reach = (p: Past) => rules.duplicate_atr * (Number.isNaN(c.d.atr) ? (Number.isNaN(p.d.atr) ? 0 : p.d.atr) : c.d.atr)
      const twin = mine.find(
        (p) =>
          p.end === '' &&
          t < p.dies_ms &&
          p.d.pattern.id === c.d.pattern.id &&
          p.d.candidate.direction === c.d.candidate.direction &&
          Math.abs(p.level - c.level) <= reach(p),
      )
      const known = twin?.id ?? past.find(({ id }) => id === c.id)?.id
      if (known !== undefined) {
        claims_of.set(known, (claims_of.get(known) as number) + 1)
        tell('duplicate', c, conf, known, '', claims_of.get(known))
        if (twin !== undefined && round6(conf - twin.told_conf) >= rules.update_rise) {
          twin.told_conf = conf
          tell('update', twin, conf, '', twin.group, claims_of.get(known))
        }
        continue
      }
      const cooling = kin.find((p) => {
        if (rivals.includes(p)) return false
        const passed_min = (t - p.d.known_at_ms) / 60_000
        const same_symbol = p.d.instrument.instrument_token === c.d.instrument.instrument_token
        const [x, y] = [p.d.candidate.direction, c.d.candidate.direction]
        const opposite = (x === 'BUY' && y === 'SELL') || (x === 'SELL' && y === 'BUY')
        if (same_symbol && x === y && p.d.pattern.id === c.d.pattern.id && passed_min < p.d.pattern.cooldown_min) return true
        if (same_symbol && x === y && passed_min < rules.symbol_cooldown_min) return true
        const wrong = p.end === 'stop_hit' || p.end === 'invalidated' || p.end === 'superseded'
        if (same_symbol && opposite && !wrong && passed_min < rules.opposite_cooldown_min) return true
        return p.d.pattern.category === c.d.pattern.category && passed_min < rules.family_cooldown_min
      })
      if (cooling !== undefined) {
        tell('cooldown', c, conf, cooling.id)
        continue
      }
      const by_pattern = past.filter(({ d }) => d.pattern.id === c.d.pattern.id)
      const is_allowed =
        hasRoom(mine, now_ms, rules.symbol_per_hour, 3_600_000) &&
        hasRoom(by_pattern, now_ms, rules.pattern_per_hour, 3_600_000) &&
        hasRoom(past, now_ms, rules.all_per_minute, 60_000) &&
        past.length < rules.all_per_day
      if (!is_allowed) {
        tell('rate_limit', c, conf)
        continue
      }
      const leader = kin.find((p) => p.view === c.view && p.group === p.id && t < p.d.known_at_ms + 1000 * rules.group_window_s)
      const beaten = rivals.filter(({ end, dies_ms }) => end === '' && t < dies_ms)
      const group = leader?.id ?? c.id
      tell('emitted', c, conf, beaten[0]?.id, group)
      claims_of.set(c.id, 1)
      past.push({ ...c, at_ms: now_ms, group, told_conf: conf, end: '' })
      for (const p of beaten) {
        p.end = 'superseded'
        tell('superseded', p, p.told_conf, c.id, p.group, claims_of.get(p.id))
      }
    }
  }
  return rows
}

const round6 = (value: number): number => Number(value.toFixed(6))

function caseOf(d: Detection, rules: AlertRules, close_ms: number): Case {
  const { direction } = d.candidate
  const is_put = d.instrument.instrument_type === 'PE'
  const neutral = d.pattern.category === 'straddle' ? 'range' : 'watch'
  const bullish = is_put ? 'SELL' : 'BUY'
  const conf = round6(d.confidence)
  const level = d.candidate.level ?? d.bar.close
  return {
    d,
    level,
    conf,
    id: idOf(d, level, direction),
    view: direction === 'NEUTRAL' ? neutral : direction === bullish ? 'up' : 'down',
    score: round6(conf + 0.02 * (d.pattern.priority / 90)),
    dies_ms: Math.min(close_ms, d.known_at_ms + 60_000 * (d.candidate.expires_min ?? rules.expires_min)),
  }
}

function idOf(d: Detection, level: number, direction: string): string {
  const start_ms = d.candidate.bar_start_ms ?? d.bar.open_time_ms
  const text = `${CONFIG_HASH}|${formatDate(d.session_date)}|${d.instrument.instrument_token}|${d.pattern.id}|${direction}|${start_ms}|${level}`
  return sha256(text).slice(0, 16)
}

function alphabetical(a: Case, b: Case): number {
  const key = ({ d }: Case) =>
    [d.pattern.id, String(d.instrument.instrument_token).padStart(12, '0'), d.candidate.direction].join()
  if (key(a) !== key(b)) return key(a) < key(b) ? -1 : 1
  return startOf(a) - startOf(b) || a.level - b.level || b.conf - a.conf
}
const startOf = ({ d }: Case): number => d.candidate.bar_start_ms ?? d.bar.open_time_ms

function isContrary(a: { view: string; conf: number }, b: { view: string; conf: number }, rules: AlertRules): boolean {
  const views = [a.view, b.view].sort().join(' ')
  if (views === 'down up') return true
  if (views !== 'down range' && views !== 'range up') return false
  return (a.view === 'range' ? b.conf : a.conf) >= rules.high_confidence
}

/** BUY and SELL only; levels are whole ticks, and on the right side or absent. */
function touched(
  { candidate, instrument }: Detection,
  { high, low, close }: { high: number; low: number; close: number },
): string {
  const { direction, stop = Number.NaN, targets: [target = Number.NaN] = [], invalidation = Number.NaN } = candidate
  const tick = Math.round(instrument.tick_size * instrument.price_divisor)
  if (direction === 'BUY') {
    if (low < stop && low <= stop - tick) return 'stop_hit'
    if (high >= target + tick) return 'target_hit'
    return close < invalidation ? 'invalidated' : ''
  }
  if (direction === 'NEUTRAL') return ''
  if (high >= stop + tick) return 'stop_hit'
  if (low <= target - tick) return 'target_hit'
  return close > invalidation ? 'invalidated' : ''
}

function rewardOf({ candidate, bar }: Detection): number | undefined {
  const { entry = bar.close, stop, targets: [target] = [] } = candidate
  return stop === undefined || target === undefined ? undefined : round6(Math.abs(target - entry) / Math.abs(entry - stop))
}

/**
 * A bucket of `limit` that began full has one more at `now_ms` exactly if, counted from each emission so far, no more than the limit and what has
 * been refilled since would be out.
 */
function hasRoom(past: readonly Past[], now_ms: number, limit: number, window_ms: number): boolean {
  return past.every(({ at_ms }, n) => (past.length - n + 1) * window_ms <= limit * window_ms + limit * (now_ms - at_ms))
}
