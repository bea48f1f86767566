import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CandleBatch, cellsOf, fineMean, ndjson, RecordBatch } from '../../../src/core/formats/index.js'
import { CANDLE_FIELDS } from '../../../src/core/market/index.js'
import { candle, encodeAll, textOf } from './rows.js'

test('the mean of a bar is the exact one, rounded half up to a hundredth of a feed unit', () => {
  const volumes = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2 ** 40 }))
  fc.assert(
    fc.property(fc.maxSafeInteger(), volumes, (turnover, volume) => {
      fc.pre(Math.abs(turnover / volume) < 2 ** 46) // a result within 2^53
      const doubled = 200n * BigInt(turnover) + BigInt(volume)
      const divisor = 2n * BigInt(volume)
      const floor = doubled / divisor - (doubled % divisor < 0n ? 1n : 0n)
      expect(BigInt(fineMean(turnover, volume))).toBe(floor)
    }),
    { numRuns: 3000 },
  )
  expect(fineMean(1, 200)).toBe(1)
  expect(fineMean(-1, 200)).toBe(0)
})

test('cells of a batch make the same record again', () => {
  const batch = new CandleBatch()
  batch.append(candle({ oi: 5 }))
  batch.append(candle({ volume_na: true, volume: 0, synthetic: true }))
  const copy = new RecordBatch(CANDLE_FIELDS)
  for (const row of [0, 1]) copy.append(cellsOf(batch, row), 100)
  expect(textOf(encodeAll(ndjson, CANDLE_FIELDS, [copy]))).toBe(textOf(encodeAll(ndjson, CANDLE_FIELDS, [batch])))
})
