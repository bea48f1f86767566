import { CandleBatch } from '../core/formats/index.js'
import { CANDLE_FIELDS, type Candle } from '../core/market/index.js'
import type { FormatId } from './formats.js'
import { loadFormat } from './formats.js'
import { openFile, openStdout, type Sink } from './output.js'

/** Candles into one stream. */
export interface CandleOutput {
  write(candle: Candle): void
  /** False once nobody reads any more. */
  readonly wanted: boolean
  finish(): void
  abort(): void
}

export async function openCandleOutput(path: string | undefined, format_id: FormatId): Promise<CandleOutput> {
  const format = await loadFormat(format_id)
  const sink: Sink = path === undefined || path === '-' ? openStdout() : openFile(path)
  const encoder = format.open(CANDLE_FIELDS)
  const batch = new CandleBatch()
  let wanted = sink.write(encoder.begin())
  const flush = (): void => {
    if (batch.rows > 0) wanted = sink.write(encoder.write(batch)) && wanted
    batch.clear()
  }
  return {
    get wanted() {
      return wanted
    },
    write(candle) {
      batch.append(candle)
      if (batch.isFull) flush()
    },
    finish() {
      flush()
      sink.write(encoder.end())
      sink.finish()
    },
    abort: () => sink.abort(),
  }
}
