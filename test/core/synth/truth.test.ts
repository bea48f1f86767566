import { expect, test } from 'vitest'
import { synthDay } from '../../support/synth-day.js'

test('bars hold exactly what was told to have traded in the session', () => {
  const { truth, records, universe, midnight_s } = synthDay({ rate: 20, until_h: 15.6 })
  const last = new Map<number, number>()
  const before_open = new Map<number, number>()
  for (const { facts } of records)
    for (const { listing, volume, exchange_s } of facts) {
      if (volume === undefined || exchange_s === undefined || exchange_s < midnight_s + 9 * 3600) continue
      last.set(listing, volume)
      if (exchange_s < midnight_s + 9.25 * 3600) before_open.set(listing, volume)
    }
  const sums = new Map<number, number>()
  for (const { instrument, volume } of truth.candles())
    sums.set(instrument.instrument_token, (sums.get(instrument.instrument_token) ?? 0) + volume)
  universe.listings.forEach(({ instrument }, listing) => {
    if (instrument.asset_class === 'indices' || !last.has(listing)) return
    const auction = instrument.asset_class === 'equity_cash' ? (before_open.get(listing) ?? 0) : 0
    expect([instrument.symbol, sums.get(instrument.instrument_token) ?? 0]).toEqual([
      instrument.symbol,
      last.get(listing)! - auction,
    ])
  })
})

test('each kind of fault is planted, and nothing changes before the first of them', () => {
  const options = { rate: 20, until_h: 15.6 }
  const plain = synthDay(options)
  const faulty = synthDay({ ...options, faults: ['gaps', 'duplicates', 'late', 'corrections', 'resets', 'damage'] })
  expect([...new Set(faulty.planted.map(({ kind }) => kind))].sort()).toEqual([
    ...[
      'collapse',
      'correction',
      'count_too_high',
      'count_too_low',
      'cut_packet',
      'duplicate_message',
      'duplicate_packet',
      'gap',
    ],
    ...['late', 'late_above_high', 'rebase', 'record_header', 'torn_tail', 'unknown_length'],
  ])
  expect([plain.planted.length, plain.truth.gaps.length, faulty.truth.gaps.length]).toEqual([0, 0, 3])
  const first_ms = faulty.planted[0]!.received_ms
  const earlier = ({ open_time_ms }: { open_time_ms: number }) => open_time_ms + 60_000 < first_ms
  expect(faulty.truth.candles().filter(earlier).length).toBeGreaterThan(100)
  expect(faulty.truth.candles().filter(earlier)).toEqual(plain.truth.candles().filter(earlier))
})

test('one stock passes 2^32 and goes on', () => {
  const { planted, records } = synthDay({ rate: 20, until_h: 15.6, faults: ['wrap'] })
  expect(planted.map(({ kind }) => kind)).toEqual(['wrap'])
  const volumes = records.flatMap(({ facts }) =>
    facts.filter(({ listing }) => listing === planted[0]!.listing).map(({ volume }) => volume ?? 0),
  )
  expect(volumes.at(-1)).toBeGreaterThan(1.2 * 2 ** 32)
})
