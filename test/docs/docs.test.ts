import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BarKind } from '../../src/core/candles/bar-kind.js'
import type { EventBar } from '../../src/core/candles/event-bar.js'
import { EXIT } from '../../src/core/errors.js'
import { InstrumentTable } from '../../src/core/market/index.js'
import { RecordingReader } from '../../src/core/recording/index.js'
import { decodePacket, type Packet, walkPackets } from '../../src/core/wire/index.js'
import { ensureBuilt } from '../support/cli.js'
import { MdsProcess } from '../support/mds-process.js'

const PAGES = [...readdirSync('.'), ...readdirSync('docs', { recursive: true }).map((name) => join('docs', String(name)))]
  .filter((path) => path.endsWith('.md'))
  .sort()
const textOf = (page: string): string => readFileSync(page, 'utf8')
const blocksOf = (page: string, language: string): string[] =>
  [...textOf(page).matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? '')
const proseOf = (page: string): string => textOf(page).replace(/^ *```[\s\S]*?^ *```$/gm, '')

const folder = mkdtempSync(join(tmpdir(), 'mds-docs-'))
beforeAll(ensureBuilt)
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const BIN = resolve('bin/run.js')

test('the generated sections are up to date', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/docs.js', '--check'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

describe.each(PAGES)('%s', (page) => {
  test('links lead to files and headings that exist', () => {
    const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '')
    for (const link of links.filter((target) => !/^https?:/.test(target))) {
      const [path = '', heading] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      expect(existsSync(target), `${link} of ${page}`).toBe(true)
      if (heading !== undefined) expect(headingsOf(target), `${link} of ${page}`).toContain(heading)
    }
  })

  test('files and scripts it names exist', () => {
    const to_be_written = ['src/core/formats/tsv.ts', 'src/core/candles/range-bars.ts']
    const of_the_user = ['config/api_configs/zerodha_token.json', 'config/instruments.csv', 'config/instruments.csv.gz']
    const named = [...proseOf(page).matchAll(/`((?:src|test|scripts|docs|config|bin)\/[^`\s*<]+)`/g)].map(
      (match) => match[1] ?? '',
    )
    for (const path of named.filter((name) => ![...to_be_written, ...of_the_user].includes(name)))
      expect(existsSync(path), path).toBe(true)
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
    for (const [, name] of textOf(page).matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(name)
  })

  test('its mds commands have flags and values that mds takes', () => {
    const { commands } = JSON.parse(readFileSync('oclif.manifest.json', 'utf8'))
    const inline = [...proseOf(page).matchAll(/`(mds [^`]+)`/g)].map((match) => match[1] ?? '')
    for (const line of [...blocksOf(page, 'sh').flatMap((block) => block.split('\n')), ...inline]) {
      const words = wordsOf(line)
      if (words[0] !== 'mds' || words[1] === 'COMMAND') continue
      const command = commands[words[1] ?? '']
      expect(command, line).toBeDefined()
      words.slice(2).forEach((word, at) => {
        if (!word.startsWith('-') || word === '-') return
        const name = word.replace(/^--?/, '')
        if (name === 'help') return
        const flag = command.flags[name] ?? Object.values<{ char?: string }>(command.flags).find(({ char }) => char === name)
        expect(flag, `${word} in ${line}`).toBeDefined()
        if (flag.options !== undefined && !line.startsWith('mds COMMAND')) expect(flag.options).toContain(words[at + 3])
      })
    }
  })
})

test("the README's tour works as it is printed", () => {
  const tour = (blocksOf('README.md', 'sh').find((block) => block.includes('mds synth')) ?? '').trim().split('\n')
  expect(tour).toHaveLength(5)
  const printed = tour.map((line) => run(wordsOf(line).slice(1)))
  const [row] = blocksOf('README.md', 'json')
  expect(printed[2]).toContain(row)
  expect(printed[1]).toContain('2025-10-06')
  expect(existsSync(join(folder, 'demo/candles.parquet'))).toBe(true)
  expect(printed[4]?.trim().split('\n').length).toBeGreaterThan(100)
})

test("the README's box works as it is printed", async () => {
  run(['synth', '--date', '20251006', '--data-dir', 'demo', '--instruments', '40', '--force'])
  const box = (blocksOf('README.md', 'sh').find((block) => block.includes('--serve')) ?? '').trim().split('\n')
  const [serve = [], capture = [], verify = [], candles = []] = box.map((line) => wordsOf(line).slice(1))
  const env = { XDG_RUNTIME_DIR: folder }
  // Another port: the one that is printed may be taken where the tests run.
  const server = new MdsProcess(
    serve.map((word) => word.replace('localhost:8765', '127.0.0.1:0')),
    { cwd: folder, env },
  )
  const [, url = ''] = await server.said(/Serving (\S+)/)
  const recorder = new MdsProcess(
    capture.map((word) => (word.startsWith('ws:') ? url : word)),
    { cwd: folder, env },
  )
  expect(await recorder.exit(), recorder.stderr).toBe(0)
  expect(await server.exit(), server.stderr).toBe(0)
  run(verify)
  const live = readFileSync(join(folder, 'box/tokens/tokens_20251006.candles.ndjson'), 'utf8')
  expect(live.split('\n').length).toBeGreaterThan(8)
  const again = run(candles)
  expect(again).toBe(live)
})

