import type { PlantSide } from './minute.js'
import type { PlantDefinition } from './plant.js'
import type { PlantStage, Script } from './stage.js'

/** Rises; see `momentumPlant`. */
export const upsideMomentumPlant = momentumPlant('upside_momentum', 1)
/** Falls. */
export const downsideMomentumPlant = momentumPlant('downside_momentum', -1)

/** An hour of a trend that goes to and fro, and five minutes that run with it. */
function momentumPlant(id: string, side: PlantSide): PlantDefinition {
  return {
    id,
    summary: 'An hour of a choppy trend, then five minutes that run 1.08 to 1.8 ATR on 1.4 to 3.8 times the volume',
    from: '10:45',
    until: '14:00',
    sides: [side],
    *script(stage: PlantStage): Script {
      const { regime } = stage
      const run = Math.max(stage.between(1.1, 1.8), stage.percent(0.52 * regime.move))
      const trend = stage.from(stage.price, stage.between(1.5, 4))
      const beyond_vwap = stage.from(stage.vwap, 0.4)
      const goal = stage.ahead(beyond_vwap) > stage.ahead(trend) ? beyond_vwap : trend
      yield* stage.calm(61, { to: goal, chop: chopFor(stage, run / 5) })
      const { usual, price } = stage
      const against = Math.round(stage.between(2, 0))
      const ahead = stage.from(price, Math.max(run, stage.percent(0.52 * regime.move))) - price
      const steps = [0.36, 0.36, against > 1 ? -0.08 : 0.16, against > 0 ? -0.08 : 0.16, 0.36]
      const whole = steps.reduce((sum, step) => sum + step, 0)
      let gone = 0
      for (const [n, step] of steps.entries()) {
        gone += step
        yield stage.minuteOf({
          to: price + (ahead * gone) / whole,
          volume: stage.between(1.4, 3.8) * regime.volume,
          usual,
          bought: stage.between(0.55, 0.8),
          is_known: n === 4,
        })
      }
      yield* stage.calm(4)
    },
  }
}

/**
 * How far it must go to and fro for five minutes of `step` each not to make it overbought: RSI 14 then is gains against losses of the minutes before
 * (each weighs 69 % of what it did) and the run (31 %).
 */
function chopFor({ regime }: PlantStage, step: number): number {
  return regime.overbought < 70 ? 0.65 * step + 0.13 : 0.48 * step + 0.1
}

/** The price comes to the high of the day and takes it on volume. Only upwards, as the engine looks. */
export const momentumEnginePlant: PlantDefinition = {
  id: 'momentum_engine',
  summary: 'Above VWAP, from 0.42 % below the high of the day to a new one, on 2.05 to 5.2 times the volume',
  from: '10:45',
  until: '14:15',
  sides: [1],
  *script(stage: PlantStage): Script {
    const near = stage.front() * (1 - stage.between(0.42, 0) / 100)
    const above_vwap = stage.from(stage.vwap, 0.2)
    const goal = stage.from(Math.max(near, above_vwap), stage.between(0, 0.15))
    const move = stage.between(0.1, 0.6)
    yield* stage.approach(stage.from(goal, -move), { chop: 0.2 })
    yield* stage.calm(4, { chop: 0.08 })
    yield stage.minuteOf({
      to: goal,
      ahead: stage.between(0.1, 0.02),
      volume: stage.between(2.1, 5.2) * stage.regime.volume,
      bought: stage.between(0.55, 0.8),
      is_known: true,
    })
    yield* stage.calm(3)
  },
}

/** Twelve minutes one way to a new extreme, and one that turns them. */
export const reversalPlant: PlantDefinition = {
  id: 'reversal',
  summary: 'A leg of 2.4 to 4.9 ATR in twelve minutes, then one that takes back 0.25 to 0.7 ATR on 1.7 to 4.5 times the volume',
  from: '10:45',
  until: '14:45',
  sides: [1, -1],
  *script(stage: PlantStage): Script {
    yield* stage.calm(2)
    const { price } = stage
    const end = stage.from(extremeBehind(stage), -0.1)
    const least = stage.from(price, -stage.between(2.4, 4.9))
    const goal = stage.ahead(least) < stage.ahead(end) ? least : end
    for (let n = 1; n <= 12; n++)
      yield stage.minuteOf({ to: price + ((goal - price) * n) / 12, volume: 1.1, bought: 0.35, behind: 0.03 })
    yield stage.minuteOf({
      move: stage.between(0.25, 0.7),
      ahead: 0.03,
      behind: stage.between(0.05, 0.2),
      volume: stage.between(1.7, 4.5) * stage.regime.volume,
      bought: stage.between(0.6, 0.95),
      is_known: true,
    })
    yield* stage.calm(4, { to: stage.from(stage.price, 0.3) })
  },
}

/** Of the last twenty minutes. */
const extremeBehind = (stage: PlantStage): number => stage.back(stage.m1.slice(-20))
