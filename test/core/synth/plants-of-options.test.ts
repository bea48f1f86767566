import { describe, expect, test } from 'vitest'
import type { PlantedPattern } from '../../../src/core/synth/index.js'
import type { Packet } from '../../../src/core/wire/index.js'
import { niftyMarket } from '../../support/nifty-market.js'
import { CHAIN_IDS, CHAIN_SETS } from '../../support/plant-jobs.js'
import { dayNumber, stubCalendar } from '../../support/stub-calendar.js'
import { isBinary, packetsOf, type SynthDay, synthDay } from '../../support/synth-day.js'

const universe = niftyMarket({ day: dayNumber(2025, 10, 6), seed: 3, calendar: stubCalendar })
const dayOf = (ids: readonly string[], strength: number): SynthDay =>
  synthDay({ universe, seed: 3, rate: 1, until_h: 15.6, plants: { ids, strength } })

/** What an instrument shows at a moment. Feed units. */
interface Shown {
  last: number
  mid: number
  mean: number
  oi: number
  volume: number
}

test('every pattern of options is among those looked at here', () => {
  expect(CHAIN_SETS.flat().sort()).toEqual([...CHAIN_IDS].sort())
})

describe.each([
  ['the textbook', 1],
  ['hardly more than the trigger', 0.01],
] as const)('%s', (_, strength) => {
  describe.each(CHAIN_SETS.map((ids) => [ids]))('%s', (ids) => {
    const day = dayOf(ids, strength)
    const tape = new Tape(day)

    test('is planted', () => {
      expect(new Set(day.patterns.map(({ pattern_id }) => pattern_id))).toEqual(new Set(ids))
      for (const { listing } of day.patterns) expect(universe.listings[listing]?.instrument.symbol).toBe('NIFTY 50')
    })

    test('shows where the truth says, and the index does not jump', () => {
      for (const plant of day.patterns) {
        CHECKS[plant.pattern_id]!(tape, plant, strength)
        for (let at_ms = plant.begin_ms; at_ms <= plant.end_ms; at_ms += 60_000)
          expect(Math.abs(tape.index(at_ms + 60_000) / tape.index(at_ms) - 1), plant.pattern_id).toBeLessThan(0.004)
      }
    })
  })
})

/** What was told of each instrument up to each whole minute. */
class Tape {
  readonly #minutes: ReadonlyMap<number, ReadonlyMap<number, Shown>>

  constructor({ records, midnight_s }: SynthDay) {
    const minutes = new Map<number, Map<number, Shown>>()
    const now = new Map<number, Shown>()
    let minute = midnight_s / 60 + 9 * 60
    for (const record of records.filter(isBinary))
      for (const packet of packetsOf(record)) {
        for (; 'exchange_timestamp' in packet && packet.exchange_timestamp >= (minute + 1) * 60; minute++)
          minutes.set(minute + 1, new Map([...now].map(([token, shown]) => [token, { ...shown }])))
        now.set(packet.instrument_token, shownOf(packet))
      }
    this.#minutes = minutes
  }

  at(listing: number, at_ms: number): Shown {
    return this.#minutes.get(at_ms / 60_000)!.get(universe.listings[listing]!.instrument.instrument_token)!
  }

  index(at_ms: number): number {
    return this.at(INDEX, at_ms).last
  }

  /** Call and put of the nearest expiry at a strike. */
  pair(strike: number): { call: number; put: number } {
    const near = OPTIONS.filter(({ listing }) => universe.listings[listing]!.strike === strike)
    return { call: near.find(({ type }) => type === 'CE')!.listing, put: near.find(({ type }) => type === 'PE')!.listing }
  }

  /** Middle prices of both. */
  straddle(strike: number, at_ms: number): number {
    const { call, put } = this.pair(strike)
    return this.at(call, at_ms).mid + this.at(put, at_ms).mid
  }

  /** Traded in all options of the nearest expiry. */
  optionVolume(from_ms: number, until_ms: number): number {
    return OPTIONS.reduce((sum, { listing }) => sum + this.at(listing, until_ms).volume - this.at(listing, from_ms).volume, 0)
  }
}

const { listings } = universe
const INDEX = listings.findIndex(({ instrument }) => instrument.symbol === 'NIFTY 50')
const FUTURE = listings.findIndex(({ instrument }) => instrument.instrument_type === 'FUT')
const FIRST = Math.min(...listings.flatMap(({ instrument, strike }) => (strike === undefined ? [] : [instrument.expiry!])))
const OPTIONS = listings.flatMap(({ instrument, strike }, listing) =>
  strike !== undefined && instrument.expiry === FIRST ? [{ listing, strike, type: instrument.instrument_type }] : [],
)
const nearest = (price: number): number =>
  OPTIONS.reduce((best, { strike }) => (Math.abs(strike - price) < Math.abs(best - price) ? strike : best), OPTIONS[0]!.strike)

