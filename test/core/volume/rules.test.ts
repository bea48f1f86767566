import { describe, expect, test } from 'vitest'
import type { Packet } from '../../../src/core/wire/index.js'
import { at, full, indexFull, ltp, quote } from '../../support/feed.js'
import { LedgerBench } from './bench.js'

// The rules of docs/volume.md at their edges, by letter.

const TEN = at('10:00:00')
const TWO_POW_32 = 0x1_0000_0000
const snapshot = (second: number, volume_traded: number, last_price = 10_000) =>
  full({ exchange_timestamp: TEN + second, volume_traded, last_price })

/** A bench that has joined at ten o'clock with this cumulative volume. */
function joined(volume_traded: number): LedgerBench {
  const bench = new LedgerBench()
  bench.take(snapshot(0, volume_traded))
  return bench
}

test('C: a snapshot of before the pre-open of its own day is a reference, no more', () => {
  const bench = new LedgerBench()
  const early = full({ exchange_timestamp: at('08:59:59'), volume_traded: 500, last_price: 9000 })
  expect(bench.take(early, { received_s: at('09:05:00') }).verdict).toBe('dropped')
  expect(bench.state).toMatchObject({ joined: false, last_price: 9000, session: undefined })
  expect(bench.take(full({ exchange_timestamp: at('09:00:00'), volume_traded: 0 })).verdict).toBe('quiet')
})

test('C: the cached packet after a reconnect is a duplicate or late, and never trades again', () => {
  const bench = joined(1000)
  bench.take(snapshot(1, 1100))
  bench.noteGap(0, TEN + 1, TEN + 100)
  expect(bench.take(snapshot(1, 1100), { received_s: TEN + 100 }).verdict).toBe('dropped')
  expect(bench.take(snapshot(0, 1000), { received_s: TEN + 100 })).toMatchObject({ verdict: 'late', inc: 0 })
  expect(bench.take(snapshot(100, 1500))).toMatchObject({ inc: 400, across_gap: true })
})

test('C: a packet of the session at hand counts whenever it is received', () => {
  const bench = new LedgerBench('trade', { exchange: 'MCX', asset_class: 'commodity', instrument_type: 'FUT' })
  bench.take(full({ exchange_timestamp: at('23:29:50'), volume_traded: 100 }))
  const received_s = at('00:00:01', '2025-10-07')
  expect(bench.take(full({ exchange_timestamp: at('23:29:58'), volume_traded: 130 }), { received_s }).inc).toBe(30)
  bench.noteGap(0, at('23:29:58'), received_s)
  expect(bench.take(full({ exchange_timestamp: at('23:29:59'), volume_traded: 150 }), { received_s }).inc).toBe(20) // looked at closely
})

test('C: a full packet without a time of its own belongs to the day of its last trade', () => {
  const bench = new LedgerBench()
  const stale = full({ exchange_timestamp: 0, last_trade_time: at('15:29:00', '2025-10-03'), volume_traded: 90_000 })
  expect(bench.take(stale, { received_s: TEN }).verdict).toBe('dropped')
  expect(bench.take(snapshot(1, 0)).verdict).toBe('quiet')
  expect(bench.take(stale, { received_s: TEN + 2 }).verdict).toBe('dropped')
  expect(bench.take(snapshot(3, 70)).inc).toBe(70)
})

