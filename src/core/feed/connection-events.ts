import type { GapCause, GapGrade, JournalEvent } from '../recording/index.js'

/**
 * What happens to a connection. `now_ms` is monotonic and measures waits; `stamp_ms` is on the clock that stamps the records and bounds gaps.
 * `attempt` says which socket speaks: what an earlier one still has to say is not heard.
 */
export type ConnectionEvent =
  | { readonly event: 'start'; readonly now_ms: number; readonly stamp_ms: number }
  /** `recorded`: the server announces the times of receipt of a recording (see recorded-time). */
  | { readonly event: 'opened'; readonly attempt: number; readonly now_ms: number; readonly recorded: boolean }
  | {
      readonly event: 'received'
      readonly attempt: number
      readonly kind: 'ticks' | 'heartbeat' | 'text'
      readonly now_ms: number
      readonly stamp_ms: number
    }
  /** Bytes that are no message (yet): a ping, a pong, part of a long message. `stamp_ms`: a recorded time was announced. */
  | { readonly event: 'heard'; readonly attempt: number; readonly now_ms: number; readonly stamp_ms?: number }
  | {
      readonly event: 'closed'
      readonly attempt: number
      readonly now_ms: number
      readonly code: number
      readonly reason: string
    }
  /** The handshake was answered with an HTTP status other than 101. */
  | { readonly event: 'refused'; readonly attempt: number; readonly now_ms: number; readonly status: number }
  | { readonly event: 'failed'; readonly attempt: number; readonly now_ms: number; readonly detail: string }
  /** Time passes. `blocked_ms`: for so long nobody could listen. */
  | { readonly event: 'tick'; readonly now_ms: number; readonly stamp_ms: number; readonly blocked_ms: number }
  | { readonly event: 'credentials_changed'; readonly now_ms: number }
  | { readonly event: 'stop'; readonly now_ms: number }

/** What is to be done about it. The last four are for the switchboard. */
export type ConnectionEffect =
  | { readonly effect: 'connect'; readonly attempt: number }
  | { readonly effect: 'ping' }
  /** The socket is destroyed at once. */
  | { readonly effect: 'terminate' }
  /** The socket is closed with a closing handshake. */
  | { readonly effect: 'close' }
  | { readonly effect: 'tell'; readonly event: JournalEvent }
  /** `clock_changed`: from here on times are those of a recording; what was lost before cannot be told on its clock. */
  | { readonly effect: 'opened'; readonly clock_changed: boolean }
  /** What this connection carried is missing from `from_ms` on; undefined: from a moment that nobody knows. */
  | { readonly effect: 'lost'; readonly from_ms: number | undefined; readonly cause: GapCause; readonly grade: GapGrade }
  /** The first ticks since the socket opened, or since `awaitTicks`. */
  | { readonly effect: 'flowing'; readonly at_ms: number }
  /** The recording was played to its end. */
  | { readonly effect: 'ended' }
