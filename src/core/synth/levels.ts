import { bellOf, type Random } from '../random.js'
import type { Spot } from './spots.js'

/** Deviation of the market factor over a whole day. */
export const MARKET_MOVE = 0.0055
/** India VIX, points, of a day on which it is not listed. */
export const VIX_WITHOUT_INDEX = 12.5
/** Seconds of a session of 6 h 15 min: daily moves are spread over them. */
const SESSION_S = 22_500
const PER_SECOND = 1 / 150 // 1 / sqrt(22500)
const BURSTS_PER_DAY = 2.2

/**
 * Price paths of all spots, one step a second: market factor, own noise, bursts of news. Each is bridged to today's close,
 * so that the next synthetic day can go on from there.
 */
export class SpotLevels {
  /** Feed units, fractional. Read in place. */
  readonly level: Float64Array
  /** How much busier than usual the spot's instruments are; 1 outside bursts. */
  readonly excitement: Float64Array
  /** How much dearer its options are than `volatility` says; 1 but where patterns are planted. */
  readonly dearness: Float64Array
  readonly open: Float64Array
  /** At-the-money volatility of the index options, per year. */
  volatility: number
  readonly #spots: readonly Spot[]
  readonly #random: Random
  readonly #burstUntil: Float64Array
  readonly #burstStep: Float64Array
  readonly #bursts: Burst[]
  readonly #vix: number
  readonly #vixBase: number
  #nextBurst = 0
  #trend = 0
  #trendLeft = 0
  #unrest = 1

  /** `open_s`: 09:15 of the day. */
  constructor(spots: readonly Spot[], random: Random, open_s: number) {
    this.#spots = spots
    this.#random = random
    const gap = this.#random.bell() * 0.0025
    this.open = Float64Array.from(spots, (spot) => {
      const own = this.#random.bell() * spot.own_move * 0.2
      return spot.previous_close * (1 + (spot.kind === 'vix' ? -4 * gap : spot.beta * gap) + own)
    })
    this.level = this.open.slice()
    this.excitement = new Float64Array(spots.length).fill(1)
    this.dearness = new Float64Array(spots.length).fill(1)
    this.#burstUntil = new Float64Array(spots.length)
    this.#burstStep = new Float64Array(spots.length)
    this.#bursts = burstsOf(spots, this.#random, open_s)
    this.#vix = spots.findIndex((spot) => spot.kind === 'vix')
    this.#vixBase = this.#vix < 0 ? VIX_WITHOUT_INDEX : spots[this.#vix]!.previous_close / 100
    this.volatility = this.#vixBase / 100
  }

  /** One second on. `left_s`: seconds to 15:30, from 22 500 down; before and after, only currencies and commodities move. */
  step(now_s: number, left_s: number, activity: number): void {
    const random = this.#random
    const equities = left_s > 0 && left_s <= SESSION_S
    this.#startBursts(now_s)
    if (this.#trendLeft-- <= 0) {
      this.#trendLeft = 300 + random.below(2400)
      this.#trend = random.bell() * 0.35 * PER_SECOND * PER_SECOND * MARKET_MOVE * 12
    }
    this.#unrest += (1 - this.#unrest) * 0.002 + random.bell() * 0.012
    if (this.#unrest < 0.5) this.#unrest = 0.5
    const pace = Math.sqrt(activity) * PER_SECOND
    const market = equities ? this.#trend + random.bell() * MARKET_MOVE * pace * this.#unrest : 0
    for (let k = 0; k < this.#spots.length; k++) {
      const spot = this.#spots[k]!
      if (spot.kind !== 'currency' && spot.kind !== 'commodity' && !equities) continue
      if (this.#burstUntil[k]! <= now_s && this.#burstUntil[k]! > 0) this.#endBurst(k)
      const level = this.level[k]!
      const own = bellOf(random.next()) * spot.own_move * pace + this.#burstStep[k]!
      const bridge = equities ? (spot.todays_close - level) / Math.max(left_s, 30) : 0
      this.level[k] = Math.max(level * (1 + spot.beta * market + own) + bridge, spot.previous_close * 0.5)
    }
    const vix = this.#vix < 0 ? this.#vixBase : this.level[this.#vix]! / 100
    this.volatility = vix / 100
  }

  #startBursts(now_s: number): void {
    for (; this.#nextBurst < this.#bursts.length && this.#bursts[this.#nextBurst]!.start_s <= now_s; this.#nextBurst++) {
      const burst = this.#bursts[this.#nextBurst]!
      this.excitement[burst.spot] = burst.excitement
      this.#burstUntil[burst.spot] = burst.start_s + burst.length_s
      this.#burstStep[burst.spot] = burst.move / burst.length_s
    }
  }

  #endBurst(spot: number): void {
    this.excitement[spot] = 1
    this.#burstUntil[spot] = 0
    this.#burstStep[spot] = 0
  }
}

interface Burst {
  spot: number
  start_s: number
  length_s: number
  excitement: number
  /** Part of the price, over the whole burst. */
  move: number
}

/** News: a spot gets busy for some minutes and moves one way. Gives detectors something to find. */
function burstsOf(spots: readonly Spot[], random: Random, open_s: number): Burst[] {
  const bursts: Burst[] = []
  spots.forEach((spot, index) => {
    if (spot.kind === 'vix') return
    const count = random.below(2 * BURSTS_PER_DAY + 1)
    for (let n = 0; n < count; n++)
      bursts.push({
        spot: index,
        start_s: open_s + 300 + random.below(SESSION_S - 1800),
        length_s: 90 + random.below(600),
        excitement: 2 + random.unit() * 6,
        move: random.bell() * spot.own_move * 0.7,
      })
  })
  return bursts.sort((a, b) => a.start_s - b.start_s || a.spot - b.spot)
}
