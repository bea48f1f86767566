import { describe, expect, test } from 'vitest'
import type { AlertRules } from '../../../src/core/alerts/index.js'
import { instrument } from '../market/instruments.js'
import { atMs, bar, detection, type Facts, moment, run, stock, told } from './make.js'

const NO_COOLDOWNS: Partial<AlertRules> = {
  symbol_cooldown_min: 0,
  family_cooldown_min: 0,
  opposite_cooldown_min: 0,
  conflict_window_s: 0,
  duplicate_atr: 0,
}
const free: Facts = { pattern: { cooldown_min: 0 } }

/** A claim at each of these clock times, each at a level of its own; which of them are emitted. */
function emittedAt(clocks: readonly string[], rules: Partial<AlertRules>, facts: (n: number) => Facts = () => ({})): string[] {
  const moments = clocks.map((known_at, n) =>
    moment(known_at, [detection({ known_at, ...free, ...facts(n), candidate: { level: 100_000 + 1000 * n } })]),
  )
  const { alerts } = run(moments, { ...NO_COOLDOWNS, ...rules })
  return clocks.filter((clock) => alerts.some(({ state, known_at_ms }) => state === 'emitted' && known_at_ms === atMs(clock)))
}

describe('token buckets in virtual time', () => {
  test('of an instrument: six at once, then one each ten minutes', () => {
    const minutes = Array.from({ length: 60 }, (_, n) => `10:${String(n).padStart(2, '0')}`)
    expect(emittedAt(minutes, {})).toEqual([
      '10:00',
      '10:01',
      '10:02',
      '10:03',
      '10:04',
      '10:05',
      '10:10',
      '10:20',
      '10:30',
      '10:40',
      '10:50',
    ])
  })

  test('of a pattern, over all instruments', () => {
    const rules = { pattern_per_hour: 2 }
    const many = (n: number): Facts => ({ instrument: stock(n) })
    expect(emittedAt(['10:00', '10:01', '10:02', '10:30', '10:31', '11:00'], rules, many)).toEqual([
      '10:00',
      '10:01',
      '10:30',
      '11:00',
    ])
    const two = (n: number): Facts => ({ instrument: stock(n), pattern: { cooldown_min: 0, id: n % 2 === 0 ? 'a' : 'b' } })
    expect(emittedAt(['10:00', '10:01', '10:02', '10:03', '10:04'], rules, two)).toEqual(['10:00', '10:01', '10:02', '10:03'])
  })

  test('of all, a minute', () => {
    const many = (n: number): Facts => ({ instrument: stock(n) })
    expect(emittedAt(['10:00', '10:01', '10:02'], { all_per_minute: 1 }, many)).toEqual(['10:00', '10:01', '10:02'])
    const second = detection({ known_at_ms: atMs('10:00') + 59_000, instrument: stock(2), bar: bar('09:59', 100_000) })
    const third = detection({ known_at_ms: atMs('10:00') + 62_000, instrument: stock(3), bar: bar('09:59', 100_000) })
    const { alerts } = run(
      [
        moment('10:00', [detection({ instrument: stock(1) })]),
        { now_ms: atMs('10:00') + 61_999, detections: [second] },
        { now_ms: atMs('10:00') + 62_000, detections: [third] },
      ],
      { all_per_minute: 1 },
    )
    expect(alerts.map(({ suppress_detail, state }) => suppress_detail ?? state)).toEqual(['emitted', 'all_per_minute', 'emitted'])
  })

  test('of all, a session date: no refill, and all is new on the next', () => {
    const claim = (date: string, clock: string, n: number) =>
      detection({ known_at_ms: atMs(clock, date), instrument: stock(n), candidate: { level: 100_000 + n } })
    const at = (date: string, clock: string, n: number) => ({
      now_ms: atMs(clock, date) + 2000,
      detections: [claim(date, clock, n)],
    })
    const { alerts } = run(
      [
        at('2025-10-06', '10:00', 1),
        at('2025-10-06', '11:00', 2),
        at('2025-10-06', '15:20', 3),
        at('2025-10-07', '09:20', 3),
        at('2025-10-07', '09:21', 4),
        at('2025-10-07', '09:22', 5),
      ],
      { all_per_day: 2 },
    )
    expect(alerts.map(({ suppress_detail, state }) => suppress_detail ?? state)).toEqual([
      'emitted',
      'emitted',
      'expired',
      'expired',
      'all_per_day',
      'emitted',
      'emitted',
      'all_per_day',
    ])
  })

  test('what is held back takes nothing', () => {
    const held = Array.from({ length: 50 }, (_, n) => detection({ instrument: stock(n), confidence: 0.8 }))
    const result = run([moment('10:00', [...held, detection()])], { all_per_minute: 1, all_per_day: 1 })
    expect(told(result).at(-1)).toBe('emitted')
    expect(result.desk.counts.suppressed.low_confidence).toBe(50)
  })
})

