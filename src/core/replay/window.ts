import { usageError } from '../errors.js'
import { type IstDay, istDayStartMs, parseClock, parseIso, type TimestampMs } from '../time/index.js'

/** One end of a window: a time of day that holds on each session's own day, or a moment. */
export type WindowEnd = { readonly kind: 'clock'; readonly ms: number } | { readonly kind: 'moment'; readonly ms: TimestampMs }

/** Half-open `[from_ms, to_ms)` on the time of receipt. */
export interface Window {
  readonly from_ms: TimestampMs
  readonly to_ms: TimestampMs
}

/** Reads `HH:MM[:SS]` (IST) or ISO 8601 with a zone. `flag` is for the message. */
export function parseWindowEnd(text: string, flag: string): WindowEnd {
  const clock_s = parseClock(text)
  if (clock_s !== undefined) return { kind: 'clock', ms: clock_s * 1000 }
  const moment_ms = parseIso(text)
  if (moment_ms !== undefined) return { kind: 'moment', ms: moment_ms }
  throw usageError(
    'bad_time',
    `${flag} "${text}" is no time: expected HH:MM or HH:MM:SS (IST, on the day of the session), or ISO 8601 with its zone.`,
    `${flag} 09:15`,
    `${flag} 2025-10-05T09:15:00+05:30`,
  )
}

/** The window on one day; an end that is not given is open. */
export function windowOn(day: IstDay, from: WindowEnd | undefined, to: WindowEnd | undefined): Window {
  const at = (end: WindowEnd): TimestampMs => (end.kind === 'moment' ? end.ms : istDayStartMs(day) + end.ms)
  const window = {
    from_ms: from === undefined ? Number.NEGATIVE_INFINITY : at(from),
    to_ms: to === undefined ? Number.POSITIVE_INFINITY : at(to),
  }
  if (window.from_ms >= window.to_ms)
    throw usageError('empty_window', '--from is not before --to: nothing lies between them.', '--from 09:15 --to 10:00')
  return window
}
