import { beforeAll, describe, expect, test } from 'vitest'
import { Pipeline } from '../../../src/core/engine/index.js'
import { InstrumentTable } from '../../../src/core/market/index.js'
import { CHAIN_TERMS, type ChainSnapshot, OptionBook } from '../../../src/core/options/index.js'
import { Random } from '../../../src/core/random.js'
import { activityAt, QUIET_ACTIVITY } from '../../../src/core/synth/activity.js'
import { SpotLevels } from '../../../src/core/synth/levels.js'
import { stubCalendar } from '../../support/stub-calendar.js'
import { type SynthDay, synthDay } from '../../support/synth-day.js'
import { at, modelVolatility, TICK } from '../options/chain-market.js'

// The synthetic market prices options by a model of its own (src/core/synth/black76.ts): what went in must come out of the packets.

const NOW = at('09:16:10')
const YEAR_S = 365 * 86_400
const SEED = 1

/** Lowest and highest. */
interface Reach {
  readonly low: number
  readonly high: number
}

const reachOf = (values: readonly number[]): Reach => ({ low: Math.min(...values), high: Math.max(...values) })

/** The paths of the market from one second to another: levels of a spot in feed units, and the volatility of options. */
function pathOf(
  { universe, midnight_s }: SynthDay,
  spot_name: string,
  from_s: number,
  to_s: number,
): { level: Reach; volatility: Reach } {
  const open_s = midnight_s + 9.25 * 3600
  const levels = new SpotLevels(universe.spots, new Random(SEED, `levels ${universe.day}`), open_s)
  const spot = universe.spots.findIndex(({ name }) => name === spot_name)
  const [level, volatility]: [number[], number[]] = [[], []]
  for (let now_s = midnight_s + 9 * 3600 - 29; now_s <= to_s; now_s++) {
    const elapsed = now_s - open_s
    levels.step(now_s, 22_500 - elapsed, elapsed >= 0 ? activityAt(elapsed / 22_500) : QUIET_ACTIVITY)
    if (now_s < from_s) continue
    level.push(levels.level[spot] ?? Number.NaN)
    volatility.push(levels.volatility)
  }
  return { level: reachOf(level), volatility: reachOf(volatility) }
}

let day: SynthDay
let chains: ChainSnapshot[]
beforeAll(() => {
  day = synthDay({ seed: SEED, instruments: 320, rate: 1400, until_h: 9.271 })
  const instruments = InstrumentTable.of(day.universe.listings.map(({ instrument }) => instrument))
  const options = new OptionBook(instruments.known(), stubCalendar)
  const pipeline = new Pipeline(
    {
      instruments,
      calendar: stubCalendar,
      clock: 'trade',
      bars: { intervals: [], auction: 'separate', fill: 'skip', late: 'drop', gap_volume: 'quarantine' },
      files: ['synthetic'],
      options,
    },
    { onCandle() {}, onDiagnostic() {} },
  )
  for (const [record, { bytes, received_ms }] of day.records.entries()) {
    if (received_ms >= NOW) break
    const view = new DataView(bytes.buffer)
    pipeline.onFrame({
      file: 0,
      connection: 0,
      record,
      offset: 0,
      received_at_ms: received_ms,
      view,
      bytes,
      start: 0,
      end: bytes.length,
    })
  }
  chains = options.chains.map((chain) => chain.snapshot(NOW, CHAIN_TERMS))
})

describe.each([
  ['NIFTY', 'NIFTY 50', 15],
  ['BANKNIFTY', 'NIFTY BANK', 10],
])('%s', (underlying, spot_symbol, strikes) => {
  const chain = (): ChainSnapshot => chains.find((one) => one.underlying === underlying) ?? expect.fail('no chain')
  /** From the oldest quote of the chain to now. */
  const path = (one: ChainSnapshot) => {
    const legs = one.rows.flatMap(({ call, put }) => [call, put])
    const oldest_ms = Math.min(...legs.map((leg) => leg?.exchange_ms ?? NOW))
    expect(oldest_ms).toBeGreaterThan(NOW - 10_000)
    return pathOf(day, spot_symbol, oldest_ms / 1000, Math.floor(NOW / 1000))
  }
  /** The market carries its spots from midnight. */
  const forwards = (one: ChainSnapshot): Reach => {
    const expiry_s = day.midnight_s + (one.expiry - day.universe.day) * 86_400 + 15.5 * 3600
    const carry = Math.exp((0.065 * (expiry_s - day.midnight_s)) / YEAR_S)
    const { level } = path(one)
    return { low: level.low * carry, high: level.high * carry }
  }

  test('put-call parity finds the forward of the market', () => {
    const one = chain()
    const { low, high } = forwards(one)
    expect(high - low).toBeLessThan(0.001 * low)
    expect(one.forward).toMatchObject({ method: 'parity', strikes: 5 })
    // Each mid is up to half a tick off, two of them a strike.
    expect(one.forward?.price).toBeGreaterThan(low - TICK)
    expect(one.forward?.price).toBeLessThan(high + TICK)
  })

  test('every volatility is that of the market, to within half a tick and what moved meanwhile', () => {
    const one = chain()
    const reach = forwards(one)
    const { volatility } = path(one)
    let found = 0
    for (const { strike, call, put } of one.rows)
      for (const leg of [call, put]) {
        if (leg?.volatility === undefined) continue
        found++
        const { volatility_error = 0, delta = 0, vega = 1 } = leg
        const terms = { forward: one.forward?.price ?? 0, years: one.years }
        const low = modelVolatility(strike, { ...terms, volatility: volatility.low })
        const high = modelVolatility(strike, { ...terms, volatility: volatility.high })
        const tolerance = 1.05 * volatility_error + (Math.abs(delta) * (reach.high - reach.low + TICK)) / vega
        expect(leg.volatility, leg.instrument.symbol).toBeGreaterThan(low - tolerance)
        expect(leg.volatility, leg.instrument.symbol).toBeLessThan(high + tolerance)
        // Half a volatility point: what detectors ask for.
        if (Math.abs(delta) < 0.6) expect(tolerance).toBeLessThan(0.005)
      }
    expect(found).toBeGreaterThan(1.8 * strikes)
  })

  test('and so is the one at the money', () => {
    const one = chain()
    const { volatility } = path(one)
    const terms = { forward: one.forward?.price ?? 0, years: one.years }
    const model = modelVolatility(terms.forward, { ...terms, volatility: (volatility.low + volatility.high) / 2 })
    expect(Math.abs((one.atm_volatility ?? 0) - model)).toBeLessThan(0.002)
  })
})
