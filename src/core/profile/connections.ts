import { usageError } from '../errors.js'
import { CONNECTIONS_MAX, TOKENS_PER_CONNECTION_MAX } from '../feed/index.js'

/** split: each socket has its part; roles: universe, on demand, standby; redundant: every instrument on two sockets. */
export type ConnectionLayout = 'split' | 'roles' | 'redundant'

/** What decides how many sockets a capture opens. */
export interface ConnectionWish {
  readonly layout: ConnectionLayout
  /** As the user wants; undefined: as few as it takes. */
  readonly connections: number | undefined
}

/** How many sockets a capture of so many instruments opens. Throws when they do not fit. */
export function connectionsFor(instruments: number, { layout, connections }: ConnectionWish): number {
  const subscriptions = layout === 'redundant' ? 2 * instruments : instruments
  const needed = Math.max(LEAST[layout], Math.ceil(subscriptions / TOKENS_PER_CONNECTION_MAX))
  const most = connections ?? CONNECTIONS_MAX
  // The other sockets of `roles` carry what is asked for at run time, and what a failed one carried.
  const room = layout === 'roles' ? TOKENS_PER_CONNECTION_MAX : most * TOKENS_PER_CONNECTION_MAX
  if (subscriptions > room || needed > most)
    throw usageError(
      'too_few_connections',
      `Expected ${instruments} instruments to fit on ${most} connection${most === 1 ? '' : 's'} (${TOKENS_PER_CONNECTION_MAX} each, layout ${layout}), found room for ${layout === 'redundant' ? Math.floor(room / 2) : room}.`,
      `Fewer instruments${connections === undefined || connections === CONNECTIONS_MAX ? '' : `, or "connections": ${CONNECTIONS_MAX}`}${layout === 'split' ? '' : ', or "layout": "split"'}.`,
    )
  return connections ?? needed
}

const LEAST: Readonly<Record<ConnectionLayout, number>> = { split: 1, roles: 3, redundant: 2 }
