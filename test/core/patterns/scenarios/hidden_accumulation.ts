import { baselineOf, calm, goOn, type MinuteRow, type Scenario, scenarioStock } from '../../../support/scenario.js'

/** As every day: 10 000 a minute, and 30 minutes that range over 3 rupees. */
const baseline = baselineOf({ usual_range_30m: 300, usualVolume: (_, minutes) => 10_000 * minutes })

/** A calm morning, long enough for the bars of 15 minutes; then half an hour in which someone buys what comes. */
function quietBuying({ volume, bought, obi }: { volume: number; bought: number; obi: number }): MinuteRow[] {
  const calm_part = calm('09:15', 230, { from: 1000, swing: 1.5 }).map((row, i) => ({ ...row, oi: 1_000_000 + i * 10 }))
  const { close, oi } = calm_part.at(-1) as { close: number; oi: number }
  const bids = Array.from({ length: 30 }, (_, i) => ({
    close: Math.round((close + [0.3, 0.1, -0.2, 0.2, -0.3][i % 5]!) * 20) / 20,
    volume,
    buy_share: bought,
    obi,
    oi: oi + (i + 1) * 800,
  }))
  return goOn(calm_part, bids)
}

const future = scenarioStock({
  instrument_token: 100_001 * 256 + 2,
  exchange: 'NFO',
  segment: 'NFO-FUT',
  instrument_type: 'FUT',
  asset_class: 'equity_futures',
})

export const textbook: Scenario = {
  shows: 'A future that stands still while two thirds of a larger volume is bought and its open interest rises',
  instruments: [future],
  baseline,
  minutes: quietBuying({ volume: 18_000, bought: 0.7, obi: 0.35 }),
}

export const marginal: Scenario = {
  shows: 'A little of it',
  instruments: [future],
  baseline,
  minutes: quietBuying({ volume: 13_000, bought: 0.58, obi: 0.15 }),
}

export const nothing: Scenario = {
  shows: 'As much volume, bought and sold alike',
  instruments: [future],
  baseline,
  minutes: quietBuying({ volume: 18_000, bought: 0.5, obi: 0.35 }),
}
