// Load on a capture, then what was recorded compared with what was sent, byte for byte.
//   node scripts/load.js [SECONDS] [BURST SECONDS]   three connections of 3,000 instruments, each a packet a second, in the middle ten times
//                                                    as much; default 600 and 60
//   node scripts/load.js --flood [PACKETS]           as fast as one connection takes them, in bursts that the ring holds; default 5,000,000
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build, install, root } from './setup.js'

const words = process.argv.slice(2)
const is_flood = words[0] === '--flood'
const numbers = words.filter((word) => /^\d+$/.test(word)).map(Number)
const clients = is_flood ? 1 : 3
const tokens = 3000
const [seconds = 600, burst_seconds = 60] = numbers
const plan = is_flood
  ? { clients, tokens, flood: numbers[0] ?? 5_000_000 }
  : { clients, tokens, seconds, burst_from: Math.floor(seconds / 2), burst_seconds, burst: 10 }

install()
build()
const folder = mkdtempSync(join(tmpdir(), 'mds-load-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const server = spawn(process.execPath, [join(root, 'scripts/load/server.js'), JSON.stringify(plan)], {
  stdio: ['pipe', 'pipe', 'inherit'],
})
const told = createInterface({ input: server.stdout })[Symbol.asyncIterator]()
const port = Number((await told.next()).value)
const { capture, summary, status } = await startCapture(port)

const begun = { cpu: cpuSeconds(capture.pid), at: performance.now() }
// A burst is over when the kernel has it: the next one finds an empty ring.
for (let left = plan.flood ?? 0; left > 0; left -= 300_000) {
  const sent = Number((await told.next()).value)
  while ((await status()).recorder.written_bytes < sent) await new Promise((resolve) => setTimeout(resolve, 2))
  server.stdin.write('go on')
}
const ledger = JSON.parse((await told.next()).value).sort((a, b) => a.first_token - b.first_token)
const sent_bytes = ledger.reduce((sum, { bytes, messages }) => sum + bytes + 12 * messages, 0)
while ((await status()).recorder.written_bytes < sent_bytes) await new Promise((resolve) => setTimeout(resolve, 5))
const took_s = (performance.now() - begun.at) / 1000
const cpu_share = (cpuSeconds(capture.pid) - begun.cpu) / took_s
const rss_mb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${capture.pid}/status`, 'utf8'))[1]) / 1024
capture.kill('SIGTERM')
const { lag } = await summary
server.kill()

let lost = 0
for (const [index, sent] of ledger.entries()) {
  const got = await recorded(clients === 1 ? '.bin' : `-c${index + 1}.bin`)
  const same = got.sha256 === sent.sha256
  if (!same) lost++
  console.log(
    `connection ${index + 1}: ${sent.messages} messages and ${sent.packets} packets sent, ${got.messages} messages recorded, ${same ? 'the same bytes' : 'NOT the same'}`,
  )
}
const packets = ledger.reduce((sum, one) => sum + one.packets, 0)
if (is_flood) console.log(`${(packets / took_s / 1e6).toFixed(2)} M packets/s from loopback to the kernel`)
else console.log(`from socket to file p99 ${lag.p99_ms.toFixed(1)} ms, max ${lag.max_ms.toFixed(1)} ms`)
console.log(`${(cpu_share * 100).toFixed(1)} % of a core, ${rss_mb.toFixed(0)} MB at most`)
process.exit(lost === 0 ? 0 : 1)

/** By the token the connections come apart again: instruments are split in their order. */
async function startCapture(port) {
  const profile = join(folder, 'load.json')
  const instruments = Array.from({ length: clients * tokens }, (_, n) => ({ token: (n + 1) * 256 + 1 }))
  writeFileSync(profile, JSON.stringify({ name: 'load', instruments, mode: 'full', connections: clients }))
  const control = await freePort()
  const where = [
    '--profile',
    profile,
    '--url',
    `ws://localhost:${port}`,
    '--data-dir',
    join(folder, 'raw'),
    '--port',
    String(control),
  ]
  const capture = spawn(process.execPath, [join(root, 'bin/run.js'), 'capture', ...where, '--hours', 'always', '--json', '-q'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let json = ''
  capture.stdout.on('data', (text) => {
    json += text
  })
  const summary = new Promise((resolve) => capture.on('exit', () => resolve(JSON.parse(json))))
  const status = async () => (await fetch(`http://localhost:${control}/status`)).json()
  for (;;) {
    const answer = await status().catch(() => undefined)
    if (answer?.connections.every(({ state }) => state === 'open')) return { capture, summary, status }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function freePort() {
  const server = createServer()
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** All messages but heartbeats, of the segments whose names end so. */
async function recorded(ending) {
  const raw = join(folder, 'raw', 'load')
  const names = readdirSync(raw).filter((name) => name.endsWith(ending))
  const hash = createHash('sha256')
  let messages = 0
  for (const name of names.sort()) {
    let left = Buffer.alloc(0)
    for await (const chunk of createReadStream(join(raw, name), { highWaterMark: 1 << 20 })) {
      left = Buffer.concat([left, chunk])
      let at = 0
      while (at + 12 <= left.length) {
        const end = at + 12 + left.readUInt32BE(at + 8)
        if (end > left.length) break
        if (end - at > 13) {
          hash.update(left.subarray(at + 12, end))
          messages++
        }
        at = end
      }
      left = left.subarray(at)
    }
  }
  return { messages, sha256: hash.digest('hex') }
}
