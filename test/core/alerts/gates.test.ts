import { describe, expect, test } from 'vitest'
import { atMs, bar, detection, type Facts, moment, run, stock, told } from './make.js'

const once = (facts: Facts = {}) => run([moment('10:00', [detection(facts)])])

describe('quality', () => {
  test.each(['incomplete_bar', 'wide_spread', 'first_minute', 'last_minutes'] as const)('%s', (quality_fault) => {
    const { alerts } = once({ quality_fault })
    expect(alerts).toMatchObject([{ state: 'suppressed', suppress_reason: 'quality', suppress_detail: quality_fault }])
  })

  test('what was known too long ago is told as late, to the millisecond', () => {
    const late = (ms: number) => told(run([{ now_ms: atMs('10:00') + ms, detections: [detection()] }]))
    expect(late(65_000)).toEqual(['emitted'])
    expect(late(65_001)).toEqual(['suppressed quality'])
  })
})

describe('confidence', () => {
  test.each([
    [0.85, ['emitted']],
    [0.849999, ['suppressed low_confidence']],
    // What is printed is what is compared.
    [0.85 - 1e-9, ['emitted']],
    [0.8499994, ['suppressed low_confidence']],
    [Number.NaN, ['suppressed low_confidence']],
  ])('%d', (confidence, expected) => {
    const result = once({ confidence })
    expect(told(result)).toEqual(expected)
    if (confidence > 0.849999999) expect(result.alerts[0]?.confidence).toBe(0.85)
  })

  test('the gate can be moved', () => {
    const at88 = [moment('10:00', [detection({ confidence: 0.88 })])]
    expect(told(run(at88, { min_confidence: 0.9 }))).toEqual(['suppressed low_confidence'])
  })
})

describe('duplicate', () => {
  const first = detection({ candidate: { level: 100_000, expires_min: 240 }, pattern: { cooldown_min: 0 } })
  const again = (facts: Facts = {}) =>
    detection({
      known_at: '11:00',
      ...facts,
      candidate: { level: 100_050, ...facts.candidate },
      pattern: { cooldown_min: 0, ...facts.pattern },
    })
  const after = (facts: Facts = {}) => told(run([moment('10:00', [first]), moment('11:00', [again(facts)])])).slice(1)

  test('a level within a quarter of an ATR of an active alert', () => {
    expect(after()).toEqual(['suppressed duplicate'])
    expect(after({ candidate: { level: 100_055 } })).toEqual(['emitted'])
    expect(after({ candidate: { level: 99_950 } })).toEqual(['suppressed duplicate'])
    expect(after({ candidate: { level: 99_945 } })).toEqual(['emitted'])
  })

  test('without an ATR that of the alert counts; without either, the same level only', () => {
    expect(after({ atr: Number.NaN })).toEqual(['suppressed duplicate'])
    const bare = detection({ atr: Number.NaN, candidate: { level: 100_000 }, pattern: { cooldown_min: 0 } })
    const next = (level: number) =>
      detection({ known_at: '10:20', atr: Number.NaN, candidate: { level }, pattern: { cooldown_min: 0 } })
    const tell = (level: number) => told(run([moment('10:00', [bare]), moment('10:20', [next(level)])]))[1]
    expect(tell(100_000)).toBe('suppressed duplicate')
    expect(tell(100_005)).toBe('emitted')
  })

  test('another pattern, direction or instrument is no duplicate', () => {
    expect(after({ pattern: { id: 'breakout' } })).toEqual(['emitted'])
    expect(after({ candidate: { direction: 'SELL' } })).toEqual(['emitted'])
    expect(after({ instrument: stock(1) })).toEqual(['emitted'])
  })

  test('an alert that is over has no duplicates', () => {
    const later = again({ known_at: '14:00' })
    expect(told(run([moment('10:00', [first]), moment('13:59', []), moment('14:00', [later])]))).toEqual(['emitted', 'emitted'])
    const stopped = detection({ candidate: { level: 100_000, stop: 99_500 }, pattern: { cooldown_min: 0 } })
    const fall = bar('10:05', 99_000)
    expect(told(run([moment('10:00', [stopped]), moment('10:06', [], [fall]), moment('11:00', [again()])]))).toEqual([
      'emitted',
      'stop_hit',
      'emitted',
    ])
  })

  test('each is counted at its alert, and a rise in confidence is told once', () => {
    const claims = ['10:20', '10:21', '10:22', '10:23'].map((known_at, n) =>
      moment(known_at, [again({ known_at, confidence: [0.949999, 0.95, 0.96, 0.91][n] as number })]),
    )
    const { alerts, desk } = run([moment('10:00', [first]), ...claims])
    const id = alerts[0]?.alert_id
    expect(alerts.map(({ state, confidence, seen_count }) => [state, confidence, seen_count])).toEqual([
      ['emitted', 0.9, 1],
      ['suppressed', 0.949999, 2],
      ['suppressed', 0.95, 3],
      ['update', 0.95, 3],
      ['suppressed', 0.96, 4],
      ['suppressed', 0.91, 5],
    ])
    expect(alerts[3]).toMatchObject({
      alert_id: id,
      known_at_ms: atMs('10:21'),
      detection: { known_at_ms: atMs('10:21') },
      level: 100_000,
      bar_start_ms: atMs('09:59'),
      expires_at_ms: atMs('14:00'),
    })
    for (const alert of alerts.filter(({ state }) => state === 'suppressed')) expect(alert.parent_id).toBe(id)
    expect(desk.counts).toMatchObject({ emitted: 1, suppressed: { duplicate: 4 }, transitions: { update: 1 } })
  })

  test('the same bar told again is a duplicate of its alert even when that is over', () => {
    const same = detection({
      known_at: '10:30',
      candidate: { bar_start_ms: atMs('09:59'), level: 100_000 },
      pattern: { cooldown_min: 0 },
    })
    const stop = detection({ candidate: { level: 100_000, stop: 99_500 }, pattern: { cooldown_min: 0 } })
    const { alerts } = run([moment('10:00', [stop]), moment('10:06', [], [bar('10:05', 99_000)]), moment('10:30', [same])])
    expect(alerts.map(({ state }) => state)).toEqual(['emitted', 'stop_hit', 'suppressed'])
    expect(alerts[2]).toMatchObject({
      suppress_reason: 'duplicate',
      parent_id: alerts[0]?.alert_id,
      alert_id: alerts[0]?.alert_id,
    })
  })
})

