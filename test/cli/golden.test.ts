import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXIT } from '../../src/core/errors.js'
import { Dictionary } from '../../src/core/formats/index.js'
import { CANDLE_FIELDS, type FieldType } from '../../src/core/market/index.js'
import { readRowFile } from '../../src/io/compare/row-file.js'
import { ensureBuilt } from '../support/cli.js'
import { listing, type Outcome, runMds } from '../support/run-mds.js'

// Golden files as a user keeps them: in every format, whole and cut, of other days, and as outputs that fail.

const folder = mkdtempSync(join(tmpdir(), 'mds-golden-'))
const at = (name: string): string => join(folder, name)
const read = (name: string): string => readFileSync(at(name), 'utf8')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (line: string, shell?: string): Promise<Outcome> =>
  runMds(line.split(' '), { cwd: folder, ...(shell === undefined ? {} : { shell }) })
const CANDLES = 'candles 20251006 --tf 1m,5m'
const FORMATS = ['ndjson', 'csv', 'parquet', 'arrow'] as const

beforeAll(async () => {
  ensureBuilt()
  await ok('synth --date 20251006 --instruments 8 --until 09:45 --quiet')
  for (const format of FORMATS) {
    const { stderr } = await ok(`${CANDLES} --golden g.${format} --update-golden`)
    expect(stderr).toMatch(new RegExp(`^g\\.${format} is made: \\d+ rows\\.\\n$`))
  }
  await ok('patterns 20251006 --all --golden a.ndjson --update-golden')
})

async function ok(line: string): Promise<Outcome> {
  const outcome = await run(line)
  expect(outcome.code, `${line}\n${outcome.stderr}`).toBe(0)
  return outcome
}

/** The lines of the CSV golden with one line changed, under another name. */
function editedCsv(name: string, edit: (lines: string[]) => string[]): void {
  writeFileSync(at(name), `${edit(read('g.csv').trimEnd().split('\n')).join('\n')}\n`)
}

describe('a golden file', () => {
  test.each(FORMATS)('in %s is equal to the run, whatever that writes', async (format) => {
    const output = FORMATS[(FORMATS.indexOf(format) + 1) % FORMATS.length]
    const { code, stdout, stderr } = await run(`${CANDLES} --golden g.${format} -o out.${output} -q`)
    expect([code, stdout.length, stderr]).toEqual([0, 0, ''])
    expect(readFileSync(at(`out.${output}`)).equals(readFileSync(at(`g.${output}`)))).toBe(true)
  })

  test('is what the command writes, and holding against it changes no byte of the output', async () => {
    const plain = await ok(`${CANDLES} --format csv`)
    expect(plain.stdout.toString()).toBe(read('g.csv'))
    const held = await ok(`${CANDLES} --format csv --golden g.parquet`)
    expect(held.stdout.equals(plain.stdout)).toBe(true)
    expect(held.stderr).toMatch(/^Equal to g\.parquet: \d+ rows\.\n$/)
    const piped = await ok(`${CANDLES} -o - --golden g.csv`)
    expect(piped.stdout.equals(readFileSync(at('g.parquet')))).toBe(true)
  })

  test('alone prints nothing on standard output', async () => {
    const { stdout, stderr } = await ok(`${CANDLES} --golden g.csv`)
    expect(stdout.length).toBe(0)
    expect(stderr).toMatch(/^Equal to g\.csv: \d+ rows\.\n$/)
  })

  test('packed, and with other line ends, is read as it is', async () => {
    writeFileSync(at('packed.csv.gz'), gzipSync(read('g.csv')))
    writeFileSync(at('windows.csv'), `\ufeff${read('g.csv').replaceAll('\n', '\r\n')}`)
    writeFileSync(at('windows.ndjson'), read('g.ndjson').replaceAll('\n', '\r\n'))
    for (const name of ['packed.csv.gz', 'windows.csv', 'windows.ndjson']) await ok(`${CANDLES} --golden ${name}`)
  })

  test('shuffled, with columns in another order, is equal and told to be so', async () => {
    const rows = read('g.csv')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(',').reverse().join(','))
    writeFileSync(at('shuffled.csv'), `${[rows[0], ...rows.slice(1).reverse()].join('\n')}\n`)
    const { stderr } = await ok(`${CANDLES} --golden shuffled.csv`)
    expect(stderr).toMatch(/rows; the rows stand in another order; the columns stand in another order\.\n$/)
  })

  test('of indicators and of alerts', async () => {
    await ok('indicators 20251006 --set rsi:5,vwap --golden i.csv --update-golden')
    await ok('indicators 20251006 --set rsi:5,vwap --golden i.csv -q')
    const { code, stderr } = await run('indicators 20251006 --set rsi:6,vwap --golden i.csv')
    expect(code).toBe(4)
    expect(stderr).toMatch(
      /missing columns: rsi_5, rsi_5_flat\n {2}extra columns: rsi_6, rsi_6_flat\n.*Only the set of columns differs/,
    )
    await ok('patterns 20251006 --all --golden a.ndjson')
    const other = await run('patterns 20251006 --all --golden a.ndjson --param alerts.conflict_factor=0.5 -q')
    expect(other.code).toBe(4)
    expect(other.stderr).toContain('another configuration or version, the same answers')
  })
})

