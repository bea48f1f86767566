// Rows 1 and 2: the real capture is killed, at random moments and (strace) inside its n-th write. `node test/faults/capture-kill.mjs [--runs 200] [--to 40]`

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { faultsOf, journalOf, needs, option, recordings, recordsOf, report, scratch, sleep, until } from './lib.mjs'
import { mds, messagesIn, NumberedExchange, quantile, segmentName, startCapture, tailsOf } from './real.mjs'

/** Whole records of each recording, as the kernel has them. */
const contentOf = (folder) =>
  recordings(folder).flatMap((name) => {
    const bytes = readFileSync(join(folder, name))
    const { whole, torn } = recordsOf(bytes)
    return whole > 0 ? [{ name, bytes: bytes.subarray(0, whole), torn }] : []
  })

/** What is no longer as it was before the restart. */
const changedIn = (folder, before) =>
  before.flatMap(({ name, bytes }) => {
    const now = existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : Buffer.alloc(0)
    return Buffer.compare(now, bytes) === 0 ? [] : [`${name} has ${now.length} bytes, the kernel had ${bytes.length}`]
  })

const runs = Number(option('runs', 200))
if (runs > 0) {
  const exchange = await NumberedExchange.open({ rate: 3000 })
  const data_dir = join(scratch, 'killed')
  const failures = []
  const killed_ms = []
  const restarts_ms = []
  let before = []
  let torn = 0
  let folder = ''
  for (let run = 0; run <= runs; run++) {
    const capture = startCapture(exchange.url, data_dir, { args: ['--candles', '1m', '-q'] })
    folder = capture.folder
    const sent = exchange.sent
    if (!(await until(() => exchange.runs.length === run + 1 && exchange.sent > sent))) failures.push(`run ${run}: no login`)
    restarts_ms.push(performance.now() - capture.begun)
    failures.push(...changedIn(folder, before).map((change) => `run ${run}: ${change}`))
    await sleep(20 + Math.random() * 300)
    if (run === runs) {
      exchange.paused = true
      await sleep(300)
      capture.child.kill('SIGTERM')
      const { code } = await capture.ended
      if (code !== 0) failures.push(`the last run ends with ${code}: ${capture.stderr}`)
      break
    }
    capture.child.kill('SIGKILL')
    killed_ms.push(Date.now())
    await capture.ended
    before = contentOf(folder)
    torn += before.filter((each) => each.torn > 0).length
  }
  exchange.close()
  failures.push(...faultsOf(folder))
  const tails = tailsOf(folder, exchange, failures).slice(0, runs)
  const lost_ms = tails.map(({ from, to }, run) => (from < to ? Math.max(0, killed_ms[run] - exchange.sent_at_ms[from]) : 0))
  if (quantile(lost_ms, 0.5) > 20) failures.push(`half of the tails are longer than ${quantile(lost_ms, 0.5)} ms`)
  const starts = tails.filter(({ from }, run) => from > exchange.runs[run].from).length
  const holes = journalOf(folder).filter(({ cause }) => cause === 'recorder_down').length
  if (holes < starts) failures.push(`${holes} holes told, ${starts} captures were killed with records`)
  const { code, stdout } = mds(['verify', folder, '--json'], { ok: [4] })
  if (code !== 4 || /corrupt|torn|short/.test(stdout)) failures.push(`verify ends with ${code}`)
  if (quantile(restarts_ms, 0.5) > 2000) failures.push(`restarts take ${Math.round(quantile(restarts_ms, 0.5))} ms`)
  report(
    'kill9',
    failures,
    `${runs} kills at 3,000 messages/s, ${torn} torn tails before recovery; lost tail p50 ${quantile(lost_ms, 0.5)} ms, p99 ${quantile(lost_ms, 0.99)} ms, most ${Math.max(...lost_ms)} ms; start of the program to first message p50 ${Math.round(quantile(restarts_ms, 0.5))} ms, p99 ${Math.round(quantile(restarts_ms, 0.99))} ms`,
    'capture',
  )
}

const to = Number(option('to', 40))
if (to > 0 && needs('strace')) {
  const failures = []
  let torn = 0
  let kills = 0
  for (let n = 1; n <= to; n++) {
    const exchange = await NumberedExchange.open({ rate: 5000 })
    const data_dir = join(scratch, `at-${n}`)
    const folder = join(data_dir, 'tokens')
    const paths = [Date.now(), Date.now() + 60_000].flatMap((at_ms) => ['-P', join(folder, segmentName(at_ms))])
    const capture = startCapture(exchange.url, data_dir, {
      // One thread: strace counts calls of each thread for itself.
      env: { UV_THREADPOOL_SIZE: '1' },
      ahead: [
        'strace',
        '-f',
        '-qq',
        '-o',
        '/dev/null',
        ...paths,
        '-e',
        'trace=write',
        '-e',
        `inject=write:signal=SIGKILL:when=${n}`,
      ],
      args: ['-q'],
    })
    await capture.ended
    if (capture.child.signalCode === null && capture.child.exitCode !== 137) failures.push(`write ${n}: not killed`)
    else kills++
    const before = contentOf(folder)
    torn += before.filter((each) => each.torn > 0).length
    const login = exchange.runs.length
    const again = startCapture(exchange.url, data_dir, { args: ['-q'] })
    await until(() => exchange.runs.length > login && exchange.sent > exchange.runs[login].from)
    failures.push(...changedIn(folder, before).map((change) => `write ${n}: ${change}`))
    exchange.paused = true
    await sleep(100)
    again.child.kill('SIGTERM')
    const { code } = await again.ended
    if (code !== 0) failures.push(`write ${n}: the next start ends with ${code}: ${again.stderr}`)
    failures.push(...faultsOf(folder, { closed: false }).map((fault) => `write ${n}: ${fault}`))
    const [tail] = tailsOf(folder, exchange, failures)
    const kept = messagesIn(folder).length
    if (kept + (tail.to - tail.from) !== exchange.sent) failures.push(`write ${n}: the second run lost something`)
    exchange.close()
  }
  report('killat', failures, `killed in write 1..${to} (${kills} times), ${torn} torn tails before recovery`, 'capture')
}
