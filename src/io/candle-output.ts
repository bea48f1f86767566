import { CandleBatch, type Format } from '../core/formats/index.js'
import { CANDLE_FIELDS, type Candle } from '../core/market/index.js'
import { EncodedOutput } from './encoded-output.js'
import type { Sink } from './output.js'

/** Candles as records of a format. */
export class CandleOutput {
  readonly #output: EncodedOutput
  readonly #batch = new CandleBatch(CANDLE_FIELDS)

  constructor(sink: Sink, format: Format) {
    this.#output = new EncodedOutput(sink, format.open(CANDLE_FIELDS))
  }

  append(candle: Candle): void {
    this.#batch.append(candle)
    if (this.#batch.isFull) this.settle()
  }

  /** What was given so far leaves. */
  settle(): void {
    if (this.#batch.rows === 0) return
    this.#output.write(this.#batch)
    this.#batch.clear()
  }

  finish(): void {
    this.settle()
    this.#output.finish()
  }

  abort(): void {
    this.#output.abort()
  }
}
