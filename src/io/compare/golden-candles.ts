import { CANDLE_ROWS } from '../../core/compare/index.js'
import { CandleBatch } from '../../core/formats/index.js'
import type { Candle, Field } from '../../core/market/index.js'
import type { RunListener, SessionRequest } from '../run-sessions.js'
import { Golden, type GoldenOutcome, type GoldenWords } from './golden.js'

/** Candles held against a golden file. `finish` or `abort` once. */
export interface GoldenCandles {
  append(candle: Candle, numbers: Float64Array | undefined): void
  finish(run: RunListener): Promise<GoldenOutcome>
  abort(): void
}

export async function goldenCandles(
  words: GoldenWords,
  setup: { readonly fields: readonly Field[]; readonly request: SessionRequest; readonly output: string | undefined },
): Promise<GoldenCandles> {
  const golden = await Golden.open(words, { kind: CANDLE_ROWS, ...setup })
  const batch = new CandleBatch(setup.fields)
  const drain = (): void => {
    golden.take(batch)
    batch.clear()
  }
  return {
    append: (candle, numbers) => {
      batch.append(candle, numbers)
      if (batch.isFull) drain()
    },
    finish: (run) => {
      drain()
      return golden.finish(run)
    },
    abort: () => golden.abort(),
  }
}
