import { describe, expect, test } from 'vitest'
import type { Alert } from '../../../src/core/alerts/index.js'
import { atMs, bar, detection, type Facts, moment, run, stock, told } from './make.js'

/** Confidence, direction and pattern of a claim about RELIANCE. */
const claim = (confidence: number, direction: 'BUY' | 'SELL' | 'NEUTRAL', id: string, facts: Facts = {}) =>
  detection({ confidence, ...facts, candidate: { direction, ...facts.candidate }, pattern: { id, ...facts.pattern } })
const strategy = (confidence: number, facts: Facts = {}) =>
  claim(confidence, 'NEUTRAL', 'range_bound_strangle', { ...facts, pattern: { category: 'straddle', ...facts.pattern } })
const settled = (...claims: ReturnType<typeof detection>[]) => run([moment('10:00', claims)])
const of = (alerts: readonly Alert[], id: string): Alert => {
  const found = alerts.filter(({ detection: { pattern }, state }) => pattern.id === id && state !== 'conflict')
  expect(found).toHaveLength(1)
  return found[0] as Alert
}

describe('the same direction', () => {
  test('the best stays, the others confirm it', () => {
    const { alerts } = settled(claim(0.9, 'BUY', 'a'), claim(0.92, 'BUY', 'b'), claim(0.87, 'BUY', 'c'))
    const best = of(alerts, 'b')
    expect(best).toMatchObject({ state: 'emitted', confidence: 0.94, evidence: { confirmation_bonus: 0.02 } })
    expect(best.confirmations).toEqual([
      { alert_id: of(alerts, 'a').alert_id, pattern_type: 'a', symbol: 'RELIANCE', confidence: 0.9 },
      { alert_id: of(alerts, 'c').alert_id, pattern_type: 'c', symbol: 'RELIANCE', confidence: 0.87 },
    ])
    for (const id of ['a', 'c'])
      expect(of(alerts, id)).toMatchObject({
        suppress_reason: 'conflict',
        suppress_detail: 'confirms b BUY RELIANCE',
        parent_id: best.alert_id,
      })
  })

  test('spot, future and option of one underlying are one; a put the other way round', () => {
    const call = stock(1, { underlying: 'RELIANCE', instrument_type: 'CE' })
    const put = stock(2, { underlying: 'RELIANCE', instrument_type: 'PE' })
    const { alerts } = settled(
      claim(0.93, 'BUY', 'a'),
      claim(0.91, 'BUY', 'b', { instrument: call }),
      claim(0.92, 'SELL', 'c', { instrument: put }),
    )
    expect(of(alerts, 'a')).toMatchObject({ state: 'emitted', confidence: 0.95 })
    expect(of(alerts, 'a').confirmations.map(({ pattern_type }) => pattern_type)).toEqual(['c', 'b'])
    const contrary = settled(claim(0.97, 'BUY', 'a'), claim(0.88, 'BUY', 'c', { instrument: put })).alerts
    expect(of(contrary, 'c')).toMatchObject({ suppress_reason: 'conflict', suppress_detail: 'against a BUY RELIANCE' })
  })

  test('other underlyings have nothing to do with it', () => {
    const { alerts } = settled(claim(0.9, 'BUY', 'a'), claim(0.9, 'SELL', 'b', { instrument: stock(1) }))
    expect(alerts.map(({ state }) => state)).toEqual(['emitted', 'emitted'])
  })

  test('only other patterns add to the confidence, at most 0.03, never above 0.98', () => {
    const same = [1, 2].map((n) => claim(0.9, 'BUY', 'a', { instrument: stock(n, { underlying: 'RELIANCE' }) }))
    expect(settled(claim(0.91, 'BUY', 'a'), ...same).alerts.at(-1)).toMatchObject({ confidence: 0.91, evidence: {} })
    const many = ['b', 'c', 'd', 'e'].map((id) => claim(0.9, 'BUY', id))
    expect(of(settled(claim(0.91, 'BUY', 'a'), ...many).alerts, 'a').confidence).toBe(0.94)
    expect(of(settled(claim(0.97, 'BUY', 'a'), ...many).alerts, 'a')).toMatchObject({
      confidence: 0.98,
      evidence: { confirmation_bonus: 0.01 },
    })
  })

  test('nothing is lifted across the gate', () => {
    const below = settled(claim(0.849, 'BUY', 'a'), claim(0.848, 'BUY', 'b'), claim(0.847, 'BUY', 'c'))
    expect(told(below)).toEqual(Array(3).fill('suppressed low_confidence'))
    // 0.89 x 0.95 = 0.8455: two confirmations would make 0.8655 of it.
    const won = settled(
      claim(0.89, 'BUY', 'a', { pattern: { priority: 90 } }),
      claim(0.86, 'BUY', 'b'),
      claim(0.86, 'BUY', 'c'),
      claim(0.855, 'SELL', 'd'),
    )
    expect(of(won.alerts, 'a')).toMatchObject({ suppress_reason: 'low_confidence', confidence: 0.8455 })
    // 0.9 x 0.95 = 0.855 stands by itself.
    const stood = settled(
      claim(0.9, 'BUY', 'a', { pattern: { priority: 90 } }),
      claim(0.86, 'BUY', 'b'),
      claim(0.86, 'SELL', 'd'),
    )
    expect(of(stood.alerts, 'a')).toMatchObject({ state: 'emitted', confidence: 0.865, multipliers: { conflict: 0.95 } })
  })

  test('ties go to the lower pattern id, then to the lower token', () => {
    const [low, high] = [stock(1, { underlying: 'X' }), stock(2, { underlying: 'X' })]
    const ids = settled(
      claim(0.9, 'BUY', 'b', { instrument: low }),
      claim(0.9, 'BUY', 'a', { instrument: high }),
      claim(0.9, 'BUY', 'a', { instrument: low }),
    ).alerts.map(({ detection: { pattern, instrument }, state }) => `${pattern.id} ${instrument.symbol} ${state}`)
    expect(ids).toEqual(['a STOCK2 suppressed', 'b STOCK1 suppressed', 'a STOCK1 emitted'])
  })
})

