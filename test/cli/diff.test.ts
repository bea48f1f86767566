import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeRecord } from '../../src/core/recording/index.js'
import { ensureBuilt } from '../support/cli.js'
import type { PlainRecord } from '../support/read-records.js'
import { type Outcome, runMds } from '../support/run-mds.js'
import { sampleRecords } from '../support/sample-records.js'

// `mds diff` as a user runs it: exit codes, words, and what it refuses.

const folder = mkdtempSync(join(tmpdir(), 'mds-diff-'))
const at = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (line: string, shell?: string): Promise<Outcome> =>
  runMds(line.split(' '), { cwd: folder, ...(shell === undefined ? {} : { shell }) })
const text = ({ stdout }: Outcome): string => stdout.toString()

const RECORDS = sampleRecords(900, 4)
const write = (name: string, records: readonly PlainRecord[]): void =>
  writeFileSync(at(name), Buffer.concat(records.map(({ received_at_ms, message }) => encodeRecord(received_at_ms, message))))

function littleEndian(records: readonly PlainRecord[]): Buffer {
  return Buffer.concat(
    records.map(({ received_at_ms, message }) => {
      const header = Buffer.alloc(12)
      header.writeBigUInt64LE(BigInt(received_at_ms))
      header.writeUInt32LE(message.length, 8)
      return Buffer.concat([header, message])
    }),
  )
}

beforeAll(async () => {
  ensureBuilt()
  write('a.bin', RECORDS)
  const changed = RECORDS.filter((_, n) => n < 300 || n >= 340)
  const place = changed.findIndex(({ message }, n) => n > 500 && message.length > 180)
  const message = changed[place]!.message.slice()
  message[2 + 2 + 7]! ^= 1 // the last byte of the first packet's price
  changed[place] = { ...changed[place]!, message }
  write('b.bin', changed)
  writeFileSync(at('little.bin'), littleEndian(RECORDS))
  writeFileSync(at('a.bin.gz'), gzipSync(readFileSync(at('a.bin'))))
  writeFileSync(at('torn.bin'), readFileSync(at('a.bin')).subarray(0, -20))
  expect((await run('synth --date 20251006 --instruments 6 --until 09:25 --quiet')).code).toBe(0)
  for (const [tf, name] of [
    ['1m', 'one.csv'],
    ['1m', 'one.parquet'],
    ['1m', 'one.ndjson'],
    ['5m', 'five.csv'],
  ] as const)
    expect((await run(`candles 20251006 --tf ${tf} -o ${name} -q`)).code).toBe(0)
  expect((await run('indicators 20251006 --set ema:3,vwap -o ind.parquet -q')).code).toBe(0)
  expect((await run('indicators 20251006 --set ema:3,vwap -o ind.ndjson -q')).code).toBe(0)
  writeFileSync(
    at('alert.ndjson'),
    '{"pattern_type":"p","symbol":"S","exchange":"NSE","direction":"BUY","known_at_ms":1,"state":"emitted"}\n',
  )
})

describe('recordings', () => {
  test('are the same whatever the byte order, the packing and the way they come', async () => {
    for (const other of ['a.bin', 'little.bin', 'a.bin.gz']) {
      const outcome = await run(`diff a.bin ${other}`)
      expect([outcome.code, text(outcome), outcome.stderr]).toEqual([0, 'The same: 900 records.\n', ''])
    }
    expect((await run('', 'cat a.bin.gz | $MDS diff a.bin -')).code).toBe(0)
    expect((await run('diff 20251006 raw_ticks/synth')).code).toBe(0)
  })

  test('that differ are told by kind, with the packet and its fields; exit 4', async () => {
    const outcome = await run('diff a.bin b.bin')
    expect(outcome.code).toBe(4)
    expect(text(outcome)).toMatch(
      /^Not the same: of 900 records 859 are equal \(expected: a\.bin; found: b\.bin\)\.\nThe 2 differences:\n/,
    )
    expect(text(outcome)).toMatch(/\n {2}missing 40 records from 300 on, received from \S+ to \S+\n/)
    expect(text(outcome)).toMatch(
      /\n {2}changed record \d+, received at .*\n {4}from byte 11 on; packet 0 of [\w:]+\n {6}last_price {2}expected [\d.]+ {2}found [\d.]+\n/,
    )
    expect(text(outcome)).toMatch(
      /By kind:\n {2}missing {2}40 of 900 expected records\n {2}changed {2}1 record of the same millisecond\n {4}last_price {2}in 1 packet\n$/,
    )
  })

  test('for programs, with as many differences as asked for', async () => {
    const outcome = await run('diff b.bin a.bin --json --limit 1')
    expect(outcome.code).toBe(4)
    const { kind, records } = JSON.parse(text(outcome))
    expect(kind).toBe('recordings')
    expect(records).toMatchObject({ extra: 40, changed: 1, missing: 0, differences: 2 })
    expect(records.first).toHaveLength(1)
  })

  test('with damage say so', async () => {
    const outcome = await run('diff a.bin torn.bin')
    expect(outcome.code).toBe(4)
    expect(outcome.stderr).toContain('truncated_tail (1)')
    expect(text(outcome)).toContain('missing  1 of 900 expected records')
  })
})

