import { exponential, turns } from './measures.js'
import type { PlantSide } from './minute.js'
import type { PlantDefinition } from './plant.js'
import type { PlantStage, Script } from './stage.js'

/** A bar of five minutes that leaves a gap behind, and the first return to it. */
export const fairValueGapsPlant: PlantDefinition = {
  id: 'fair_value_gaps',
  summary:
    'Five minutes that move 1.2 to 2.9 ATR and leave a gap of 0.3 to 1.3 ATR; the first minute that comes back turns there',
  from: '11:00',
  until: '13:30',
  sides: [1, -1],
  *script(stage: PlantStage): Script {
    yield* stage.calm(5, { chop: 0.1 })
    const { near, top } = yield* displacement(stage, {
      body: stage.between(1.25, 2.9),
      gap: stage.between(0.35, 1.3),
      volume: stage.between(1.1, 3.3),
    })
    yield* stage.approach(stage.from(top, 0.2), { chop: 0.08, pace: 0.3 })
    yield* stage.approach(stage.from(near, 0.2), { chop: 0.05, pace: 0.3, behind: 0.02 })
    yield stage.minuteOf({ to: stage.from(near, 0.3), back: stage.from(near, -0.06), ahead: 0.02, bought: 0.6, is_known: true })
    yield* stage.calm(4, { to: stage.from(stage.price, 0.4) })
  },
}

/** Structure breaks with a bar that leaves a gap. */
export const ictMomentumPlant: PlantDefinition = {
  id: 'momentum',
  summary:
    'Five minutes that move 1.7 to 3.2 ATR through the last swing on 1.6 to 4 times the volume, and leave a gap of 0.35 to 1 ATR',
  from: '11:00',
  until: '14:00',
  sides: [1, -1],
  sideAt: nearerTurn,
  *script(stage: PlantStage): Script {
    yield* stage.calm(5)
    for (let tries = 0; tries < 4 && !(stage.ahead(lastTurn(stage)) >= 0.15 && stage.ahead(lastTurn(stage)) < 0.8); tries++) {
      yield* stage.approach(stage.from(lastTurn(stage), -0.4), { chop: 0.1 })
      yield* stage.untilFive(1, { chop: 0.06 })
    }
    yield* displacement(stage, {
      body: Math.max(stage.between(1.75, 3.3), stage.percent(0.33)),
      gap: stage.between(0.4, 1.1),
      volume: stage.between(1.65, 4.2) * stage.regime.volume,
      is_known: true,
    })
    yield* stage.calm(4)
  },
}

/** Price of the last turn of bars of five minutes ahead. */
const lastTurn = ({ m5, side }: PlantStage): number => turns(m5, side).at(-1)?.price ?? Number.NaN

/** The side whose last turn is nearer. */
function nearerTurn({ m5, side, price }: PlantStage): PlantSide {
  const away = (on: PlantSide): number => Math.abs((turns(m5, on).at(-1)?.price ?? Number.POSITIVE_INFINITY) - price)
  return away(1) === away(-1) ? side : away(1) < away(-1) ? 1 : -1
}

interface Displacement {
  /** Of the bar, and of what it leaves, ATR. */
  readonly body: number
  readonly gap: number
  /** Times the usual one. */
  readonly volume: number
  /** The gap is all there is to know. */
  readonly is_known?: boolean
}

/** Two bars of five minutes: one that moves, one that stays away from where it came from. Gives the near edge of the gap and the top. */
function* displacement(
  stage: PlantStage,
  { body, gap, volume, is_known = false }: Displacement,
): Generator<ReturnType<PlantStage['minuteOf']>, { near: number; top: number }, void> {
  const { usual, price, atr, side } = stage
  const far = stage.front(stage.m5.slice(-1))
  const top = price + side * body * atr
  for (let n = 1; n <= 5; n++)
    yield stage.minuteOf({ to: price + ((top - price) * n) / 5, ahead: 0.02, behind: 0.02, volume, usual, bought: 0.75 })
  const near = far + side * Math.min(gap * atr, 0.8 * side * (top - far))
  yield stage.minuteOf({ to: stage.from(top, -0.05) })
  yield stage.minuteOf({ to: top, back: near })
  yield* stage.calm(2, { chop: 0.05 })
  yield stage.minuteOf({ behind: 0.02, is_known })
  return { near, top }
}