describe('cooldown', () => {
  /** The second claim comes so many minutes after the first; levels are far apart, so that it is no duplicate. */
  const second = (minutes: number, facts: Facts, first: Facts = {}) => {
    const begin = detection({ ...first, candidate: { level: 100_000, ...first.candidate } })
    const known_at_ms = begin.known_at_ms + minutes * 60_000
    const next = detection({ known_at_ms, ...facts, candidate: { level: 110_000, ...facts.candidate } })
    const { alerts } = run([moment('10:00', [begin]), { now_ms: known_at_ms + 2000, detections: [next] }])
    return alerts[1]?.suppress_detail ?? alerts[1]?.state
  }

  test('K1: the same pattern, instrument and direction waits as long as the pattern says', () => {
    expect(second(14, {})).toBe('pattern: 15 min')
    expect(second(15, {})).toBe('emitted')
    expect(second(59, { pattern: { cooldown_min: 60 } }, { pattern: { cooldown_min: 60 } })).toBe('pattern: 60 min')
    expect(second(60, { pattern: { cooldown_min: 60 } }, { pattern: { cooldown_min: 60 } })).toBe('emitted')
  })

  test('K2: the same instrument and direction waits 3 minutes', () => {
    const other: Facts = { pattern: { id: 'breakout', category: 'breakout' } }
    expect(second(2, other)).toBe('symbol: 3 min')
    expect(second(3, other)).toBe('emitted')
  })

  test('K3: the same underlying and category waits 5 minutes, in any direction', () => {
    const future = stock(7, { underlying: 'RELIANCE', instrument_type: 'FUT' })
    const other: Facts = { instrument: future, pattern: { id: 'hidden_accumulation' } }
    expect(second(4, other)).toBe('family: 5 min')
    expect(second(4, { ...other, candidate: { direction: 'SELL' } })).toBe('family: 5 min')
    expect(second(5, other)).toBe('emitted')
    expect(second(4, { ...other, pattern: { id: 'breakout', category: 'breakout' } })).toBe('emitted')
    expect(second(4, { ...other, instrument: stock(8) })).toBe('emitted')
  })

  test('the other direction of an instrument waits 5 minutes', () => {
    const other: Facts = { pattern: { id: 'breakout', category: 'breakout' }, candidate: { direction: 'SELL' } }
    expect(second(4, other)).toBe('opposite: 5 min')
    expect(second(5, other)).toBe('emitted')
  })

  test('or until the first was proven wrong; that it was right does not free the other direction', () => {
    const first = (levels: object) => detection({ candidate: { level: 100_000, entry: 100_000, ...levels } })
    const sell = detection({
      known_at: '10:03',
      candidate: { direction: 'SELL', level: 100_000 },
      pattern: { id: 'breakout', category: 'breakout' },
    })
    const tell = (levels: object, close: number) =>
      told(run([moment('10:00', [first(levels)]), moment('10:02', [], [bar('10:01', close)]), moment('10:03', [sell])])).slice(1)
    expect(tell({ invalidation: 99_900 }, 99_890)).toEqual(['invalidated', 'emitted'])
    expect(tell({ stop: 99_900 }, 99_890)).toEqual(['stop_hit', 'emitted'])
    expect(tell({ targets: [100_100] }, 100_200)).toEqual(['target_hit', 'suppressed cooldown'])
  })

  test('begins with what is emitted, never with what is held back', () => {
    const claim = (known_at: string, confidence = 0.9) =>
      detection({ known_at, confidence, candidate: { level: 100_000 + 5000 * Number(known_at.slice(3)) } })
    const { alerts } = run(['10:00', '10:10', '10:14', '10:15', '10:29', '10:30'].map((at) => moment(at, [claim(at)])))
    expect(alerts.map(({ state }) => state)).toEqual(['emitted', 'suppressed', 'suppressed', 'emitted', 'suppressed', 'emitted'])
    const low = run([moment('10:00', [claim('10:00', 0.8)]), moment('10:01', [claim('10:01')])])
    expect(told(low)).toEqual(['suppressed low_confidence', 'emitted'])
  })

  test('counts for a claim that is told late too, though its alert is over', () => {
    const stop = detection({ candidate: { stop: 99_500 }, pattern: { cooldown_min: 0 } })
    const late = { now_ms: atMs('10:04') + 64_000, detections: [detection({ known_at: '10:04', candidate: { level: 110_000 } })] }
    const { alerts } = run([moment('10:00', [stop]), moment('10:01', [], [bar('10:00', 90_000)]), late])
    expect(alerts.map(({ suppress_detail, state }) => suppress_detail ?? state)).toEqual(['emitted', 'stop_hit', 'family: 5 min'])
  })

  test('runs from bar to bar, however fast the second is told', () => {
    const next = detection({ known_at: '10:15', candidate: { level: 110_000 } })
    const slow = { now_ms: atMs('10:00') + 4900, detections: [detection()] }
    expect(told(run([slow, { now_ms: atMs('10:15') + 2000, detections: [next] }]))).toEqual(['emitted', 'emitted'])
  })
})