describe('contrary directions', () => {
  test('within 0.05 of each other both are held back, and a note says so', () => {
    const { alerts, desk } = settled(claim(0.93, 'BUY', 'a'), claim(0.89, 'SELL', 'b'))
    expect(of(alerts, 'a')).toMatchObject({ suppress_reason: 'conflict_tie', parent_id: of(alerts, 'b').alert_id })
    expect(of(alerts, 'b')).toMatchObject({ suppress_reason: 'conflict_tie', parent_id: of(alerts, 'a').alert_id })
    const notes = alerts.filter(({ state }) => state === 'conflict')
    expect(notes).toMatchObject([
      {
        detection: { pattern: { id: 'a' }, candidate: { direction: 'NEUTRAL' } },
        confidence: 0.93,
        levels: { targets: [], stop: undefined },
        evidence: {
          claims: ['a BUY RELIANCE', 'b SELL RELIANCE'],
          alert_ids: [of(alerts, 'a').alert_id, of(alerts, 'b').alert_id],
          scores: [0.93, 0.89],
        },
      },
    ])
    expect(new Set(alerts.map(({ alert_id }) => alert_id)).size).toBe(3)
    expect(desk.counts).toMatchObject({ emitted: 0, suppressed: { conflict_tie: 2 }, conflicts: 1 })
  })

  test.each([
    [0.949999, 'conflict_tie'],
    [0.95, undefined],
    // 0.9 + 0.05 is not 0.95 to the last bit.
    [0.9 + 0.05, undefined],
  ])('%d against 0.9', (confidence, reason) => {
    const { alerts } = settled(claim(confidence, 'SELL', 'a'), claim(0.9, 'BUY', 'b'))
    expect(of(alerts, 'a').suppress_reason).toBe(reason)
    expect(of(alerts, 'b')).toMatchObject({ suppress_reason: reason ?? 'conflict' })
    if (reason === undefined) expect(of(alerts, 'a')).toMatchObject({ confidence: 0.9025, multipliers: { conflict: 0.95 } })
  })

  test('priority counts for 0.02 at most; it is no trump (the public code let it decide alone)', () => {
    const of_priority = (priority: number) => settled(claim(0.97, 'BUY', 'a'), claim(0.9, 'SELL', 'b', { pattern: { priority } }))
    expect(of(of_priority(89).alerts, 'a').state).toBe('emitted')
    expect(of(of_priority(90).alerts, 'a').state).toBe('emitted')
    const close = settled(claim(0.96, 'BUY', 'a'), claim(0.9, 'SELL', 'b', { pattern: { priority: 90 } }))
    expect(of(close.alerts, 'a').suppress_reason).toBe('conflict_tie')
  })

  test('what wins but falls below the gate by it is held back', () => {
    const { alerts } = settled(claim(0.89, 'BUY', 'a', { pattern: { priority: 90 } }), claim(0.85, 'SELL', 'b'))
    expect(of(alerts, 'a')).toMatchObject({
      suppress_reason: 'low_confidence',
      suppress_detail: 'after conflict with b SELL RELIANCE',
      confidence: 0.8455,
    })
    expect(of(alerts, 'b').suppress_reason).toBe('conflict')
  })

  test('a claim below the gate contradicts nothing', () => {
    const { alerts } = settled(claim(0.86, 'BUY', 'a'), claim(0.84, 'SELL', 'b'))
    expect(of(alerts, 'a')).toMatchObject({ state: 'emitted', confidence: 0.86 })
  })
})

