import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeRequest } from '../../../src/core/feed/index.js'
import {
  Exchange,
  FAULT_KINDS,
  type Fault,
  type FaultDone,
  type FaultKind,
  faultLine,
  listedFaults,
  MALFORMED,
  parseFaults,
  seededFaults,
} from '../../../src/core/serve/index.js'
import { encodeMessage, walkPackets } from '../../../src/core/wire/index.js'
import { fullPacket } from '../../support/sample-records.js'
import { Ear, type Heard, hexOf } from './heard.js'
import { frameOf, TOKENS } from './packets.js'

/** 2025-10-06 09:15:00 IST */
const T0 = 1_759_722_300_000
const message = (n: number): Uint8Array =>
  encodeMessage(TOKENS.map((token) => fullPacket({ instrument_token: token, last_price: 100_000 + n })))
const hex = (n: number): string => hexOf(message(n))

/** One record each second for `seconds`, to clients that take everything in full; `faults` as in a file, times after the first record. */
function run(faults: readonly object[], { clients = 1, seconds = 20, hears_time = false } = {}) {
  const done: FaultDone[] = []
  const exchange = new Exchange((one) => done.push(one))
  exchange.begin(0)
  exchange.standAt(T0, listedFaults(parseFaults(JSON.stringify(faults), 'the faults'), T0))
  const ears = Array.from({ length: clients }, () => {
    const ear = new Ear()
    const line = exchange.open(ear, hears_time)
    exchange.onRequest(line, encodeRequest({ action: 'subscribe', tokens: TOKENS }))
    exchange.onRequest(line, encodeRequest({ action: 'mode', mode: 'full', tokens: TOKENS }))
    ear.take()
    return ear
  })
  for (let n = 0; n < seconds; n++) {
    const now_ms = T0 + n * 1000
    exchange.act(now_ms)
    exchange.onRecord(frameOf(message(n), now_ms), true)
  }
  return { exchange, done, ears, heard: ears[0]?.heard ?? [], log: done.map(faultLine) }
}

const ticksOf = (heard: readonly Heard[]): string[] =>
  heard.flatMap((one) => (one.kind === 'binary' && one.hex !== '00' ? [one.hex] : []))
const numbers = (from: number, until: number): number[] => Array.from({ length: until - from }, (_, n) => from + n)
const whole = numbers(0, 20).map(hex)

test('without faults everything arrives', () => {
  expect(ticksOf(run([]).heard)).toEqual(whole)
})

test.each(['drop', 'reset', 'stall', 'close'])('%s: all before it arrives, nothing after', (fault) => {
  const { heard, exchange, log } = run([{ at: '+5s', fault }])
  expect(ticksOf(heard)).toEqual(whole.slice(0, 5))
  expect(heard.at(-1)).toEqual({ kind: 'end', end: fault })
  expect(exchange.lines).toEqual([])
  const more = fault === 'close' ? '"code":1001,' : ''
  expect(log).toEqual([`{"at":"2025-10-06T09:15:05+05:30","slot":0,"fault":"${fault}",${more}"away_ms":10000}`])
})

test('half_frame: the message that comes then is the last, and half of it', () => {
  const { heard, log } = run([{ at: '+4500ms', fault: 'half_frame' }])
  expect(ticksOf(heard)).toEqual(whole.slice(0, 5))
  expect(heard.at(-1)).toEqual({ kind: 'end', end: 'half_frame' })
  expect(log).toEqual([
    `{"at":"2025-10-06T09:15:05+05:30","slot":0,"fault":"half_frame","away_ms":10000,"message_bytes":${message(5).length}}`,
  ])
})

test('silent: ticks stop, heartbeats go on, and ticks come again', () => {
  const { heard } = run([{ at: '+5s', fault: 'silent', for: '10s' }])
  expect(ticksOf(heard)).toEqual([...whole.slice(0, 5), ...whole.slice(15)])
  expect(heard.slice(5, 15)).toEqual(Array(10).fill({ kind: 'binary', hex: '00' }))
})

test('silent instruments: the others go on', () => {
  const [token = 0] = TOKENS
  const { heard } = run([{ at: '+5s', fault: 'silent', for: '10s', tokens: [token] }])
  const ticks = ticksOf(heard)
  expect(ticks).toHaveLength(20)
  const has = (text: string | undefined): boolean => text?.includes(token.toString(16).padStart(8, '0')) === true
  expect(ticks.map(has)).toEqual(numbers(0, 20).map((n) => n < 5 || n >= 15))
  const some = run([{ at: '+5s', fault: 'silent', for: '10s', percent: 50 }])
  const lengths = new Set(ticksOf(some.heard).map((text) => text.length))
  expect(lengths.size).toBe(2)
})

