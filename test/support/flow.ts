import type { BarFlow } from '../../src/core/market/index.js'

/** Everything a flow says, read now. */
export const plainFlow = (flow: BarFlow) => ({
  prices: [...flow.prices],
  volumes: [...flow.volumes],
  book: flow.book && [...flow.book],
  signed_volume: flow.signed_volume,
  unsigned_volume: flow.unsigned_volume,
  ofi: flow.ofi,
  total_buy_quantity: flow.total_buy_quantity,
  total_sell_quantity: flow.total_sell_quantity,
  last_seen_ms: flow.last_seen_ms,
  previous_close: flow.previous_close,
  day_high: flow.day_high,
  day_low: flow.day_low,
  day_average_price: flow.day_average_price,
  day_volume: flow.day_volume,
})