describe('C and F: a packet without a time may tell the volume of yesterday', () => {
  const NINE = at('09:05:00')
  const FRIDAY = at('15:29:59', '2025-10-03')
  const stale = full({ exchange_timestamp: FRIDAY, last_trade_time: FRIDAY, volume_traded: 90_000, last_price: 9900 })
  const stale_quote = quote({ volume_traded: 90_000, last_price: 9900 })
  const today = (second: number, volume_traded: number, traded_s = NINE + second) =>
    full({ exchange_timestamp: NINE + second, last_trade_time: traded_s, volume_traded, last_price: 10_000 })
  const started = (...packets: Packet[]): LedgerBench => {
    const bench = new LedgerBench()
    for (const packet of packets) bench.take(packet, { received_s: NINE })
    return bench
  }

  test.each([
    ['quote, then full', [stale_quote, stale]],
    ['full, then quote', [stale, stale_quote]],
    ['quote, full, quote', [stale_quote, stale, stale_quote]],
    ['full twice, then quote', [stale, stale, stale_quote]],
    ['a lower quote, then full', [quote({ volume_traded: 89_000, last_price: 9900 }), stale]],
    ['full, quote, full (never the fast way)', [stale, quote({ volume_traded: 10, last_price: 9900 }), stale]],
    ['a full packet without times', [{ ...stale, exchange_timestamp: 0, last_trade_time: 0 }, stale]],
  ])('%s: the baseline is that of today', (_, packets) => {
    const bench = started(...packets)
    expect(bench.state).toMatchObject({ joined: false, hwm: 0, missed: 0 })
    expect(bench.take(today(1, 400))).toMatchObject({ verdict: 'traded', inc: 0 })
    expect(bench.take(today(2, 450)).inc).toBe(50)
    expect(bench.state).toMatchObject({ missed: 400, hwm: 450, correction: 0, whole_from_s: NINE + 1 })
    expect(bench.ledger.counts).toMatchObject({ faults: 0, corrections: 0, rebases: 0, joined_mid_session: 1 })
  })

  test('the first look stays a first look: it opens a bar only at a fresh trade', () => {
    expect(started(stale_quote, stale).take(today(1, 400, NINE - 120)).verdict).toBe('quiet')
    expect(started(stale_quote).take(today(1, 400, NINE - 120)).verdict).toBe('quiet')
  })

  test('a volume of 0 proves nothing without a time', () => {
    const idle = { ...stale, volume_traded: 0 }
    for (const packets of [
      [idle, quote({ volume_traded: 0 })],
      [quote({ volume_traded: 0 }), idle],
    ]) {
      const bench = started(...packets)
      bench.take(today(1, 400))
      expect(bench.state.missed).toBe(400)
    }
    const fresh = started(stale, today(0, 0))
    expect(fresh.take(today(1, 400)).inc).toBe(400)
  })

  test('a lower volume with a time of today replaces the baseline at once', () => {
    const bench = started(stale_quote)
    bench.take(today(1, 80_000))
    expect(bench.state).toMatchObject({ missed: 80_000, hwm: 80_000, correction: 0 })
    expect(bench.take(today(2, 80_050)).inc).toBe(50)
    expect(bench.ledger.counts).toMatchObject({ corrections: 0, joined_mid_session: 1 })
  })

  test('subscribed early, connected again after the opening: the cache is still that of yesterday', () => {
    for (const known of [stale, stale_quote]) {
      const bench = new LedgerBench()
      bench.take(known, { received_s: at('08:59:00') })
      expect(bench.take(stale_quote, { received_s: NINE }).verdict).toBe('dropped')
      expect(bench.take(today(1, 400)).inc).toBe(400)
      expect(bench.state.missed).toBe(0)
    }
  })

  test('the same over night', () => {
    const bench = started(today(0, 1000), today(1, 1100))
    const received_s = at('09:20:00', '2025-10-07')
    expect(bench.take(quote({ volume_traded: 1100 }), { received_s }).verdict).toBe('dropped')
    expect(bench.ended).toEqual([])
  })

  test('a change of mode during the session keeps the baseline', () => {
    const bench = started(quote({ volume_traded: 1000 }))
    expect(bench.take(today(1, 1100)).inc).toBe(100)
    expect(bench.take(stale, { received_s: NINE + 1 }).verdict).toBe('dropped')
    expect(bench.state).toMatchObject({ missed: 1000, hwm: 1100 })
    const risen = started(quote({ volume_traded: 1000 }))
    risen.take(quote({ volume_traded: 1100 }), { received_s: NINE + 1 })
    risen.take(stale, { received_s: NINE + 1 })
    expect(risen.take(today(2, 1090)).inc).toBe(0)
    expect(risen.take(today(3, 1130)).inc).toBe(30)
    expect(risen.total + risen.state.missed).toBe(1130)
  })
})

