import {
  type ChainFacts,
  chainInstruments,
  chainMinutes,
  futureOf,
  indexOf,
  optionBaseline,
  quietBars,
} from '../../../support/option-scenario.js'
import { calm, goOn, type MinuteRow, type Scenario } from '../../../support/scenario.js'

const SPOT = 25_015
const CHAIN: ChainFacts = {
  underlying: 'NIFTY',
  expiry: '2025-10-07',
  strikes: Array.from({ length: 15 }, (_, i) => 24_650 + 50 * i),
  token: 2000,
}
const FUTURE = futureOf('NIFTY', '2025-10-28')

/** Half an hour of calm, then what the index does minute by minute. Walls are 25050 for calls and 24950 for puts. */
export function wallBreak({
  steps,
  share = 0.32,
}: {
  /** Close of the index, volume of the future, volatility at the money and open interest of the wall against that before. */
  steps: readonly { close: number; volume?: number; volatility?: number; oi?: number }[]
  /** Of its side. */
  share?: number
}): Omit<Scenario, 'shows'> {
  const index = goOn(
    calm('09:15', 30, { from: SPOT, swing: 8, volume: 0 }),
    steps.map(({ close }) => ({ close, reach: 2, volume: 0 })),
  )
  const facts = (i: number): Partial<(typeof steps)[number]> => steps[i - 30] ?? {}
  const future: MinuteRow[] = index.map((row, i) => ({
    ...row,
    token: FUTURE.instrument_token,
    volume: facts(i).volume ?? 10_000,
    open: row.open + 100,
    high: row.high + 100,
    low: row.low + 100,
    close: row.close + 100,
  }))
  const rest = (1 - share) / (CHAIN.strikes.length - 1)
  const quotes = index.slice(25).map(({ at, close: spot }, i) => ({
    at,
    spot,
    volatility: facts(i + 25).volatility ?? 0.14,
    oi: ({ strike, instrument_type }: { strike?: number | undefined; instrument_type: string | undefined }) =>
      Math.round(1_000_000 * (strike === (instrument_type === 'CE' ? 25_050 : 24_950) ? share * (facts(i + 25).oi ?? 1) : rest)),
  }))
  return {
    instruments: [indexOf('NIFTY 50'), FUTURE, ...chainInstruments(CHAIN)],
    minutes: [...index, ...future, ...chainMinutes(CHAIN, quotes)],
    baseline: optionBaseline({ iv: [], closes: [] }, { history: { '1m': [], '5m': quietBars(SPOT, 30), '15m': [] } }),
    mirror: false,
  }
}

const BREAK = { close: 25_057, volume: 60_000, volatility: 0.15 }

export const textbook: Scenario = {
  shows:
    'The index closes beyond the strike with a third of all calls on six times the volume and is back two minutes later; writers add a tenth',
  ...wallBreak({
    steps: [
      { close: 25_040 },
      BREAK,
      { close: 25_055, oi: 1.05 },
      { close: 25_028, volatility: 0.13, oi: 1.11 },
      { close: 25_025 },
    ],
  }),
}

export const marginal: Scenario = {
  shows: 'A smaller wall, broken on twice the volume; its writers stay and add nothing',
  ...wallBreak({
    steps: [{ close: 25_040 }, { ...BREAK, volume: 25_000 }, { close: 25_044, volatility: 0.13 }, { close: 25_040 }],
    share: 0.2,
  }),
}

export const nothing: Scenario = {
  shows: 'The same break on the same volume, but the writers of the wall give up a tenth of it',
  ...wallBreak({
    steps: [
      { close: 25_040 },
      BREAK,
      { close: 25_055, oi: 0.95 },
      { close: 25_028, volatility: 0.13, oi: 0.9 },
      { close: 25_025 },
    ],
  }),
}
