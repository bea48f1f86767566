import { basename } from 'node:path'
import type { Instrument } from '../../core/market/index.js'
import type { RowName, TheirRow } from '../../core/reconcile/index.js'
import type { TheirFile } from './read-their-file.js'

/** Finds the instrument that a row is about among those we recorded. */
export class RowPlaces {
  readonly #by_name = new Map<string, Instrument[]>()
  readonly #by_token = new Map<number, Instrument>()
  readonly #by_contract = new Map<string, Instrument>()
  /** By the file and the name in the row: a file has many rows of each. */
  readonly #known = new Map<string, Instrument | string>()
  readonly #symbol: string | undefined

  /** `symbol`: of a file that names none. */
  constructor(instruments: Iterable<Instrument>, symbol: string | undefined) {
    this.#symbol = symbol
    for (const instrument of instruments) {
      const { exchange, symbol: name, instrument_token, underlying, expiry, instrument_type: type, strike } = instrument
      for (const key of [name, `${exchange}:${name}`]) {
        const same = this.#by_name.get(key.toUpperCase())
        if (same === undefined) this.#by_name.set(key.toUpperCase(), [instrument])
        else same.push(instrument)
      }
      this.#by_token.set(instrument_token, instrument)
      if (underlying !== undefined && expiry !== undefined)
        this.#by_contract.set(contractKey(exchange, { underlying, expiry, type, strike }), instrument)
    }
  }

  /** The instrument, or the name that none of ours has. */
  of(file: TheirFile, { name }: TheirRow): Instrument | string {
    const key = JSON.stringify([file.path, name.exchange, name.symbol, name.instrument_token, name.contract])
    const known = this.#known.get(key) ?? this.#find(file, name)
    this.#known.set(key, known)
    return known
  }

  #find(file: TheirFile, { symbol, exchange, instrument_token, contract }: RowName): Instrument | string {
    if (contract !== undefined) {
      const found = this.#by_contract.get(contractKey(exchange ?? '', contract))
      return found ?? symbol ?? contract.underlying
    }
    if (symbol !== undefined) {
      const full = exchange === undefined || symbol.includes(':') ? symbol : `${exchange}:${symbol}`
      return this.#named(full) ?? full
    }
    if (instrument_token !== undefined) return this.#by_token.get(instrument_token) ?? `token:${instrument_token}`
    if (this.#symbol !== undefined) return this.#named(this.#symbol) ?? this.#symbol
    return this.#byFileName(basename(file.path).replace(/\.[^.]*$/, ''))
  }

  /** `RELIANCE`, `NSE_RELIANCE_1m`: the longest part that names one of ours. */
  #byFileName(stem: string): Instrument | string {
    const exchange = /^(NSE|BSE|NFO|BFO|CDS|BCD|MCX|NCO)[_-](.+)$/i.exec(stem)
    const names = exchange === null ? [stem] : [`${exchange[1]}:${exchange[2]}`, stem]
    for (const name of names)
      for (
        let end = name.length;
        end > 0;
        end = Math.max(...['_', ' ', '-', '.'].map((mark) => name.lastIndexOf(mark, end - 1)))
      ) {
        const found = this.#named(name.slice(0, end))
        if (found !== undefined) return found
      }
    return stem
  }

  /** Undefined where none, or more than one of ours, is called so. */
  #named(text: string): Instrument | undefined {
    const found = this.#by_name.get(text.toUpperCase())
    return found?.length === 1 ? found[0] : undefined
  }
}

interface ContractParts {
  readonly underlying: string
  readonly expiry: number
  readonly type: string
  readonly strike: number | undefined
}

const contractKey = (exchange: string, { underlying, expiry, type, strike }: ContractParts): string =>
  JSON.stringify([exchange, underlying, expiry, type, type === 'FUT' ? null : (strike ?? null)])