test('X: a second connection drops out byte for byte, a changed depth does not', () => {
  const bench = joined(1000)
  expect(bench.take(snapshot(1, 1100)).inc).toBe(100)
  expect(bench.take(snapshot(1, 1100), { connection: 1 }).verdict).toBe('dropped')
  const deeper = { ...snapshot(1, 1100), total_buy_quantity: 9 }
  expect(bench.take(deeper, { connection: 1 })).toMatchObject({ verdict: 'quiet', inc: 0 })
  expect(bench.take(deeper).verdict).toBe('dropped')
  expect(bench.ledger.counts.duplicates).toBe(2)
})

test('O: volume above the mark in a late snapshot is counted once', () => {
  const bench = joined(1000)
  bench.take(snapshot(5, 1100))
  expect(bench.take(snapshot(4, 1150), { connection: 1 })).toMatchObject({ verdict: 'late', inc: 50 })
  expect(bench.take(snapshot(6, 1150)).inc).toBe(0)
  expect(bench.total).toBe(150)
})

test('O: a late snapshot lies at the second of its trade, or as the clock has it', () => {
  const late = full({ exchange_timestamp: at('10:16:00'), last_trade_time: at('10:15:59'), volume_traded: 1000 })
  const eventOf = (clock: 'trade' | 'exchange' | 'arrival') => {
    const bench = new LedgerBench(clock)
    bench.take(full({ exchange_timestamp: at('10:16:02'), volume_traded: 1000 }))
    return bench.take(late, { received_s: at('10:16:03') })
  }
  expect(eventOf('trade')).toMatchObject({ verdict: 'late', event_s: at('10:15:59') })
  expect(eventOf('exchange')).toMatchObject({ verdict: 'late', event_s: at('10:16:00') })
  expect(eventOf('arrival')).toMatchObject({ verdict: 'late', event_s: at('10:16:03') })
})

test('E: within a second the lower volume of another connection is older, of the same connection a correction', () => {
  const bench = joined(1000)
  bench.take(snapshot(1, 1100))
  expect(bench.take(snapshot(1, 1050, 9990), { connection: 1 })).toMatchObject({ verdict: 'late', inc: 0 })
  expect(bench.ledger.counts.corrections).toBe(0)
  expect(bench.take(snapshot(1, 1060, 9990))).toMatchObject({ verdict: 'traded', inc: 0 })
  expect(bench.ledger.counts.corrections).toBe(1)
  expect(bench.state.hwm).toBe(1100)
})

test('E: at the opening the lower volume may be a small part of the higher', () => {
  const bench = new LedgerBench()
  bench.take(snapshot(0, 0))
  bench.take(snapshot(1, 100))
  expect(bench.take(snapshot(1, 40, 9990), { connection: 1 })).toMatchObject({ verdict: 'late', inc: 0 })
  expect(bench.take(snapshot(2, 130)).inc).toBe(30)
})

test('F: a first packet without volume proves that nothing was missed', () => {
  const bench = new LedgerBench()
  expect(bench.take(full({ exchange_timestamp: TEN, volume_traded: 0, last_trade_time: 0 }))).toMatchObject({ verdict: 'quiet' })
  expect(bench.take(snapshot(9, 250))).toMatchObject({ verdict: 'traded', inc: 250 })
  expect(bench.state).toMatchObject({ missed: 0, whole_from_s: 0 })
  expect(bench.kinds).toEqual([])
})

