import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  logSide,
  type ParitySetup,
  type ReplayFacts,
  replayedOf,
  replaySide,
  shiftOfLog,
} from '../../../src/core/validate/index.js'
import { alertDay } from '../../support/alert-day.js'
import { NO_FACTS, parityOf, placed } from '../../support/parity-setup.js'

const day = alertDay({ seed: 7, instruments: 40, rate: 25, until_h: 12 })
const HOUR_MS = 3_600_000
const records = (): Record<string, unknown>[] => day.lines.map((line) => JSON.parse(line))
const textOf = (list: readonly object[]): string => list.map((one) => JSON.stringify(one)).join('\n')

describe('a log against itself', () => {
  test('has no difference, whatever the order of its lines', () => {
    expect(day.alerts.length).toBeGreaterThan(50)
    fc.assert(
      fc.property(fc.shuffledSubarray([...day.lines], { minLength: day.lines.length }), (lines) => {
        const { differences, equal } = parityOf(lines.join('\n'), day)
        expect(differences).toEqual([])
        expect(equal).toBe(lines.length)
      }),
      { numRuns: 20 },
    )
  })

  test('any part of it against the same part too', () => {
    fc.assert(
      fc.property(fc.subarray(day.alerts.map((_, n) => n)), (picked) => {
        const part = { ...day, alerts: picked.map((n) => day.alerts[n]!) }
        expect(parityOf(picked.map((n) => day.lines[n]).join('\n'), part).differences).toEqual([])
      }),
      { numRuns: 20 },
    )
  })
})

test('what is found does not depend on the order of the lines', () => {
  const lines = records().flatMap((line, n) => {
    if (n % 5 === 0) return []
    if (n % 5 === 1) return [{ ...line, alert_id: undefined, timestamp_ms: Number(line.timestamp_ms) + 120_000 * (n % 4) }]
    if (n % 5 === 2) return [line, { ...line, alert_id: undefined }, { ...line, alert_id: undefined, confidence: 0.7 }]
    return [n % 2 === 0 ? { ...line, alert_id: undefined, direction: 'BUY', signal: 'BUY' } : line]
  })
  const told = (list: readonly object[]): string[] =>
    parityOf(textOf(list), day)
      .differences.map(({ kind, time_ms, replayed, found, expected, logged, cause }) =>
        JSON.stringify([kind, time_ms, replayed?.alert_id, found, expected, logged?.confidence, logged?.symbol, cause]),
      )
      .sort()
  const expected = told(lines)
  expect(expected.length).toBeGreaterThan(30)
  fc.assert(
    fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
      expect(told(shuffled)).toEqual(expected)
    }),
    { numRuns: 20 },
  )
})

test('several things may differ in one alert, and each is told', () => {
  const [first, ...rest] = records()
  const line = first as Record<string, number>
  const changed = {
    ...line,
    timestamp_ms: line.timestamp_ms! + 1,
    confidence: 0.99,
    stop_loss: 1,
    target_price: 2,
    engine_version: '0.1.0',
    signal: first?.signal === 'BUY' ? 'SELL' : 'BUY',
  }
  const { differences } = parityOf(textOf([changed, ...rest]), day)
  expect(differences.map(({ kind, field }) => `${kind} ${field}`)).toEqual([
    'changed_direction signal',
    'late timestamp_ms',
    'changed_confidence confidence',
    'changed_price target_price',
    'version engine_version',
  ])
  expect(differences[3]?.detail).toContain('also stop_loss')
})

describe('a tolerance', () => {
  const [line] = records() as [Record<string, number>]
  const rest = records().slice(1)
  const kindsWith = (change: object, tolerance: Partial<ParitySetup['tolerance']>): string[] =>
    parityOf(textOf([{ ...line, ...change }, ...rest]), day, {
      tolerance: { time_ms: 0, confidence: 0, price: 0, ...tolerance },
    }).differences.map(({ kind }) => kind)

  test.each([
    [{ timestamp_ms: line.timestamp_ms! + 2000 }, { time_ms: 2000 }, { time_ms: 1999 }, 'late'],
    [{ confidence: line.confidence! + 0.01 }, { confidence: 0.01 }, { confidence: 0.0099 }, 'changed_confidence'],
    [{ price: line.price! + 0.05 }, { price: 0.05 }, { price: 0.0499 }, 'changed_price'],
  ])('%j is equal within %j', (change, wide, narrow, kind) => {
    expect(kindsWith(change, {})).toEqual([kind])
    expect(kindsWith(change, narrow)).toEqual([kind])
    expect(kindsWith(change, wide)).toEqual([])
  })
})

