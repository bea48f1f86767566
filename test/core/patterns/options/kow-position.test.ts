import { describe, expect, test } from 'vitest'
import { type KowAction, KowPosition } from '../../../../src/core/patterns/options/kow-position.js'

const LIMITS = { exit_s: 120, reenter_s: 60, reentries_max: 2, stop_loss_pct: 25 }
const VWAP = 200

/** A straddle sold at 100 and 90, and how it goes on second by second: [seconds, call, put]. */
class Play {
  readonly position = new KowPosition(0, { CE: 100, PE: 90 }, LIMITS)
  readonly told: (readonly [second: number, KowAction['action'], KowAction['reason'], KowPosition['state']])[] = []
  #second = 0

  go(seconds: number, CE: number, PE: number): this {
    for (let i = 0; i < seconds; i++) {
      if (this.position.state === 'FLAT') return this
      const action = this.position.next(++this.#second * 1000, { CE, PE }, VWAP)
      if (action !== undefined) this.told.push([this.#second, action.action, action.reason, this.position.state])
    }
    return this
  }

  skip(seconds: number): this {
    this.#second += seconds
    return this
  }
}
const play = (): Play => new Play()

describe('one leg', () => {
  test('the one that has lost more is closed after two minutes above the VWAP', () => {
    expect(play().go(121, 115, 90).told).toEqual([[121, 'EXIT_CE_LEG', 'above_vwap', 'PE_ONLY']])
    expect(play().go(121, 100, 105).told).toEqual([[121, 'EXIT_PE_LEG', 'above_vwap', 'CE_ONLY']])
    expect(play().go(120, 115, 90).told).toEqual([])
  })

  test('a second at the VWAP, one without prices, and one that nobody was asked about begin the wait anew', () => {
    expect(play().go(120, 115, 90).go(1, 110, 90).go(120, 115, 90).told).toEqual([])
    expect(play().go(120, 115, 90).go(1, Number.NaN, Number.NaN).go(120, 115, 90).told).toEqual([])
    expect(play().go(120, 115, 90).skip(1).go(120, 115, 90).told).toEqual([])
    expect(play().go(120, 115, 90).skip(1).go(121, 115, 90).told).toHaveLength(1)
  })

  test('is sold again after a minute below, twice at most', () => {
    const { told, position } = play()
      .go(121, 112, 90)
      .go(61, 100, 90)
      .go(121, 112, 90)
      .go(61, 100, 90)
      .go(121, 112, 90)
      .go(300, 100, 90)
    expect(told.map(([, action, , state]) => [action, state])).toEqual([
      ['EXIT_CE_LEG', 'PE_ONLY'],
      ['REENTER_CE_LEG', 'BOTH'],
      ['EXIT_CE_LEG', 'PE_ONLY'],
      ['REENTER_CE_LEG', 'BOTH'],
      ['EXIT_CE_LEG', 'PE_ONLY'],
    ])
    expect(position.reentries).toBe(2)
    // Three times sold at 100, three times bought at 112; the put stands where it was sold.
    expect(position.profitPct({ CE: 0, PE: 90 })).toBeCloseTo((100 * -36) / 190, 9)
  })
})

describe('the stop', () => {
  test('a loss of a quarter of the premium closes both at once', () => {
    expect(play().go(1, 147, 90).told).toEqual([])
    expect(play().go(1, 147.5, 90).told).toEqual([[1, 'EXIT_BOTH', 'stop', 'FLAT']])
  })

  test('counts what closed legs have lost', () => {
    const one = play().go(121, 130, 90)
    expect(one.told).toEqual([[121, 'EXIT_CE_LEG', 'above_vwap', 'PE_ONLY']])
    expect(one.go(1, 130, 107.4).told).toHaveLength(1)
    expect(one.go(1, 130, 107.5).told.at(-1)).toEqual([123, 'EXIT_PE_LEG', 'stop', 'FLAT'])
  })

  // D14: the public code compares profit <= -level, so that a locked profit of 500 is a stop at a loss of 500.
  test.each([
    [19.9, -24.9, undefined],
    [20, 5.1, undefined],
    [20, 5, 'profit_lock'],
    [20, -20, 'profit_lock'],
    [29.9, 5.1, undefined],
    [30, 15.1, undefined],
    [30, 15, 'profit_lock'],
  ])('D14: after a profit of %s percent, one of %s ends it: %s', (best, then, reason) => {
    const at = (profit_pct: number): number => 100 - (profit_pct * 190) / 100
    const { told } = play()
      .go(1, at(best), 90)
      .go(1, at(then) + 1e-9 * (reason === undefined ? -1 : 1), 90)
    expect(told.map(([, , why]) => why)).toEqual(reason === undefined ? [] : [reason])
  })

  test('D14: is never lowered again', () => {
    const { position, told } = play().go(1, 40, 90).go(1, 62, 90).go(1, 60, 90)
    expect(position.stop_pct).toBe(15)
    expect(told).toEqual([])
  })
})

test('the end of the day closes what is open', () => {
  const both = play()
  expect(both.position.close({ CE: 90, PE: 80 }, 'time')).toMatchObject({ action: 'EXIT_BOTH', legs: ['CE', 'PE'] })
  expect(both.position.profitPct({ CE: Number.NaN, PE: Number.NaN })).toBeCloseTo(2000 / 190, 9)
  const one = play().go(121, 100, 105)
  expect(one.position.close({ CE: 90, PE: 80 }, 'time')).toMatchObject({ action: 'EXIT_CE_LEG', legs: ['CE'] })
  expect(one.position.state).toBe('FLAT')
})
