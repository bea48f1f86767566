import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseIntervals } from '../src/core/candles/index.js'
import { Pipeline } from '../src/core/engine/index.js'
import { createCalendar, InstrumentTable } from '../src/core/market/index.js'
import { RecordingMerge, RecordingReader } from '../src/core/recording/index.js'
import { ensureBuilt } from './support/cli.js'

// Laws of docs/determinism.md, on a short market with every fault planted.
const folder = mkdtempSync(join(tmpdir(), 'mds-determinism-'))
const RECORDING = join(folder, 'synth', 'synth_20251006_0900.bin')
const MASTER = join(folder, 'synth', 'synth_20251006.instruments.csv')
const WORDS = ['--tf', '1m,5m,1d', '--instruments', MASTER, '--quiet']

beforeAll(() => {
  ensureBuilt()
  const words = [
    '--date',
    '20251006',
    '--instruments',
    '60',
    '--start',
    '08:59',
    '--until',
    '09:50',
    '--faults',
    'all',
    '--single-file',
  ]
  mds(['synth', ...words, '--data-dir', folder])
  const [name = ''] = readdirSync(join(folder, 'synth')).filter((file) => file.endsWith('.bin'))
  writeFileSync(RECORDING, readFileSync(join(folder, 'synth', name)))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface How {
  node?: string[]
  env?: Record<string, string>
  input?: Uint8Array
}

function mds(words: readonly string[], { node = [], env = {}, input }: How = {}): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, resolve('bin/run.js'), ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
  })
  expect(status, stderr).toBe(0)
  return stdout
}

describe('the same candles to the last byte', () => {
  const candles = (how?: How, source = RECORDING): string => mds(['candles', source, ...WORDS, '--format', 'ndjson'], how)
  let expected = ''
  beforeAll(() => {
    expected = candles()
    expect(expected.split('\n').length).toBeGreaterThan(1000)
    expect(expected).toContain('"complete":false')
  })

  test.each([
    ['America/New_York', 'C'],
    ['Asia/Kathmandu', 'hi_IN.UTF-8'],
    ['Pacific/Apia', 'tr_TR.UTF-8'],
  ])('in the time zone %s with the locale %s', (TZ, LC_ALL) =>
    expect(candles({ env: { TZ, LC_ALL, LANG: LC_ALL } })).toBe(expected),
  )

  test.each([['--no-opt'], ['--max-lazy'], ['--no-use-ic']])('with %s', (flag) =>
    expect(candles({ node: [flag] })).toBe(expected),
  )

  test('packed', () => {
    writeFileSync(`${RECORDING}.gz`, gzipSync(readFileSync(RECORDING)))
    expect(candles({}, `${RECORDING}.gz`)).toBe(expected)
  })

  test('from standard input', () => expect(candles({ input: readFileSync(RECORDING) }, '-')).toBe(expected))

  test('replayed', () =>
    expect(mds(['replay', RECORDING, ...WORDS, '--speed', 'max', '--emit', 'candles', '--format', 'ndjson'])).toBe(expected))
})

describe('in pieces of any size, with and without the common path', () => {
  const calendar = createCalendar(JSON.parse(readFileSync('config/calendar.json', 'utf8')))

  function told(piece_bytes: number, common_path: boolean): string {
    const bytes = readFileSync(RECORDING)
    const lines: string[] = []
    const pipeline = new Pipeline(
      {
        instruments: InstrumentTable.of([]),
        calendar,
        clock: 'trade',
        bars: {
          intervals: parseIntervals(['1m,5m,1d']),
          auction: 'separate',
          fill: 'forward',
          late: 'revise',
          gap_volume: 'spread',
        },
        files: [RECORDING],
        common_path,
      },
      {
        onCandle: ({ instrument, ...figures }) => lines.push(JSON.stringify([instrument.symbol, figures])),
        onDiagnostic: (diagnostic) => lines.push(JSON.stringify(diagnostic)),
      },
    )
    const reader = new RecordingReader(0, 0, (code, place, detail) =>
      lines.push(JSON.stringify([code, { ...place, ...detail }.offset])),
    )
    const merge = new RecordingMerge([reader])
    for (let at = 0; merge.drain(pipeline, Number.POSITIVE_INFINITY) !== 'done'; ) {
      pipeline.onRecycle(reader.view)
      const space = reader.space()
      const count = Math.min(piece_bytes, space.length, bytes.length - at)
      space.set(bytes.subarray(at, at + count))
      at += count
      if (count === 0) reader.ended()
      else reader.filled(count)
    }
    pipeline.end()
    return lines.join('\n')
  }

  const expected = (): string => told(Number.POSITIVE_INFINITY, true)

  test.each([7, 4096, 65_537])('pieces of %i bytes', (piece_bytes) => expect(told(piece_bytes, true)).toBe(expected()))
  test('every packet the whole way', () => expect(told(Number.POSITIVE_INFINITY, false)).toBe(expected()))
})
