import { expect, test } from 'vitest'
import { BAR_KINDS, parseBarKinds, parseInterval } from '../../../src/core/candles/index.js'
import { MdsError } from '../../../src/core/errors.js'

const labels = (...texts: string[]): string[] => parseBarKinds(texts).map(({ label }) => label)

function refusal(text: string): MdsError {
  try {
    parseBarKinds([text])
  } catch (error) {
    if (error instanceof MdsError) return error
  }
  throw new Error(`"${text}" was not refused as a usage error`)
}

test('bars are asked for as kind and size, in any order, each once', () => {
  expect(labels('renko:10, Tick:100', 'value:1000000,volume:50000,imbalance:20,tick:100')).toEqual([
    '100t',
    '50000v',
    '1000000val',
    'imb20',
    'renko10',
  ])
  expect(labels('tick:0100,tick:20,renko:0.50')).toEqual(['20t', '100t', 'renko0.5'])
  expect(labels('', ' , ')).toEqual([])
})

test('every kind reads its own example, and labels tell them apart', () => {
  const all = labels(...BAR_KINDS.map(({ name, example }) => `${name}:${example}`))
  expect(new Set(all).size).toBe(BAR_KINDS.length)
})

test.each(['100t', 'ticks:5', 'tick:5:6', ':5', 'heikin-ashi:1'])('%j is refused with the forms there are', (text) => {
  const { message, exitCode } = refusal(text)
  expect(exitCode).toBe(2)
  for (const { name, example } of BAR_KINDS) expect(message).toContain(`${name}:${example}`)
})

test.each(['tick:0', 'tick:1.5', 'tick:-3', 'volume:1e6', 'value:0x10', 'renko:0', 'renko:0.00001', 'renko:5.', 'imbalance:NaN'])(
  '%j is refused, and the message shows a size that works',
  (text) => {
    const { message, suggestions } = refusal(text)
    expect(message).toContain('expected')
    const [, flag = ''] = suggestions[0]?.split('--bars ') ?? []
    expect(labels(flag)).toHaveLength(1)
  },
)

test('Renko without a brick says why there is no default', () => {
  expect(refusal('renko').message).toContain('ATR')
  expect(refusal('renko:').message).toContain('renko:10')
})

test('an event bar asked for as an interval is pointed to --bars', () => {
  expect(() => parseInterval('100t')).toThrow(MdsError)
  try {
    parseInterval('100t')
  } catch (error) {
    expect(error instanceof MdsError && error.suggestions.some((hint) => hint.includes('--bars tick:100'))).toBe(true)
  }
})
