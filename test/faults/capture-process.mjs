// Rows 27, 28, 31 with the real capture: stopped for a while under load, with a Redis that does not do its part, short of memory.
// `node test/faults/capture-process.mjs [--only freeze|redis|memory|oom] [--seconds 15]`; the last needs root and cgroups.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { faultsOf, journalOf, needs, option, recordings, recordsOf, report, scratch, sleep, until } from './lib.mjs'
import { accountsOf, inTime, NumberedExchange, settled, startCapture, statusOf, tailsOf, toldBy } from './real.mjs'

const only = option('only')
const wanted = (name) => only === undefined || only === name
const seconds = Number(option('seconds', 15))
const TOKENS = 3000

if (wanted('freeze'))
  for (const stop_ms of [1500, 5000]) {
    const exchange = await NumberedExchange.open({ rate: 1000 })
    const capture = startCapture(exchange.url, join(scratch, `freeze-${stop_ms}`))
    const { folder } = capture
    const failures = []
    await until(() => exchange.sent > 1000)
    capture.child.kill('SIGSTOP')
    await sleep(stop_ms)
    capture.child.kill('SIGCONT')
    const sent = exchange.sent
    await until(() => exchange.sent > sent + 1000)
    await settled(exchange, folder)
    capture.child.kill('SIGTERM')
    const { code } = await capture.ended
    exchange.close()
    if (code !== 0) failures.push(`ends with ${code}: ${capture.stderr}`)
    failures.push(...accountsOf(folder, exchange))
    const told = toldBy(folder, 'loop_blocked').map(({ blocked_ms }) => blocked_ms)
    if (!told.some((blocked_ms) => Math.abs(blocked_ms - stop_ms) < 500)) failures.push(`told: ${told} ms`)
    if (exchange.runs.length !== 1) failures.push(`${exchange.runs.length} logins`)
    report(
      `freeze-${stop_ms}ms`,
      failures,
      `${exchange.sent} messages at 1000/s, stopped for ${stop_ms} ms: nothing lost, ${told} ms told`,
      'capture',
    )
  }

const HERE = dirname(fileURLToPath(import.meta.url))

/** The load of `scripts/load.js` for one connection of 3,000 instruments, and what came of it. */
async function underLoad(name, args, act = () => {}) {
  const plan = { clients: 1, tokens: TOKENS, seconds, burst_from: seconds, burst_seconds: 0, burst: 1 }
  const server = spawn(process.execPath, [join(HERE, '../../scripts/load/server.js'), JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const told = createInterface({ input: server.stdout })[Symbol.asyncIterator]()
  const port = Number((await told.next()).value)
  const tokens = Array.from({ length: TOKENS }, (_, n) => (n + 1) * 256 + 1).join(',')
  const capture = startCapture(`ws://localhost:${port}`, join(scratch, name), { tokens, args: ['-q', ...args] })
  const ledger = told.next()
  const rss_mb = []
  const look = setInterval(() => {
    const text = existsSync(`/proc/${capture.child.pid}/status`) ? readFileSync(`/proc/${capture.child.pid}/status`, 'utf8') : ''
    rss_mb.push(Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024)
  }, 500)
  await act(capture)
  const [sent] = JSON.parse((await ledger).value)
  await sleep(500)
  const status = await statusOf(capture)
  clearInterval(look)
  capture.child.kill('SIGTERM')
  const { code } = await capture.ended
  server.kill()
  const hash = createHash('sha256')
  for (const file of inTime(recordings(capture.folder))) {
    const bytes = readFileSync(join(capture.folder, file))
    for (const { at, end } of recordsOf(bytes).records) if (end - at > 13) hash.update(bytes.subarray(at + 12, end))
  }
  const failures = faultsOf(capture.folder)
  if (hash.digest('hex') !== sent.sha256) failures.push('what was recorded is not what was sent')
  if (code !== 0) failures.push(`ends with ${code}: ${capture.stderr}`)
  return { failures, status, sent, rss_mb: Math.max(...rss_mb), folder: capture.folder, code }
}

/** A Redis of the script's own. */
async function redis(flags) {
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address()
      probe.close(() => resolve(free))
    })
  })
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--dir', scratch, '--save', '', '--appendonly', 'no', ...flags]
  const child = flags === undefined ? undefined : spawn('redis-server', words, { stdio: 'ignore' })
  await sleep(500)
  return { child, args: ['--redis', `redis://localhost:${port}`] }
}

