import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Gap, GapList } from '../../../src/core/candles/index.js'
import { byEnd, LiveOrder } from '../../../src/core/engine/index.js'
import type { Candle } from '../../../src/core/market/index.js'
import type { Frame } from '../../../src/core/recording/index.js'
import { encodeMessage } from '../../../src/core/wire/index.js'
import { CAS_STOCK, FUTURE, openPipeline, type RunOptions } from '../../support/engine.js'
import { at, full, STOCK } from '../../support/feed.js'
import { options } from '../../support/markets.js'

/** Each connection carries one instrument; the third is carried twice. */
const CARRIED: readonly (readonly number[])[] = [[STOCK], [CAS_STOCK, FUTURE], [FUTURE]]
const START_S = at('10:00:20')
const LENGTH_S = 400
/** The capture is stopped. */
const END_MS = (START_S + LENGTH_S) * 1000

interface Outage {
  connection: number
  from_s: number
  length_s: number
}

interface Received {
  connection: number
  received_at_ms: number
  message: Uint8Array
}

const outage: fc.Arbitrary<Outage> = fc.record({
  connection: fc.nat({ max: 2 }),
  from_s: fc.integer({ min: 5, max: LENGTH_S }),
  length_s: fc.integer({ min: 2, max: 200 }),
})

/** What three connections receive of one market, and the gaps a capture tells of them. */
function record(outages: readonly Outage[], busy: readonly number[]): { received: Received[]; gaps: Gap[] } {
  const received: Received[] = []
  const gaps: Gap[] = []
  const heard: number[] = []
  const cums = new Map<number, number>()
  for (let second = 0; second < LENGTH_S; second++) {
    for (const token of [STOCK, CAS_STOCK, FUTURE])
      cums.set(token, (cums.get(token) ?? 0) + ((busy[(second * 7 + token) % busy.length] ?? 0) % 5))
    CARRIED.forEach((tokens, connection) => {
      const is_out = outages.some((o) => o.connection === connection && second >= o.from_s && second < o.from_s + o.length_s)
      if (is_out) return
      const received_at_ms = (START_S + second) * 1000 + ((busy[second % busy.length] ?? 0) % 3) * 100
      const packets = tokens
        .filter((token) => (busy[(second + token) % busy.length] ?? 0) % 3 > 0)
        .map((token) =>
          full({
            instrument_token: token,
            volume_traded: cums.get(token) ?? 0,
            last_price: 10_000 + ((cums.get(token) ?? 0) % 50),
            exchange_timestamp: START_S + second,
          }),
        )
      const message = packets.length === 0 ? new Uint8Array(1) : encodeMessage(packets)
      const last_ms = heard[connection]
      if (last_ms !== undefined && received_at_ms - last_ms > 1500)
        gaps.push({ connection, from_ms: last_ms, to_ms: received_at_ms })
      heard[connection] = received_at_ms
      received.push({ connection, received_at_ms, message })
    })
  }
  // Who never came back is told as the capture ends.
  CARRIED.forEach((_, connection) => {
    const from_ms = heard[connection] ?? START_S * 1000
    if (END_MS - from_ms > 1500) gaps.push({ connection, from_ms, to_ms: END_MS })
  })
  return { received, gaps }
}

function replayed({ received, gaps }: ReturnType<typeof record>, chosen: Partial<RunOptions>): Candle[] {
  const candles: Candle[] = []
  const journaled = { gaps: [...gaps].sort(byEnd), covers: () => true }
  const pipeline = openPipeline(chosen, { onCandle: (candle) => candles.push(candle) }, journaled)
  const sorted = [...received].sort((a, b) => a.received_at_ms - b.received_at_ms || a.connection - b.connection)
  for (const one of sorted) pipeline.onFrame(frameOf(one))
  pipeline.end()
  return candles
}

