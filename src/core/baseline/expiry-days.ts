import { type Instrument, underlyingOf } from '../market/index.js'
import type { IstDay } from '../time/index.js'

/** Which options have another kind of day: some option on their underlying expires on it. */
export class ExpiryDay {
  readonly #underlyings = new Set<string>()

  /** `instruments`: all that the day's master names. */
  constructor(instruments: Iterable<Instrument>, day: IstDay) {
    for (const instrument of instruments)
      if (instrument.expiry === day && isOption(instrument)) this.#underlyings.add(keyOf(instrument))
  }

  concerns(instrument: Instrument): boolean {
    return isOption(instrument) && this.#underlyings.has(keyOf(instrument))
  }
}

/** RELIANCE has contracts of its own on each exchange. */
const keyOf = (instrument: Instrument): string => `${instrument.exchange}:${underlyingOf(instrument)}`

const isOption = ({ instrument_type }: Instrument): boolean => instrument_type === 'CE' || instrument_type === 'PE'
