import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { MdsError } from '../../src/core/errors.js'
import { withoutAmbient } from '../../src/io/forbid-ambient.js'
import { loadPlugins } from '../../src/io/load-plugin.js'
import { tempFolder } from '../support/temp-folder.js'

let folder = ''
beforeEach(() => {
  folder = tempFolder()
})

function written(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

/** The default export of a file with this text, and its hash. */
async function loaded(text: string, name = 'plugin.ts'): Promise<{ value: unknown; sha256: string }> {
  const [plugin] = await loadPlugins([written(name, text)])
  return { value: plugin?.value, sha256: plugin?.sha256 ?? '' }
}

async function refused(path: string): Promise<MdsError> {
  const error: unknown = await loadPlugins([path]).catch((error: unknown) => error)
  if (!(error instanceof MdsError)) throw new Error(`expected an MdsError, found ${String(error)}`)
  return error
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

test('TypeScript as people write it', async () => {
  const { value } = await loaded(`import type { PatternDefinition } from 'mds'
import { PatternView, type Finding } from 'mds'
enum Side { Buy = 1, Sell }
const enum Bit { One = 4 }
namespace Levels { export const top = 5 }
interface Options { readonly width: number }
abstract class Base<T> { constructor(protected readonly start: T) {} abstract get size(): number }
class Wide extends Base<number> { #extra = 1; declare note: string; get size(): number { return this.start + this.#extra } }
function isNumber(value: unknown): value is number { return typeof value === 'number' }
const options = { width: 3 } satisfies Options
export type { Finding }
export default {
  side: Side.Sell, name: Side[1], bit: Bit.One, top: Levels.top, size: new Wide(4).size, width: options!.width as number,
  is: isNumber(1), later: (view: PatternView): Finding | undefined => undefined, maybe: options?.width ?? 0,
} as const satisfies Record<string, unknown> as unknown as PatternDefinition
`)
  expect(value).toMatchObject({ side: 2, name: 'Buy', bit: 4, top: 5, size: 5, width: 3, is: true, maybe: 3 })
})

test.each([
  ['a.ts', 'export default { n: 1 as number }'],
  ['a.mts', 'export default { n: 1 as number }'],
  ['a.js', 'export default { n: 1 }'],
  ['b.js', 'module.exports = { n: 1 }'],
  ['a.mjs', 'const value = { n: 1 }\nexport { value as default }'],
  ['a.cjs', 'module.exports = { n: 1 }'],
  ['shebang.mjs', '#!/usr/bin/env node\nexport default { n: 1 }'],
  ['bom.ts', '\ufeffexport default { n: 1 as number }'],
  ['crlf.ts', 'export default {\r\n  n: 1 as number,\r\n}\r\n'],
])('%s: %j', async (name, text) => {
  const path = written(name, text)
  expect(await loadPlugins([path])).toEqual([{ path, sha256: sha256(text), value: { n: 1 } }])
})

const NEIGHBOURS: Readonly<Record<string, string>> = {
  'plugin.ts': `import type { Unused } from './types.js'
import { top } from './lib/levels.js'
import { bottom } from './lib/plain'
import * as deep from './lib/deep'
import old from './lib/old.cjs'
import table from './lib/table.json' with { type: 'json' }
export default { top, bottom, deep: deep.value, old: old.n, table, same: deep.counter() + 1 }`,
  'types.ts': 'export interface Unused {}',
  'lib/levels.ts': `export { top } from './top.mts'\nimport { counter } from './counter'\ncounter()`,
  'lib/top.mts': 'export const top: number = 9',
  'lib/plain.js': 'export const bottom = 1',
  'lib/deep/index.ts': `export { counter } from '../counter.js'\nexport const value = 'deep'`,
  'lib/counter.ts': 'let calls = 0\nexport const counter = (): number => calls++',
  'lib/old.cjs': 'exports.n = require("./plain.js").bottom + 1',
  'lib/table.json': '{"a":[1]}',
}

test('neighbours of every kind, each once, the hash over all of them', async () => {
  for (const [name, text] of Object.entries(NEIGHBOURS)) written(name, text)
  const path = join(folder, 'plugin.ts')
  const [plugin] = await loadPlugins([path])
  expect(plugin?.value).toEqual({ top: 9, bottom: 1, deep: 'deep', old: 2, table: { a: [1] }, same: 2 })
  // what `sha256sum plugin.ts lib/...` prints, put through `sha256sum` once more; types leave no trace
  const names = [
    'plugin.ts',
    ...Object.keys(NEIGHBOURS)
      .filter((name) => name.startsWith('lib/'))
      .sort(),
  ]
  const whole = names.map((name) => `${sha256(NEIGHBOURS[name] ?? '')}  ${name}\n`).join('')
  expect(plugin?.sha256).toBe(sha256(whole))

  for (const name of names.slice(1)) {
    written(name, `${NEIGHBOURS[name]} `)
    const [changed] = await loadPlugins([path])
    expect(changed?.sha256, name).not.toBe(plugin?.sha256)
    written(name, NEIGHBOURS[name] ?? '')
  }
  written('types.ts', 'export type Unused = string')
  expect((await loadPlugins([path]))[0]?.sha256).toBe(plugin?.sha256)
})

test('the hash does not tell where the files lie or how they are reached', async () => {
  for (const place of ['one', 'two/three']) {
    written(`${place}/plugin.ts`, 'import { n } from "../shared.ts"\nexport default { n }')
    written(`${dirname(place)}/shared.ts`, 'export const n = 1')
  }
  mkdirSync(join(folder, 'far'))
  symlinkSync(join(folder, 'one'), join(folder, 'far', 'link'))
  const plugins = await loadPlugins(['one', 'two/three', 'far/link'].map((place) => join(folder, place, 'plugin.ts')))
  expect(new Set(plugins.map((plugin) => plugin.sha256)).size).toBe(1)

  written('counter.ts', 'let n = 0\nexport const next = (): number => ++n')
  symlinkSync(join(folder, 'counter.ts'), join(folder, 'also.ts'))
  expect(
    (await loaded('import { next } from "./counter"\nimport * as also from "./also"\nexport default { n: next() + also.next() }'))
      .value,
  ).toEqual({
    n: 3,
  })
})

test('a change is seen at once, and plugins do not share the state of a neighbour', async () => {
  written('counter.ts', 'let n = 0\nexport const next = (): number => ++n')
  const paths = ['a.ts', 'b.ts'].map((name) => written(name, 'import { next } from "./counter"\nexport default { n: next() }'))
  expect((await loadPlugins(paths)).map((plugin) => plugin.value)).toEqual([{ n: 1 }, { n: 1 }])
  written('counter.ts', 'export const next = (): number => 70')
  expect((await loadPlugins(paths)).map((plugin) => plugin.value)).toEqual([{ n: 70 }, { n: 70 }])
})

test('files that import each other', async () => {
  written('a.ts', 'import { b } from "./b.js"\nexport const a = 1\nexport default { sum: () => b() }')
  written('b.ts', 'import { a } from "./a.js"\nexport const b = (): number => a + 1')
  const [plugin] = await loadPlugins([join(folder, 'a.ts')])
  expect(Reflect.apply(Reflect.get(Object(plugin?.value), 'sum'), undefined, [])).toBe(2)
})

test('packages beside the plugin and modules of Node', async () => {
  written('node_modules/levels/package.json', '{"name":"levels","main":"index.js"}')
  written('node_modules/levels/index.js', 'exports.loaded_at = Date.now()\nexports.top = 4')
  const { value } = await loaded(
    'import { top } from "levels"\nimport { isIP } from "node:net"\nexport default { top, ip: isIP("::1") }',
  )
  expect(value).toEqual({ top: 4, ip: 6 })

  written('node_modules/modern/package.json', '{"name":"modern","type":"module","exports":"./index.js"}')
  written('node_modules/modern/index.js', 'export default 5\nexport const top = 6')
  expect((await loaded('import five, { top } from "modern"\nexport default { five, top }')).value).toEqual({ five: 5, top: 6 })

  written('node_modules/closed/package.json', '{"name":"closed","exports":{"./inner":"./index.js"}}')
  expect(await refused(written('plugin.ts', 'import "closed"\nexport default {}'))).toMatchObject({
    code: 'plugin_import',
    message: expect.stringContaining('imports the package "closed", which does not load: '),
  })
})

test('nothing is written, whatever the environment says of caches', async () => {
  const scratch = tempFolder()
  mkdirSync(join(folder, 'node_modules'))
  written('other.ts', 'export const n: number = 1')
  for (const [name, value] of Object.entries({ TMPDIR: scratch, JITI_FS_CACHE: 'true', JITI_CACHE: 'true', JITI_DEBUG: '1' }))
    vi.stubEnv(name, value)
  try {
    await loaded('import { n } from "./other"\nexport default { n }')
  } finally {
    vi.unstubAllEnvs()
  }
  expect(readdirSync(scratch)).toEqual([])
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['node_modules', 'other.ts', 'plugin.ts'])
})

test('no plugin, nothing to do; several come in the order given', async () => {
  expect(await loadPlugins([])).toEqual([])
  const paths = ['z.ts', 'a.js'].map((name) => written(name, `export default { name: '${name}' }`))
  expect((await loadPlugins(paths)).map((plugin) => plugin.value)).toEqual([{ name: 'z.ts' }, { name: 'a.js' }])
})

const REFUSED: readonly [code: string, name: string, text: string, message: string, suggestion: string][] = [
  [
    'plugin_import',
    'a.ts',
    'import { isIp } from "node:net"\nexport default { isIp }',
    'PATH imports isIp from "node:net", which exports ',
    'mend the name',
  ],
  ['plugin_type', 'a.txt', 'x', 'Expected the plugin PATH to be one of .ts, .mts, .js, .mjs, .cjs, found .txt.', 'name a .ts'],
  ['plugin_type', 'plugin', 'x', 'PATH to be one of .ts, .mts, .js, .mjs, .cjs, found no ending.', 'name a .ts'],
  ['plugin_empty', 'a.ts', ' \n', 'The plugin PATH is empty, expected a default export.', 'export default'],
  [
    'plugin_syntax',
    'a.ts',
    'const a = 1\n\nexport default {\n  a: a +* 2,\n}',
    'PATH:4:9: expected TypeScript, found a syntax error: Unexpected token.',
    'mend PATH:4:9',
  ],
  ['plugin_syntax', 'a.js', 'export default { a: 1 as number }', 'PATH:1:23: expected JavaScript, found a syntax error', 'mend'],
  ['plugin_syntax', 'a.cjs', 'module.exports = {\n  a: ,\n}', 'PATH:2: expected JavaScript, found a syntax error', 'mend PATH:2'],
  [
    'plugin_syntax',
    'a.ts',
    '\nexport default { a: await 1 }',
    'PATH:2: a plugin waits for nothing, found an await at the top level.',
    'leave it out',
  ],
  [
    'plugin_syntax',
    'a.ts',
    'let a = 1\nlet a = 2\nexport default { a }',
    "PATH:2:5: expected TypeScript, found a syntax error: Identifier 'a' has already been declared.",
    'mend',
  ],
  [
    'plugin_threw',
    'a.ts',
    'export default {}\n\nthrow new TypeError("boom")',
    'PATH:3: expected the plugin to load, found that it throws: boom.',
    'leave the work',
  ],
  [
    'plugin_threw',
    'a.ts',
    'throw "a text"\nexport default {}',
    'PATH: expected the plugin to load, found that it throws: a text.',
    'leave the work',
  ],
  [
    'plugin_threw',
    'a.ts',
    'interface A {}\n\nexport default { at: Date.now() }',
    'PATH:3: expected the plugin to load, found that it throws: Date.now in a plugin that loads: use view.now_ms.',
    'leave the work',
  ],
  [
    'plugin_threw',
    'a.ts',
    'let seed = 0\ntry { seed = Math.random() } catch {}\nexport default { seed }',
    'PATH:2: expected the plugin to load, found that it throws: Math.random in a plugin that loads',
    'leave the work',
  ],
  [
    'plugin_import',
    'a.ts',
    'import { x } from "./none.js"\nexport default { x }',
    'PATH imports "./none.js", but there is no such file',
    'put the file there',
  ],
  [
    'plugin_import',
    'a.ts',
    'import { x } from "mds"\nexport default { x }',
    'PATH imports the package "mds", which is not installed beside it.',
    'import type { ... } from',
  ],
  [
    'plugin_import',
    'a.ts',
    'import { x } from "no-such-thing"\nexport default { x }',
    'imports the package "no-such-thing"',
    'npm install no-such-thing',
  ],
  [
    'plugin_no_default',
    'a.ts',
    'export const a = 1\nexport const b = 2',
    'The plugin PATH has no default export; it exports a, b.',
    'export default',
  ],
  ['plugin_no_default', 'a.ts', 'const a = 1', 'The plugin PATH has no default export.', 'export default'],
  ['plugin_no_default', 'a.cjs', 'const a = 1', 'The plugin PATH has no default export.', 'export default'],
  [
    'plugin_not_object',
    'a.ts',
    'export default 5',
    'Expected the default export of PATH to be an object, found a number.',
    'export default',
  ],
  ['plugin_not_object', 'a.ts', 'export default () => 5', 'to be an object, found a function.', 'export default'],
  ['plugin_not_object', 'a.cjs', 'module.exports = class {}', 'to be an object, found a function.', 'export default'],
  ['plugin_not_object', 'a.ts', 'export default null', 'to be an object, found null.', 'export default'],
  ['plugin_not_object', 'a.ts', 'export default undefined', 'to be an object, found undefined.', 'export default'],
  ['plugin_not_object', 'a.ts', 'export default [1]', 'to be an object, found a list.', 'export default'],
]

test.each(REFUSED)('%s: %s %j', async (code, name, text, message, suggestion) => {
  const path = written(name, text)
  const error = await refused(path)
  expect(error.message).toContain(message.replace('PATH', path))
  expect([error.code, error.exitCode]).toEqual([code, 2])
  expect(error.suggestions.join()).toContain(suggestion.replace('PATH', path))
})

test('a file that is missing, and a folder', async () => {
  expect(await refused(join(folder, 'none.ts'))).toMatchObject({
    code: 'no_such_file',
    message: `Expected the plugin ${join(folder, 'none.ts')}: there is no such file.`,
  })
  mkdirSync(join(folder, 'folder.ts'))
  expect(await refused(join(folder, 'folder.ts'))).toMatchObject({
    code: 'not_a_file',
    message: `Expected the plugin ${join(folder, 'folder.ts')} to be a file, found a folder.`,
  })
})

test('an error in a neighbour names the neighbour', async () => {
  const path = written('a.ts', 'import { b } from "./lib/b"\nexport default { b }')
  const neighbour = join(folder, 'lib', 'b.ts')
  written('lib/b.ts', 'export const b = 1\nexport const c = )')
  expect((await refused(path)).message).toContain(`${neighbour}:2:18: expected TypeScript`)
  written('lib/b.ts', 'export const b = 1\nnull.x')
  expect((await refused(path)).message).toContain(`${neighbour}:2: expected the plugin to load, found that it throws`)
  written('lib/b.ts', 'import "./c.json"\nexport const b = 1')
  written('lib/c.json', '{"a":')
  expect((await refused(path)).message).toContain(`${join(folder, 'lib', 'c.json')}: expected JSON`)
  written('lib/c.json', '{}')
  written('lib/b.ts', 'import "./d.js"\nexport const b = 1')
  expect((await refused(path)).message).toContain(`${neighbour} imports "./d.js"`)
})

test('a clock captured while loading is refused in a call, and its own functions work', async () => {
  const { value } = await loaded(`const now = Date.now
const { random } = Math
const D = Date
const clock = performance
export default {
  now: () => now(), random: () => random(), date: () => new D(), clock: () => clock.now(), later: () => setTimeout(() => {}, 0),
  day: (ms: number) => new D(ms).getUTCDate(),
}`)
  const call = (name: string, ...args: unknown[]): unknown =>
    withoutAmbient('the detector mine', () => Reflect.apply(Reflect.get(Object(value), name), undefined, args))
  expect(() => call('now')).toThrow('Date.now in the detector mine: use view.now_ms')
  expect(() => call('random')).toThrow('Math.random in the detector mine')
  expect(() => call('date')).toThrow('new Date() in the detector mine')
  expect(() => call('clock')).toThrow('performance.now in the detector mine')
  expect(() => call('later')).toThrow('setTimeout in the detector mine')
  expect(call('day', 86_400_000)).toBe(2)
})

test('what is imported after loading is refused: the hash would not know it', async () => {
  written('late.ts', 'export const n = 1')
  const { value } = await loaded(
    'declare const require: (name: string) => unknown\nexport default { late: () => require("./late"), soon: () => import("./late.js") }',
  )
  expect(() => Reflect.get(Object(value), 'late')()).toThrow('./late is imported too late: import at the top of the file')
  await expect(async () => Reflect.get(Object(value), 'soon')()).rejects.toThrow('import at the top of the file')
})

test('a name that a neighbour does not export is refused, as an ES module would', async () => {
  const path = join(folder, 'a.ts')
  const refusal = async (text: string, neighbour: string): Promise<string> => {
    written('lib/b.ts', neighbour)
    written('a.ts', text)
    return (await refused(path)).message
  }
  const levels = 'export const top = 1\nexport const bottom = 0'
  expect(
    await refusal('import { topp, bottom } from "./lib/b"\nexport default { is: (n: number) => n > topp + bottom }', levels),
  ).toBe(`${path} imports topp from "./lib/b", which exports bottom, top.`)
  expect(await refusal('import levels from "./lib/b"\nexport default { levels }', levels)).toContain(
    'imports default from "./lib/b"',
  )
  expect(await refusal('export { none } from "./lib/b"\nexport default {}', 'interface None {}')).toContain('exports nothing.')
  // a name taken for its type only is none
  written('lib/b.ts', `${levels}\nexport interface Level { at: number }`)
  expect(
    (await loaded('import { top, Level } from "./lib/b"\nexport default { at: (level: Level) => level.at, top }')).value,
  ).toMatchObject({
    top: 1,
  })
  expect((await loaded('import * as b from "./lib/b"\nexport default { none: Reflect.get(b, "none") }')).value).toEqual({})
  // what is no ES module has any default, and its own names
  written('lib/old.cjs', 'exports.n = 1')
  expect((await loaded('import old, { n } from "./lib/old.cjs"\nexport default { old, n }')).value).toEqual({
    old: { n: 1 },
    n: 1,
  })
})

test('an error in a call still shows its line', async () => {
  const { value } = await loaded('type A = 1\n\nexport default {\n  find(): number {\n    throw new Error("here")\n  },\n}')
  try {
    Reflect.get(Object(value), 'find')()
  } catch (error) {
    expect(String(Object(error).stack)).toContain(`${join(folder, 'plugin.ts')}:5`)
    return
  }
  throw new Error('it did not throw')
})
