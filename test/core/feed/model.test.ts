import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FEED_LIMITS, FEED_MODES, type FeedMode, type Layout, Switchboard, TRANSITIONS } from '../../../src/core/feed/index.js'
import { Random } from '../../../src/core/random.js'
import { World } from './world.js'

/** The standby has the most to go wrong. */
const LAYOUTS: readonly Layout[] = [
  { kind: 'roles' },
  { kind: 'roles' },
  { kind: 'split', connections: 1 },
  { kind: 'split', connections: 2 },
  { kind: 'split', connections: 3 },
  { kind: 'roles' },
  { kind: 'redundant' },
]
const TOKENS = [408065, 884737, 738561, 256265, 341249, 5633]

const connection = fc.integer({ min: 1, max: 3 })
const tokens = fc.subarray(TOKENS, { minLength: 1 })
const mode = fc.constantFrom(...FEED_MODES)
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('open' as const), connection }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('all_well' as const) }) },
  { weight: 6, arbitrary: fc.record({ op: fc.constant('ticks' as const), connection }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('heartbeat' as const), connection }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('drop' as const), connection }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('fail' as const), connection }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('refuse' as const), connection, status: fc.constantFrom(403, 429, 500) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('ghost' as const), connection, back: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({ op: fc.constant('pass' as const), ms: fc.constantFrom(100, 600, 1200, 5000, 11_000, 70_000) }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('freeze' as const), ms: fc.constantFrom(1500, 10_000) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('subscribe' as const), tokens, mode }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('unsubscribe' as const), tokens }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('mode' as const), tokens, mode }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('credentials' as const) }) },
)
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never

const start = fc.record({
  layout: fc.constantFrom(...LAYOUTS),
  wanted: fc.uniqueArray(fc.tuple(fc.constantFrom(...TOKENS), mode), { selector: ([token]) => token }),
  seed: fc.nat(),
})

function obey(world: World, one: Command): void {
  switch (one.op) {
    case 'open':
      world.open(one.connection)
      break
    case 'all_well':
      for (const { number } of world.board.connections) {
        world.open(number)
        world.message(number, 'ticks')
      }
      break
    case 'ticks':
    case 'heartbeat':
      world.message(one.connection, one.op)
      break
    case 'drop':
      world.drop(one.connection)
      break
    case 'fail':
      world.fail(one.connection)
      break
    case 'refuse':
      world.refuse(one.connection, one.status)
      break
    case 'ghost': {
      const of = world.board.connections[one.connection - 1]
      if (of !== undefined && of.attempt >= one.back) world.ghost(of.number, of.attempt - one.back)
      break
    }
    case 'pass':
      world.pass(one.ms)
      break
    case 'freeze':
      world.freeze(one.ms)
      break
    case 'subscribe':
      world.subscribe(one.tokens, one.mode)
      break
    case 'unsubscribe':
      world.unsubscribe(one.tokens)
      break
    case 'mode':
      world.setMode(
        one.mode,
        one.tokens.filter((token) => world.wanted.has(token)),
      )
      break
    case 'credentials':
      world.credentialsChanged()
  }
}

/** What must hold between any two events. */
function check(world: World): void {
  const everywhere = new Map<number, FeedMode>()
  for (const { number, state } of world.board.connections) {
    const socket = world.socket(number)
    expect(socket !== undefined, `a socket exactly while one is wanted (${state})`).toBe(
      state === 'open' || state === 'connecting',
    )
    if (state === 'open')
      expect(sorted(socket?.subscribed ?? []), 'subscriptions and modes are the wanted set').toEqual(
        sorted(world.board.wanted(number)),
      )
    for (const [token, one] of world.board.share(number).wanted) everywhere.set(token, one)
  }
  expect(sorted(everywhere), 'every wanted instrument has its place, in its mode').toEqual(sorted(world.wanted))
}

const sorted = (modes: Iterable<[number, FeedMode]>): [number, FeedMode][] => [...modes].sort(([a], [b]) => a - b)

const runs = { numRuns: 1000 }

