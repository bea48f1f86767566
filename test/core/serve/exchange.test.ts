import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeRequest, type FeedMode } from '../../../src/core/feed/index.js'
import { type ClientLine, Exchange } from '../../../src/core/serve/index.js'
import { encodeMessage } from '../../../src/core/wire/index.js'
import { fullPacket } from '../../support/sample-records.js'
import { Ear, hexOf } from './heard.js'
import { cutFor, expectedFor, frameOf, message, messageOf, TOKENS, tokenOf, wholePackets } from './packets.js'

/** 2025-10-06 09:15:00 IST */
const T0 = 1_759_722_300_000
const [A, B, C] = TOKENS

function opened(): Exchange {
  const exchange = new Exchange()
  exchange.begin(1234)
  exchange.standAt(T0, undefined)
  return exchange
}

function join(exchange: Exchange, hears_time = false): { ear: Ear; line: ClientLine; ask(text: string): void } {
  const ear = new Ear()
  const line = exchange.open(ear, hears_time)
  return { ear, line, ask: (text) => exchange.onRequest(line, text) }
}

const subscribe = (...tokens: number[]): string => encodeRequest({ action: 'subscribe', tokens })
const unsubscribe = (...tokens: number[]): string => encodeRequest({ action: 'unsubscribe', tokens })
const mode = (word: FeedMode, ...tokens: number[]): string => encodeRequest({ action: 'mode', mode: word, tokens })
const full = (token: number, last_price = 250_000): Uint8Array =>
  encodeMessage([fullPacket({ instrument_token: token, last_price })])
const play = (exchange: Exchange, bytes: Uint8Array, after_ms: number): void =>
  exchange.onRecord(frameOf(bytes, T0 + after_ms), true)
const cut = (bytes: Uint8Array, word: FeedMode): string =>
  hexOf(messageOf(wholePackets(bytes).map((one) => cutFor(one, word) ?? one)))

test('the greeting is what Kite says, at the virtual time', () => {
  const { ear } = join(opened())
  const texts = ear.take().map((one) => (one.kind === 'text' ? JSON.parse(one.text) : one))
  expect(texts).toEqual([
    { type: 'instruments_meta', data: { count: 1234, etag: expect.stringMatching(/^W\/"[0-9a-f]+-[0-9a-f]+"$/) } },
    { type: 'app_code', timestamp: '2025-10-06T09:15:00+05:30' },
  ])
})

test('a new subscription is in quote mode, and gets the last packet at once', () => {
  const exchange = opened()
  play(exchange, full(A), 0)
  play(exchange, full(A, 260_000), 10)
  const { ear, ask } = join(exchange)
  ear.take()
  ask(subscribe(A, B))
  expect(ear.ticks()).toEqual([cut(full(A, 260_000), 'quote')])
  play(exchange, full(A, 270_000), 20)
  expect(ear.ticks()).toEqual([cut(full(A, 270_000), 'quote')])
})

test('a mode holds for the tokens named, and their last packet comes again in it; the same mode again says nothing', () => {
  const exchange = opened()
  play(exchange, messageOf([...wholePackets(full(A)), ...wholePackets(full(B))]), 0)
  const { ear, ask } = join(exchange)
  ask(subscribe(A, B))
  ear.take()
  ask(mode('full', A))
  expect(ear.ticks()).toEqual([hexOf(full(A))])
  ask(mode('full', A))
  expect(ear.take()).toEqual([])
  ask(mode('ltp', B))
  expect(ear.ticks()).toEqual([cut(full(B), 'ltp')])
  const both = messageOf([...wholePackets(full(A, 1)), ...wholePackets(full(B, 1))])
  play(exchange, both, 10)
  expect(ear.ticks()).toEqual([
    hexOf(
      expectedFor(
        both,
        new Map([
          [A, 'full'],
          [B, 'ltp'],
        ]),
      ) ?? new Uint8Array(0),
    ),
  ])
})

