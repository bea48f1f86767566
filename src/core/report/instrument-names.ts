import type { Instrument } from '../market/index.js'

/** What a page calls each instrument: its symbol; where several have the same, `NSE:RELIANCE`; where even that is not enough, `token:N`. */
export function uniqueNames(instruments: readonly Instrument[]): ReadonlyMap<Instrument, string> {
  const names = new Map<Instrument, string>()
  const taken = new Set<string>()
  for (const nameOf of [bySymbol, byExchange, byToken]) {
    const waiting = instruments.filter((instrument) => !names.has(instrument))
    const counts = new Map<string, number>()
    for (const instrument of waiting) counts.set(nameOf(instrument), (counts.get(nameOf(instrument)) ?? 0) + 1)
    for (const instrument of waiting) {
      const name = nameOf(instrument)
      if ((counts.get(name) ?? 0) > 1 || taken.has(name)) continue
      names.set(instrument, name)
      taken.add(name)
    }
  }
  return names
}

const bySymbol = ({ symbol }: Instrument): string => symbol
const byExchange = ({ exchange, symbol }: Instrument): string => `${exchange}:${symbol}`
const byToken = ({ instrument_token }: Instrument): string => `token:${instrument_token}`
