import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { Random } from '../../src/core/random.js'
import { formatDate, istDay } from '../../src/core/time/index.js'
import { ensureBuilt } from '../support/cli.js'
import { MdsProcess } from '../support/mds-process.js'
import { NumberedExchange } from '../support/numbered-exchange.js'
import { journalIn, numbersIn, recordingsIn, wholeOf } from '../support/recorded-numbers.js'
import { ROOT, runMds } from '../support/run-mds.js'
import { tempFolder } from '../support/temp-folder.js'
import { until } from '../support/until.js'

beforeAll(ensureBuilt)

const KILLS = 20

test(`row 1: ${KILLS} times kill -9 of mds capture: what reached the kernel is there, nothing is torn, every hole is told`, async () => {
  const folder = tempFolder({ 'calendar.json': openAllDay() })
  const ticks = join(folder, 'raw', 'tokens')
  const random = new Random(11, 'kills')
  const exchange = await NumberedExchange.open({ rate: 2000 })
  onTestFinished(() => exchange.close())
  const capture = (): MdsProcess =>
    new MdsProcess(
      [
        ...['capture', '--tokens', '408065', '--url', exchange.url, '--hours', 'always'],
        ...['--data-dir', 'raw', '--candles', '1m', '--calendar', 'calendar.json', '--no-control', '-q'],
      ],
      { cwd: folder },
    )
  let before = new Map<string, Buffer>()
  for (let kill = 0; kill < KILLS; kill++) {
    const running = capture()
    await until('a new login', () => exchange.runs.length === kill + 1)
    for (const [name, bytes] of before) expect(readFileSync(join(ticks, name)), name).toEqual(bytes.subarray(0, wholeOf(bytes)))
    const wanted = exchange.sent + 1 + random.below(600)
    await until('messages', () => exchange.sent >= wanted)
    running.kill('SIGKILL')
    await running.exit()
    before = new Map(recordingsIn(ticks).flatMap((name) => sound(name, readFileSync(join(ticks, name)))))
  }
  const last = capture()
  const wanted = exchange.sent + 500
  await until('messages of the last run', () => exchange.sent >= wanted)
  last.kill('SIGTERM')
  expect(await last.exit(), last.stderr).toBe(0)

  const kept = numbersIn(ticks)
  for (const [run, { from, to }] of exchange.runs.entries()) {
    const of_run = kept.filter((number) => number >= from && number < to)
    expect(of_run, `run ${run}`).toEqual(Array.from({ length: of_run.length }, (_, n) => from + n))
  }
  expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b))
  const entries = journalIn(ticks)
  const opened = entries.filter(({ event }) => event === 'segment_opened').length
  const holes = entries.filter((entry) => entry.event === 'gap' && entry.cause === 'recorder_down').length
  expect(holes).toBeGreaterThan(0)
  expect(holes).toBeGreaterThanOrEqual(recordingsIn(ticks).length - 1)
  expect(opened).toBeGreaterThanOrEqual(recordingsIn(ticks).length)

  const verified = await runMds(['verify', ticks, '--json'], { cwd: folder })
  expect(verified.code, verified.stderr).toBe(4) // the holes
  expect(verified.stdout.toString()).not.toMatch(/corrupt|torn|short|suspect_file/)
  const words = ['candles', ticks, '--calendar', 'calendar.json', '--tf', '1m', '--format', 'ndjson', '-q']
  const candles = (await runMds(words, { cwd: folder })).stdout.toString()
  expect(candles.split('\n').length).toBeGreaterThan(1)
  const live = readdirSync(ticks).filter((name) => name.endsWith('.candles.ndjson'))
  expect(
    live
      .sort()
      .map((name) => readFileSync(join(ticks, name), 'utf8'))
      .join(''),
  ).toBe(candles)
})

/** The calendar with trading around the clock today and tomorrow: there are candles to compare whenever the test runs. */
function openAllDay(): string {
  const calendar = JSON.parse(readFileSync(join(ROOT, 'config', 'calendar.json'), 'utf8'))
  const today = istDay(Date.now())
  for (const day of [today, today + 1])
    calendar.special_sessions.push({
      ...{ date: formatDate(day), applies_to: ['equity'], hours: 'own', source: 'this test', verified: false },
      phases: [{ phase: 'continuous', start: '00:00', end: '24:00' }],
    })
  return JSON.stringify(calendar)
}

/** A recording without a whole record is taken away at the next start. */
const sound = (name: string, bytes: Buffer): [string, Buffer][] => (wholeOf(bytes) > 0 ? [[name, bytes]] : [])