test('a mode of a token that is not subscribed is ignored; a second subscription keeps the mode', () => {
  const exchange = opened()
  const { ear, line, ask } = join(exchange)
  ask(mode('full', A))
  expect([...line.modes]).toEqual([])
  ask(subscribe(A))
  ask(mode('full', A))
  ask(subscribe(A, B))
  expect([...line.modes]).toEqual([
    [A, 'full'],
    [B, 'quote'],
  ])
  ask(unsubscribe(A))
  ear.take()
  play(exchange, full(A), 0)
  expect(ear.take()).toEqual([])
})

test.each([
  'garbage',
  '',
  'null',
  '[]',
  '{"a":"subscribe"}',
  '{"a":"subscribe","v":"all"}',
  '{"a":"subscribe","v":["408065"]}',
  '{"a":"subscribe","v":[-1,1.5,4294967296,null,{},"x"]}',
  '{"a":"mode","v":["loud",[408065]]}',
  '{"a":"mode","v":["full"]}',
  '{"a":"order","v":[408065]}',
  '{"__proto__":{"a":"subscribe"},"v":[408065]}',
])('what is no request of Kite changes nothing and says nothing: %s', (text) => {
  const exchange = opened()
  const { ear, line, ask } = join(exchange)
  ear.take()
  ask(text)
  expect(line.modes.size).toBe(0)
  expect(ear.take()).toEqual([])
})

test('3000 instruments and no more; an error in the words of Kite says so', () => {
  const { ear, line, ask } = join(opened())
  ear.take()
  ask(subscribe(...Array.from({ length: 2990 }, (_, n) => 256 * n + 1)))
  expect(ear.take()).toEqual([])
  ask(subscribe(...Array.from({ length: 20 }, (_, n) => 256 * n + 2)))
  expect(line.modes.size).toBe(3000)
  expect(ear.take()).toMatchObject([
    { kind: 'text', text: expect.stringMatching(/^\{"type":"error","data":"At most 3000 .*10 /) },
  ])
  ask(unsubscribe(257))
  ask(subscribe(999_999))
  expect(line.modes.get(999_999)).toBe('quote')
})

test('slots: the lowest one that is free', () => {
  const exchange = opened()
  const clients = [join(exchange), join(exchange), join(exchange)]
  expect(clients.map(({ line }) => line.slot)).toEqual([0, 1, 2])
  exchange.leave(clients[1]!.line)
  expect(join(exchange).line.slot).toBe(1)
  expect(join(exchange).line.slot).toBe(3)
})

test('recorded heartbeats and texts go to everybody as they are, and so does a message without a whole packet', () => {
  const exchange = opened()
  const clients = [join(exchange), join(exchange)]
  clients[1]!.ask(subscribe(A))
  for (const { ear } of clients) ear.take()
  const text = '{"type":"order","data":{"order_id":"1"}}'
  for (const bytes of [Uint8Array.of(7), new TextEncoder().encode(text), Uint8Array.of(255, 255), new Uint8Array(0)])
    play(exchange, bytes, 0)
  for (const { ear } of clients)
    expect(ear.take()).toEqual([
      { kind: 'binary', hex: '07' },
      { kind: 'text', text },
      { kind: 'binary', hex: 'ffff' },
      { kind: 'binary', hex: '' },
    ])
})

test('who listens hears the recorded time before the first message and whenever it changes', () => {
  const exchange = opened()
  const { ear, ask } = join(exchange, true)
  ask(subscribe(A))
  ask(mode('full', A))
  expect(ear.take().map(({ kind }) => kind)).toEqual(['time', 'text', 'text'])
  for (const after_ms of [5, 5, 7, 6]) play(exchange, full(A), after_ms)
  expect(ear.take()).toEqual([
    { kind: 'time', ms: T0 + 5 },
    { kind: 'binary', hex: hexOf(full(A)) },
    { kind: 'binary', hex: hexOf(full(A)) },
    { kind: 'time', ms: T0 + 7 },
    { kind: 'binary', hex: hexOf(full(A)) },
    { kind: 'time', ms: T0 + 6 },
    { kind: 'binary', hex: hexOf(full(A)) },
  ])
})

test('a heartbeat of real time stands under the time told last', () => {
  const exchange = opened()
  const { ear, line } = join(exchange, true)
  ear.take()
  line.beat()
  expect(ear.take()).toEqual([{ kind: 'binary', hex: '00' }])
})

test('records that are passed over fill the cache, and nobody hears of them', () => {
  const exchange = opened()
  const { ear, ask } = join(exchange)
  ask(subscribe(A))
  ear.take()
  exchange.onRecord(frameOf(full(A), T0 + 60_000), false)
  expect(ear.take()).toEqual([])
  ask(unsubscribe(A))
  ask(subscribe(A))
  expect(ear.ticks()).toEqual([cut(full(A), 'quote')])
})

/** What happens, in any order: a record after some time, or a client that asks for something. */
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ bytes: message, wait_ms: fc.constantFrom(0, 1, 300, 999, 1000, 5000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      client: fc.nat(3),
      action: fc.constantFrom('subscribe' as const, 'unsubscribe' as const, 'ltp' as const, 'quote' as const, 'full' as const),
      tokens: fc.subarray([...TOKENS]),
    }),
  },
)

