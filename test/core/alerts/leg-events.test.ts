import { describe, expect, test } from 'vitest'
import { ALERT_FIELDS, type Alert, alertCells } from '../../../src/core/alerts/index.js'
import { ndjson, RecordBatch } from '../../../src/core/formats/index.js'
import type { Candidate, FollowUp } from '../../../src/core/patterns/index.js'
import { atMs, bar, detection, type Facts, type Moment, run, told } from './make.js'

const KOW = { id: 'kow_signal_straddle', category: 'straddle', cadence: 'second', cooldown_min: 60 } as const
const at = (clock: string, candidate: Partial<Candidate>, facts: Facts = {}): Moment => {
  const known_at_ms = atMs(clock)
  const each = detection({
    known_at_ms,
    emitted_at_ms: known_at_ms,
    pattern: KOW,
    bar: bar(known_at_ms - 60_000, 2_500_000),
    candidate: { direction: 'NEUTRAL', level: 2_500_000, ...candidate },
    ...facts,
  })
  return { now_ms: known_at_ms, detections: [each] }
}
const entry = (clock: string, facts: Facts = {}): Moment => at(clock, { action: 'SELL_STRADDLE', expires_min: 300 }, facts)
const event = (clock: string, of: string, ends?: FollowUp['ends'], facts: Facts = {}): Moment => {
  const follows = { known_at_ms: atMs(of) }
  return at(clock, { action: 'EXIT_CE_LEG', follows: ends === undefined ? follows : { ...follows, ends } }, facts)
}

test('are told under their alert, whatever cooldown, duplicates and confidence say', () => {
  const { alerts, desk } = run([
    entry('10:00'),
    event('10:01', '10:00'),
    event('10:01:01', '10:00', undefined, { confidence: 0.1 }),
  ])
  const parent_id = alerts[0]?.alert_id
  expect(told({ alerts })).toEqual(['emitted', 'leg_event', 'leg_event'])
  for (const each of alerts.slice(1)) expect(each).toMatchObject({ parent_id, group_id: parent_id })
  expect(new Set(alerts.map(({ alert_id }) => alert_id)).size).toBe(3)
  expect(desk.counts).toMatchObject({ emitted: 1, leg_events: 2 })
})

test('take nothing from the rates of alerts and begin no cooldown', () => {
  const events = Array.from({ length: 50 }, (_, i) => event(`10:10:${String(i).padStart(2, '0')}`, '10:00'))
  const other = at('10:11', {}, { pattern: { id: 'other', category: 'volume' } })
  const { alerts } = run([entry('10:00'), ...events, other])
  expect(told({ alerts })).toEqual(['emitted', ...events.map(() => 'leg_event'), 'emitted'])
})

test('of a claim that was held back are held back, though an earlier alert of the pattern stands', () => {
  const { alerts } = run([entry('10:00'), entry('10:20'), event('10:30', '10:20'), event('10:31', '10:00')])
  expect(told({ alerts })).toEqual(['emitted', 'suppressed duplicate', 'suppressed no_parent', 'leg_event'])
  expect(alerts[2]?.parent_id).toBeUndefined()
})

test('of another instrument or pattern have no parent', () => {
  const other = { pattern: { ...KOW, id: 'other' } }
  expect(told(run([entry('10:00'), event('10:01', '10:00', undefined, other)]))).toEqual(['emitted', 'suppressed no_parent'])
})

test('are told whatever the data of the bar: the detector counts the legs as traded, and who holds them must hear of it', () => {
  const { alerts } = run([entry('10:00'), event('10:01', '10:00', 'stop_hit', { quality_fault: 'incomplete_bar' })])
  expect(told({ alerts })).toEqual(['emitted', 'leg_event', 'stop_hit'])
  expect(alerts[1]?.parent_id).toBe(alerts[0]?.alert_id)
})

describe('the last one', () => {
  test.each(['target_hit', 'stop_hit', 'expired'] as const)('ends the alert: %s', (ends) => {
    const { alerts } = run([entry('10:00'), event('11:30', '10:00', ends), event('11:31', '10:00')])
    expect(told({ alerts })).toEqual(['emitted', 'leg_event', ends, 'leg_event'])
    expect(alerts[2]).toMatchObject({
      alert_id: alerts[0]?.alert_id,
      known_at_ms: atMs('11:30'),
      evidence: { leg_event: alerts[1]?.alert_id },
    })
  })

  test('makes room for the next alert of the same strike, and is told once', () => {
    const while_open = run([entry('10:00'), event('11:30', '10:00'), entry('11:40')])
    expect(told(while_open)).toEqual(['emitted', 'leg_event', 'suppressed duplicate'])
    const after = run([entry('10:00'), event('11:30', '10:00', 'target_hit'), entry('11:40'), { now_ms: atMs('15:40') }])
    expect(told(after)).toEqual(['emitted', 'leg_event', 'target_hit', 'emitted', 'expired'])
  })
})

test('carry no memory into the next session', () => {
  const tomorrow = atMs('10:00', '2025-10-07')
  const next = detection({
    known_at_ms: tomorrow,
    pattern: KOW,
    candidate: { direction: 'NEUTRAL', follows: { known_at_ms: atMs('10:00') } },
  })
  const { alerts } = run([entry('10:00'), { now_ms: tomorrow, detections: [next] }])
  expect(told({ alerts }).at(-1)).toBe('suppressed no_parent')
})

test('print their action and their alert', () => {
  const { alerts } = run([entry('10:00'), event('10:01', '10:00')])
  const batch = new RecordBatch(ALERT_FIELDS)
  const [first, second] = alerts as [Alert, Alert]
  batch.append(alertCells(second), second.detection.instrument.price_divisor)
  const record = JSON.parse(new TextDecoder().decode(ndjson.open(ALERT_FIELDS).write(batch)))
  expect(record).toMatchObject({ state: 'leg_event', action: 'EXIT_CE_LEG', parent_id: first.alert_id, interval: '1s' })
})

test('a detector hears that its claim was told, and of nothing else', () => {
  const heard: string[] = []
  const listening = (clock: string, facts: Facts = {}): Moment => entry(clock, { ...facts, onEmitted: () => heard.push(clock) })
  const { alerts } = run([
    listening('10:00', { confidence: 0.7 }),
    listening('10:10'),
    listening('10:20'),
    listening('10:30', { quality_fault: 'incomplete_bar' }),
  ])
  expect(told({ alerts })).toEqual(['suppressed low_confidence', 'emitted', 'suppressed duplicate', 'suppressed quality'])
  expect(heard).toEqual(['10:10'])
})
