import { addsUp, HEARTBEAT_BYTES } from '../wire/index.js'
import type { RecordingCounts } from './manifest.js'

const OPENING_BRACE = 0x7b

/** Counts what the messages of a recording are, for its manifest. */
export class MessageTally {
  records = 0
  #heartbeats = 0
  #texts = 0
  #malformed = 0
  readonly #packets = new Map<number, number>()

  /** A message in `[start, end)`. */
  add(view: DataView, start: number, end: number): void {
    this.records++
    if (end - start === HEARTBEAT_BYTES) this.#heartbeats++
    else if (end > start && view.getUint8(start) === OPENING_BRACE) this.#texts++
    else if (!addsUp(view, start, end)) this.#malformed++
    else
      for (let at = start + 2; at < end; ) {
        const length = view.getUint16(at)
        this.#packets.set(length, (this.#packets.get(length) ?? 0) + 1)
        at += 2 + length
      }
  }

  counts(): RecordingCounts {
    const packets = [...this.#packets].sort(([a], [b]) => a - b)
    return {
      records: this.records,
      heartbeats: this.#heartbeats,
      texts: this.#texts,
      malformed: this.#malformed,
      packets: Object.fromEntries(packets),
    }
  }
}
