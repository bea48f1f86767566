// Row 2: the process is killed inside its n-th write to the recording. Needs strace and the driver, whose file has a known name.
// `node test/faults/killat.mjs [--to 200] [--step 1]`

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { captureCommand, faultsOf, needs, option, recordings, recordsOf, report, scratch, start } from './lib.mjs'

if (!needs('strace')) process.exit(0)
const to = Number(option('to', 200))
const step = Number(option('step', 1))
const BEGIN_MS = 1_759_722_300_000
const failures = []
let kills = 0
let torn = 0

for (let n = 1; n <= to; n += step) {
  const folder = join(scratch, `at-${n}`)
  const file = join(folder, 'drive_20251006_0900.bin')
  const ahead = [
    'strace',
    '-f',
    '-qq',
    '-o',
    '/dev/null',
    '-P',
    file,
    '-e',
    'trace=write',
    '-e',
    `inject=write:signal=SIGKILL:when=${n}`,
  ]
  // One thread: strace counts calls of each thread for itself.
  const capture = start(await captureCommand(`--rate 5000 --now ${BEGIN_MS}`), folder, {
    ahead,
    env: { UV_THREADPOOL_SIZE: '1' },
  })
  await capture.ended
  if (capture.child.signalCode === null && capture.child.exitCode !== 137) failures.push(`write ${n}: not killed`)
  else kills++
  const bytes = recordings(folder).length > 0 ? readFileSync(file) : Buffer.alloc(0)
  const { whole } = recordsOf(bytes)
  if (whole < bytes.length) torn++
  const again = start(await captureCommand(`--count 10 --now ${BEGIN_MS + 60_000}`), folder)
  const { code } = await again.ended
  if (code !== 0) failures.push(`write ${n}: the next start ends with ${code}`)
  const now = whole > 0 ? readFileSync(file) : Buffer.alloc(0)
  if (Buffer.compare(now, bytes.subarray(0, whole)) !== 0)
    failures.push(`write ${n}: ${now.length} bytes after recovery, ${whole} before`)
  failures.push(...faultsOf(folder, { closed: false }).map((fault) => `write ${n}: ${fault}`))
}
report('killat', failures, `killed in write 1..${to} (${kills} times), ${torn} torn tails before recovery`)
