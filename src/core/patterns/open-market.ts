import { type Candle, type Instrument, underlyingOf } from '../market/index.js'
import type { OptionChain } from '../options/index.js'
import type { Baseline } from './baseline.js'
import { OpenGroup } from './open-group.js'
import { type Regime, regimeAfter } from './regime.js'
import type { Market } from './view.js'

const VIX_SYMBOL = 'INDIA VIX'

/** Keeps what is the same for all instruments of a session up to date. */
export class OpenMarket implements Market {
  readonly baseline: Baseline | undefined
  vix = Number.NaN
  regime: Regime | undefined
  readonly #groups = new Map<string, OpenGroup>()
  readonly #chains: readonly OptionChain[]

  constructor(baseline: Baseline | undefined, chains: readonly OptionChain[]) {
    this.baseline = baseline
    this.#chains = chains
  }

  onMinute({ instrument, close }: Candle): void {
    if (instrument.symbol !== VIX_SYMBOL) return
    this.vix = close / instrument.price_divisor
    this.regime = regimeAfter(this.vix, this.regime)
  }

  /** A whole minute has begun. */
  noteInterest(at_ms: number): void {
    for (const group of this.#groups.values()) group.noteInterest(at_ms)
  }

  /** Spot and derivatives of one underlying share it. */
  groupOf(instrument: Instrument): OpenGroup {
    const name = underlyingOf(instrument)
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    const chains = this.#chains.filter(({ underlying }) => underlying === name).sort((a, b) => a.expiry - b.expiry)
    const group = new OpenGroup(name, chains)
    this.#groups.set(name, group)
    return group
  }
}
