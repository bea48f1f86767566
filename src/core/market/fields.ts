/**
 * One table per record kind. The TypeScript type of a cell, CSV header, NDJSON key order, Parquet and Arrow schema and the
 * documentation are all derived from it.
 *
 * - `price`      integer in feed units; printed as an exact decimal of rupees (Parquet, Arrow: DOUBLE)
 * - `fine_price` integer in 1/100 of a feed unit (averages); printed likewise
 * - `int`        integer, at most 2^53 - 1 in size
 * - `timestamp`  ms since the epoch; printed ISO 8601 with +05:30 (Parquet, Arrow: TIMESTAMP(MILLIS, UTC))
 * - `number`     double, never NaN or infinite; printed as the shortest decimal that reads back the same (Parquet, Arrow: DOUBLE)
 * - `string`     from a dictionary
 * - `json`       JSON text from a dictionary: a value of its own in NDJSON, text everywhere else
 * - `bool`
 */
export type FieldType = 'price' | 'fine_price' | 'int' | 'timestamp' | 'number' | 'string' | 'json' | 'bool'

/** One column of a record kind. Headers, schemas and documentation all come from it. */
export interface Field {
  readonly name: string
  readonly type: FieldType
  /** Unit, range and meaning, for the generated docs. */
  readonly doc: string
  /** True when a record may lack it: absent in NDJSON, an empty cell in CSV, null in Parquet and Arrow. */
  readonly optional?: boolean
  /** Where NDJSON puts it, e.g. `['ohlc', 'open']` or `['depth', 'buy', 0, 'price']`. Flat formats use `name`. */
  readonly path?: readonly (string | number)[]
}
