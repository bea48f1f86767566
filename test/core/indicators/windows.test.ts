import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  Donchian,
  RelativeToMean,
  RobustZscore,
  RollingWindow,
  SortedWindow,
  WeightedMoments,
  Zscore,
} from '../../../src/core/indicators/index.js'

const numbers = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 1_000_000 })), { maxLength: 60 })
const lengths = fc.integer({ min: 2, max: 25 })
const mean = (of: readonly number[]): number => of.reduce((sum, number) => sum + number, 0) / of.length

function median(of: readonly number[]): number {
  const sorted = [...of].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

function expectClose(found: number | undefined, expected: number): void {
  if (Number.isNaN(expected)) expect(found).toBeNaN()
  else expect(found).toBeCloseTo(expected, 8)
}

test('a window is the end of the list', () => {
  fc.assert(
    fc.property(numbers, lengths, (list, length) => {
      const window = new RollingWindow(length)
      const sorted = new SortedWindow(length)
      list.forEach((number, n) => {
        const leaves = window.push(number)
        sorted.push(number)
        const last = list.slice(Math.max(0, n + 1 - length), n + 1)
        expect(leaves).toBe(n >= length ? list[n - length] : 0)
        expect(Array.from({ length: window.count }, (_, age) => window.at(age))).toEqual(last)
        expect([window.max(), window.min()]).toEqual([Math.max(...last), Math.min(...last)])
        expect(window.mean()).toBeCloseTo(mean(last), 6)
        expect(sorted.median()).toBe(median(last))
        const centre = sorted.median()
        expect(sorted.medianDistanceFrom(centre)).toBe(median(last.map((one) => Math.abs(one - centre))))
      })
    }),
    { numRuns: 500 },
  )
})

test('an emptied window is a new one', () => {
  fc.assert(
    fc.property(numbers, numbers, lengths, (before, list, length) => {
      for (const make of [() => new RelativeToMean(length), () => new Zscore(length), () => new RobustZscore(length)]) {
        const used = make()
        for (const number of before) used.update(number)
        used.clear()
        const fresh = make()
        expect(list.map((number) => used.update(number))).toEqual(list.map((number) => fresh.update(number)))
      }
    }),
  )
})

test('3.14: against the bars before, the current one left out; needs 10', () => {
  fc.assert(
    fc.property(numbers, lengths, (list, length) => {
      const [ratio, zscore, robust] = [new RelativeToMean(length), new Zscore(length), new RobustZscore(length)]
      list.forEach((number, n) => {
        const before = list.slice(Math.max(0, n - length), n)
        const found = [ratio.update(number), zscore.update(number), robust.update(number)]
        if (before.length < Math.min(10, length)) {
          expect(found).toEqual([Number.NaN, Number.NaN, Number.NaN])
          return
        }
        const usual = mean(before)
        expect(found[0]).toBe(usual === 0 ? Number.NaN : number / usual)
        const squares = before.reduce((sum, one) => sum + (one - usual) * (one - usual), 0)
        const deviation = Math.sqrt(squares / (before.length - 1))
        expectClose(found[1], deviation > 0 ? (number - usual) / deviation : Number.NaN)
        const around = median(before)
        const mad = median(before.map((one) => Math.abs(one - around)))
        expectClose(found[2], mad > 0 ? (number - around) / (1.4826 * mad) : Number.NaN)
      })
    }),
    { numRuns: 500 },
  )
})

test('3.14: a bar of twice the mean reads 2, not 40/21', () => {
  const ratio = new RelativeToMean(20)
  for (let n = 0; n < 20; n++) ratio.update(1000)
  expect(ratio.update(2000)).toBe(2)
})

test('Donchian: the bars before, the current one left out', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer(), fc.nat(1000)), { maxLength: 60 }), lengths, (list, length) => {
      const channel = new Donchian(length)
      list.forEach(([low, range], n) => {
        channel.update(low + range, low)
        const before = list.slice(Math.max(0, n - length), n)
        const is_there = before.length === length
        expect(channel.upper).toBe(is_there ? Math.max(...before.map(([from, up]) => from + up)) : Number.NaN)
        expect(channel.lower).toBe(is_there ? Math.min(...before.map(([from]) => from)) : Number.NaN)
      })
    }),
  )
})

test('moments by weight keep their digits at high prices', () => {
  const moments = new WeightedMoments()
  for (const [price, volume] of [
    [900_000_001, 3],
    [900_000_002, 5],
    [900_000_004, 2],
  ] as const)
    moments.add(price, volume)
  const exact_mean = 900_000_000 + (1 * 3 + 2 * 5 + 4 * 2) / 10
  expect(moments.mean).toBe(exact_mean)
  expect(moments.deviation).toBeCloseTo(Math.sqrt((3 * 1.1 * 1.1 + 5 * 0.1 * 0.1 + 2 * 1.9 * 1.9) / 10), 12)
})