describe('rows', () => {
  test('are the same in every format', async () => {
    for (const pair of [
      'one.csv one.parquet',
      'one.parquet one.ndjson',
      'one.ndjson one.csv',
      'ind.parquet ind.ndjson',
      'ind.ndjson ind.parquet',
    ]) {
      const outcome = await run(`diff ${pair}`)
      expect([pair, outcome.code]).toEqual([pair, 0])
      expect(text(outcome)).toMatch(/^The same: \d+ rows\.\n$/)
    }
    const piped = await run('', '$MDS diff one.csv <($MDS candles 20251006 --format ndjson)')
    expect(piped.code, piped.stderr).toBe(0)
  })

  test('that differ are told; the reader may leave, the disk may be full', async () => {
    const outcome = await run('diff one.csv five.csv --limit 2')
    expect(outcome.code).toBe(4)
    expect(text(outcome)).toMatch(/The first 2 of \d+ differences:\n {2}missing /)
    expect(text(outcome)).toContain('of other bars or days')
    expect((await run('', 'set -o pipefail; $MDS diff one.csv five.csv | head -1')).code).toBe(4)
    const full = await run('', '$MDS diff one.csv five.csv > /dev/full')
    expect([full.code, full.stderr]).toEqual([3, expect.stringContaining('no space is left')])
    const candles = await run('diff one.csv ind.parquet')
    expect(text(candles)).toMatch(/extra columns: ema_3, vwap_session|Only the set of columns differs/)
  })

  test('within the tolerance are the same', async () => {
    writeFileSync(
      at('near.csv'),
      readFileSync(at('one.csv'), 'utf8').replaceAll(
        /^([^,]*,NSE,[^,]*),(\d+)/gm,
        (_, head, open) => `${head},${Number(open) + 1}`,
      ),
    )
    expect((await run('diff one.csv near.csv')).code).toBe(4)
    const outcome = await run('diff one.csv near.csv --tolerance open=1')
    expect([outcome.code, text(outcome)]).toEqual([0, expect.stringMatching(/\d+ within the tolerance\.\n$/)])
  })
})

test.each([
  ['a.bin one.csv', 2, /a\.bin is a recording, and one\.csv is a CSV file: expected two recordings/],
  ['one.csv alert.ndjson', 2, /one\.csv holds candles, alert\.ndjson holds alerts/],
  ['one.csv nowhere.csv', 3, /"nowhere\.csv" is no date, file, folder or pattern that exists/],
  ['20251007 a.bin', 3, /No recordings of 2025-10-07/],
  [
    'raw_ticks/synth/synth_20251006.instruments.csv one.csv',
    3,
    /expected rows of mds candles, indicators or patterns, found the columns instrument_token/,
  ],
  ['- -', 2, /expected one of them at most/],
  ['one.csv', 2, /found/],
  ['one.csv one.csv --limit -1', 2, /limit/],
  ['one.csv one.csv --tolerance clsoe=1', 2, /did you mean close/],
  ['one.csv /dev/zero', 2, /one\.csv is a CSV file, and \/dev\/zero is nothing that mds writes/],
])('mds diff %s', async (words, code, says) => {
  const outcome = await run(`diff ${words}`)
  expect(outcome.stderr).toMatch(says)
  expect([outcome.code, text(outcome)]).toEqual([code, ''])
  expect(outcome.stderr).toMatch(/^Error: .*\n {2}Try: /)
})
