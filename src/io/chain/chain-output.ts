import { RecordBatch } from '../../core/formats/index.js'
import { CHAIN_FIELDS, type ChainFacts, type ChainSnapshot, chainCells, type SnapshotRow } from '../../core/options/index.js'
import { chainLines } from '../../core/view/index.js'
import type { EncodedOutput } from '../encoded-output.js'
import type { Sink } from '../output.js'

/** Strikes of which something was received, and those of them to show. */
export interface ChosenRows {
  readonly known: readonly SnapshotRow[]
  readonly shown: readonly SnapshotRow[]
}

/** Where chains go. */
export interface ChainOutput {
  /** Written so far. */
  readonly rows: number
  /** How many strikes on each side of the money it shows unless told; undefined: all. */
  readonly strikes: number | undefined
  show(chain: ChainSnapshot, rows: ChosenRows, facts: ChainFacts): void
  finish(): void
}

/** Rows for programs. */
export class RowOutput implements ChainOutput {
  rows = 0
  readonly strikes = undefined
  readonly #encoded: EncodedOutput
  readonly #batch = new RecordBatch(CHAIN_FIELDS)

  constructor(encoded: EncodedOutput) {
    this.#encoded = encoded
  }

  show(chain: ChainSnapshot, { shown }: ChosenRows, facts: ChainFacts): void {
    for (const row of shown) {
      this.rows++
      this.#batch.append(chainCells(chain, row, facts), chain.price_divisor)
      if (this.#batch.isFull) this.#drain()
    }
  }

  finish(): void {
    this.#drain()
    this.#encoded.finish()
  }

  #drain(): void {
    this.#encoded.write(this.#batch)
    this.#batch.clear()
  }
}

/** A picture for people. */
export class TableOutput implements ChainOutput {
  rows = 0
  readonly strikes = TABLE_STRIKES
  readonly #sink: Sink

  constructor(sink: Sink) {
    this.#sink = sink
  }

  show(chain: ChainSnapshot, { known, shown }: ChosenRows, facts: ChainFacts): void {
    const strikes_hidden = known.length - shown.length
    const lines = chainLines({ chain, rows: shown, strikes_hidden, facts, width: process.stdout.columns ?? WIDTH })
    const gap = this.rows === 0 ? '' : '\n'
    this.rows += shown.length
    this.#sink.write(new TextEncoder().encode(`${gap}${lines.join('\n')}\n`))
  }

  finish(): void {
    this.#sink.finish()
  }
}

/** Strikes on each side of the money in a table, unless told. */
const TABLE_STRIKES = 12
const WIDTH = 160
