import fc from 'fast-check'
import type { FullPacket, Packet } from '../../src/core/wire/index.js'
import { CAS_STOCK, CRUDE, FUTURE, type Message, type RunOptions } from './engine.js'
import { at, full, indexFull, indexQuote, ltp, NIFTY, quote, STOCK } from './feed.js'

/** An instrument always comes in the same mode here; changes of mode are the ledger's tests. */
type Mode = 'full' | 'quote' | 'ltp' | 'index_full' | 'index_quote'
const TOKENS: readonly [number, Mode][] = [
  [STOCK, 'full'],
  [CAS_STOCK, 'full'],
  [FUTURE, 'full'],
  [CRUDE, 'full'],
  [NIFTY, 'index_full'],
]
const OTHER_MODES: readonly Mode[] = ['full', 'quote', 'ltp']

const STARTS: readonly [string, string][] = [
  ['2025-10-06', '08:58:30'],
  ['2025-10-06', '09:12:40'],
  ['2025-10-06', '10:00:20'],
  ['2025-10-06', '15:27:30'],
  ['2026-08-03', '15:12:30'],
  ['2026-08-03', '15:33:30'],
  ['2024-03-02', '09:57:30'],
]

interface Step {
  wait_ms: number
  beats: boolean
  which: number
  act: 'trade' | 'depth' | 'quiet_price' | 'cancel' | 'again' | 'stale' | 'restart'
  quantity: number
  move: number
  lag_s: number
  age_s: number
  connection: number
}

const step: fc.Arbitrary<Step> = fc.record({
  wait_ms: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 4000 }) },
    { weight: 3, arbitrary: fc.integer({ min: 4000, max: 30_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 30_000, max: 200_000 }) },
  ),
  beats: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  which: fc.nat({ max: 20 }),
  act: fc.constantFrom('trade', 'trade', 'trade', 'trade', 'trade', 'depth', 'quiet_price', 'cancel', 'again', 'stale', 'stale'),
  quantity: fc.integer({ min: 1, max: 60 }),
  move: fc.integer({ min: -4, max: 4 }),
  lag_s: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 1 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 6 }) },
  ),
  age_s: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 2 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 130 }) },
  ),
  connection: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
})

/** Small markets with everything a feed does to us: lags, late news, doubles, corrections, silences, joins at any time of day. */
export const markets: fc.Arbitrary<Message[]> = fc
  .record({
    start: fc.constantFrom(...STARTS),
    modes: fc.array(fc.constantFrom(...OTHER_MODES), { minLength: 5, maxLength: 5 }),
    first_cum: fc.constantFrom(0, 0, 5000),
    steps: fc.array(step, { minLength: 5, maxLength: 90 }),
  })
  .map(({ start: [date, clock], modes, first_cum, steps }) => {
    const begin_ms = at(clock, date) * 1000 + 300
    const instruments = TOKENS.map(([token, mode], n) => ({
      token,
      mode: mode === 'full' && n > 0 ? (modes[n] as Mode) : mode,
      cum: token === NIFTY ? 0 : first_cum,
      price: 10_000 + 1000 * n,
      trade_s: first_cum > 0 ? at(clock, date) - 200 : 0,
      oi: 100,
      sent: [] as Packet[],
    }))
    const messages: Message[] = [{ received_ms: begin_ms, connection: 0, packets: [] }]
    let now_ms = begin_ms
    for (const { wait_ms, beats, which, act, quantity, move, lag_s, age_s, connection } of steps) {
      for (let beat_ms = now_ms + 5000; beats && beat_ms < now_ms + wait_ms; beat_ms += 5000)
        for (const carrier of [0, 1]) messages.push({ received_ms: beat_ms, connection: carrier, packets: [] })
      now_ms += wait_ms
      const now = instruments[which % instruments.length] as (typeof instruments)[number]
      const exchange_s = Math.floor(now_ms / 1000) - lag_s
      const old = now.sent[Math.max(0, now.sent.length - 1 - (act === 'stale' ? quantity % 4 : 0))]
      if ((act === 'again' || act === 'stale') && old !== undefined) {
        messages.push({ received_ms: now_ms, connection: act === 'stale' ? 1 : connection, packets: [old] })
        continue
      }
      if (act === 'trade') {
        now.cum += quantity
        now.price += move
        now.trade_s = Math.max(now.trade_s, exchange_s - age_s)
      } else if (act === 'quiet_price') now.price += move
      else if (act === 'cancel') now.cum -= Math.min(quantity, Math.floor(now.cum / 20))
      else now.oi += quantity
      const packet = packetOf(now, exchange_s)
      now.sent.push(packet)
      messages.push({ received_ms: now_ms, connection, packets: [packet] })
    }
    return messages
  })

interface Now {
  token: number
  mode: Mode
  cum: number
  price: number
  trade_s: number
  oi: number
}

function packetOf({ token, mode, cum, price, trade_s, oi }: Now, exchange_timestamp: number): Packet {
  const told = { instrument_token: token, last_price: price }
  if (mode === 'ltp') return ltp(price, token)
  if (mode === 'index_full') return indexFull({ ...told, exchange_timestamp })
  if (mode === 'index_quote') return indexQuote(told)
  if (mode === 'quote') return quote({ ...told, volume_traded: cum, total_buy_quantity: oi })
  const packet: FullPacket = full({ ...told, volume_traded: cum, exchange_timestamp, last_trade_time: trade_s, oi })
  return packet
}

/** How bars are made. */
export const options: fc.Arbitrary<Partial<RunOptions>> = fc.record({
  tf: fc.constantFrom(['1m'], ['1m', '3m', '5m', '15m', '60m', '1d'], ['5m'], ['60m', '1d']),
  clock: fc.constantFrom('trade', 'trade', 'exchange', 'arrival'),
  auction: fc.constantFrom('separate', 'fold'),
  fill: fc.constantFrom('skip', 'forward'),
  late: fc.constantFrom('drop', 'revise'),
  gap_volume: fc.constantFrom('quarantine', 'last', 'spread'),
  common_path: fc.boolean(),
  flow: fc.constantFrom(undefined, undefined, 'minute', 'intraday'),
})
