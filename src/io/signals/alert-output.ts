import { ALERT_FIELDS, type Alert, alertCells } from '../../core/alerts/index.js'
import { type Batch, type Cell, type Format, RecordBatch } from '../../core/formats/index.js'
import type { Field } from '../../core/market/index.js'
import { EncodedOutput } from '../encoded-output.js'
import type { Sink } from '../output.js'

/** What a person wants to see of an alert, in the width of a terminal. */
const TABLE_COLUMNS = [
  'known_at',
  'symbol',
  'pattern_type',
  'signal',
  'confidence',
  'price',
  'stop_loss',
  'target_price',
  'risk_reward',
  'volume_ratio',
  'state',
  'suppress_reason',
]
const KNOWN_AT: Field = { name: 'known_at', type: 'timestamp', doc: 'End of the bar' }

/** Who takes batches; they are borrowed. */
interface BatchTaker {
  take(batch: Batch): void
}

/** Alerts as records of a format. */
export class AlertOutput {
  readonly #output: EncodedOutput
  readonly #batch: RecordBatch
  readonly #cellsOf: (alert: Alert) => readonly Cell[]
  readonly #also: { readonly taker: BatchTaker; readonly batch: RecordBatch } | undefined

  /** `also`: who takes whole records besides, whatever the format shows of them. */
  constructor(sink: Sink, format: Format, also?: BatchTaker) {
    const { fields, cellsOf } = format.human === true ? tableShape() : { fields: ALERT_FIELDS, cellsOf: alertCells }
    this.#also = also === undefined ? undefined : { taker: also, batch: new RecordBatch(ALERT_FIELDS) }
    this.#output = new EncodedOutput(sink, format.open(fields))
    this.#batch = new RecordBatch(fields)
    this.#cellsOf = cellsOf
  }

  /** False once nobody reads any more. */
  get wanted(): boolean {
    return this.#output.wanted
  }

  append(alert: Alert): void {
    const { price_divisor } = alert.detection.instrument
    this.#batch.append(this.#cellsOf(alert), price_divisor)
    this.#also?.batch.append(alertCells(alert), price_divisor)
    if (this.#batch.isFull) this.settle()
  }

  /** What was given so far leaves. */
  settle(): boolean {
    this.#output.write(this.#batch)
    this.#batch.clear()
    if (this.#also !== undefined) {
      this.#also.taker.take(this.#also.batch)
      this.#also.batch.clear()
    }
    return this.#output.wanted
  }

  finish(): void {
    this.settle()
    this.#output.finish()
  }

  abort(): void {
    this.#output.abort()
  }
}

function tableShape(): { fields: readonly Field[]; cellsOf: (alert: Alert) => Cell[] } {
  const places = TABLE_COLUMNS.map((name) => ALERT_FIELDS.findIndex((field) => field.name === name))
  const fields = places.map((place) => ALERT_FIELDS[place] ?? KNOWN_AT)
  return {
    fields,
    cellsOf: (alert) => {
      const cells = alertCells(alert)
      return places.map((place) => (place < 0 ? alert.detection.known_at_ms : cells[place]))
    },
  }
}
