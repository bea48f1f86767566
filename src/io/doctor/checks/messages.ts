import { open } from 'node:fs/promises'
import { RecordingReader } from '../../../core/recording/index.js'
import { walkPackets } from '../../../core/wire/index.js'
import type { Check } from '../check.js'
import { segmentsOf } from '../segments.js'

/** Enough for thousands of messages, too little to wait for. */
const LOOK_BYTES = 1024 * 1024

/** What the newest recording of the day holds can be read: no damage, no packet that does not add up. */
export const checkMessages: Check = {
  id: 'messages',
  concerns: 'machine',
  needs: ['folder'],
  async run(context) {
    const profile = await context.profile().catch(() => undefined)
    const [newest] = (await segmentsOf(await context.folder()))
      .filter(({ name, plain }) => plain && name.day === context.day && (profile === undefined || name.profile === profile.name))
      .sort((a, b) => b.changed_ms - a.changed_ms)
    if (newest === undefined) return { state: 'skipped', text: 'No recording of today.' }
    const { records, packets, faults } = looked(await head(newest.path))
    const text = `The beginning of ${newest.path}: ${records} messages, ${packets} packets`
    if (faults.size === 0) return { state: 'ok', text: `${text}, nothing odd.` }
    return { state: 'warn', text: `${text}, and ${[...faults].join(', ')}.`, tries: [`mds info ${newest.path}`] }
  },
}

async function head(path: string): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(LOOK_BYTES), 0, LOOK_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The last record is cut by us, or still being written. */
function looked(bytes: Uint8Array): { records: number; packets: number; faults: Set<string> } {
  const faults = new Set<string>()
  const tell = (code: string): void => void (code === 'truncated_tail' || faults.add(code))
  const reader = new RecordingReader(0, 0, tell)
  let [records, packets] = [0, 0]
  for (let at = 0; at < bytes.length; ) {
    const space = reader.space()
    const piece = bytes.subarray(at, at + space.length)
    space.set(piece)
    reader.filled(piece.length)
    at += piece.length
    if (at >= bytes.length) reader.ended()
    while (reader.advance()) {
      const { view, start, end } = reader.frame
      records++
      if (end - start > 1 && view.getUint8(start) !== 0x7b)
        walkPackets(view, start, end, { onPacket: () => void packets++, onBadPacket: tell })
    }
  }
  return { records, packets, faults }
}