describe('option strategies', () => {
  test('are contradicted by a direction of 0.90 and more', () => {
    expect(told(settled(claim(0.89, 'BUY', 'a'), strategy(0.86)))).toEqual(['emitted', 'emitted'])
    expect(told(settled(claim(0.9, 'BUY', 'a'), strategy(0.86)))).toEqual([
      'suppressed conflict_tie',
      'suppressed conflict_tie',
      'conflict',
    ])
    const { alerts } = settled(claim(0.96, 'SELL', 'a'), strategy(0.86))
    expect(of(alerts, 'a')).toMatchObject({ state: 'emitted', confidence: 0.912 })
    expect(of(alerts, 'range_bound_strangle').suppress_reason).toBe('conflict')
  })

  test('so are NEUTRAL claims with legs, and no other NEUTRAL claims', () => {
    const legs = [{ instrument: stock(1), side: 'SELL', ratio: 1, price: 5000 }] as const
    expect(told(settled(claim(0.96, 'BUY', 'a'), claim(0.86, 'NEUTRAL', 'b', { candidate: { legs } })))).toContain(
      'suppressed conflict',
    )
    const watch = settled(claim(0.96, 'BUY', 'a'), claim(0.86, 'NEUTRAL', 'b', { pattern: { category: 'ict' } }))
    expect(told(watch)).toEqual(['emitted', 'emitted'])
    expect(watch.alerts[0]?.confidence).toBe(0.96)
  })

  test('stand when the directions have cancelled each other', () => {
    const { alerts } = settled(claim(0.93, 'BUY', 'a'), claim(0.92, 'SELL', 'b'), strategy(0.86))
    expect(of(alerts, 'range_bound_strangle').state).toBe('emitted')
  })

  test('a winner over both loses confidence once', () => {
    const { alerts } = settled(claim(0.97, 'BUY', 'a'), claim(0.9, 'SELL', 'b'), strategy(0.86))
    expect(of(alerts, 'a')).toMatchObject({ state: 'emitted', confidence: 0.9215 })
    expect(alerts.filter(({ suppress_reason }) => suppress_reason === 'conflict')).toHaveLength(2)
  })
})

