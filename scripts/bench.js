// Measures what docs/performance.md promises: everything side by side in one run, as medians and ratios. Arguments: --rounds N, --write
// (puts the table into docs/performance.md), --quick (a small day: a smoke test of the bench itself).
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build as bundle } from 'esbuild'
import { build, install, root } from './setup.js'

const args = process.argv.slice(2)
const quick = args.includes('--quick')
const rounds = Number(args[args.indexOf('--rounds') + 1] || 0) || (quick ? 3 : 7)
const MDS = join(root, 'bin/run.js')
const DAY = 'bench_20251005'

install()
build()
const work = join(tmpdir(), `mds-bench-${quick ? 'quick' : 'full'}`)
const scratch = mkdtempSync(join(tmpdir(), 'mds-bench-out-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
const file = makeDay()
const tasks = join(root, 'dist/bench/in-process.js')
await bundle({
  entryPoints: [join(root, 'test/bench/in-process.ts')],
  outfile: tasks,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
})

const bytes = statSync(file).size
const rows = []
const figures = {}

say(`${(bytes / 1e9).toFixed(2)} GB, ${rounds} rounds`)
const floors = []
floor()
const one = measure('candles-1m')
const three = measure('candles-3')
const columns = measure('columns')
add('1m candles, in process, warm', one, 'floor', 3, 1.6)
addRatio('1m+5m+15m over 1m alone', median(three) / median(one), 'at most', 1.1, 1.03, '')
add('decode all fields to columns, in process', columns, 'floor', 7, 2.5)
const cli = times(rounds, () => wall(['candles', file, '--tf', '1m', '-q', '-o', join(scratch, 'candles.parquet')]))
add('`.bin` to 1m candles in Parquet, whole process', cli, 'floor', 8, 4)
const signals = times(rounds, () => wall(['patterns', file, '-q', '-o', join(scratch, 'alerts.ndjson')]))
addRatio('`.bin` to alerts of every detector, over `.bin` to 1m candles', median(signals) / median(cli), 'at most', 4, 3, '')
const page = join(scratch, 'day.html')
const reports = times(rounds, () => wall(['report', file, '-q', '-o', page]))
addRatio('`.bin` to the page of the day, over `.bin` to alerts', median(reports) / median(signals), 'at most', 1.2, 1.1, '')
addRatio('page of 320 symbols', statSync(page).size / 1e6, 'at most', 5, 3, 'MB')
addRatio('page of 320 symbols: opens in Chromium', median(await opensIn(page)), 'at most', 2000, 800, 'ms')
const official = inProcess('official')
const packets = packetsOf()
const official_day_ms = (official.ms / official.packets) * packets
addRatio(
  `the same against the official parser and a trivial aggregator (${official.packets} packets, scaled)`,
  official_day_ms / median(cli),
  'at least',
  300,
  700,
  'x faster',
)
const json = inProcess('ndjson')
if (!json.same_bytes) throw new Error('NDJSON differs from JSON.stringify')
addRatio(
  'NDJSON with full depth against JSON.stringify, same bytes',
  median(json.stringify_ms) / median(json.own_ms),
  'at least',
  3,
  10,
  'x faster',
)
const parquet = inProcess('parquet')
addRatio('candles to Parquet', parquet.rows / median(parquet.ms) / 1000, 'at least', 0.5, 1, 'M rows/s')
const peak = []
for (const command of [
  ['candles', file, '-o', join(scratch, 'p.parquet')],
  ['decode', file, '-o', '/dev/null', '--format', 'ndjson'],
  ['decode', file, '-o', join(scratch, 'd.parquet'), '--fields', 'symbol,received_at,last_price,volume_traded'],
  ['replay', file, '--speed', 'max', '--emit', 'ticks,candles', '-o', '/dev/null'],
])
  peak.push([command[0], await peakMb([...command, '-q'])])
addRatio(
  `peak memory: ${peak.map(([name, mb]) => `${name} ${mb}`).join(', ')}`,
  Math.max(...peak.map(([, mb]) => mb)),
  'at most',
  150,
  80,
  'MB',
)
addRatio('peak memory: patterns', await peakMb(['patterns', file, '-o', '/dev/null', '-q']), 'at most', 250, 150, 'MB')
addRatio('peak memory: report', await peakMb(['report', file, '-o', '/dev/null', '-q']), 'at most', 300, 200, 'MB')
const bare = []
const version = []
for (let round = 0; round < 3 * rounds; round++) {
  bare.push(wallOf(process.execPath, ['-e', '0']))
  version.push(wall(['--version']))
}
addRatio('start-up (`--version`) over bare node', median(version) - median(bare), 'at most', 70, 40, 'ms')
for (const speed of quick ? ['100x'] : ['1x', '10x', '100x']) {
  const until = { '1x': '09:15:20', '10x': '09:17', '100x': '09:35' }[speed]
  const late = JSON.parse(
    out(['replay', file, '--speed', speed, '--from', '09:15', '--to', until, '-o', '/dev/null', '--json', '-q']),
  ).lateness
  addRatio(`replay ${speed}: lateness p50`, late.p50_ms, 'at most', 0.5, 0.15, 'ms')
  addRatio(`replay ${speed}: lateness p99`, late.p99_ms, 'at most', 3, 0.5, 'ms')
}

const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${Math.round(totalmem() / 1e9)} GB, Node ${process.version}, ${process.platform}; recording ${(bytes / 1e9).toFixed(2)} GB, ${packets} packets; floor ${median(floors).toFixed(0)} ms (cat into nothing, warm); medians of ${rounds} rounds`
const table = ['| what | measured | must | aim |', '|---|---|---|---|', ...rows].join('\n')
console.log(`\n${machine}\n\n${table}`)
if (args.includes('--write')) write(`${machine}.\n\n${table}\n`)

/** From the address to the first candle on the screen, ms. */
async function opensIn(path) {
  const { chromium } = await import('playwright-core')
  const executablePath = process.env.MDS_CHROMIUM ?? '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const ms = []
  for (let round = 0; round < rounds; round++) {
    const tab = await browser.newPage()
    const begun = performance.now()
    await tab.goto(pathToFileURL(path).href)
    await tab.waitForSelector('#chart canvas')
    await tab.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
    ms.push(performance.now() - begun)
    await tab.close()
  }
  await browser.close()
  return ms
}

function makeDay() {
  const folder = join(work, 'bench')
  const name = () => existsSync(folder) && readdirSync(folder).find((each) => each.startsWith(DAY) && each.endsWith('.bin'))
  if (!name()) {
    mkdirSync(work, { recursive: true })
    say('Making the day (once) ...')
    out([
      'synth',
      '--date',
      '20251005',
      '--profile',
      'bench',
      '--data-dir',
      work,
      '--packets',
      quick ? '200000' : '9600000',
      '--single-file',
      '--force',
    ])
  }
  return join(folder, name())
}

/** Rounds of a task in one process, its floor measured before and after. */
function measure(task) {
  const ms = inProcess(task).slice(2) // the first rounds warm the compiler
  floor()
  return ms
}

function inProcess(task) {
  say(`${task} ...`)
  return JSON.parse(
    spawnSync(process.execPath, [tasks, task, file, String(rounds + 2)], {
      encoding: 'utf8',
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    }).stdout,
  )
}

function floor() {
  for (let round = 0; round < 3; round++) floors.push(wallOf('sh', ['-c', `cat '${file}' > /dev/null`]))
}

function add(name, ms, unit, must, aim) {
  const ratio = median(ms) / median(floors)
  figures[name] = ratio
  rows.push(`| ${name} | ${ratio.toFixed(2)}x the ${unit} (${median(ms).toFixed(0)} ms) | ${must}x | ${aim}x |`)
  say(rows.at(-1))
}

function addRatio(name, value, sense, must, aim, unit) {
  rows.push(`| ${name} | ${value.toFixed(value >= 100 ? 0 : 2)} ${unit} | ${sense} ${must} | ${aim} |`)
  say(rows.at(-1))
}

function packetsOf() {
  return JSON.parse(out(['info', file, '--json'])).sessions[0].messages.packets
}

function wall(words) {
  floors.push(wallOf('sh', ['-c', `cat '${file}' > /dev/null`]))
  return wallOf(process.execPath, [MDS, ...words])
}

function wallOf(command, words) {
  const begun = performance.now()
  const { status } = spawnSync(command, words, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} ended with ${status}`)
  return performance.now() - begun
}

function out(words) {
  const { status, stdout } = spawnSync(process.execPath, [MDS, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1e9,
  })
  if (status !== 0) throw new Error(`mds ${words.join(' ')} ended with ${status}`)
  return stdout
}

/** High-water mark of resident memory, from the kernel (Linux). */
async function peakMb(words) {
  const child = spawn(process.execPath, [MDS, ...words], { stdio: 'ignore' })
  let peak_kb = 0
  const timer = setInterval(() => {
    try {
      peak_kb = Math.max(peak_kb, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0))
    } catch {}
  }, 20)
  await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(timer)
  return Math.round(peak_kb / 1000)
}

function times(count, action) {
  return Array.from({ length: count }, action)
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length === 0 ? Number.NaN : sorted[Math.floor(sorted.length / 2)]
}

function say(text) {
  console.error(text)
}

function write(text) {
  const path = join(root, 'docs/performance.md')
  const page = readFileSync(path, 'utf8')
  writeFileSync(path, page.replace(/(<!-- bench -->\n)[\s\S]*(<!-- \/bench -->)/, `$1\n${text}\n$2`))
}
