// Rows 24 and 25 with the real capture in a network namespace of its own: no name server and then one, packets lost, a slow link. Needs root, iproute2 and
// iptables. `node test/faults/capture-net.mjs`

import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { needs, report, scratch, sleep, until } from './lib.mjs'
import { accountsOf, messagesIn, NumberedExchange, quantile, settled, startCapture, toldBy } from './real.mjs'

if (process.getuid?.() !== 0 || !needs('ip') || !needs('tc') || !needs('iptables')) {
  console.log('SKIP: needs root, iproute2 and iptables')
  process.exit(0)
}
const SPACE = `mdsf${process.pid}`
const LINK = `mf${process.pid % 100_000}`
// Addresses for documentation (RFC 5737).
const [HERE, THERE] = ['198.51.100.1', '198.51.100.2']
const NAME = 'feed.example'
/** Any will do, but only servers on this machine get stand-ins. */
const LOGIN = { KITE_API_KEY: 'key', KITE_ACCESS_TOKEN: 'token' }
const inside = ['ip', 'netns', 'exec', SPACE]
const ip = (...words) => execFileSync('ip', words)
const resolver = join('/etc/netns', SPACE)

/** The status, asked from within. */
const ASK = "fetch(process.argv[1] + '/status').then((reply) => reply.text()).then((text) => console.log(text))"

/** Answers every question for an IPv4 address with its argument, every other with nothing. */
const NAME_SERVER = `
  const socket = require('node:dgram').createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    let at = 12
    while (query[at] !== 0) at += query[at] + 1
    const question = query.subarray(12, at + 5)
    const asks_v4 = query.readUInt16BE(at + 1) === 1
    const head = Buffer.from([query[0], query[1], 0x81, 0x80, 0, 1, 0, asks_v4 ? 1 : 0, 0, 0, 0, 0])
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...process.argv[1].split('.').map(Number)])
    socket.send(Buffer.concat([head, question, ...(asks_v4 ? [answer] : [])]), port, address)
  })
  socket.bind(53, '127.0.0.1')`

ip('netns', 'add', SPACE)
try {
  ip('link', 'add', LINK, 'type', 'veth', 'peer', 'name', `${LINK}p`, 'netns', SPACE)
  ip('addr', 'add', `${HERE}/24`, 'dev', LINK)
  ip('link', 'set', LINK, 'up')
  ip('-n', SPACE, 'addr', 'add', `${THERE}/24`, 'dev', `${LINK}p`)
  ip('-n', SPACE, 'link', 'set', `${LINK}p`, 'up')
  ip('-n', SPACE, 'link', 'set', 'lo', 'up')
  mkdirSync(resolver, { recursive: true })
  writeFileSync(join(resolver, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n')
  await names()
  await bad(
    'packets-lost',
    1000,
    ['iptables', '-A', 'INPUT', '-p', 'tcp', '-m', 'statistic', '--mode', 'random', '--probability', '0.05', '-j', 'DROP'],
    ['iptables', '-F'],
  )
  await bad('slow-link', 200, undefined, undefined)
} finally {
  ip('netns', 'del', SPACE)
  rmSync(resolver, { recursive: true, force: true })
}

/** Row 24: nobody answers for names at all; then somebody does. */
async function names() {
  const exchange = await NumberedExchange.open({ rate: 1000, host: HERE })
  const capture = startCapture(`ws://${NAME}:${exchange.port}`, join(scratch, 'names'), {
    ahead: inside,
    args: ['--insecure'],
    env: LOGIN,
  })
  const { folder } = capture
  const failures = []
  if (!(await until(() => /no such host|name server|ENOTFOUND|EAI_AGAIN/.test(capture.stderr), 20_000)))
    failures.push(`nobody is told: ${capture.stderr}`)
  await sleep(10_000)
  if (capture.child.exitCode !== null) failures.push(`gives up with ${capture.child.exitCode}: ${capture.stderr}`)
  const server = spawn(inside[0], [...inside.slice(1), process.execPath, '-e', NAME_SERVER, HERE], { stdio: 'ignore' })
  const back = performance.now()
  if (!(await until(() => exchange.sent > 0, 70_000))) failures.push('does not come back with the name')
  const took_s = (performance.now() - back) / 1000
  await until(() => exchange.sent > 1000)
  await settled(exchange, folder)
  capture.child.kill('SIGTERM')
  const { code } = await capture.ended
  exchange.close()
  server.kill()
  if (code !== 0) failures.push(`ends with ${code}: ${capture.stderr}`)
  failures.push(...accountsOf(folder, exchange))
  report(
    'no-name-server',
    failures,
    `no name for 10 s and more, then one: connected ${took_s.toFixed(1)} s later, nothing lost`,
    'capture',
  )
}

/** Row 25: messages come late and in lumps, and all of them come. */
async function bad(name, rate, begin, end) {
  const exchange = await NumberedExchange.open({ rate, host: HERE })
  const capture = startCapture(`ws://${HERE}:${exchange.port}`, join(scratch, name), {
    ahead: inside,
    args: ['--insecure'],
    env: LOGIN,
  })
  const { folder } = capture
  const failures = []
  if (!(await until(() => exchange.sent > rate))) failures.push(`nothing is recorded: ${capture.stderr}`)
  if (begin !== undefined) execFileSync(inside[0], [...inside.slice(1), ...begin])
  else execFileSync('tc', ['qdisc', 'add', 'dev', LINK, 'root', 'tbf', 'rate', '256kbit', 'burst', '8kb', 'limit', '64kb'])
  await sleep(20_000)
  const asked = execFileSync(inside[0], [...inside.slice(1), process.execPath, '-e', ASK, capture.run.url], { encoding: 'utf8' })
  const lag_ms = JSON.parse(asked).feed_lag_ms
  if (end !== undefined) execFileSync(inside[0], [...inside.slice(1), ...end])
  else execFileSync('tc', ['qdisc', 'del', 'dev', LINK, 'root'])
  await settled(exchange, folder, { timeout_ms: 60_000 })
  const late_ms = messagesIn(folder).map(({ number, received_ms }) => received_ms - exchange.sent_at_ms[number])
  capture.child.kill('SIGTERM')
  const { code } = await capture.ended
  exchange.close()
  if (code !== 0) failures.push(`ends with ${code}: ${capture.stderr}`)
  const lost = toldBy(folder, 'disconnected').length
  failures.push(...(lost === 0 ? accountsOf(folder, exchange) : [`disconnected ${lost} times`]))
  report(
    name,
    failures,
    `${exchange.sent} messages at ${rate}/s, 20 s of it: all recorded, in order; on the way p50 ${quantile(late_ms, 0.5)} ms, p99 ${quantile(late_ms, 0.99)} ms, most ${Math.max(...late_ms)} ms; the status shows a lag of ${lag_ms} ms`,
    'capture',
  )
}