test('F: packets without time or volume prove an early subscription too', () => {
  for (const packet of [ltp(9900), quote({ volume_traded: 90_000 })]) {
    const bench = new LedgerBench()
    expect(bench.take(packet, { received_s: at('08:59:59') }).verdict).toBe('dropped')
    expect(bench.take(full({ exchange_timestamp: at('09:15:02'), volume_traded: 40 })).inc).toBe(40)
    expect(bench.state.missed).toBe(0)
  }
})

test('F: an early subscription says nothing about volume that traded while the feed was silent', () => {
  const bench = new LedgerBench()
  bench.take(ltp(9900), { received_s: at('08:55:00') })
  bench.noteGap(0, at('09:20:00'), TEN)
  expect(bench.take(snapshot(1, 8000))).toMatchObject({ inc: 8000, across_gap: true })
  expect(bench.state.gap_from_s).toBe(at('09:20:00'))
})

test('F: the first look opens a bar only at a trade of the last 120 s', () => {
  const first = (age_s: number) =>
    new LedgerBench().take(full({ exchange_timestamp: TEN, last_trade_time: TEN - age_s, volume_traded: 10 }))
  expect(first(120)).toMatchObject({ verdict: 'traded', inc: 0, event_s: TEN - 120 })
  expect(first(121).verdict).toBe('quiet')
  const never = full({ exchange_timestamp: TEN, last_trade_time: 0, volume_traded: 10 })
  expect(new LedgerBench().take(never).verdict).toBe('quiet')
})

test('W: only a low value after a high one is a wrap, and only forward in time', () => {
  const almost = new LedgerBench()
  almost.take(snapshot(0, 3_800_000_000))
  expect(almost.take(snapshot(1, 100)).inc).toBe(0)
  expect(almost.kinds).toContain('fault')
  const behind = joined(4_294_960_000)
  expect(behind.take(snapshot(-1, 2704), { connection: 1 })).toMatchObject({ verdict: 'late', inc: 0 })
  expect(behind.state.wraps).toBe(0)
})

test.each([
  ['an earlier second', -1],
  ['the same second', 0],
  ['a later second (a correction over the wrap)', 1],
])('W: a snapshot of before the wrap told after it, made in %s', (_, shift) => {
  const bench = joined(4_294_960_000)
  bench.take(snapshot(5, 2704))
  expect(bench.take(snapshot(5 + shift, 4_294_967_290), { connection: 1 }).inc).toBe(0)
  expect(bench.take(snapshot(7, 3000)).inc).toBe(296)
  expect(bench.state).toMatchObject({ wraps: 1, hwm: TWO_POW_32 + 3000 })
})

test('W: a wrap by damage is mended like any correction', () => {
  const bench = joined(4_294_000_000)
  bench.take(snapshot(1, 0))
  for (let second = 2; second <= 62; second += 4) bench.take(snapshot(second, 4_294_000_000 + second, 10_000 + second))
  expect(bench.state).toMatchObject({ wraps: 0, hwm: 4_294_000_062 })
  expect(bench.total + bench.state.missed - bench.state.correction).toBe(bench.state.hwm)
  expect(bench.take(snapshot(64, 4_294_000_100)).inc).toBe(38)
})

test('R: a new day begins from nothing and keeps the price as reference', () => {
  const bench = joined(5000)
  bench.take(snapshot(1, 5100, 10_100))
  const next = (clock: string, volume_traded: number) =>
    full({ exchange_timestamp: at(clock, '2025-10-07'), volume_traded, last_price: 10_100, last_trade_time: 0 })
  expect(bench.take(next('09:07:00', 0)).verdict).toBe('quiet')
  expect(bench.ended).toEqual([{ hwm: 5100, missed: 5000, correction: 0 }])
  expect(bench.take(next('09:08:00', 700)).inc).toBe(700)
  expect(bench.take(snapshot(2, 5200), { received_s: at('09:08:01', '2025-10-07') }).verdict).toBe('dropped')
})

