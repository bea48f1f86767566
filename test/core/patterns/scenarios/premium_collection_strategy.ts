import {
  type ChainFacts,
  chainInstruments,
  chainMinutes,
  closesOf,
  indexOf,
  ivHistory,
  optionBaseline,
  quietBars,
} from '../../../support/option-scenario.js'
import { calm, minuteAt, type Scenario } from '../../../support/scenario.js'

const SPOT = 25_000
const strikes = (first: number, last: number): number[] =>
  Array.from({ length: (last - first) / 100 + 1 }, (_, i) => first + 100 * i)
const near = (expiry: string): ChainFacts => ({ underlying: 'NIFTY', expiry, strikes: strikes(22_500, 27_500), token: 2000 })
const NEXT: ChainFacts = { underlying: 'NIFTY', expiry: '2025-11-25', strikes: strikes(24_900, 25_500), token: 4000 }

/** Half an hour; the options are quoted before 09:40 and 09:45. */
export function premium({
  expiry = '2025-10-23',
  swing = 80,
  drift = 0,
  volatility = 0.19,
  realised = 0.1,
  strikes: listed = near(expiry).strikes,
}: {
  expiry?: string
  swing?: number
  /** Of the same bars, swings a bar. */
  drift?: number
  /** Of every expiry; earlier ones go evenly from 0.10 to 0.20. */
  volatility?: number
  realised?: number
  strikes?: readonly number[]
}): Omit<Scenario, 'shows'> {
  const quoted = [24, 29].map((minute) => ({ at: minuteAt('09:15', minute), spot: SPOT, volatility }))
  const chains = [{ ...near(expiry), strikes: listed }, NEXT]
  return {
    instruments: [indexOf('NIFTY 50'), ...chains.flatMap(chainInstruments)],
    minutes: [
      ...calm('09:15', 35, { from: SPOT, swing: 10, volume: 0 }),
      ...chains.flatMap((chain) => chainMinutes(chain, quoted)),
    ],
    baseline: optionBaseline(
      { iv: ivHistory(0.1, 0.2), closes: closesOf(SPOT, realised) },
      { history: { '1m': [], '5m': [], '15m': quietBars(SPOT, swing, drift) } },
    ),
    mirror: false,
  }
}

export const textbook: Scenario = {
  shows: 'Options dearer than on nine days of ten, nine points above what the index does, 17 days to expiry, no trend',
  ...premium({}),
}

export const marginal: Scenario = {
  shows: 'Volatility above two thirds of earlier days, three points above what the index does, a week to expiry',
  ...premium({ expiry: '2025-10-14', volatility: 0.168, realised: 0.135 }),
}

export const nothing: Scenario = {
  shows: 'Options as dear as in the textbook, but the index moves as much as they say',
  ...premium({ realised: 0.18 }),
}
