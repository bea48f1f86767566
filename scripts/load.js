// Load on a capture: three connections of 3,000 instruments, each a packet a second, with a burst of ten times as much; then what was
// recorded is compared with what was sent, byte for byte. `node scripts/load.js [seconds] [burst seconds]`; default 600 and 60.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from './setup.js'

const CONNECTIONS = 3
const TOKENS = 3000
const [seconds, burst_seconds] = [Number(process.argv[2] ?? 600), Number(process.argv[3] ?? 60)]
const folder = mkdtempSync(join(tmpdir(), 'mds-load-'))
const plan = { clients: CONNECTIONS, tokens: TOKENS, seconds, burst_from: Math.floor(seconds / 2), burst_seconds, burst: 10 }

const server = spawn(process.execPath, [join(root, 'scripts/load/server.js'), JSON.stringify(plan)], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const told = createInterface({ input: server.stdout })[Symbol.asyncIterator]()
const port = Number((await told.next()).value)

// By the token the connections come apart again: they are split in this order.
const tokens = Array.from({ length: CONNECTIONS * TOKENS }, (_, n) => (n + 1) * 256 + 1)
mkdirSync(join(folder, 'profiles'))
const profile = join(folder, 'profiles', 'load.json')
writeFileSync(
  profile,
  JSON.stringify({ name: 'load', instruments: tokens.map((token) => ({ token })), mode: 'full', connections: CONNECTIONS }),
)
const capture = spawn(
  process.execPath,
  [
    join(root, 'bin/run.js'),
    'capture',
    ...[
      '--profile',
      profile,
      '--url',
      `ws://localhost:${port}`,
      '--hours',
      'always',
      '--data-dir',
      join(folder, 'raw'),
      '--json',
    ],
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)
let summary = ''
capture.stdout.on('data', (text) => {
  summary += text
})
const ended = new Promise((resolve) => capture.on('exit', resolve))

const cpu = () => {
  const fields = readFileSync(`/proc/${capture.pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
await new Promise((resolve) => setTimeout(resolve, 3000))
const [cpu_begin, begun] = [cpu(), performance.now()]
const ledger = JSON.parse((await told.next()).value).sort((a, b) => a.first_token - b.first_token)
const cpu_share = (cpu() - cpu_begin) / ((performance.now() - begun) / 1000)
const rss_mb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${capture.pid}/status`, 'utf8'))[1]) / 1024
capture.kill('SIGTERM')
await ended
server.kill()

const raw = join(folder, 'raw', 'load')
let lost = 0
for (const [index, sent] of ledger.entries()) {
  const got = messagesOf(
    readdirSync(raw)
      .filter((name) => name.endsWith(`-c${index + 1}.bin`))
      .sort(),
  )
  const same = got.sha256 === sent.sha256
  if (!same) lost++
  console.log(
    `c${index + 1}: sent ${sent.messages} messages, ${sent.packets} packets; recorded ${got.messages}; ${same ? 'the same bytes' : 'NOT the same'}`,
  )
}
const { lag } = JSON.parse(summary)
console.log(
  `p99 from socket to file ${lag.p99_ms?.toFixed(1)} ms, max ${lag.max_ms.toFixed(1)} ms; ${(cpu_share * 100).toFixed(1)} % of a core; ${rss_mb.toFixed(0)} MB`,
)
rmSync(folder, { recursive: true })
process.exit(lost === 0 ? 0 : 1)

function messagesOf(names) {
  const hash = createHash('sha256')
  let messages = 0
  for (const name of names) {
    const bytes = readFileSync(join(raw, name))
    for (let at = 0; at < bytes.length; ) {
      const end = at + 12 + bytes.readUInt32BE(at + 8)
      if (end - at - 12 > 1) {
        hash.update(bytes.subarray(at + 12, end))
        messages++
      }
      at = end
    }
  }
  return { messages, sha256: hash.digest('hex') }
}