/** A leg that breaks structure, and a pullback into it. */
export const optimalTradeEntryPlant: PlantDefinition = {
  id: 'optimal_trade_entry',
  summary:
    'A leg of 2.5 to 5.8 ATR in twenty minutes through the swing before it, then a pullback that turns at 64 to 70.5 % of it',
  from: '11:00',
  until: '13:45',
  sides: [1, -1],
  *script(stage: PlantStage): Script {
    yield* stage.calm(5, { to: stage.from(stage.price, 0.6), chop: 0.05 })
    yield* stage.calm(10, { to: stage.from(stage.price, -1), chop: 0.05 })
    const start = stage.price
    yield* stage.calm(2, { to: stage.from(start, -0.2), chop: 0.03 })
    const origin = stage.from(stage.price, -0.15)
    yield stage.minuteOf({ move: 0.05, back: origin })
    yield* stage.calm(2, { to: stage.from(origin, 0.3), chop: 0.03 })
    const broken = turns(stage.m5, stage.side).at(-1)?.price ?? stage.price
    const least = stage.from(origin, stage.between(2.6, 5.8))
    const beyond = stage.from(broken, 0.4)
    const end = stage.ahead(beyond) > stage.ahead(least) ? beyond : least
    const at = (retraced: number): number => end - retraced * (end - origin)
    const volume = stage.between(1.1, 2)
    const { usual } = stage
    for (const part of [0.88, 0.42, 0.2, 0.03])
      yield* fiveTo(stage, at(part), { volume, usual, ahead: 0.01, behind: 0.02, bought: 0.65 })
    yield stage.minuteOf({ to: at(0.06), front: end })
    for (const part of [0.2, 0.48]) yield* stage.calm(part === 0.2 ? 4 : 5, { to: at(part), chop: 0.04, volume: 0.8 })
    yield* stage.calm(5, { to: at(0.56), chop: 0.02, volume: 0.8, behind: 0.02 })
    const close = stage.between(0.64, 0.705)
    yield stage.minuteOf({ to: at(close + 0.01), ahead: 0.02, behind: 0 })
    yield stage.minuteOf({
      to: at(close),
      back: at(close + 0.05),
      front: at(close - 0.005),
      volume: stage.between(1, 2.2),
      bought: 0.65,
      is_known: true,
    })
    yield* stage.calm(5, { to: at(0.45) })
  },
}

function* fiveTo(stage: PlantStage, to: number, words: Parameters<PlantStage['minuteOf']>[0]): Script {
  const { price } = stage
  for (let n = 1; n <= 5; n++) yield stage.minuteOf({ ...words, to: price + ((to - price) * n) / 5 })
}

/**
 * A rise in two parts, long enough to be the trend of bars of 15 minutes, which a day without history knows from 14:30; then a turn in the cheap
 * part of the range of its second part.
 */
export const premiumDiscountPlant: PlantDefinition = {
  id: 'premium_discount',
  summary: 'A trend of two hours and a half, then a fall to 19 to 4 % of its last range, where a bar of five minutes turns',
  from: '12:00',
  until: '12:00',
  sides: [1, -1],
  *script(stage: PlantStage): Script {
    const { price, atr, side } = stage
    const average = exponential(stage.m15, stage.m15.length)
    const start = Math.max(0, (side * (average - price)) / atr)
    const at = (units: number): number => price + side * (start + units) * atr
    yield* stage.calm(30, { to: at(4) })
    yield* stage.calm(30)
    yield* stage.calm(15, { to: at(2.8), chop: 0.12 })
    yield* stage.calm(45, { to: at(5.8), chop: 0.12 })
    yield* stage.calm(30, { to: at(5.3), chop: 0.12 })
    const [low, high] = [stage.back(stage.m15.slice(-6)), stage.front(stage.m15.slice(-6))]
    const place = (part: number): number => low + part * (high - low)
    const deep = stage.between(0.19, 0.04)
    yield* stage.calm(10, { to: place(0.33), chop: 0.08 })
    yield* fiveTo(stage, place(deep), { behind: 0, ahead: 0.02 })
    const { usual } = stage
    const volume = stage.between(1, 2.1)
    yield stage.minuteOf({ to: place(deep - 0.02), behind: 0, volume, usual })
    yield stage.minuteOf({ to: place(deep + 0.01), back: place(deep - 0.03), ahead: 0, volume, usual })
    for (const part of [0.02, 0.03, 0.035])
      yield stage.minuteOf({ to: place(deep + part), ahead: 0, behind: 0, volume, usual, bought: 0.6, is_known: part === 0.035 })
    yield* stage.calm(4, { to: place(deep + 0.1) })
  },
}