function shownOf(packet: Packet): Shown {
  const { last_price } = packet
  if (packet.kind !== 'full') return { last: last_price, mid: last_price, mean: last_price, oi: 0, volume: 0 }
  const mid = (packet.depth[0]!.price + packet.depth[5]!.price) / 2
  return { last: last_price, mid, mean: packet.average_traded_price, oi: packet.oi, volume: packet.volume_traded }
}

const MINUTE_MS = 60_000
const between = (bare: number, textbook: number, strength: number): number => bare + strength * (textbook - bare)

const CHECKS: Readonly<Record<string, (tape: Tape, plant: PlantedPattern, strength: number) => void>> = {
  kow_signal_straddle(tape, { known_at_ms }, strength) {
    const strike = nearest(tape.index(known_at_ms))
    const { call, put } = tape.pair(strike)
    const discountAt = (at_ms: number): number =>
      1 - tape.straddle(strike, at_ms) / (tape.at(call, at_ms).mean + tape.at(put, at_ms).mean)
    const wanted = between(0.009, 0.06, strength)
    expect(Math.abs(discountAt(known_at_ms) - wanted)).toBeLessThan(0.006)
    expect(Math.abs(discountAt(known_at_ms + 5 * MINUTE_MS) - wanted)).toBeLessThan(0.006)
    expect(discountAt(known_at_ms - 5 * MINUTE_MS)).toBeLessThan(0.003)
  },
  iv_crush_play_straddle(tape, { known_at_ms }, strength) {
    const strike = nearest(tape.index(known_at_ms))
    const fall = 1 - tape.straddle(strike, known_at_ms) / tape.straddle(strike, known_at_ms - 5 * MINUTE_MS)
    // At the money the price of a straddle goes with its volatility; a day before expiry five minutes cost it a little too.
    expect(fall).toBeGreaterThan(between(0.06, 0.15, strength))
    expect(fall).toBeLessThan(between(0.11, 0.21, strength))
    const usual = tape.optionVolume(known_at_ms - 30 * MINUTE_MS, known_at_ms - 5 * MINUTE_MS) / 5
    expect(tape.optionVolume(known_at_ms - 5 * MINUTE_MS, known_at_ms) / usual).toBeGreaterThan(1.8 * 0.8)
  },
  premium_collection_strategy(tape, { known_at_ms }, strength) {
    const strike = nearest(tape.index(known_at_ms))
    const rise = tape.straddle(strike, known_at_ms) / tape.straddle(strike, known_at_ms - 5 * MINUTE_MS) - 1
    expect(rise).toBeGreaterThan(between(0.08, 0.3, strength))
    expect(Math.abs(tape.index(known_at_ms) / tape.index(known_at_ms - 5 * MINUTE_MS) - 1)).toBeLessThan(0.002)
  },
  range_bound_strangle(tape, { known_at_ms }, strength) {
    // Twenty bars of 15 minutes, the last of which ended five minutes ago.
    const values = Array.from({ length: 300 }, (_, n) => tape.index(known_at_ms - (5 + n) * MINUTE_MS))
    const [low, high] = [Math.min(...values), Math.max(...values)]
    const placeAt = (at_ms: number): number => {
      const place = (tape.index(at_ms) - low) / (high - low)
      return Math.min(place, 1 - place)
    }
    expect(Math.abs(placeAt(known_at_ms) - between(0.32, 0.5, strength))).toBeLessThan(0.12)
    expect(placeAt(known_at_ms - 6 * MINUTE_MS)).toBeLessThan(0.25)
  },
  market_maker_trap_detection(tape, { known_at_ms, direction, begin_ms }, strength) {
    const inside = direction === 'BUY' ? 1 : -1
    const broken = tape.index(known_at_ms - 2 * MINUTE_MS)
    const back = tape.index(known_at_ms)
    const strike = nearest(broken)
    expect(inside * (broken - strike)).toBeLessThan(0)
    expect(inside * (back - strike)).toBeGreaterThan(0)
    const wall = direction === 'BUY' ? tape.pair(strike).put : tape.pair(strike).call
    const side = OPTIONS.filter(({ type }) => type === (direction === 'BUY' ? 'PE' : 'CE'))
    const held = (at_ms: number): number =>
      tape.at(wall, at_ms).oi / side.reduce((sum, { listing }) => sum + tape.at(listing, at_ms).oi, 0)
    expect(held(known_at_ms - 2 * MINUTE_MS)).toBeGreaterThan(between(0.12, 0.33, strength))
    expect(held(begin_ms)).toBeLessThan(held(known_at_ms))
    const written = tape.at(wall, known_at_ms).oi / tape.at(wall, known_at_ms - 2 * MINUTE_MS).oi - 1
    expect(Math.abs(written - between(0.01, 0.12, strength))).toBeLessThan(0.01)
    const futureAt = (at_ms: number): number => tape.at(FUTURE, at_ms).volume
    const usual = (futureAt(known_at_ms - 3 * MINUTE_MS) - futureAt(known_at_ms - 23 * MINUTE_MS)) / 20
    expect((futureAt(known_at_ms - 2 * MINUTE_MS) - futureAt(known_at_ms - 3 * MINUTE_MS)) / usual).toBeGreaterThan(2 * 0.8)
  },
}
