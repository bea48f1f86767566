import { describe, expect, test } from 'vitest'
import type { FeedMode, Layout } from '../../../src/core/feed/index.js'
import { World } from './world.js'

const ROLES: Layout = { kind: 'roles' }
const FULL: FeedMode = 'full'
const modes = (...pairs: [number, FeedMode][]): Map<number, FeedMode> => new Map(pairs)

/** Primary with 1 and 2, secondary with 3, standby; all open and ticking. */
function threeOpen(): World {
  const world = new World(ROLES, modes([1, 'quote'], [2, 'ltp'], [3, FULL]))
  for (const connection of [1, 2, 3]) {
    world.open(connection)
    world.message(connection, 'ticks')
  }
  world.pass(1000, () => beat(world))
  return world
}

function beat(world: World): void {
  for (const connection of [1, 2, 3]) world.message(connection, 'ticks')
}

describe('the standby', () => {
  test('takes over what a failed connection carried, in its modes, and the gap ends with its first tick', () => {
    const world = threeOpen()
    const from_ms = world.stamp_ms
    world.now_ms += 40
    world.drop(1)
    expect([...(world.socket(3)?.subscribed ?? [])]).toEqual([
      [1, 'quote'],
      [2, 'ltp'],
    ])
    expect(world.told('takeover')).toEqual([{ event: 'takeover', connection: 3, from_connection: 1, tokens: [1, 2] }])
    world.now_ms += 30
    world.message(3, 'heartbeat')
    expect(world.told('gap')).toEqual([])
    world.now_ms += 30
    world.message(3, 'ticks')
    expect(world.told('gap')).toMatchObject([
      { connection: 1, from_ms, to_ms: from_ms + 100, cause: 'disconnect', grade: 'certain', tokens: [1, 2] },
    ])
  })

  test('gives back only when ticks come again: rather twice than not at all', () => {
    const world = threeOpen()
    world.drop(1)
    world.now_ms += 10
    world.message(3, 'ticks')
    while (world.state(1) !== 'connecting') world.pass(100, () => beat(world))
    world.open(1)
    expect(world.socket(3)?.subscribed.size).toBe(2)
    world.message(1, 'ticks')
    expect(world.socket(3)?.subscribed.size).toBe(0)
    expect(world.told('returned')).toEqual([{ event: 'returned', connection: 3, from_connection: 1, tokens: [1, 2] }])
    expect(world.told('gap')).toHaveLength(1)
  })

  test('once it had them, each gap of that connection names its instruments: the recording of the standby has them too', () => {
    const world = threeOpen()
    world.drop(1)
    world.message(3, 'ticks')
    while (world.state(1) !== 'connecting') world.pass(100, () => beat(world))
    world.open(1)
    world.message(1, 'ticks')
    world.drop(3)
    world.drop(1)
    while (world.state(1) !== 'connecting') world.pass(100, () => world.message(2, 'ticks'))
    world.open(1)
    world.message(1, 'ticks')
    expect(
      world
        .told('gap')
        .filter(({ connection }) => connection === 1)
        .at(-1),
    ).toMatchObject({ tokens: [1, 2] })
  })

  test('that opens late takes over what failed before', () => {
    const world = new World(ROLES, modes([1, 'quote'], [3, FULL]))
    world.refuse(1, 500)
    world.open(3)
    expect([...(world.socket(3)?.subscribed ?? [])]).toEqual([[1, 'quote']])
  })

  test('leaves what has no room: that gap lasts, and both say whose they are', () => {
    const quotes = Array.from({ length: 3000 }, (_, n) => n + 1)
    const fulls = Array.from({ length: 10 }, (_, n) => n + 5001)
    const world = new World(
      ROLES,
      new Map([...quotes.map((t) => [t, 'quote'] as const), ...fulls.map((t) => [t, FULL] as const)]),
    )
    for (const connection of [1, 2, 3]) world.open(connection)
    world.pass(500, () => beat(world))
    world.unsubscribe([7])
    world.drop(2)
    world.drop(1)
    expect(world.socket(3)?.subscribed.size).toBe(3000)
    world.now_ms += 50
    world.message(3, 'ticks')
    world.stop()
    const missing = world.told('gap').map(({ connection, tokens }) => [connection, tokens?.length])
    expect(missing).toEqual([
      [2, 10],
      [1, 2990],
      [1, 9],
    ])
  })

  test('delivers while the other is back without ticks and lost again: nothing is missing', () => {
    const world = threeOpen()
    const others = (): void => {
      world.message(2, 'ticks')
      world.message(3, 'ticks')
    }
    world.drop(1)
    world.now_ms += 10
    world.message(3, 'ticks')
    while (world.state(1) !== 'connecting') world.pass(100, () => beat(world))
    world.open(1)
    world.pass(500, others)
    world.drop(1)
    world.pass(5000, others)
    world.stop()
    expect(world.told('gap')).toHaveLength(1)
  })

  test('follows changes of what it took over', () => {
    const world = threeOpen()
    world.drop(1)
    world.setMode('full', [1])
    world.subscribe([8], 'ltp')
    world.unsubscribe([2])
    expect([...(world.socket(3)?.subscribed ?? [])]).toEqual([
      [1, 'full'],
      [8, 'ltp'],
    ])
  })

  test('that fails itself is missed only for what it had taken over', () => {
    const world = threeOpen()
    world.drop(3)
    world.pass(1000, () => beat(world))
    expect(world.told('gap')).toEqual([])
  })
})

