// What the scripts of this folder share: a capture at work, faults, and a look at what it left that uses none of its code.

import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const HERE = dirname(fileURLToPath(import.meta.url))
const RESULTS = join(HERE, 'results.md')

/** Options `--name value`, and the rest. */
export function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : process.argv[at + 1]
}

export const scratch = mkdtempSync(join(tmpdir(), 'mds-faults-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

/**
 * The command that records, `{folder}` in it standing for the folder of the profile: `--command 'mds capture ...'`, or the driver, which
 * records numbered messages without a socket. `--profile` is the first part of its files' names.
 */
export async function captureCommand(extra = '') {
  const given = option('command')
  if (given !== undefined) return given
  const driver = join(scratch, 'record-driver.mjs')
  if (!existsSync(driver))
    await build({
      entryPoints: [join(HERE, '../support/record-driver.ts')],
      outfile: driver,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'error',
    })
  return `${process.execPath} ${driver} {folder} ${extra}`
}
export const profile = option('profile', 'drive')

/** Starts a command; `ahead`: words in front of it (strace, prlimit). Its standard output is read line by line. */
export function start(command, folder, { ahead = [], env = {}, onLine = () => {} } = {}) {
  const words = [...ahead, ...command.replaceAll('{folder}', folder).trim().split(/\s+/)]
  const child = spawn(words[0], words.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    cwd: scratch,
  })
  const run = { child, stderr: '', lines: [], ended: undefined }
  let rest = ''
  child.stdout.on('data', (bytes) => {
    const lines = (rest + bytes).split('\n')
    rest = lines.pop()
    for (const line of lines) {
      run.lines.push(line)
      onLine(line)
    }
  })
  child.stderr.on('data', (bytes) => {
    run.stderr += bytes
  })
  run.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })))
  return run
}

/** Lines of the driver that say what it did last. */
export const lastSaid = (run, field) => {
  for (let at = run.lines.length - 1; at >= 0; at--) {
    const value = JSON.parse(run.lines[at])[field]
    if (value !== undefined) return value
  }
  return undefined
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until it is so; false when that takes too long. */
export async function until(is_so, timeout_ms = 30_000) {
  for (const end = Date.now() + timeout_ms; Date.now() < end; await sleep(5)) if (is_so()) return true
  return false
}

export const recordings = (folder) =>
  (existsSync(folder) ? readdirSync(folder) : []).filter((name) => name.endsWith('.bin')).sort()
const partOf = (name) => Number(/_\d{4}_(\d+)/.exec(name)?.[1] ?? 1)
export const inOrder = (names) => [...names].sort((a, b) => partOf(a) - partOf(b) || (a < b ? -1 : 1))

/** Whole records of some bytes, from the two numbers of their headers alone. */
export function recordsOf(bytes) {
  const records = []
  let at = 0
  while (at + 12 <= bytes.length) {
    const end = at + 12 + bytes.readUInt32BE(at + 8)
    const received_ms = Number(bytes.readBigUInt64BE(at))
    if (end > bytes.length || received_ms < 1e12 || received_ms > 4e12) break
    records.push({ at, end, received_ms, number: end - at > 20 ? bytes.readUInt32BE(at + 20) : -1 })
    at = end
  }
  return { records, whole: at, torn: bytes.length - at }
}

/** What is wrong with a folder: torn records, times that go back, an index that claims what is not there, a manifest that is not true. */
export function faultsOf(folder, { closed = true } = {}) {
  const faults = []
  for (const name of recordings(folder)) {
    const bytes = readFileSync(join(folder, name))
    const { records, torn } = recordsOf(bytes)
    if (torn > 0) faults.push(`${name}: ${torn} bytes behind the last whole record`)
    if (records.some(({ received_ms }, n) => n > 0 && received_ms < records[n - 1].received_ms))
      faults.push(`${name}: times go back`)
    const index = existsSync(join(folder, `${name}.idx`)) ? readFileSync(join(folder, `${name}.idx`)) : Buffer.alloc(0)
    let covered = 0
    let previous = 0
    for (let at = 0; at + 48 <= index.length; at += 48) {
      const length = index.readUInt32BE(at + 12)
      const offset = Number(index.readBigUInt64BE(at + 4))
      const crc = index.readUInt32BE(at + 44)
      if (offset !== covered || index.readUInt32BE(at + 40) !== previous || crc32c(index.subarray(at, at + 44)) !== crc)
        faults.push(`${name}: entry ${at / 48} of the index is damaged`)
      if (offset + length > bytes.length) faults.push(`${name}: the index claims ${offset + length} of ${bytes.length} bytes`)
      else if (crc32c(bytes.subarray(offset, offset + length)) !== index.readUInt32BE(at + 36))
        faults.push(`${name}: the block at ${offset} is not what the index says`)
      covered = offset + length
      previous = crc
    }
    const manifest_path = join(folder, name.replace(/\.bin$/, '.manifest.json'))
    const manifest = existsSync(manifest_path) ? JSON.parse(readFileSync(manifest_path, 'utf8')) : undefined
    if (manifest !== undefined && manifest.sha256 !== createHash('sha256').update(bytes).digest('hex'))
      faults.push(`${name}: the manifest has another checksum`)
    if (closed && manifest === undefined) faults.push(`${name}: no manifest`)
    if (closed && manifest?.suspect !== true && covered !== bytes.length)
      faults.push(`${name}: the index covers ${covered} of ${bytes.length}`)
  }
  return faults
}

/** Lines of all journals of a folder whose checksum is right. */
export function journalOf(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.journal.jsonl'))
  return names.sort().flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .flatMap((line) => {
        const at = line.lastIndexOf(',"crc":"')
        if (at < 0) return []
        const crc = crc32c(Buffer.from(line.slice(0, at)))
          .toString(16)
          .padStart(8, '0')
        return line.slice(at + 8, at + 16) === crc ? [JSON.parse(line)] : []
      }),
  )
}

