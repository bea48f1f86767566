import { expect, test } from 'vitest'
import { at, full } from '../../support/feed.js'
import { LedgerBench } from './bench.js'

// The vectors of docs/volume.md, one test each: cumulative volume in, traded volume out.

const TEN = at('10:00:00')
/** A snapshot made `second` after ten o'clock; its price tells snapshots of equal volume apart. */
const snapshot = (second: number, volume_traded: number, last_price = 10_000) =>
  full({ exchange_timestamp: TEN + second, volume_traded, last_price })

test('V1: a late snapshot of another connection takes nothing back and adds nothing twice', () => {
  const bench = new LedgerBench()
  bench.take(snapshot(1, 1000))
  expect(bench.take(snapshot(2, 1200))).toMatchObject({ verdict: 'traded', inc: 200 })
  expect(bench.take(snapshot(1, 1100), { received_s: TEN + 2, connection: 1 })).toMatchObject({ verdict: 'late', inc: 0 })
  expect(bench.take(snapshot(3, 1300))).toMatchObject({ verdict: 'traded', inc: 100 })
  expect(bench.total).toBe(300)
})

test('V2: a lower cumulative volume is a correction, not a reset', () => {
  const bench = new LedgerBench()
  bench.take(snapshot(0, 5000))
  expect(bench.take(snapshot(1, 5200)).inc).toBe(200)
  expect(bench.take(snapshot(2, 5190)).inc).toBe(0)
  expect(bench.kinds).toEqual(['joined_mid_session', 'correction'])
  expect(bench.take(snapshot(3, 5230)).inc).toBe(30)
  expect(bench.total).toBe(230)
})

test('V3: volume goes on over the wrap of its 32 bits', () => {
  const bench = new LedgerBench()
  bench.take(snapshot(10, 4_294_960_000))
  expect(bench.take(snapshot(11, 2704))).toMatchObject({ verdict: 'traded', inc: 10_000 })
  expect(bench.kinds).toEqual(['joined_mid_session', 'wrap'])
  expect(bench.state.hwm).toBe(4_294_970_000)
})

test('V4: subscribed before the pre-open, the first volume of the day has traded today', () => {
  const bench = new LedgerBench()
  const yesterday = full({ exchange_timestamp: at('15:29:59', '2025-10-03'), volume_traded: 90_000 })
  expect(bench.take(yesterday, { received_s: at('08:55:00') })).toMatchObject({ verdict: 'dropped', inc: 0 })
  expect(bench.ledger.counts.cached).toBe(1)
  const auction = bench.take(full({ exchange_timestamp: at('09:08:02'), volume_traded: 1500 }))
  expect(auction).toMatchObject({ verdict: 'traded', inc: 1500, event_s: at('09:08:02') })
  const open = bench.take(full({ exchange_timestamp: at('09:15:01'), volume_traded: 1800 }))
  expect(open).toMatchObject({ verdict: 'traded', inc: 300, event_s: at('09:15:01') })
  expect(bench.state.missed).toBe(0)
})

test('V5: joined in the middle of the session, what had traded before is missed, not traded', () => {
  const bench = new LedgerBench()
  expect(bench.take(full({ exchange_timestamp: at('11:02:10'), volume_traded: 7_000_000 })).inc).toBe(0)
  expect(bench.state.missed).toBe(7_000_000)
  expect(bench.kinds).toEqual(['joined_mid_session'])
  expect(bench.take(full({ exchange_timestamp: at('11:02:11'), volume_traded: 7_000_450 })).inc).toBe(450)
})

test('V6: volume learned across a disconnect counts, and is marked', () => {
  const bench = new LedgerBench()
  bench.take(snapshot(30, 50_000))
  bench.noteGap(0, TEN + 31, TEN + 430)
  expect(bench.take(snapshot(430, 62_000))).toMatchObject({ verdict: 'traded', inc: 12_000, across_gap: true })
  expect(bench.events.at(-1)).toMatchObject({ kind: 'gap', from: TEN + 30, to: 12_000 })
  expect(bench.take(snapshot(431, 62_100))).toMatchObject({ inc: 100, across_gap: false })
})

test('V7: two connections tell the same second', () => {
  const bench = new LedgerBench()
  expect(bench.take(snapshot(5, 300)).inc).toBe(0)
  expect(bench.take(snapshot(5, 340), { connection: 1 })).toMatchObject({ verdict: 'traded', inc: 40 })
  expect(bench.take(snapshot(5, 340))).toMatchObject({ verdict: 'dropped', inc: 0 })
  expect(bench.ledger.counts.duplicates).toBe(1)
})

test('V8: cumulative volume is unsigned', () => {
  const bench = new LedgerBench()
  bench.take(snapshot(1, 0xffff_ffff))
  expect(bench.state.hwm).toBe(4_294_967_295)
})