describe('a difference', () => {
  beforeAll(() => {
    editedCsv('edited.csv', (lines) => {
      const n = lines.findIndex((line) => /^RELIANCE,NSE,2025-10-06T09:31:00\+05:30,.*,1m,/.test(line))
      const cells = lines[n]!.split(',')
      cells[4] = String(Number(cells[4]) + 0.5)
      lines[n] = cells.join(',')
      return lines.filter((line) => !/^RELIANCE,NSE,2025-10-06T09:35:00\+05:30,.*,1m,/.test(line))
    })
  })

  test('is told with its row, its field, its ticks and counts by kind; exit 4', async () => {
    const { code, stdout, stderr } = await run(`${CANDLES} --golden edited.csv -q`)
    expect(code).toBe(4)
    expect(stdout.length).toBe(0)
    const lines = stderr.split('\n')
    expect(lines[0]).toMatch(/^Not equal to edited\.csv: of \d+ rows \d+ are equal\.$/)
    expect(lines[2]).toBe('  changed NSE:RELIANCE 1m 2025-10-06T09:31:00+05:30')
    expect(lines[3]).toMatch(/^ {4}high {2}expected [\d.]+ {2}found [\d.]+ +\(-0\.5\)$/)
    expect(lines[4]).toMatch(/^Recorded ticks of NSE:RELIANCE around it, in raw_ticks/)
    expect(stderr).toMatch(
      /\n {2}extra {4}1 of \d+ found rows\n {2}changed {2}1 row:\n {4}high {2}1 row, largest difference 0\.5\n/,
    )
    // the ticks are those that decode prints
    const ticks = lines.filter((line) => /^ {2}\d\d:\d\d:\d\d\.\d{3} /.test(line))
    expect(ticks.length).toBeGreaterThan(1)
    expect(ticks.length).toBeLessThanOrEqual(12)
    const decoded = await ok(
      'decode 20251006 --symbol RELIANCE --from 09:30 --to 09:33 --fields received_at,exchange_timestamp,last_price,volume_traded --format csv',
    )
    const known = decoded.stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.split(','))
      .map(([received = '', price, volume, exchange = '']) =>
        [received.slice(11, 23), exchange.slice(11, 19), price, volume].join(' '),
      )
    for (const tick of ticks) expect(known).toContain(tick.trim().replaceAll(/ +/g, ' '))
    const found = /found ([\d.]+)/.exec(lines[3] ?? '')?.[1]
    expect(ticks.some((tick) => tick.split(/ +/)[3] === found)).toBe(true)
  })

  test('within the tolerance is none', async () => {
    editedCsv('near.csv', (lines) =>
      lines.map((line) =>
        line.replace(/^(RELIANCE(?:,[^,]*){3}),([\d.]+)/, (_, head, high) => `${head},${(Number(high) + 0.05).toFixed(2)}`),
      ),
    )
    expect((await run(`${CANDLES} --golden near.csv -q`)).code).toBe(4)
    expect((await run(`${CANDLES} --golden near.csv --tolerance high=0.04 -q`)).code).toBe(4)
    expect((await ok(`${CANDLES} --golden near.csv --tolerance high=0.05`)).stderr).toMatch(/\d+ within the tolerance\.\n$/)
  })

  test('is there for programs too', async () => {
    const { code, stdout } = await run(`${CANDLES} --golden edited.csv --json -q`)
    expect(code).toBe(4)
    const { golden } = JSON.parse(stdout.toString())
    expect(golden).toMatchObject({ path: 'edited.csv', status: 'differs', comparison: { extra: 1, changed: 1, missing: 0 } })
    expect(golden.comparison.first[0].fields[0]).toMatchObject({ field: 'high', change: -0.5 })
    expect(golden.ticks.ticks.length).toBeGreaterThan(1)
  })

  test('wins over --strict, and the whole output is written all the same', async () => {
    const { code } = await run(`${CANDLES} --golden edited.csv --strict -o whole.parquet -q`)
    expect(code).toBe(4)
    expect(readFileSync(at('whole.parquet')).equals(readFileSync(at('g.parquet')))).toBe(true)
  })

  test('is found although the reader of standard output has gone', async () => {
    const { code, stdout, stderr } = await run(
      '',
      `$MDS ${CANDLES} --golden edited.csv -o - --format ndjson | head -1; exit \${PIPESTATUS[0]}`,
    )
    expect(code).toBe(4)
    expect(stdout.toString().split('\n')).toHaveLength(2)
    expect(stderr).toMatch(/changed {2}1 row/)
  })

  test('of other bars, or of another day', async () => {
    const { code, stderr } = await run('candles 20251006 --tf 15m --golden g.csv')
    expect(code).toBe(4)
    expect(stderr).toContain(
      'The rows are of other bars or days: expected 1m, 5m, auction of 2025-10-06; found 15m, auction of 2025-10-06.',
    )
    writeFileSync(at('other.csv'), read('g.csv').replaceAll('2025-10-06', '2025-10-03'))
    const day = await run(`${CANDLES} --golden other.csv`)
    expect(day.code).toBe(4)
    expect(day.stderr).toContain('of 2025-10-03; found 1m, 5m, auction of 2025-10-06')
  })

  test('from standard input is told without ticks: they have gone by', async () => {
    const { code, stderr } = await run('', `cat raw_ticks/synth/synth_20251006_0900.bin | $MDS candles - --tf 1m --golden g.csv`)
    expect(code).toBe(4)
    expect(stderr).toContain('First difference')
    expect(stderr).not.toContain('Recorded ticks')
  })
})

