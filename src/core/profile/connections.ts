import { usageError } from '../errors.js'
import { CONNECTIONS_MAX, type FeedMode, type Layout, TOKENS_PER_CONNECTION_MAX } from '../feed/index.js'

/** What the user says of the sockets. */
export interface ConnectionWish {
  readonly layout: Layout['kind']
  /** Of `split`: as the user wants; undefined: as few as it takes. */
  readonly connections: number | undefined
}

/** The sockets of a capture of these instruments. Throws when they do not fit. */
export function layoutFor(modes: ReadonlyMap<number, FeedMode>, { layout, connections }: ConnectionWish): Layout {
  const full = [...modes.values()].filter((mode) => mode === 'full').length
  switch (layout) {
    case 'redundant':
      checkRoom(modes.size, 1, 'redundant connections, which both carry all of them')
      return { kind: layout }
    case 'roles':
      checkRoom(full, 1, 'the connection for full mode')
      checkRoom(modes.size - full, 1, 'the connection for ltp and quote mode')
      return { kind: layout }
    case 'split': {
      const most = connections ?? CONNECTIONS_MAX
      checkRoom(modes.size, most, `${most} connection${most === 1 ? '' : 's'}`)
      return { kind: layout, connections: connections ?? Math.max(1, Math.ceil(modes.size / TOKENS_PER_CONNECTION_MAX)) }
    }
  }
}

function checkRoom(instruments: number, connections: number, where: string): void {
  const room = connections * TOKENS_PER_CONNECTION_MAX
  if (instruments > room)
    throw usageError(
      'too_few_connections',
      `Expected at most ${room} instruments on ${where}, found ${instruments}.`,
      `Fewer instruments, or "layout": "split" with ${CONNECTIONS_MAX} connections.`,
    )
}
