import { type Instrument, spotNamesOf } from '../market/index.js'
import type { IstDay } from '../time/index.js'

/**
 * What an underlying is worth, in rupees: its share or index, else its nearest future. Of each, the price the caller knows, else the
 * `last_price` of the master, where 0 means none.
 */
export class ReferencePrices {
  readonly #prices: ReadonlyMap<string, number>
  readonly #spots = new Map<string, Instrument>()
  /** The nearest that has not expired, by exchange and underlying. */
  readonly #futures = new Map<string, Instrument>()

  constructor(master: readonly Instrument[], day: IstDay, prices: ReadonlyMap<string, number>) {
    this.#prices = prices
    for (const instrument of master) {
      const { exchange, symbol, instrument_type, underlying, expiry } = instrument
      if (instrument_type === 'EQ' || instrument_type === 'INDEX') this.#spots.set(`${exchange}:${symbol}`, instrument)
      if (instrument_type !== 'FUT' || underlying === undefined || expiry === undefined || expiry < day) continue
      const other = this.#futures.get(`${exchange}:${underlying}`)
      if (other?.expiry === undefined || expiry < other.expiry) this.#futures.set(`${exchange}:${underlying}`, instrument)
    }
  }

  /** Of the underlying of a derivative; undefined when nobody knows. */
  of({ exchange, underlying = '' }: Instrument): number | undefined {
    const future = this.#futures.get(`${exchange}:${underlying}`)
    for (const name of spotNamesOf({ exchange, underlying })) {
      const price = this.#priceOf(name, this.#spots.get(name))
      if (price !== undefined) return price
    }
    return this.#priceOf(`${exchange}:${future?.symbol ?? ''}`, future)
  }

  #priceOf(name: string, instrument: Instrument | undefined): number | undefined {
    return this.#prices.get(name) ?? this.#prices.get(name.slice(name.indexOf(':') + 1)) ?? instrument?.last_price
  }
}
