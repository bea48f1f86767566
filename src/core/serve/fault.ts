import { mix } from '../random.js'
import { formatIso, type TimestampMs } from '../time/index.js'

/** Which instruments a fault concerns: those named, or about so many per cent of all, chosen by token; neither: all. */
export interface FaultScope {
  readonly tokens?: readonly number[]
  /** 1..100 */
  readonly percent?: number
}

/** What is done. Times are virtual ms. `away_ms`: for how long play at full speed does not wait for the client to come back. */
export type FaultAction =
  | { readonly fault: 'drop' | 'reset' | 'stall' | 'half_frame'; readonly away_ms: number }
  | { readonly fault: 'close'; readonly code: number; readonly away_ms: number }
  | ({ readonly fault: 'silent'; readonly for_ms: number } & FaultScope)
  | { readonly fault: 'no_heartbeat'; readonly for_ms: number }
  | { readonly fault: 'lose' | 'duplicate' | 'reorder' | 'malformed'; readonly messages: number }
  | { readonly fault: 'delay'; readonly for_ms: number; readonly by_ms: number }
  | ({ readonly fault: 'forget' } & FaultScope)
  | { readonly fault: 'clock_step'; readonly by_ms: number }
  /** An answer of HTTP in place of the upgrade. */
  | { readonly fault: 'refuse'; readonly status: number; readonly limit: LoginLimit }
  /** Never an answer. */
  | { readonly fault: 'hang'; readonly limit: LoginLimit }
  | {
      readonly fault: 'expire'
      /** The old token works again after so long; never when undefined. */
      readonly for_ms: number | undefined
      /** Accepted from now on. Made up, but never told all the same. */
      readonly access_token: string | undefined
    }

export type FaultKind = FaultAction['fault']
/** So many logins, or all of so long. */
export type LoginLimit = { readonly logins: number } | { readonly for_ms: number }

export const FAULT_KINDS: readonly FaultKind[] = [
  'drop',
  'reset',
  'close',
  'stall',
  'half_frame',
  'silent',
  'no_heartbeat',
  'lose',
  'duplicate',
  'reorder',
  'delay',
  'malformed',
  'forget',
  'clock_step',
  'refuse',
  'hang',
  'expire',
]

/** A fault in its place. */
export interface Fault {
  readonly at_ms: TimestampMs
  /** 0-based number of the client, in the order of connection; undefined: everybody who is there. */
  readonly slot: number | undefined
  readonly action: FaultAction
}

/** One line of the fault log. Nothing in it depends on real time. */
export interface FaultDone {
  readonly at_ms: TimestampMs
  /** Undefined for what is done to logins. */
  readonly slot: number | undefined
  readonly action: FaultAction
  /** For faults of single messages: of the message they hit, as it was to be sent. */
  readonly message_bytes?: number
}

/** `{"at":"2025-10-06T09:20:00+05:30","slot":0,"fault":"drop","away_ms":10000}`; no access token. */
export function faultLine({ at_ms, slot, action, message_bytes }: FaultDone): string {
  const { limit, ...what } = { limit: undefined, ...action, access_token: undefined }
  return JSON.stringify({ at: formatIso(at_ms), slot, ...what, ...limit, message_bytes })
}

/** Tells whether a fault that happened at `at_ms` concerns a token. */
export function scopeOf({ tokens, percent }: FaultScope, at_ms: TimestampMs): (token: number) => boolean {
  if (tokens !== undefined) {
    const named = new Set(tokens)
    return (token) => named.has(token)
  }
  if (percent === undefined || percent >= 100) return () => true
  const salt = mix(Math.floor(at_ms / 1000))
  return (token) => mix(token ^ salt) < (percent / 100) * 0x1_0000_0000
}
