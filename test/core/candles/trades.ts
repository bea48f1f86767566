import fc from 'fast-check'
import type { BarBuilder } from '../../../src/core/candles/bar-kind.js'
import type { EventBar } from '../../../src/core/candles/event-bar.js'
import { parseBarKinds } from '../../../src/core/candles/index.js'
import { instrument } from '../market/instruments.js'

export interface Trade {
  price: number
  volume: number
  at_s: number
}

/** Trades of a session: prices walk, now and then jump. Divisor 100. */
export function trades(length: { minLength: number; maxLength: number }): fc.Arbitrary<Trade[]> {
  const step = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -40, max: 40 }) }, fc.integer({ min: -4000, max: 4000 }))
  return fc
    .array(fc.record({ step, volume: fc.integer({ min: 1, max: 900 }), wait_s: fc.integer({ min: 0, max: 3 }) }), length)
    .map((moves) => {
      let price = 100_000
      let at_s = 1_759_722_300
      return moves.map(({ step, volume, wait_s }) => {
        price += step
        at_s += wait_s
        return { price, volume, at_s }
      })
    })
}

/** Bars of one kind as its builder ends them, and the one left open. */
export function build(bars: string, feed: readonly Trade[], divisor = 100): { closed: EventBar[]; open: EventBar | undefined } {
  const closed: EventBar[] = []
  const [spec] = parseBarKinds([bars])
  if (spec === undefined) throw new Error('no bars asked for')
  const builder: BarBuilder = spec.kind.create({
    size: spec.size,
    instrument: instrument({ price_divisor: divisor }),
    tell: (bar) => closed.push(bar),
  })
  for (const trade of feed) builder.take({ ...trade, oi: -1 })
  return { closed, open: builder.open }
}