test('redundant connections are judged apart: each has its own recording', () => {
  const world = new World({ kind: 'redundant' }, modes([1, FULL]))
  for (const connection of [1, 2]) {
    world.open(connection)
    world.message(connection, 'ticks')
  }
  world.drop(1)
  world.pass(3000, () => {
    world.open(1)
    beat(world)
  })
  expect(world.told('gap')).toMatchObject([{ connection: 1 }])
  expect(world.told('gap')[0]).not.toHaveProperty('tokens')
})

describe('changes while it runs', () => {
  test('go to the open connection at once, and to the one that is down when it is back', () => {
    const world = new World({ kind: 'split', connections: 2 }, modes([1, FULL], [2, FULL]))
    world.open(1)
    world.subscribe([11, 12, 13], 'ltp')
    expect([...(world.socket(1)?.subscribed ?? [])]).toEqual([
      [1, 'full'],
      [11, 'ltp'],
      [13, 'ltp'],
    ])
    world.open(2)
    expect([...(world.socket(2)?.subscribed ?? [])]).toEqual([
      [2, 'full'],
      [12, 'ltp'],
    ])
    world.setMode('quote', [11, 12])
    world.unsubscribe([1, 999])
    expect([...(world.socket(1)?.subscribed ?? [])]).toEqual([
      [11, 'quote'],
      [13, 'ltp'],
    ])
    expect(world.told('unsubscribed')).toEqual([{ event: 'unsubscribed', connection: 1, tokens: [1] }])
  })
})

describe('a machine that stands still', () => {
  const frozen = (kind: 'ticks' | 'heartbeat'): World => {
    const world = new World({ kind: 'split', connections: 1 }, modes([1, FULL]))
    world.open(1)
    world.pass(5000, () => world.message(1, 'ticks'))
    world.pass(3000, () => world.message(1, kind))
    return world
  }

  test('blames no server: neither for silence nor for missing ticks', () => {
    for (const kind of ['ticks', 'heartbeat'] as const) {
      const world = frozen(kind)
      world.freeze(29_000)
      expect(world.told('loop_blocked')).toEqual([{ event: 'loop_blocked', blocked_ms: 29_000 }])
      world.pass(3000, () => world.message(1, 'heartbeat'))
      expect([world.told('stall'), world.told('suspect'), world.state(1)]).toEqual([[], [], 'open'])
    }
  })

  test('still finds the server that fell silent', () => {
    const world = frozen('ticks')
    world.freeze(10_000)
    world.pass(4100)
    expect(world.told('stall')).toHaveLength(1)
  })

  test('gives a handshake its time', () => {
    const world = new World({ kind: 'split', connections: 1 }, modes([1, FULL]))
    world.freeze(20_000)
    expect(world.state(1)).toBe('connecting')
    world.pass(10_000)
    expect(world.state(1)).toBe('waiting')
  })
})

