import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureBuilt, mds } from '../support/cli.js'
import { BEGIN_MS, writeSmallRecording } from '../support/small-recording.js'

const recording = writeSmallRecording()
const { folder } = recording
afterAll(recording.remove)
beforeAll(ensureBuilt)

const replay = (...flags: string[]) => mds(['replay', folder, ...flags])
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')
const timeOf = (line: string): string => /"received_at":"([^"]+)"/.exec(line)?.[1] ?? ''

test('the bytes do not depend on the speed', async () => {
  const at_once = await replay('--speed', 'max', '--emit', 'ticks,candles')
  expect(at_once.code).toBe(0)
  expect(lines(at_once.stdout).length).toBe(117 + 6)
  for (const speed of ['1x', '10', '1000x']) {
    const paced = await replay('--speed', speed, '--emit', 'ticks,candles', '--from', '09:16:02')
    const skipped = await replay('--speed', 'max', '--emit', 'ticks,candles', '--from', '09:16:02')
    expect(paced.code).toBe(0)
    expect(paced.stdout).toBe(skipped.stdout)
    expect(paced.stderr).toMatch(/80 records, 114 ticks, 6 candles; .* lateness p50 \d+\.\d\d ms/)
    expect(at_once.stdout.endsWith(paced.stdout)).toBe(true)
  }
})

test('one kind alone has the bytes of decode and candles', async () => {
  const ticks = await replay('--speed', 'max')
  expect(ticks.stdout).toBe((await mds(['decode', folder])).stdout)
  const candles = await replay('--speed', 'max', '--emit', 'candles', '--tf', '1m,5m')
  expect(candles.stdout).toBe((await mds(['candles', folder, '--tf', '1m,5m', '--format', 'ndjson'])).stdout)
  const both = lines((await replay('--speed', 'max', '--emit', 'ticks,candles', '--tf', '1m,5m')).stdout)
  const ofType = (type: string): string =>
    both
      .filter((line) => line.startsWith(`{"type":"${type}",`))
      .map((line) => `${line.replace(`"type":"${type}",`, '')}\n`)
      .join('')
  expect(ofType('tick')).toBe(ticks.stdout)
  expect(ofType('candle')).toBe(candles.stdout)
})

test('--from and --to cut by time of receipt, half-open, but the engine hears it all', async () => {
  const from = new Date(BEGIN_MS + 97 * 10).toISOString()
  const to = new Date(BEGIN_MS + 97 * 20).toISOString()
  const all = lines((await replay('--speed', 'max')).stdout)
  const cut = lines((await replay('--speed', 'max', '--from', from, '--to', to)).stdout)
  const within = all.filter(
    (line) => timeOf(line) !== '' && Date.parse(timeOf(line)) >= Date.parse(from) && Date.parse(timeOf(line)) < Date.parse(to),
  )
  expect(cut).toEqual(within)
  expect(cut.length).toBeGreaterThan(10)
  expect(cut.length).toBeLessThan(all.length - 10)
})

test('usage errors say what is expected', async () => {
  for (const [flags, words] of [
    [['--speed', 'fast'], /0\.1x to 1000x, or max/],
    [['--speed', '1001x'], /0\.1x to 1000x/],
    [['--emit', 'trades'], /ticks, candles/],
    [['--emit', 'ticks,candles', '--format', 'csv'], /one kind only/],
    [['--from', '25:99'], /HH:MM/],
    [['--from', '10:00', '--to', '09:00'], /nothing lies between/],
    [['--max-wait', 'long'], /duration/],
    [['--json'], /--output FILE/],
  ] as const) {
    const { code, stdout, stderr } = await replay(...flags)
    expect(`${code} ${flags}`).toBe(`2 ${flags}`)
    expect(stdout + stderr).toMatch(words)
    expect(stderr).not.toMatch(/at .*\.js:\d/)
  }
})

test('a file appears whole, --json tells what is in it', async () => {
  const path = join(folder, 'out.csv')
  const { code, stdout } = await replay('--speed', 'max', '-o', path, '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ records: 82, ticks: 117 })
  expect(lines(readFileSync(path, 'utf8')).length).toBe(1 + 117)
})

test('a reader that goes away ends it quietly', async () => {
  const { code, stderr } = await mds(['replay', folder, '--from', '09:16:02', '-q'], { after_bytes: 100, how: 'close' })
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

test('Ctrl-C: 130, whole lines so far, and no file', async () => {
  const path = join(folder, 'interrupted.ndjson')
  const { code, stdout } = await mds(['replay', folder, '--speed', '0.5x', '--from', '09:16:02'], {
    after_bytes: 100,
    how: 'SIGINT',
  })
  expect(code).toBe(130)
  expect(stdout.endsWith('}\n')).toBe(true)
  const all = (await replay('--speed', 'max', '--from', '09:16:02')).stdout
  expect(all.startsWith(stdout)).toBe(true)
  expect(stdout.length).toBeLessThan(all.length)
  expect(existsSync(path)).toBe(false)
})
