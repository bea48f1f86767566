import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededFaults } from '../../../src/core/serve/index.js'
import { encodeMessage } from '../../../src/core/wire/index.js'
import type { PlainRecord } from '../../support/read-records.js'
import { fullPacket, SAMPLE_START_MS } from '../../support/sample-records.js'
import { type Client, client, difference, serving, until, upgradeStatus } from '../../support/serve.js'

const TOKENS = [738561, 738817, 739073]
/** Four records a second, for ten minutes. */
const records: readonly PlainRecord[] = Array.from({ length: 2400 }, (_, n) => ({
  received_at_ms: SAMPLE_START_MS + n * 250,
  message: encodeMessage(TOKENS.map((instrument_token) => fullPacket({ instrument_token, last_price: 100_000 + n }))),
}))
const hexes = records.map(({ message }) => Buffer.from(message).toString('hex'))
const at = (second: number): number => second * 4

async function subscribed(url: string): Promise<Client> {
  const one = client(url)
  await one.opened
  one.subscribe(TOKENS, 'full')
  return one
}

/** Comes back after every end until the recording is over, as a good client does. */
async function stubborn(url: string): Promise<{ ticks: string[]; ends: number[] }> {
  const ticks: string[] = []
  const ends: number[] = []
  for (;;) {
    const one = client(url)
    try {
      await one.opened
    } catch {
      ends.push(0)
      await new Promise((resolve) => setTimeout(resolve, 20))
      continue
    }
    one.subscribe(TOKENS, 'full')
    const { code, reason } = await one.closed
    ends.push(code)
    ticks.push(...one.ticks)
    if (reason === 'end of recording') return { ticks, ends }
  }
}

test.each([
  ['drop', 1006],
  ['half_frame', 1006],
  ['close', 1012],
] as const)(
  '%s: what was sent before has arrived, the client comes back, and misses what was played meanwhile',
  async (fault, code) => {
    const more = fault === 'close' ? { code: 1012 } : {}
    const { url, done, faults } = await serving({ records, faults: [{ at: '+60s', fault, away: '10s', ...more }] })
    const { ticks, ends } = await stubborn(url)
    expect(ends).toEqual([code, 1000])
    const before = hexes.slice(0, at(60))
    // The cache, in quote and in full: the last packets of what was missed.
    const after = hexes.slice(at(70) + 1)
    expect(difference(ticks.slice(0, before.length), before)).toBeUndefined()
    expect(difference(ticks.slice(-after.length), after)).toBeUndefined()
    expect(ticks.length).toBe(before.length + 2 + after.length)
    expect(ticks[before.length + 1]).toBe(hexes[at(70)])
    expect(faults.map((line) => JSON.parse(line))).toMatchObject([{ slot: 0, fault }])
    await done
  },
)

