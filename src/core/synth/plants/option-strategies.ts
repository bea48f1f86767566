import type { ChainOption, StrikePair } from './chain.js'
import { furthest } from './measures.js'
import type { PlantMinute } from './minute.js'
import type { PlantDefinition } from './plant.js'
import type { PlantStage, Script } from './stage.js'

/** Part of the straddle's mean price that it stands above it before it falls. */
const ABOVE = 0.01

/** A straddle that costs what was paid for it in the mean, and then less. */
export const kowSignalPlant: PlantDefinition = {
  id: 'kow_signal_straddle',
  summary: 'The index stands at a strike for 25 minutes; then its straddle falls to 0.9 to 6 % below its VWAP and stays there',
  from: '11:30',
  until: '12:10',
  sides: [1],
  is_neutral: true,
  chain_minutes: 75,
  needs_history: true,
  *script(stage: PlantStage): Script {
    const pair = stage.chain.nearest(stage.price)
    yield* stage.approach(pair.strike, { chop: 0.15 })
    const discount = stage.between(0.009, 0.06)
    for (let n = 0; n < 25; n++) yield atStrike(stage, pair, -ABOVE, n)
    yield atStrike(stage, pair, (discount - ABOVE) / 2, 1)
    for (let n = 0; n < 13; n++) yield { ...atStrike(stage, pair, discount, n), is_known: n === 2 }
  },
}

/** A minute near the strike at the end of which the straddle costs so much less than its mean. */
function atStrike(stage: PlantStage, pair: StrikePair, discount: number, n: number): PlantMinute {
  const to = stage.from(pair.strike, (n % 2 === 0 ? 0.2 : -0.2) * stage.random.between(0.5, 1.5))
  return stage.minuteOf({ to, dearness: stage.chain.dearnessFor(pair, discount, stage.now_s) })
}

/** The index breaks a strike at which much is written, and comes back while more is written there. */
export const trapPlant: PlantDefinition = {
  id: 'market_maker_trap_detection',
  summary:
    'A close 0.2 to 0.4 ATR beyond the strike that holds 13 to 36 % of the open interest, on 2.6 to 6 times the volume; two minutes later 0.15 to 0.9 ATR inside, 1 to 12 % more written',
  from: '10:45',
  until: '14:20',
  sides: [1, -1],
  chain_minutes: 42,
  *script(stage: PlantStage): Script {
    const { chain, regime } = stage
    const wall = wallBehind(stage)
    const units = interestToHold(stage, wall, stage.between(0.13, 0.36))
    yield { ...stage.minuteOf({}), opened: [{ listing: wall.listing, units }] }
    yield* stage.approach(stage.from(wall.strike, 0.45), { chop: 0.12 })
    yield* stage.calm(4, { to: stage.from(wall.strike, 0.45), chop: 0.08 })
    yield stage.minuteOf({
      to: stage.from(wall.strike, -stage.between(0.2, 0.4)),
      busy: stage.between(2.6, 6) * regime.volume,
      behind: 0.05,
    })
    const { dearness } = chain
    yield stage.minuteOf({ to: stage.from(wall.strike, -0.15), dearness: 0.98 * dearness })
    const back = { to: stage.from(wall.strike, stage.between(0.15, 0.9)), busy: 1.5, dearness: 0.95 * dearness, is_known: true }
    const written = stage.between(0.01, 0.12) * chain.interest(wall)
    yield { ...stage.minuteOf(back), opened: [{ listing: wall.listing, units: written }] }
    yield* stage.calm(3, { to: stage.from(stage.price, 0.3) })
  },
}

/** The option whose writers lose when the price goes against the side of the plant: the nearest strike that far away that it can be broken. */
function wallBehind({ chain, side, price, atr }: PlantStage): ChainOption {
  const behind = chain.pairs.filter(({ strike }) => -side * (strike - price) > 0.5 * atr)
  const pair = (side > 0 ? behind.at(-1) : behind[0]) ?? chain.nearest(price)
  return side > 0 ? pair.put : pair.call
}

/** What must be opened for an option to hold that share of its side of the chain, and more than any other. */
function interestToHold({ chain }: PlantStage, wall: ChainOption, share: number): number {
  const others = chain.pairs.map(({ call, put }) => (wall.is_call ? call : put)).filter(({ listing }) => listing !== wall.listing)
  const held = others.map((option) => chain.interest(option))
  const wanted = (share / (1 - share)) * held.reduce((sum, units) => sum + units, 0)
  return Math.round(Math.max(wanted, 1.05 * Math.max(...held)) - chain.interest(wall))
}

