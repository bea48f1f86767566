/** What one connection is doing. `waiting`: for the next try; `auth_needed`: the same, but it takes another token; `closed` is final. */
export const CONNECTION_STATES = ['idle', 'connecting', 'open', 'waiting', 'auth_needed', 'closed'] as const
export type ConnectionState = (typeof CONNECTION_STATES)[number]

/** What can happen to it; see `ConnectionEvent`. */
export const CONNECTION_EVENTS = [
  'start',
  'opened',
  'received',
  'heard',
  'closed',
  'refused',
  'failed',
  'tick',
  'credentials_changed',
  'stop',
] as const
export type ConnectionEventName = (typeof CONNECTION_EVENTS)[number]

type Row = Readonly<Partial<Record<ConnectionEventName, readonly ConnectionState[]>>>

/**
 * Where each event may lead. A cell that is missing: the event means nothing there and changes nothing. The machine asserts this table with
 * every step, and docs/feed.md shows it.
 */
export const TRANSITIONS: Readonly<Record<ConnectionState, Row>> = {
  idle: { start: ['connecting'], stop: ['closed'] },
  connecting: {
    opened: ['open'],
    closed: ['waiting'],
    refused: ['waiting', 'auth_needed'],
    failed: ['waiting'],
    tick: ['connecting', 'waiting'],
    stop: ['closed'],
  },
  open: {
    received: ['open'],
    heard: ['open'],
    closed: ['waiting', 'closed'],
    failed: ['waiting'],
    tick: ['open', 'waiting'],
    stop: ['closed'],
  },
  waiting: { tick: ['waiting', 'connecting'], stop: ['closed'] },
  auth_needed: { tick: ['auth_needed', 'connecting'], credentials_changed: ['connecting'], stop: ['closed'] },
  closed: {},
}
