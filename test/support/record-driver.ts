import { writeSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openRecorder } from '../../src/io/recorder/open-recorder.js'

/**
 * A capture without a socket: records numbered messages until it is killed, told to stop, or done, and says on standard output what it gave to
 * the recorder and how many records the kernel has. Bundled by the tests and by the scripts of test/faults, which send it faults.
 *
 *   node record-driver.mjs FOLDER [--rate MESSAGES_PER_S] [--bytes N] [--fsync 100|always|close|off] [--count N] [--now MS] [--connections N]
 */
const [folder = '', ...words] = process.argv.slice(2)
const option = (name: string, otherwise: string): string => {
  const at = words.indexOf(`--${name}`)
  return at < 0 ? otherwise : (words[at + 1] ?? otherwise)
}
const rate = Number(option('rate', '3000'))
const bytes = Number(option('bytes', '186'))
const count = Number(option('count', 'Infinity'))
const connections = Number(option('connections', '1'))
const ring_bytes = Number(option('ring', String(64 * 1024 * 1024)))
const fsync = option('fsync', '100')
const begun = performance.now()
const base_ms = Number(option('now', String(Date.now())))
const now = (): number => Math.floor(base_ms + performance.now() - begun)

const say = (line: Record<string, unknown>): void => {
  writeSync(1, `${JSON.stringify(line)}\n`)
}
const loop = monitorEventLoopDelay({ resolution: 1 })
loop.enable()
let lag_max_ms = 0
const recorder = await openRecorder({
  folder,
  profile: 'drive',
  connections,
  session: `drive-${process.pid}`,
  version: '0.0.0',
  stamps: 'machine',
  instruments_sha256: null,
  now,
  fsync: fsync === 'always' || fsync === 'close' || fsync === 'off' ? fsync : Number(fsync),
  ring_bytes,
  onWritten: (waited_ms) => {
    lag_max_ms = Math.max(lag_max_ms, waited_ms)
    report()
  },
  onEvent: (entry) => say({ journal: entry }),
}).catch((error: unknown) => {
  say({ refused: error instanceof Error && 'code' in error ? error.code : String(error), message: String(error) })
  process.exit(3)
})
say({ ready_ms: Math.round(performance.now()) })

let said_bytes = -1
function report(): void {
  const { written_bytes, synced_bytes, dropped_records, waiting_bytes } = recorder.status()
  if (written_bytes === said_bytes) return
  said_bytes = written_bytes
  say({ written_bytes, synced_bytes, dropped_records, waiting_bytes, sent, at_ms: now() })
}

/** Packets that add up: the number of the message stands in each. */
function message(number: number): Uint8Array {
  const packets = Math.max(1, Math.round(bytes / 186))
  const made = Buffer.alloc(2 + packets * 186)
  made.writeUInt16BE(packets, 0)
  for (let packet = 0; packet < packets; packet++) {
    made.writeUInt16BE(184, 2 + packet * 186)
    made.writeUInt32BE(738_561, 4 + packet * 186)
    made.writeUInt32BE(number, 8 + packet * 186)
    for (let at = 12; at < 188; at += 4) made.writeUInt32BE((number * 2_654_435_761 + at) >>> 0, Math.min(at, 184) + packet * 186)
  }
  return made
}

let sent = 0
const stop = async (reason: string): Promise<void> => {
  clearInterval(timer)
  const stopped = performance.now()
  await recorder.close(now(), reason)
  const { dropped_records, suspect_files, written_bytes } = recorder.status()
  say({
    closed_ms: Math.round(performance.now() - stopped),
    sent,
    dropped_records,
    suspect_files,
    written_bytes,
    loop_p99_ms: Math.round(loop.percentile(99) / 1e6),
    loop_max_ms: Math.round(loop.max / 1e6),
    lag_max_ms,
  })
  process.exit(suspect_files.length > 0 || dropped_records > 0 ? 3 : 0)
}
const timer = setInterval(() => {
  const at = performance.now()
  const due = Math.min(count, Math.floor(((at - begun) * rate) / 1000))
  for (; sent < due; sent++) recorder.append(1 + (sent % connections), now(), message(sent))
  if (sent >= count) void stop('done')
}, 2)
process.once('SIGTERM', () => void stop('SIGTERM'))
