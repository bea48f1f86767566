import { assert } from '../../assert.js'
import type { Random } from '../../random.js'
import type { PlantBar, PlantBars } from './bars.js'
import type { PlantChain } from './chain.js'
import { averageRange, furthest, meanPrice, meanVolume, type PriceProfile, profileOf } from './measures.js'
import type { PlantMinute, PlantSide } from './minute.js'

const ATR_BARS = 14
const USUAL_MINUTES = 20
const APPROACH_MINUTES_MAX = 30
/** How far ordinary minutes stick out beyond open and close, ATR of five minutes. */
const WICK = 0.06

const CALM = { volume: 0.8, move: 0.8, overbought: 65 }
const NORMAL = { volume: 1, move: 1, overbought: 70 }
/** Factors on the thresholds of volume and of moves, and the RSI from which a market is overbought: as nervous as the market is (domain 0). */
export type PlantRegime = typeof NORMAL

/** By India VIX in points: below 15 the market is calm. NaN where the day has none; synthetic days are never nervous. */
export const regimeOf = (vix: number): PlantRegime => (vix < 15 ? CALM : NORMAL)

/** A minute in words: along the side of the plant, lengths in ATR of five minutes. What is absent is as in an ordinary minute. */
export interface MinuteWords {
  /** Of the close, from where it stands; or the close itself, feed units. */
  readonly move?: number
  readonly to?: number
  /** How far it sticks out beyond open and close, ahead and behind. */
  readonly ahead?: number
  readonly behind?: number
  /** The ends of the bar themselves, feed units, in their place. */
  readonly front?: number
  readonly back?: number
  /** Times `usual`. */
  readonly volume?: number
  /** Default: the mean of the twenty minutes before this one. */
  readonly usual?: number
  /** Share of the volume on the side of the plant. */
  readonly bought?: number
  readonly imbalance?: number
  readonly is_known?: boolean
  /** As in `PlantMinute`. */
  readonly dearness?: number
  readonly busy?: number
}

/** What is to be played there. */
export interface StageRole {
  readonly side: PlantSide
  readonly strength: number
  /** Epoch seconds; a whole number of five minutes after the open. */
  readonly begin_s: number
  readonly random: Random
}

/** The instrument and its day. */
export interface StageSetting {
  readonly bars: PlantBars
  /** Epoch seconds. */
  readonly open_s: number
  /** Feed units. */
  readonly tick: number
  readonly previous_close: number
  readonly regime: PlantRegime
  /** Undefined on a stock. */
  readonly chain: PlantChain | undefined
}

/** What a script sees of its instrument while it plays, and the words it speaks in. */
export class PlantStage {
  readonly side: PlantSide
  readonly strength: number
  readonly random: Random
  readonly regime: PlantRegime
  readonly tick: number
  /** Feed units. */
  readonly previous_close: number
  readonly #bars: PlantBars
  readonly #open_s: number
  readonly #chain: PlantChain | undefined
  /** Begin of the minute that is asked for. */
  now_s: number
  /** Last trade. */
  price = 0

  constructor(
    { side, strength, random, begin_s }: StageRole,
    { bars, open_s, tick, regime, previous_close, chain }: StageSetting,
  ) {
    this.#chain = chain
    this.previous_close = previous_close
    this.side = side
    this.strength = strength
    this.random = random
    this.regime = regime
    this.tick = tick
    this.now_s = begin_s
    this.#bars = bars
    this.#open_s = open_s
  }

