import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCharges } from '../../../src/core/charges/index.js'
import { Random } from '../../../src/core/random.js'
import { MINUTE_MS } from '../../../src/core/time/index.js'
import { chargesPct, type JudgedAlert, type Worth, type WorthSetup, worthOf } from '../../../src/core/worth/index.js'
import { ROOT } from '../../support/run-mds.js'
import { alertOf, DAY, OPEN_MS, RULES, randomTicks, sessionOf, stock, type Tick } from './make.js'

const charges = readCharges(JSON.parse(readFileSync(join(ROOT, 'config', 'charges.json'), 'utf8')), 'charges.json')
const SETUP: WorthSetup = { rules: RULES, charges, notional: 100_000, draws: 1000, seed: 1, trials: undefined, left_out: {} }

/** One trade a second, in at 100.00, out where `ends` says, half an hour apart. */
function tradesThat(ends: readonly ('target' | 'stop')[]): { ticks: Tick[]; alerts: JudgedAlert[] } {
  const at = (n: number): number => OPEN_MS + 10 * MINUTE_MS + n * 10 * MINUTE_MS
  const tick = (at_ms: number, price: number): Tick => ({ at_ms, price, traded: true, bid: price - 5, ask: price })
  const ticks = ends.flatMap((end, n) => [
    ...Array.from({ length: 60 }, (_, second) => tick(at(n) + second * 1000, 10_000)),
    tick(at(n) + 60_000, end === 'target' ? 10_105 : 9945),
  ])
  const alerts = ends.map((_, n) =>
    alertOf({ alert_id: `a${n}`, emitted_at_ms: at(n), target: 10_100, stop: 9950, confidence: n % 2 === 0 ? 0.9 : 0.8 }),
  )
  return { ticks: [tick(OPEN_MS, 10_000), ...ticks, tick(at(ends.length) + 60_000, 10_000)], alerts }
}

describe('the verdict', () => {
  test('counts hits with Wilson, means and factors: 12 of 20 (domain 7.4)', () => {
    const ends = Array.from({ length: 20 }, (_, n) => (n % 5 < 3 ? 'target' : 'stop') as 'target' | 'stop')
    const { ticks, alerts } = tradesThat(ends)
    const { overall, calibration, patterns } = worthOf([sessionOf(ticks, alerts)], SETUP)
    expect(overall.hit_rate).toEqual({ n: 20, hits: 12, rate: 0.6, low: 0.386582, high: 0.781193 })
    expect(overall.decided.base_rate).toBeCloseTo(1 / 3, 6)
    expect(overall.before_costs.mean).toBeCloseTo((12 * 2 - 8) / 20, 9)
    expect(overall.mean_bps).toBeCloseTo((12 * 100 - 8 * 50) / 20, 6)
    // Shares for 100,000 rupees at 100.00, within the day; by hand from the vectors of domain 8.4: about 8.4 bps.
    expect(overall.mean_cost_bps).toBeGreaterThan(8)
    expect(overall.mean_cost_bps).toBeLessThan(9)
    expect(overall.mean_bps_after_costs).toBeCloseTo((overall.mean_bps as number) - (overall.mean_cost_bps as number), 5)
    expect(overall.effective_n).toBeCloseTo(20, 6)
    // p .9 and .8 in turn; hits 0,1,2 of each five.
    const told = ends.map((end, n) => ({ p: n % 2 === 0 ? 0.9 : 0.8, y: end === 'target' ? 1 : 0 }))
    expect(calibration.brier).toBeCloseTo(told.reduce((sum, { p, y }) => sum + (p - y) * (p - y), 0) / 20, 6)
    expect(
      (calibration.reliability as number) - (calibration.resolution as number) + (calibration.uncertainty as number),
    ).toBeCloseTo(calibration.brier as number, 5)
    expect(patterns[0]?.chance).toMatchObject({ p: null, why_no_p: 'no_return', is_better_than_chance: null })
  })

  test('hides a rate below 20, and says so', () => {
    const { ticks, alerts } = tradesThat(Array.from({ length: 19 }, () => 'target' as const))
    const worth = worthOf([sessionOf(ticks, alerts)], SETUP)
    expect(worth.overall.hit_rate).toEqual({ n: 19, hits: 19, rate: null, low: null, high: null })
    expect(worth.warnings.join(' ')).toContain('Fewer than 20 labelled alerts of volume_spike')
    expect(worth.warnings.join(' ')).toContain('one session')
  })

  test('charges what the table of the day says: 100 shares from 1500 to 1510 (domain 8.4)', () => {
    const trade = { instrument: stock(), side: 'BUY', ratio: 1, entry_price: 150_000, exit_price: 151_000, exit_ms: 0 } as const
    expect(chargesPct(charges, 150_000)([trade], DAY)).toBeCloseTo((100 * 100.709206) / 150_000, 8)
    // A share that costs more than the notional is bought once; an index cannot be bought.
    expect(chargesPct(charges, 100)([trade], DAY)).toBeGreaterThan(0)
    expect(chargesPct(charges, 150_000)([{ ...trade, instrument: stock({ instrument_type: 'INDEX' }) }], DAY)).toBeNaN()
  })

  test('is plain JSON without NaN, whatever the alerts, none among them', () => {
    const random = new Random(1, 'worth')
    const ticks = randomTicks(random, { from_ms: OPEN_MS, to_ms: OPEN_MS + 200 * MINUTE_MS })
    const alerts = Array.from({ length: 30 }, (_, n) =>
      alertOf({
        alert_id: `a${n}`,
        pattern_type: `pattern ${n % 4}`,
        confidence: n % 7 === 0 ? Number.NaN : 0.6 + (n % 4) / 10,
        direction: (['BUY', 'SELL', 'NEUTRAL'] as const)[n % 3] ?? 'BUY',
        emitted_at_ms: OPEN_MS + n * 7 * MINUTE_MS,
        stop: n % 5 === 0 ? Number.NaN : 99_000 + random.below(2000),
        target: 99_000 + random.below(2000),
      }),
    )
    for (const sessions of [[], [sessionOf(ticks, [])], [sessionOf(ticks, alerts)], [sessionOf([], alerts)]]) {
      const worth: Worth = worthOf(sessions, SETUP)
      expect(JSON.parse(JSON.stringify(worth))).toEqual(worth)
      expect(numbersIn(worth).filter((value) => !Number.isFinite(value) || Object.is(value, -0))).toEqual([])
    }
  })

  test('tells a track record from 20 sessions on', () => {
    const { ticks, alerts } = tradesThat(['target', 'stop', 'target'])
    const sessions = Array.from({ length: 20 }, (_, n) => {
      const shift = (n - 19) * 86_400_000
      const moved = (n % 3 === 0 ? alerts.slice(0, 2) : alerts).map((alert) => ({
        ...alert,
        emitted_at_ms: alert.emitted_at_ms + shift,
      }))
      const path = ticks.map((tick) => ({ ...tick, at_ms: tick.at_ms + shift }))
      return sessionOf(path, moved, { day: DAY + n - 19 })
    })
    const { luck } = worthOf(sessions, SETUP)
    expect(luck).toMatchObject({ sessions: 20, not_told: null, trials: 1 })
    expect(luck.sharpe).toBeGreaterThan(0)
    expect(luck.psr).toBeGreaterThan(0.5)
    expect(luck.reality_check_p).toBeLessThan(0.05)
    const few = worthOf(sessions.slice(1), SETUP).luck
    expect(few).toMatchObject({ sessions: 19, sharpe: null, psr: null })
    expect(few.not_told).toContain('19 judged sessions')
  })
})

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : []
}
