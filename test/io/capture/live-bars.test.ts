import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseIntervals } from '../../../src/core/candles/index.js'
import { ndjson } from '../../../src/core/formats/index.js'
import { InstrumentTable } from '../../../src/core/market/index.js'
import { istDay } from '../../../src/core/time/index.js'
import { encodeMessage } from '../../../src/core/wire/index.js'
import { LiveBars } from '../../../src/io/capture/live-bars.js'
import { at, calendar, full } from '../../support/feed.js'
import { tempFolder } from '../../support/temp-folder.js'

const START_MS = at('10:00:10') * 1000

/** Live candles of a day that has one earlier segment with these bytes, or a folder in its place. */
function restarted(earlier: Uint8Array | 'a folder'): { candles: LiveBars; path: string; failures: unknown[] } {
  const folder = tempFolder()
  const segment = join(folder, 'p_20251006_0900.bin')
  if (earlier === 'a folder') mkdirSync(segment)
  else writeFileSync(segment, earlier)
  const path = join(folder, 'candles.ndjson')
  const failures: unknown[] = []
  const candles = new LiveBars({
    calendar,
    candles: { intervals: parseIntervals(['1m']), format: ndjson, pathOf: () => path },
    alerts: undefined,
    earlier: [{ path: segment, profile: 'p', day: istDay(START_MS), connection: 1 }],
    instrumentsOf: async () => InstrumentTable.of([]),
    onFailure: (error) => failures.push(error),
  })
  const exchange_s = START_MS / 1000
  candles.push(1, START_MS, encodeMessage([full({ exchange_timestamp: exchange_s, volume_traded: 10 })]))
  candles.push(1, START_MS + 1000, encodeMessage([full({ exchange_timestamp: exchange_s + 1, volume_traded: 15 })]))
  return { candles, path, failures }
}

test('an earlier segment without a record is nothing to go on from, and no failure', async () => {
  const { candles, path, failures } = restarted(new Uint8Array(0))
  await candles.end()
  expect(failures).toEqual([])
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(1)
})

test('an earlier segment that cannot be read ends the candles, not the capture: its end is not waited for', async () => {
  const { candles, failures } = restarted('a folder')
  await candles.end()
  expect(failures).toHaveLength(1)
})
