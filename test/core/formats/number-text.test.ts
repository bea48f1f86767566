import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  IsoTimeWriter,
  TEXT_BYTES_MAX,
  writeCount,
  writeDecimal,
  writeInteger,
  writeNumber,
  writePrice,
} from '../../../src/core/formats/number-text.js'
import { formatIso } from '../../../src/core/time/index.js'
import { textOf } from './rows.js'

const bytes = new Uint8Array(TEXT_BYTES_MAX)
const view = new DataView(bytes.buffer)
const written = (end: number): string => textOf(bytes.subarray(0, end))
const decimal = (units: number, divisor: number): string => written(writeDecimal(view, 0, units, divisor))

const DIVISORS = [100, 10_000, 1_000_000, 10_000_000, 1_000_000_000]
const integers = fc.oneof(
  fc.integer({ min: -9999, max: 9999 }),
  fc.integer({ min: -0x80000000, max: 0xffffffff }),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 9999, 10_000, 99_999_999, 100_000_000, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 999_999_999_999_999, 1e15),
)

test('an integer has the digits of BigInt', () => {
  fc.assert(
    fc.property(integers, (value) => {
      expect(written(writeInteger(view, 0, value))).toBe(String(BigInt(value)))
    }),
  )
})

test('a decimal is the exact quotient without trailing zeros, whatever JavaScript would round', () => {
  const exact = (units: number, divisor: number): string => {
    const size = BigInt(Math.abs(units))
    const places = String(divisor).length - 1
    const fraction = String(size % BigInt(divisor))
      .padStart(places, '0')
      .replace(/0+$/, '')
    return `${units < 0 ? '-' : ''}${size / BigInt(divisor)}${fraction === '' ? '' : `.${fraction}`}`
  }
  const units = integers.filter((value) => Math.abs(value) < 1e15)
  fc.assert(
    fc.property(units, fc.constantFrom(...DIVISORS), (value, divisor) => {
      expect(decimal(value, divisor)).toBe(exact(value, divisor))
    }),
    { numRuns: 2000 },
  )
})

test('a decimal has the bytes of JSON.stringify wherever that prints no exponent', () => {
  fc.assert(
    fc.property(integers, fc.constantFrom(...DIVISORS), (value, divisor) => {
      const json = JSON.stringify(value / divisor + 0)
      fc.pre(!json.includes('e'))
      expect(decimal(value, divisor)).toBe(json)
    }),
    { numRuns: 2000 },
  )
})

const doubles = fc.oneof(
  integers,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, min: -1, max: 1 }),
  fc.double({ noNaN: true, min: -2.3e-308, max: 2.3e-308 }),
  fc.constantFrom(5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, 1e21, 999999999999999900000, 1e-6, 1e-7, 0.1 + 0.2),
  fc.constantFrom(2 ** 53, 2 ** 53 + 2, -(2 ** 63), -0.0000012345678901234567, -1.2345678901234e-300),
)

test('a double has the bytes of JSON.stringify, and reads back the same', () => {
  fc.assert(
    fc.property(doubles, (value) => {
      bytes.fill(0x2a)
      const end = writeNumber(view, 0, value)
      expect(written(end)).toBe(JSON.stringify(value))
      expect(Number(written(end))).toBe(value + 0)
      expect(end).toBeLessThanOrEqual(25)
    }),
    { numRuns: 5000 },
  )
})

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d has no text', (value) => {
  expect(() => writeNumber(view, 0, value)).toThrow('Broken invariant: a number in an output is finite')
})

test('the short ways for 32 bits write what the long ways do', () => {
  const bits = fc.oneof(
    fc.integer(),
    fc.integer({ min: -2_000_000, max: 2_000_000 }),
    fc.constantFrom(9999, 10_000, 999_999, 1_000_000),
  )
  fc.assert(
    fc.property(bits, fc.constantFrom(...DIVISORS), (value, divisor) => {
      expect(written(writeCount(view, 0, value))).toBe(String(value >>> 0))
      expect(written(writePrice(view, 0, value, divisor))).toBe(decimal(value, divisor))
    }),
    { numRuns: 1000 },
  )
})

test.each([
  [1_234_500, 100, '12345'],
  [123_456, 100, '1234.56'],
  [-5, 100, '-0.05'],
  [-0, 100, '0'],
  [10, 100, '0.1'],
  [-0x80000000, 100, '-21474836.48'],
  [5, 10_000_000, '0.0000005'],
  [834_212_500, 10_000_000, '83.42125'],
  [1, 1_000_000_000, '0.000000001'],
  // beyond 15 digits the shortest decimal that reads back the same is not the exact one
  [Number.MAX_SAFE_INTEGER, 100, '90071992547409.9'],
])('%d / %d is %s', (units, divisor, text) => {
  expect(decimal(units, divisor)).toBe(text)
})

test('times are those of formatIso, in any order of days', () => {
  const time = new IsoTimeWriter()
  const moments = fc.oneof(
    fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 }),
    fc.integer({ min: 1_759_600_000_000, max: 1_759_900_000_000 }),
    fc.integer({ min: 1_759_600_000, max: 1_759_900_000 }).map((seconds) => seconds * 1000),
    fc.constantFrom(253_402_280_999_999, 253_402_281_000_000, -62_167_239_000_000, 0),
  )
  fc.assert(
    fc.property(fc.array(moments, { minLength: 1, maxLength: 20 }), (times) => {
      for (const time_ms of times) expect(written(time.write(view, 0, time_ms))).toBe(formatIso(time_ms))
    }),
    { numRuns: 500 },
  )
})