/** Numbers of the driver's messages, file by file in the order of their parts. */
export const numbersOf = (folder) =>
  inOrder(recordings(folder)).flatMap((name) => recordsOf(readFileSync(join(folder, name))).records.map(({ number }) => number))

export const droppedOf = (folder) =>
  journalOf(folder).reduce(
    (sum, { event, cause, records = 0 }) => sum + (event === 'gap' && cause === 'overflow' ? records : 0),
    0,
  )

/** The numbers [0, count) less those that are there. */
export function missingOf(numbers, count) {
  const there = new Set(numbers)
  return Array.from({ length: count }, (_, n) => n).filter((number) => !there.has(number))
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0)
  return crc
})
export function crc32c(bytes) {
  let crc = 0xffffffff
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8)
  return ~crc >>> 0
}

/** Prints PASS or FAIL, keeps the last result in results.md, and sets the exit code. */
export function report(name, failures, figures, subject = option('command') === undefined ? 'recorder' : 'capture') {
  const verdict = failures.length === 0 ? 'PASS' : 'FAIL'
  const words = failures.length === 0 ? figures : `${failures.length} failures, e.g. ${failures[0]}; ${figures}`
  console.log(`${verdict} ${name}: ${words}`)
  for (const failure of failures.slice(0, 10)) console.log(`  ${failure}`)
  if (failures.length > 0) process.exitCode = 1
  const today = new Date().toISOString().slice(0, 10)
  const row = `| ${name} | ${subject} | ${verdict} | ${words.replaceAll('|', '/')} | ${today}, Node ${process.versions.node} |`
  const text = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : ''
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| fault ') && !line.startsWith('| --- '))
  const kept = rows.filter((line) => !line.startsWith(`| ${name} | ${subject} |`))
  const head = [
    '# Last results of the fault scripts',
    '',
    'Written by the scripts of this folder, each row by its own; see [recording.md](../../docs/recording.md#faults) for what they do.',
    '',
    '| fault | of | result | figures | when, on what |',
    '| --- | --- | --- | --- | --- |',
  ]
  writeFileSync(RESULTS, `${[...head, ...[...kept, row].sort()].join('\n')}\n`)
}

/** Is the program there? Says so when it is not. */
export function needs(program) {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    console.log(`SKIP: ${program} is not installed`)
    return false
  }
}
