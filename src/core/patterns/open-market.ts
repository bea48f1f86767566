import { type Candle, type Instrument, underlyingOf } from '../market/index.js'
import type { Baseline } from './baseline.js'
import { OpenGroup } from './open-group.js'
import { type Regime, regimeAfter } from './regime.js'
import type { LiveQuote, Market } from './view.js'

const VIX_SYMBOL = 'INDIA VIX'

/** Keeps what is the same for all instruments of a session up to date. */
export class OpenMarket implements Market {
  readonly baseline: Baseline | undefined
  vix = Number.NaN
  regime: Regime | undefined
  readonly #groups = new Map<string, OpenGroup>()
  readonly #liveQuoteOf: (token: number) => LiveQuote | undefined

  constructor(baseline: Baseline | undefined, liveQuoteOf: (token: number) => LiveQuote | undefined = () => undefined) {
    this.baseline = baseline
    this.#liveQuoteOf = liveQuoteOf
  }

  onMinute({ instrument, close }: Candle): void {
    if (instrument.symbol !== VIX_SYMBOL) return
    this.vix = close / instrument.price_divisor
    this.regime = regimeAfter(this.vix, this.regime)
  }

  /** Spot and derivatives of one underlying share it. */
  groupOf(instrument: Instrument): OpenGroup {
    const name = underlyingOf(instrument)
    const group = this.#groups.get(name) ?? new OpenGroup(name)
    this.#groups.set(name, group)
    return group
  }

  liveQuoteOf(token: number): LiveQuote | undefined {
    return this.#liveQuoteOf(token)
  }
}
