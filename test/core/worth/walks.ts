import type { Instrument } from '../../../src/core/market/index.js'
import type { Random } from '../../../src/core/random.js'
import { istDayStartMs, MINUTE_MS } from '../../../src/core/time/index.js'
import type { ChanceSession, JudgedAlert, Outcome } from '../../../src/core/worth/index.js'
import { HORIZONS } from '../../../src/core/worth/index.js'
import { alertOf, DAY, stock } from './make.js'

const MINUTES = 375
const HORIZON = 15
const NAMES = ['ACC', 'BEL', 'CIPLA', 'DLF', 'EICHER', 'FORCE', 'GAIL', 'HAL']

/** Sessions of random walks: one price a minute for each instrument, in memory. */
export interface Walks {
  readonly sessions: readonly WalkSession[]
  readonly instruments: readonly Instrument[]
}

interface WalkSession {
  readonly day: number
  readonly prices: ReadonlyMap<string, Float64Array>
}

/** `common`: 0..1, the share of the variance that all instruments have in common. `restless`: hours move up to this many times as much as others. */
export function walks(
  random: Random,
  {
    sessions,
    instruments = 8,
    common = 0,
    restless = 1,
  }: { sessions: number; instruments?: number; common?: number; restless?: number },
): Walks {
  const named = NAMES.slice(0, instruments).map((symbol, n) => stock({ symbol, instrument_token: 1000 + n }))
  const own = Math.sqrt(1 - common)
  const shared = Math.sqrt(common)
  return {
    instruments: named,
    sessions: Array.from({ length: sessions }, (_, n) => {
      const market = Float64Array.from({ length: MINUTES }, () => random.bell())
      // One factor for each stretch of 45 minutes.
      const stretches = Array.from({ length: 9 }, () => 1 + (restless - 1) * random.unit() * random.unit())
      const prices = named.map(({ symbol }): [string, Float64Array] => {
        let price = 100_000
        const path = Float64Array.from(market, (m, minute) => {
          price *= 1 + 0.0005 * (stretches[Math.floor(minute / 45)] as number) * (own * random.bell() + shared * m)
          return price
        })
        return [`NSE:${symbol}`, path]
      })
      return { day: DAY - sessions + 1 + n, prices: new Map(prices) }
    }),
  }
}

/** An alert on a walk: where, which way, whose. */
export interface WalkAlert {
  readonly session: number
  readonly instrument: number
  readonly minute: number
  readonly sign: 1 | -1
  readonly pattern: string
  readonly risk: number
}

export const openMs = (day: number): number => istDayStartMs(day) + 9.25 * 3_600_000

/** The move from that minute over the horizon, as a share of the price. */
export function futureOf({ sessions, instruments }: Walks, { session, instrument, minute }: WalkAlert): number {
  const path = sessions[session]?.prices.get(`NSE:${instruments[instrument]?.symbol}`) as Float64Array
  return (path[minute + HORIZON] as number) / (path[minute] as number) - 1
}

/** What `againstChance` sees of it. */
export function chanceSessions(all: Walks, alerts: readonly WalkAlert[]): ChanceSession[] {
  return all.sessions.map(({ day, prices }, n): ChanceSession => {
    return {
      day,
      regimes: { at: () => undefined },
      samples: new Map([...prices].map(([name, path]) => [name, samplesOf(day, path)])),
      outcomes: alerts.filter(({ session }) => session === n).map((alert) => outcomeOf(all, alert, day)),
    }
  })
}

function outcomeOf(all: Walks, walk: WalkAlert, day: number): Outcome {
  const { instrument, minute, sign, pattern, risk, session } = walk
  const traded = all.instruments[instrument] as Instrument
  const price = all.sessions[session]?.prices.get(`NSE:${traded.symbol}`)?.[minute] as number
  const due_ms = openMs(day) + minute * MINUTE_MS
  const return_pct = 100 * sign * futureOf(all, walk)
  const nothing = { mfe_pct: Number.NaN, mae_pct: Number.NaN, mfe_r: Number.NaN, mae_r: Number.NaN, missing: undefined }
  const alert: JudgedAlert = alertOf({
    instrument: traded,
    pattern_type: pattern,
    direction: sign > 0 ? 'BUY' : 'SELL',
    emitted_at_ms: due_ms,
  })
  return {
    alert,
    due_ms,
    not_judged: undefined,
    entry: { price, at_ms: due_ms, is_fallback: false, spread: 0 },
    trades: [],
    risk: risk * price,
    windows: HORIZONS.map((horizon) => ({
      horizon,
      end_ms: due_ms + HORIZON * MINUTE_MS,
      is_truncated: false,
      return_pct,
      r: return_pct / 100 / risk,
      ...nothing,
    })),
    barrier: undefined,
    no_label: 'no_stop',
    driftless_hit_rate: Number.NaN,
    is_over_gap: false,
  }
}

function samplesOf(day: number, path: Float64Array) {
  const open_ms = openMs(day)
  const changes = path.map((price, n) => (n === 0 ? Number.NaN : Math.abs(price / (path[n - 1] as number) - 1)))
  return {
    count: MINUTES,
    dueOf: (minute: number) => open_ms + minute * MINUTE_MS,
    minuteDueBy: (at_ms: number) => Math.floor((at_ms - open_ms) / MINUTE_MS),
    entryOf: (minute: number) => path[minute] ?? Number.NaN,
    exitOf: (minute: number) => path[minute + HORIZON] ?? Number.NaN,
    volatilityAt: (minute: number) => {
      const usual = changes.slice(Math.max(1, minute - 14), minute + 1)
      return usual.length < 5 ? Number.NaN : usual.reduce((sum, value) => sum + value, 0) / usual.length
    },
  }
}

/** The same alerts, each at the most restless of five moments by what the price did in the quarter of an hour before: as detectors do. */
export function atRestlessMoments(random: Random, { sessions, instruments }: Walks, alerts: readonly WalkAlert[]): WalkAlert[] {
  return alerts.map((alert) => {
    const path = sessions[alert.session]?.prices.get(`NSE:${instruments[alert.instrument]?.symbol}`) as Float64Array
    const restlessness = (minute: number): number => {
      let sum = 0
      for (let at = minute - 14; at <= minute; at++) sum += Math.abs((path[at] as number) / (path[at - 1] as number) - 1)
      return sum
    }
    const moments = Array.from({ length: 5 }, () => 15 + random.below(MINUTES - HORIZON - 15))
    return { ...alert, minute: moments.reduce((best, minute) => (restlessness(minute) > restlessness(best) ? minute : best)) }
  })
}

/** Alerts at random places of one session that know nothing. */
export function randomAlerts(
  random: Random,
  { session, count, pattern = 'noise', sign }: { session: number; count: number; pattern?: string; sign?: 1 | -1 },
): WalkAlert[] {
  return Array.from({ length: count }, () => ({
    session,
    instrument: random.below(NAMES.length),
    minute: random.below(MINUTES - HORIZON),
    sign: sign ?? (random.unit() < 0.5 ? 1 : -1),
    pattern,
    risk: 0.002 + 0.004 * random.unit(),
  }))
}
