// Rows 5 to 11 with the real capture: a tmpfs that fills up and is freed (root), limits on the size and the number of files, calls on the recording that
// fail or take long (strace), a folder that is deleted, a file system that turns read-only (root). `node test/faults/capture-disk.mjs [--only NAME]`

import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { droppedOf, needs, option, recordings, report, scratch, sleep, until } from './lib.mjs'
import {
  accountsOf,
  messagesIn,
  NumberedExchange,
  segmentName,
  settled,
  sizeOf,
  startCapture,
  statusOf,
  toldBy,
} from './real.mjs'

const only = option('only')
const is_root = process.getuid?.() === 0

/** A fault from its setting up to its verdict; `act` is done while messages flow. */
async function meet(
  name,
  { rate = 2000, start = {}, act, data_dir = join(scratch, name), code: expected = 0, verdict = () => [], closed },
) {
  if (only !== undefined && only !== name) return
  const exchange = await NumberedExchange.open({ rate })
  const capture = startCapture(exchange.url, data_dir, start)
  const { folder } = capture
  const failures = []
  if (!(await until(() => exchange.sent > 500))) failures.push('nothing is recorded')
  const figures = (await act({ capture, exchange, folder, failures })) ?? ''
  await settled(exchange, folder, { but: droppedOf(folder) })
  const { lag } = (await statusOf(capture)) ?? {}
  const stopped = performance.now()
  capture.child.kill('SIGTERM')
  const pid = capture.run?.pid
  if (pid !== undefined && pid !== capture.child.pid) process.kill(pid, 'SIGTERM')
  const { code } = await capture.ended
  const stop_ms = Math.round(performance.now() - stopped)
  exchange.close()
  failures.push(...accountsOf(folder, exchange, { told: droppedOf(folder) + lostIn(folder), closed }))
  failures.push(...verdict({ folder, capture }))
  if (code !== expected) failures.push(`ends with ${code}, not ${expected}: ${capture.stderr}`)
  const words =
    lag === undefined
      ? ''
      : `; lag p50 ${Math.round(lag.p50_ms)} ms, p99 ${Math.round(lag.p99_ms)} ms, max ${Math.round(lag.max_ms)} ms`
  report(name, failures, `${exchange.sent} messages at ${rate}/s; ${figures}${words}; stop ${stop_ms} ms`, 'capture')
}
/** Messages that went with a deleted file. Heartbeats among them are told too, and never missed here. */
const lostIn = (folder) =>
  toldBy(folder, 'gap').reduce((sum, { cause, records = 0 }) => sum + (cause === 'file_lost' ? records : 0), 0)
const expects =
  (events) =>
  ({ folder }) =>
    events.filter((event) => toldBy(folder, event).length === 0).map((event) => `no line says ${event}`)

if (is_root) {
  const mount = join(scratch, 'full')
  mkdirSync(mount)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', mount])
  try {
    await meet('tmpfs-full-then-free', {
      data_dir: mount,
      act: async ({ folder, capture, exchange, failures }) => {
        writeFileSync(join(mount, 'ballast'), Buffer.alloc(4 * 1024 * 1024))
        if (!(await until(() => /writing failed/.test(capture.stderr), 20_000))) failures.push('nobody is told')
        await sleep(10_000)
        rmSync(join(mount, 'ballast'))
        // All of it must fit once there is room: what came in 10 s and before is 5 MB.
        exchange.paused = true
        if (!(await until(() => toldBy(folder, 'write_resumed').length > 0, 10_000))) failures.push('writing did not resume')
        return 'full for 10 s, then freed'
      },
      rate: 800,
      verdict: expects(['write_failed', 'write_resumed']),
    })
  } finally {
    execFileSync('umount', ['-l', mount])
  }

  const image = join(scratch, 'aborted.img')
  const disk = join(scratch, 'aborted')
  mkdirSync(disk)
  execFileSync('truncate', ['-s', '200M', image])
  execFileSync('mkfs.ext4', ['-q', '-F', image])
  execFileSync('mount', ['-o', 'loop,errors=remount-ro', image, disk])
  if (only === undefined || only === 'read-only') {
    const exchange = await NumberedExchange.open({ rate: 2000 })
    const capture = startCapture(exchange.url, disk)
    const failures = []
    await until(() => exchange.sent > 1000)
    execFileSync('mount', ['-o', 'remount,abort', disk])
    const told = await until(() => /EROFS|read-only/i.test(capture.stderr), 10_000)
    if (!told) failures.push(`nobody is told: ${capture.stderr}`)
    await sleep(2000)
    const status = await statusOf(capture)
    if (status?.health !== 'degraded') failures.push(`the status says ${status?.health}`)
    if (capture.child.exitCode !== null) failures.push('the capture ended')
    exchange.paused = true
    const stopped = performance.now()
    capture.child.kill('SIGTERM')
    const { code } = await capture.ended
    const stop_ms = Math.round(performance.now() - stopped)
    if (code !== 3) failures.push(`ends with ${code}: ${capture.stderr}`)
    if (stop_ms > 3000) failures.push(`stop takes ${stop_ms} ms`)
    exchange.close()
    report('read-only', failures, `told, the capture goes on and is degraded; stop ${stop_ms} ms, code ${code}`, 'capture')
  }
  execFileSync('umount', ['-l', disk])
} else console.log('SKIP tmpfs and read-only: need root')

