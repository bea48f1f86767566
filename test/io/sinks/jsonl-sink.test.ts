import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MdsError } from '../../../src/core/errors.js'
import { formatIso } from '../../../src/core/time/index.js'
import type { JsonlHandle } from '../../../src/io/sinks/jsonl-file.js'
import { openJsonlSink } from '../../../src/io/sinks/jsonl-sink.js'
import type { LiveMessage, SinkStatus } from '../../../src/io/sinks/live-sink.js'
import { fullPacket, SAMPLE_START_MS } from '../../support/sample-records.js'
import { tempFolder } from '../../support/temp-folder.js'
import { until } from '../../support/until.js'
import { Heard, INSTRUMENTS, liveMessage, messageOf, numbered, table, waiting } from './live-messages.js'

const DAY_FILE = 'market_data_2025-10-05.jsonl'

/** One run of a sink, from opening to closing. */
async function write(folder: string, messages: readonly LiveMessage[]): Promise<SinkStatus> {
  const heard = new Heard()
  const sink = openJsonlSink(folder, table(), heard)
  for (const message of messages) sink.onMessage(message)
  await sink.close(10_000)
  expect(heard.words).toEqual([])
  return sink.status()
}

const linesOf = (path: string): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1)
const volumesOf = (path: string): number[] => linesOf(path).map((line) => JSON.parse(line).volume_traded)
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n)

test('a tick is a line with the names, times and depth of its packet', async () => {
  const folder = join(tempFolder(), 'deep', 'jsonl')
  const packet = fullPacket({ instrument_token: 1_000_002, last_price: 252_050, oi: 250_000, exchange_timestamp: 0 })
  const ltp = { kind: 'ltp', instrument_token: 4_711, last_price: -5 } as const
  const status = await write(folder, [messageOf([packet, ltp], SAMPLE_START_MS + 250)])
  expect(status).toMatchObject({ name: 'jsonl', state: 'up', taken: 1, sent: 1, dropped: 0, waiting_bytes: 0 })
  const level = (n: number) => packet.depth.slice(n, n + 5).map((entry) => ({ ...entry, price: entry.price / 100 }))
  const received = { received_at: '2025-10-05T09:15:00.250+05:30', received_at_ms: SAMPLE_START_MS + 250 }
  expect(linesOf(join(folder, DAY_FILE)).map((line) => JSON.parse(line))).toEqual([
    {
      ...received,
      symbol: 'RELIANCE25OCTFUT',
      exchange: 'NFO',
      instrument_token: 1_000_002,
      asset_class: 'equity_futures',
      mode: 'full',
      tradable: true,
      last_price: 2520.5,
      last_traded_quantity: 5,
      average_traded_price: 2500,
      volume_traded: 1000,
      total_buy_quantity: 10_000,
      total_sell_quantity: 12_000,
      ohlc: { open: 2490, high: 2520, low: 2480, close: 2495 },
      net_change: 25.5,
      last_trade_time: formatIso(packet.last_trade_time * 1000),
      oi: 250_000,
      oi_day_high: 0,
      oi_day_low: 0,
      depth: { buy: level(0), sell: level(5) },
    },
    {
      ...received,
      symbol: 'token:4711',
      exchange: 'UNKNOWN',
      instrument_token: 4711,
      asset_class: 'unknown',
      mode: 'ltp',
      tradable: true,
      last_price: -0.05,
    },
  ])
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, DAY_FILE)).mode & 0o777).toBe(0o600)
})

test('the exchange time as a number is there where its text is', async () => {
  const folder = tempFolder()
  await write(folder, [messageOf(INSTRUMENTS.map(({ instrument_token }) => fullPacket({ instrument_token })))])
  const ticks = linesOf(join(folder, DAY_FILE)).map((line) => JSON.parse(line))
  expect(ticks.map(({ asset_class }) => asset_class)).toEqual(INSTRUMENTS.map(({ asset_class }) => asset_class))
  for (const { exchange_timestamp, exchange_timestamp_ms } of ticks)
    expect(Date.parse(exchange_timestamp)).toBe(exchange_timestamp_ms)
})

test('how messages fall into runs and deliveries leaves no trace', async () => {
  const messages = range(0, 700).map((n) => messageOf(range(0, n % 5).map((m) => fullPacket({ volume_traded: 10 * n + m }))))
  const [at_once, in_runs] = [tempFolder(), tempFolder()]
  await write(at_once, messages)
  for (let n = 0; n < messages.length; n += 70) await write(in_runs, messages.slice(n, n + 70))
  expect(volumesOf(join(at_once, DAY_FILE)).length).toBe(700 * 2)
  expect(readFileSync(join(in_runs, DAY_FILE)).equals(readFileSync(join(at_once, DAY_FILE)))).toBe(true)
})

test('a message of more packets than one write takes arrives whole', async () => {
  const folder = tempFolder()
  await write(folder, [messageOf(range(0, 3000).map((volume_traded) => fullPacket({ volume_traded })))])
  expect(volumesOf(join(folder, DAY_FILE))).toEqual(range(0, 3000))
})

test('the file is that of the IST day of receipt, back and forth', async () => {
  const folder = tempFolder()
  const midnight_ms = Date.parse('2025-10-06T00:00:00+05:30')
  const times = [-2, -1, 0, 1, -1, 5].map((ms) => midnight_ms + ms)
  await write(
    folder,
    times.map((time_ms, n) => messageOf([fullPacket({ volume_traded: n })], time_ms)),
  )
  expect(readdirSync(folder).sort()).toEqual([DAY_FILE, 'market_data_2025-10-06.jsonl'])
  expect(volumesOf(join(folder, DAY_FILE))).toEqual([0, 1, 4])
  expect(volumesOf(join(folder, 'market_data_2025-10-06.jsonl'))).toEqual([2, 3, 5])
})

