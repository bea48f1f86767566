import { describe, expect, test } from 'vitest'
import type { Instrument } from '../../../../src/core/market/index.js'
import { inKillzone, type KillzoneView, killzonesOf, killzoneTerm, zoneAt } from '../../../../src/core/patterns/ict/index.js'
import { formatClock, parseDate } from '../../../../src/core/time/index.js'
import { at, calendar } from '../../../support/feed.js'
import { instrument } from '../../market/instruments.js'

const OLD = '2025-10-06'
/** The closing auction of stocks with derivatives, and the longer hours of derivatives, are in force. */
const NEW = '2026-08-03'

function viewOf(facts: Partial<Instrument>, date: string, clock: string): KillzoneView {
  const known = instrument(facts)
  const session = calendar.sessionOf(known, parseDate(date) as number)
  const continuous = session.phases.find(({ phase }) => phase === 'continuous')
  return { instrument: known, session, close_ms: (continuous?.end_s ?? 0) * 1000, now_ms: at(clock, date) * 1000 }
}
const nameAt = (facts: Partial<Instrument>, date: string, clock: string): string | undefined =>
  inKillzone(viewOf(facts, date, clock))?.name

const STOCK = { has_derivatives: false }
const AUCTION_STOCK = { has_derivatives: true }
const OPTION: Partial<Instrument> = { exchange: 'NFO', segment: 'NFO-OPT', instrument_type: 'CE', asset_class: 'index_options' }
const INDEX: Partial<Instrument> = { segment: 'INDICES', instrument_type: 'INDEX', asset_class: 'indices' }

describe('the window of a bar that ends at', () => {
  const cases: [string, Partial<Instrument>, string, string | undefined][] = [
    [OLD, STOCK, '09:15', undefined],
    [OLD, STOCK, '09:16', 'opening_drive'],
    [OLD, STOCK, '10:30', 'opening_drive'],
    [OLD, STOCK, '10:31', undefined],
    [OLD, STOCK, '12:00', undefined],
    [OLD, STOCK, '12:01', 'midday_drift'],
    [OLD, STOCK, '13:30', 'midday_drift'],
    [OLD, STOCK, '13:31', undefined],
    [OLD, STOCK, '14:30', undefined],
    [OLD, STOCK, '14:31', 'closing_power'],
    [OLD, STOCK, '15:25', 'closing_power'],
    [OLD, STOCK, '15:26', undefined],
    [OLD, INDEX, '15:25', 'closing_power'],
    // 15:15 - 5, 15:30 - 5 and 15:40 - 5, held to 15:30.
    [NEW, AUCTION_STOCK, '15:10', 'closing_power'],
    [NEW, AUCTION_STOCK, '15:11', undefined],
    [NEW, STOCK, '15:25', 'closing_power'],
    [NEW, STOCK, '15:26', undefined],
    [NEW, OPTION, '15:30', 'closing_power'],
    [NEW, OPTION, '15:31', undefined],
    [OLD, OPTION, '15:26', undefined],
    // Other hours, other windows: none are known.
    [OLD, { exchange: 'MCX', segment: 'MCX-FUT', instrument_type: 'FUT', asset_class: 'commodity' }, '09:30', undefined],
    [OLD, { exchange: 'CDS', segment: 'CDS-FUT', instrument_type: 'FUT', asset_class: 'currency' }, '15:00', undefined],
  ]
  test.each(cases)('%s %o %s: %s', (date, facts, clock, name) => expect(nameAt(facts, date, clock)).toBe(name))
})

test('priorities: the midday drift adds nothing to a score', () => {
  const terms = ['10:00', '11:00', '13:00', '15:00'].map((clock) => killzoneTerm(viewOf(STOCK, OLD, clock)))
  expect(terms).toEqual([1, 0, 0, 1])
})

describe('the open of Europe', () => {
  const hours = (date: string): string[] => {
    const zone = killzonesOf(viewOf(STOCK, date, '12:00'), true).find(({ name }) => name === 'europe_open')
    return [zone?.start_ms ?? 0, zone?.until_ms ?? 0].map((time_ms) => formatClock(time_ms).slice(0, 5))
  }

  // Clocks change on the last Sundays of March and October: 2025-03-30 and 2025-10-26.
  test.each([
    ['2025-03-28', '13:30', '14:30'],
    ['2025-03-30', '12:30', '13:30'],
    ['2025-10-24', '12:30', '13:30'],
    ['2025-10-26', '13:30', '14:30'],
    ['2026-03-27', '13:30', '14:30'],
    ['2026-03-30', '12:30', '13:30'],
  ])('on %s is %s to %s', (date, from, to) => expect(hours(date)).toEqual([from, to]))

  test('is no window unless asked for, and goes before the midday drift', () => {
    const view = viewOf(STOCK, OLD, '13:00')
    expect(inKillzone(view)?.name).toBe('midday_drift')
    expect(zoneAt(killzonesOf(view, true), view.now_ms)?.name).toBe('europe_open')
    expect(zoneAt(killzonesOf(view, true), at('12:15') * 1000)?.name).toBe('midday_drift')
  })
})
