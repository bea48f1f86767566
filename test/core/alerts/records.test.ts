import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ALERT_FIELDS, ALERT_RULES, type Alert, alertCells, DEFAULT_ALERT_RULES } from '../../../src/core/alerts/index.js'
import { ndjson, RecordBatch } from '../../../src/core/formats/index.js'
import { atMs, bar, detection, type Facts, moment, run, sha256, stock } from './make.js'

/** Records as NDJSON prints them. */
function printed(alerts: readonly Alert[]): unknown[] {
  const batch = new RecordBatch(ALERT_FIELDS)
  for (const alert of alerts) batch.append(alertCells(alert), alert.detection.instrument.price_divisor)
  const lines = new TextDecoder().decode(ndjson.open(ALERT_FIELDS).write(batch)).trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line))
}
const only = (facts: Facts): Alert => {
  const { alerts } = run([moment('10:00', [detection(facts)])])
  expect(alerts).toHaveLength(1)
  return alerts[0] as Alert
}

describe('alert_id', () => {
  test('is the first 16 hex digits of the SHA-256 of the identity as the docs write it', () => {
    const { alert_id } = only({ candidate: { level: 100_012.6 } })
    expect(alert_id).toBe(sha256('c0ffee|2025-10-06|738561|volume_spike|BUY|1759724940000|100015').slice(0, 16))
    expect(atMs('09:59')).toBe(1_759_724_940_000)
  })

  test('the example of the docs is right', () => {
    const page = readFileSync(new URL('../../../docs/alerts.md', import.meta.url), 'utf8')
    const [, identity = '', id] = /`(c0ffee\|[^`]+)` gives `(\w+)`/.exec(page) ?? []
    expect(only({ candidate: { level: 100_012.6 } }).alert_id).toBe(id)
    expect(sha256(identity).slice(0, 16)).toBe(id)
  })

  test('the bar that the detector names counts; without one the minute, or the second that has ended', () => {
    const id = (start_ms: number) => sha256(`c0ffee|2025-10-06|738561|volume_spike|BUY|${start_ms}|100000`).slice(0, 16)
    expect(only({ candidate: { bar_start_ms: atMs('09:55') } })).toMatchObject({
      alert_id: id(atMs('09:55')),
      bar_start_ms: atMs('09:55'),
    })
    const by_second = only({ known_at_ms: atMs('10:00') - 5000, bar: bar('09:58', 100_000), pattern: { cadence: 'second' } })
    expect(by_second).toMatchObject({ alert_id: id(atMs('10:00') - 6000), bar_start_ms: atMs('10:00') - 6000 })
  })

  test('does not depend on when it was told, how sure it was, or what became of it', () => {
    const claim = detection()
    const at = (delay_ms: number, facts: Facts) =>
      run([{ now_ms: claim.known_at_ms + delay_ms, detections: [detection(facts)] }]).alerts[0]
    const id = at(2000, {})?.alert_id
    for (const facts of [
      {},
      { confidence: 0.7 },
      { quality_fault: 'wide_spread' },
      { atr: 1, vix: 30 },
      { candidate: { stop: 99_000, score: 0.2 } },
    ] as const)
      for (const delay_ms of [0, 4999, 70_000]) expect(at(delay_ms, facts)?.alert_id).toBe(id)
  })

  test('differs with everything that it is made of', () => {
    const ids = [
      {},
      { instrument: stock(1) },
      { known_at: '10:01' },
      { candidate: { direction: 'SELL' } },
      { candidate: { level: 100_005 } },
      { pattern: { id: 'breakout' } },
    ] as const satisfies readonly Facts[]
    expect(new Set(ids.map((facts) => only(facts).alert_id)).size).toBe(ids.length)
  })
})

describe('groups', () => {
  const at = (known_at: string, n: number, facts: Facts = {}) => {
    const instrument = stock(n, { underlying: 'X' })
    return moment(known_at, [detection({ known_at, instrument, pattern: { id: `p${n}`, category: 'custom' }, ...facts })])
  }
  const groups = (...moments: ReturnType<typeof at>[]) => {
    const { alerts } = run(moments, { family_cooldown_min: 0, conflict_window_s: 0 })
    expect(alerts.every(({ state }) => state === 'emitted')).toBe(true)
    return alerts.map(({ group_id }) => alerts.findIndex(({ alert_id }) => alert_id === group_id))
  }

  test('alerts of one underlying and view within 300 s of the first share its id', () => {
    expect(groups(at('10:00', 1), at('10:03', 2), at('10:04', 3), at('10:05', 4), at('10:07', 5))).toEqual([0, 0, 0, 3, 3])
  })

  test('the other view, or another underlying, is another group', () => {
    const sell = { candidate: { direction: 'SELL' } } as const
    const other = { instrument: stock(9) }
    expect(groups(at('10:00', 1), at('10:01', 2, sell), at('10:02', 3, other), at('10:03', 4, sell))).toEqual([0, 1, 2, 1])
  })

  test('what is suppressed has none; a transition has that of its alert', () => {
    const { alerts } = run([
      moment('10:00', [detection({ candidate: { stop: 99_500 } }), detection({ confidence: 0.8, instrument: stock(1) })]),
      moment('10:01', [], [bar('10:00', 90_000)]),
    ])
    expect(alerts.map(({ state, group_id }) => [state, group_id])).toEqual([
      ['suppressed', undefined],
      ['emitted', alerts[1]?.alert_id],
      ['stop_hit', alerts[1]?.alert_id],
    ])
  })
})

describe('a record on output', () => {
  const facts: Facts = {
    confidence: 0.9123456789,
    confidence_raw: 0.9604,
    multipliers: { spread: 0.95 },
    volume_ratio: 3.33333333333,
    candidate: {
      level: 99_950,
      entry: 100_000,
      stop: 99_500,
      targets: [101_000, 102_005],
      invalidation: Number.NaN,
      subtype: 'up',
      missing: ['obi5'],
      evidence: { rv: 3.33333333333, rv_min: 2.2, rv_source: 'roll', is_open: true, levels: [1.00000001, 'x'], adx: Number.NaN },
    },
  }

  test('has the fields of the design notes first, in their order', () => {
    const first =
      'pattern_type symbol confidence price volume_ratio signal action last_price price_change_pct volume vix_level market_regime pattern_category expected_move entry_price target_price stop_loss risk_reward timestamp_ms'
    expect(ALERT_FIELDS.slice(0, 19).map(({ name }) => name)).toEqual(first.split(' '))
    expect(new Set(ALERT_FIELDS.map(({ name }) => name)).size).toBe(ALERT_FIELDS.length)
  })

  test('prices in rupees, numbers to 6 decimals, absent what is not there', () => {
    const alert = only(facts)
    expect(printed([alert])).toEqual([
      {
        pattern_type: 'volume_spike',
        symbol: 'RELIANCE',
        confidence: 0.912346,
        price: 1000,
        volume_ratio: 3.333333,
        signal: 'BUY',
        action: 'BUY_LIMIT',
        last_price: 1000,
        price_change_pct: 0.5,
        volume: 1000,
        vix_level: 14,
        market_regime: 'LOW',
        pattern_category: 'volume',
        expected_move: 1,
        entry_price: 1000,
        target_price: 1010,
        stop_loss: 995,
        risk_reward: 2,
        timestamp_ms: atMs('10:00'),
        schema_version: 1,
        alert_id: alert.alert_id,
        state: 'emitted',
        session_date: '2025-10-06',
        exchange: 'NSE',
        instrument_token: 738_561,
        interval: '1m',
        bar_start_ms: atMs('09:59'),
        known_at_ms: atMs('10:00'),
        emitted_at_ms: atMs('10:00') + 2000,
        direction: 'BUY',
        subtype: 'up',
        confidence_raw: 0.9604,
        level: 999.5,
        expires_at_ms: atMs('11:00'),
        seen_count: 1,
        group_id: alert.alert_id,
        engine_version: '0.0.0',
        config_hash: 'c0ffee',
        targets: [1010, 1020.05],
        multipliers: { spread: 0.95 },
        quality: { complete: true, stale_ms: 300, spread_bps: 1 },
        evidence: {
          rv: 3.333333,
          rv_min: 2.2,
          rv_source: 'roll',
          is_open: true,
          levels: [1, 'x'],
          missing: ['obi5', 'invalidation', 'adx'],
        },
      },
    ])
  })

  test('without India VIX says so and has no regime; without volume has none', () => {
    const bare = {
      vix: Number.NaN,
      regime: undefined,
      stale_ms: Number.NaN,
      spread_bps: Number.NaN,
      bar: bar('09:59', 100_000, { volume: 0, volume_na: true }),
    }
    const [record] = printed([only({ ...bare, volume_ratio: Number.NaN, price_change_pct: Number.NaN })]) as [object]
    expect(record).toMatchObject({ quality: { complete: true, vix_missing: true } })
    for (const name of [
      'vix_level',
      'market_regime',
      'volume',
      'volume_ratio',
      'price_change_pct',
      'stop_loss',
      'subtype',
      'legs',
    ])
      expect(record).not.toHaveProperty(name)
  })

  test('an option strategy: its action, its legs in rupees', () => {
    const leg = stock(3, { symbol: 'X25OCT1000CE', instrument_type: 'CE', underlying: 'X' })
    const candidate = {
      direction: 'NEUTRAL',
      action: 'SELL_STRADDLE',
      legs: [{ instrument: leg, side: 'SELL', ratio: 1, price: 4_512.5 }],
    } as const
    const [record] = printed([only({ candidate, pattern: { cadence: 'second', category: 'straddle' } })])
    expect(record).toMatchObject({
      signal: 'NEUTRAL',
      action: 'SELL_STRADDLE',
      interval: '1s',
      legs: [{ instrument_token: leg.instrument_token, symbol: 'X25OCT1000CE', side: 'SELL', ratio: 1, price: 45.125 }],
    })
  })

  test('default actions', () => {
    for (const [direction, action] of [
      ['BUY', 'BUY_LIMIT'],
      ['SELL', 'SELL_LIMIT'],
      ['NEUTRAL', 'WATCH'],
    ] as const)
      expect(printed([only({ candidate: { direction } })])[0]).toMatchObject({ signal: direction, direction, action })
  })

  test('a last bit more or less in what detectors compute gives the same bytes', () => {
    const up = (value: number): number => value * (1 + Number.EPSILON)
    const nudged: Facts = {
      ...facts,
      confidence: up(0.9123456789),
      volume_ratio: up(3.33333333333),
      candidate: {
        ...facts.candidate,
        stop: up(99_500),
        level: up(99_950),
        evidence: { ...facts.candidate?.evidence, rv: up(3.33333333333) },
      },
    }
    expect(printed([only(nudged)])).toEqual(printed([only(facts)]))
    // Halfway between two ticks, where the noise would decide.
    expect(only({ candidate: { level: 99_952.5 * (1 - Number.EPSILON) } }).level).toBe(99_955)
  })
})

describe('the rules', () => {
  test('have defaults within their range, and say where they come from', () => {
    for (const [name, { default: value, min, max, doc, source }] of Object.entries(ALERT_RULES)) {
      expect([name, value >= min && value <= max && min < max, doc.length > 10, source.length > 2]).toEqual([
        name,
        true,
        true,
        true,
      ])
      expect(DEFAULT_ALERT_RULES).toHaveProperty(name, value)
    }
  })

  test('are those of the specification', () => {
    expect(DEFAULT_ALERT_RULES).toMatchObject({
      min_confidence: 0.85,
      high_confidence: 0.9,
      conflict_window_s: 120,
      conflict_margin: 0.05,
      conflict_factor: 0.95,
      priority_weight: 0.02,
      confirmation_bonus_max: 0.03,
      duplicate_atr: 0.25,
      update_rise: 0.05,
      symbol_cooldown_min: 3,
      family_cooldown_min: 5,
      opposite_cooldown_min: 5,
      symbol_per_hour: 6,
      pattern_per_hour: 30,
      all_per_minute: 20,
      all_per_day: 200,
      group_window_s: 300,
      stop_max_pct: 5,
    })
  })
})
