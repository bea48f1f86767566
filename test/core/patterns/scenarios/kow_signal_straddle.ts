import {
  type ChainFacts,
  chainInstruments,
  chainMinutes,
  indexOf,
  ivHistory,
  optionBaseline,
  quietBars,
} from '../../../support/option-scenario.js'
import { goOn, type MinuteRow, minuteAt, type Scenario } from '../../../support/scenario.js'

const SPOT = 25_000
const CHAIN: ChainFacts = {
  underlying: 'NIFTY',
  expiry: '2025-10-07',
  strikes: [24_850, 24_900, 24_950, 25_000, 25_050, 25_100, 25_150],
  token: 2000,
}
const FAR = [24_900, 25_000, 25_100, 25_200, 25_300]
const MONTHS: readonly ChainFacts[] = [
  { underlying: 'NIFTY', expiry: '2025-10-28', strikes: FAR, token: 3000 },
  { underlying: 'NIFTY', expiry: '2025-11-25', strikes: FAR, token: 4000 },
]

/** One minute: volatility of the nearest expiry, and the index at its end. */
export type Minute = readonly [volatility: number, spot?: number]
export const times = (count: number, minute: Minute): Minute[] => Array.from({ length: count }, () => minute)

/** From 09:15 on, after a day that rose by `drift`. Options at the money trade all the time, the others are quoted once a minute. */
export function straddle(
  minutes: readonly Minute[],
  { busy = ['CE', 'PE'], first = '09:15', drift = 0 }: { busy?: readonly string[]; first?: string; drift?: number } = {},
): Omit<Scenario, 'shows'> {
  const quotes = minutes.map(([volatility, spot = SPOT], i) => ({ at: minuteAt(first, i), spot, volatility }))
  const far = quotes.map((quote) => ({ ...quote, volatility: 0.18 }))
  const start: MinuteRow = { at: first, open: SPOT, high: SPOT, low: SPOT, close: SPOT, volume: 0 }
  return {
    instruments: [indexOf('NIFTY 50'), ...[CHAIN, ...MONTHS].flatMap(chainInstruments)],
    minutes: [
      ...goOn(
        [start],
        quotes.slice(1).map(({ spot }) => ({ close: spot, reach: 1, volume: 0 })),
      ),
      ...chainMinutes(CHAIN, quotes, {
        busy: ({ strike, instrument_type }) => strike === SPOT && busy.includes(instrument_type as string),
      }),
      ...MONTHS.flatMap((month) => chainMinutes(month, far)),
    ],
    baseline: optionBaseline(
      { iv: ivHistory(0.1, 0.2), closes: [] },
      { history: { '1m': [], '5m': quietBars(SPOT, 30, drift), '15m': [] } },
    ),
    mirror: false,
  }
}

export const textbook: Scenario = {
  shows:
    'The straddle falls six percent below its VWAP; later the call is closed, sold again, and all is closed at a locked profit',
  ...straddle([
    ...times(15, [0.16]),
    ...times(4, [0.15]),
    ...times(5, [0.17, 25_020]),
    ...times(4, [0.15, 25_005]),
    ...times(3, [0.1]),
    ...times(2, [0.13]),
  ]),
}

export const marginal: Scenario = {
  shows: 'The straddle stands a little more than one percent below its VWAP',
  ...straddle([...times(15, [0.16]), ...times(3, [0.158])]),
}

export const nothing: Scenario = {
  shows: 'The straddle falls as in the textbook, but the put is quoted once a minute: half of its seconds have no premium',
  ...straddle([...times(15, [0.16]), ...times(8, [0.15])], { busy: ['CE'] }),
}
