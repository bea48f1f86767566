import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ALERT_FIELDS, type Alert, type AlertRules, alertCells } from '../../../src/core/alerts/index.js'
import type { Candle } from '../../../src/core/market/index.js'
import type { Candidate, Detection, PatternDefinition } from '../../../src/core/patterns/index.js'
import { MINUTE_MS } from '../../../src/core/time/index.js'
import { atMs, bar, detection, type Moment, rulesWith, run, stock } from './make.js'
import { reference, rowOf } from './reference.js'

const OPEN_MS = atMs('09:20')
const CLOSE_MS = atMs('15:30')
const of = (n: number, underlying: string, instrument_type: 'EQ' | 'FUT' | 'CE' | 'PE') =>
  stock(n, {
    instrument_type,
    underlying: instrument_type === 'EQ' ? undefined : underlying,
    symbol: instrument_type === 'EQ' ? underlying : `${underlying}${instrument_type}`,
  })
const INSTRUMENTS = ['A', 'B'].flatMap((name, n) =>
  (['EQ', 'FUT', 'CE', 'PE'] as const).map((type, k) => of(10 * n + k, name, type)),
)
const PATTERNS: readonly Partial<PatternDefinition>[] = [
  { id: 'volume_spike', category: 'volume', priority: 70, cooldown_min: 15 },
  { id: 'volume_breakout', category: 'volume', priority: 80, cooldown_min: 5 },
  { id: 'reversal', category: 'momentum', priority: 90, cooldown_min: 2 },
  { id: 'killzone', category: 'ict', priority: 0, cooldown_min: 0 },
  { id: 'kow_signal_straddle', category: 'straddle', priority: 75, cooldown_min: 3 },
]

const tick = (ticks: number): number => 100_000 + 5 * ticks
const confidence = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 84, max: 98 }).map((hundredths) => hundredths / 100) },
  { weight: 1, arbitrary: fc.double({ min: 0.6, max: 0.98, noNaN: true }) },
)
/** Steps from the entry, so that stops lie behind it and targets ahead. */
const candidate = fc
  .record({
    direction: fc.constantFrom('BUY' as const, 'SELL' as const),
    level: fc.integer({ min: -4, max: 4 }).map((steps) => tick(5 * steps)),
    stop: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
    target: fc.option(fc.integer({ min: 1, max: 80 }), { nil: undefined }),
    invalidation: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
    expires_min: fc.constantFrom(2, 7, 30, 60),
    told_again: fc.integer({ min: 0, max: 12 }),
  })
  .map((facts) => facts)

interface Claimed {
  readonly who: number
  readonly what: number
  readonly confidence: number
  readonly facts: typeof candidate extends fc.Arbitrary<infer T> ? T : never
  readonly fault: boolean
  readonly atr: number
}
const claimed: fc.Arbitrary<Claimed> = fc.record({
  who: fc.oneof(fc.constant(0), fc.nat({ max: INSTRUMENTS.length - 1 })),
  what: fc.oneof(fc.constant(3), fc.nat({ max: PATTERNS.length - 1 })),
  confidence,
  facts: candidate,
  fault: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
  atr: fc.constantFrom(200, 80, Number.NaN),
})

/** A minute of a market: how far each price goes, and who claims what at its end. */
interface Minute {
  readonly skipped: number
  readonly delay_ms: number
  readonly moves: readonly (readonly [up: number, down: number, close: number])[]
  readonly claims: readonly Claimed[]
}
const step = fc.tuple(fc.nat({ max: 25 }), fc.nat({ max: 25 }), fc.integer({ min: -20, max: 20 }))
const minute: fc.Arbitrary<Minute> = fc.record({
  skipped: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 40 }) }),
  delay_ms: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(2000, 2900, 5000) }, { weight: 1, arbitrary: fc.constant(70_000) }),
  moves: fc.array(step, { minLength: INSTRUMENTS.length, maxLength: INSTRUMENTS.length }),
  claims: fc.array(claimed, { maxLength: 6 }),
})
const market = fc.array(minute, { minLength: 1, maxLength: 60, size: 'max' }).map(momentsOf)
const rules: fc.Arbitrary<Partial<AlertRules>> = fc.constantFrom(
  {},
  { symbol_per_hour: 2, pattern_per_hour: 5, all_per_minute: 2, all_per_day: 12 },
  { symbol_cooldown_min: 0, family_cooldown_min: 0, opposite_cooldown_min: 0 },
  { duplicate_atr: 2, update_rise: 0.02, conflict_factor: 0.99, group_window_s: 60 },
  { symbol_cooldown_min: 1, family_cooldown_min: 0, duplicate_atr: 0, conflict_window_s: 600 },
)