test('no_heartbeat: none come, ticks go on', () => {
  const faults = [
    { at: '+1s', fault: 'no_heartbeat', for: '5s' },
    { at: '+1s', fault: 'silent', for: '10s' },
  ]
  const { heard } = run(faults)
  const at = heard.findIndex((one) => one.kind === 'binary' && one.hex === '00')
  expect(at).toBe(1)
  expect(heard.filter((one) => one.kind === 'binary' && one.hex === '00')).toHaveLength(5)
  expect(ticksOf(run(faults.slice(0, 1)).heard)).toEqual(whole)
})

test.each([
  ['lose', [...numbers(0, 5), ...numbers(7, 20)]],
  ['duplicate', [...numbers(0, 5), 5, 5, 6, 6, ...numbers(7, 20)]],
  ['reorder', [...numbers(0, 5), 6, 5, 8, 7, ...numbers(9, 20)]],
])('%s: two messages, and the log names both', (fault, expected) => {
  const { heard, log } = run([{ at: '+5s', fault, messages: 2 }])
  expect(ticksOf(heard)).toEqual(expected.map(hex))
  expect(log).toHaveLength(2)
  expect(log[0]).toContain(`"fault":"${fault}","messages":2,"message_bytes":${message(0).length}}`)
})

test('delay: late, in order, at the time of the record that comes then', () => {
  const { heard } = run([{ at: '+5s', fault: 'delay', for: '3s', by: '4s' }], { hears_time: true })
  const ticks: [number, string][] = []
  let time_ms = T0
  for (const one of heard) {
    if (one.kind === 'time') time_ms = one.ms
    if (one.kind === 'binary' && one.hex !== '00') ticks.push([(time_ms - T0) / 1000, one.hex])
  }
  expect(ticks.map(([, text]) => text)).toEqual(whole)
  expect(ticks.map(([second]) => second)).toEqual([...numbers(0, 5), 9, 10, 11, 11, 11, 11, ...numbers(11, 20)])
})

test('malformed: messages no client knows, and no packet in any of them', () => {
  const { heard } = run([{ at: '+5s', fault: 'malformed', messages: MALFORMED.length }])
  expect(heard).toHaveLength(20 + MALFORMED.length)
  expect(ticksOf(heard).filter((text) => whole.includes(text))).toEqual(whole)
  for (const { kind, bytes, name } of MALFORMED) {
    if (kind === 'text') continue
    const view = new DataView(bytes.buffer)
    walkPackets(view, 0, bytes.length, { onPacket: () => expect(name).toBe('without packets'), onBadPacket: () => {} })
  }
})

test('forget: subscriptions are lost without a word', () => {
  const { heard, exchange } = run([{ at: '+5s', fault: 'forget' }])
  expect(ticksOf(heard)).toEqual(whole.slice(0, 5))
  expect(exchange.lines[0]?.modes.size).toBe(0)
})

test('clock_step: the recorded times that are told jump, the bytes do not change', () => {
  const { heard } = run([{ at: '+5s', fault: 'clock_step', by: '-30s' }], { hears_time: true })
  expect(ticksOf(heard)).toEqual(whole)
  const times = heard.flatMap((one) => (one.kind === 'time' ? [(one.ms - T0) / 1000] : []))
  expect(times).toEqual([...numbers(1, 5), ...numbers(5, 20).map((n) => n - 30)])
})

test('refuse and hang: so many logins, or so long; expire: the token, and another in its place', () => {
  const refused = run([{ at: '+1s', fault: 'refuse', status: 429, logins: 2 }]).exchange
  expect([refused.login(), refused.login(), refused.login()]).toEqual([
    { kind: 'refused', status: 429 },
    { kind: 'refused', status: 429 },
    { kind: 'usual' },
  ])
  expect(run([{ at: '+1s', fault: 'refuse', status: 429, logins: 2 }]).log).toEqual([
    '{"at":"2025-10-06T09:15:01+05:30","fault":"refuse","status":429,"logins":2}',
  ])
  const hung = run([{ at: '+1s', fault: 'hang', for: '60s' }]).exchange
  expect(hung.login()).toEqual({ kind: 'refused', status: 'hang' })
  expect(run([{ at: '+1s', fault: 'hang', for: '10s' }]).exchange.login()).toEqual({ kind: 'usual' })
  const expired = run([{ at: '+1s', fault: 'expire', access_token: 'CANARY-TOKEN' }])
  expect(expired.exchange.login()).toEqual({ kind: 'expired', access_token: 'CANARY-TOKEN' })
  expect(expired.log.join('')).not.toContain('CANARY')
  expect(ticksOf(expired.heard)).toEqual(whole)
})

