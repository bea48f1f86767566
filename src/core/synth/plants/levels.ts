import type { PlantDefinition } from './plant.js'
import type { PlantStage, Script } from './stage.js'
import { nearerEnd } from './volume.js'

/** Two closes beyond the extreme of the session. */
export const breakoutPlant: PlantDefinition = {
  id: 'breakout',
  summary: 'Two closes beyond the extreme of the day, the second 0.14 to 0.85 ATR out, on 1.3 to 3.3 times the volume',
  from: '10:50',
  until: '14:15',
  sides: [1, -1],
  sideAt: (stage) => nearerEnd(stage, settled(stage)),
  *script(stage: PlantStage): Script {
    const { regime } = stage
    yield* stage.approach(stage.from(stage.front(settled(stage)), -0.55), { chop: 0.25, least: 8 })
    // Not overbought when it breaks out.
    yield* stage.calm(16, { to: stage.from(stage.front(settled(stage)), -0.55), chop: 0.27 })
    const level = stage.front(settled(stage))
    const volume = stage.between(1.3, 3.3) * regime.volume
    yield stage.minuteOf({ to: stage.from(level, stage.between(0.15, 0.3)), volume, bought: 0.6 })
    yield stage.minuteOf({
      to: stage.from(level, stage.between(0.14, 0.85)),
      volume,
      usual: stage.usual,
      bought: stage.between(0.55, 0.8),
      is_known: true,
    })
    yield* stage.calm(4)
  },
}

const SETTLED_MINUTES = 15
const settled = ({ m1 }: PlantStage) => m1.slice(0, -SETTLED_MINUTES)

const RANGE_MINUTES = 15

/** A quiet quarter of an hour from 14:30, and a minute that leaves it. */
export const killzonePlant: PlantDefinition = {
  id: 'killzone',
  summary: 'From 14:30 a quiet quarter of an hour, then a close 0.55 to 1.6 ATR beyond it on 1.3 to 3.3 times the volume',
  from: '14:30',
  until: '14:30',
  sides: [1, -1],
  *script(stage: PlantStage): Script {
    yield* stage.calm(RANGE_MINUTES)
    const edge = stage.front(stage.m1.slice(-RANGE_MINUTES))
    yield* stage.calm(1 + stage.random.below(4), { chop: 0.08 })
    yield stage.minuteOf({
      to: stage.from(edge, stage.between(0.56, 1.6)),
      ahead: 0.02,
      volume: stage.between(1.3, 3.3) * stage.regime.volume,
      bought: stage.between(0.55, 0.85),
      is_known: true,
    })
    yield* stage.calm(4)
  },
}

const TOUCHES_MAX = 4
/** Three bars of five minutes: a turn, and the two that confirm it. */
const TOUCH_MINUTES = 15

/** Two to four turns at one price, then a minute that trades through it and comes back. */
export const liquidityPoolsPlant: PlantDefinition = {
  id: 'liquidity_pools',
  summary:
    'Two to four equal lows a quarter of an hour apart, then a minute 0.2 to 0.5 ATR below them that closes 0.15 to 0.55 ATR above',
  from: '13:20',
  until: '13:35',
  sides: [1, -1],
  *script(stage: PlantStage): Script {
    const touches = Math.round(stage.between(2, TOUCHES_MAX))
    yield* stage.calm((TOUCHES_MAX - touches) * TOUCH_MINUTES)
    const level = Math.round(stage.from(stage.price, -1) / stage.tick) * stage.tick
    const inside = stage.from(level, 0.8)
    for (let touch = 0; touch < touches; touch++) {
      yield* stage.calm(2, { to: stage.from(level, 0.35), chop: 0.05 })
      yield stage.minuteOf({ to: stage.from(level, 0.2), back: level })
      yield* stage.calm(2, { to: stage.from(level, 0.6), chop: 0.05 })
      yield* stage.calm(10, { to: inside, chop: 0.12 })
    }
    yield* stage.calm(2, { to: stage.from(level, 0.3), chop: 0.05 })
    yield stage.minuteOf({
      to: stage.from(level, stage.between(0.15, 0.55)),
      ahead: 0.02,
      back: stage.from(level, -stage.between(0.2, 0.5)),
      volume: stage.between(1, 2.7),
      bought: stage.between(0.5, 0.8),
      is_known: true,
    })
    yield* stage.calm(4)
  },
}