test('R: what is received before the next pre-open proves the subscription for that day', () => {
  const bench = joined(5000)
  bench.take(snapshot(0, 5000), { received_s: at('08:55:00', '2025-10-07') })
  const first = full({ exchange_timestamp: at('09:08:00', '2025-10-07'), volume_traded: 1500 })
  expect(bench.take(first).inc).toBe(1500)
  expect(bench.state.missed).toBe(0)
})

test('K: the mark comes down after 5 snapshots over 30 s, none lower than the one before', () => {
  const bench = joined(1000)
  for (const [second, cum] of [
    [1, 900],
    [8, 900],
    [15, 905],
    [22, 905],
  ] as const)
    bench.take(snapshot(second, cum, 10_000 + second))
  expect(bench.state.hwm).toBe(1000)
  expect(bench.take(snapshot(31, 910, 10_031)).inc).toBe(0)
  expect(bench.state).toMatchObject({ hwm: 910, correction: 90 })
  expect(bench.events.at(-1)).toMatchObject({ kind: 'rebase', from: 1000, to: 910 })
  expect(bench.take(snapshot(32, 960)).inc).toBe(50)
})

test('K: five within 29 s, or four over 60 s, are not enough', () => {
  const quick = joined(1000)
  for (const second of [1, 8, 15, 22, 30]) quick.take(snapshot(second, 900, 10_000 + second))
  expect(quick.state.hwm).toBe(1000)
  const few = joined(1000)
  for (const second of [1, 20, 40, 61]) few.take(snapshot(second, 900, 10_000 + second))
  expect(few.state.hwm).toBe(1000)
})

test('K: a run that falls, or touches the mark, begins anew', () => {
  const falling = joined(1000)
  for (const [second, cum] of [
    [1, 950],
    [10, 950],
    [20, 940],
    [30, 940],
    [40, 940],
    [49, 940],
  ] as const)
    falling.take(snapshot(second, cum, 10_000 + second))
  expect(falling.state.hwm).toBe(1000)
  falling.take(snapshot(50, 940, 10_050))
  expect(falling.state.hwm).toBe(940)
  const recovered = joined(1000)
  for (const [second, cum] of [
    [1, 950],
    [10, 950],
    [20, 950],
    [25, 1000],
    [30, 950],
    [40, 950],
  ] as const)
    recovered.take(snapshot(second, cum, 10_000 + second))
  expect(recovered.state.hwm).toBe(1000)
})

test('K: a late snapshot is no evidence', () => {
  const bench = joined(1000)
  bench.take(snapshot(1, 900))
  for (const second of [12, 22, 32]) {
    bench.take(snapshot(second, 900, 10_000 + second))
    bench.take(snapshot(second - 3, 900, 9000 + second), { connection: 1 })
  }
  expect(bench.state.hwm).toBe(1000)
})

test('Z: one damaged low value changes nothing', () => {
  const bench = joined(10_000)
  expect(bench.take(snapshot(1, 17)).inc).toBe(0)
  expect(bench.kinds).toContain('fault')
  for (let second = 2; second <= 5; second++) expect(bench.take(snapshot(second, 10_000 + second)).inc).toBe(0)
  expect(bench.take(snapshot(6, 10_006)).inc).toBe(6)
  expect(bench.state.correction).toBe(0)
})

test('Z: a collapse that lasts 60 s is the truth', () => {
  const bench = joined(10_000)
  for (const second of [1, 20, 40, 60]) bench.take(snapshot(second, 100 + second))
  expect(bench.state.hwm).toBe(10_000)
  bench.take(snapshot(61, 170))
  expect(bench.state).toMatchObject({ hwm: 170, correction: 9830 })
  expect(bench.take(snapshot(62, 180)).inc).toBe(10)
})

test('Z: two damaged values a minute apart, sound ones between them, do not make a collapse', () => {
  const bench = joined(10_000)
  for (const [second, cum] of [
    [1, 17],
    [20, 10_020],
    [40, 10_040],
    [50, 10_045],
    [55, 10_050],
    [62, 18],
  ] as const)
    bench.take(snapshot(second, cum, 10_000 + second))
  expect(bench.state).toMatchObject({ hwm: 10_000, correction: 0 })
})