test('a line torn by a crash, at whatever byte, is cut off; a whole one gets its newline', async () => {
  const whole = tempFolder()
  await write(whole, [numbered(0), numbered(1)])
  const bytes = readFileSync(join(whole, DAY_FILE))
  const second_at = bytes.indexOf('\n') + 1
  for (let cut = second_at; cut <= bytes.length; cut += cut > bytes.length - 5 ? 1 : 97) {
    const folder = tempFolder({ [DAY_FILE]: bytes.subarray(0, cut) })
    await write(folder, [numbered(2)])
    expect(volumesOf(join(folder, DAY_FILE)), `cut at ${cut}`).toEqual(cut >= bytes.length - 1 ? [0, 1, 2] : [0, 2])
  }
})

test('a file that is none of ours is left alone, and said so', async () => {
  for (const text of ['a,b,c\n1,2,3', `{${'x'.repeat(100_000)}`]) {
    const folder = tempFolder({ [DAY_FILE]: text })
    const heard = new Heard()
    const sink = openJsonlSink(folder, table(), heard)
    sink.onMessage(numbered(0))
    await until('the sink is down', () => heard.words.length > 0)
    await sink.close(1000)
    expect(heard.words[0]).toMatch(/holds something else|no tick/)
    expect(readFileSync(join(folder, DAY_FILE), 'utf8')).toBe(text)
    expect(sink.status()).toMatchObject({ taken: 1, sent: 0, dropped: 1 })
  }
})

test('a link in the place of the file is not followed', async () => {
  const folder = tempFolder({ 'elsewhere.txt': '' })
  mkdirSync(join(folder, 'jsonl'))
  symlinkSync(join(folder, 'elsewhere.txt'), join(folder, 'jsonl', DAY_FILE))
  const sink = openJsonlSink(join(folder, 'jsonl'), table(), new Heard())
  sink.onMessage(numbered(0))
  await until('the sink is down', () => sink.status().state === 'down')
  await sink.close(1000)
  expect(readFileSync(join(folder, 'elsewhere.txt'), 'utf8')).toBe('')
})

test('a folder that can not be made is an error of its own', () => {
  const folder = tempFolder({ file: '' })
  expect(() => openJsonlSink(join(folder, 'file', 'jsonl'), table(), new Heard())).toThrow(MdsError)
})

/** A disk with room for so many bytes; writes what fits, as disks do. */
class SmallDisk {
  room: number
  refuses_to_truncate = false
  constructor(room: number) {
    this.room = room
  }

  readonly open = async (path: string): Promise<JsonlHandle> => {
    const file = await open(path, 'a+')
    return {
      size: async () => (await file.stat()).size,
      read: async (at, length) => (await file.read(new Uint8Array(length), 0, length, at)).buffer,
      append: async (bytes) => {
        const taken = Math.min(bytes.length, this.room)
        if (taken === 0) throw new Error('ENOSPC: no space left on device, write')
        this.room -= taken
        appendFileSync(path, bytes.subarray(0, taken))
        return taken
      },
      truncate: async (size) => {
        if (this.refuses_to_truncate) throw new Error('EIO: i/o error, ftruncate')
        this.room += (await file.stat()).size - size
        truncateSync(path, size)
      },
      sync: async () => {},
      close: () => file.close(),
    }
  }
}

test.each([false, true])(
  'a full disk: whole lines only, drops counted, on again when there is room (truncate fails: %s)',
  async (stubborn) => {
    const folder = tempFolder()
    const disk = new SmallDisk(50_000)
    disk.refuses_to_truncate = stubborn
    const heard = new Heard()
    const sink = openJsonlSink(folder, table(), heard, { open: disk.open, ring_bytes: 64 * 1024 })
    const messages = 2000
    for (let n = 0; n < messages; n++) sink.onMessage(numbered(n))
    await until('the disk is full', () => sink.status().state === 'down')
    for (let n = messages; n < 2 * messages; n++) sink.onMessage(numbered(n))
    const full = sink.status()
    expect(full).toMatchObject({ state: 'down', taken: 2 * messages })
    expect(waiting(full)).toBeGreaterThan(0)
    if (!stubborn) for (const line of linesOf(join(folder, DAY_FILE))) JSON.parse(line)
    disk.room = 1e9
    disk.refuses_to_truncate = false
    await until('there is room', () => waiting(sink.status()) === 0)
    await sink.close(1000)
    const { sent, dropped, state } = sink.status()
    expect({ state, sum: sent + dropped }).toEqual({ state: 'up', sum: 2 * messages })
    const volumes = volumesOf(join(folder, DAY_FILE))
    // Where a failed write could not be taken back, its whole lines are there, and may come again.
    if (!stubborn) expect(volumes.length).toBe(sent)
    expect(new Set(volumes).size).toBeGreaterThanOrEqual(sent)
    expect(volumes.at(-1)).toBe(2 * messages - 1)
    expect(heard.words).toEqual([expect.stringMatching(/^down: (ENOSPC|EIO)/), expect.stringMatching(/^up: \d+$/)])
  },
)

test('a message of which no packet is whole leaves no line', async () => {
  const folder = tempFolder()
  const status = await write(folder, [liveMessage(Uint8Array.of(0, 1, 0, 184, 1, 2, 3))])
  expect(status).toMatchObject({ taken: 1, sent: 1, dropped: 0 })
  expect(readdirSync(folder)).toEqual([])
})

test('what is there already is kept', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, DAY_FILE), '{"old":1}\n')
  await write(folder, [numbered(7)])
  expect(linesOf(join(folder, DAY_FILE))[0]).toBe('{"old":1}')
  expect(linesOf(join(folder, DAY_FILE)).length).toBe(2)
})