describe('the clock of a whole log', () => {
  const shiftOf = (list: readonly object[]): number =>
    shiftOfLog(
      placed(textOf(list), day.instruments).map((alert) => logSide(alert, 0)),
      day.alerts.map((alert) => replaySide(replayedOf(alert))),
    )
  const shifted = (by_ms: number) =>
    records().map(({ alert_id: _, ...line }) => ({ ...line, timestamp_ms: Number(line.timestamp_ms) + by_ms }))

  test.each([5.5, -5.5, 1, -9.5, 12.75])('that is off by %s hours is found', (hours) => {
    expect(shiftOf(shifted(hours * HOUR_MS))).toBe(hours * HOUR_MS)
  })

  test('is found though a third of the alerts are others, and all else is compared without it', () => {
    const log = shifted(5.5 * HOUR_MS).flatMap((line, n) =>
      n % 3 === 0 ? [] : [n % 7 === 1 ? { ...line, confidence: 0.5 } : line],
    )
    const shift_ms = shiftOf(log)
    expect(shift_ms).toBe(5.5 * HOUR_MS)
    const { differences, equal } = parityOf(textOf(log), day, { shift_ms })
    const count = (kind: string) => differences.filter((one) => one.kind === kind).length
    const changed = log.filter((line) => 'confidence' in line && line.confidence === 0.5).length
    expect(count('time_zone')).toBe(log.length)
    expect(count('missing')).toBe(day.alerts.length - log.length)
    expect(count('changed_confidence')).toBe(changed)
    expect(differences).toHaveLength(log.length + changed + day.alerts.length - log.length)
    expect(equal).toBe(0)
  })

  test('that is right is left alone: one that is off by minutes, one alert that is off by hours', () => {
    expect(shiftOf(shifted(7 * 60_000))).toBe(0)
    const [first, ...rest] = records()
    expect(shiftOf([{ ...first, timestamp_ms: Number(first?.timestamp_ms) + 5.5 * HOUR_MS }, ...rest])).toBe(0)
  })

  test('is not taken from a single alert that happens to be hours from another of its kind', () => {
    const [line] = shifted(2 * HOUR_MS)
    expect(shiftOf([{ ...line, confidence: 0.5, price: 1, last_price: 1 }])).toBe(0)
  })
})

