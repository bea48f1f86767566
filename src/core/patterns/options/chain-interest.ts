import { maxPain, type OptionChain, oiConcentration, putCallRatio, type StrikeInterest } from '../../options/index.js'

/** Open interest of a chain as it stood at one moment: noted each minute, worked out when it is first asked for. Strikes in feed units. */
export class ChainInterest {
  readonly chain: OptionChain
  at_ms = Number.NaN
  /** Ascending by strike. */
  readonly strikes: readonly StrikeInterest[]
  readonly #strikes: { strike: number; call_oi: number; put_oi: number }[]
  #figures: InterestFigures | undefined

  constructor(chain: OptionChain) {
    this.chain = chain
    this.#strikes = chain.rows.map(({ strike }) => ({ strike, call_oi: Number.NaN, put_oi: Number.NaN }))
    this.strikes = this.#strikes
  }

  /** Notes what is told now. */
  take(at_ms: number): void {
    this.at_ms = at_ms
    this.#figures = undefined
    const { rows } = this.chain
    for (const [i, strike] of this.#strikes.entries()) {
      strike.call_oi = rows[i]?.call?.quote.oi ?? Number.NaN
      strike.put_oi = rows[i]?.put?.quote.oi ?? Number.NaN
    }
  }

  get figures(): InterestFigures {
    this.#figures ??= figuresOf(this.strikes)
    return this.#figures
  }
}

/** What open interest says as a whole; NaN where it says nothing. */
export interface InterestFigures {
  /** Strikes with any. */
  readonly held: number
  /** All puts by all calls. */
  readonly put_call_ratio: number
  /** Feed units. */
  readonly max_pain: number
  /** Share of the three strikes with most of it, a fraction. */
  readonly concentration: number
  /** The strike with most of it, calls and puts together; of several the lowest. */
  readonly top_strike: number
}

function figuresOf(strikes: readonly StrikeInterest[]): InterestFigures {
  let [held, top, top_strike] = [0, 0, Number.NaN]
  for (const { strike, call_oi, put_oi } of strikes) {
    const oi = known(call_oi) + known(put_oi)
    if (oi > 0) held++
    if (!(oi > top)) continue
    top = oi
    top_strike = strike
  }
  return {
    held,
    put_call_ratio: putCallRatio(strikes) ?? Number.NaN,
    max_pain: maxPain(strikes) ?? Number.NaN,
    concentration: oiConcentration(strikes) ?? Number.NaN,
    top_strike,
  }
}

const known = (oi: number): number => (Number.isNaN(oi) ? 0 : oi)
