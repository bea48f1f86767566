import { expect, test } from 'vitest'
import { BOOK_LENGTH, readBook } from '../../../src/core/flow/index.js'
import { FULL_BYTES, FULL_V1_BYTES } from '../../../src/core/wire/index.js'

test.each([
  [FULL_BYTES, 64],
  [FULL_V1_BYTES, 44],
])('the ten levels of a packet of %i bytes, unsigned quantities and signed prices', (length, depth_at) => {
  const at = 7
  const view = new DataView(new ArrayBuffer(at + length))
  for (let entry = 0; entry < 10; entry++) {
    view.setUint32(at + depth_at + 12 * entry, 4_000_000_000 + entry)
    view.setInt32(at + depth_at + 12 * entry + 4, -100 - entry)
    view.setUint32(at + depth_at + 12 * entry + 8, 0xffffffff)
  }
  const into = new Float64Array(BOOK_LENGTH)
  readBook(view, at, length, into)
  expect([...into]).toEqual(Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? -100 - n / 2 : 4_000_000_000 + (n - 1) / 2)))
})
