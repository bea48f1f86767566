import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FeedMode, Layout } from '../../../src/core/feed/index.js'
import { encodeMessage } from '../../../src/core/wire/index.js'
import { type Answer, closeFrame, FaultServer, frame, OPCODE } from '../../support/fault-server.js'
import { HandClock, Rig } from './rig.js'

const TOKENS = [408065, 884737, 738561, 256265]
const LAYOUTS: readonly Layout[] = [{ kind: 'split', connections: 3 }, { kind: 'roles' }, { kind: 'redundant' }]
const tick = encodeMessage([{ kind: 'ltp', instrument_token: 408065, last_price: 1 }])

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('fin', 'rst', 'close', 'garbage', 'half', 'tick'), to: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse'), answer: fc.constantFrom<Answer>(403, 429, 500, 'reset') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('subscribe', 'unsubscribe'),
      tokens: fc.subarray(TOKENS, { minLength: 1 }),
      mode: fc.constantFrom<FeedMode>('ltp', 'quote', 'full'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('credentials') }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function take(server: FaultServer, rig: Rig, one: Step): void {
  if ('answer' in one) server.answers.push(one.answer)
  else if ('tokens' in one) {
    if (one.do === 'subscribe') rig.feed.subscribe(one.tokens, one.mode)
    else rig.feed.unsubscribe(one.tokens)
  } else if (!('to' in one)) rig.feed.credentialsChanged()
  else {
    const client = server.live[one.to % Math.max(1, server.live.length)]
    if (one.do === 'fin') client?.socket.end()
    else if (one.do === 'rst') client?.socket.resetAndDestroy()
    else if (one.do === 'close') client?.raw(closeFrame(1001))
    else if (one.do === 'garbage') client?.raw(frame(3))
    else if (one.do === 'half') client?.raw(frame(OPCODE.binary, tick).subarray(0, 5))
    else client?.binary(tick)
  }
}

const inOrder = (sets: Iterable<[number, string]>[]): string[] =>
  sets.map((one) => JSON.stringify([...one].sort(([a], [b]) => a - b))).sort()

test('after any faults on real sockets each slot has one live socket, subscribed to what is wanted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...LAYOUTS), fc.array(step, { maxLength: 15 }), async (layout, steps) => {
      const server = await FaultServer.start()
      const wanted = new Map<number, FeedMode>([
        [408065, 'full'],
        [884737, 'quote'],
      ])
      const rig = new Rig({ url: server.url, clock: new HandClock(), layout, wanted })
      const connections = rig.feed.status().map(({ connection }) => connection)
      const settled = (): boolean => {
        const { live } = server
        if (live.length !== connections.length || rig.feed.status().some(({ state }) => state !== 'open')) return false
        const carried = connections.map((one) =>
          [...rig.feed.carried(one)].flatMap(([mode, tokens]) => tokens.map((t): [number, string] => [t, mode])),
        )
        return JSON.stringify(inOrder(live.map(({ subscribed }) => subscribed))) === JSON.stringify(inOrder(carried))
      }
      for (const one of steps) {
        take(server, rig, one)
        await rig.until(() => rig.feed.status().some(({ state }) => state === 'open'), 'any connection')
      }
      server.answers.length = 0
      // Half a frame leaves a socket that waits for the rest: what comes next would be taken for it.
      for (const client of server.live) client.socket.end()
      await rig.until(settled, 'peace')
      expect(server.live).toHaveLength(connections.length)
      await rig.feed.stop()
    }),
    { numRuns: 25 },
  )
})
