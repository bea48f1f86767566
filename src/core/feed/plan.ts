import { assert } from '../assert.js'
import { usageError } from '../errors.js'
import { CONNECTIONS_MAX, type FeedMode, TOKENS_PER_CONNECTION_MAX } from './kite-messages.js'

/**
 * How instruments are spread over connections.
 * - `split`: contiguous equal shares, in the order given; what is added later goes where there is most room.
 * - `roles`: `full` to the secondary, everything else to the primary; the tertiary stands by and takes over what a failed one carried.
 * - `redundant`: all on two connections; their recordings are merged afterwards.
 */
export type Layout =
  | { readonly kind: 'split'; readonly connections: number }
  | { readonly kind: 'roles' }
  | { readonly kind: 'redundant' }

export type ConnectionRole = 'primary' | 'secondary' | 'tertiary' | 'redundant'

/** What one connection is to carry. */
export interface Share {
  /** 1, 2, 3. */
  readonly connection: number
  readonly role: ConnectionRole
  /** Mode by token, in the order of subscription. */
  readonly wanted: ReadonlyMap<number, FeedMode>
}

/** What a change means for one connection. `moded` includes what was added. */
export interface ShareChange {
  readonly connection: number
  readonly added: readonly number[]
  readonly removed: readonly number[]
  readonly moded: readonly number[]
}

interface OwnShare extends Share {
  readonly wanted: Map<number, FeedMode>
}

/** How many connections a layout has, 1 to 3. */
export const connectionsOf = (layout: Layout): number => rolesOf(layout).length

/** Which instruments are wanted, in which mode, on which connection. A change is made whole or, with an error, not at all. */
export class Plan {
  readonly #kind: Layout['kind']
  readonly #shares: readonly OwnShare[]

  /** `wanted` in the order that decides the split. Throws an MdsError when there is no room. */
  constructor(layout: Layout, wanted: ReadonlyMap<number, FeedMode>) {
    this.#kind = layout.kind
    this.#shares = rolesOf(layout).map((role, index) => ({ connection: index + 1, role, wanted: new Map() }))
    const tokens = [...wanted.keys()]
    if (layout.kind !== 'split') {
      for (const mode of new Set(wanted.values())) {
        this.subscribe(
          tokens.filter((token) => wanted.get(token) === mode),
          mode,
        )
      }
      return
    }
    this.#checkRoom(tokens.length, this.#shares)
    for (const [index, share] of this.#shares.entries()) {
      const [from, to] = [index, index + 1].map((n) => Math.floor((n * tokens.length) / this.#shares.length))
      for (const token of tokens.slice(from, to)) share.wanted.set(token, wanted.get(token) ?? 'quote')
    }
  }

  get shares(): readonly Share[] {
    return this.#shares
  }

  /** Instruments that are carried already change their mode and stay where they are. */
  subscribe(tokens: readonly number[], mode: FeedMode): ShareChange[] {
    const [known, fresh] = this.#sorted(tokens)
    const added = this.#place(fresh, mode)
    for (const [share, placed] of added) for (const token of placed) share.wanted.set(token, mode)
    return this.#changes((share) => {
      const here = added.get(share) ?? []
      return { added: here, removed: [], moded: [...setModes(share, known, mode), ...here] }
    })
  }

  /** Instruments that nobody carries are left out. */
  unsubscribe(tokens: readonly number[]): ShareChange[] {
    const gone = new Set(tokens)
    return this.#changes((share) => ({ added: [], removed: [...gone].filter((token) => share.wanted.delete(token)), moded: [] }))
  }

  /** Throws an MdsError when one of them is not subscribed. */
  setMode(tokens: readonly number[], mode: FeedMode): ShareChange[] {
    const [known, unknown] = this.#sorted(tokens)
    if (unknown.length > 0)
      throw usageError(
        'not_subscribed',
        `${unknown.length} of ${tokens.length} instruments are not subscribed, among them ${unknown.slice(0, 3).join(', ')}.`,
        `mds ctl subscribe --tokens ${unknown.slice(0, 3).join(',')} --mode ${mode}`,
      )
    return this.#changes((share) => ({ added: [], removed: [], moded: setModes(share, known, mode) }))
  }

  #changes(changeOf: (share: OwnShare) => Omit<ShareChange, 'connection'>): ShareChange[] {
    return this.#shares
      .map((share) => ({ connection: share.connection, ...changeOf(share) }))
      .filter(({ added, removed, moded }) => added.length + removed.length + moded.length > 0)
  }

  /** Those that some connection carries, and the others; each once. */
  #sorted(tokens: readonly number[]): [known: number[], fresh: number[]] {
    const known: number[] = []
    const fresh: number[] = []
    for (const token of new Set(tokens)) (this.#shares.some(({ wanted }) => wanted.has(token)) ? known : fresh).push(token)
    return [known, fresh]
  }

  #place(fresh: readonly number[], mode: FeedMode): Map<OwnShare, readonly number[]> {
    if (this.#kind === 'redundant') {
      for (const share of this.#shares) this.#checkRoom(fresh.length, [share])
      return new Map(this.#shares.map((share) => [share, fresh]))
    }
    if (this.#kind === 'roles') {
      const share = this.#shares.find(({ role }) => role === (mode === 'full' ? 'secondary' : 'primary'))
      assert(share !== undefined, 'a plan with roles has a primary and a secondary')
      this.#checkRoom(fresh.length, [share])
      return new Map([[share, fresh]])
    }
    this.#checkRoom(fresh.length, this.#shares)
    const placed = new Map<OwnShare, number[]>(this.#shares.map((share) => [share, []]))
    for (const token of fresh) {
      const roomiest = this.#shares.reduce((best, share) => {
        const load = (one: OwnShare): number => one.wanted.size + (placed.get(one)?.length ?? 0)
        return load(share) < load(best) ? share : best
      })
      placed.get(roomiest)?.push(token)
    }
    return placed
  }

  #checkRoom(added: number, shares: readonly OwnShare[]): void {
    const carried = shares.reduce((sum, { wanted }) => sum + wanted.size, 0)
    const limit = shares.length * TOKENS_PER_CONNECTION_MAX
    if (carried + added <= limit) return
    const where = shares.length === 1 ? `the ${shares[0]?.role} connection` : `${shares.length} connections`
    throw usageError(
      'too_many_instruments',
      `${added} more instruments do not fit: ${where} may carry ${limit} (Kite's limit is ${TOKENS_PER_CONNECTION_MAX} a connection and ` +
        `${CONNECTIONS_MAX} connections a key) and ${shares.length === 1 ? 'carries' : 'carry'} ${carried}.`,
      'Choose fewer instruments, or more connections if there are fewer than 3.',
    )
  }
}

/** Sets the mode of those that the share carries, and says which they are. */
function setModes(share: OwnShare, tokens: readonly number[], mode: FeedMode): number[] {
  const here = tokens.filter((token) => share.wanted.has(token) && share.wanted.get(token) !== mode)
  for (const token of here) share.wanted.set(token, mode)
  return here
}

function rolesOf(layout: Layout): readonly ConnectionRole[] {
  switch (layout.kind) {
    case 'roles':
      return ['primary', 'secondary', 'tertiary']
    case 'redundant':
      return ['redundant', 'redundant']
    case 'split':
      if (!Number.isInteger(layout.connections) || layout.connections < 1 || layout.connections > CONNECTIONS_MAX)
        throw usageError('bad_connections', `${layout.connections} connections, expected 1 to ${CONNECTIONS_MAX}.`)
      return Array.from({ length: layout.connections }, () => 'primary' as const)
  }
}
