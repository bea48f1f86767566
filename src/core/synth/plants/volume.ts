import type { PlantDefinition } from './plant.js'
import type { PlantStage, Script } from './stage.js'

/** Two minutes that wake up, then one of far more volume and a move that holds. */
export const volumeSpikePlant: PlantDefinition = {
  id: 'volume_spike',
  summary: 'A minute of 2.2 to 6.5 times the usual volume and a move of 0.37 to 0.9 %, after two that wake up',
  from: '10:45',
  until: '15:00',
  sides: [1, -1],
  *script(stage: PlantStage): Script {
    const { regime } = stage
    yield* stage.calm(4)
    yield stage.minuteOf({ volume: 1.6 })
    yield stage.minuteOf({ volume: 1.6, move: 0.05 })
    const move = Math.max(stage.percent(stage.between(0.37, 0.9)), (stage.between(0.55, 2.2) * stage.atr_1m) / stage.atr)
    yield stage.minuteOf({
      move,
      ahead: stage.between(0.45, 0.02) * move,
      behind: 0.02,
      volume: stage.between(2.25, 6.5) * regime.volume,
      bought: stage.between(0.6, 0.95),
      imbalance: stage.between(0.05, 0.5),
      is_known: true,
    })
    yield* stage.calm(3, { volume: 1.5 })
  },
}

/** The channel of twenty bars of five minutes, and a bar that leaves it. */
export const volumeBreakoutPlant: PlantDefinition = {
  id: 'volume_breakout',
  summary: 'Comes up to the highs of 100 minutes, then five minutes carry it 0.56 to 1.1 ATR beyond on 1.9 to 5 times the volume',
  from: '11:10',
  until: '14:15',
  sides: [1, -1],
  sideAt: (stage) => nearerEnd(stage, channel(stage)),
  *script(stage: PlantStage): Script {
    const beyond = stage.between(0.56, 1.1)
    const run = Math.max(beyond + 0.25, stage.percent(0.34))
    yield* stage.approach(stage.from(stage.front(channel(stage)), beyond - run), { chop: 0.1 })
    yield* stage.untilFive(1, { chop: 0.06 })
    const { usual, price } = stage
    const level = stage.front(channel(stage))
    const least = stage.from(price, stage.percent(0.32))
    const goal = stage.ahead(stage.from(level, beyond)) > stage.ahead(least) ? stage.from(level, beyond) : least
    for (let n = 1; n <= 5; n++)
      yield stage.minuteOf({
        to: price + ((goal - price) * n) / 5,
        ahead: 0.02,
        volume: stage.between(1.9, 5) * stage.regime.volume,
        usual,
        bought: stage.between(0.55, 0.8),
        is_known: n === 5,
      })
    yield* stage.calm(5)
  },
}

const channel = ({ m5 }: PlantStage) => m5.slice(-20)

/** The end of the bars that the price is nearer to. */
export function nearerEnd(stage: PlantStage, bars: PlantStage['m1']): 1 | -1 {
  const [front, back] = [stage.ahead(stage.front(bars)), -stage.ahead(stage.back(bars))]
  return front <= back ? stage.side : stage.side > 0 ? -1 : 1
}

/** Two legs against the side of the plant: the second goes further, on less volume, and those who trade it are on the other side. */
export const divergencePlant: PlantDefinition = {
  id: 'volume_price_divergence',
  summary:
    'Two legs; the second ends 0.28 to 1.15 ATR further, on 0.9 to 0.55 of the usual volume, with the flow turned against it',
  from: '10:45',
  until: '14:40',
  sides: [1, -1],
  *script(stage: PlantStage): Script {
    yield* stage.calm(3)
    const { usual } = stage
    for (let n = 0; n < 3; n++) yield stage.minuteOf({ move: 0.25, usual })
    const leg = stage.between(1.3, 2)
    for (let n = 0; n < 6; n++) yield stage.minuteOf({ move: -0.28, volume: leg, usual, bought: 0.25, ahead: 0.02 })
    const first = stage.price
    for (let n = 0; n < 4; n++) yield stage.minuteOf({ move: 0.17, volume: 0.6, usual, bought: 0.6, behind: 0.02 })
    const start = stage.price
    const goal = stage.from(first, -stage.between(0.3, 1.15))
    for (let n = 1; n <= 7; n++)
      yield stage.minuteOf({
        to: start + ((goal - start) * n) / 7,
        volume: stage.between(0.85, 0.55),
        usual,
        bought: stage.between(0.7, 0.9),
        ahead: 0.02,
      })
    yield stage.minuteOf({ move: 0.15, volume: 0.8, behind: 0.02 })
    yield stage.minuteOf({ move: 0.15, volume: 0.8, behind: 0.02, is_known: true })
    yield* stage.calm(3)
  },
}

/** Half an hour in which the price stands still and one side takes what comes. */
export const hiddenAccumulationPlant: PlantDefinition = {
  id: 'hidden_accumulation',
  summary: 'Half an hour without a move, on 1.25 to 1.75 times the volume of the day, 58 to 72 % of it on one side',
  from: '13:10',
  until: '14:30',
  needs_history: true,
  sides: [1, -1],
  *script(stage: PlantStage): Script {
    const usual = middleVolume(stage)
    const middle = stage.price
    for (let n = 1; n <= 32; n++)
      yield stage.minuteOf({
        to: stage.from(middle, (n % 2 === 0 ? -1 : 1) * 0.15 * stage.random.between(0.6, 1.4)),
        volume: stage.between(1.28, 1.75),
        usual,
        bought: stage.between(0.585, 0.72),
        imbalance: stage.between(0.13, 0.4),
        is_known: n === 31,
      })
    yield* stage.calm(3)
  },
}

/** Of the last hour: news in it does not move it. */
function middleVolume({ m1 }: PlantStage): number {
  const sorted = m1
    .slice(-60)
    .map(({ volume }) => volume)
    .sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
