import type { Batch, Encoder } from '../core/formats/index.js'
import type { Sink } from './output.js'

/** An encoder in front of a sink. Nothing is written before the first row or the end: what fails earlier leaves standard output untouched. */
export class EncodedOutput {
  /** False once nobody reads any more. */
  wanted = true
  readonly #sink: Sink
  readonly #encoder: Encoder
  #begun = false

  constructor(sink: Sink, encoder: Encoder) {
    this.#sink = sink
    this.#encoder = encoder
  }

  write(batch: Batch): void {
    if (batch.rows === 0) return
    this.#begin()
    if (this.wanted) this.wanted = this.#sink.write(this.#encoder.write(batch))
  }

  finish(): void {
    this.#begin()
    if (this.wanted) this.wanted = this.#sink.write(this.#encoder.end())
    this.#sink.finish()
  }

  abort(): void {
    this.#sink.abort()
  }

  #begin(): void {
    if (this.#begun) return
    this.#begun = true
    this.wanted = this.#sink.write(this.#encoder.begin())
  }
}