test('G: silence needs a recorded gap to be one, and a recorded gap needs silence', () => {
  const silent = joined(1000)
  expect(silent.take(snapshot(300, 1200)).across_gap).toBe(false)
  const short = joined(1000)
  short.noteGap(0, TEN, TEN + 15)
  expect(short.take(snapshot(15, 1200)).across_gap).toBe(false)
  const elsewhere = joined(1000)
  elsewhere.noteGap(1, TEN, TEN + 100)
  expect(elsewhere.take(snapshot(100, 1200)).across_gap).toBe(false)
  const long = joined(1000)
  long.noteGap(0, TEN, TEN + 16)
  expect(long.take(snapshot(16, 1200)).across_gap).toBe(true)
})

test('G: a gap is looked at once, however late the exchange was with the packet after it', () => {
  const bench = joined(1000)
  bench.noteGap(0, TEN + 1, TEN + 17)
  expect(bench.take(snapshot(14, 1100), { received_s: TEN + 17 })).toMatchObject({ inc: 100, across_gap: false })
  bench.noteGap(1, TEN + 1, TEN + 18)
  expect(bench.take(snapshot(45, 1200))).toMatchObject({ inc: 100, across_gap: false })
})

test('G: a packet without volume between does not hide the gap', () => {
  const bench = joined(1000)
  bench.noteGap(0, TEN, TEN + 100)
  bench.take(ltp(10_100), { received_s: TEN + 100 })
  expect(bench.take(snapshot(101, 1500))).toMatchObject({ inc: 500, across_gap: true })
  expect(bench.state.gap_from_s).toBe(TEN)
})

test('quote packets have no time: the second of receipt stands in', () => {
  const bench = new LedgerBench()
  expect(bench.take(quote({ volume_traded: 1000 }), { received_s: TEN })).toMatchObject({ verdict: 'quiet', inc: 0 })
  expect(bench.take(quote({ volume_traded: 1100 }), { received_s: TEN + 1 })).toMatchObject({ inc: 100, event_s: TEN + 1 })
  expect(bench.take(quote({ volume_traded: 1090 }), { received_s: TEN + 2 }).inc).toBe(0)
  expect(bench.take(quote({ volume_traded: 1200 }), { received_s: TEN + 3 })).toMatchObject({ inc: 100, event_s: TEN + 3 })
  expect(bench.total + bench.state.missed).toBe(1200)
})

test('ltp packets trade when the price moves', () => {
  const bench = new LedgerBench()
  expect(bench.take(ltp(100), { received_s: TEN }).verdict).toBe('quiet')
  expect(bench.take(ltp(101), { received_s: TEN + 1 })).toMatchObject({ verdict: 'traded', inc: 0, event_s: TEN + 1 })
  expect(bench.take(ltp(101), { received_s: TEN + 2 }).verdict).toBe('dropped')
  expect(bench.state.joined).toBe(false)
})

test('an instrument upgraded from ltp to quote to full', () => {
  const bench = new LedgerBench()
  bench.take(ltp(100), { received_s: TEN })
  expect(bench.take(quote({ last_price: 102, volume_traded: 500 }), { received_s: TEN + 1 })).toMatchObject({
    verdict: 'traded',
    inc: 0,
  })
  expect(bench.state.missed).toBe(500)
  expect(bench.take(quote({ last_price: 102, volume_traded: 520 }), { received_s: TEN + 2 }).inc).toBe(20)
  expect(bench.take(snapshot(3, 530, 102)).inc).toBe(10)
})

