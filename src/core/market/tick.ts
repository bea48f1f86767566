import type { Field } from './fields.js'

const level = (side: 'bid' | 'ask', n: number): readonly Field[] => {
  const path = ['depth', side === 'bid' ? 'buy' : 'sell', n - 1] as const
  const whose = `${side === 'bid' ? 'buy' : 'sell'} level ${n} (1 is best)`
  return [
    { name: `${side}_price_${n}`, type: 'price', optional: true, path: [...path, 'price'], doc: `Price of ${whose}` },
    { name: `${side}_quantity_${n}`, type: 'int', optional: true, path: [...path, 'quantity'], doc: `Quantity of ${whose}` },
    {
      name: `${side}_orders_${n}`,
      type: 'int',
      optional: true,
      path: [...path, 'orders'],
      doc: `Orders of ${whose}, 16 bit on the wire`,
    },
  ]
}
const levels = [1, 2, 3, 4, 5] as const

/**
 * Columns of a tick on output, in this order. Names are Kite's current ones in snake_case. NDJSON nests `ohlc` and `depth` as
 * Kite's own clients do; a field that the packet does not carry is absent there and null in columns.
 */
export const TICK_FIELDS: readonly Field[] = [
  { name: 'sequence', type: 'int', doc: '0-based number of the packet in the merged input, filters not applied' },
  { name: 'received_at', type: 'timestamp', doc: 'When the capturing machine received the message' },
  { name: 'symbol', type: 'string', doc: 'Trading symbol; token:N when no master names the token' },
  { name: 'exchange', type: 'string', doc: 'Exchange of the instrument' },
  { name: 'instrument_token', type: 'int', doc: 'Kite instrument token' },
  { name: 'mode', type: 'string', doc: 'ltp, quote or full: what the packet carries' },
  { name: 'tradable', type: 'bool', doc: 'False for indices (segment byte 9)' },
  { name: 'last_price', type: 'price', doc: 'Last traded price, or index value' },
  { name: 'last_traded_quantity', type: 'int', optional: true, doc: 'Size of the last trade only; never sum it' },
  { name: 'average_traded_price', type: 'price', optional: true, doc: 'Volume-weighted average of the day, by the exchange' },
  { name: 'volume_traded', type: 'int', optional: true, doc: 'Cumulative volume of the day, unsigned 32 bit on the wire' },
  { name: 'total_buy_quantity', type: 'int', optional: true, doc: 'Quantity of all pending buy orders' },
  { name: 'total_sell_quantity', type: 'int', optional: true, doc: 'Quantity of all pending sell orders' },
  { name: 'open', type: 'price', optional: true, path: ['ohlc', 'open'], doc: 'Open of the day' },
  { name: 'high', type: 'price', optional: true, path: ['ohlc', 'high'], doc: 'High of the day' },
  { name: 'low', type: 'price', optional: true, path: ['ohlc', 'low'], doc: 'Low of the day' },
  { name: 'close', type: 'price', optional: true, path: ['ohlc', 'close'], doc: 'Close of the previous session' },
  {
    name: 'net_change',
    type: 'price',
    optional: true,
    doc: 'last_price - close; for indices as the wire says; absent when close is 0',
  },
  {
    name: 'last_trade_time',
    type: 'timestamp',
    optional: true,
    doc: 'Exchange time of the last trade, whole seconds; absent when the wire says 0',
  },
  {
    name: 'exchange_timestamp',
    type: 'timestamp',
    optional: true,
    doc: 'Exchange time of the snapshot, whole seconds; absent when the wire says 0',
  },
  { name: 'oi', type: 'int', optional: true, doc: 'Open interest' },
  { name: 'oi_day_high', type: 'int', optional: true, doc: 'Highest open interest of the day' },
  { name: 'oi_day_low', type: 'int', optional: true, doc: 'Lowest open interest of the day' },
  ...levels.flatMap((n) => level('bid', n)),
  ...levels.flatMap((n) => level('ask', n)),
]

/**
 * What sinks add, each behind the field it belongs to: times as numbers, since consumers compare them, and the class that names the channel.
 */
const ADDED_LIVE: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['received_at', { name: 'received_at_ms', type: 'int', doc: 'The same in ms since the epoch' }],
  ['instrument_token', { name: 'asset_class', type: 'string', doc: 'equity_cash, equity_futures, index_options, ...' }],
  [
    'exchange_timestamp',
    { name: 'exchange_timestamp_ms', type: 'int', optional: true, doc: 'The same in ms since the epoch, whole seconds' },
  ],
])

/** A tick as sinks give it on: without `sequence`, which counts within one reading and would differ between a capture and its replay. */
export const LIVE_TICK_FIELDS: readonly Field[] = TICK_FIELDS.filter(({ name }) => name !== 'sequence').flatMap((field) => {
  const added = ADDED_LIVE.get(field.name)
  return added === undefined ? [field] : [field, added]
})
