import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GAP_MS } from '../../../src/core/candles/index.js'
import type { Packet } from '../../../src/core/wire/index.js'
import { CAS_STOCK, FUTURE, type Message, runEngine } from '../../support/engine.js'
import { at, full, indexFull, NIFTY, STOCK } from '../../support/feed.js'
import { options } from '../../support/markets.js'

// How a feed splits what happened at once over its connections must not show.

const TOKENS = [STOCK, CAS_STOCK, FUTURE, NIFTY]

interface Moment {
  readonly wait_ms: number
  readonly lag_s: number
  /** Of each instrument: 0 nothing, else what was traded and how long before. */
  readonly told: readonly { readonly quantity: number; readonly age_s: number }[]
}

const moment: fc.Arbitrary<Moment> = fc.record({
  wait_ms: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 1, max: 3000 }) },
    { weight: 2, arbitrary: fc.integer({ min: 3000, max: 90_000 }) },
  ),
  lag_s: fc.integer({ min: 0, max: 3 }),
  told: fc.array(fc.record({ quantity: fc.nat({ max: 4 }), age_s: fc.nat({ max: 70 }) }), {
    minLength: TOKENS.length,
    maxLength: TOKENS.length,
  }),
})

/** The same market over one connection, or each instrument over its own one of three. */
function market(start_s: number, moments: readonly Moment[], connectionOf: readonly number[]): Message[] {
  const carriers = [...new Set(connectionOf)].sort()
  const state = TOKENS.map(() => ({ cum: 0, trade_s: 0 }))
  let now_ms = start_s * 1000 + 300
  let exchange_s = 0
  return moments.flatMap(({ wait_ms, lag_s, told }) => {
    now_ms += wait_ms
    exchange_s = Math.max(exchange_s, Math.floor(now_ms / 1000) - lag_s)
    const packets = TOKENS.map((token, n): Packet | undefined => {
      const now = state[n] as (typeof state)[number]
      const { quantity, age_s } = told[n] ?? { quantity: 0, age_s: 0 }
      if (quantity === 0) return undefined
      now.cum += quantity
      now.trade_s = Math.max(now.trade_s, exchange_s - age_s)
      const last_price = 10_000 + ((now.cum * 7) % 13)
      if (token === NIFTY) return indexFull({ exchange_timestamp: exchange_s, last_price })
      return full({
        instrument_token: token,
        volume_traded: now.cum,
        exchange_timestamp: exchange_s,
        last_trade_time: now.trade_s,
        last_price,
      })
    })
    return carriers.map((connection) => ({
      received_ms: now_ms,
      connection,
      packets: packets.filter((packet, n): packet is Packet => packet !== undefined && connectionOf[n] === connection),
    }))
  })
}

test('one connection or three: the same candles in the same order', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('09:07:10', '10:00:20', '15:27:30'),
      fc.array(moment, { minLength: 5, maxLength: 80 }),
      fc.array(fc.nat({ max: 2 }), { minLength: TOKENS.length, maxLength: TOKENS.length }),
      options,
      (clock, drawn, connectionOf, chosen) => {
        // Without a journal each connection's silence ends with its own record: volume is spread as far as is known by then.
        const moments = chosen.gap_volume === 'spread' ? drawn.filter(({ wait_ms }) => wait_ms <= GAP_MS) : drawn
        const one = runEngine(
          market(
            at(clock),
            moments,
            TOKENS.map(() => 0),
          ),
          chosen,
        )
        const split = runEngine(market(at(clock), moments, connectionOf), chosen)
        expect(split.candles).toEqual(one.candles)
      },
    ),
    { numRuns: 600 },
  )
})
