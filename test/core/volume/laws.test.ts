import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodePacket, type Packet, type PacketBytes, packetBytes } from '../../../src/core/wire/index.js'
import { at, full, ltp, quote } from '../../support/feed.js'
import { LedgerBench, type Taken } from './bench.js'

const OPEN = at('09:15:00')

interface Arrival {
  packet: Packet
  received_s: number
  connection: number
  gap_s: number
}

const volumes = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 900, max: 1100 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 2000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 4_294_967_000, max: 0xffff_ffff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
)

/** Snapshots in any order with any volume: what no exchange sends, and a damaged or doubled feed may. */
const arrivals: fc.Arbitrary<Arrival[]> = fc
  .array(
    fc.record({
      step_s: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 40 })),
      behind_s: fc.oneof(fc.constant(0), fc.integer({ min: -2, max: 5 }), fc.constant(86_400), fc.constant(-50_000)),
      cum: volumes,
      mode: fc.constantFrom('full', 'full', 'full', 'full', 'quote', 'ltp', 'timeless'),
      trade_age_s: fc.oneof(fc.integer({ min: -2, max: 8 }), fc.integer({ min: 0, max: 200 })),
      connection: fc.integer({ min: 0, max: 2 }),
      gap_s: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 16, max: 90 }) }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let received_s = OPEN
    return steps.map(({ step_s, behind_s, cum, mode, trade_age_s, connection, gap_s }) => {
      received_s += step_s + gap_s
      const exchange_timestamp = mode === 'timeless' ? 0 : received_s - behind_s
      const last_price = 100 + (cum % 7)
      const told = { volume_traded: cum, last_price }
      const packet =
        mode === 'ltp'
          ? ltp(last_price)
          : mode === 'quote'
            ? quote(told)
            : full({ ...told, exchange_timestamp, last_trade_time: received_s - trade_age_s })
      return { packet, received_s, connection, gap_s }
    })
  })

function feed(bench: LedgerBench, { packet, received_s, connection, gap_s }: Arrival): Taken {
  if (gap_s > 0) bench.noteGap(connection, received_s - gap_s, received_s)
  return bench.take(packet, { received_s, connection })
}

test('sum of increments + missed - correction = high-water mark, and no increment is negative', () => {
  fc.assert(
    fc.property(arrivals, (list) => {
      const bench = new LedgerBench()
      for (const arrival of list) {
        const { inc, verdict } = feed(bench, arrival)
        expect(inc).toBeGreaterThanOrEqual(0)
        if (verdict === 'quiet') expect(inc).toBe(0)
        expect(bench.total + bench.state.missed - bench.state.correction).toBe(bench.state.hwm)
      }
    }),
    { numRuns: 4000 },
  )
})

test('no single snapshot makes volume out of half the range of the counter without a wrap or a gap behind it', () => {
  const honest = fc.array(fc.record({ back: fc.integer({ min: 0, max: 3 }), lag_s: fc.integer({ min: 0, max: 2 }) }), {
    maxLength: 40,
  })
  fc.assert(
    fc.property(fc.integer({ min: -2000, max: 500 }), honest, (offset, steps) => {
      // A market that trades 100 a second across the wrap, told by two connections that lag behind each other.
      const bench = new LedgerBench()
      const begin = 0x1_0000_0000 + offset
      const truth = (second: number) => begin + 100 * second
      bench.take(full({ exchange_timestamp: OPEN, volume_traded: begin % 0x1_0000_0000 }))
      let newest = 0
      steps.forEach(({ back, lag_s }, index) => {
        const second = Math.max(0, index + 1 - lag_s)
        const cum = Math.max(begin, truth(second) - back)
        bench.take(full({ exchange_timestamp: OPEN + second, volume_traded: cum % 0x1_0000_0000, last_price: 100 + index }), {
          received_s: OPEN + index + 1,
          connection: lag_s > 0 ? 1 : 0,
        })
        newest = Math.max(newest, second)
        expect(bench.total).toBeLessThanOrEqual(truth(newest) - begin)
      })
    }),
    { numRuns: 2000 },
  )
})

test('reusing the buffer of a packet changes no verdict', () => {
  fc.assert(
    fc.property(arrivals, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (list, recycles) => {
      const still = new LedgerBench()
      const moving = new LedgerBench()
      // Two packets of room: the next one is written over the last one but one.
      const view = new DataView(new ArrayBuffer(400))
      let place = 0
      list.forEach((arrival, index) => {
        const length: PacketBytes = packetBytes(arrival.packet)
        if (recycles[index] === true || index % 2 === 0) {
          moving.ledger.keepPackets([moving.state], view)
          new Uint8Array(view.buffer).fill(0xee)
        }
        place = place === 0 ? 200 : 0
        encodePacket(arrival.packet, view, place)
        if (arrival.gap_s > 0) moving.noteGap(arrival.connection, arrival.received_s - arrival.gap_s, arrival.received_s)
        const taken = moving.takeAt(view, place, length, arrival.received_s, arrival.connection)
        expect(taken).toEqual(feed(still, arrival))
      })
      expect(moving.ledger.counts).toEqual(still.ledger.counts)
    }),
    { numRuns: 1000 },
  )
})
