import type { PlantDefinition } from './plant.js'
import type { PlantStage, Script } from './stage.js'

/** Volume gathers at the edge of the value area; then the price leaves it. */
export const volumeProfileBreakoutPlant: PlantDefinition = {
  id: 'volume_profile_breakout',
  summary:
    'Half an hour of volume near the end of the value area, then two closes outside, the second 0.18 to 1 ATR, on 1.9 to 4.8 times the volume',
  from: '11:00',
  until: '13:15',
  sides: [1, -1],
  *script(stage: PlantStage): Script {
    const { regime } = stage
    yield* stage.approach(stage.from(valueEnd(stage), -0.3), { chop: 0.15 })
    const { usual } = stage
    yield* stage.calm(35, { chop: 0.12, volume: 1 + stage.between(0.2, 0.8), usual })
    yield* stage.untilFive(6, { to: stage.from(valueEnd(stage), -0.3), chop: 0.05 })
    const level = valueEnd(stage)
    yield stage.minuteOf({ to: stage.from(level, stage.between(0.2, 0.4)), volume: stage.between(1.2, 2), bought: 0.6 })
    yield stage.minuteOf({
      to: stage.from(level, stage.between(0.18, 1)),
      ahead: 0.02,
      volume: stage.between(1.95, 4.8) * regime.volume,
      bought: stage.between(0.55, 0.8),
      is_known: true,
    })
    yield* stage.calm(4)
  },
}

/** The end of the value area ahead. */
const valueEnd = ({ profile, side }: PlantStage): number => (side > 0 ? profile.high : profile.low)

/** Much volume at a price, a way from it and back to it, and a minute that is turned there. */
export const volumeProfileAdvancedPlant: PlantDefinition = {
  id: 'volume_profile_advanced',
  summary:
    'Forty minutes of volume at one price; the price goes away and comes back, and a minute is turned there by 0.3 to 0.9 ATR',
  from: '11:00',
  until: '14:00',
  sides: [1, -1],
  *script(stage: PlantStage): Script {
    const { usual } = stage
    const { bin } = stage.profile
    // In the middle of a bin: between two, now the one and now the other would be the busier.
    yield* stage.calm(2, { to: Math.round(stage.price / bin) * bin, chop: 0.05 })
    // As much in the bins beside it, so that the node is this one.
    yield* stage.calm(40, { chop: (0.8 * bin) / stage.atr, ahead: 0, behind: 0, volume: stage.between(1.2, 1.8), usual })
    // A bin off, which the node may still move by, and the price has not touched it.
    const { mode } = stage.profile
    const away = (atr: number): number => stage.from(mode + stage.side * bin, atr)
    yield* stage.calm(6, { to: away(1), chop: 0.05 })
    yield* stage.untilFive(5, { chop: 0.1 })
    yield* stage.calm(4, { to: away(0.25), chop: 0.05, behind: 0.02 })
    yield stage.minuteOf({ to: stage.from(stage.profile.mode, 0.28), ahead: 0.02, behind: 0 })
    const node = stage.profile.mode
    yield stage.minuteOf({
      to: stage.from(node, stage.between(0.3, 0.92)),
      ahead: 0.02,
      back: stage.from(node, 0.01),
      volume: stage.between(1.05, 2.2),
      bought: 0.6,
      is_known: true,
    })
    yield* stage.calm(4)
  },
}
