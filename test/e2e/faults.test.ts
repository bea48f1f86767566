import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { FaultServer, frame, OPCODE } from '../support/fault-server.js'
import { MdsProcess } from '../support/mds-process.js'
import { NumberedExchange } from '../support/numbered-exchange.js'
import { journalIn, messagesOf, numbersIn, recordingsIn } from '../support/recorded-numbers.js'
import { RedisServer } from '../support/redis-server.js'
import { runMds } from '../support/run-mds.js'
import { tempFolder } from '../support/temp-folder.js'
import { until } from '../support/until.js'

beforeAll(ensureBuilt)

/** The real program, recording one instrument into a folder of its own. */
class Capture {
  readonly folder: string
  readonly ticks: string
  readonly process: MdsProcess

  constructor(url: string, args: readonly string[] = [], folder = tempFolder()) {
    this.folder = folder
    this.ticks = join(folder, 'raw', 'tokens')
    this.process = new MdsProcess(
      ['capture', '--tokens', '408065', '--url', url, '--hours', 'always', '--data-dir', 'raw', ...args],
      { cwd: folder, env: { XDG_RUNTIME_DIR: folder } },
    )
    onTestFinished(() => this.process.kill('SIGKILL'))
  }

  get messages(): Buffer[] {
    return recordingsIn(this.ticks).flatMap((name) => messagesOf(readFileSync(join(this.ticks, name))))
  }

  /** Ended as a user ends it. */
  async stop(): Promise<void> {
    this.process.kill('SIGTERM')
    expect(await this.process.exit(), this.process.stderr).toBe(0)
  }

  /** Nothing sent is missing, out of order or twice, and the files are sound. */
  async expectAll(exchange: NumberedExchange): Promise<void> {
    expect(numbersIn(this.ticks)).toEqual(Array.from({ length: exchange.sent }, (_, n) => n))
    const verified = await runMds(['verify', this.ticks], { cwd: this.folder })
    expect(verified.code, verified.stdout.toString() + verified.stderr).toBe(0)
  }

  /** The exchange falls silent, and all it sent has been written. */
  async settled(exchange: NumberedExchange): Promise<void> {
    exchange.paused = true
    await until('everything is written', () => this.messages.filter(({ length }) => length > 1).length >= exchange.sent)
  }
}

async function exchangeAt(rate: number): Promise<NumberedExchange> {
  const exchange = await NumberedExchange.open({ rate })
  onTestFinished(() => exchange.close())
  return exchange
}

const MALFORMED = [
  ...['', '0001', '000100', '0001002c0001', `000100b8${'00'.repeat(44)}`, `00020008${'00'.repeat(8)}`],
  ...[`00010008${'00'.repeat(8)}ff`, `0001000c${'00'.repeat(12)}`, `000100a5${'00'.repeat(165)}`, '00010000', 'ffff'],
  ...[`ffff0008${'00'.repeat(8)}`, '0000ff'],
]
const TEXTS = ['{"type":"error","data":"\\u001b[2J"}', '{"type":"order","data":{}}', '{"__proto__":1}', 'null', '{"type":', '']
const tick = (price: number): Buffer => Buffer.from(`0001000800063a01${price.toString(16).padStart(8, '0')}`, 'hex')

test('rows 16, 17, 21: half a frame is not recorded, malformed messages are as they came, texts are in the journal only', async () => {
  const server = await FaultServer.start()
  const capture = new Capture(server.url)
  const subscribed = (login: number): Promise<void> => until('a login', () => server.logins[login]?.subscribed.size === 1)
  await subscribed(0)
  const [client] = server.logins
  client?.binary(tick(1), ...MALFORMED.map((text) => Buffer.from(text, 'hex')))
  for (const text of TEXTS) client?.text(text)
  client?.binary(tick(2))
  client?.raw(frame(OPCODE.binary, tick(3)).subarray(0, 7))
  client?.socket.end()
  await subscribed(1)
  server.logins[1]?.binary(tick(4))
  const expected = [tick(1).toString('hex'), ...MALFORMED, tick(2).toString('hex'), tick(4).toString('hex')]
  await until('the last tick', () => capture.messages.length >= expected.length)
  await capture.stop()
  expect(capture.messages.map((message) => message.toString('hex'))).toEqual(expected)
  const entries = journalIn(capture.ticks)
  expect(entries.filter(({ event }) => event === 'malformed')).toHaveLength(MALFORMED.length)
  expect(entries.filter(({ event }) => event === 'text')).toHaveLength(TEXTS.length)
  expect(entries.filter(({ event }) => event === 'disconnected').length).toBeGreaterThanOrEqual(1)
  expect(entries.filter((entry) => entry.event === 'gap' && entry.cause === 'disconnect').length).toBe(1)
})

test('row 27: a process that stands still for two seconds loses nothing, and says how long it stood', async () => {
  const exchange = await exchangeAt(1000)
  const capture = new Capture(exchange.url)
  await until('messages', () => exchange.sent > 500)
  capture.process.kill('SIGSTOP')
  const stopped_at = exchange.sent
  await until('what the socket must hold', () => exchange.sent > stopped_at + 2000)
  capture.process.kill('SIGCONT')
  await capture.settled(exchange)
  await capture.stop()
  await capture.expectAll(exchange)
  expect(exchange.runs).toHaveLength(1)
  const stood = journalIn(capture.ticks).flatMap((entry) => (entry.event === 'loop_blocked' ? entry.blocked_ms : []))
  expect(Math.max(...stood)).toBeGreaterThan(1000)
})

test.each(['absent', 'stopped', 'full'] as const)('row 28: Redis is %s: the recording has everything', async (trouble) => {
  const redis = await RedisServer.open(trouble === 'full' ? ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'] : [], {
    absent: trouble === 'absent',
  })
  const exchange = await exchangeAt(2000)
  const capture = new Capture(exchange.url, ['--redis', `redis://localhost:${redis.port}`])
  await until('messages', () => exchange.sent > 500)
  if (trouble === 'stopped') redis.signal('SIGSTOP')
  await until('many more', () => exchange.sent > 6000)
  await capture.settled(exchange)
  await capture.stop()
  if (trouble === 'stopped') redis.signal('SIGCONT')
  await capture.expectAll(exchange)
})

test('row 35: a second capture into the same folder is refused, and harms nothing', async () => {
  const exchange = await exchangeAt(1000)
  const first = new Capture(exchange.url)
  await until('messages', () => exchange.sent > 200)
  const second = new Capture(exchange.url, [], first.folder)
  expect(await second.process.exit()).toBe(3)
  expect(second.process.stderr).toContain(`process ${first.process.child.pid}`)
  expect(exchange.runs).toHaveLength(1)
  await first.settled(exchange)
  await first.stop()
  await first.expectAll(exchange)
})
