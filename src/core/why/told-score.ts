import {
  CONFIDENCE_FLOOR,
  CONFIDENCE_MAX,
  CONFIDENCE_SPAN,
  type Detection,
  type ScoreTerm,
  scoreOf,
  termValue,
} from '../patterns/index.js'

/** A term of a score. A value of NaN counts 0: its input is missing. */
export interface ToldTerm {
  readonly name: string
  readonly weight: number
  /** 0..1. */
  readonly value: number
  /** Where the value is a ramp: its input, where it is 0 and where it is 1. */
  readonly ramp: { readonly x: number; readonly from: number; readonly to: number } | undefined
}

/** How a confidence came about: `min(floor + span x score, max)`, or the detector's own; times all multipliers. */
export interface ToldScore {
  /** None where the detector has no terms. */
  readonly terms: readonly ToldTerm[]
  readonly score: number
  readonly floor: number
  readonly span: number
  readonly max: number
  /** In place of the formula. */
  readonly own: number | undefined
  readonly raw: number
  readonly multipliers: Readonly<Record<string, number>>
  /** What came out, before it is rounded for the gate. */
  readonly confidence: number
}

/** `scores`: all that the detector worked out; the one of its claim is among them. */
export function toldScore(
  { candidate, confidence_raw, confidence, multipliers }: Detection,
  scores: readonly (readonly ScoreTerm[])[],
): ToldScore {
  const terms = scores.findLast((each) => scoreOf(each).value === candidate.score) ?? []
  return {
    terms: terms.map(toldTerm),
    score: candidate.score,
    floor: CONFIDENCE_FLOOR,
    span: CONFIDENCE_SPAN,
    max: Math.min(candidate.confidence_max ?? CONFIDENCE_MAX, CONFIDENCE_MAX),
    own: candidate.confidence,
    raw: confidence_raw,
    multipliers,
    confidence,
  }
}

function toldTerm(term: ScoreTerm): ToldTerm {
  const [name, weight] = term
  const ramp = term.length === 3 ? undefined : { x: term[2], from: term[3], to: term[4] }
  return { name, weight, value: termValue(term), ramp }
}
