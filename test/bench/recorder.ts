import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { openRecorder } from '../../src/io/recorder/open-recorder.js'
import { numberedMessage } from '../support/numbered-messages.js'

/**
 * How fast messages go to the disk, synced each 100 ms: real ones (222 packets) and the smallest. Bundle with esbuild and run; prints one line
 * for each.
 */
const RING_BYTES = 64 * 1024 * 1024
const SECONDS = Number(process.argv[2] ?? 4)
const clock = (): number => performance.now()

for (const packets of [222, 1]) {
  const folder = mkdtempSync(join(process.argv[3] ?? tmpdir(), 'mds-bench-'))
  const recorder = await openRecorder({
    folder,
    profile: 'bench',
    connections: 1,
    session: 'bench',
    version: '0',
    stamps: 'machine',
    instruments_sha256: null,
    now: () => Date.now(),
    ring_bytes: RING_BYTES,
  })
  const message = numberedMessage(1, packets)
  const cpu = process.cpuUsage()
  const begun = clock()
  let messages = 0
  let turns = 0
  let longest_ms = 0
  for (let last = begun; clock() - begun < SECONDS * 1000; last = clock()) {
    // As much as one turn of the loop would bring: the sockets are read, then the disk has its say.
    const until = clock() + 2
    const has_room = recorder.status().waiting_bytes < RING_BYTES / 2
    while (has_room && clock() < until) {
      for (let n = 0; n < (packets === 1 ? 200 : 4); n++, messages++) recorder.append(1, Date.now(), message)
    }
    await (has_room ? setImmediate() : setTimeout(1))
    turns++
    longest_ms = Math.max(longest_ms, clock() - last)
  }
  const { sync_p99_ms, worst_unsynced_ms } = recorder.status()
  await recorder.close(Date.now(), 'done')
  const seconds = (clock() - begun) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const { written_bytes, dropped_records } = recorder.status()
  process.stdout.write(
    `${packets} packets a message: ${Math.round((messages * packets) / seconds / 1000)} k packets/s, ${Math.round(messages / seconds)} messages/s, ` +
      `${Math.round(written_bytes / seconds / 1e6)} MB/s, ${dropped_records} dropped, CPU ${Math.round((user + system) / seconds / 1e4)} %, ` +
      `longest turn ${Math.round(longest_ms)} ms of ${turns}, sync p99 ${Math.round(sync_p99_ms ?? 0)} ms, unsynced at most ${Math.round(worst_unsynced_ms)} ms\n`,
  )
  rmSync(folder, { recursive: true, force: true })
}