function momentsOf(minutes: readonly Minute[]): Moment[] {
  let start_ms = OPEN_MS
  let now_ms = 0
  return minutes.flatMap(({ skipped, delay_ms, moves, claims }) => {
    start_ms += MINUTE_MS * (1 + skipped)
    const end_ms = start_ms + MINUTE_MS
    if (end_ms > CLOSE_MS) return []
    now_ms = Math.max(now_ms, end_ms + delay_ms)
    const bars = INSTRUMENTS.map((instrument, n) => {
      const [up, down, close] = moves[n] as readonly [number, number, number]
      const facts = { instrument, high: tick(Math.max(up, close)), low: tick(Math.min(-down, close)) }
      return bar(start_ms, tick(close), facts)
    })
    return [{ now_ms, bars, detections: onePerDetector(claims).map((claim) => detectionOf(claim, bars, end_ms)) }]
  })
}

/** A bank asks each detector once an instrument. */
function onePerDetector(claims: readonly Claimed[]): Claimed[] {
  return [...new Map(claims.map((claim) => [`${claim.who} ${claim.what}`, claim])).values()]
}

function detectionOf(
  { who, what, confidence: sure, facts, fault, atr }: Claimed,
  bars: readonly Candle[],
  end_ms: number,
): Detection {
  const newest = bars[who] as Candle
  const pattern = PATTERNS[what] as Partial<PatternDefinition>
  const { direction, level, stop, target, invalidation, expires_min, told_again } = facts
  const is_neutral = pattern.category === 'straddle' || (pattern.id === 'volume_spike' && told_again % 4 === 0)
  const away = (ticks: number): number => newest.close + 5 * ticks * (direction === 'BUY' ? 1 : -1)
  const levels: Partial<Candidate> = {
    ...(stop === undefined ? {} : { stop: away(-stop) }),
    ...(target === undefined ? {} : { targets: [away(target)] }),
    ...(invalidation === undefined ? {} : { invalidation: away(-invalidation) }),
  }
  return detection({
    known_at_ms: end_ms,
    instrument: newest.instrument,
    bar: newest,
    confidence: sure,
    atr,
    quality_fault: fault ? 'incomplete_bar' : undefined,
    pattern,
    candidate: {
      direction: is_neutral ? 'NEUTRAL' : direction,
      level,
      expires_min,
      ...(is_neutral ? {} : levels),
      // Some claims are about an early bar and its level, again and again: their ids repeat.
      ...(told_again === 0 ? { bar_start_ms: OPEN_MS, level: tick(0) } : {}),
    },
  })
}

const text = (alerts: readonly Alert[]): string[] => alerts.map((alert) => JSON.stringify(alertCells(alert)))

test('the desk says what the rules say, written down a second time', () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(market, rules, (moments, changed) => {
      const rows = run(moments, changed).alerts.map(rowOf)
      expect(inMoments(rows)).toEqual(inMoments(reference(moments, rulesWith(changed), CLOSE_MS)))
      for (const [state] of rows) seen.set(state, (seen.get(state) ?? 0) + 1)
    }),
    { numRuns: 400 },
  )
  // Whatever can happen has happened, many times.
  const states = ['emitted', 'quality', 'low_confidence', 'conflict', 'conflict_tie', 'duplicate', 'cooldown', 'rate_limit']
  const later = ['update', 'superseded', 'target_hit', 'stop_hit', 'invalidated', 'expired']
  for (const state of [...states, ...later])
    expect([state, seen.get(state) ?? 0]).toEqual([state, expect.toSatisfy((n: number) => n > 10)])
})

/** The order of records within a moment is the desk's own affair where the rules do not give it; that of emissions they do. */
function inMoments(rows: ReturnType<typeof reference>): unknown {
  const told = rows.filter(([state]) => state === 'emitted').map(([, id]) => id)
  return { told, rows: rows.map((row) => row.join(' ')).sort() }
}

test('what comes later never changes what was said', () => {
  fc.assert(
    fc.property(market, rules, fc.nat(), (moments, changed, seed) => {
      const cut = seed % (moments.length + 1)
      const early = run(moments.slice(0, cut), changed)
      const whole = run(moments, changed)
      expect(text(whole.alerts).slice(0, early.alerts.length)).toEqual(text(early.alerts))
      expect(whole.after.slice(0, cut)).toEqual(early.after)
    }),
    { numRuns: 60 },
  )
})

test('the order in which detections and instruments come in a moment does not matter', () => {
  const keys = fc.array(fc.double({ noNaN: true }), { minLength: 40, maxLength: 40 })
  fc.assert(
    fc.property(market, rules, keys, (moments, changed, seeds) => {
      const shuffle = <T>(items: readonly T[], from: number): T[] =>
        items
          .map((item, n) => [seeds[(n + from) % seeds.length] as number, item] as const)
          .sort((a, b) => a[0] - b[0])
          .map(([, item]) => item)
      const shuffled = moments.map(({ now_ms, bars = [], detections = [] }, n) => ({
        now_ms,
        bars: shuffle(bars, n),
        detections: shuffle(detections, 7 * n),
      }))
      expect(text(run(shuffled, changed).alerts)).toEqual(text(run(moments, changed).alerts))
    }),
    { numRuns: 60 },
  )
})

