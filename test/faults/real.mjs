// What the scripts that test the real program share: `mds capture` of this checkout, fed by a server that numbers its messages.

import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { faultsOf, inOrder, journalOf, recordings, recordsOf, scratch, sleep, until } from './lib.mjs'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..')
export const MDS = join(ROOT, 'bin/run.js')
if (!existsSync(join(ROOT, 'dist/bin.js'))) execFileSync(process.execPath, [join(ROOT, 'scripts/build.js')], { cwd: ROOT })

const outfile = join(scratch, 'numbered-exchange.cjs')
await build({
  entryPoints: [join(ROOT, 'test/support/numbered-exchange.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'error',
})
export const { NumberedExchange } = createRequire(import.meta.url)(outfile)

let count = 0
const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * A capture of one instrument into `data_dir`; `ahead`: words in front of it (strace, prlimit, ip netns exec). `folder` is where its files are.
 */
export function startCapture(url, data_dir, { args = [], ahead = [], env = {}, tokens = '408065' } = {}) {
  const cwd = join(scratch, `run-${++count}`)
  mkdirSync(cwd)
  const words = [
    ...[...ahead, process.execPath, MDS, 'capture', '--tokens', tokens, '--url', url, '--hours', 'always'],
    ...['--data-dir', data_dir, '--log-file', join(cwd, 'log'), ...args],
  ]
  const { PATH, HOME } = process.env
  const child = spawn(words[0], words.slice(1), {
    cwd,
    env: { PATH, HOME, XDG_RUNTIME_DIR: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const capture = {
    child,
    folder: join(data_dir, 'tokens'),
    begun: performance.now(),
    stdout: '',
    stderr: '',
    ended: undefined,
    run: undefined,
  }
  child.stdout.on('data', (bytes) => {
    capture.stdout += bytes
  })
  child.stderr.on('data', (bytes) => {
    capture.stderr += bytes
  })
  running.add(child)
  capture.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })))
  void capture.ended.then(() => running.delete(child))
  /** The process itself, behind the words in front of it, and where its control API is. */
  Object.defineProperty(capture, 'run', {
    get: () => {
      const folder = join(cwd, 'mds')
      const name = existsSync(folder) ? readdirSync(folder).find((each) => each.startsWith('capture-')) : undefined
      return name === undefined ? undefined : JSON.parse(readFileSync(join(folder, name), 'utf8'))
    },
  })
  return capture
}

/** What the control API tells; undefined where nobody answers. */
export async function statusOf(capture) {
  try {
    const response = await fetch(`${capture.run?.url}/status`, {
      signal: AbortSignal.timeout(2000),
      headers: { connection: 'close' },
    })
    return await response.json()
  } catch {
    return undefined
  }
}

const partName = /_\d{8}_\d{4}/
/** Recordings in the order of recording, over several hours and days. */
export const inTime = (names) => {
  const hours = [...new Set(names.map((name) => partName.exec(name)[0]))].sort()
  return hours.flatMap((hour) => inOrder(names.filter((name) => name.includes(hour))))
}

/** Records of the messages of the exchange, heartbeats left out. */
export const messagesIn = (folder) =>
  inTime(recordings(folder)).flatMap((name) =>
    recordsOf(readFileSync(join(folder, name)))
      .records.filter(({ number }) => number >= 0)
      .map((record) => ({ ...record, file: name })),
  )

/** Of each login a first part is there, in order, once; gives the numbers that are missing at the ends. */
export function tailsOf(folder, exchange, failures) {
  const numbers = messagesIn(folder).map(({ number }) => number)
  if (numbers.some((number, n) => n > 0 && number <= numbers[n - 1])) failures.push('messages twice or out of order')
  return exchange.runs.map(({ from, to }, run) => {
    const kept = numbers.filter((number) => number >= from && number < to)
    if (kept.some((number, n) => number !== from + n)) failures.push(`login ${run}: a hole in the middle`)
    return { from: from + kept.length, to }
  })
}

/** All that was sent is there or told as dropped, in order, once, in sound files. */
export function accountsOf(folder, exchange, { told = 0, closed = true } = {}) {
  const failures = faultsOf(folder, { closed })
  const numbers = messagesIn(folder).map(({ number }) => number)
  const there = new Set(numbers)
  const missing = exchange.sent - there.size
  // Heartbeats that are dropped are told as well.
  if (missing > told || missing < told - (told > 0 ? exchange.beats : 0))
    failures.push(`${missing} of ${exchange.sent} missing, ${told} told`)
  if (numbers.some((number, n) => n > 0 && number <= numbers[n - 1])) failures.push('messages twice or out of order')
  return failures
}

/** The exchange falls silent; all it sent is in the recording, or as much as ever will be. */
export async function settled(exchange, folder, { but = 0, timeout_ms = 15_000 } = {}) {
  exchange.paused = true
  await sleep(100)
  return until(() => messagesIn(folder).length >= exchange.sent - but, timeout_ms)
}

export const toldBy = (folder, event) => journalOf(folder).filter((entry) => entry.event === event)
export const sizeOf = (path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** The words of another command of mds. */
export function mds(args, { ok = [0] } = {}) {
  try {
    return {
      code: 0,
      stdout: execFileSync(process.execPath, [MDS, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    }
  } catch (error) {
    if (!ok.includes(error.status)) throw new Error(`mds ${args[0]} ends with ${error.status}: ${error.stderr}`)
    return { code: error.status, stdout: error.stdout }
  }
}

/** IST date and hour of a moment as in the name of a segment. */
export function segmentName(at_ms) {
  const ist = new Date(at_ms + 19_800_000).toISOString()
  return `tokens_${ist.slice(0, 10).replaceAll('-', '')}_${ist.slice(11, 13)}00.bin`
}

/** A clock of its own for a program (libfaketime): started at a moment, or steered by a file. Undefined where it is not installed. */
export function fakeClock(words) {
  const library = ['/usr/lib/x86_64-linux-gnu/faketime', '/usr/lib/aarch64-linux-gnu/faketime', '/usr/lib/faketime']
    .map((folder) => join(folder, 'libfaketime.so.1'))
    .find((path) => existsSync(path))
  if (library === undefined) return undefined
  return {
    LD_PRELOAD: library,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
    FAKETIME_NO_CACHE: '1',
    TZ: 'UTC',
    ...words,
  }
}

export const quantile = (values, q) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]