if (wanted('redis') && needs('redis-server')) {
  const plain = await underLoad('no-redis', [])
  const base_ms = plain.status.lag.p99_ms
  if (plain.rss_mb > 200) plain.failures.push(`${Math.round(plain.rss_mb)} MB`)
  report(
    'memory-3000-tokens',
    plain.failures,
    `${plain.sent.packets} packets of ${TOKENS} instruments in ${seconds} s: ${Math.round(plain.rss_mb)} MB at most (aim 200), p99 from socket to file ${base_ms.toFixed(1)} ms`,
    'capture',
  )
  const cases = [
    { name: 'well', flags: [] },
    { name: 'absent', flags: [], act: (server) => server.kill('SIGKILL') },
    { name: 'stopped', flags: [], act: (server) => server.kill('SIGSTOP') },
    { name: 'full', flags: ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'] },
  ]
  for (const { name, flags, act } of cases) {
    const server = await redis(flags)
    if (act !== undefined) act(server.child)
    const { failures, status, sent, rss_mb } = await underLoad(`redis-${name}`, server.args)
    server.child.kill('SIGKILL')
    const p99_ms = status.lag.p99_ms
    const [sink] = status.sinks
    report(
      `redis-${name}`,
      failures,
      `${sent.packets} packets in ${seconds} s, the recording is the same; p99 from socket to file ${p99_ms.toFixed(1)} ms, ${base_ms.toFixed(1)} ms without Redis (${p99_ms > base_ms ? '+' : ''}${(((p99_ms - base_ms) / base_ms) * 100).toFixed(0)} %); Redis is ${sink.state}, ${sink.dropped} dropped; ${Math.round(rss_mb)} MB at most`,
      'capture',
    )
  }
}

const CGROUP = '/sys/fs/cgroup/memory'
if (wanted('oom')) {
  const group = join(CGROUP, `mds-faults-${process.pid}`)
  if (process.getuid?.() !== 0 || !existsSync(join(CGROUP, 'memory.limit_in_bytes')))
    console.log('SKIP oom: needs root and cgroup v1')
  else {
    mkdirSync(group)
    try {
      const exchange = await NumberedExchange.open({ rate: 3000 })
      const data_dir = join(scratch, 'oom')
      const capture = startCapture(exchange.url, data_dir, { args: ['-q'] })
      const { folder } = capture
      const failures = []
      await until(() => exchange.sent > 3000)
      writeFileSync(join(group, 'cgroup.procs'), String(capture.child.pid))
      writeFileSync(join(group, 'memory.move_charge_at_immigrate'), '0')
      // What it has already is not charged to the group: from here on it may have next to nothing.
      writeFileSync(join(group, 'memory.limit_in_bytes'), String(512 * 1024))
      exchange.rate = 20_000
      if (!(await until(() => capture.child.signalCode !== null || capture.child.exitCode !== null, 60_000))) {
        failures.push('it was not killed: the test proves nothing')
        capture.child.kill('SIGKILL')
      }
      const { signal } = await capture.ended
      exchange.rate = 3000
      const again = startCapture(exchange.url, data_dir, { args: ['-q'] })
      await until(() => exchange.runs.length === 2 && exchange.sent > exchange.runs[1].from + 1000)
      await sleep(500)
      exchange.paused = true
      await sleep(300)
      again.child.kill('SIGTERM')
      const { code } = await again.ended
      exchange.close()
      if (code !== 0) failures.push(`the next start ends with ${code}: ${again.stderr}`)
      failures.push(...faultsOf(folder))
      const [tail] = tailsOf(folder, exchange, failures)
      if (!journalOf(folder).some(({ cause }) => cause === 'recorder_down')) failures.push('the hole is not told')
      const kept = tail.from - exchange.runs[0].from
      report(
        'oom',
        failures,
        `ended by ${signal} for want of memory after ${kept} messages were kept, ${tail.to - tail.from} on the way; nothing torn after the next start`,
        'capture',
      )
    } finally {
      for (const pid of readdirSync(CGROUP).length > 0
        ? readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)
        : [])
        writeFileSync(join(CGROUP, 'cgroup.procs'), pid)
      rmdirSync(group)
    }
  }
}
