// Rows 3 and 4 with the real capture: the power goes. A file system on a loop device is shut down under it, mounted anew, and captured to again. Needs
// root and xfsprogs; libfaketime for the cuts around the end of an hour. `node test/faults/capture-power.mjs [--cuts 10] [--fs xfs|ext4]`

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { faultsOf, journalOf, needs, option, recordings, recordsOf, report, scratch, sleep, until } from './lib.mjs'
import { fakeClock, mds, messagesIn, NumberedExchange, quantile, startCapture, statusOf, tailsOf } from './real.mjs'

if (process.getuid?.() !== 0 || !needs('xfs_io')) {
  console.log('SKIP: needs root and xfsprogs')
  process.exit(0)
}
const cuts = Number(option('cuts', 10))
const RATE = 3000
const HOUR = '2026-10-05 04:29:58'

/** Whoever else on the machine holds the file system for a moment keeps the one that was shut down alive. */
async function mountedAnew(image, mount) {
  const is_mounted = await until(() => {
    execFileSync('umount', [mount])
    execFileSync('mount', ['-o', 'loop', image, mount])
    try {
      readdirSync(mount, { recursive: true })
      return true
    } catch {
      return false
    }
  })
  if (!is_mounted) throw new Error(`${mount} can't be mounted anew`)
}

for (const fs of option('fs') === undefined ? ['xfs', 'ext4'] : [option('fs')])
  for (const rotate of fakeClock({}) === undefined ? [false] : [false, true]) {
    const name = `power-cut-${fs}${rotate ? '-at-rotation' : ''}`
    const [image, mount] = [join(scratch, `${name}.img`), join(scratch, name)]
    mkdirSync(mount)
    process.prependListener('exit', () => spawnSync('umount', ['-l', mount], { stdio: 'ignore' }))
    execFileSync('truncate', ['-s', '400M', image])
    execFileSync(`mkfs.${fs}`, fs === 'xfs' ? ['-q', '-f', image] : ['-q', '-F', image])
    const failures = []
    const lost_ms = []
    for (let cut = 0; cut < cuts; cut++) {
      const where = `cut ${cut}`
      execFileSync('mount', ['-o', 'loop', image, mount])
      const data_dir = join(mount, `cut-${cut}`)
      const exchange = await NumberedExchange.open({ rate: RATE })
      const begin = rotate ? fakeClock({ FAKETIME: `@${HOUR}` }) : {}
      const capture = startCapture(exchange.url, data_dir, { env: begin, args: ['-q'] })
      const { folder } = capture
      await until(() => exchange.sent > 0 && capture.run !== undefined)
      // Until the hour is over: half a second before it to half a second after it.
      const wait_ms = rotate
        ? 2000 - (performance.now() - capture.begun) + (Math.random() - 0.5) * 700
        : 300 + Math.random() * 600
      const end = performance.now() + wait_ms
      let synced_bytes = 0
      while (performance.now() < end) {
        synced_bytes = Math.max(synced_bytes, (await statusOf(capture))?.recorder.synced_bytes ?? 0)
        await sleep(20)
      }
      execFileSync('xfs_io', ['-x', ...(fs === 'ext4' ? ['-F'] : []), '-c', 'shutdown', mount])
      const cut_ms = Date.now()
      capture.child.kill('SIGKILL')
      await capture.ended
      await mountedAnew(image, mount)
      // Before recovery: nothing that the index claims is missing, no manifest is half there.
      if (existsSync(folder))
        failures.push(
          ...faultsOf(folder, { closed: false })
            .filter((fault) => /claims|not what|checksum/.test(fault))
            .map((fault) => `${where}: ${fault}`),
        )
      // The lock of a dead process names this very boot; a machine that lost its power has another.
      execFileSync('rm', ['-f', join(folder, '.lock')])
      const kept_bytes = existsSync(folder)
        ? recordings(folder).reduce((sum, file) => sum + recordsOf(readFileSync(join(folder, file))).whole, 0)
        : 0
      if (kept_bytes < synced_bytes) failures.push(`${where}: ${kept_bytes} bytes kept, ${synced_bytes} were synced`)
      const again = startCapture(exchange.url, data_dir, {
        env: rotate ? fakeClock({ FAKETIME: '@2026-10-05 04:32:00' }) : {},
        args: ['-q'],
      })
      await until(() => exchange.runs.length === 2 && exchange.sent > exchange.runs[1].from + 50)
      exchange.paused = true
      await sleep(200)
      again.child.kill('SIGTERM')
      const { code } = await again.ended
      exchange.close()
      if (code !== 0) failures.push(`${where}: the next start ends with ${code}: ${again.stderr}`)
      const holes = []
      const [tail, second] = tailsOf(folder, exchange, holes)
      // A file of which nothing was synced may be gone whole while the next hour is there: then that is told.
      if (holes.length > 0 && !journalOf(folder).some(({ cause }) => cause === 'file_lost'))
        failures.push(`${where}: ${holes[0]}`)
      if (second.from < second.to) failures.push(`${where}: the second capture lost something`)
      failures.push(...faultsOf(folder, { closed: false }).map((fault) => `${where}: ${fault}`))
      if (kept_bytes > 0 && !journalOf(folder).some(({ event, cause }) => event === 'gap' && cause === 'recorder_down'))
        failures.push(`${where}: the hole is not told`)
      const verified = mds(['verify', folder, '--json'], { ok: [4] }).stdout
      if (/corrupt|torn|short/.test(verified)) failures.push(`${where}: verify finds damage`)
      if (messagesIn(folder).length === 0) failures.push(`${where}: nothing is kept`)
      lost_ms.push(tail.from < tail.to ? Math.max(0, cut_ms - exchange.sent_at_ms[tail.from]) : 0)
      execFileSync('umount', [mount])
    }
    report(
      name,
      failures,
      `${cuts} cuts at ${RATE} messages/s, fsync 100: lost p50 ${quantile(lost_ms, 0.5)} ms, most ${Math.max(...lost_ms)} ms (with the time the cut itself takes); every synced record kept`,
      'capture',
    )
  }