if (needs('prlimit')) {
  await meet('file-size-limit', {
    start: { ahead: ['prlimit', '--fsize=500123'] },
    rate: 3000,
    act: async ({ exchange }) => void (await until(() => exchange.sent >= 9000)),
    verdict: ({ folder }) => (recordings(folder).length >= 4 ? [] : [`${recordings(folder).length} parts`]),
  })
  await meet('fd-limit', {
    act: async ({ capture, folder, exchange, failures }) => {
      const { pid } = capture.child
      const url = new URL((await until(() => capture.run !== undefined)) ? capture.run.url : '')
      // Every number below is taken: nothing can be opened, what is open goes on.
      execFileSync('prlimit', [`--pid=${pid}`, '--nofile=10:'])
      const answer = await new Promise((resolve) => {
        const socket = connect(Number(url.port), '127.0.0.1')
        socket.on('data', () => resolve('answers'))
        socket.on('close', () => resolve('refuses'))
        socket.on('error', () => resolve('refuses'))
        socket.write(`GET /status HTTP/1.1\r\nHost: localhost:${url.port}\r\n\r\n`)
        setTimeout(() => resolve('says nothing'), 3000)
      })
      if (answer === 'answers') failures.push('the API answers without a file descriptor: the test proves nothing')
      const sent = exchange.sent
      await until(() => exchange.sent > sent + 4000)
      await sleep(200)
      const waiting = exchange.sent - messagesIn(folder).length
      if (waiting > 2000) failures.push(`${waiting} messages wait`)
      execFileSync('prlimit', [`--pid=${pid}`, '--nofile=1024:'])
      if (!(await until(async () => (await statusOf(capture)) !== undefined))) failures.push('the API does not come back')
      return `no free descriptor for 2 s: the API ${answer}, ${waiting} messages wait at most`
    },
  })
}

await meet('folder-deleted', {
  code: 3,
  act: async ({ folder, exchange, failures }) => {
    await until(() => sizeOf(join(folder, recordings(folder)[0])) > 100_000)
    rmSync(folder, { recursive: true })
    if (!(await until(() => recordings(folder).length > 0, 10_000))) failures.push('no new file')
    const sent = exchange.sent
    await until(() => exchange.sent > sent + 1000)
    return `made anew, ${lostIn(folder)} records told as lost`
  },
})

const CASES = [
  { name: 'write-enospc', inject: 'write:error=ENOSPC:when=9..11', events: ['write_failed', 'write_resumed'] },
  { name: 'write-eio', inject: 'write:error=EIO:when=9', events: ['write_failed', 'write_resumed'], code: 3 },
  { name: 'fdatasync-eio', inject: 'fdatasync:error=EIO:when=3', events: ['sync_failed'], code: 3 },
  { name: 'fdatasync-slow-500ms', inject: 'fdatasync:delay_enter=500000', threads: true },
  { name: 'fdatasync-slow-3s', inject: 'fdatasync:delay_enter=3000000', threads: true, closed: false },
]
if (needs('strace'))
  for (const { name, inject, events = [], code = 0, threads = false, closed } of CASES)
    await meet(name, {
      code,
      closed,
      start: {
        env: threads ? {} : { UV_THREADPOOL_SIZE: '1' },
        ahead: [
          ...['strace', '-f', '-qq', '-o', '/dev/null', '-P', join(scratch, name, 'tokens', segmentName(Date.now()))],
          ...['-e', `trace=${inject.split(':')[0]}`, '-e', `inject=${inject}`],
        ],
      },
      act: async ({ exchange, capture, failures }) => {
        await until(() => exchange.sent > 8000)
        const status = await statusOf(capture)
        if (threads && !(status?.lag.p99_ms < 100)) failures.push(`p99 of the lag is ${status?.lag.p99_ms} ms`)
        return inject
      },
      verdict: ({ folder }) => [
        ...expects(events)({ folder }),
        ...toldBy(folder, 'loop_blocked').map(({ blocked_ms }) => `the event loop stood for ${blocked_ms} ms`),
      ],
    })
