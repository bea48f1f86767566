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

/** A value of NaN is missing. */
export type ScoreTerm = readonly [name: string, weight: number, value: number]

/** Weights times values, what is missing counted 0. */
export function scoreOf(terms: readonly ScoreTerm[]): Score {
  let value = 0
  let missing: string[] | undefined
  for (const [name, weight, term] of terms) {
    if (Number.isNaN(term)) {
      missing ??= []
      missing.push(name)
    } else value += weight * term
  }
  return { value, missing: missing ?? NONE }
}

const NONE: readonly string[] = []

/** The bare trigger has it. */
export const CONFIDENCE_FLOOR = 0.6
const CONFIDENCE_SPAN = 0.38
/** No alert is surer. */
export const CONFIDENCE_MAX = 0.98

/** 5.0: `0.60 + 0.38 x score`, so the 0.85 gate asks for a score of 0.658. */
export function confidenceOf(score: number): number {
  return CONFIDENCE_FLOOR + CONFIDENCE_SPAN * score
}