describe('more claims than tokens', () => {
  const claim = (n: number, confidence: number, reward?: number) =>
    detection({
      instrument: stock(n),
      confidence,
      candidate: reward === undefined ? {} : { entry: 100_000, stop: 99_000, targets: [100_000 + 1000 * reward] },
    })
  const chosen = (...claims: ReturnType<typeof detection>[]) =>
    run([moment('10:00', claims)], { all_per_minute: 2 })
      .alerts.filter(({ state }) => state === 'emitted')
      .map(({ detection: { instrument } }) => instrument.symbol)

  test('those with the highest confidence x risk_reward are emitted, the best first', () => {
    expect(chosen(claim(1, 0.86, 1), claim(2, 0.95, 1), claim(3, 0.9, 1))).toEqual(['STOCK2', 'STOCK3'])
    expect(chosen(claim(1, 0.86, 2), claim(2, 0.95, 1), claim(3, 0.9, 1.5))).toEqual(['STOCK1', 'STOCK3'])
    expect(chosen(claim(1, 0.95), claim(2, 0.9, 0.5), claim(3, 0.86, 2))).toEqual(['STOCK3', 'STOCK1'])
  })

  test('ties go to the lower pattern id, then to the lower token', () => {
    const b = detection({ instrument: stock(1), pattern: { id: 'b' } })
    const a = detection({ instrument: stock(5), pattern: { id: 'a' } })
    const other = detection({ instrument: stock(3), pattern: { id: 'b' } })
    expect(chosen(other, b, a)).toEqual(['STOCK5', 'STOCK1'])
  })
})

describe('the flood of the public code (5000 alerts a minute)', () => {
  const flood = (clock: string, count: number) =>
    Array.from({ length: count }, (_, n) =>
      detection({
        known_at: clock,
        instrument: instrument({ instrument_token: 256 * n + 1, symbol: `S${n}` }),
        confidence: 0.95,
        pattern: { id: `p${n % 200}`, category: 'custom' },
      }),
    )

  test('one minute of 5000 claims gives 20 alerts, and says what became of the rest', () => {
    const { alerts, desk } = run([moment('10:00', flood('10:00', 5000))])
    expect(alerts).toHaveLength(5000)
    expect(desk.counts).toMatchObject({ emitted: 20, suppressed: { rate_limit: 4980 } })
  })

  test('a day of it gives 200', () => {
    const clocks = Array.from({ length: 30 }, (_, n) => `1${Math.floor(n / 10)}:${10 + (n % 10)}`)
    const { desk } = run(clocks.map((clock) => moment(clock, flood(clock, 400))))
    expect(desk.counts.emitted).toBe(200)
    const held = Object.values(desk.counts.suppressed).reduce((sum, count) => sum + count, 0)
    expect(held).toBe(30 * 400 - 200)
    let by_pattern = 0
    for (const { emitted, suppressed } of desk.counts.by_pattern.values()) by_pattern += emitted + suppressed
    expect(by_pattern).toBe(30 * 400)
  })
})
