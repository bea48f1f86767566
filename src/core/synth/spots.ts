import { hashText, mix, smoothNoise } from '../random.js'
import type { IstDay } from '../time/index.js'
import { COMMODITIES, CURRENCIES, INDICES } from './names.js'
import { stockAt } from './stocks.js'

/** A price path that instruments follow. Levels are in feed units of the instruments that follow it. */
export interface Spot {
  readonly name: string
  readonly kind: 'stock' | 'index' | 'vix' | 'currency' | 'commodity'
  readonly previous_close: number
  /** Where today's path ends at 15:30, so that consecutive synthetic days fit together. */
  readonly todays_close: number
  /** Move in units of the market factor. */
  readonly beta: number
  /** Part of the price it moves in a day on its own. */
  readonly own_move: number
}

const INDEX_OF: Readonly<Record<string, string>> = { NIFTY: 'NIFTY 50', BANKNIFTY: 'NIFTY BANK' }

export const isIndexUnderlying = (underlying: string): boolean => INDEX_OF[underlying] !== undefined

/** Which day, which one before it, and the seed of all chance. */
export interface SpotDays {
  day: IstDay
  previous_day: IstDay
  seed: number
}

/** The price paths that a day needs, made when first asked for. */
export class SpotBook {
  readonly spots: Spot[] = []
  readonly #days: SpotDays
  readonly #known = new Map<string, number>()

  constructor(days: SpotDays) {
    this.#days = days
  }

  /** Number of the path of an underlying. `rank`: of a stock. A currency has one path for each exchange, whose feed units differ. */
  of(underlying: string, rank = 0, exchange = 'NSE'): number {
    const name = INDEX_OF[underlying] ?? underlying
    const key = exchange === 'BCD' ? `BCD:${name}` : name
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const index = this.spots.push(spotOn(this.#days, name, rank, exchange)) - 1
    this.#known.set(key, index)
    return index
  }

  /** Previous close of a stock or index, to choose strikes, lots and ticks by. */
  rupees(spot: number): number {
    return this.spots[spot]!.previous_close / 100
  }
}

function spotOn({ day, previous_day, seed }: SpotDays, name: string, rank: number, exchange: string): Spot {
  const traits = traitsOf(name, rank, seed)
  const divisor = exchange === 'CDS' ? 10_000_000 : exchange === 'BCD' ? 10_000 : 100
  const closeOf = (on: IstDay): number => {
    const market = smoothNoise(mix(seed ^ 0x51ab), on, 19) * 0.03 + smoothNoise(mix(seed ^ 0x77c1), on, 3) * 0.011
    const key = hashText(name, seed)
    const own = smoothNoise(key, on, 13) * 4 + smoothNoise(mix(key), on, 2) * 1.1
    const factor = traits.kind === 'vix' ? -3.5 * market + 0.05 * own : traits.beta * market + traits.own_move * own
    return Math.round(traits.level * divisor * (1 + factor))
  }
  return {
    name,
    kind: traits.kind,
    previous_close: closeOf(previous_day),
    todays_close: closeOf(day),
    beta: traits.beta,
    own_move: traits.own_move,
  }
}

function traitsOf(
  name: string,
  rank: number,
  seed: number,
): { kind: Spot['kind']; level: number; beta: number; own_move: number } {
  const index = INDICES.find((candidate) => candidate.symbol === name)
  if (name === 'INDIA VIX') return { kind: 'vix', level: index!.level, beta: -4, own_move: 0.02 }
  if (index !== undefined)
    return {
      kind: 'index',
      level: index.level,
      beta: name === 'NIFTY BANK' ? 1.15 : 1,
      own_move: name === 'NIFTY BANK' ? 0.004 : 0.0005,
    }
  const commodity = COMMODITIES.find((candidate) => candidate.symbol === name)
  if (commodity !== undefined) return { kind: 'commodity', level: commodity.level, beta: 0, own_move: commodity.daily_move }
  const currency = CURRENCIES.find((candidate) => candidate.symbol === name)
  if (currency !== undefined) return { kind: 'currency', level: currency.level, beta: -0.05, own_move: currency.daily_move }
  const part = hashText(name, seed) / 0x1_0000_0000
  return { kind: 'stock', level: stockAt(rank, seed).level, beta: 0.6 + 0.8 * part, own_move: 0.008 + 0.01 * part }
}