/** Options become dear, and in five busy minutes less so. */
export const ivCrushPlant: PlantDefinition = {
  id: 'iv_crush_play_straddle',
  summary:
    'Volatility rises for half an hour, then falls by 7 to 17 % in five minutes to 73 to 93 % of its past, on 2.4 to 6 times the volume',
  from: '12:15',
  until: '14:00',
  sides: [1],
  is_neutral: true,
  chain_minutes: 50,
  needs_month: true,
  expiry_days_max: 7,
  needs_history: true,
  *script(stage: PlantStage): Script {
    const end = dearnessAt(stage.between(73, 93))
    const top = end / (1 - stage.between(0.07, 0.17))
    yield* dearer(stage, 30, top)
    yield* stage.untilFive(5)
    for (let n = 1; n <= 5; n++)
      yield stage.minuteOf({
        dearness: n < 5 ? top + ((end - top) * n) / 4 : end,
        busy: stage.between(2.4, 6) * stage.regime.volume,
        is_known: n === 5,
      })
    yield* stage.calm(3, { dearness: end })
  },
}

/** Volatility rises so far that it is high against its past. */
export const premiumCollectionPlant: PlantDefinition = {
  id: 'premium_collection_strategy',
  summary: 'The index stands still while volatility rises from the middle to 64 to 92 % of its past',
  from: '13:00',
  until: '14:30',
  sides: [1],
  is_neutral: true,
  chain_minutes: 50,
  needs_month: true,
  needs_history: true,
  *script(stage: PlantStage): Script {
    yield* dearer(stage, 10, dearnessAt(50))
    yield* stage.untilFive(20, { chop: 0.15 })
    const goal = dearnessAt(stage.between(64, 92))
    yield* dearer(stage, 4, goal)
    yield stage.minuteOf({ dearness: goal, is_known: true })
    yield* stage.calm(5, { dearness: goal })
  },
}

/** The index stays near an end of its range for hours, and then goes into the middle. */
export const rangeBoundPlant: PlantDefinition = {
  id: 'range_bound_strangle',
  summary:
    'Until 14:30 or later in the outer quarter of a range of five hours, 0.9 to 0.5 of the expected move of a day or as wide as the morning was; then five minutes to the place 32 to 50 % of it',
  from: '10:35',
  until: '10:35',
  sides: [1],
  is_neutral: true,
  chain_minutes: 290,
  needs_month: true,
  needs_history: true,
  *script(stage: PlantStage): Script {
    const day_move = stage.chain.dayMove(stage.price)
    const { near, far, until_minute } = rangeFrom(stage, {
      widest: RANGE_WIDEST * day_move,
      least: stage.between(RANGE_WIDEST, 0.5) * day_move,
    })
    const at = (place: number): number => near + place * (far - near)
    yield* stage.approach(at(0.12), { dearness: 1, chop: 0.1 })
    // The end itself, once: the range is as wide as it was meant.
    yield stage.minuteOf({ to: at(0), dearness: 1, ahead: 0, behind: 0 })
    while (stage.minute < until_minute) {
      const place = 0.12 + stage.random.between(-0.08, 0.08)
      yield stage.minuteOf({ to: at(place), dearness: 1, ahead: 0.02, behind: 0.02 })
    }
    const { price } = stage
    const goal = at(stage.between(0.32, 0.5))
    for (let n = 1; n <= 5; n++)
      yield stage.minuteOf({ to: price + ((goal - price) * Math.min(4, n)) / 4, dearness: 1, is_known: n === 5 })
    yield* stage.calm(3, { dearness: 1 })
  },
}

/** Of the expected move of a day: as wide as a range may be, less what volatility changes until it counts. */
const RANGE_WIDEST = 0.9
/** Minutes after the open (14:30) at which twenty bars of 15 minutes have ended that begin with the second of the day. */
const TWENTY_BARS = 315
const QUARTER = 15
const QUARTERS_WAITED_MAX = 3

/**
 * The range of the twenty bars of 15 minutes that will count: of those that end at 14:30, or later by as many bars as the morning must lose to be no
 * wider than `widest`. At least `least` wide. Its end that the price is nearer to, the other one, and the minute after the open at which they end.
 */
function rangeFrom(stage: PlantStage, { widest, least }: { widest: number; least: number }) {
  const { m1, price } = stage
  let waited = 0
  const ends = (): { low: number; high: number } => {
    const bars = m1.slice((1 + waited) * QUARTER)
    return { low: furthest(bars, -1), high: furthest(bars, 1) }
  }
  while (waited < QUARTERS_WAITED_MAX && ends().high - ends().low > widest) waited++
  const { low, high } = ends()
  const width = Math.max(high - low, least)
  const until_minute = TWENTY_BARS + waited * QUARTER
  return 2 * price < low + high ? { near: high - width, far: high, until_minute } : { near: low + width, far: low, until_minute }
}

/** So many ordinary minutes in which the options become that dear. */
function* dearer(stage: PlantStage, minutes: number, goal: number): Script {
  const { price } = stage
  const from = stage.chain.dearness
  for (let n = 1; n <= minutes; n++) {
    const to = n === minutes ? price : stage.from(price, (n % 2 === 0 ? -0.15 : 0.15) * stage.random.between(0.6, 1.4))
    yield stage.minuteOf({ to, dearness: from + ((goal - from) * n) / minutes })
  }
}

/** The made-up past of a chain (`usualChain`) goes evenly from half of the usual volatility to one and a half. */
const dearnessAt = (percentile: number): number => 0.5 + percentile / 100