test("the README's chart is what the first look draws", () => {
  run(['synth', '--date', '20251005', '--data-dir', 'first'])
  const line = 'candles 20251005 --tf 5m --data-dir first --symbol RELIANCE --format ndjson --chart --quiet -o c.ndjson'
  const { stderr } = spawnSync(process.execPath, [BIN, ...line.split(' ')], { cwd: folder, encoding: 'utf8' })
  expect(textOf('README.md')).toContain(stderr.trimEnd())
})

test('the determinism page: two ways to the same bytes', () => {
  run(['synth', '--date', '20251006', '--data-dir', 'demo', '--instruments', '40', '--force'])
  const lines = (blocksOf('docs/determinism.md', 'sh')[0] ?? '').trim().split('\n')
  expect(lines).toHaveLength(2)
  const [one, other] = lines.map((line) => {
    const [command = ''] = line.split(' | sha256sum')
    const zone = /TZ=(\S+)/.exec(command)?.[1]
    return run(wordsOf(command.slice(command.indexOf('mds '))).slice(1), zone === undefined ? {} : { TZ: zone, LC_ALL: 'C' })
  })
  expect(one).not.toBe('')
  expect(one).toBe(other)
})

test('the page on CI: golden files are made, hold, and fail as it is printed', () => {
  const [make = '', fail = '', diff = ''] = blocksOf('docs/ci.md', 'sh')
  for (const line of make.trim().split('\n')) run(wordsOf(line).slice(1))
  const [workflow = ''] = blocksOf('docs/ci.md', 'yaml')
  const steps = [...workflow.matchAll(/^ *- run: (mds .*)$/gm)].map(([, line = '']) => line)
  expect(steps).toHaveLength(3)
  for (const line of steps) expect(run(wordsOf(line).slice(1))).toBe('')
  for (const line of diff.trim().split('\n')) expect(run(wordsOf(line).slice(1))).toMatch(/The same|"equal": true/)
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...wordsOf(fail).slice(1)], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect([status, stdout]).toEqual([EXIT.validation_failed, ''])
  expect(blocksOf('docs/ci.md', '').join()).not.toBe('')
  for (const block of blocksOf('docs/ci.md', '')) expect(stderr).toContain(block)
})

test('the example of the recording format is a recording', () => {
  const [hex = ''] = blocksOf('docs/recording-format.md', 'hex')
  const recording = Uint8Array.from(hex.split('\n').flatMap(bytesOf))
  const reader = new RecordingReader(0, 0, (code) => expect(code).toBeUndefined())
  reader.space().set(recording)
  reader.filled(recording.length)
  reader.ended()
  const packets: Packet[] = []
  const times: number[] = []
  while (reader.advance()) {
    const { view, start, end, received_at_ms } = reader.frame
    times.push(received_at_ms)
    walkPackets(view, start, end, {
      onPacket: (...packet) => packets.push(decodePacket(...packet)),
      onBadPacket: (code) => expect(code).toBeUndefined(),
    })
  }
  expect(times).toEqual([1759635900250, 1759635901250])
  expect(packets).toEqual([{ kind: 'ltp', instrument_token: 738561, last_price: 140210 }])
})

test('every exit code is explained in both tables', () => {
  for (const page of ['README.md', 'docs/errors.md'])
    for (const code of Object.values(EXIT))
      expect(textOf(page), page).toMatch(new RegExp(`^\\| (\\d, )?${code}(, \\d)? \\|`, 'm'))
})

test('the bar kind that the guide adds builds bars', async () => {
  const [source = ''] = blocksOf('docs/add-a-bar-kind.md', 'ts')
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: resolve('src/core/candles'), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
  })
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64')
  const { rangeBars }: { rangeBars: BarKind } = await import(`data:text/javascript;base64,${code}`)
  const bars: EventBar[] = []
  const instrument = InstrumentTable.of([]).resolve(738561)
  const builder = rangeBars.create({ size: 5, instrument, tell: (bar) => bars.push(bar) })
  for (const [at_s, price] of [10000, 10300, 9900, 9800, 10000].entries()) builder.take({ price, volume: 1, at_s, oi: -1 })
  expect(bars.map(({ open, high, low, close }) => [open, high, low, close])).toEqual([[10000, 10300, 9800, 9800]])
  expect(builder.open?.open).toBe(10000)
})

function run(words: readonly string[], env: Record<string, string> = {}): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  })
  expect(status, `mds ${words.join(' ')}\n${stderr}`).toBe(0)
  return stdout
}

/** Up to a comment, a pipe or a redirection; variables ahead of the command and quotes are taken off. */
function wordsOf(line: string): string[] {
  const [command = ''] = line.trim().split(/ [|>#] | +#/)
  return (command.replace(/^(?:\w+=\S+ )+/, '').match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'|'$/g, ''))
}

function bytesOf(line: string): number[] {
  const [hex = ''] = line.split('  ')
  return hex === '' ? [] : hex.split(' ').map((byte) => Number.parseInt(byte, 16))
}

/** As the usual hosts make anchors of headings. */
function headingsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