describe('for two minutes after an alert', () => {
  const buy = claim(0.9, 'BUY', 'a', { candidate: { level: 100_000, entry: 100_000 } })
  const sell = (known_at: string, confidence: number, facts: Facts = {}) =>
    claim(confidence, 'SELL', 'b', { known_at, ...facts, pattern: { category: 'breakout', ...facts.pattern } })
  const after = (known_at: string, confidence: number, facts: Facts = {}) =>
    run([moment('10:00', [buy]), moment(known_at, [sell(known_at, confidence, facts)])])

  test('a contrary claim must be better by 0.05; then the alert is superseded, and never taken back', () => {
    const held = after('10:01', 0.949999)
    expect(held.alerts[1]).toMatchObject({ suppress_reason: 'conflict', parent_id: held.alerts[0]?.alert_id })
    const { alerts, desk } = after('10:01', 0.95)
    expect(alerts.map(({ state }) => state)).toEqual(['emitted', 'emitted', 'superseded'])
    expect(alerts[1]).toMatchObject({ confidence: 0.95, parent_id: alerts[0]?.alert_id, multipliers: {} })
    expect(alerts[2]).toMatchObject({
      alert_id: alerts[0]?.alert_id,
      parent_id: alerts[1]?.alert_id,
      known_at_ms: atMs('10:01'),
      emitted_at_ms: atMs('10:01') + 2000,
      confidence: 0.9,
    })
    expect(desk.counts).toMatchObject({ emitted: 2, transitions: { superseded: 1 } })
  })

  test('the window is half-open', () => {
    const future = { instrument: stock(1, { underlying: 'RELIANCE', instrument_type: 'FUT' }) } as const
    expect(told(after('10:01', 0.9, future))).toEqual(['emitted', 'suppressed conflict'])
    expect(told(after('10:02', 0.9, future))).toEqual(['emitted', 'emitted'])
  })

  test('superseding frees from the cooldowns of what is superseded, not from others', () => {
    // Same category and instrument: without that, both the family and the opposite direction would wait 5 minutes.
    expect(told(after('10:01', 0.96, { pattern: { category: 'volume' } }))).toEqual(['emitted', 'emitted', 'superseded'])
    const earlier = sell('09:56', 0.9, { candidate: { level: 120_000, entry: 100_000 } })
    const blocked = run([
      moment('09:56', [earlier]),
      moment('10:01', [{ ...buy, known_at_ms: atMs('10:01') }]),
      moment('10:02', [sell('10:02', 0.96)]),
    ])
    expect(told(blocked)).toEqual(['emitted', 'emitted', 'suppressed cooldown'])
    expect(blocked.alerts[2]?.parent_id).toBe(blocked.alerts[0]?.alert_id)
  })

  test('an alert is superseded by what is emitted only', () => {
    const limited = run([moment('10:00', [buy]), moment('10:01', [sell('10:01', 0.96)])], { all_per_day: 1 })
    expect(told(limited)).toEqual(['emitted', 'suppressed rate_limit'])
  })

  test('what the market has proven wrong does not stand in the way', () => {
    const stop = { ...buy, candidate: { ...buy.candidate, stop: 99_900 } }
    const { alerts } = run([moment('10:00', [stop]), moment('10:01', [sell('10:01', 0.86)], [bar('10:00', 99_500)])])
    expect(alerts.map(({ state }) => state)).toEqual(['emitted', 'stop_hit', 'emitted'])
    expect(alerts[2]).not.toHaveProperty('parent_id')
  })

  test('what reached its target still stands in the way, and cannot be superseded any more', () => {
    const target = { ...buy, candidate: { ...buy.candidate, targets: [100_100] } }
    const next = (confidence: number) =>
      told(run([moment('10:00', [target]), moment('10:01', [sell('10:01', confidence)], [bar('10:00', 100_500)])]))
    expect(next(0.86)).toEqual(['emitted', 'target_hit', 'suppressed conflict'])
    expect(next(0.96)).toEqual(['emitted', 'target_hit', 'emitted'])
  })

  test('what has expired cannot be superseded, though its end is told later', () => {
    const brief = { ...buy, candidate: { ...buy.candidate, expires_min: 1 } }
    const { alerts } = run([moment('10:00', [brief]), moment('10:01', [sell('10:01', 0.96)]), moment('10:03')])
    expect(alerts.map(({ state }) => state)).toEqual(['emitted', 'emitted', 'expired'])
    expect(alerts[2]?.alert_id).toBe(alerts[0]?.alert_id)
  })

  test('a strategy is superseded by a direction of 0.90 only', () => {
    const first = strategy(0.86, { instrument: stock(9, { underlying: 'RELIANCE' }) })
    const next = (confidence: number, priority = 0) =>
      told(run([moment('10:00', [first]), moment('10:01', [sell('10:01', confidence, { pattern: { priority } })])])).slice(1)
    expect(next(0.89)).toEqual(['emitted'])
    expect(next(0.9)).toEqual(['suppressed conflict'])
    expect(next(0.91)).toEqual(['emitted', 'superseded'])
  })
})

test('a moment of claims that all contradict each other gives one note an underlying', () => {
  const claims = Array.from({ length: 40 }, (_, n) => claim(0.9, n % 2 === 0 ? 'BUY' : 'SELL', `p${n}`))
  const { desk } = settled(...claims)
  expect(desk.counts).toMatchObject({ emitted: 0, conflicts: 1, suppressed: { conflict: 38, conflict_tie: 2 } })
})