test('many clients, each its own view: what they get is what a slow reading of the rules says', () => {
  let beats = 0
  fc.assert(
    fc.property(fc.array(happening, { minLength: 1, maxLength: 30 }), (script) => {
      const exchange = opened()
      const clients = Array.from({ length: 4 }, () => ({
        ...join(exchange),
        wanted: new Map<number, FeedMode>(),
        expected: [] as string[],
        last_ms: 0,
      }))
      for (const { ear } of clients) ear.take()
      const last = new Map<number, Uint8Array>()
      let now_ms = 0
      const told = (client: (typeof clients)[number], bytes: Uint8Array): void => {
        client.expected.push(hexOf(bytes))
        client.last_ms = now_ms
      }
      const tellLast = (client: (typeof clients)[number], tokens: readonly number[]): void => {
        const packets = tokens.flatMap((token) => {
          const one = last.get(token)
          return one === undefined ? [] : (cutFor(one, client.wanted.get(token)) ?? [])
        })
        if (packets.length > 0) told(client, messageOf(packets))
      }
      for (const step of script) {
        if ('bytes' in step) {
          if (step.bytes[0] === 0x7b && step.bytes.length > 1) continue // a text
          now_ms += step.wait_ms
          for (const client of clients) {
            const sent = step.bytes.length === 1 ? step.bytes : expectedFor(step.bytes, client.wanted)
            if (sent !== undefined) told(client, sent)
            else if (now_ms - client.last_ms >= 1000) {
              beats++
              told(client, Uint8Array.of(0))
            }
          }
          for (const one of wholePackets(step.bytes)) last.set(tokenOf(one), one)
          play(exchange, step.bytes, now_ms)
          continue
        }
        const client = clients[step.client]!
        const { action, tokens } = step
        if (action === 'subscribe') {
          for (const token of tokens) if (!client.wanted.has(token)) client.wanted.set(token, 'quote')
          tellLast(client, tokens)
          client.ask(subscribe(...tokens))
        } else if (action === 'unsubscribe') {
          for (const token of tokens) client.wanted.delete(token)
          client.ask(unsubscribe(...tokens))
        } else {
          const changed = tokens.filter((token) => client.wanted.has(token) && client.wanted.get(token) !== action)
          for (const token of changed) client.wanted.set(token, action)
          tellLast(client, changed)
          client.ask(mode(action, ...tokens))
        }
      }
      for (const { ear, expected } of clients)
        expect(ear.heard.flatMap((one) => (one.kind === 'binary' ? [one.hex] : []))).toEqual(expected)
    }),
    { numRuns: 500 },
  )
  expect(beats).toBeGreaterThan(50)
})

test('a day that begins again begins with an empty cache', () => {
  const exchange = opened()
  play(exchange, full(C), 0)
  exchange.begin(1234)
  exchange.standAt(T0, undefined)
  const { ear, ask } = join(exchange)
  ear.take()
  ask(subscribe(C))
  expect(ear.take()).toEqual([])
})
