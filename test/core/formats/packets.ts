import fc from 'fast-check'
import type { Packet } from '../../../src/core/wire/index.js'

const price = fc.oneof(fc.integer({ min: -0x80000000, max: 0x7fffffff }), fc.integer({ min: -200, max: 10_000_000 }))
const count = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 20_000 }))
const seconds = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1_759_600_000, max: 1_759_900_000 }),
  fc.integer({ min: 0, max: 0xffffffff }),
)
const head = { instrument_token: fc.oneof(count, fc.constant(256_265)), last_price: price }
const ohlc = { open: price, high: price, low: price, close: fc.oneof(price, fc.constant(0)) }
const quote = {
  ...head,
  last_traded_quantity: count,
  average_traded_price: price,
  volume_traded: count,
  total_buy_quantity: count,
  total_sell_quantity: count,
  ...ohlc,
}
const depth = fc.array(fc.record({ quantity: count, price, orders: fc.integer({ min: 0, max: 0xffff }) }), {
  minLength: 10,
  maxLength: 10,
})

/** Packets of all six kinds with any content the wire can carry. */
export const packets: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({ kind: fc.constant('ltp' as const), ...head }),
  fc.record({ kind: fc.constant('index_quote' as const), ...head, ...ohlc, change: price }),
  fc.record({ kind: fc.constant('index_full' as const), ...head, ...ohlc, change: price, exchange_timestamp: seconds }),
  fc.record({ kind: fc.constant('quote' as const), ...quote }),
  fc.record({
    kind: fc.constant('full' as const),
    ...quote,
    last_trade_time: seconds,
    oi: count,
    oi_day_high: count,
    oi_day_low: count,
    exchange_timestamp: seconds,
    depth,
  }),
  fc.record({ kind: fc.constant('full_v1' as const), ...quote, depth }),
)
