import type { BarFacts, ViewFacts } from './pattern-view.js'

/** A view that a detector buys on, and what spoils it: each row breaks one condition of the trigger and no other. */
export interface KnockOut {
  /** Which subtype or way of triggering. */
  readonly name: string
  readonly parameters?: Readonly<Record<string, number>>
  /** Id of the pattern that sees the mirror image; default the same. None for a pattern of one side. */
  readonly mirror?: string | false
  readonly sound: ViewFacts
  readonly breaks: readonly (readonly [condition: string, broken: ViewFacts])[]
  /** Everything at its threshold: the bare trigger. Absent where another case is the weaker form of the same. */
  readonly bare?: ViewFacts
  /** Everything as strong as can be. */
  readonly full: ViewFacts
}

/** Bars that stand still, `reach` around `price`. */
export const still = (count: number, price: number, reach: number, facts: Partial<BarFacts> = {}): BarFacts[] =>
  Array.from({ length: count }, () => ({ open: price, high: price + reach, low: price - reach, close: price, ...facts }))

/** Bars of one step each, from `price` on. */
export const steps = (count: number, price: number, step: number, reach: number, facts: Partial<BarFacts> = {}): BarFacts[] =>
  Array.from({ length: count }, (_, i) => ({
    open: price + i * step,
    close: price + (i + 1) * step,
    high: price + Math.max(i * step, (i + 1) * step) + reach,
    low: price + Math.min(i * step, (i + 1) * step) - reach,
    ...facts,
  }))

/** The same bars, but for facts of the one `ago`. */
export const barAgo = (bars: readonly BarFacts[], ago: number, facts: Partial<BarFacts>): BarFacts[] =>
  bars.map((bar, i) => (i === bars.length - 1 - ago ? { ...bar, ...facts } : bar))
