import { assetClassOf } from './classify.js'
import type { Instrument } from './instrument.js'
import { isTradable, segmentOf } from './segments.js'
import { similarTexts } from './similar.js'

/** The instruments of one day, by token and by name. A token that no master names gets an instrument of its own, the same one each time. */
export class InstrumentTable {
  /** Distinct tokens asked for that no master names. */
  unknown_count = 0
  readonly #by_token = new Map<number, Instrument>()
  /** In capitals, plain and with the exchange in front; made when first asked for. */
  #by_symbol: Map<string, Instrument[]> | undefined

  /** Of several masters, the first one that names a token wins. */
  static of(...masters: readonly (readonly Instrument[])[]): InstrumentTable {
    const table = new InstrumentTable()
    for (const instruments of masters)
      for (const instrument of instruments)
        if (!table.#by_token.has(instrument.instrument_token)) table.#by_token.set(instrument.instrument_token, instrument)
    return table
  }

  resolve(token: number): Instrument {
    const known = this.#by_token.get(token)
    if (known !== undefined) return known
    const unknown = unknownInstrument(token)
    this.#by_token.set(token, unknown)
    this.#by_symbol = undefined
    this.unknown_count++
    return unknown
  }

  /** In the order of the masters. */
  *known(): Iterable<Instrument> {
    for (const instrument of this.#by_token.values()) if (instrument.known) yield instrument
  }

  /** All instruments called `EXCHANGE:SYMBOL` or `SYMBOL`, whatever the case: a stock may trade on both exchanges. Also `token:N` once resolved. */
  find(text: string): readonly Instrument[] {
    return this.#symbols().get(text.toUpperCase()) ?? []
  }

  /** Names like a misspelt one, nearest first, for suggestions. With the exchange when the text has one. */
  similarSymbols(text: string, count = 3): string[] {
    const with_exchange = text.includes(':')
    const names = new Set<string>()
    for (const { exchange, symbol, known } of this.#by_token.values())
      if (known) names.add(with_exchange ? `${exchange}:${symbol}` : symbol)
    return similarTexts(text, names, count)
  }

  #symbols(): Map<string, Instrument[]> {
    if (this.#by_symbol !== undefined) return this.#by_symbol
    const symbols = new Map<string, Instrument[]>()
    for (const instrument of this.#by_token.values())
      for (const name of [instrument.symbol, `${instrument.exchange}:${instrument.symbol}`]) {
        const same = symbols.get(name.toUpperCase())
        if (same === undefined) symbols.set(name.toUpperCase(), [instrument])
        else same.push(instrument)
      }
    this.#by_symbol = symbols
    return symbols
  }
}

/** What the token alone says. */
function unknownInstrument(instrument_token: number): Instrument {
  const { name: exchange, price_divisor } = segmentOf(instrument_token)
  const index = !isTradable(instrument_token)
  return {
    instrument_token,
    exchange,
    symbol: `token:${instrument_token}`,
    name: '',
    segment: '',
    instrument_type: index ? 'INDEX' : 'UNKNOWN',
    // A token on a cash exchange may be a stock, a bond or a fund: only the other segments say what trades there.
    asset_class:
      exchange === 'NSE' || exchange === 'BSE'
        ? 'unknown'
        : assetClassOf({ exchange, instrument_type: 'UNKNOWN', underlying: undefined }),
    underlying: undefined,
    expiry: undefined,
    strike: undefined,
    lot_size: 0,
    tick_size: 0,
    price_divisor,
    has_derivatives: undefined,
    known: false,
  }
}
