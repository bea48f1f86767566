import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultLogPath, LogFile, type LogFileSetup } from '../../../src/io/capture/log-file.js'
import { NOW_MS } from '../../support/capture-status.js'
import { tempFolder } from '../../support/temp-folder.js'

const CANARY = 'canary-access-token'

function logIn(folder: string, more: Partial<LogFileSetup> = {}) {
  const path = join(folder, 'logs', 'nifty50.log')
  const scrub = (text: string): string => text.replaceAll(CANARY, '***')
  const failures: string[] = []
  const log = new LogFile({ path, nowMs: () => NOW_MS, scrub, onFailure: (code) => failures.push(code), ...more })
  return { path, log, failures, lines: () => readFileSync(path, 'utf8').split('\n').slice(0, -1) }
}

test('one object a line, in order, appended, for nobody else to read', async () => {
  const folder = tempFolder()
  const { path, log, lines } = logIn(folder)
  log.write('info', 'connected', { connection: 1, attempt: 1 })
  log.write('warn', 'stall', { connection: 1, silence_ms: 5_000, tokens: [1, 2], at: undefined })
  await log.close()
  const again = logIn(folder).log
  again.write('error', 'failure', { detail: 'write' })
  await again.close()
  expect(lines()).toEqual([
    '{"time":"2025-10-06T10:15:00.000+05:30","level":"info","event":"connected","connection":1,"attempt":1}',
    '{"time":"2025-10-06T10:15:00.000+05:30","level":"warn","event":"stall","connection":1,"silence_ms":5000,"tokens":[1,2]}',
    '{"time":"2025-10-06T10:15:00.000+05:30","level":"error","event":"failure","detail":"write"}',
  ])
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'logs')).mode & 0o777).toBe(0o700)
})

test('no secret, and nothing that moves a cursor; what was said can be read back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), async (texts) => {
      const { log, lines } = logIn(tempFolder())
      for (const text of texts) log.write('info', 'text', { text: `${text}${CANARY}\x1b[2J\u202e\u{e0001}` })
      await log.close()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
      for (const line of lines()) expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029]|canary/)
      const read = lines().map((line) => JSON.parse(line).text)
      expect(read).toEqual(texts.map((text) => `${text}***\x1b[2J\u202e\u{e0001}`))
    }),
    { numRuns: 20 },
  )
})

test('a full file makes way', async () => {
  const { path, log, lines } = logIn(tempFolder(), { bytes_max: 1_000 })
  for (let n = 0; n < 40; n++) {
    log.write('info', 'beat', { n })
    await new Promise((resolve) => setImmediate(resolve))
  }
  await log.close()
  expect(statSync(`${path}.1`).size).toBeLessThan(3_500)
  expect(existsSync(`${path}.2`)).toBe(false)
  const before = readFileSync(`${path}.1`, 'utf8').split('\n').slice(0, -1)
  const kept = [...before, ...(existsSync(path) ? lines() : [])].map((line) => JSON.parse(line).n)
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => 40 - kept.length + n))
})

test('a folder that is gone, a link, a folder in its place: told once, lines counted, and then it goes on', async () => {
  for (const spoil of [
    (path: string) => writeFileSync(join(path, '..'), 'in the way'),
    (path: string) => {
      mkdirSync(join(path, '..'))
      symlinkSync(join(tempFolder(), 'victim'), path)
    },
    (path: string) => mkdirSync(path, { recursive: true }),
  ]) {
    const { path, log, failures, lines } = logIn(tempFolder())
    spoil(path)
    log.write('info', 'first')
    await settled(() => failures.length > 0)
    log.write('info', 'second')
    await log.close()
    expect(failures).toHaveLength(1)
    rmSync(join(path, '..'), { recursive: true })
    log.write('info', 'third')
    await log.close()
    expect(lines().map((line) => JSON.parse(line))).toMatchObject([{ event: 'log_lines_lost', lines: 2 }, { event: 'third' }])
  }
})

test('after a line that was cut comes a new one', async () => {
  const { path, log, lines } = logIn(tempFolder({ 'logs/nifty50.log': '{"time":"2025-10-06T10' }))
  chmodSync(path, 0o600)
  log.write('info', 'restarted')
  await log.close()
  expect(lines()).toHaveLength(2)
  expect(JSON.parse(lines()[1] ?? '')).toMatchObject({ event: 'restarted' })
})

test('lines that nobody takes are bounded', async () => {
  const { log, lines } = logIn(tempFolder())
  for (let n = 0; n < 3_000; n++) log.write('info', 'much', { text: 'x'.repeat(1_000) })
  await log.close()
  log.write('info', 'after')
  await log.close()
  const read = lines().map((line) => JSON.parse(line))
  const kept = read.filter(({ event }) => event === 'much').length
  expect(kept).toBeLessThan(1_100)
  expect(read.filter(({ event }) => event === 'log_lines_lost')).toMatchObject([{ lines: 3_000 - kept }])
  expect(read.at(-1)).toMatchObject({ event: 'after' })
})

test('logs lie beside the folder of the recordings', () => {
  expect(defaultLogPath(join('x', 'raw_ticks'), 'nifty50')).toBe(join(process.cwd(), 'x', 'logs', 'nifty50.log'))
})

async function settled(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
