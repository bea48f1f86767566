import { type Candidate, PATTERN_DIRECTIONS } from './pattern.js'

const PRICES = ['level', 'entry', 'stop', 'invalidation'] as const

/** Why a detector's answer cannot be an alert; undefined when it can. A price of NaN is one that is not known; an endless one is wrong. */
export function whatIsWrong(candidate: Candidate): string | undefined {
  if (typeof candidate !== 'object' || candidate === null)
    return `expected a candidate or undefined, found ${describe(candidate)}`
  const {
    direction,
    score,
    evidence,
    targets = [],
    multipliers = {},
    expires_min,
    confidence,
    confidence_max,
    bar_start_ms,
    follows,
  } = candidate
  if (!PATTERN_DIRECTIONS.includes(direction))
    return `direction must be ${PATTERN_DIRECTIONS.join(', ')}, found ${describe(direction)}`
  if (!(score >= 0 && score <= 1)) return `score must be a number from 0 to 1, found ${describe(score)}`
  if (typeof evidence !== 'object' || evidence === null) return `evidence must be an object, found ${describe(evidence)}`
  for (const name of PRICES) {
    const price = candidate[name]
    if (price !== undefined && (typeof price !== 'number' || Math.abs(price) === Number.POSITIVE_INFINITY))
      return `${name} must be a price in feed units, found ${describe(price)}`
  }
  if (!Array.isArray(targets) || targets.some((price) => typeof price !== 'number')) return 'targets must be a list of prices'
  for (const [name, factor] of Object.entries(multipliers))
    if (!(factor >= 0 && factor <= 1)) return `multiplier ${name} must lie from 0 to 1, found ${describe(factor)}`
  if (confidence !== undefined && !(confidence >= 0 && confidence <= 1)) return 'confidence must lie from 0 to 1'
  if (confidence_max !== undefined && !(confidence_max >= 0 && confidence_max <= 1)) return 'confidence_max must lie from 0 to 1'
  if (expires_min !== undefined && !(expires_min > 0)) return 'expires_min must be above 0'
  if (bar_start_ms !== undefined && !Number.isSafeInteger(bar_start_ms)) return 'bar_start_ms must be whole ms since the epoch'
  if (follows !== undefined && !Number.isSafeInteger(follows?.known_at_ms))
    return 'follows.known_at_ms must be whole ms since the epoch'
  return undefined
}

const describe = (value: unknown): string =>
  typeof value === 'function' || typeof value === 'symbol' ? typeof value : (JSON.stringify(value) ?? String(value)).slice(0, 60)
