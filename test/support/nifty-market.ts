import type { Calendar } from '../../src/core/market/index.js'
import { createUniverse, INSTRUMENTS_MAX, type Listing, type Universe } from '../../src/core/synth/index.js'
import type { IstDay } from '../../src/core/time/index.js'

/** Points on either side of the money, and between strikes: of the nearest expiry, and of the others. */
const NEAR = { reach: 450, step: 50 }
const FAR = { reach: 1400, step: 100 }

/** Of the largest synthetic market only NIFTY, its futures, the strikes around the money of each of its expiries, and India VIX. */
export function niftyMarket(setup: { day: IstDay; seed: number; calendar: Calendar }): Universe {
  const universe = createUniverse({ ...setup, instruments: INSTRUMENTS_MAX })
  const { listings, spots } = universe
  const nifty = listings.find(({ instrument }) => instrument.symbol === 'NIFTY 50')!
  const options = listings.filter(({ spot, strike }) => spot === nifty.spot && strike !== undefined)
  const first = Math.min(...options.map(({ instrument }) => instrument.expiry!))
  const money = spots[nifty.spot]!.previous_close / 100
  const isKept = ({ instrument, spot }: Listing): boolean => {
    if (spot !== nifty.spot) return instrument.symbol === 'INDIA VIX'
    const { reach, step } = instrument.expiry === first ? NEAR : FAR
    return instrument.strike === undefined || (Math.abs(instrument.strike - money) <= reach && instrument.strike % step === 0)
  }
  const kept = listings.filter(isKept)
  const numbers = [...new Set(kept.map(({ spot }) => spot))]
  return {
    ...universe,
    spots: numbers.map((spot) => spots[spot]!),
    listings: kept.map((listing) => ({ ...listing, spot: numbers.indexOf(listing.spot) })),
  }
}
