import { describe, expect, test } from 'vitest'
import { OptionBook } from '../../../../src/core/options/index.js'
import { PATTERNS, type PatternView } from '../../../../src/core/patterns/index.js'
import { ChainInterest } from '../../../../src/core/patterns/options/chain-interest.js'
import { trapMultiplier } from '../../../../src/core/patterns/options/trap-multiplier.js'
import { calendar } from '../../../support/feed.js'
import { chainInstruments, chainMinutes } from '../../../support/option-scenario.js'
import { viewOf } from '../../../support/pattern-view.js'
import { active, runScenario, scenarioStock } from '../../../support/scenario.js'
import { instrument } from '../../market/instruments.js'
import { at, option, quoteOf, strikesFrom, TUESDAY, tell } from '../../options/chain-market.js'
import { textbook } from '../scenarios/volume_spike.js'

interface Facts {
  /** Open interest of calls and puts of the strikes 95, 96 ... 105 rupees. */
  readonly calls?: readonly number[]
  readonly puts?: readonly number[]
  readonly price?: number
  readonly days?: number
  readonly rv?: number
  readonly move_pct?: number
  readonly vwap?: number
}

const EVEN = Array.from({ length: 11 }, () => 100)
/** Of the strike that is `n`-th from the lowest. */
const mostAt = (n: number, oi = 130): number[] => EVEN.map((each, i) => (i === n ? oi : each))

/** Three strikes with 7 each; 1.125 in the others makes them 70 % of all. */
const topThree = (other: number): number[] => EVEN.map((_, i) => (i < 3 ? 7 : other))

/** Far from every trap unless told otherwise: 10 days to expiry, everything even. */
function multiplierOf({ calls = EVEN, puts = EVEN, price = 100, days = 10, rv = 1, move_pct = 1, vwap = price }: Facts): number {
  const view = viewOf({
    m1: [{ open: 10_000, high: 10_000, low: 10_000, close: 100 * price }],
    rv,
    prices: { vwap: 100 * vwap },
  })
  const chain = chainOf(calls, puts)
  const interest = new ChainInterest(chain)
  interest.take(at('10:00:00'))
  const lead = { bar: view.bar, instrument: view.instrument } as PatternView
  const session = { ...view.session, day: TUESDAY - days }
  return trapMultiplier({ ...view, session, r: () => move_pct, group: { ...view.group, lead, interest } })
}

function chainOf(calls: readonly number[], puts: readonly number[]) {
  const options = strikesFrom(95, 1, calls.length).map(
    (strike) => [option('X', TUESDAY, strike, 'CE'), option('X', TUESDAY, strike, 'PE')] as const,
  )
  const book = new OptionBook([...options.flat(), instrument({ symbol: 'X' })], calendar)
  for (const [i, [call, put]] of options.entries()) {
    tell(quoteOf(book, call), { ms: at('09:59:00'), oi: calls[i] as number })
    tell(quoteOf(book, put), { ms: at('09:59:00'), oi: puts[i] as number })
  }
  const [chain] = book.chains
  if (chain === undefined) throw new RangeError('no chain')
  return chain
}

describe('5.17 (a): each factor by its threshold', () => {
  test.each<[string, Facts, number]>([
    ['nothing of it', {}, 1],
    ['70 % in three strikes', { calls: topThree(1.125), puts: topThree(1.125) }, 1],
    ['more than that', { calls: topThree(1.124), puts: topThree(1.124) }, 0.4],
    ['2 % from max pain on the day before expiry', { price: 102, days: 1, calls: mostAt(0), puts: mostAt(0) }, 0.5],
    ['further away', { price: 102.01, days: 1, calls: mostAt(0), puts: mostAt(0) }, 1],
    ['two days before', { price: 100, days: 2, calls: mostAt(5), puts: mostAt(5) }, 1],
    ['at the strike with most of it as well, at the least', { price: 100.5, days: 1, calls: mostAt(5), puts: mostAt(5) }, 0.4],
    ['calls twice the puts on thrice the volume', { calls: EVEN.map(() => 201), rv: 3.1 }, 0.55],
    ['on less volume', { calls: EVEN.map(() => 201), rv: 3 }, 1],
    ['puts below 0.4 of the calls', { calls: EVEN.map(() => 251) }, 0.7],
    ['puts above 2.5', { puts: EVEN.map(() => 251) }, 0.7],
    ['puts at 2.5', { puts: EVEN.map(() => 250) }, 1],
    ['both of it', { calls: EVEN.map(() => 251), rv: 3.1 }, 0.4],
    ['1.5 % from the VWAP on volume', { vwap: 98, rv: 3.1 }, 0.75],
    ['nearer', { vwap: 98.6, rv: 3.1 }, 1],
    ['volume that moves nothing', { rv: 5.1, move_pct: -0.49 }, 0.8],
    ['that moves something', { rv: 5.1, move_pct: -0.5 }, 1],
    ['volume far from the VWAP that moves nothing', { rv: 5.1, move_pct: 0.1, vwap: 98 }, 0.6],
    ['a corner of a chain', { calls: [9, 1, 1, 1, 1, 1, 1, 1, 1], puts: [9, 1, 1, 1, 1, 1, 1, 1, 1] }, 1],
    ['no open interest', { calls: EVEN.map(() => Number.NaN), puts: EVEN.map(() => Number.NaN), days: 0 }, 1],
  ])('%s', (_, facts, factor) => expect(multiplierOf(facts)).toBeCloseTo(factor, 12))

  test('nothing is known: nothing is taken', () => {
    expect(trapMultiplier(viewOf({ m1: [{ open: 1, high: 1, low: 1, close: 1 }], rv: 9 }))).toBe(1)
  })
})

describe('in the bank', () => {
  const facts = { underlying: 'SCENARIO', expiry: '2025-10-28', strikes: strikesFrom(950, 10, 12), token: 2000 }
  const spike = PATTERNS.filter(({ id }) => id === 'volume_spike').map((each) => active(each))
  /** Open interest in one strike but for a little, from the minute at `from` on; an even one before. */
  const multipliersWith = (from: string) => {
    const recent = textbook.minutes.filter((row) => row.at >= '10:40')
    const minutes = recent.map(({ at: clock, close }) => ({
      at: clock,
      spot: close,
      volatility: 0.3,
      oi: ({ strike }: { strike?: number | undefined }) => (clock >= from && strike === 950 ? 1_000_000 : 1000),
    }))
    const scenario = {
      ...textbook,
      instruments: [scenarioStock(), ...chainInstruments(facts)],
      minutes: [...textbook.minutes, ...chainMinutes(facts, minutes, { busy: () => true })],
    }
    return runScenario(scenario, spike).detections.map(({ multipliers }) => multipliers)
  }

  test('a directional claim on a stock with a chain is multiplied', () => {
    expect(multipliersWith('10:40')).toEqual([{ trap: 0.4 }])
    expect(runScenario(textbook, spike).detections.map(({ multipliers }) => multipliers)).toEqual([{}])
  })

  test('by what was known at the end of its bar, not by what came until it was told', () => {
    // The bar ends at 10:48 and is told two seconds later; the first quotes of a minute come in its first seconds.
    expect(multipliersWith('10:47')).toEqual([{ trap: 0.4 }])
    expect(multipliersWith('10:48')).toEqual([{}])
  })
})
