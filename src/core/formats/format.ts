import type { Field } from '../market/index.js'
import type { Batch } from './batch.js'

/** How records become bytes. A format keeps no state of its own: one encoder per output. */
export interface Format {
  readonly id: string
  /** With the dot. */
  readonly extension: string
  /** True for formats a person reads on a terminal. */
  readonly human?: boolean
  open(fields: readonly Field[]): Encoder
}

/** Pure: batches in, bytes out. The bytes returned are valid until the next call. */
export interface Encoder {
  /** What comes before the first row (CSV header, Parquet magic). */
  begin(): Uint8Array
  write(batch: Batch): Uint8Array
  /** What closes the output (Parquet footer); also flushes what the encoder gathered. */
  end(): Uint8Array
}
