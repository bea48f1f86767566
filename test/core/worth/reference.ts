import { MINUTE_MS } from '../../../src/core/time/index.js'
import type { JudgedAlert, OutcomeRules } from '../../../src/core/worth/index.js'
import { CLOSE_MS, OPEN_MS, type Tick } from './make.js'

/**
 * A second writing of the outcomes of one instrument, over whole arrays that may be searched forwards and backwards, one alert at a time. Written from
 * docs/validate.md, not from the program.
 */
export interface ReferenceOutcome {
  not_judged?: string
  entry?: { price: number; at_ms: number; is_fallback: boolean; spread: number }
  windows: {
    horizon: string
    missing?: string
    is_truncated: boolean
    return_pct: number
    r: number
    mfe_pct: number
    mae_pct: number
  }[]
  barrier?: { label: number; exit_ms: number; return_pct: number; r: number }
  no_label?: string
}

const TICK = 5
const NaNs = { return_pct: Number.NaN, r: Number.NaN, mfe_pct: Number.NaN, mae_pct: Number.NaN }

export function referenceOutcome(ticks: readonly Tick[], alert: JudgedAlert, rules: OutcomeRules): ReferenceOutcome {
  const due = alert.emitted_at_ms + rules.latency_ms
  const now = ticks.at(-1)?.at_ms ?? Number.NEGATIVE_INFINITY
  const none = (not_judged: string): ReferenceOutcome => ({ not_judged, windows: [] })
  if (alert.direction === 'NEUTRAL') return none('no_direction')
  if (due < OPEN_MS || due >= CLOSE_MS) return none('outside_hours')
  if (due < (ticks[0]?.at_ms ?? Number.POSITIVE_INFINITY)) return none('before_recording')
  if (due >= now) return none('recording_ends')
  const d = alert.direction === 'BUY' ? 1 : -1
  const entered = entryOf(ticks, due, d)
  if (entered === 'unfilled') return none('unfilled')
  if (entered === undefined) return none('recording_ends')
  const { index, ...entry } = entered
  const risk = d * (entry.price - alert.stop) > 0 ? d * (entry.price - alert.stop) : Number.NaN
  const trades = ticks.map((tick, n) => ({ ...tick, n })).filter(({ traded }) => traded)
  const lastBy = (end: number, span: number): number => {
    const last = trades.filter(({ at_ms }) => at_ms <= end).at(-1)
    return last !== undefined && end - last.at_ms <= Math.max(30_000, span / 10) ? last.price : Number.NaN
  }
  const pct = (price: number): number => (100 * d * (price - entry.price)) / entry.price
  const spans: [string, number][] = [1, 5, 15, 30, 60].map((minutes) => [`${minutes}m`, due + minutes * MINUTE_MS])
  spans.push(['eod', CLOSE_MS - 5 * MINUTE_MS])
  const windows = spans.map(([horizon, wanted]) => {
    const end = Math.min(wanted, CLOSE_MS)
    const is_truncated = wanted > CLOSE_MS
    if (end <= due) return { horizon, missing: 'no_window', is_truncated: false, ...NaNs }
    if (end >= now) return { horizon, missing: 'recording_ends', is_truncated, ...NaNs }
    if (entry.at_ms > end) return { horizon, missing: 'no_data', is_truncated, ...NaNs }
    const inside = trades.filter(({ n, at_ms }) => n > index && at_ms <= end).map(({ price }) => pct(price))
    const return_pct = pct(lastBy(end, end - due))
    return {
      horizon,
      ...(Number.isNaN(return_pct) ? { missing: 'no_data' } : {}),
      is_truncated,
      return_pct,
      r: (return_pct / 100) * (entry.price / risk),
      mfe_pct: Math.max(0, ...inside),
      mae_pct: Math.min(0, ...inside),
    }
  })
  const expires = Math.min(Number.isNaN(alert.expires_at_ms) ? due + 30 * MINUTE_MS : alert.expires_at_ms, CLOSE_MS)
  const bad = badBarrier(alert, entry, { d, expires })
  if (bad !== undefined) return { entry, windows, no_label: bad }
  const ended = (label: number, exit_ms: number, exit: number): ReferenceOutcome => ({
    entry,
    windows,
    barrier: { label, exit_ms, return_pct: pct(exit), r: (d * (exit - entry.price)) / risk },
  })
  for (const [place, { n, at_ms, price }] of trades.entries()) {
    if (n <= index || at_ms > expires) continue
    const before = trades[place - 1]
    const anew = before === undefined || at_ms - before.at_ms > 15_000
    if (d * (alert.stop - price) >= TICK) return ended(-1, at_ms, anew ? price : alert.stop)
    if (d * (price - alert.target) >= TICK) return ended(1, at_ms, anew ? price : alert.target)
  }
  if (expires >= now) return { entry, windows, no_label: 'recording_ends' }
  return ended(0, expires, lastBy(expires, expires - entry.at_ms))
}

function entryOf(ticks: readonly Tick[], due: number, d: number) {
  const later = ticks.map((tick, index) => ({ ...tick, index })).filter(({ at_ms }) => at_ms >= due)
  const next_minute = Math.ceil(due / MINUTE_MS) * MINUTE_MS
  let until = due + 30_000
  for (const { index, at_ms, price, traded, bid, ask } of later) {
    if (at_ms > until || at_ms >= CLOSE_MS) return 'unfilled'
    if (bid === undefined || ask === undefined) {
      until = next_minute + 30_000
      if (!traded || at_ms < next_minute) continue
      const book = ticks.slice(0, index).findLast((one) => (one.ask ?? Number.NaN) >= (one.bid ?? Number.NaN))
      const spread = book === undefined ? TICK : (book.ask as number) - (book.bid as number)
      return { index, price: price + d * Math.ceil(spread / 2), at_ms, is_fallback: true, spread: Number.NaN }
    }
    const side = d > 0 ? ask : bid
    if (!Number.isNaN(side)) return { index, price: side, at_ms, is_fallback: false, spread: ask - bid }
  }
  return undefined
}

function badBarrier(alert: JudgedAlert, entry: { price: number; at_ms: number }, { d, expires }: { d: number; expires: number }) {
  if (Number.isNaN(alert.stop)) return 'no_stop'
  if (Number.isNaN(alert.target)) return 'no_target'
  if (d * (entry.price - alert.stop) <= 0) return 'entry_beyond_stop'
  if (d * (alert.target - entry.price) <= 0) return 'entry_beyond_target'
  return expires > entry.at_ms ? undefined : 'expired_before_entry'
}
