import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { KiteTicker } from 'kiteconnect'
import { expect, test } from 'vitest'
import type { FeedMode } from '../../../src/core/feed/index.js'
import { cutFor, expectedFor, tokenOf, wholePackets } from '../../core/serve/packets.js'
import type { PlainRecord } from '../../support/read-records.js'
import { difference, serving } from '../../support/serve.js'
import { synthDay } from '../../support/synth-day.js'

const CLIENTS = join(import.meta.dirname, '..', '..', 'support', 'clients')
/** A whole day, once with everything in full and once in mixed modes. */
const [records, mixed] = (['full', 'mixed'] as const).map((mode): readonly PlainRecord[] =>
  synthDay({ seed: 7, instruments: 60, rate: 1.5, until_h: 15.7, mode }).records.map(({ received_ms, bytes }) => ({
    received_at_ms: received_ms,
    message: bytes,
  })),
) as [readonly PlainRecord[], readonly PlainRecord[]]
const TOKENS = [...new Set([...records, ...mixed].filter(isPackets).flatMap(({ message }) => wholePackets(message).map(tokenOf)))]

function isPackets({ message }: PlainRecord): boolean {
  return message.length > 1 && message[0] !== 0x7b
}

/** Lines that a program writes until it ends. */
function linesOf(command: string, args: readonly string[]): Promise<{ code: number | null; lines: string[]; stderr: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes))
  child.stderr.on('data', (bytes: Buffer) => err.push(bytes))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({
        code,
        lines: Buffer.concat(out)
          .toString('utf8')
          .split('\n')
          .filter((line) => line !== ''),
        stderr: Buffer.concat(err).toString('utf8'),
      }),
    )
  })
}

/** What the official parser makes of a message: its faults are told in test/core/wire/official-client.test.ts. */
const parser = new KiteTicker({ api_key: 'none', access_token: 'none' })
function official(message: Uint8Array): unknown {
  const parseBinary: unknown = Reflect.get(parser, 'parseBinary')
  if (typeof parseBinary !== 'function') throw new Error('kiteconnect has no parseBinary any more')
  const copy = new ArrayBuffer(message.length)
  new Uint8Array(copy).set(message)
  return parseBinary(copy)
}

async function officialTicks(url: string, wishes: readonly unknown[]): Promise<{ ticks: string[]; events: unknown[] }> {
  const setup = { root: `${url}/`, api_key: 'mds', access_token: 'mds', wishes }
  const { code, lines, stderr } = await linesOf(process.execPath, [join(CLIENTS, 'official.mjs'), JSON.stringify(setup)])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  const said = lines.map((line): { ticks?: unknown } => JSON.parse(line))
  return {
    ticks: said.flatMap(({ ticks }) => (ticks === undefined ? [] : [JSON.stringify(ticks)])),
    events: said.filter(({ ticks }) => ticks === undefined),
  }
}

const expectedTicks = (wanted: ReadonlyMap<number, FeedMode>, of: readonly PlainRecord[] = records): string[] =>
  of.filter(isPackets).flatMap(({ message }) => {
    const sent = expectedFor(message, wanted)
    return sent === undefined ? [] : [JSON.stringify(official(sent))]
  })

test('there is a day to parse: thousands of packets of every kind', () => {
  const lengths = new Set(
    [...records, ...mixed].filter(isPackets).flatMap(({ message }) => wholePackets(message).map(({ length }) => length)),
  )
  expect([...lengths].sort((a, b) => a - b)).toEqual([8, 28, 32, 44, 184])
  expect(TOKENS.length).toBeGreaterThan(50)
  expect(Math.min(records.length, mixed.length)).toBeGreaterThan(1000)
})

test.each([
  ['in full', records],
  ['in mixed modes', mixed],
])('the official client, unmodified, parses the whole day %s: every tick equals the recording', async (_, of) => {
  const { url, done } = await serving({ records: of })
  const { ticks, events } = await officialTicks(url, [
    ['subscribe', TOKENS],
    ['setMode', 'full', TOKENS],
  ])
  expect(difference(ticks, expectedTicks(new Map(TOKENS.map((token) => [token, 'full'])), of))).toBeUndefined()
  expect(events).toEqual([{ event: 'connect' }, { event: 'close', code: 1000, reason: 'end of recording' }])
  await done
})

test('the official client gets what it subscribed to, in the mode of each', async () => {
  const { url } = await serving({ records })
  const [ltp, quote, full, none] = [0, 1, 2, 3].map((part) => TOKENS.filter((_, n) => n % 4 === part)) as [
    number[],
    number[],
    number[],
    number[],
  ]
  const { ticks } = await officialTicks(url, [
    ['subscribe', TOKENS],
    ['setMode', 'full', [...full, ...ltp]],
    ['setMode', 'ltp', ltp],
    ['unsubscribe', none],
  ])
  const wanted = new Map<number, FeedMode>([
    ...ltp.map((token): [number, FeedMode] => [token, 'ltp']),
    ...quote.map((token): [number, FeedMode] => [token, 'quote']),
    ...full.map((token): [number, FeedMode] => [token, 'full']),
  ])
  expect(difference(ticks, expectedTicks(wanted))).toBeUndefined()
})

test('text that the server sends is an order to the official client, or nothing', async () => {
  const order = { type: 'order', data: { order_id: '220303000308932', status: 'COMPLETE' } }
  const message = new TextEncoder().encode(JSON.stringify(order))
  const { url } = await serving({
    records: [...records.slice(0, 10), { received_at_ms: records[9]?.received_at_ms ?? 0, message }],
  })
  const { events } = await officialTicks(url, [['subscribe', [1]]])
  expect(events).toContainEqual({ order: order.data })
})

const has_python = spawnSync('python3', ['-c', 'import struct']).status === 0

test.runIf(has_python)('a client in Python, made by hand, reads the same packets', async () => {
  const { url } = await serving({ records, wait_for: 2, connections: 2 })
  const { hostname, port } = new URL(url)
  const half = TOKENS.filter((_, n) => n % 2 === 0)
  const [whole_day, prices] = await Promise.all([
    linesOf('python3', [join(CLIENTS, 'kite_client.py'), hostname, port, 'full', TOKENS.join(',')]),
    linesOf('python3', [join(CLIENTS, 'kite_client.py'), hostname, port, 'ltp', half.join(',')]),
  ])
  for (const [heard, mode, tokens] of [
    [whole_day, 'full', TOKENS],
    [prices, 'ltp', half],
  ] as const) {
    expect(heard.stderr).toBe('')
    const packets = records.filter(isPackets).flatMap(({ message }) =>
      wholePackets(message).flatMap((packet) => {
        const cut = tokens.includes(tokenOf(packet)) ? cutFor(packet, mode) : undefined
        if (cut === undefined) return []
        const view = new DataView(cut.buffer)
        const volume = cut.length === 44 || cut.length === 184 ? view.getUint32(16) : 0
        return [`${view.getUint32(0)} ${view.getInt32(4)} ${volume} ${cut.length}`]
      }),
    )
    const texts = records.filter((record) => record.message[0] === 0x7b).length
    expect(heard.lines.filter((line) => line.startsWith('text'))).toHaveLength(2 + texts)
    expect(
      difference(
        heard.lines.filter((line) => /^\d/.test(line)),
        packets,
      ),
    ).toBeUndefined()
    expect(heard.lines.at(-1)).toBe('close 1000 end of recording')
  }
})
