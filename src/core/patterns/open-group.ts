import type { OptionChain } from '../options/index.js'
import { ChainInterest } from './options/chain-interest.js'
import type { PatternView, UnderlyingGroup } from './view.js'

/** Keeps what has one underlying together. */
export class OpenGroup implements UnderlyingGroup {
  readonly underlying: string
  readonly chains: readonly OptionChain[]
  spot: PatternView | undefined
  readonly futures: PatternView[] = []
  interest: ChainInterest | undefined
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

  /** A whole minute has begun: what the nearest chain holds now. */
  noteInterest(at_ms: number): void {
    const chain = this.chains.find(({ expires }) => at_ms < expires.at_ms)
    if (chain === undefined) this.interest = undefined
    else {
      if (this.interest?.chain !== chain) this.interest = new ChainInterest(chain)
      this.interest.take(at_ms)
    }
  }

  get lead(): PatternView | undefined {
    return this.spot ?? this.futures[0]
  }

  optionOf(token: number): PatternView | undefined {
    return this.#options.get(token)
  }
}
