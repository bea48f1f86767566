import { expect, test } from 'vitest'
import { targetsAhead } from '../../../../src/core/patterns/ict/index.js'

test('targets lie ahead by half an ATR or more, the nearest first', () => {
  expect(targetsAhead(100, 1, 10, [130, 105, 104, 90, Number.NaN])).toEqual([105, 130])
  expect(targetsAhead(100, -1, 10, [70, 95, 96, 110, Number.NaN])).toEqual([95, 70])
})

test('without one, two ATR', () => {
  expect(targetsAhead(100, 1, 10, [104])).toEqual([120])
  expect(targetsAhead(100, -1, 10, [])).toEqual([80])
})