describe('--update-golden', () => {
  test('leaves a file that says the same as it is, and writes one that differs', async () => {
    const shuffled = [...read('g.csv').trimEnd().split('\n')]
    writeFileSync(at('update.csv'), `${[shuffled[0], ...shuffled.slice(1).reverse()].join('\n')}\n`)
    const before = read('update.csv')
    const { ino } = statSync(at('update.csv'))
    expect((await ok(`${CANDLES} --golden update.csv --update-golden`)).stderr).toMatch(
      /^update\.csv is unchanged: \d+ rows; the rows stand in another order\.\n$/,
    )
    expect([read('update.csv'), statSync(at('update.csv')).ino]).toEqual([before, ino])
    const other = await ok('candles 20251006 --tf 1m --golden update.csv --update-golden')
    expect(other.stderr).toMatch(
      /^update\.csv is written anew: \d+ rows\. What differed:\n {2}missing {2}\d+ of \d+ expected rows\n/,
    )
    expect((await ok('candles 20251006 --tf 1m --format csv')).stdout.toString()).toBe(read('update.csv'))
  })

  test('makes its folder, and takes NDJSON without an ending', async () => {
    await ok('patterns 20251006 --all --golden made/alerts --update-golden -q')
    expect(read('made/alerts')).toBe(read('a.ndjson'))
    // none at all is a result too
    await ok('patterns 20251006 --min-confidence 0.98 --golden none.ndjson --update-golden -q')
    expect(statSync(at('none.ndjson')).size).toBe(0)
    await ok('patterns 20251006 --min-confidence 0.98 --golden none.ndjson -q')
  })

  test('never overwrites what is no golden file, nor what is read', async () => {
    writeFileSync(at('notes.csv'), 'my,notes\n1,2\n')
    writeFileSync(at('cut-update.csv'), read('g.csv').slice(0, 5000))
    writeFileSync(at('parquet.csv'), readFileSync(at('g.parquet')))
    writeFileSync(at('packed2.csv.gz'), gzipSync(read('g.csv')))
    symlinkSync(at('g.csv'), at('link.csv'))
    const before = listing(folder)
    for (const [golden, code, says] of [
      ['notes.csv', 3, /no column symbol, exchange, interval, timestamp/],
      ['cut-update.csv', 3, /cut or damaged/],
      ['parquet.csv', 2, /holds parquet and its name says csv/],
      ['packed2.csv.gz', 2, /names no format/],
      ['raw_ticks/synth/synth_20251006_0900.bin', 2, /name of a recording/],
      ['raw_ticks/synth/synth_20251006.instruments.csv', 2, /is a file that is read/],
      ['new.xlsx', 2, /names no format: expected \.ndjson/],
      ['raw_ticks', 2, /found a folder/],
    ] as const) {
      const { code: found, stderr } = await run(`${CANDLES} --golden ${golden} --update-golden`)
      expect([golden, found]).toEqual([golden, code])
      expect(stderr).toMatch(says)
    }
    for (const output of ['g.csv', 'link.csv']) {
      const { code, stderr } = await run(`${CANDLES} --golden g.csv -o ${output}`)
      expect([code, stderr]).toEqual([2, expect.stringContaining('is the golden file itself')])
    }
    expect(listing(folder)).toEqual(before)
  })

  test('a run that fails writes nothing, and one whose output fails neither', async () => {
    const { code, stderr } = await run(`${CANDLES} --golden new.csv --update-golden -o /dev/full`)
    expect([code, stderr]).toEqual([3, expect.stringContaining('no space is left')])
    expect(existsSync(at('new.csv'))).toBe(false)
    expect((await run(`${CANDLES} --symbol NOBODY --golden new.csv --update-golden`)).code).toBe(2)
    expect(existsSync(at('new.csv'))).toBe(false)
  })
})

