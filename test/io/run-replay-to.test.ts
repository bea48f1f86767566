import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeRecord } from '../../src/core/recording/index.js'
import { runReplayTo, type SinkWords } from '../../src/io/run-replay-to.js'
import type { RunListener } from '../../src/io/run-sessions.js'
import { RedisServer } from '../support/redis-server.js'
import { SAMPLE_START_MS } from '../support/sample-records.js'
import { tempFolder } from '../support/temp-folder.js'
import { until } from '../support/until.js'

const words = (folder: string, more: Partial<SinkWords>): SinkWords => ({
  recordings: { sessions: [folder], data_dir: 'raw_ticks', profiles: [] },
  instruments: [],
  calendar: undefined,
  wishes: { symbols: [], tokens: [], exchanges: [] },
  clock: 'trade',
  bars: { auction: 'separate', fill: 'skip', late: 'drop', gap_volume: 'quarantine' },
  tf: [],
  event_bars: [],
  style: 'plain',
  from: undefined,
  to: undefined,
  speed: 'max',
  max_wait: undefined,
  emit: ['ticks'],
  output: undefined,
  format: undefined,
  sinks: ['jsonl'],
  redis: undefined,
  jsonl: join(folder, 'jsonl'),
  ...more,
})

function listener(): { run: RunListener; notices: string[]; stop: AbortController } {
  const stop = new AbortController()
  const notices: string[] = []
  return { run: { onNotice: (text) => notices.push(text), onProgress: () => {}, signal: stop.signal }, notices, stop }
}

/** Large messages of no packets, of several profiles at the same time: all weight for the ring, no work for an encoder. */
function heavyRecordings(profiles: number, messages: number): string {
  const folder = tempFolder()
  for (let profile = 0; profile < profiles; profile++) {
    const name = `p${profile}`
    const message = new Uint8Array(64 * 1024)
    const records = Array.from({ length: messages }, (_, n) => encodeRecord(SAMPLE_START_MS + 10 * n, message))
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, `${name}_20251005_0900.bin`), Buffer.concat(records))
  }
  return folder
}

test('a replay larger than any ring loses nothing: reading waits', async () => {
  const folder = heavyRecordings(8, 200)
  const server = await RedisServer.open()
  const { run } = listener()
  const { sinks } = await runReplayTo(words(folder, { sinks: ['redis'], redis: `redis://localhost:${server.port}` }), run)
  expect(sinks).toMatchObject([{ name: 'redis', taken: 1600, sent: 1600, dropped: 0 }])
})

test('a server that dies midway is waited for, and what it missed goes out', async () => {
  const folder = heavyRecordings(1, 1000)
  const server = await RedisServer.open()
  const { run, notices } = listener()
  const playing = runReplayTo(words(folder, { sinks: ['redis'], redis: `redis://localhost:${server.port}`, speed: '10x' }), run)
  const client = await server.client()
  await client.send('SELECT', 4)
  await until('some have arrived', async () => Number(await client.send('XLEN', 'ticks:raw:binary')) > 3)
  await server.kill()
  await until('it is told', () => notices.length > 0)
  await server.start()
  const { sinks } = await playing
  expect(sinks).toMatchObject([{ name: 'redis', taken: 1000, sent: 1000, dropped: 0 }])
  expect(notices).toEqual([
    expect.stringMatching(/^redis is down: .*; the replay waits/),
    'redis is up again; 0 messages were dropped.',
  ])
})

test('a sink that takes nothing for too long ends the replay; Ctrl-C ends it at once', async () => {
  const folder = heavyRecordings(1, 500)
  for (const how of ['patience', 'interrupt'] as const) {
    const server = await RedisServer.open()
    const { run, notices, stop } = listener()
    const asked = words(folder, { sinks: ['redis'], redis: `redis://localhost:${server.port}`, speed: '20x' })
    const playing = runReplayTo(asked, run, how === 'patience' ? 300 : 600_000)
    const client = await server.client()
    await client.send('SELECT', 4)
    await until('some have arrived', async () => Number(await client.send('XLEN', 'ticks:raw:binary')) > 0)
    await server.kill()
    const error = playing.catch((reason: unknown) => reason)
    await until('it is told', () => notices.length > 0)
    if (how === 'interrupt') stop.abort()
    expect(await error).toMatchObject(
      how === 'patience' ? { code: 'sink_stuck', exitCode: 3 } : { code: 'interrupted', exitCode: 130 },
    )
  }
})