  /** The options on its index; there where the definition has `chain_minutes`. */
  get chain(): PlantChain {
    assert(this.#chain !== undefined, 'a script of a chain plays on one')
    return this.#chain
  }
  get m1(): readonly PlantBar[] {
    return this.#bars.m1
  }
  get m5(): readonly PlantBar[] {
    return this.#bars.folded(5)
  }
  get m15(): readonly PlantBar[] {
    return this.#bars.folded(15)
  }
  /** Of five minutes, Wilder 14. */
  get atr(): number {
    return averageRange(this.m5, ATR_BARS)
  }
  get atr_1m(): number {
    return averageRange(this.m1, ATR_BARS)
  }
  /** Mean volume of a minute, over the last twenty. */
  get usual(): number {
    return meanVolume(this.m1, USUAL_MINUTES)
  }
  /** Mean price of the day by volume. */
  get vwap(): number {
    return meanPrice(this.m1)
  }
  /** Minutes since the open. */
  get minute(): number {
    return (this.now_s - this.#open_s) / 60
  }
  /** Volume by price so far, in bins of 0.05 %. */
  get profile(): PriceProfile {
    return profileOf(this.#bars.traded, Math.max(1, Math.round(this.previous_close / (2000 * this.tick))) * this.tick)
  }
  /** Furthest price ahead of the newest bars (all: default). */
  front(bars: readonly PlantBar[] = this.m1): number {
    return furthest(bars, this.side)
  }
  back(bars: readonly PlantBar[] = this.m1): number {
    return furthest(bars, this.side > 0 ? -1 : 1)
  }
  /** How far ahead a price lies, ATR. */
  ahead(price: number): number {
    return (this.side * (price - this.price)) / this.atr
  }
  /** A price so many ATR ahead of another one. */
  from(price: number, atr: number): number {
    return price + this.side * atr * this.atr
  }
  /** So much percent of the price, in ATR. */
  percent(part: number): number {
    return (part * this.price) / 100 / this.atr
  }
  /** From the bare trigger to the textbook, by the strength. */
  between(bare: number, textbook: number): number {
    return bare + this.strength * (textbook - bare)
  }

  minuteOf(words: MinuteWords): PlantMinute {
    const { move = 0, to, ahead = WICK, behind = WICK, volume = 1, bought = 0.5, imbalance = 0, is_known = false } = words
    const { price, side, atr, usual } = this
    const close = to ?? price + side * move * atr
    const [nearer, further] = side * (close - price) > 0 ? [price, close] : [close, price]
    const front = words.front ?? further + side * ahead * atr
    const back = words.back ?? nearer - side * behind * atr
    return {
      close,
      high: Math.max(front, back),
      low: Math.min(front, back),
      volume: this.#chain === undefined ? volume * (words.usual ?? usual) : 0,
      bought: side > 0 ? bought : 1 - bought,
      imbalance: side * imbalance,
      is_known,
      ...(words.dearness === undefined ? {} : { dearness: words.dearness }),
      ...(words.busy === undefined ? {} : { busy: words.busy }),
    }
  }

  /** Ordinary minutes: the price goes to and fro by `chop` and ends at `to`, feed units. */
  *calm(minutes: number, { to = this.price, chop = 0.2, ...words }: CalmWords = {}): Script {
    const from = this.price
    for (let n = 1; n <= minutes; n++) {
      const middle = from + ((to - from) * n) / minutes
      const away = n === minutes ? 0 : (n % 2 === 0 ? -1 : 1) * chop * this.random.between(0.6, 1.4)
      yield this.minuteOf({ volume: this.random.between(0.8, 1.2), ...words, to: this.from(middle, away) })
    }
  }

  /** Ordinary minutes until the next whole five minutes, at least `least`. */
  *untilFive(least: number, words: CalmWords = {}): Script {
    const past = (this.minute + least) % 5
    yield* this.calm(least + (past === 0 ? 0 : 5 - past), words)
  }

  /** Goes to a price at an ordinary pace, ATR a minute; faster where that would take too long. */
  *approach(to: number, { pace = 0.15, least = 1, ...words }: CalmWords & { pace?: number; least?: number } = {}): Script {
    const minutes = Math.ceil(Math.abs(this.ahead(to)) / pace)
    yield* this.calm(Math.max(least, Math.min(APPROACH_MINUTES_MAX, minutes)), { ...words, to })
  }
}

/** Ordinary minutes go to and fro by `chop`, ATR. */
type CalmWords = MinuteWords & { readonly chop?: number }

/** What a part of a script is. */
export type Script = Generator<PlantMinute, void, void>
