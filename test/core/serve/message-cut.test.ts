import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FeedMode } from '../../../src/core/feed/index.js'
import { PacketCache, WalkedMessage } from '../../../src/core/serve/index.js'
import { cutFor, expectedFor, frameOf, message, messageOf, modes, packet, TOKENS, tokenOf, wholePackets } from './packets.js'

test('a client gets its packets of any message, sound or damaged, cut down to its modes, or the message as it is', () => {
  const walked = new WalkedMessage()
  let verbatim = 0
  let cut = 0
  fc.assert(
    fc.property(message, fc.array(modes, { minLength: 1, maxLength: 4 }), (bytes, clients) => {
      walked.walk(frameOf(bytes))
      for (const wanted of clients) {
        const sent = walked.messageFor(wanted)
        const expected = expectedFor(bytes, wanted)
        expect(sent === undefined ? undefined : [...sent]).toEqual(expected === undefined ? undefined : [...expected])
        if (expected === bytes) verbatim++
        else if (expected !== undefined) cut++
      }
    }),
    { numRuns: 2000 },
  )
  expect(verbatim).toBeGreaterThan(100)
  expect(cut).toBeGreaterThan(100)
})

test('a client that takes everything in full gets every message bit for bit, whatever is wrong with it', () => {
  const everything = new Map(TOKENS.map((token): [number, FeedMode] => [token, 'full']))
  const of_packets = message.filter((bytes) => wholePackets(bytes).every((one) => everything.has(tokenOf(one))))
  fc.assert(
    fc.property(of_packets, (bytes) => {
      const walked = new WalkedMessage()
      walked.walk(frameOf(bytes))
      expect([...(walked.messageFor(everything) ?? [])]).toEqual([...bytes])
    }),
    { numRuns: 1000 },
  )
})

test('what was sent does not change when the next message is read into the same bytes', () => {
  const frame = frameOf(messageOf([new Uint8Array(44).fill(7)]))
  const walked = new WalkedMessage()
  walked.walk(frame)
  const token = 0x07070707
  const sent = [new Map([[token, 'full' as const]]), new Map([[token, 'ltp' as const]])].map((one) => walked.messageFor(one))
  const before = sent.map((one) => [...(one ?? [])])
  frame.bytes.fill(0)
  expect(sent.map((one) => [...(one ?? [])])).toEqual(before)
})

test('silenced instruments are left out, and then the message is no longer the one recorded', () => {
  const walked = new WalkedMessage()
  fc.assert(
    fc.property(fc.array(packet(), { minLength: 1, maxLength: 5 }), fc.constantFrom(...TOKENS), (packets, silent) => {
      walked.walk(frameOf(messageOf(packets)))
      const everything = new Map(TOKENS.map((token): [number, FeedMode] => [token, 'full']))
      const left = packets.filter((one) => tokenOf(one) !== silent)
      const sent = walked.messageFor(everything, (token) => token === silent)
      expect(sent === undefined ? undefined : [...sent]).toEqual(left.length === 0 ? undefined : [...messageOf(left)])
    }),
  )
})

test('the cache has the last packet of each token in the mode asked for, never more than was recorded', () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 8 }),
      modes,
      fc.array(fc.constantFrom(...TOKENS, 1, 2), { maxLength: 8 }),
      (messages, wanted, asked) => {
        const cache = new PacketCache()
        const walked = new WalkedMessage()
        const last = new Map<number, Uint8Array>()
        for (const bytes of messages) {
          walked.walk(frameOf(bytes))
          cache.take(walked)
          for (const one of wholePackets(bytes)) last.set(tokenOf(one), one)
        }
        const expected = [...new Set(asked)].flatMap((token) => {
          const one = last.get(token)
          return one === undefined ? [] : (cutFor(one, wanted.get(token)) ?? [])
        })
        const sent = cache.messageOf(asked, (token) => wanted.get(token))
        expect(sent === undefined ? undefined : [...sent]).toEqual(expected.length === 0 ? undefined : [...messageOf(expected)])
      },
    ),
    { numRuns: 500 },
  )
})