test('drop: a client that is slow and still says something loses nothing of what was sent', async () => {
  const { url, done, stage } = await serving({
    records,
    faults: [{ at: '+60s', fault: 'drop' }],
    limits: { return_ms: 50 },
  })
  const one = await subscribed(url)
  one.socket.pause()
  await until(() => stage.counts.faults === 1)
  // A closed socket would answer each of them with a reset; right or wrong, only how fast it comes is left to chance.
  for (let n = 0; n < 5; n++) {
    one.socket.pong()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  one.socket.resume()
  expect(await one.closed).toMatchObject({ code: 1006 })
  expect(difference(one.ticks, hexes.slice(0, at(60)))).toBeUndefined()
  expect(one.ticks.length).toBe(at(60))
  await done
})

test('reset: the client comes back, and may miss what was still on its way', async () => {
  const { url, done } = await serving({ records, faults: [{ at: '+60s', fault: 'reset', away: '10s' }] })
  const { ticks, ends } = await stubborn(url)
  expect(ends).toEqual([1006, 1000])
  const after = hexes.slice(at(70) + 1)
  expect(difference(ticks.slice(-after.length), after)).toBeUndefined()
  const before = ticks.slice(0, -after.length - 2)
  expect(difference(before, hexes.slice(0, before.length))).toBeUndefined()
  expect(before.length).toBeLessThanOrEqual(at(60))
  await done
})

test('stall: nothing comes any more, not even an answer, and only the client ends it', async () => {
  const { url, stage } = await serving({
    records,
    faults: [{ at: '+60s', fault: 'stall', away: '5s' }],
    limits: { return_ms: 600_000 },
  })
  const one = await subscribed(url)
  await until(() => stage.counts.faults === 1 && one.ticks.length === at(60))
  let ponged = false
  one.socket.on('pong', () => {
    ponged = true
  })
  one.socket.ping()
  one.socket.close()
  const two = await subscribed(url)
  await until(() => two.ticks.length > 100)
  expect(one.ticks.length).toBe(at(60))
  expect(ponged).toBe(false)
  expect(one.socket.readyState).toBe(one.socket.CLOSING)
  one.socket.terminate()
  expect(await two.closed).toMatchObject({ code: 1000 })
  expect(two.ticks.at(-1)).toBe(hexes.at(-1))
})

test('a client that does not come back is not waited for for ever', async () => {
  const { url, done, notices } = await serving({ records, faults: [{ at: '+60s', fault: 'drop' }], limits: { return_ms: 50 } })
  const one = await subscribed(url)
  await one.closed
  expect(await done).toMatchObject({ records: 2400, faults: 1 })
  expect(notices.join()).toContain('has not come back')
})

test('a client that is taken away just before the end comes back to hear of it', async () => {
  const { url, done } = await serving({ records, faults: [{ at: '+595s', fault: 'drop', away: '60s' }] })
  const { ends } = await stubborn(url)
  expect(ends).toEqual([1006, 1000])
  expect(await done).toMatchObject({ logins: 2 })
})

test('logins: refused with each status, hung, and taken again', async () => {
  const { url, stage, stop } = await serving({
    records,
    speed: 1,
    wait_for: 0,
    stays: true,
    faults: [
      { at: '+0s', fault: 'refuse', status: 403, logins: 1 },
      { at: '+0s', fault: 'refuse', status: 429, logins: 1 },
      { at: '+0s', fault: 'refuse', status: 500, logins: 2 },
      { at: '+0s', fault: 'hang', logins: 1 },
    ],
  })
  await until(() => stage.counts.faults === 4)
  const statuses = []
  for (let n = 0; n < 4; n++) statuses.push(await upgradeStatus(url))
  expect(statuses).toEqual([403, 429, 500, 500])
  const hung = client(url, { handshakeTimeout: 100 })
  await expect(hung.opened).rejects.toThrow(/timed out/)
  expect(await upgradeStatus(url)).toBe('open')
  stop()
})

test('expire: who is in stays in; the old token is refused, the new one is taken', async () => {
  const { url, stage } = await serving({
    records,
    stays: true,
    faults: [{ at: '+10s', fault: 'expire', access_token: 'of-tomorrow' }],
  })
  const one = await subscribed(url)
  await until(() => stage.counts.faults === 1)
  expect(await upgradeStatus(url)).toBe(403)
  expect(await upgradeStatus(url, { query: '?api_key=mds&access_token=of-tomorrow' })).toBe('open')
  await until(() => one.ticks.length === hexes.length)
  expect(difference(one.ticks, hexes)).toBeUndefined()
})

/** Every kind of trouble that a client sees on its socket, by a seed. */
async function runOf(seed: number): Promise<{ digest: string; log: string; ends: number[] }> {
  const plan = seededFaults(seed)
  const { url, done, faults } = await serving({ records, faultsFrom: () => plan, wait_for: 2 })
  const clients = await Promise.all([stubborn(url), stubborn(url)])
  await done
  const digest = clients.map(({ ticks }) => createHash('sha256').update(ticks.join('\n')).digest('hex')).sort()
  return { digest: digest.join(), log: faults.join('\n'), ends: clients.flatMap(({ ends }) => ends).sort() }
}

/** A client that a stall or a lost subscription takes by surprise would wait for ever: seeds without either. */
function calmSeeds(count: number): number[] {
  const seeds: number[] = []
  for (let seed = 1; seeds.length < count; seed++) {
    const kinds = seededFaults(seed)
      .due(SAMPLE_START_MS - 1, SAMPLE_START_MS + 600_000)
      .map(({ action }) => action.fault)
    const is_calm = !kinds.some((kind) => ['stall', 'hang', 'expire', 'refuse', 'reset'].includes(kind))
    if (is_calm && kinds.includes('drop')) seeds.push(seed)
  }
  return seeds
}

test('the same seed does the same to the same clients, byte for byte, and says so in the same log', async () => {
  for (const seed of calmSeeds(2)) {
    const [one, two] = [await runOf(seed), await runOf(seed)]
    expect(two).toEqual(one)
    expect(one.log).not.toBe('')
  }
})

/** Weak clients, and what each does wrong. A fault must show it. */
const WEAK: readonly { weakness: string; faults: readonly object[]; isCaught(heard: string[]): boolean }[] = [
  {
    weakness: 'believes that every message is new',
    faults: [{ at: '+60s', fault: 'duplicate', messages: 3 }],
    isCaught: (heard) => heard.length !== new Set(heard).size,
  },
  {
    weakness: 'believes that messages come in order',
    faults: [{ at: '+60s', fault: 'reorder' }],
    isCaught: (heard) => heard.some((hex, n) => n > 0 && hexes.indexOf(hex) < hexes.indexOf(heard[n - 1] ?? '')),
  },
  {
    weakness: 'takes an open socket for a live one',
    faults: [{ at: '+60s', fault: 'silent', for: '30s' }],
    isCaught: (heard) => heard.length === 2400 - at(30),
  },
  {
    weakness: 'subscribes once and never looks again',
    faults: [{ at: '+60s', fault: 'forget' }],
    isCaught: (heard) => heard.length === at(60),
  },
  {
    weakness: 'counts on getting everything',
    faults: [{ at: '+60s', fault: 'lose', messages: 7 }],
    isCaught: (heard) => heard.length === 2400 - 7,
  },
  {
    weakness: 'does not come back',
    faults: [{ at: '+60s', fault: 'drop' }],
    isCaught: (heard) => heard.length === at(60),
  },
  {
    weakness: 'reads a message without looking at its length',
    faults: [{ at: '+60s', fault: 'malformed', messages: 4 }],
    isCaught: (heard) => heard.some((hex) => !hexes.includes(hex)),
  },
]

test.each(WEAK)('a weak client that $weakness is caught', async ({ faults, isCaught }) => {
  const { url } = await serving({ records, faults, limits: { return_ms: 50 } })
  const one = await subscribed(url)
  await one.closed
  expect(isCaught(one.ticks)).toBe(true)
  const { url: sound } = await serving({ records })
  const two = await subscribed(sound)
  await two.closed
  expect(isCaught(two.ticks)).toBe(false)
})

test('trouble of one client is nobody else’s', async () => {
  const kinds = ['drop', 'silent', 'lose', 'duplicate', 'reorder', 'delay', 'malformed', 'forget', 'half_frame', 'close']
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...kinds), { minLength: 1, maxLength: 4 }), async (some) => {
      const faults = some.map((fault, n) => ({ at: `+${30 + 10 * n}s`, fault, slot: 0 }))
      const { url } = await serving({ records, faults, wait_for: 2, limits: { return_ms: 1 } })
      const troubled = await subscribed(url)
      const other = await subscribed(url)
      await Promise.all([troubled.closed, other.closed])
      expect(difference(other.ticks, hexes)).toBeUndefined()
    }),
    { numRuns: 8 },
  )
})
