import { expect, test } from 'vitest'
import { readKeys } from '../../../src/core/view/index.js'

test('keys as terminals send them, many at a time', () => {
  expect(readKeys(' ')).toEqual(['pause'])
  expect(readKeys('.n+-?q')).toEqual(['step', 'step', 'faster', 'slower', 'help', 'quit'])
  expect(readKeys('\x1b[A\x1b[B\x1b[C\x1b[D')).toEqual(['up', 'down', 'forward', 'back'])
  expect(readKeys('\x1bOA\x1bOD')).toEqual(['up', 'back'])
  expect(readKeys('\x03')).toEqual(['interrupt'])
})

test('what means nothing does nothing: no part of a sequence is taken for a key', () => {
  expect(readKeys('\x1b[1;5D')).toEqual([])
  expect(readKeys('\x1b[5~\x1b[15~x\r\x1b')).toEqual([])
  expect(readKeys('ज़ी')).toEqual([])
})