describe('the order of the gates', () => {
  const others = { confidence: 0.8, quality_fault: 'incomplete_bar' } as const
  const earlier = [moment('10:00', [detection({ candidate: { level: 100_000 } })])]
  const at1001 = (...claims: Facts[]) => {
    const detections = claims.map((facts) => detection({ known_at: '10:01', ...facts }))
    const { alerts } = run([...earlier, moment('10:01', detections)], { symbol_per_hour: 1 })
    return alerts[1]?.suppress_reason
  }

  test('quality, confidence, conflict, duplicate, cooldown, rate', () => {
    const sell: Facts = { candidate: { direction: 'SELL' } }
    expect(at1001({ ...others, ...sell })).toBe('quality')
    expect(at1001({ confidence: 0.8, ...sell })).toBe('low_confidence')
    // Contrary to the alert of a minute before, and in every cooldown.
    expect(at1001(sell)).toBe('conflict')
    expect(at1001({ candidate: { level: 100_000 } })).toBe('duplicate')
    expect(at1001({ candidate: { level: 110_000 } })).toBe('cooldown')
    const { alerts } = run([...earlier, moment('10:15', [detection({ known_at: '10:15', candidate: { level: 110_000 } })])], {
      symbol_per_hour: 1,
    })
    expect(alerts[1]?.suppress_reason).toBe('rate_limit')
  })
})
