import type { OptionChain } from '../options/index.js'
import type { PatternView, UnderlyingGroup } from './view.js'

/** Keeps what has one underlying together. */
export class OpenGroup implements UnderlyingGroup {
  readonly underlying: string
  readonly chains: readonly OptionChain[]
  spot: PatternView | undefined
  readonly futures: PatternView[] = []
  readonly #options = new Map<number, PatternView>()

  constructor(underlying: string, chains: readonly OptionChain[]) {
    this.underlying = underlying
    this.chains = chains
  }

  addView(view: PatternView): void {
    const { instrument_type, expiry, instrument_token } = view.instrument
    if (instrument_type === 'CE' || instrument_type === 'PE') this.#options.set(instrument_token, view)
    else if (instrument_type === 'FUT') {
      const at = this.futures.findIndex(({ instrument }) => (expiry ?? 0) < (instrument.expiry ?? 0))
      this.futures.splice(at < 0 ? this.futures.length : at, 0, view)
    } else this.spot = view
  }

  get lead(): PatternView | undefined {
    return this.spot ?? this.futures[0]
  }

  optionOf(token: number): PatternView | undefined {
    return this.#options.get(token)
  }
}
