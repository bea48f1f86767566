import type { Frame, FrameConsumer } from '../recording/index.js'

/** Messages are copied into chunks of this size; a longer one gets a chunk of its own. */
const CHUNK_BYTES = 1 << 20

interface Chunk {
  readonly bytes: Uint8Array
  readonly view: DataView
  used: number
  /** Frames in it that have not been handed on. */
  waiting: number
}

interface WaitingFrame extends Frame {
  readonly chunk: Chunk
}

/**
 * Live messages in the order a replay of their recording will read them: by (received ms, connection), each connection in its own order. They are
 * held until every message of their millisecond must have come.
 */
export class LiveOrder {
  readonly #consumer: FrameConsumer
  readonly #waiting: WaitingFrame[] = []
  readonly #spare: Chunk[] = []
  readonly #records: number[] = []
  readonly #offsets: number[] = []
  #chunk: Chunk | undefined

  constructor(consumer: FrameConsumer) {
    this.#consumer = consumer
  }

  /** Copies the message. `connection` is dense; times of one connection never step back. */
  push(connection: number, received_at_ms: number, message: Uint8Array): void {
    const chunk = this.#roomFor(message.length)
    const start = chunk.used
    chunk.bytes.set(message, start)
    chunk.used += message.length
    chunk.waiting++
    const record = this.#records[connection] ?? 0
    this.#records[connection] = record + 1
    const offset = this.#offsets[connection] ?? 0
    this.#offsets[connection] = offset + message.length
    const { view, bytes } = chunk
    const frame = { file: connection, connection, record, offset, received_at_ms, view, bytes, start, end: chunk.used, chunk }
    let at = this.#waiting.length
    while (at > 0 && isBefore(frame, this.#waiting[at - 1] as WaitingFrame)) at--
    this.#waiting.splice(at, 0, frame)
  }

  /** When the next one to hand on was received; undefined when none waits. */
  get next_ms(): number | undefined {
    return this.#waiting[0]?.received_at_ms
  }

  /** Hands on what was received before `before_ms`: nothing earlier can come any more. */
  release(before_ms: number): void {
    const count = this.#waiting.findIndex(({ received_at_ms }) => received_at_ms >= before_ms)
    for (const frame of this.#waiting.splice(0, count < 0 ? this.#waiting.length : count)) {
      this.#consumer.onFrame(frame)
      frame.chunk.waiting--
      if (frame.chunk.waiting === 0 && frame.chunk !== this.#chunk) this.#spare.push(frame.chunk)
    }
  }

  #roomFor(length: number): Chunk {
    const chunk = this.#chunk
    if (chunk !== undefined && chunk.used + length <= chunk.bytes.length) return chunk
    if (chunk?.waiting === 0) this.#spare.push(chunk)
    const at = this.#spare.findIndex(({ bytes }) => bytes.length >= length)
    const next = at < 0 ? newChunk(Math.max(CHUNK_BYTES, length)) : (this.#spare.splice(at, 1)[0] as Chunk)
    this.#consumer.onRecycle(next.view)
    next.used = 0
    this.#chunk = next
    return next
  }
}

const isBefore = (a: Frame, b: Frame): boolean =>
  a.received_at_ms < b.received_at_ms || (a.received_at_ms === b.received_at_ms && a.connection < b.connection)

function newChunk(length: number): Chunk {
  const bytes = new Uint8Array(length)
  return { bytes, view: new DataView(bytes.buffer), used: 0, waiting: 0 }
}
