import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeMessage } from '../../../src/core/wire/index.js'
import { openPipeline } from '../../support/engine.js'
import { at, full } from '../../support/feed.js'

interface Trade {
  readonly quantity: number
  readonly price: number
}

/** Turnover by bar when each message lies in a buffer of its own and every `recycle`-th is taken back at once; 0: none. */
function turnovers(trades: readonly Trade[], common_path: boolean, recycle: number): number[] {
  const told: number[] = []
  const pipeline = openPipeline({ common_path, tf: ['1m', '5m', '1d'] }, { onCandle: ({ turnover }) => told.push(turnover) })
  const begin_s = at('10:00')
  let volume_traded = 1000
  trades.forEach(({ quantity, price }, record) => {
    volume_traded = (volume_traded + quantity) % 2 ** 32
    const exchange_timestamp = begin_s + record
    const bytes = encodeMessage([full({ volume_traded, last_price: price, exchange_timestamp })])
    const view = new DataView(bytes.buffer)
    const received_at_ms = exchange_timestamp * 1000 + 300
    const place = { record, offset: 0, start: 0, end: bytes.length }
    pipeline.onFrame({ file: 0, connection: 0, received_at_ms, view, bytes, ...place })
    if (recycle > 0 && record % recycle === 0) pipeline.onRecycle(view)
  })
  pipeline.end()
  return told
}

const trade: fc.Arbitrary<Trade> = fc.record({
  quantity: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 100 }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 2 ** 24 }) },
    { weight: 1, arbitrary: fc.integer({ min: 2 ** 28, max: 2 ** 32 - 2 ** 28 }) },
  ),
  price: fc.oneof(
    fc.integer({ min: 2 ** 31 - 1000, max: 2 ** 31 - 1 }),
    fc.integer({ min: 1, max: 1000 }),
    fc.integer({ min: -(2 ** 31), max: -(2 ** 31) + 1000 }),
  ),
})

test('turnover beyond 2^53 does not depend on the path nor on the buffers', () => {
  let beyond = 0
  fc.assert(
    fc.property(fc.array(trade, { minLength: 10, maxLength: 150 }), (trades) => {
      const plain = turnovers(trades, false, 0)
      if (plain.some((turnover) => Math.abs(turnover) > Number.MAX_SAFE_INTEGER)) beyond++
      for (const recycle of [0, 1, 2, 7]) expect(turnovers(trades, true, recycle)).toEqual(plain)
    }),
    { numRuns: 400 },
  )
  expect(beyond).toBeGreaterThan(100)
})