test('an index value is a trade each time it is told, without volume', () => {
  const bench = new LedgerBench('trade', { asset_class: 'indices', instrument_token: 256_265 })
  expect(bench.take(indexFull({ exchange_timestamp: TEN })).verdict).toBe('traded')
  expect(bench.take(indexFull({ exchange_timestamp: TEN })).verdict).toBe('dropped')
  expect(bench.take(indexFull({ exchange_timestamp: TEN + 1 }))).toMatchObject({ verdict: 'traded', event_s: TEN + 1 })
  expect(bench.take(indexFull({ exchange_timestamp: TEN - 1 })).verdict).toBe('late')
})

test('trade time: believed from the last one told to the snapshot, 120 s back at most', () => {
  const eventOf = (last_trade_time: number, exchange_s: number) => {
    const bench = joined(1000)
    return bench.take(full({ exchange_timestamp: exchange_s, last_trade_time, volume_traded: 1100 })).event_s - TEN
  }
  expect(eventOf(TEN + 5, TEN + 9)).toBe(5)
  expect(eventOf(TEN, TEN + 9)).toBe(0)
  expect(eventOf(TEN - 1, TEN + 9)).toBe(9)
  expect(eventOf(TEN + 10, TEN + 9)).toBe(9)
  expect(eventOf(0, TEN + 9)).toBe(9)
  expect(eventOf(TEN + 80, TEN + 200)).toBe(80)
  expect(eventOf(TEN + 79, TEN + 200)).toBe(200)
})

test('trade time: one in the future is not believed now and does not spoil those to come', () => {
  const bench = joined(1000)
  bench.take(full({ exchange_timestamp: TEN + 1, last_trade_time: TEN + 40_000, volume_traded: 1100 }))
  const next = full({ exchange_timestamp: TEN + 9, last_trade_time: TEN + 8, volume_traded: 1200 })
  expect(bench.take(next)).toMatchObject({ verdict: 'traded', event_s: TEN + 8 })
  const depth_only = full({ exchange_timestamp: TEN + 10, last_trade_time: TEN + 40_000, volume_traded: 1200 })
  expect(bench.take(depth_only).verdict).toBe('quiet')
})

test('auction volume belongs to its auction however late it is told', () => {
  const bench = new LedgerBench()
  bench.take(full({ exchange_timestamp: at('09:01:00'), volume_traded: 0, last_trade_time: 0 }))
  const told = full({ exchange_timestamp: at('09:15:30'), last_trade_time: at('09:08:10'), volume_traded: 900 })
  expect(bench.take(told)).toMatchObject({ inc: 900, event_s: at('09:08:10') })
})

test('an exchange time far in the future is replaced by the second of receipt', () => {
  const bench = joined(1000)
  const odd = full({ exchange_timestamp: TEN + 86_500, last_trade_time: 0, volume_traded: 1100 })
  expect(bench.take(odd, { received_s: TEN + 1 })).toMatchObject({ inc: 100, event_s: TEN + 1 })
  expect(bench.ledger.counts.implausible_times).toBe(1)
  expect(bench.take(snapshot(2, 1150))).toMatchObject({ verdict: 'traded', inc: 50 })
})

test('an exchange time of 0 is no time: the packet is in order', () => {
  const bench = joined(1000)
  const timeless = full({ exchange_timestamp: 0, last_trade_time: TEN + 3, volume_traded: 1100 })
  expect(bench.take(timeless, { received_s: TEN + 4 })).toMatchObject({ verdict: 'traded', inc: 100, event_s: TEN + 3 })
  expect(bench.take(snapshot(2, 1150)).verdict).toBe('traded')
})

test('clocks: the same trade by trade, snapshot and receipt', () => {
  const eventOf = (clock: 'trade' | 'exchange' | 'arrival') => {
    const bench = new LedgerBench(clock)
    bench.take(snapshot(0, 1000))
    const told = full({ exchange_timestamp: TEN + 60, last_trade_time: TEN + 59, volume_traded: 1100 })
    return bench.take(told, { received_s: TEN + 61 }).event_s - TEN
  }
  expect([eventOf('trade'), eventOf('exchange'), eventOf('arrival')]).toEqual([59, 60, 61])
})