test('after any run subscriptions and modes are the wanted set, one socket a slot, and every gap is told', () => {
  fc.assert(
    fc.property(start, fc.array(command, { maxLength: 60 }), ({ layout, wanted, seed }, commands) => {
      const world = new World(layout, new Map(wanted), seed)
      check(world)
      for (const one of commands) {
        obey(world, one)
        check(world)
      }
      world.stop()
      expect([...world.told_gaps].sort()).toEqual([...world.expected_gaps].sort())
      for (const { number } of world.board.connections) {
        expect(world.state(number)).toBe('closed')
        expect(world.socket(number)).toBeUndefined()
      }
      const connects = world.connects.length
      world.credentialsChanged()
      world.pass(200_000)
      expect(world.connects.length, 'closed stays closed').toBe(connects)
    }),
    runs,
  )
})

test('a server that only refuses is tried at the pace of the back-off, for ever', () => {
  const fault = fc.constantFrom('fail' as const, 'hang' as const, 500, 502, 404, 302)
  fc.assert(
    fc.property(fc.nat(), fc.array(fault, { minLength: 12, maxLength: 30 }), (seed, faults) => {
      const world = new World({ kind: 'split', connections: 1 }, new Map([[408065, 'full']]), seed)
      for (const [failure, kind] of faults.entries()) {
        if (kind === 'fail') world.fail(1)
        else if (kind === 'hang') world.pass(FEED_LIMITS.handshake_ms)
        else world.refuse(1, kind)
        expect(world.state(1)).toBe('waiting')
        const failed_ms = world.now_ms
        while (world.state(1) === 'waiting') world.pass(100)
        const longest_ms = Math.min(500 * 2 ** failure, 60_000)
        expect(world.now_ms - failed_ms).toBeGreaterThanOrEqual(longest_ms / 2)
        expect(world.now_ms - failed_ms).toBeLessThanOrEqual(longest_ms + 100)
      }
    }),
    { numRuns: 100 },
  )
})

describe('the table of transitions', () => {
  test('each cell is reached, so it says no more than what happens', () => {
    const reached = new Set<string>()
    const { connections } = new World({ kind: 'redundant' }, new Map()).board
    const prototype = Object.getPrototypeOf(connections[0])
    const step = prototype.step
    prototype.step = function (this: (typeof connections)[number], event: { event: string }) {
      const from = this.state
      const attempt = 'attempt' in event ? event.attempt : this.attempt
      const effects = step.call(this, event)
      if (attempt === this.attempt || this.state !== from) reached.add(`${from} ${event.event} ${this.state}`)
      return effects
    }
    try {
      walkEveryCell()
    } finally {
      prototype.step = step
    }
    const promised = Object.entries(TRANSITIONS).flatMap(([from, row]) =>
      Object.entries(row).flatMap(([event, states]) => states.map((to) => `${from} ${event} ${to}`)),
    )
    expect(promised.filter((cell) => !reached.has(cell))).toEqual([])
  })
})

function walkEveryCell(): void {
  const layout: Layout = { kind: 'split', connections: 1 }
  const world = (): World => new World(layout, new Map([[1, 'full']]))
  for (const act of [
    (w: World) => w.stop(),
    (w: World) => w.refuse(1, 403),
    (w: World) => w.refuse(1, 500),
    (w: World) => w.fail(1),
    (w: World) => w.pass(11_000),
  ]) {
    const one = world()
    act(one)
    one.pass(200)
    one.pass(2000)
    one.stop()
  }
  new Switchboard({ layout, wanted: new Map(), limits: FEED_LIMITS, random: new Random(1, ''), isTrading: () => true }).stop(0, 0)
  const early = world()
  const socket = { attempt: 1, now_ms: early.now_ms }
  early.do(early.board.socket(1, { ...socket, event: 'closed', code: 1006, reason: '' }))
  early.stop()
  const waiting = world()
  waiting.refuse(1, 403)
  waiting.credentialsChanged()
  waiting.open(1)
  waiting.message(1, 'ticks')
  waiting.pong(1)
  waiting.pass(100)
  waiting.fail(1)
  const refused = world()
  refused.refuse(1, 403)
  refused.stop()
  const silent = world()
  silent.open(1)
  silent.pass(5000)
  const ended = world()
  ended.open(1, true)
  ended.drop(1, 1000, 'end of recording')
  const dropped = world()
  dropped.open(1)
  dropped.drop(1)
  const stopped = world()
  stopped.open(1)
  stopped.stop()
}