describe('what can be no golden file', () => {
  test.each([
    ['cut.csv', () => read('g.csv').slice(0, 4000), /line \d+ has \d+ of 26 cells \(cut or damaged\)/],
    ['cut.ndjson', () => read('g.ndjson').slice(0, 4000), /line \d+ is no JSON object \(cut or damaged\)/],
    ['cut.parquet', () => readFileSync(at('g.parquet')).subarray(0, 4000), /its end is missing: the Parquet file was cut/],
    ['cut.arrow', () => readFileSync(at('g.arrow')).subarray(0, 4000), /its end is missing: the Arrow stream was cut/],
    ['cut.csv.gz', () => gzipSync(read('g.csv')).subarray(0, 400), /does not unpack/],
    ['hollow.parquet', () => Buffer.from('PAR1PAR1'), /Parquet/],
    [
      'false.parquet',
      () => Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(90, 7), Buffer.from('PAR1')]),
      /does not read as Parquet/,
    ],
    ['false.arrow', () => Buffer.from('ffffffff10000000aaaaaaaaaaaaaaaaffffffff00000000', 'hex'), /does not read as Arrow/],
    ['empty.csv', () => '', /it is empty/],
    ['empty.parquet', () => '', /it is empty/],
    [
      'price.csv',
      () => read('g.csv').replace(/^(CRUDEOIL[^,]*,MCX,[^,]*),\d+/m, '$1,dear'),
      /line 2: open is "dear", expected a number/,
    ],
    [
      'time.csv',
      () => read('g.csv').replace('2025-10-06T09:02:00+05:30', 'noon'),
      /timestamp is "noon", expected a time such as/,
    ],
    ['twice.csv', () => read('g.csv').replace('open,high', 'open,open'), /two columns called open/],
    ['quote.csv', () => read('g.csv').replace('CRUDEOIL', '"CRUDEOIL'), /line \d+: a quot/],
    ['list.ndjson', () => '{"symbol":"A"}\n[1,2]\n', /line 2 is no JSON object/],
    ['picture.png', () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /found other bytes/],
    ['recording', () => readFileSync(at('raw_ticks/synth/synth_20251006_0900.bin')), /it is a recording/],
  ])('%s', async (name, content, says) => {
    writeFileSync(at(name), content())
    const types = new Map<string, FieldType>(CANDLE_FIELDS.map((field) => [field.name, field.type]))
    const reading = readRowFile(
      { path: at(name), texts: new Dictionary(), typeOf: (column) => types.get(column), unknown: 'names' },
      { what: 'golden file', suggestion: '' },
    )
    await expect(reading).rejects.toThrow(says)
    await expect(reading).rejects.toMatchObject({ code: 'unreadable_rows', exitCode: EXIT.unreadable })
  })

  test.each([
    ['cut2.csv', () => read('g.csv').slice(0, 4000), /cut2\.csv: line \d+ has \d+ of 26 cells/],
    ['foreign.csv', () => 'a,b\n1,2\n', /it has no column symbol, exchange, interval, timestamp, expected rows of candles/],
    ['alerts.ndjson', () => read('a.ndjson'), /it has no column timestamp/],
  ])('%s stops the run before it begins', async (name, content, says) => {
    writeFileSync(at(name), content())
    const { code, stdout, stderr } = await run(`${CANDLES} --golden ${name} -o never.csv`)
    expect(stderr).toMatch(/^Error: .*\n {2}Try: /)
    expect(stderr).toMatch(says)
    expect([code, stdout.length, existsSync(at('never.csv'))]).toEqual([3, 0, false])
  })

  test('a device, which may have no end', async () => {
    const { code, stderr } = await run(`${CANDLES} --golden /dev/zero`)
    expect([code, stderr]).toEqual([3, expect.stringContaining('it is a device, expected a file')])
  })

  test('one that is not there yet', async () => {
    const { code, stderr } = await run(`${CANDLES} --golden none.csv`)
    expect(code).toBe(3)
    expect(stderr).toMatch(/no golden file none\.csv yet\.\n {2}Try: .*--update-golden/)
  })
})

describe('wrong words', () => {
  test.each([
    ['--update-golden', /--golden/],
    ['--tolerance close=1', /--golden/],
    ['--golden g.csv --tolerance close', /expected FIELD=NUMBER/],
    ['--golden g.csv --tolerance close=-1', /expected FIELD=NUMBER/],
    ['--golden g.csv --tolerance clsoe=1', /did you mean close/],
    ['--golden g.csv --tolerance symbol=1', /symbol is no number/],
  ])('%s', async (words, says) => {
    const { code, stderr } = await run(`${CANDLES} ${words}`)
    expect([code, stderr]).toEqual([2, expect.stringMatching(says)])
  })
})

test('a text of the file cannot move the cursor', async () => {
  appendFileSync(at('escape.csv'), read('g.csv').replace('CRUDEOIL25OCTFUT', '\u001b[2JCRUDE'))
  const { stderr } = await run(`${CANDLES} --golden escape.csv`)
  expect(stderr).not.toContain('\u001b')
  expect(stderr).toContain('\\u{1b}[2JCRUDE')
})
