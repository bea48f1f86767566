import { writeFile } from 'node:fs/promises'
import type { PlantedPattern, Universe } from '../core/synth/index.js'
import { formatIso } from '../core/time/index.js'

/** One NDJSON line for each planted pattern, in order of the time at which it can be known. */
export async function writePlants(path: string, universe: Universe, planted: readonly PlantedPattern[]): Promise<void> {
  const rows = planted.map((plant) => ({ plant, line: lineOf(plant, universe) }))
  rows.sort((a, b) => a.plant.known_at_ms - b.plant.known_at_ms || a.plant.listing - b.plant.listing)
  await writeFile(path, rows.map(({ line }) => line).join(''))
}

/** Named as in the records of alerts; prices in rupees. */
function lineOf(
  { pattern_id, listing, direction, strength, begin_ms, known_at_ms, end_ms, price }: PlantedPattern,
  { listings }: Universe,
) {
  const { exchange, symbol, instrument_token, price_divisor } = listings[listing]!.instrument
  const row = {
    pattern_type: pattern_id,
    symbol,
    exchange,
    instrument_token,
    direction,
    strength,
    begin: formatIso(begin_ms),
    known_at: formatIso(known_at_ms),
    end: formatIso(end_ms),
    price: price / price_divisor,
  }
  return `${JSON.stringify(row)}\n`
}
