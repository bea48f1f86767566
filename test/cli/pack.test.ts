import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bareEnvironment, ROOT, sha256 } from '../support/run-mds.js'

// What people install is not the folder we work in: pack it, install it elsewhere without the development dependencies, and use it.

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mds-pack-')))
const prefix = join(folder, 'prefix')
const installed = join(prefix, 'lib', 'node_modules', 'mds')
const unpacked = join(folder, 'package')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Not part of a checkout. */
const LEFT_OUT = new Set([
  'node_modules',
  'dist',
  '.git',
  'coverage',
  'raw_ticks',
  'demo',
  'oclif.manifest.json',
  '.test-build.tmp',
])

let tarballs: Buffer[] = []

beforeAll(() => {
  // In copies: other tests use dist/ meanwhile. The second one lies elsewhere, which must not show.
  const checkout = join(folder, 'checkout')
  cpSync(ROOT, checkout, { recursive: true, filter: (path) => path === ROOT || !LEFT_OUT.has(basename(path)) })
  symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(checkout, 'node_modules'))
  // What may lie in the folder of somebody who captures, and must not be published.
  mkdirSync(join(checkout, 'config', 'api_configs'), { recursive: true })
  writeFileSync(join(checkout, 'config', 'api_configs', 'zerodha_token.json'), '{"access_token": "canary"}')
  writeFileSync(join(checkout, 'config', 'instruments.csv'), '')
  const first = pack(checkout)
  const elsewhere = join(folder, 'some', 'where else')
  mkdirSync(join(folder, 'some'))
  renameSync(checkout, elsewhere)
  tarballs = [first, pack(elsewhere)]
  execFileSync('tar', ['-xzf', join(elsewhere, 'mds.tgz'), '-C', folder])
  install(join(elsewhere, 'mds.tgz'))
}, 240_000)