describe('the back-off', () => {
  const lifetime = (world: World, ms: number): void => {
    while (world.state(1) !== 'connecting') world.pass(100)
    world.open(1)
    world.pass(ms, () => world.message(1, 'ticks'))
    world.drop(1)
  }
  const delayMs = (world: World): number => (world.board.connections[0]?.retryAtMs ?? 0) - world.now_ms

  test('grows while sockets live for seconds only, even with ticks', () => {
    const world = new World({ kind: 'split', connections: 1 }, modes([1, FULL]))
    for (let n = 0; n < 7; n++) lifetime(world, 2000)
    expect(delayMs(world)).toBeGreaterThanOrEqual(16_000)
  })

  test('is cut short by chance, so that what fell together does not come back together', () => {
    const world = new World({ kind: 'split', connections: 3 }, modes([1, FULL], [2, FULL], [3, FULL]))
    for (const connection of [1, 2, 3]) world.fail(connection)
    const delays = world.board.connections.map(({ retryAtMs }) => retryAtMs)
    expect(new Set(delays).size).toBe(3)
  })

  test('starts again after a socket that held for 10 s', () => {
    const world = new World({ kind: 'split', connections: 1 }, modes([1, FULL]))
    for (let n = 0; n < 7; n++) lifetime(world, 2000)
    lifetime(world, 11_000)
    expect(delayMs(world)).toBeLessThanOrEqual(500)
  })
})

describe('a recording that is served', () => {
  const T = 1_600_000_000_000
  const ended = 'end of recording'

  test('gaps are on its clock, also where the tries before it were on ours', () => {
    const world = new World({ kind: 'split', connections: 1 }, modes([1, FULL]))
    world.refuse(1, 500)
    while (world.state(1) !== 'connecting') world.pass(100)
    world.open(1, true)
    world.message(1, 'ticks', T)
    expect(world.told('gap'), 'what was missed before is unknown on its clock').toEqual([])
    world.drop(1)
    while (world.state(1) !== 'connecting') world.pass(100)
    world.open(1, true)
    world.message(1, 'ticks', T + 4321)
    expect(world.told('gap')).toMatchObject([{ from_ms: T, to_ms: T + 4321 }])
  })

  test('ends when every connection has come to its end, and tries no more', () => {
    const world = new World({ kind: 'split', connections: 2 }, modes([1, FULL], [2, FULL]))
    for (const connection of [1, 2]) world.open(connection, true)
    world.drop(1, 1000, ended)
    expect(world.ended).toBe(false)
    world.drop(2, 1000, ended)
    expect(world.ended).toBe(true)
    world.pass(100_000)
    expect(world.connects).toHaveLength(2)
    expect(world.told('gap')).toEqual([])
  })

  test('a connection that waits for its next try when the others end has nothing to come back to', () => {
    const world = new World({ kind: 'split', connections: 2 }, modes([1, FULL], [2, FULL]))
    for (const connection of [1, 2]) {
      world.open(connection, true)
      world.message(connection, 'ticks', T)
    }
    world.drop(2)
    world.message(1, 'ticks', T + 60_000)
    world.drop(1, 1000, ended)
    world.pass(200)
    expect(world.ended).toBe(true)
    expect(world.told('gap')).toMatchObject([{ connection: 2, from_ms: T, to_ms: T + 60_000 }])
  })

  test('the same good-bye from Kite is a drop like any other', () => {
    const world = new World({ kind: 'split', connections: 1 }, modes([1, FULL]))
    world.open(1)
    world.drop(1, 1000, ended)
    expect(world.state(1)).toBe('waiting')
  })

  test('paused, its silence is no silence of the market', () => {
    const world = new World({ kind: 'split', connections: 1 }, modes([1, FULL]))
    world.open(1, true)
    for (let n = 0; n < 20; n++) {
      world.pass(100)
      world.message(1, 'ticks', T + n * 100)
    }
    world.pass(120_000, () => world.pong(1))
    expect(world.told('suspect')).toEqual([])
    expect(world.state(1)).toBe('open')
  })
})

