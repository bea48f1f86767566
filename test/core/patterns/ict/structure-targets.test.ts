import { expect, test } from 'vitest'
import { structureTargets } from '../../../../src/core/patterns/ict/index.js'

test('targets lie ahead by more than half an ATR, the nearest first', () => {
  expect(structureTargets(100, 1, 10, [130, 105.5, 105, 90, Number.NaN])).toEqual([105.5, 130])
  expect(structureTargets(100, -1, 10, [70, 94.5, 95, 110, Number.NaN])).toEqual([94.5, 70])
})

test('without one, two ATR', () => {
  expect(structureTargets(100, 1, 10, [104])).toEqual([120])
  expect(structureTargets(100, -1, 10, [])).toEqual([80])
})