function pack(checkout: string): Buffer {
  const [packed] = JSON.parse(npm(['pack', '--json', '--silent'], checkout).replace(/^[^[]*/, '')) as { filename: string }[]
  renameSync(join(checkout, packed?.filename ?? ''), join(checkout, 'mds.tgz'))
  return readFileSync(join(checkout, 'mds.tgz'))
}

function npm(words: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync('npm', words, { cwd, encoding: 'utf8', shell: process.platform === 'win32' })
  if (status !== 0) throw new Error(`npm ${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}

/** Without a registry, the dependencies that package.json names are linked from here: then their versions are those of the lockfile. */
function install(tarball: string): void {
  try {
    npm(['install', '--global', '--prefix', prefix, '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', tarball], folder)
  } catch (error) {
    if (!/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ENOTCACHED|EHOSTUNREACH/.test(String(error))) throw error
    console.warn('No registry can be reached: the packed files are tried with the dependencies installed here.')
    cpSync(unpacked, installed, { recursive: true })
    mkdirSync(join(prefix, 'bin'), { recursive: true })
    symlinkSync(join(installed, 'bin', 'run.js'), join(prefix, 'bin', 'mds'))
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>
    }
    for (const name of Object.keys(dependencies)) {
      mkdirSync(join(installed, 'node_modules', name, '..'), { recursive: true })
      symlinkSync(realpathSync(join(ROOT, 'node_modules', name)), join(installed, 'node_modules', name))
    }
  }
}

const ALLOWED: readonly RegExp[] = [
  /^dist\/report-page\/(?:page\.js|page\.css|licences\.txt)$/,
  /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|oclif\.manifest\.json)$/,
  /^bin\/run\.js$/,
  /^config\/(?:calendar|charges|patterns)\.json$/,
  /^config\/profiles\/(?:nifty50|sso_xvenue)\.json$/,
  /^config\/schema\/[a-z-]+\.schema\.json$/,
  /^docs\/(?:adr\/)?[A-Za-z0-9-]+\.(?:md|svg|png)$/,
  /^dist\/(?:bin|index)\.js$/,
  /^dist\/commands\/(?:[a-z-]+\/)?[a-z-]+\.js$/,
  /^dist\/[a-z-]+-[A-Z0-9]{8}\.js$/,
  /^dist\/types\/(?:[a-z-]+\/)*[a-z0-9-]+\.d\.ts$/,
]

const packedFiles = (): string[] =>
  readdirSync(unpacked, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(unpacked, name)).isFile())
    .sort()

test('twice packed, in two places, the same bytes', () => {
  expect(tarballs.map(sha256)).toEqual([sha256(tarballs[0] as Buffer), sha256(tarballs[0] as Buffer)])
})

test('only what a user needs is in it', () => {
  const files = packedFiles()
  expect(files.filter((name) => !ALLOWED.some((pattern) => pattern.test(name)))).toEqual([])
  for (const name of [
    'bin/run.js',
    'dist/bin.js',
    'dist/index.js',
    'dist/types/index.d.ts',
    'dist/report-page/page.js',
    'dist/report-page/page.css',
    'dist/report-page/licences.txt',
    'config/calendar.json',
    'config/charges.json',
    'config/patterns.json',
    'config/profiles/nifty50.json',
    'config/profiles/sso_xvenue.json',
    'oclif.manifest.json',
    'README.md',
    'LICENSE',
  ])
    expect(files).toContain(name)
  for (const name of readdirSync(join(ROOT, 'src/commands'), { recursive: true, encoding: 'utf8' }))
    if (name !== 'base.ts' && name.endsWith('.ts')) expect(files).toContain(`dist/commands/${name.replace('.ts', '.js')}`)
})

test('nothing in it tells where it was made', () => {
  const home = process.env.HOME ?? ROOT
  const places = [ROOT, folder, realpathSync(join(ROOT, 'node_modules')), ...(home.length > 1 ? [`${home}/`] : [])]
  for (const name of packedFiles()) {
    const text = readFileSync(join(unpacked, name), 'utf8')
    for (const place of places) expect(text.includes(place), `${name} holds ${place}`).toBe(false)
    expect(text, name).not.toMatch(/sourceMappingURL=(?!data|')/)
  }
})

test('development dependencies are not needed', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  // A dependency asks for @types/node.
  const names = Object.keys(devDependencies).filter((name) => !name.startsWith('@types/'))
  for (const name of names) expect(existsSync(join(installed, 'node_modules', name)), name).toBe(false)
})

test('installed, it does what the README says', () => {
  const work = join(folder, 'a user')
  mkdirSync(work)
  const sh = (line: string): string =>
    execFileSync('bash', ['-ec', line], {
      cwd: work,
      encoding: 'latin1',
      env: { ...bareEnvironment(), PATH: `${join(prefix, 'bin')}:${process.env.PATH}`, HOME: work },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  expect(sh('mds --version')).toMatch(/^mds\/\d+\.\d+\.\d+ /)
  expect(sh('mds --help')).toMatch(/candles[\s\S]*synth/)
  sh('mds synth -q --date 20251005 --instruments 12 --until 10:00')
  sh('mds candles 20251005 -q --tf 5m > out.parquet')
  const parquet = readFileSync(join(work, 'out.parquet'))
  expect([parquet.toString('latin1', 0, 4), parquet.toString('latin1', parquet.length - 4)]).toEqual(['PAR1', 'PAR1'])
  expect(sh('mds decode 20251005 -q --limit 3').split('\n').length).toBe(4)
  expect(sh('mds decode 20251005 -q --format arrow').length).toBeGreaterThan(10_000)
  sh('mds candles 20251005 -q -o by-symbol/ && mds candles 20251005 -q -o by-symbol/')
  expect(sh('mds replay 20251005 -q --speed max --emit candles').length).toBeGreaterThan(1000)
  expect(JSON.parse(sh('mds info --json -q')).sessions.length).toBe(1)
  sh('zstd -q raw_ticks/synth/*_0900.bin -o part.bin.zst && mds info part.bin.zst -q')
})

test('as a library, its entry loads', () => {
  const line = "import { statSync } from 'node:fs'; const mds = await import('mds'); console.log(Object.keys(mds).length > 0)"
  const script = execFileSync(
    process.execPath,
    ['--input-type=module', '-e', line.replace("'mds'", JSON.stringify(`${installed}/dist/index.js`))],
    { encoding: 'utf8' },
  )
  expect(script.trim()).toBe('true')
})
