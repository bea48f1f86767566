import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { InstrumentTable } from '../../src/core/market/index.js'
import { encodePacket } from '../../src/core/wire/index.js'
import { openReplayOutput, parseKinds } from '../../src/io/replay-output.js'

const folder = mkdtempSync(join(tmpdir(), 'mds-out-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const TOKENS = 3000
const view = new DataView(new ArrayBuffer(8))
const table = InstrumentTable.of()

/** One moment of a large socket: about half a MB of lines. */
async function writeMoment(path: string, is_paced: boolean) {
  const output = await openReplayOutput(path, 'ndjson', ['ticks'], { is_paced })
  for (let index = 0; index < TOKENS; index++) {
    const instrument = table.resolve(256 * (index + 1) + 1)
    encodePacket({ kind: 'ltp', instrument_token: instrument.instrument_token, last_price: index }, view, 0)
    output.onTick({ view, at: 0, length: 8, received_at_ms: 1_759_722_300_000, sequence: index, index, instrument })
  }
  output.prepare()
  const begun = readdirSync(folder).filter((name) => name.endsWith('.tmp'))
  const sent = begun.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  output.flush()
  output.finish()
  return { sent, text: readFileSync(path, 'utf8') }
}

test('paced, nothing leaves before its time, however much it is; the bytes are the same', async () => {
  const paced = await writeMoment(join(folder, 'paced.ndjson'), true)
  const unpaced = await writeMoment(join(folder, 'unpaced.ndjson'), false)
  expect(paced.sent).toBe(0)
  expect(unpaced.sent).toBeGreaterThan(100_000)
  expect(paced.text).toBe(unpaced.text)
  expect(paced.text.split('\n').length).toBe(TOKENS + 1)
})

test('kinds, each once, in any order', () => {
  expect(parseKinds(['candles,ticks', 'ticks'])).toEqual(['ticks', 'candles'])
  expect(parseKinds([' Candles '])).toEqual(['candles'])
  for (const texts of [[''], ['ticks,trades'], []]) expect(() => parseKinds(texts)).toThrow(/--emit/)
})
