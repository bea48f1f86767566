/** How long a connection waits for what, in ms. */
export interface FeedLimits {
  /** A handshake that takes longer hangs. */
  readonly handshake_ms: number
  /** Silence after which the server is pinged, again each time it lasts as long. Kite needs no pings; a half-open socket shows itself sooner. */
  readonly ping_ms: number
  /** No byte at all for this long: the socket is dead. Kite sends a byte each couple of seconds when there is nothing to say. */
  readonly stall_ms: number
  /** Heartbeats but no tick, where ticks had been coming: said aloud, and connected anew. */
  readonly silent_warn_ms: number
  readonly silent_reconnect_ms: number
  /** A socket that stayed open for this long and brought something has proved itself: the next failure starts from the shortest delay. */
  readonly proven_ms: number
  /** First and longest delay before a new try; each is twice the one before. */
  readonly retry_first_ms: number
  readonly retry_longest_ms: number
  /** After HTTP 429 (another program holds the sockets of this key). */
  readonly crowded_ms: number
  /** After HTTP 403 (the token): so many tries in a row, then one each so often, all connections taken together. */
  readonly token_tries: number
  readonly token_retry_ms: number
  /** The event loop stood still for longer: silence meanwhile says nothing about the server. */
  readonly blocked_ms: number
}

export const FEED_LIMITS: FeedLimits = {
  handshake_ms: 10_000,
  ping_ms: 1500,
  stall_ms: 4000,
  silent_warn_ms: 10_000,
  silent_reconnect_ms: 30_000,
  proven_ms: 10_000,
  retry_first_ms: 500,
  retry_longest_ms: 60_000,
  crowded_ms: 30_000,
  token_tries: 3,
  token_retry_ms: 60_000,
  blocked_ms: 1000,
}

/** `Feed` looks at its connections this often. */
export const TICK_MS = 100
