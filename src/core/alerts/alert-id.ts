import type { Detection } from '../patterns/index.js'
import { formatDate } from '../time/index.js'

const ID_CHARS = 16

/**
 * What an alert is, as text: `config_hash|session_date|instrument_token|pattern|direction|bar_start_ms|level`. The date as `2025-10-06`, the
 * level in feed units, a whole number of ticks. Nothing in it depends on when or how the alert was told.
 */
export function identityOf(
  { session_date, instrument, pattern, candidate }: Detection,
  { config_hash, bar_start_ms, level }: { config_hash: string; bar_start_ms: number; level: number },
): string {
  return [
    config_hash,
    formatDate(session_date),
    instrument.instrument_token,
    pattern.id,
    candidate.direction,
    bar_start_ms,
    level,
  ].join('|')
}

/** First 16 hex digits of the SHA-256 of the identity. */
export function alertId(identity: string, sha256: (text: string) => string): string {
  return sha256(identity).slice(0, ID_CHARS)
}
