import {
  type ChainFacts,
  chainInstruments,
  chainMinutes,
  indexOf,
  ivHistory,
  optionBaseline,
  quietBars,
} from '../../../support/option-scenario.js'
import { calm, minuteAt, type Scenario } from '../../../support/scenario.js'

const SPOT = 25_000
const strikes = (first: number, last: number): number[] =>
  Array.from({ length: (last - first) / 50 + 1 }, (_, i) => first + 50 * i)
const WEEK: ChainFacts = { underlying: 'NIFTY', expiry: '2025-10-14', strikes: strikes(24_400, 25_600), token: 2000 }
const MONTH: ChainFacts = { underlying: 'NIFTY', expiry: '2025-10-28', strikes: strikes(24_900, 25_300), token: 3000 }
const NEXT: ChainFacts = { underlying: 'NIFTY', expiry: '2025-11-25', strikes: strikes(24_900, 25_400), token: 4000 }

/** Half an hour in the middle of a range that goes back over the day before; the options are quoted before 09:40 and 09:45. */
export function range({
  spot = SPOT,
  swing = 80,
  drift = 0,
  volatility = 0.14,
  month = 0.15,
  spread_ticks = 1,
}: {
  spot?: number
  /** Of the bars of the day before, about half of their range. */
  swing?: number
  /** Of the same bars, swings a bar. */
  drift?: number
  volatility?: number
  /** Volatility of 30 days; earlier ones go evenly from 0.10 to 0.20. */
  month?: number
  spread_ticks?: number
}): Omit<Scenario, 'shows'> {
  const at = [minuteAt('09:15', 24), minuteAt('09:15', 29)]
  const quoted = (level: number) => at.map((clock) => ({ at: clock, spot, volatility: level, spread_ticks }))
  return {
    instruments: [indexOf('NIFTY 50'), ...[WEEK, MONTH, NEXT].flatMap(chainInstruments)],
    minutes: [
      ...calm('09:15', 35, { from: spot, swing: 10, volume: 0 }),
      ...chainMinutes(WEEK, quoted(volatility)),
      ...[MONTH, NEXT].flatMap((chain) => chainMinutes(chain, quoted(month))),
    ],
    baseline: optionBaseline(
      { iv: ivHistory(0.1, 0.2), closes: [] },
      { history: { '1m': [], '5m': [], '15m': quietBars(SPOT, swing, drift) } },
    ),
    mirror: false,
  }
}

export const textbook: Scenario = {
  shows:
    'Twenty bars within half of what the options expect of a day, no trend, the price in the middle, volatility at its median',
  ...range({}),
}

export const marginal: Scenario = {
  shows: 'A range of nearly the whole expected move, the price off its middle, volatility in the upper third',
  ...range({ spot: 25_025, swing: 150, month: 0.165 }),
}

export const nothing: Scenario = {
  shows: 'The same calm market while its options are dearer than on most days',
  ...range({ month: 0.175 }),
}
