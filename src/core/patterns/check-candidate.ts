import { type AlertLeg, type Candidate, PATTERN_DIRECTIONS } from './pattern.js'

const PRICES = ['level', 'entry', 'stop', 'invalidation'] as const

/** Why a detector's answer cannot be an alert; undefined when it can. A price of NaN is one that is not known; an endless one is wrong. */
export function whatIsWrong(candidate: Candidate): string | undefined {
  if (typeof candidate !== 'object' || candidate === null || Array.isArray(candidate))
    return `expected a candidate or undefined, found ${describe(candidate)}`
  if ('then' in candidate) return 'expected a candidate or undefined at once, found a promise: a detector is no async function'
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
    missing = [],
    legs = [],
    subtype = '',
    action = '',
    onEmitted,
  } = candidate
  if (!PATTERN_DIRECTIONS.includes(direction))
    return `direction must be ${PATTERN_DIRECTIONS.join(', ')}, found ${describe(direction)}`
  if (!(score >= 0 && score <= 1)) return `score must be a number from 0 to 1, found ${describe(score)}`
  if (typeof evidence !== 'object' || evidence === null) return `evidence must be an object, found ${describe(evidence)}`
  for (const [name, value] of Object.entries(evidence))
    if (!isEvidence(value))
      return `evidence.${name} must be a number, a word, true, false or a list of such, found ${describe(value)}`
  for (const name of PRICES) {
    const price = candidate[name]
    if (price !== undefined && (typeof price !== 'number' || Math.abs(price) === Number.POSITIVE_INFINITY))
      return `${name} must be a price in feed units, found ${describe(price)}`
  }
  if (
    !Array.isArray(targets) ||
    targets.some((price) => typeof price !== 'number' || Math.abs(price) === Number.POSITIVE_INFINITY)
  )
    return 'targets must be a list of prices'
  if (!Array.isArray(missing) || missing.some((name) => typeof name !== 'string')) return 'missing must be a list of names'
  if (!Array.isArray(legs) || !legs.every(isLeg)) return 'legs must be a list of { instrument, side, ratio, price }'
  if (typeof subtype !== 'string') return `subtype must be a word, found ${describe(subtype)}`
  if (typeof action !== 'string') return `action must be a word, found ${describe(action)}`
  for (const [name, factor] of Object.entries(multipliers))
    if (!(factor >= 0 && factor <= 1)) return `multiplier ${name} must lie from 0 to 1, found ${describe(factor)}`
  if (confidence !== undefined && !(confidence >= 0 && confidence <= 1)) return 'confidence must lie from 0 to 1'
  if (confidence_max !== undefined && !(confidence_max >= 0 && confidence_max <= 1)) return 'confidence_max must lie from 0 to 1'
  if (expires_min !== undefined && !(expires_min > 0)) return 'expires_min must be above 0'
  if (bar_start_ms !== undefined && !Number.isSafeInteger(bar_start_ms)) return 'bar_start_ms must be whole ms since the epoch'
  if (onEmitted !== undefined && typeof onEmitted !== 'function')
    return `onEmitted must be a function, found ${describe(onEmitted)}`
  if (follows !== undefined && !Number.isSafeInteger(follows?.known_at_ms))
    return 'follows.known_at_ms must be whole ms since the epoch'
  return undefined
}

const isPlain = (value: unknown): boolean => typeof value === 'number' || typeof value === 'string'

const isEvidence = (value: unknown): boolean =>
  isPlain(value) || typeof value === 'boolean' || (Array.isArray(value) && value.every(isPlain))

function isLeg(leg: Partial<AlertLeg> | null): boolean {
  if (typeof leg !== 'object' || leg === null) return false
  const { instrument, side, ratio, price } = leg
  const is_listed = typeof instrument?.instrument_token === 'number' && typeof instrument.symbol === 'string'
  return is_listed && (side === 'BUY' || side === 'SELL') && typeof ratio === 'number' && typeof price === 'number'
}

function describe(value: unknown): string {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') return `a ${typeof value}`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  return (JSON.stringify(value) ?? String(value)).slice(0, 60)
}
