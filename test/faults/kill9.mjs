// Row 1: kill -9 at random moments. `node test/faults/kill9.mjs [--runs 200] [--command '... {folder}']`

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { captureCommand, faultsOf, option, recordings, recordsOf, report, scratch, sleep, start, until } from './lib.mjs'

const runs = Number(option('runs', 200))
const folder = join(scratch, 'ticks')
const command = await captureCommand('--rate 3000')
const failures = []
const before = new Map()
const restarts_ms = []
let torn = 0

/** Recordings with at least a byte, told apart even where one was taken away and its name given anew. */
function filesNow() {
  const stats = recordings(folder).map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
  return stats.flatMap((stat) => (stat !== undefined && stat.size > 0 ? [stat.ino] : []))
}

for (let run = 0; run <= runs; run++) {
  const known = new Set(filesNow())
  const begun = performance.now()
  const capture = start(command, folder)
  // Recovered and recording again: a part is there that was not.
  if (!(await until(() => filesNow().some((file) => !known.has(file)) || capture.child.exitCode !== null)))
    failures.push(`run ${run}: nothing is recorded`)
  restarts_ms.push(performance.now() - begun)
  for (const [name, { whole, bytes }] of before) {
    const now = readFileSync(join(folder, name), { flag: 'r' })
    if (Buffer.compare(now, bytes.subarray(0, whole)) !== 0)
      failures.push(`run ${run}: ${name} has ${now.length} bytes, the kernel had ${whole}`)
  }
  before.clear()
  if (run === runs) {
    capture.child.kill('SIGTERM')
    const { code } = await capture.ended
    if (code !== 0) failures.push(`the last run ends with ${code}: ${capture.stderr}`)
    break
  }
  await sleep(Math.random() * 300)
  capture.child.kill('SIGKILL')
  await capture.ended
  const newest = recordings(folder).filter((name) => recordsOf(readFileSync(join(folder, name))).whole > 0)
  for (const name of newest) {
    const bytes = readFileSync(join(folder, name))
    const { whole } = recordsOf(bytes)
    if (whole < bytes.length) torn++
    before.set(name, { whole, bytes })
  }
}
failures.push(...faultsOf(folder))
restarts_ms.sort((a, b) => a - b)
const p99 = restarts_ms[Math.ceil(restarts_ms.length * 0.99) - 1]
report(
  'kill9',
  failures,
  `${runs} kills, ${torn} torn tails before recovery, start to first record p50 ${Math.round(restarts_ms[restarts_ms.length >> 1])} ms, p99 ${Math.round(p99)} ms`,
)
