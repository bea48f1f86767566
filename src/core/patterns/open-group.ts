import type { OptionChain } from '../options/index.js'
import { ChainInterest } from './options/chain-interest.js'
import type { PatternView, UnderlyingGroup } from './view.js'

/** Of a share that is listed on two, whatever bar comes first: its options are traded there. */
const MAIN_EXCHANGE = 'NSE'

/** Keeps what has one underlying together. */
export class OpenGroup implements UnderlyingGroup {
  readonly underlying: string
  chains: readonly OptionChain[] = []
  /** Whether or not anything has been heard of them. */
  readonly listed: readonly OptionChain[]
  spot: PatternView | undefined
  readonly futures: PatternView[] = []
  interest: ChainInterest | undefined
  readonly #options = new Map<number, PatternView>()

  constructor(underlying: string, chains: readonly OptionChain[]) {
    this.underlying = underlying
    this.listed = chains
    this.#hear()
  }

  addView(view: PatternView): void {
    const { instrument_type, expiry, instrument_token, exchange } = view.instrument
    if (instrument_type === 'CE' || instrument_type === 'PE') this.#options.set(instrument_token, view)
    else if (instrument_type === 'FUT') {
      const at = this.futures.findIndex(({ instrument }) => (expiry ?? 0) < (instrument.expiry ?? 0))
      this.futures.splice(at < 0 ? this.futures.length : at, 0, view)
    } else if (this.spot === undefined || exchange === MAIN_EXCHANGE) this.spot = view
  }

  /** A whole minute has begun: what the nearest chain holds now. */
  noteInterest(at_ms: number): void {
    this.#hear()
    const chain = this.chains.find(({ expires }) => at_ms < expires.at_ms)
    if (chain === undefined) this.interest = undefined
    else {
      if (this.interest?.chain !== chain) this.interest = new ChainInterest(chain)
      this.interest.take(at_ms)
    }
  }

  /** A master lists every expiry there is, a recording has a few of them. */
  #hear(): void {
    if (this.chains.length < this.listed.length)
      this.chains = this.listed.filter((chain) => this.chains.includes(chain) || isHeard(chain))
  }

  get lead(): PatternView | undefined {
    return this.spot ?? this.futures[0]
  }

  optionOf(token: number): PatternView | undefined {
    return this.#options.get(token)
  }
}

const isHeard = ({ rows }: OptionChain): boolean =>
  rows.some(({ call, put }) => call?.quote.is_known === true || put?.quote.is_known === true)