/** As a capture sees it: gaps are told as they end, and the connections come in any order within a millisecond. */
function live({ received, gaps }: ReturnType<typeof record>, chosen: Partial<RunOptions>): Candle[] {
  const candles: Candle[] = []
  const pipeline = openPipeline(chosen, { onCandle: (candle) => candles.push(candle) }, { gaps: [], covers: () => true })
  const order = new LiveOrder(pipeline)
  const arriving = [...received].sort((a, b) => a.received_at_ms - b.received_at_ms || b.connection - a.connection)
  for (const one of arriving) {
    for (const gap of gaps) if (gap.connection === one.connection && gap.to_ms === one.received_at_ms) pipeline.noteGap(gap)
    order.push(one.connection, one.received_at_ms, one.message)
    order.release(one.received_at_ms)
  }
  for (const gap of gaps) if (gap.to_ms === END_MS) pipeline.noteGap(gap)
  order.release(Number.POSITIVE_INFINITY)
  pipeline.end()
  return candles
}

function frameOf({ connection, received_at_ms, message }: Received): Frame {
  const view = new DataView(message.buffer)
  return {
    file: connection,
    connection,
    record: 0,
    offset: 0,
    received_at_ms,
    view,
    bytes: message,
    start: 0,
    end: message.length,
  }
}

const cases = [
  fc.array(outage, { maxLength: 4 }),
  fc.array(fc.nat({ max: 100 }), { minLength: 30, maxLength: 60 }),
  options,
] as const

test('live candles are those of the replay, whatever is lost and told', () => {
  fc.assert(
    fc.property(...cases, (outages, busy, chosen) => {
      const market = record(outages, busy)
      expect(live(market, chosen)).toEqual(replayed(market, chosen))
    }),
    { numRuns: 300 },
  )
})

test('a bar is incomplete exactly when all who carry it had a gap at once, however early it is told', () => {
  fc.assert(
    fc.property(...cases, (outages, busy, chosen) => {
      const market = record(outages, busy)
      const last_ms = Math.max(...market.received.map(({ received_at_ms }) => received_at_ms))
      const candles = replayed(market, { ...chosen, tf: ['1m'], late: 'drop', auction: 'separate', fill: 'skip' })
      for (const { instrument, interval, open_time_ms, close_time_ms, complete } of candles) {
        const is_whole = open_time_ms >= (START_S + 60) * 1000 && close_time_ms <= last_ms
        if (interval !== '1m' || !is_whole) continue
        const carriers = CARRIED.flatMap((tokens, connection) =>
          tokens.includes(instrument.instrument_token) ? [connection] : [],
        )
        const is_lost = (ms: number): boolean =>
          carriers.every((connection) =>
            market.gaps.some((gap) => gap.connection === connection && gap.from_ms <= ms && ms < gap.to_ms),
          )
        const edges = market.gaps.flatMap(({ from_ms, to_ms }) => [from_ms, to_ms]).concat(open_time_ms)
        const cut = edges.some((ms) => ms >= open_time_ms && ms < close_time_ms && is_lost(ms))
        if (cut) expect({ open_time_ms, complete }).toEqual({ open_time_ms, complete: false })
        // Volume over a gap breaks a bar too; else nothing does.
        else if (market.gaps.length === 0) expect({ open_time_ms, complete }).toEqual({ open_time_ms, complete: true })
      }
    }),
    { numRuns: 300 },
  )
})

test('a gap of some instruments cuts their bars alone, whoever carries them', () => {
  const gaps = new GapList()
  gaps.hear(0, 10_000)
  gaps.add({ connection: 1, from_ms: 5000, to_ms: 8000, tokens: [STOCK] })
  const carried = (instrument_token: number) => ({ connections: 0b11, instrument: { instrument_token } })
  expect(gaps.cuts(carried(STOCK), 0, 6000)).toBe(true)
  expect(gaps.cuts(carried(STOCK), 8000, 9000)).toBe(false)
  expect(gaps.cuts(carried(FUTURE), 0, 6000)).toBe(false)
})

test('within a journal a silence is a gap only when one is told', () => {
  const { received } = record([{ connection: 0, from_s: 100, length_s: 60 }], [1, 2, 3])
  const told = (covers: boolean): number => {
    const pipeline = openPipeline({}, {}, { gaps: [], covers: () => covers })
    for (const one of received) pipeline.onFrame(frameOf(one))
    return pipeline.bars.gaps.all.length
  }
  expect(told(true)).toBe(0)
  expect(told(false)).toBe(1)
})
