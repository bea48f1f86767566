import type { AskedStep, AskedWay, Side } from '../patterns/index.js'

/** One way in which a detector could have come to a claim: everything that it asked on it. */
export interface Way {
  readonly side: Side | undefined
  /** What it was about, where a detector looks at several things; price in feed units. */
  readonly about: string | undefined
  readonly about_price: number | undefined
  /** What is asked of this way alone; `Ways.common` comes before it. */
  readonly steps: readonly AskedStep[]
}

/** What a detector asked at one bar. It claims when every step of `common` and of one of the ways is met. */
export interface Ways {
  readonly common: readonly AskedStep[]
  /** None where all that was asked is common. */
  readonly ways: readonly Way[]
}

/** Parts decide nothing by themselves. */
export const decides = ({ part_of }: AskedStep): boolean => part_of === undefined

/** Each way from the first question of its own to the last; ways on which nothing was asked are left out. */
export function waysOf(asked: AskedWay): Ways {
  return { common: asked.steps, ways: asked.ways.flatMap((way) => leavesOf(way, [])) }
}

function leavesOf({ side, about, about_price, steps, ways }: AskedWay, before: readonly AskedStep[]): Way[] {
  const own = [...before, ...steps]
  const further = ways.flatMap((way) => leavesOf(way, own))
  if (further.length > 0) return further
  return steps.length === 0 ? [] : [{ side, about, about_price, steps: own }]
}

/** How far a detector was from a claim: by the way that came nearest. */
export interface Nearness {
  /** Undefined where there is none but the common one. */
  readonly way: Way | undefined
  readonly first_unmet: AskedStep | undefined
  readonly unmet: number
  /** What would have been asked next is not known: something that it takes was not there. */
  readonly is_cut: boolean
}

/** The way with the fewest unmet steps, of two the first; one that was heard to its end before one that was cut. */
export function nearestOf({ common, ways }: Ways): Nearness {
  const all = ways.length === 0 ? [nearnessOf(common, undefined)] : ways.map((way) => nearnessOf([...common, ...way.steps], way))
  return all.reduce((best, each) => (byNearness(each, best) < 0 ? each : best))
}

/** Below 0 when `a` came nearer. */
export const byNearness = (a: Nearness, b: Nearness): number => Number(a.is_cut) - Number(b.is_cut) || a.unmet - b.unmet

function nearnessOf(steps: readonly AskedStep[], way: Way | undefined): Nearness {
  const unmet = steps.filter((step) => decides(step) && !step.is_met)
  return { way, first_unmet: unmet[0], unmet: unmet.length, is_cut: unmet.some(({ is_end }) => is_end) }
}