describe('causes', () => {
  const alert = day.alerts[20]!
  const line: Record<string, unknown> = JSON.parse(day.lines[20]!)
  const token = alert.detection.instrument.instrument_token
  const at_ms = alert.known_at_ms
  const others = records().filter((_, n) => n !== 20)
  const facts = (more: Partial<ReplayFacts>): { facts: ReplayFacts } => ({ facts: { ...NO_FACTS, ...more } })
  /** The replay lacks it: the log has one too many. */
  const extra = (more: Partial<ReplayFacts>, change: object = {}) =>
    parityOf(
      textOf([{ ...line, ...change }, ...others]),
      { ...day, alerts: day.alerts.filter((one) => one !== alert) },
      facts(more),
    ).differences[0]
  /** The log lacks it. */
  const missing = (more: Partial<ReplayFacts>, setup: Partial<ParitySetup> = {}, change: object = {}) =>
    parityOf(textOf(others.map((one) => ({ ...one, ...change }))), day, { ...facts(more), ...setup }).differences.find(
      ({ kind }) => kind === 'missing',
    )
  const gap = (from_ms: number, to_ms: number): Partial<ReplayFacts> => ({
    gapsOf: (asked) => (asked === token ? [{ from_ms, to_ms, cause: 'disconnect' }] : []),
  })

  test('nothing found is said to be unknown', () => {
    expect(extra({})).toMatchObject({ kind: 'extra', cause: 'unknown', detail: '' })
    expect(missing({})).toMatchObject({ kind: 'missing', cause: 'unknown', detail: '' })
  })

  test('a gap: in the bar first, in the hour before after the configuration, earlier last of all', () => {
    const near = gap(at_ms - 30_000, at_ms - 10_000)
    const before = gap(at_ms - 40 * 60_000, at_ms - 39 * 60_000)
    const earlier = gap(at_ms - 100 * 60_000, at_ms - 99 * 60_000)
    expect(extra(near)).toMatchObject({
      cause: 'gap',
      detail: expect.stringMatching(/^gap from \d\d:\d\d:\d\d to .* \(disconnect\)$/),
    })
    expect(missing(near)?.cause).toBe('gap')
    expect(extra(before)).toMatchObject({ cause: 'gap', detail: expect.stringMatching(/^earlier: gap/) })
    expect(extra(earlier)?.cause).toBe('gap')
    const config_hash = 'd'.repeat(64)
    expect(extra(near, { config_hash })).toMatchObject({ cause: 'gap', also: [expect.stringContaining('config_hash dddd')] })
    expect(extra(before, { config_hash })).toMatchObject({ cause: 'config', also: [expect.stringContaining('earlier: gap')] })
    expect(extra(earlier, { config_hash })?.also).toBeUndefined()
    expect(extra(gap(at_ms + 120_000, at_ms + 180_000))?.cause).toBe('unknown')
  })

  test('a late tick', () => {
    const late = (time_ms: number): Partial<ReplayFacts> => ({ lateTicksOf: (asked) => (asked === token ? [time_ms] : []) })
    expect(missing(late(at_ms - 5000))).toMatchObject({ cause: 'late_tick', detail: expect.stringContaining('1 late tick') })
    expect(missing(late(at_ms - HOUR_MS))?.cause).toBe('unknown')
  })

  test('another configuration, with what the log tells of it', () => {
    const config_hash = 'd'.repeat(64)
    expect(extra({}, { config_hash, confidence: 0.4 })).toMatchObject({
      cause: 'config',
      detail: expect.stringContaining('confidences down to 0.4, the gate here is 0.85'),
    })
    const explained = { explainHash: (hash: string) => (hash === config_hash ? 'that of the defaults' : undefined) }
    expect(extra(explained, { config_hash })?.detail).toContain("the log's is that of the defaults")
    expect(missing({}, {}, { config_hash })?.cause).toBe('config')
    const evidence = { ...alert.evidence, ...numbersOff(alert.evidence) }
    const [name] = Object.keys(numbersOff(alert.evidence))
    const { differences } = parityOf(textOf([{ ...line, config_hash, evidence }, ...others]), day)
    expect(differences.map(({ kind, cause }) => [kind, cause])).toEqual([['version', 'config']])
    expect(name).toBeDefined()
    expect(differences[0]?.detail).toContain(`${alert.detection.pattern.id}.${name} 99 in the log, `)
  })

  /** The first number of the evidence that is a parameter, another one. */
  function numbersOff(evidence: Readonly<Record<string, unknown>>): Record<string, number> {
    const name = Object.keys(alert.detection.pattern.parameters).find((one) => typeof evidence[one] === 'number')
    return name === undefined ? {} : { [name]: 99 }
  }

  test('another version', () => {
    expect(extra({}, { engine_version: '0.9.0' })).toMatchObject({
      cause: 'version',
      detail: 'the log is of version 0.9.0, this is 1.0.0',
    })
    expect(missing({}, {}, { engine_version: '0.9.0' })?.cause).toBe('version')
  })

  test('a detector that is not there', () => {
    const known_patterns = new Set(['volume_spike'])
    expect(extra({ known_patterns })?.cause).toBe('unknown_pattern')
    expect(extra({ known_patterns }, { pattern_category: 'custom' })).toMatchObject({
      cause: 'plugin',
      detail: expect.stringContaining('--plugin'),
    })
    expect(extra({ patterns: new Map() })?.cause).toBe('pattern_off')
    const id = alert.detection.pattern.id
    expect(extra({ faults: new Map([[id, 'it threw']]) })).toMatchObject({ cause: 'detector_fault', detail: 'it threw' })
  })

  test('an instrument that is not there, hours that were not recorded', () => {
    expect(extra({ isCarried: () => false })?.cause).toBe('not_recorded')
    expect(extra({}, { symbol: 'NOBODY' })?.cause).toBe('unknown_symbol')
    expect(extra({ hours: { from_ms: at_ms + 1, to_ms: at_ms + HOUR_MS } })?.cause).toBe('outside_recording')
    expect(extra({ hours: { from_ms: at_ms - HOUR_MS, to_ms: at_ms - 70_000 } })?.cause).toBe('outside_recording')
    expect(extra({ hours: { from_ms: at_ms - HOUR_MS, to_ms: at_ms } })?.cause).toBe('unknown')
  })

  test('what one side held back', () => {
    const held = { ...replayedOf(alert), state: 'suppressed' as const, suppress_reason: 'cooldown', suppress_detail: 'symbol' }
    expect(extra({ held_back: [held] })).toMatchObject({
      cause: 'suppressed',
      detail: `the replay holds it back: cooldown (symbol), confidence ${alert.confidence}`,
    })
    expect(extra({ held_back: [{ ...held, alert_id: 'x', pattern: 'other' }] })?.cause).toBe('unknown')
    const log_held_back = placed(textOf([{ ...line, suppress_reason: 'rate_limit' }]), day.instruments)
    expect(missing({}, { log_held_back })).toMatchObject({ cause: 'suppressed', detail: expect.stringContaining('rate_limit') })
  })

  test('no baseline, unless the configuration says that production had none either', () => {
    const without = { has_baseline: false }
    expect(extra(without)?.cause).toBe('unknown')
    expect(extra(without, { config_hash: undefined })?.cause).toBe('no_baseline')
  })

  test('a line that could not be read', () => {
    const { pattern, instrument } = alert.detection
    const unread = [{ kind: 'bad_direction' as const, line: 4, detail: 'up', pattern: pattern.id, symbol: instrument.symbol }]
    expect(missing({}, { unread })).toMatchObject({
      cause: 'bad_line',
      detail: expect.stringContaining('line 4 may be it: bad_direction'),
    })
    expect(missing({}, { unread: [{ ...unread[0]!, symbol: 'OTHER' }] })?.cause).toBe('unknown')
  })

  test('a log that has the time at which alerts were told', () => {
    const told = others.map((one) => one)
    const { differences } = parityOf(
      textOf([{ ...line, timestamp_ms: alert.emitted_at_ms, known_at_ms: undefined }, ...told]),
      day,
    )
    expect(differences).toMatchObject([{ kind: 'late', cause: 'log', detail: expect.stringContaining('was told') }])
  })
})
