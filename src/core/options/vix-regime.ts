import { TRADING_DAYS } from './realised-volatility.js'

/** What the market fears, from India VIX. */
export type VixRegimeName = 'LOW' | 'NORMAL' | 'HIGH' | 'PANIC'

const REGIMES = ['LOW', 'NORMAL', 'HIGH', 'PANIC'] as const satisfies readonly VixRegimeName[]
/** VIX from which each regime but the first begins. */
const BEGINS = [15, 20, 25] as const
/** A regime is left downwards only this far below where it begins, so that a VIX on a boundary does not flicker. */
export const VIX_HYSTERESIS = 0.5

/** The regime of a VIX that comes value after value. One instance a series. */
export class VixRegime {
  #level: number | undefined

  /** NaN until the first value. */
  last = Number.NaN

  /** Takes the next value, in VIX points; NaN changes nothing. */
  update(vix: number): VixRegimeName | undefined {
    if (!(vix >= 0)) return this.name
    this.last = vix
    const plain = BEGINS.filter((begin) => vix >= begin).length
    const held = BEGINS.filter((begin) => vix >= begin - VIX_HYSTERESIS).length
    // Up at once; down not below what the value would still hold.
    this.#level = this.#level === undefined ? plain : Math.max(plain, Math.min(this.#level, held))
    return this.name
  }

  /** Undefined until the first value. */
  get name(): VixRegimeName | undefined {
    return this.#level === undefined ? undefined : REGIMES[this.#level]
  }
}

/** One standard deviation of a day in percent, of a VIX in points: by trading days (252) or calendar days (365). */
export const vixDailyMove = (vix: number, days_a_year: 252 | 365 = TRADING_DAYS): number => vix / Math.sqrt(days_a_year)