test('a fault names one client, or hits all', () => {
  const { ears, log } = run(
    [
      { at: '+5s', fault: 'drop', slot: 1 },
      { at: '+7s', fault: 'lose' },
    ],
    { clients: 3 },
  )
  expect(ears.map(({ heard }) => ticksOf(heard).length)).toEqual([19, 5, 19])
  expect(log.map((line) => JSON.parse(line).slot)).toEqual([1, 0, 2])
})

test('the same seed: the same trouble and the same log, whenever the play begins; another seed: other trouble', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.integer({ min: 0, max: 3_600_000 }), { maxLength: 20 }), (seed, cuts) => {
      const until_ms = T0 + 3_600_000
      const at_once = seededFaults(seed).due(T0, until_ms)
      const plan = seededFaults(seed)
      const stops = [T0, ...cuts.map((ms) => T0 + ms).sort((a, b) => a - b), until_ms]
      const in_pieces = stops.slice(1).flatMap((stop, n) => plan.due(stops[n] ?? T0, stop))
      expect(in_pieces).toEqual(at_once)
      const stepped: Fault[] = []
      for (let at: number | undefined = T0; ; ) {
        at = plan.nextAfter(at)
        if (at === undefined || at > until_ms) break
        stepped.push(...plan.due(at - 1, at))
      }
      expect(stepped).toEqual(at_once)
    }),
    { numRuns: 50 },
  )
  const hour = (seed: number): string => JSON.stringify(seededFaults(seed).due(T0, T0 + 3_600_000))
  expect(new Set(numbers(0, 50).map(hour)).size).toBe(50)
})

test('a few seeds have every kind of fault in a day', () => {
  const kinds = new Set<FaultKind>()
  for (let seed = 0; seed < 3; seed++)
    for (const { action } of seededFaults(seed).due(T0, T0 + 6 * 3_600_000)) kinds.add(action.fault)
  expect([...kinds].sort()).toEqual([...FAULT_KINDS].sort())
})

test.each([
  ['{', /the file, at the top: expected JSON/],
  ['{}', /expected a list/],
  ['[1]', /\[0\]: expected an object/],
  ['[{"at":"09:20"}]', /expected an object with the key "fault"/],
  ['[{"fault":"drop"}]', /expected an object with the key "at"/],
  ['[{"at":"9 o\'clock","fault":"drop"}]', /\[0\]\.at: expected HH:MM:SS/],
  ['[{"at":900,"fault":"drop"}]', /\[0\]\.at: expected HH:MM:SS/],
  ['[{"at":"09:20","fault":"explode"}]', /\[0\]\.fault: expected one of drop, reset/],
  ['[{"at":"09:20","fault":"drop","for":"5s"}]', /no key "for" here \(known: at, fault, slot, away\)/],
  ['[{"at":"09:20","fault":"drop","slot":-1}]', /\[0\]\.slot: expected a whole number from 0/],
  ['[{"at":"09:20","fault":"silent","for":30}]', /\[0\]\.for: expected a duration/],
  ['[{"at":"09:20","fault":"silent","for":"long"}]', /is no duration/],
  ['[{"at":"09:20","fault":"silent","percent":0}]', /\[0\]\.percent: expected a whole number from 1 to 100/],
  ['[{"at":"09:20","fault":"silent","tokens":["408065"]}]', /\[0\]\.tokens\[0\]: expected a whole number/],
  ['[{"at":"09:20","fault":"close","code":1006}]', /\[0\]\.code: expected a code that a server may send/],
  ['[{"at":"09:20","fault":"refuse","status":200}]', /\[0\]\.status: expected a whole number from 400/],
])('a fault file that makes no sense is refused with the place: %s', (text, words) => {
  expect(() => parseFaults(text, 'the file')).toThrow(words)
})

test('the page about it has every fault, and its example is a fault file', () => {
  const page = readFileSync('docs/serve.md', 'utf8')
  const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  expect(parseFaults(example, 'the example')).toHaveLength(3)
  for (const kind of FAULT_KINDS) expect(page).toMatch(new RegExp(`^\\|.*\`${kind}\`.*\\|.*\\|.*\\|$`, 'm'))
})
