/** `clamp((x - a) / (b - a), 0, 1)`; falls when b < a. NaN stays NaN: the term is missing. */
export function sat(x: number, a: number, b: number): number {
  return Math.max(0, Math.min(1, (x - a) / (b - a)))
}

/** A weighted sum of terms in 0..1, and which of them could not be had. */
export interface Score {
  readonly value: number
  /** Names of terms that counted 0 because their input is missing; the weights are not rescaled. */
  readonly missing: readonly string[]
}

/** A value of 0 to 1, or a number and its ramp: `sat(x, from, to)`. NaN is missing. */
export type ScoreTerm =
  | readonly [name: string, weight: number, value: number]
  | readonly [name: string, weight: number, x: number, from: number, to: number]

/** 0..1; NaN when its input is missing. */
export const termValue = (term: ScoreTerm): number => (term.length === 3 ? term[2] : sat(term[2], term[3], term[4]))

/** Weights times values, what is missing counted 0. */
export function scoreOf(terms: readonly ScoreTerm[]): Score {
  let value = 0
  let missing: string[] | undefined
  for (const term of terms) {
    const [name, weight] = term
    const share = termValue(term)
    if (Number.isNaN(share)) {
      missing ??= []
      missing.push(name)
    } else value += weight * share
  }
  return { value, missing: missing ?? NONE }
}

const NONE: readonly string[] = []

/** The bare trigger has it. */
export const CONFIDENCE_FLOOR = 0.6
/** Beyond it, at a score of 1. */
export const CONFIDENCE_SPAN = 0.38
/** No alert is surer. */
export const CONFIDENCE_MAX = 0.98

/** 5.0: `0.60 + 0.38 x score`, so the 0.85 gate asks for a score of 0.658. */
export function confidenceOf(score: number): number {
  return CONFIDENCE_FLOOR + CONFIDENCE_SPAN * score
}
