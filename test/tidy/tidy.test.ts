import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { breaches, type SourceFile, sizes, traces } from './rules.js'

/** Files under version control, and new ones not ignored. */
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(path))
const read = (path: string): SourceFile => ({ path, text: readFileSync(path, 'utf8') })
const sources = tracked.filter((path) => path.startsWith('src/') && path.endsWith('.ts')).map(read)

describe('this repository', () => {
  test('there is something to look at', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect(sources.map(({ path }) => path)).toContain('src/core/engine/pipeline.ts')
  })

  test('imports, names, circles, dead files, doc comments', () => {
    expect(breaches(sources)).toEqual([])
  })

  test('no leftovers, no traces of a machine', () => {
    const texts = tracked.filter((path) => !/\.(?:bin|zst|gz|parquet|arrow|png)$/.test(path) && path !== 'package-lock.json')
    expect(texts.map(read).flatMap(traces)).toEqual([])
    // Versions and checksums are enough; where a package came from is nobody's business.
    expect(read('package-lock.json').text).not.toContain('"resolved"')
  })

  test('the largest files and functions, for people to look at', () => {
    const { files, functions } = sizes(sources)
    const lines = [...files.filter(([, size]) => size > 300), ...functions.filter(([, size]) => size > 60)]
    if (lines.length > 0) process.stderr.write(`large: ${lines.map(([name, size]) => `${name} (${size})`).join(', ')}\n`)
    expect(files.length).toBe(sources.length)
  })
})

