import { DAY_MS, formatIso, istDay, istDayStartMs, type TimestampMs } from '../../core/time/index.js'

/** Kite flushes all tokens each morning at about this time (07:00 to 07:30, as its forum has it), IST. */
const FLUSH_MS = 7.5 * 3_600_000

/** Why a token is probably dead: it was made before the last morning flush. Undefined when it may well live. */
export function expiredText(made_ms: TimestampMs | undefined, now_ms: TimestampMs): string | undefined {
  const today_ms = istDayStartMs(istDay(now_ms)) + FLUSH_MS
  const flushed_ms = now_ms >= today_ms ? today_ms : today_ms - DAY_MS
  if (made_ms === undefined || made_ms >= flushed_ms) return undefined
  return `The access token was made ${formatIso(made_ms - (made_ms % 1000))} and has probably expired: Kite drops all tokens at about 07:30 IST.`
}
