// Rows 3, 4: the power goes. A file system on a loop device is shut down under the capture, mounted anew, and recorded to again. Needs root and
// xfsprogs. `node test/faults/power-cut.mjs [--cuts 10] [--fs xfs|ext4] [--rotate]`: with `--rotate` the hour ends around the cut.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  captureCommand,
  faultsOf,
  inOrder,
  journalOf,
  lastSaid,
  needs,
  option,
  recordings,
  recordsOf,
  report,
  scratch,
  sleep,
  start,
  until,
} from './lib.mjs'

if (process.getuid?.() !== 0 || !needs('xfs_io')) {
  console.log('SKIP: needs root and xfsprogs')
  process.exit(0)
}
const cuts = Number(option('cuts', 10))
const RATE = 3000
/** 2025-10-06 09:15:00 IST. */
const BEGIN_MS = 1_759_722_300_000
const TO_TEN_MS = 45 * 60_000
const rotate = process.argv.includes('--rotate')

for (const fs of option('fs') === undefined ? ['xfs', 'ext4'] : [option('fs')]) {
  const image = join(scratch, `${fs}.img`)
  const mount = join(scratch, fs)
  mkdirSync(mount)
  execFileSync('truncate', ['-s', '400M', image])
  execFileSync(`mkfs.${fs}`, fs === 'xfs' ? ['-q', '-f', image] : ['-q', '-F', image])
  const failures = []
  const lost_ms = []
  for (let cut = 0; cut < cuts; cut++) {
    execFileSync('mount', ['-o', 'loop', image, mount])
    const folder = join(mount, `cut-${cut}`)
    const now_ms = rotate ? BEGIN_MS + TO_TEN_MS - 1200 - Math.floor(Math.random() * 300) : BEGIN_MS
    const capture = start(await captureCommand(`--rate ${RATE} --now ${now_ms}`), folder)
    await until(() => (lastSaid(capture, 'sent') ?? 0) > 0)
    await sleep((rotate ? 900 : 300) + Math.random() * 600)
    execFileSync('xfs_io', ['-x', ...(fs === 'ext4' ? ['-F'] : []), '-c', 'shutdown', mount])
    const synced_bytes = lastSaid(capture, 'synced_bytes')
    const at_ms = lastSaid(capture, 'at_ms')
    capture.child.kill('SIGKILL')
    await capture.ended
    execFileSync('umount', [mount])
    execFileSync('mount', ['-o', 'loop', image, mount])
    const where = `${fs} cut ${cut}`
    // Before recovery: nothing that the index claims is missing.
    if (existsSync(folder))
      failures.push(
        ...faultsOf(folder, { closed: false })
          .filter((fault) => /claims|not what|checksum/.test(fault))
          .map((fault) => `${where}: ${fault}`),
      )
    // The lock of a dead process names this very boot; a machine that lost its power has another.
    execFileSync('rm', ['-f', join(folder, '.lock')])
    const again = start(await captureCommand(`--count 50 --now ${now_ms + 120_000}`), folder)
    const { code } = await again.ended
    if (code !== 0) failures.push(`${where}: the next start ends with ${code}: ${again.stderr}`)
    const names = inOrder(recordings(folder))
    const runs = names.map((name) => recordsOf(readFileSync(join(folder, name))).records)
    const first = runs.flat().filter(({ received_ms }) => received_ms < now_ms + 60_000)
    const kept_bytes = first.length * 200
    if (kept_bytes < synced_bytes) failures.push(`${where}: ${kept_bytes} bytes kept, ${synced_bytes} were synced`)
    if (first.some(({ number }, n) => number !== n) && !journalOf(folder).some(({ cause }) => cause === 'file_lost'))
      failures.push(`${where}: a record in the middle is missing without a line`)
    failures.push(...faultsOf(folder, { closed: false }).map((fault) => `${where}: ${fault}`))
    const gap = journalOf(folder).find(({ event, cause }) => event === 'gap' && cause === 'recorder_down')
    if (gap === undefined) failures.push(`${where}: the hole is not told`)
    lost_ms.push(at_ms - (first.at(-1)?.received_ms ?? now_ms))
    execFileSync('umount', [mount])
  }
  lost_ms.sort((a, b) => a - b)
  report(
    `power-cut-${fs}${rotate ? '-at-rotation' : ''}`,
    failures,
    `${cuts} cuts at ${RATE} records/s, fsync 100: lost p50 ${lost_ms[lost_ms.length >> 1]} ms, most ${lost_ms.at(-1)} ms; every synced record kept`,
  )
}
