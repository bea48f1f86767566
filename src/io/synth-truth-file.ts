import { open, writeFile } from 'node:fs/promises'
import { candleLine, type Truth, type Universe } from '../core/synth/index.js'
import { formatDate, formatIso } from '../core/time/index.js'
import type { HourlyWriter } from './hourly-writer.js'
import { rateOf, type SynthRequest } from './synth-request.js'

/** `<path>.truth.candles.ndjson`: the candles that must come out; `<path>.truth.json`: what was asked for and planted. */
export async function writeTruth(path: string, telling: TruthTelling): Promise<{ candles: number }> {
  const candles = await writeCandles(`${path}.truth.candles.ndjson`, telling.truth)
  await writeFile(`${path}.truth.json`, truthText(telling, candles))
  return { candles }
}

const LINES_PER_WRITE = 4000

/** Returns how many there are. */
async function writeCandles(path: string, truth: Truth): Promise<number> {
  const candles = truth.candles()
  const file = await open(path, 'w')
  try {
    for (let at = 0; at < candles.length; at += LINES_PER_WRITE)
      await file.writeFile(
        candles
          .slice(at, at + LINES_PER_WRITE)
          .map(candleLine)
          .join(''),
      )
  } finally {
    await file.close()
  }
  return candles.length
}

export interface TruthTelling {
  request: SynthRequest
  universe: Universe
  writer: HourlyWriter
  truth: Truth
}

function truthText({ request, universe, writer, truth }: TruthTelling, candles: number): string {
  const { seed, mode, start_s, until_s } = request
  const planted = writer.faults.map(({ kind, listing, received_ms, file, offset, detail, unsettled }) => {
    const instrument = universe.listings[listing]?.instrument
    return {
      kind,
      ...(instrument && { symbol: instrument.symbol, instrument_token: instrument.instrument_token }),
      received_at: formatIso(received_ms),
      file,
      offset,
      ...detail,
      ...(unsettled.length > 0 && { unsettled }),
    }
  })
  const told = {
    day: formatDate(request.day),
    seed,
    instruments: universe.listings.length,
    rate: rateOf(request),
    mode,
    start_s,
    until_s,
    faults: request.faults,
    ...(request.plants && { plants: request.plants }),
    files: writer.files,
    records: writer.records,
    packets: writer.packets,
    bytes: writer.bytes,
    candles,
    gaps: truth.gaps.map(({ from_ms, to_ms }) => ({ from: formatIso(from_ms), to: formatIso(to_ms) })),
    planted,
  }
  return `${JSON.stringify(told, null, 2)}\n`
}
