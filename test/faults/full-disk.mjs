// Rows 5, 6, 10, 11: a small tmpfs that fills up and is freed, a limit on the size of files and on open files, a folder that is deleted.
// Needs root for the tmpfs. `node test/faults/full-disk.mjs`

import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  captureCommand,
  droppedOf,
  faultsOf,
  journalOf,
  lastSaid,
  missingOf,
  needs,
  numbersOf,
  recordings,
  report,
  scratch,
  sleep,
  start,
  until,
} from './lib.mjs'

/** Everything given is there or counted, in order, once. */
function accounts(folder, sent) {
  const kept = numbersOf(folder)
  const missing = missingOf(kept, sent)
  const failures = faultsOf(folder)
  if (missing.length !== droppedOf(folder)) failures.push(`${missing.length} missing, ${droppedOf(folder)} told`)
  if (kept.some((number, n) => n > 0 && number <= kept[n - 1])) failures.push('records twice or out of order')
  return failures
}
const told = (folder, event) => journalOf(folder).filter((entry) => entry.event === event).length

if (process.getuid?.() === 0) {
  for (const [name, ring] of [
    ['tmpfs-full-then-free', 64 * 1024 * 1024],
    ['tmpfs-full-ring-overflows', 1024 * 1024],
  ]) {
    const mount = join(scratch, name)
    mkdirSync(mount)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', mount])
    try {
      const ballast = join(mount, 'ballast')
      writeFileSync(ballast, Buffer.alloc(4 * 1024 * 1024))
      const folder = join(mount, 'ticks')
      const capture = start(await captureCommand(`--rate 2500 --ring ${ring}`), folder)
      await until(() => capture.lines.some((line) => line.includes('write_failed')))
      await sleep(5000)
      rmSync(ballast)
      const resumed = await until(() => capture.lines.some((line) => line.includes('write_resumed')), 10_000)
      await sleep(300)
      capture.child.kill('SIGTERM')
      const { code } = await capture.ended
      const dropped = droppedOf(folder)
      const failures = accounts(folder, lastSaid(capture, 'sent'))
      if (!resumed) failures.push('writing did not resume')
      if (told(folder, 'gap') !== (dropped > 0 ? 1 : 0)) failures.push(`${told(folder, 'gap')} gap lines`)
      if (code !== (dropped > 0 ? 3 : 0)) failures.push(`ends with ${code}: ${capture.stderr}`)
      if (ring < 2e6 && dropped === 0) failures.push('the ring did not overflow: the test proves nothing')
      report(
        name,
        failures,
        `full for 5 s at 2,500 records/s, ring ${ring >> 20} MiB: ${dropped} dropped, all counted in one gap line`,
      )
    } finally {
      execFileSync('umount', [mount])
    }
  }
} else console.log('SKIP tmpfs: needs root')

if (needs('prlimit')) {
  const folder = join(scratch, 'fsize')
  const capture = start(await captureCommand('--rate 3000 --count 9000'), folder, { ahead: ['prlimit', '--fsize=500123'] })
  const { code } = await capture.ended
  const failures = accounts(folder, 9000)
  if (code !== 0) failures.push(`ends with ${code}: ${capture.stderr}`)
  report('file-size-limit', failures, `9,000 records under a limit of 500,123 bytes: ${recordings(folder).length} parts`)
}

{
  const folder = join(scratch, 'deleted')
  const capture = start(await captureCommand('--rate 2000'), folder)
  await until(() => (lastSaid(capture, 'written_bytes') ?? 0) > 200_000)
  const sent = lastSaid(capture, 'sent')
  rmSync(folder, { recursive: true })
  const again = await until(() => recordings(folder).length > 0, 10_000)
  await sleep(500)
  capture.child.kill('SIGTERM')
  const { code } = await capture.ended
  const kept = numbersOf(folder)
  const lost = journalOf(folder).filter(({ event, cause }) => event === 'gap' && cause === 'file_lost')
  const failures = faultsOf(folder)
  if (!again) failures.push('no new file')
  const total = lastSaid(capture, 'sent')
  if (missingOf(kept, total).length !== lost.reduce((sum, { records }) => sum + records, 0))
    failures.push('what was deleted is not told')
  if (code !== 3) failures.push(`ends with ${code}: ${capture.stderr}`)
  report(
    'folder-deleted',
    failures,
    `deleted after ${sent} records: made anew, ${lost[0]?.records} told as lost, ${kept.length} kept`,
  )
}

if (needs('prlimit')) {
  const folder = join(scratch, 'nofile')
  const capture = start(await captureCommand('--rate 2000'), folder)
  await until(() => (lastSaid(capture, 'written_bytes') ?? 0) > 100_000)
  // Every number below is taken: nothing can be opened, what is open goes on.
  execFileSync('prlimit', [`--pid=${capture.child.pid}`, '--nofile=10:'])
  await sleep(2500)
  const stuck = lastSaid(capture, 'sent') - (lastSaid(capture, 'written_bytes') ?? 0) / 200
  execFileSync('prlimit', [`--pid=${capture.child.pid}`, '--nofile=1024:'])
  capture.child.kill('SIGTERM')
  const { code } = await capture.ended
  const failures = accounts(folder, lastSaid(capture, 'sent'))
  if (code !== 0) failures.push(`ends with ${code}: ${capture.stderr}`)
  if (stuck > 400) failures.push(`${stuck} records were not written while no file could be opened`)
  report(
    'fd-limit',
    failures,
    `2.5 s without a free file descriptor: nothing lost, ${Math.max(0, Math.round(stuck))} records waiting at most`,
  )
}
