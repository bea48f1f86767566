// The same bytes everywhere: runs a corpus of commands under Node 20, 22 and 24, with CPU features masked and with V8 compiling in other ways, and
// compares the sha256 of every output. Other Nodes come from npm into a folder of the temporary one, once; afterwards no network is needed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, install, root } from './setup.js'

const MDS = join(root, 'bin/run.js')
const NODES = ['20', '22', '24']
const OUTPUT_BYTES_MAX = 1e9

install()
build()
const work = mkdtempSync(join(tmpdir(), 'mds-matrix-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))

const missing = []
const nodes = new Map([['this', process.execPath]])
for (const version of NODES) {
  const found = nodeOf(version)
  if (found === undefined) missing.push(version)
  else nodes.set(version, found)
}

/** What must not matter. The mask of the C library reaches its mathematics and string routines, the flags of V8 reach compiled code. */
const variants = [
  { name: 'reference', node: 'this' },
  ...[...nodes.keys()].filter((version) => version !== 'this').map((version) => ({ name: `Node ${version}`, node: version })),
  {
    name: 'libc without AVX, FMA',
    env: { GLIBC_TUNABLES: 'glibc.cpu.hwcaps=-AVX512F,-AVX2,-AVX,-FMA,-FMA4,-BMI2,-ERMS,-SSE4_2' },
  },
  {
    name: 'V8 without AVX, FMA, SSE4',
    flags: [
      '--no-enable-avx',
      '--no-enable-avx2',
      '--no-enable-fma3',
      '--no-enable-bmi1',
      '--no-enable-bmi2',
      '--no-enable-sse4-1',
      '--no-enable-sse4-2',
    ],
  },
  { name: '--no-opt', flags: ['--no-opt'] },
  { name: '--max-lazy', flags: ['--max-lazy'] },
  { name: '--jitless', flags: ['--jitless'] },
  { name: 'Kathmandu, Turkish', env: { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' } },
  ...[...nodes.keys()]
    .filter((version) => version !== 'this')
    .map((version) => ({
      name: `Node ${version} --no-opt, Apia`,
      node: version,
      flags: ['--no-opt'],
      env: { TZ: 'Pacific/Apia', LC_ALL: 'hi_IN.UTF-8' },
    })),
]

const SYNTH = [
  'synth',
  '-q',
  '--date',
  '20251006',
  '--instruments',
  '12',
  '--mode',
  'mixed',
  '--until',
  '09:50',
  '--faults',
  'all',
  '--truth',
  '--force',
]
run({ name: 'setup' }, [...SYNTH, '--data-dir', 'raw_ticks'])
const corpus = commands()
const rows = []
let differences = 0
const expected = new Map()
for (const variant of variants) {
  const begun = performance.now()
  const odd = []
  for (const [label, hash] of outputs(variant)) {
    if (!expected.has(label)) expected.set(label, hash)
    else if (expected.get(label) !== hash) odd.push(label)
  }
  differences += odd.length
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  rows.push([
    variant.name,
    versionOf(variant),
    `${expected.size - odd.length} of ${expected.size}`,
    `${seconds} s`,
    odd.join('; '),
  ])
  console.error(`${variant.name}: ${odd.length === 0 ? 'same' : `DIFFERENT: ${odd.join('; ')}`}`)
}

console.log(table([['variant', 'Node', 'same outputs', 'took', 'different'], ...rows]))
console.log(`\nAll together: sha256 ${sha256(Buffer.from([...expected].map(([label, hash]) => `${hash}  ${label}\n`).join('')))}`)
for (const version of missing) console.log(`Node ${version} could not be fetched from npm (offline?): not tested.`)
if (differences > 0) {
  console.log(`${differences} outputs differ.`)
  process.exitCode = 1
}

function commands() {
  const day = ['20251006', '-q']
  const packed = pack()
  // Copied, so that messages name the same paths on every machine.
  const fixtures = join(work, 'fixtures')
  if (existsSync(join(root, 'fixtures'))) cpSync(join(root, 'fixtures'), fixtures, { recursive: true })
  const golden = existsSync(fixtures)
    ? readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.bin(\.gz|\.zst)?$/.test(name))
        .sort()
        .map((name) => join('fixtures', name))
    : []
  return [
    ...['ndjson', 'csv', 'parquet', 'arrow', 'table'].flatMap((format) => [
      ['decode', ...day, '--format', format],
      ['candles', ...day, '--format', format, '--tf', '1m,5m,1d'],
    ]),
    ['candles', ...day, '--format', 'csv', '--clock', 'exchange', '--auction', 'fold', '--fill', 'forward'],
    ['candles', ...day, '--format', 'csv', '--clock', 'arrival', '--late', 'revise', '--gap-volume', 'spread'],
    ['candles', ...day, '--format', 'csv', '--bars', 'tick:20,volume:5000,value:1000000,imbalance:50,renko:2'],
    ['candles', ...day, '--format', 'csv', '--style', 'heikin-ashi'],
    ['replay', ...day, '--speed', 'max', '--emit', 'ticks,candles'],
    ['info', ...day, '--json'],
    ['--help'],
    ...packed.map((path) => ['decode', path, '-q', '--format', 'csv']),
    ...golden.flatMap((path) => [
      ['decode', path, '-q', '--format', 'ndjson'],
      ['candles', path, '-q', '--format', 'parquet'],
    ]),
  ]
}

/** Node before 22.15 unpacks Zstandard with another library. */
function pack() {
  const paths = []
  for (const [ending, tool] of [
    ['gz', 'gzip -c'],
    ['zst', 'zstd -qc'],
  ]) {
    mkdirSync(join(work, ending), { recursive: true })
    const path = join(ending, `synth_20251006_0900.bin.${ending}`)
    const { status } = spawnSync('sh', ['-c', `${tool} raw_ticks/synth/synth_20251006_0900.bin > ${path}`], { cwd: work })
    if (status === 0) paths.push(path)
    else console.error(`${tool} is not installed: ${ending} is left out.`)
  }
  return paths
}

/** Label and sha256 of everything a variant writes. */
function* outputs(variant) {
  run(variant, [...SYNTH, '--data-dir', 'again'])
  for (const name of readdirSync(join(work, 'again/synth')).sort())
    yield [`synth ${name}`, sha256(readFileSync(join(work, 'again/synth', name)))]
  for (const words of corpus) yield [words.join(' '), sha256(Buffer.concat(run(variant, words)))]
}

/** Exit code, standard output, and stderr too: what people are told is the same as well. A bug ends everything; damaged fixtures may end with 3. */
function run({ name, node = 'this', flags = [], env = {} }, words) {
  const { status, stdout, stderr, error } = spawnSync(nodes.get(node), [...flags, MDS, ...words], {
    cwd: work,
    env: { PATH: process.env.PATH, HOME: work, TZ: 'UTC', LC_ALL: 'C', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: OUTPUT_BYTES_MAX,
  })
  if (status === 0 || status === 3) return [Buffer.of(status), withoutVersion(words, stdout), withoutWarning(stderr)]
  console.error(`${name}: mds ${words.join(' ')} ended with ${status ?? error}\n${stderr}`)
  process.exit(1)
}

/** V8 says that --jitless takes WebAssembly away. */
function withoutWarning(stderr) {
  return Buffer.from(stderr.toString().replace(/^Warning: disabling flag .*\n/, ''))
}

/** The help names the Node it runs on. */
function withoutVersion(words, stdout) {
  return words[0] === '--help' ? Buffer.from(stdout.toString().replace(/node-v\S+/g, 'node')) : stdout
}

function versionOf({ node = 'this' }) {
  return spawnSync(nodes.get(node), ['--version'], { encoding: 'utf8' }).stdout.trim()
}

/** Path of a Node of this major version, from npm's own package of it; undefined when it is neither here nor to be had. */
function nodeOf(version) {
  const prefix = join(tmpdir(), `mds-matrix-node-${version}`)
  const path = join(prefix, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(path)) {
    console.error(`Fetching Node ${version} (once) ...`)
    const words = ['install', '--prefix', prefix, '--no-save', '--no-audit', '--no-fund', '--loglevel=error', `node@${version}`]
    mkdirSync(prefix, { recursive: true })
    spawnSync('npm', words, { cwd: prefix, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' })
  }
  return existsSync(path) && spawnSync(path, ['--version']).status === 0 ? path : undefined
}

function table(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
