import {
  type ChainFacts,
  chainInstruments,
  chainMinutes,
  closesOf,
  indexOf,
  ivHistory,
  optionBaseline,
} from '../../../support/option-scenario.js'
import { calm, type MinuteRow, minuteAt, type Scenario } from '../../../support/scenario.js'

const SPOT = 25_000
const STRIKES = [24_800, 24_900, 25_000, 25_100, 25_200]
const near = (expiry: string): ChainFacts => ({ underlying: 'NIFTY', expiry, strikes: STRIKES, token: 2000 })
const FAR = [24_900, 25_000, 25_100, 25_200, 25_300]
const MONTH: ChainFacts = { underlying: 'NIFTY', expiry: '2025-10-28', strikes: FAR, token: 3000 }
const NEXT: ChainFacts = { underlying: 'NIFTY', expiry: '2025-11-25', strikes: FAR, token: 4000 }

/** Samples of five minutes: volatility of the nearest expiry, and volume of each of its options since the sample before. */
export type Sample = readonly [volatility: number, volume: number]

/** The last minute of each five from 09:15 on; the index stands still. */
export function crush({
  samples,
  expiry = '2025-10-07',
  month = 0.2,
  history = ivHistory(0.1, 0.2),
  realised = 0.1,
  spread_ticks = 1,
}: {
  samples: readonly Sample[]
  expiry?: string
  /** Volatility of 30 days. */
  month?: number
  history?: readonly number[]
  realised?: number
  spread_ticks?: number
}): Omit<Scenario, 'shows'> {
  const at = samples.map((_, i) => minuteAt('09:19', 5 * i))
  const far = at.map((clock) => ({ at: clock, spot: SPOT, volatility: month }))
  const minutes: MinuteRow[] = [
    ...calm('09:15', 5 * samples.length + 2, { from: SPOT, swing: 4, volume: 0 }),
    ...chainMinutes(
      near(expiry),
      samples.map(([volatility, volume], i) => ({ at: at[i] as string, spot: SPOT, volatility, volume, spread_ticks })),
    ),
    ...chainMinutes(MONTH, far),
    ...chainMinutes(NEXT, far),
  ]
  return {
    instruments: [indexOf('NIFTY 50'), ...[near(expiry), MONTH, NEXT].flatMap(chainInstruments)],
    minutes,
    baseline: optionBaseline({ iv: history, closes: closesOf(SPOT, realised) }),
    mirror: false,
  }
}

const DEAR: readonly Sample[] = Array.from({ length: 8 }, (): Sample => [0.24, 750])

export const textbook: Scenario = {
  shows:
    'Options dearer than on nearly all earlier days, at more than twice what the index does; their volatility falls by a sixth in five minutes',
  ...crush({ samples: [...DEAR, [0.2, 2250], [0.2, 750]] }),
}

export const marginal: Scenario = {
  shows: 'Volatility above three quarters of earlier days falls by six percent',
  ...crush({ samples: [...DEAR, [0.225, 1500]], month: 0.18, realised: 0.17 }),
}

export const nothing: Scenario = {
  shows: 'Dear options whose volatility ebbs away by less than five percent an hour, on any volume',
  ...crush({ samples: [...DEAR, [0.235, 2250], [0.232, 2250], [0.23, 2250]] }),
}
