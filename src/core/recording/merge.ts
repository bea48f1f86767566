import { assert } from '../assert.js'
import type { Frame } from './frame.js'
import type { RecordingReader } from './reader.js'

/** Who takes the records of one or many recordings, in their total order. */
export interface FrameConsumer {
  /** The frame is borrowed. */
  onFrame(frame: Frame): void
  /** The bytes behind this view are about to be moved, overwritten or given away. */
  onRecycle(view: DataView): void
}

/**
 * Several recordings as one: by (received ms, order of the readers given). Records keep the order of their file even where its times step back.
 * Give the readers sorted by (profile, file name).
 */
export class RecordingMerge {
  #waiting: RecordingReader[]
  readonly #ready: RecordingReader[] = []
  readonly #rank = new Map<RecordingReader, number>()

  constructor(readers: readonly RecordingReader[]) {
    this.#waiting = [...readers]
    readers.forEach((reader, index) => {
      this.#rank.set(reader, index)
    })
  }

  /** When the next record was received; valid right after `drain` answered `'held'`. */
  get next_ms(): number {
    const next = this.#ready[0]
    assert(next !== undefined, 'a held merge has a record at hand')
    return next.frame.received_at_ms
  }

  /**
   * Hands out records until `limit_bytes` of them have gone by or a reader needs bytes. Answers that reader, `'paused'` at the limit, `'held'`
   * when the next record was received after `until_ms`, or `'done'`.
   */
  drain(
    consumer: FrameConsumer,
    limit_bytes: number,
    until_ms = Number.POSITIVE_INFINITY,
  ): RecordingReader | 'paused' | 'held' | 'done' {
    let budget = limit_bytes
    for (;;) {
      while (this.#waiting.length > 0) {
        const reader = this.#waiting[0] as RecordingReader
        if (!reader.advance()) {
          if (!reader.done) return reader
          for (const view of reader.views) consumer.onRecycle(view)
          reader.release()
        } else this.#admit(reader)
        this.#waiting.shift()
      }
      const first = this.#ready[0]
      if (first === undefined) return 'done'
      if (first.frame.received_at_ms > until_ms) return 'held'
      this.#ready.shift()
      const next = this.#ready[0]
      // `first` stays ahead of all others until its time passes theirs.
      for (;;) {
        consumer.onFrame(first.frame)
        budget -= first.frame.end - first.frame.start
        if (!first.advance()) {
          this.#waiting.push(first)
          break
        }
        if (budget <= 0 || first.frame.received_at_ms > until_ms || (next !== undefined && !this.#isBefore(first, next))) {
          this.#admit(first)
          break
        }
      }
      if (budget <= 0) return 'paused'
    }
  }

  #isBefore(a: RecordingReader, b: RecordingReader): boolean {
    const difference = a.frame.received_at_ms - b.frame.received_at_ms
    return difference < 0 || (difference === 0 && (this.#rank.get(a) as number) < (this.#rank.get(b) as number))
  }

  #admit(reader: RecordingReader): void {
    const at = this.#ready.findIndex((other) => this.#isBefore(reader, other))
    this.#ready.splice(at < 0 ? this.#ready.length : at, 0, reader)
  }
}