describe('the rules notice', () => {
  /** A tiny repository in which all is well, with one file changed or added. */
  function withFile(path: string, text: string): string[] {
    const sound: Record<string, string> = {
      'src/bin.ts': '',
      'src/index.ts': "export * from './core/index.js'",
      'src/core/index.ts':
        "export * from './errors.js'\nexport * from './time/index.js'\nexport * from './market/index.js'\nexport * from './wire/index.js'",
      'src/core/errors.ts': '/** An error. */\nexport class MdsError {}',
      'src/core/time/index.ts': "export * from './ist.js'",
      'src/core/time/ist.ts': 'export const DAY = 1',
      'src/core/market/index.ts': "import { DAY } from '../time/index.js'\nexport const TWO = DAY + 1",
      'src/core/wire/index.ts': "export { TWO } from '../market/index.js'",
      'src/io/output.ts': "import { DAY } from '../core/time/index.js'\nexport const write = () => DAY",
      'src/commands/run.ts':
        "import { write } from '../io/output.js'\nimport { MdsError } from '../core/errors.js'\nwrite(MdsError)",
    }
    expect(breaches(Object.entries(sound).map(([name, content]) => ({ path: name, text: content })))).toEqual([])
    sound[path] = text
    return breaches(Object.entries(sound).map(([name, content]) => ({ path: name, text: content })))
  }

  test.each([
    [
      'an import that climbs',
      'src/core/time/ist.ts',
      "import '../market/index.js'",
      'time may import errors, assert, diagnostics, escaped, random only',
    ],
    ['an import sideways', 'src/core/market/index.ts', "import '../wire/index.js'", 'market may import time, errors'],
    ['a folder without a place', 'src/core/stray/index.ts', "import '../time/index.js'", 'has no place yet'],
    ['an import past the index', 'src/core/market/index.ts', "import '../time/ist.js'", 'import src/core/time/index.js'],
    ['an import past the index from io', 'src/io/output.ts', "import '../core/time/ist.js'", 'import src/core/time/index.js'],
    ['core importing io', 'src/core/wire/index.ts', "import '../../io/output.js'", 'the core imports the core only'],
    ['core importing node', 'src/core/wire/index.ts', "import 'node:fs'", 'no packages and no node:*'],
    ['core importing a package', 'src/core/wire/index.ts', "export const load = () => import('ws')", 'no packages and no node:*'],
    ['io importing a command', 'src/io/output.ts', "import '../commands/run.js'", 'nothing imports a command'],
    ['io importing the library', 'src/io/output.ts', "import '../index.js'", 'src/io imports src/io and src/core only'],
    ['a page importing io', 'src/report-page/page.ts', "import '../io/output.js'", 'a page in a browser has the core only'],
    [
      'a command importing a page',
      'src/commands/run.ts',
      "import '../report-page/page.js'",
      'there is no src/report-page/page.ts',
    ],
    ['errors importing anything', 'src/core/errors.ts', "import './time/index.js'", 'src/core/errors.ts imports nothing'],
    ['an import without .js', 'src/io/output.ts', "import '../core/errors'", 'imports end in .js'],
    ['an import of nothing', 'src/io/output.ts', "import './missing.js'", 'there is no src/io/missing.ts'],
    [
      'a circle',
      'src/core/time/ist.ts',
      "import type { X } from './index.js'\nexport type Y = X",
      'imports in a circle: src/core/time/index.ts -> src/core/time/ist.ts -> src/core/time/index.ts',
    ],
    ['a dead file', 'src/io/dead.ts', '', 'src/io/dead.ts: nothing reaches it'],
    [
      'a function without a doc comment',
      'src/core/time/ist.ts',
      '// a word\nexport function f() {}',
      'f is exported without a doc comment',
    ],
    ['a class without one', 'src/core/time/ist.ts', 'export class C {}', 'C is exported without a doc comment'],
    ['an interface without one', 'src/core/time/ist.ts', 'export interface I {}', 'I is exported without a doc comment'],
  ])('%s', (_, path, text, message) => {
    expect(withFile(path, text).join('\n')).toContain(message)
  })

  test.each([
    ['Date.now()', 'Date is banned in core, use integer milliseconds'],
    ['let x: Date', 'Date is banned'],
    ['globalThis.process', 'process is banned in core, use a parameter'],
    ['performance.now()', 'performance is banned'],
    ['process.env', 'process is banned'],
    ['Math.random()', 'Math.random is banned in core, use a seeded generator'],
    ['Math . pow(2, 3)', 'Math.pow is banned'],
    ['2 ** 3', '** is banned in core, use multiplication'],
    ['let x = 2\nx **= 3', '** is banned'],
    ['new Intl.NumberFormat()', 'Intl is banned'],
    ['(5).toLocaleString()', 'toLocaleString is banned'],
    ["'a'.localeCompare('b')", 'localeCompare is banned in core, use < and >'],
    ['setTimeout(f, 1)', 'setTimeout is banned'],
    ['Promise.resolve()', 'Promise is banned'],
    ['let x: Promise<void>', 'Promise is banned'],
    ['const f = async () => 1', 'async is banned'],
    ['await f()', 'await is banned'],
    ['Buffer.alloc(1)', 'Buffer is banned'],
    ['console.log(1)', 'console is banned in core, use a value given back'],
    ["require('fs')", 'require is banned'],
  ])('in core: %s', (text, message) => {
    expect(withFile('src/core/time/ist.ts', text).join('\n')).toContain(message)
    const lines = text.split('\n')
    const excused = [...lines.slice(0, -1), `${lines.at(-1)} // tidy-ok: a sample`].join('\n')
    expect(withFile('src/core/time/ist.ts', excused)).toEqual([])
    expect(withFile('src/core/time/ist.ts', `${text} // tidy-ok:`)).not.toEqual([])
    // In io the same is allowed.
    expect(withFile('src/io/output.ts', `export const write = 1\n${text}`).join('\n')).not.toContain('banned')
  })

  test('words that only look like banned ones pass', () => {
    const text =
      'const o = { process: 1, Date: 2 }\nexport const x = o.process + o.Date\n// a Date, a Promise\nexport const s = "Date"'
    expect(withFile('src/core/time/ist.ts', text)).toEqual([])
  })

  const word = (...parts: readonly string[]): string => parts.join('')
  test.each([
    [`// ${word('TO', 'DO')}: later`],
    [`// ${word('FIX', 'ME')}`],
    [`test${word('.on', 'ly')}('x', f)`],
    [`describe${word('.sk', 'ip')}('x', f)`],
    [`// ${word('@ts-', 'ignore')}`],
    [word('debug', 'ger')],
    [`open('${word('/ho', 'me/someone/file')}')`],
    [`cd ${word('/wo', 'rk/shared')}`],
    [`rm ${word('/tm', 'p/x')}`],
    [word('https://regi', 'stry.example.org/x')],
    [word('10.1.2.3', ':4873')],
  ])('in any text: %s', (line) => {
    expect(traces({ path: 'a.md', text: `fine\n${line}\nfine` })).toEqual([expect.stringContaining('a.md:2: ')])
  })
})
