// Rows 6 to 9: calls on the recording that fail, fall short or take long, injected by strace into the driver. `node test/faults/injected.mjs`

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
  option,
  report,
  scratch,
  start,
} from './lib.mjs'

if (!needs('strace')) process.exit(0)
const BEGIN_MS = 1_759_722_300_000
const COUNT = 6000

/** `--only NAME`: one of them. */
const only = option('only')
const CASES = [
  { name: 'short-write', inject: 'write:retval=3:when=5', lost: 'bytes' },
  { name: 'write-enospc', inject: 'write:error=ENOSPC:when=5..7', events: ['write_failed', 'write_resumed'] },
  { name: 'write-edquot', inject: 'write:error=EDQUOT:when=9', events: ['write_failed', 'write_resumed'] },
  { name: 'write-eio', inject: 'write:error=EIO:when=5', events: ['write_failed', 'write_resumed'], suspect: 1 },
  { name: 'write-erofs', inject: 'write:error=EROFS:when=5+100', events: ['write_failed'], suspect: 1 },
  { name: 'fdatasync-eio', inject: 'fdatasync:error=EIO:when=3', events: ['sync_failed'], suspect: 1 },
  { name: 'fdatasync-slow-500ms', inject: 'fdatasync:delay_enter=500000', loop_ms: 50 },
  { name: 'fdatasync-slow-3s', inject: 'fdatasync:delay_enter=3000000', loop_ms: 50, slow_stop: true },
]

for (const { name, inject, events = [], suspect = 0, loop_ms, lost, slow_stop = false } of CASES) {
  if (only !== undefined && only !== name) continue
  const folder = join(scratch, name)
  const file = join(folder, 'drive_20251006_0900.bin')
  const syscall = inject.split(':')[0]
  const ahead = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', file, '-e', `trace=${syscall}`, '-e', `inject=${inject}`]
  const capture = start(await captureCommand(`--rate 3000 --count ${COUNT} --now ${BEGIN_MS}`), folder, {
    ahead,
    env: loop_ms === undefined ? { UV_THREADPOOL_SIZE: '1' } : {},
  })
  const { code } = await capture.ended
  const failures = []
  // strace says 3 and writes nothing: these bytes never were in the file, whoever writes. What is behind them must be there.
  const kept = lost === 'bytes' ? undefined : numbersOf(folder)
  if (kept !== undefined) {
    const missing = missingOf(kept, COUNT)
    if (missing.length !== droppedOf(folder)) failures.push(`${missing.length} missing, ${droppedOf(folder)} told`)
    if (kept.some((number, n) => n > 0 && number <= kept[n - 1])) failures.push('records twice or out of order')
    failures.push(...faultsOf(folder, { closed: !slow_stop }))
  } else if (lastSaid(capture, 'written_bytes') !== COUNT * 200)
    failures.push(`${lastSaid(capture, 'written_bytes')} bytes taken`)
  const told = journalOf(folder).map(({ event }) => event)
  for (const event of events) if (!told.includes(event)) failures.push(`no line says ${event}`)
  if (code !== (suspect > 0 ? 3 : 0)) failures.push(`ends with ${code}: ${capture.stderr}`)
  if ((lastSaid(capture, 'suspect_files') ?? []).length !== suspect)
    failures.push(`suspect: ${lastSaid(capture, 'suspect_files')}`)
  // The 99th percentile: the longest of all is often the doing of whoever shares the machine.
  const loop = lastSaid(capture, 'loop_p99_ms')
  if (loop_ms !== undefined && !(loop < loop_ms)) failures.push(`event loop held up for ${loop} ms`)
  const closed_ms = lastSaid(capture, 'closed_ms')
  if (!(closed_ms < 2000)) failures.push(`stop took ${closed_ms} ms`)
  report(
    name,
    failures,
    `${COUNT} records, ${inject}; loop p99 ${loop} ms, max ${lastSaid(capture, 'loop_max_ms')} ms, stop ${closed_ms} ms`,
  )
}
