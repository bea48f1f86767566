import fc from 'fast-check'
import { snappyUncompress } from 'hyparquet'
import { expect, test } from 'vitest'
import { Snappy } from '../../../src/core/formats/snappy.js'

const snappy = new Snappy()

function roundTrip(input: Uint8Array): number {
  const compressed = snappy.compress(input)
  const output = new Uint8Array(input.length)
  snappyUncompress(compressed, output)
  expect(Buffer.compare(output, input)).toBe(0)
  return compressed.length
}

test('what was compressed reads back, whatever it was', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .record({ byte: fc.nat(255), count: fc.integer({ min: 1, max: 300 }) })
        .map(({ byte, count }) => new Uint8Array(count).fill(byte)),
    ),
    { maxLength: 12 },
  )
  fc.assert(
    // pieces that come again at any distance are what copies are made of
    fc.property(pieces, fc.array(fc.nat(11), { maxLength: 40 }), (all, order) => {
      roundTrip(Uint8Array.from(Buffer.concat(order.map((index) => all[index] ?? new Uint8Array(0)))))
    }),
    { numRuns: 1000 },
  )
})

test('blocks, long matches and noise', () => {
  let state = 7
  const noise = Uint8Array.from({ length: 200_000 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state >> 16
  })
  expect(roundTrip(noise)).toBeLessThan(noise.length + 100)
  expect(roundTrip(new Uint8Array(200_000))).toBeLessThan(10_000)
  for (const length of [0, 1, 14, 15, 16, 60, 61, 255, 256, 257, 65_535, 65_536, 65_537]) roundTrip(noise.subarray(0, length))
  const doubles = new Uint8Array(Float64Array.from({ length: 20_000 }, (_, n) => 1368.05 + (n % 97) / 20).buffer)
  expect(roundTrip(doubles)).toBeLessThan(doubles.length / 2)
})