describe('silence of the ticks', () => {
  test('is counted while the market is open only', () => {
    const world = new World({ kind: 'split', connections: 1 }, modes([1, FULL]))
    world.open(1)
    world.pass(3000, () => world.message(1, 'ticks'))
    world.trading = false
    world.pass(600_000, () => world.message(1, 'heartbeat'))
    world.trading = true
    world.pass(9000, () => world.message(1, 'heartbeat'))
    expect(world.told('suspect')).toEqual([])
    world.pass(2000, () => world.message(1, 'heartbeat'))
    expect(world.told('suspect')).toHaveLength(1)
  })

  test('is none on a connection whose instruments have closed, while others trade on', () => {
    const world = new World({ kind: 'split', connections: 2 }, modes([1, FULL], [2, FULL]))
    for (const connection of [1, 2]) world.open(connection)
    const tick = (...connections: number[]): void => {
      for (const connection of [1, 2]) world.message(connection, connections.includes(connection) ? 'ticks' : 'heartbeat')
    }
    world.pass(3000, () => tick(1, 2))
    world.closed.add(1)
    world.pass(120_000, () => tick(2))
    expect(world.told('suspect')).toEqual([])
    world.pass(120_000, () => tick())
    expect(world.told('suspect').map(({ connection }) => connection)).toContain(2)
    expect(world.told('suspect').map(({ connection }) => connection)).not.toContain(1)
  })

  test('that outlasts a new connection is met with more patience each time', () => {
    const world = new World({ kind: 'split', connections: 1 }, modes([1, FULL]))
    world.open(1)
    world.pass(3000, () => world.message(1, 'ticks'))
    const ends: number[] = []
    world.pass(600_000, () => {
      if (world.state(1) === 'connecting') {
        ends.push(world.now_ms)
        world.open(1)
        world.message(1, 'ticks')
      }
      world.message(1, 'heartbeat')
    })
    const waits = ends.slice(1).map((at_ms, n) => Math.round((at_ms - (ends[n] ?? 0)) / 10_000) * 10)
    expect(waits).toEqual([60, 120, 240])
  })
})

test('another token is tried as if there had been none before', () => {
  const world = new World({ kind: 'split', connections: 1 }, modes([1, FULL]))
  for (let n = 0; n < 12; n++) {
    world.refuse(1, 403)
    while (world.state(1) !== 'connecting') world.pass(100)
  }
  world.refuse(1, 403)
  world.credentialsChanged()
  expect(world.state(1)).toBe('connecting')
  world.refuse(1, 403)
  expect((world.board.connections[0]?.retryAtMs ?? 0) - world.now_ms).toBeLessThanOrEqual(500)
  expect(world.told('auth_needed')).toHaveLength(2)
})

test('while one token is refused to all, the first that gets in fetches the others', () => {
  const world = new World({ kind: 'split', connections: 3 }, modes([1, FULL], [2, FULL], [3, FULL]))
  for (const connection of [1, 2, 3]) world.refuse(connection, 403)
  while (world.state(1) !== 'connecting') world.pass(100)
  world.refuse(2, 403)
  world.open(1)
  expect(world.board.connections.map(({ state }) => state)).toEqual(['open', 'connecting', 'connecting'])
})
