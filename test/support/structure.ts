import type { PatternDefinition, PatternView } from '../../src/core/patterns/index.js'
import { active, type MinuteRow, minuteAt, runScenario, type Scenario } from './scenario.js'

/** A bar of 5 minutes, in rupees. */
export interface StructureBar {
  /** Default: the close before it. */
  readonly open?: number
  readonly close: number
  /** Default: 0.2 beyond open and close. */
  readonly high?: number
  readonly low?: number
  /** Of the 5 minutes; default 50 000. */
  readonly volume?: number
}

/** Minutes that make up these bars: to the low (of a bar that rises), to the high, to the close; the volume in even parts. */
export function structure(first: string, from: number, bars: readonly StructureBar[]): MinuteRow[] {
  let open = from
  return bars.flatMap((bar, n) => {
    const minutes = minutesOf(minuteAt(first, 5 * n), bar.open ?? open, bar)
    open = bar.close
    return minutes
  })
}

function minutesOf(first: string, open: number, bar: StructureBar): MinuteRow[] {
  const { close, volume = 50_000 } = bar
  const high = round(bar.high ?? Math.max(open, close) + 0.2)
  const low = round(bar.low ?? Math.min(open, close) - 0.2)
  if (high < Math.max(open, close) || low > Math.min(open, close))
    throw new RangeError(`${first}: open ${open} and close ${close} lie outside ${low} to ${high}`)
  const [before, after] = close >= open ? [low, high] : [high, low]
  const path = [open, before, round((before + after) / 2), after, round((after + close) / 2), close]
  return path.slice(1).map((to, i) => {
    const begin = path[i] as number
    return {
      at: minuteAt(first, i),
      open: begin,
      close: to,
      high: Math.max(begin, to),
      low: Math.min(begin, to),
      volume: volume / 5,
    }
  })
}

/** Bars that swing between two prices `rest` apart, the same each time: averages have something to stand on, and no swing is equal to another. */
export const resting = (count: number, around: number, rest = 2): StructureBar[] =>
  Array.from({ length: count }, (_, i) => {
    const close = round(around + (i % 2 === 0 ? rest / 4 : -rest / 4))
    return { close, high: round(around + rest / 2), low: round(around - rest / 2) }
  })

const round = (price: number): number => Math.round(price * 20) / 20

/** What `look` says at the end of each minute bar of a scenario. */
export function watched<T>(scenario: Scenario, look: (view: PatternView) => T): T[] {
  const seen: T[] = []
  const probe: PatternDefinition = {
    id: 'probe',
    summary: 'Looks and says nothing',
    category: 'custom',
    source: 'test',
    priority: 0,
    cooldown_min: 0,
    parameters: {},
    create: () => (view) => {
      seen.push(look(view))
      return undefined
    },
  }
  const { faults } = runScenario(scenario, [active(probe)])
  const [fault] = faults
  if (fault !== undefined) throw new Error(fault.message)
  return seen
}
