import { assert } from '../../core/assert.js'
import type { LiveMessage } from './live-sink.js'

/** Before each message: length u32, connection u32, received_at_ms f64, number f64. */
const HEADER_BYTES = 24

/** A message that was kept. */
export interface KeptMessage extends LiveMessage {
  /** 0-based number among the messages taken; a hole tells of a drop. */
  readonly number: number
}

/** The oldest messages of a ring, copied out of it. */
export interface Batch {
  readonly messages: readonly KeptMessage[]
  /** What they took in the ring. */
  readonly bytes: number
  /** Messages the ring had dropped when they were taken out: if it drops more, these are older than what is lost. */
  readonly dropped_before: number
  /** Where the outlet goes on when the batch comes again. Its own count of whatever it counts. */
  done: number
}

/**
 * Messages that wait, in one buffer of a fixed size that is written round and round. A message lies in one piece. What does not fit drives
 * out the oldest: who looks at live ticks wants the newest.
 */
export class MessageRing {
  readonly capacity: number
  count = 0
  /** Messages driven out, or larger than the ring. */
  dropped = 0
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #head = 0
  #tail = 0
  /** Where the older part ends, once the newer one has begun at 0 again. */
  #turn: number | undefined
  #number = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.#bytes = new Uint8Array(capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** Bytes in use, headers included. */
  get used(): number {
    return this.#turn === undefined ? this.#tail - this.#head : this.#turn - this.#head + this.#tail
  }

  /** Copies the message. Its work is that of the copy, whatever waits. */
  push({ connection, received_at_ms, bytes, start, end }: LiveMessage): void {
    const number = this.#number++
    const length = end - start
    if (HEADER_BYTES + length > this.capacity) {
      this.dropped++
      return
    }
    while (!this.#makeRoom(HEADER_BYTES + length)) {
      this.#dropOldest()
      this.dropped++
    }
    this.#view.setUint32(this.#tail, length)
    this.#view.setUint32(this.#tail + 4, connection)
    this.#view.setFloat64(this.#tail + 8, received_at_ms)
    this.#view.setFloat64(this.#tail + 16, number)
    this.#bytes.set(bytes.subarray(start, end), this.#tail + HEADER_BYTES)
    this.#tail += HEADER_BYTES + length
    this.count++
  }

  /** Takes the oldest messages out, at least one, up to `bytes_max` in all. */
  take(bytes_max: number): Batch {
    assert(this.count > 0, 'somebody takes from a ring that holds messages')
    const lengths: number[] = []
    let bytes = 0
    for (let at = this.#head; lengths.length < this.count; ) {
      if (at === this.#turn) at = 0
      const whole = HEADER_BYTES + this.#view.getUint32(at)
      if (lengths.length > 0 && bytes + whole > bytes_max) break
      lengths.push(whole)
      bytes += whole
      at += whole
    }
    const kept = new Uint8Array(bytes)
    const view = new DataView(kept.buffer)
    let end = 0
    const messages = lengths.map((whole) => {
      const start = end + HEADER_BYTES
      kept.set(this.#bytes.subarray(this.#head, this.#head + whole), end)
      const [connection, received_at_ms, number] = [view.getUint32(end + 4), view.getFloat64(end + 8), view.getFloat64(end + 16)]
      end += whole
      this.#dropOldest()
      return { connection, received_at_ms, number, view, bytes: kept, start, end }
    })
    return { messages, bytes, dropped_before: this.dropped, done: 0 }
  }

  /** Forgets what waits. */
  clear(): void {
    this.#head = 0
    this.#tail = 0
    this.#turn = undefined
    this.count = 0
  }

  /** True when `bytes` fit behind the tail, which may turn to the beginning for it. */
  #makeRoom(bytes: number): boolean {
    if (this.#turn !== undefined) return this.#head - this.#tail >= bytes
    if (this.capacity - this.#tail >= bytes) return true
    if (this.#head < bytes) return false
    this.#turn = this.#tail
    this.#tail = 0
    return true
  }

  #dropOldest(): void {
    this.#head += HEADER_BYTES + this.#view.getUint32(this.#head)
    this.count--
    if (this.#head === this.#turn) {
      this.#head = 0
      this.#turn = undefined
    }
    if (this.count === 0) this.clear()
  }
}
