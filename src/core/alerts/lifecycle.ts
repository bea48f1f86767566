import type { Candle } from '../market/index.js'
import type { Transition } from './alert.js'
import type { Claim } from './claim.js'
import { tickOf } from './levels.js'

/**
 * Virtual time after `expires_at_ms` at which an alert expires without a bar. Every bar that ends by then has been told: the last one of a
 * session comes 60 s after its end.
 */
const EXPIRY_WAIT_MS = 65_000

/** How an alert can end by what the market does. */
export type Ending = Extract<Transition, 'stop_hit' | 'target_hit' | 'invalidated' | 'expired'>

/**
 * What a closed minute bar does to an alert, by the first that fits: stop, target, invalidation, expiry. Only bars that begin at or after the
 * alert was known and end by its expiry touch it: nothing in the bar it was made of, and nothing that may have come after its time. A stop or
 * target is hit when the price trades through it by a tick, as the validation of alerts counts it.
 */
export function endingOf(claim: Claim, { open_time_ms, close_time_ms, high, low, close }: Candle): Ending | undefined {
  const { levels, expires_at_ms, detection } = claim
  if (open_time_ms < detection.known_at_ms) return undefined
  const { sign, stop, targets, invalidation } = levels
  if (sign !== 0 && close_time_ms <= expires_at_ms) {
    const tick = tickOf(detection.instrument)
    const [worst, best] = sign > 0 ? [low, high] : [-high, -low]
    if (stop !== undefined && worst <= sign * stop - tick) return 'stop_hit'
    if (targets[0] !== undefined && best >= sign * targets[0] + tick) return 'target_hit'
    if (invalidation !== undefined && sign * close < sign * invalidation) return 'invalidated'
  }
  return close_time_ms >= expires_at_ms ? 'expired' : undefined
}

/** True when no bar can end the alert any more. */
export function isExpired({ expires_at_ms }: Claim, now_ms: number): boolean {
  return now_ms >= expires_at_ms + EXPIRY_WAIT_MS
}
