import { describe, expect, test } from 'vitest'
import type { MdsError } from '../../../src/core/errors.js'
import { DEFAULT_INDICATORS, formOf, INDICATORS, parseIndicators } from '../../../src/core/indicators/index.js'
import { CANDLE_FIELDS } from '../../../src/core/market/index.js'

const columnsOf = (...texts: string[]): string[] =>
  parseIndicators(texts).flatMap(({ columns }) => columns.map(({ name }) => name))

function refusal(text: string): MdsError {
  try {
    parseIndicators([text])
  } catch (error) {
    return error as MdsError
  }
  throw new Error(`${text} was accepted`)
}

describe('columns', () => {
  test('are named by id, numbers and output', () => {
    expect(columnsOf('rsi:14', 'macd:12:26:9', 'ema:9')).toEqual([
      'rsi_14',
      'rsi_14_flat',
      'macd_12_26_9',
      'macd_12_26_9_signal',
      'macd_12_26_9_hist',
      'ema_9',
    ])
    expect(columnsOf('bbands:20:2.5')).toEqual(['bbands_20_2.5_upper', 'bbands_20_2.5_middle', 'bbands_20_2.5_lower'])
  })

  test('have the defaults of numbers that are left out, and each comes once', () => {
    expect(columnsOf('MACD , macd:12', 'macd:12:26:9,atr')).toEqual([
      'macd_12_26_9',
      'macd_12_26_9_signal',
      'macd_12_26_9_hist',
      'atr_14',
    ])
  })

  test('name seldom numbers only where they differ from the default', () => {
    expect(columnsOf('rsi:14:50', 'rsi:14:0')).toEqual(['rsi_14', 'rsi_14_flat', 'rsi_14_0', 'rsi_14_0_flat'])
    expect(columnsOf('rvol_roll')).toEqual(['rvol_roll_20'])
  })

  test('of all indicators together differ from each other and from those of candles', () => {
    const names = columnsOf(...INDICATORS.map(formOf))
    const fields = CANDLE_FIELDS.map(({ name }): string => name)
    expect(new Set([...names, ...fields]).size).toBe(names.length + fields.length)
  })

  test('the default set is a dozen', () => {
    expect(parseIndicators([DEFAULT_INDICATORS])).toHaveLength(12)
  })
})

describe('refused', () => {
  test('an unknown name, with the nearest and all there are', () => {
    const { code, exitCode, message, suggestions } = refusal('ema:9,supertrnd:10:3')
    expect([code, exitCode]).toEqual(['unknown_indicator', 2])
    expect(message).toContain('No indicator is named "supertrnd". Close to it: supertrend.')
    for (const { id } of INDICATORS) expect(message).toContain(id)
    expect(suggestions).toEqual(['mds indicators --set supertrend:10:3', 'mds indicators --list'])
  })

  test.each([
    ['rsi:14:50:2', '"rsi:14:50:2" has too many numbers: expected rsi:14.'],
    ['vwap:3', '"vwap:3" has too many numbers: expected vwap.'],
    ['ema:0', '"0" in "ema:0" is no bars (bars): expected a whole number from 1 to 5000, as in ema:20.'],
    ['ema:5001', '"5001" in "ema:5001" is no bars (bars): expected a whole number from 1 to 5000, as in ema:20.'],
    ['ema:2.5', '"2.5" in "ema:2.5" is no bars (bars): expected a whole number from 1 to 5000, as in ema:20.'],
    ['ema:', '"" in "ema:" is no bars (bars): expected a whole number from 1 to 5000, as in ema:20.'],
    ['ema:1e2', '"1e2" in "ema:1e2" is no bars (bars): expected a whole number from 1 to 5000, as in ema:20.'],
    [
      'bbands:20:x',
      '"x" in "bbands:20:x" is no width (standard deviations (population) on either side): expected a number from 0.1 to 10, as in bbands:20:2.',
    ],
    ['macd:26:12', '"macd:26:12" cannot be: the fast average (26) needs fewer bars than the slow one (12).'],
    [' , ', 'No indicator is named: expected for example rsi:14,ema:9,vwap.'],
  ])('%s', (text, message) => {
    const found = refusal(text)
    expect([found.code, found.exitCode, found.message]).toEqual(['bad_indicator', 2, message])
    expect(found.suggestions).toContain('mds indicators --list')
  })
})