test('no id is emitted twice, each alert ends at most once, and only what was emitted has a life', () => {
  fc.assert(
    fc.property(market, rules, (moments, changed) => {
      // Every detection twice in its moment, and all of a moment once more a second later.
      const twice = moments.flatMap(({ now_ms, bars = [], detections = [] }) => [
        { now_ms, bars, detections: [...detections, ...detections] },
        { now_ms: now_ms + 1000, detections },
      ])
      const { alerts } = run(twice, { ...changed, told_within_s: 3600 })
      const emitted = alerts.filter(({ state }) => state === 'emitted').map(({ alert_id }) => alert_id)
      expect(new Set(emitted).size).toBe(emitted.length)
      const ended = alerts
        .filter(({ state }) => !['emitted', 'suppressed', 'conflict', 'update'].includes(state))
        .map(({ alert_id }) => alert_id)
      expect(new Set(ended).size).toBe(ended.length)
      const born = new Set<string>()
      for (const { state, alert_id } of alerts) {
        if (state === 'emitted') born.add(alert_id)
        else if (state !== 'suppressed' && state !== 'conflict') expect(born).toContain(alert_id)
      }
    }),
    { numRuns: 60 },
  )
})

test('no stream of claims gets more through than the limits', () => {
  const crowd = fc.array(
    fc.record({ gap_ms: fc.integer({ min: 0, max: 90_000 }), claims: fc.array(claimed, { maxLength: 30 }) }),
    { minLength: 1, maxLength: 30 },
  )
  const limits = fc.record({
    symbol_per_hour: fc.integer({ min: 1, max: 4 }),
    pattern_per_hour: fc.integer({ min: 1, max: 6 }),
    all_per_minute: fc.integer({ min: 1, max: 5 }),
    all_per_day: fc.integer({ min: 1, max: 40 }),
  })
  let reached = 0
  fc.assert(
    fc.property(crowd, limits, (steps, limit) => {
      let now_ms = OPEN_MS + MINUTE_MS
      const moments = steps.map(({ gap_ms, claims }) => {
        now_ms += gap_ms
        const bars = INSTRUMENTS.map((instrument) => bar(now_ms - MINUTE_MS, tick(0), { instrument }))
        return {
          now_ms,
          detections: claims.map((claim) => detectionOf({ ...claim, fault: false, confidence: 0.95 }, bars, now_ms)),
        }
      })
      const { alerts } = run(moments, {
        ...limit,
        symbol_cooldown_min: 0,
        family_cooldown_min: 0,
        opposite_cooldown_min: 0,
        duplicate_atr: 0,
        conflict_window_s: 0,
      })
      const emitted = alerts.filter(({ state }) => state === 'emitted')
      expect(emitted.length).toBeLessThanOrEqual(limit.all_per_day)
      within(emitted, limit.all_per_minute, MINUTE_MS)
      for (const token of INSTRUMENTS)
        within(
          emitted.filter(({ detection: { instrument } }) => instrument === token),
          limit.symbol_per_hour,
          60 * MINUTE_MS,
        )
      for (const { id } of PATTERNS)
        within(
          emitted.filter(({ detection: { pattern } }) => pattern.id === id),
          limit.pattern_per_hour,
          60 * MINUTE_MS,
        )
      if (alerts.some(({ suppress_reason }) => suppress_reason === 'rate_limit')) reached++
    }),
    { numRuns: 200 },
  )
  expect(reached).toBeGreaterThan(60)
})

/** In every span: at most the limit, and what is refilled in it. */
function within(emitted: readonly Alert[], limit: number, window_ms: number): void {
  emitted.forEach((first, i) => {
    emitted.slice(i).forEach((last, n) => {
      const span_ms = last.emitted_at_ms - first.emitted_at_ms
      expect((n + 1) * window_ms).toBeLessThanOrEqual(limit * window_ms + limit * span_ms)
    })
  })
}

test('every cell is what its field says', () => {
  fc.assert(
    fc.property(market, rules, (moments, changed) => {
      for (const alert of run(moments, changed).alerts) {
        const cells = alertCells(alert)
        expect(cells).toHaveLength(ALERT_FIELDS.length)
        for (const [n, field] of ALERT_FIELDS.entries()) {
          const [cell, { type }] = [cells[n], field]
          if (cell === undefined) expect([field.name, 'optional' in field && field.optional]).toEqual([field.name, true])
          else if (type === 'number') expect(Number.isFinite(cell)).toBe(true)
          else if (type === 'int' || type === 'price')
            expect([field.name, Number.isSafeInteger(cell)]).toEqual([field.name, true])
          else expect([field.name, typeof cell]).toEqual([field.name, 'string'])
          if (type === 'json' && typeof cell === 'string') expect(JSON.stringify(JSON.parse(cell))).toBe(cell)
        }
      }
    }),
    { numRuns: 30 },
  )
})
