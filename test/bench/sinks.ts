/**
 * What the sinks take and hand on, in one process with a Redis of its own on the same machine. Called by scripts/bench-sinks.js; prints a table.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InstrumentTable } from '../../src/core/market/index.js'
import { encodeMessage } from '../../src/core/wire/index.js'
import { openJsonlSink } from '../../src/io/sinks/jsonl-sink.js'
import type { LiveMessage, LiveSink } from '../../src/io/sinks/live-sink.js'
import { type RedisOutput, redisConfig } from '../../src/io/sinks/redis-config.js'
import { openRedisSink } from '../../src/io/sinks/redis-sink.js'
import { fullPacket, SAMPLE_START_MS } from '../support/sample-records.js'

const RING_BYTES = 256 * 1024 * 1024
const QUIET = { onDown: (detail: string) => process.stderr.write(`down: ${detail}\n`), onUp: () => {} }
const names = InstrumentTable.of()
const folder = mkdtempSync(join(tmpdir(), 'mds-bench-sinks-'))
const port = await freePort()
const server = spawn('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder], {
  stdio: 'ignore',
})

/** Messages of so many full packets, each of another instrument. */
function messageOf(packets: number): LiveMessage {
  const payload = encodeMessage(Array.from({ length: packets }, (_, n) => fullPacket({ instrument_token: 738_561 + 256 * n })))
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
  return { connection: 1, received_at_ms: SAMPLE_START_MS, view, bytes: payload, start: 0, end: payload.length }
}

async function measure(what: string, sink: LiveSink, packets: number, messages: number): Promise<void> {
  const message = messageOf(packets)
  for (let n = 0; n < messages / 5; n++) sink.onMessage(message)
  await sink.drained()
  const cpu = process.cpuUsage()
  const begun_ms = performance.now()
  let taking_ms = 0
  for (let n = 0; n < messages; n++) {
    const at_ms = performance.now()
    sink.onMessage(message)
    taking_ms += performance.now() - at_ms
  }
  await sink.drained()
  const seconds = (performance.now() - begun_ms) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const { dropped } = sink.status()
  await sink.close(1000)
  const figures = [
    `${Math.round(messages / seconds)} messages/s`,
    `${Math.round((messages * packets) / seconds)} packets/s`,
    `${((user + system) / (messages * packets)).toFixed(2)} us of CPU a packet`,
    `${((taking_ms * 1000) / messages).toFixed(2)} us to take a message`,
    `${dropped} dropped`,
  ]
  process.stdout.write(`| ${what} | ${figures.join(' | ')} |\n`)
}

const redis = (outputs?: RedisOutput[]): LiveSink => {
  const block = { ring_bytes: RING_BYTES, ...(outputs === undefined ? {} : { outputs }) }
  return openRedisSink(redisConfig(block, { url: `redis://localhost:${port}`, env: {} }), names, QUIET)
}

try {
  await measure('Redis, raw stream only, 1 packet a message', redis(['raw']), 1, 300_000)
  await measure('Redis, raw stream only, 200 packets a message', redis(['raw']), 200, 5_000)
  await measure('Redis, everything, 1 packet a message', redis(), 1, 60_000)
  await measure('Redis, everything, 200 packets a message', redis(), 200, 300)
  const jsonl = (name: string): LiveSink => openJsonlSink(join(folder, name), names, QUIET, { ring_bytes: RING_BYTES })
  await measure('JSON lines, 1 packet a message', jsonl('one'), 1, 300_000)
  await measure('JSON lines, 200 packets a message', jsonl('many'), 200, 2_000)
} finally {
  server.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
