import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { PLANTS } from '../../src/core/synth/index.js'
import { runPatterns } from '../../src/io/signals/run-patterns.js'
import { plantNotices } from '../../src/io/synth-plant-notices.js'
import { type SynthSummary, synthesizeRecording } from '../../src/io/synth-recording.js'
import { readSynthRequest, type SynthFlags } from '../../src/io/synth-request.js'

const folder = mkdtempSync(join(tmpdir(), 'mds-plants-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const FLAGS: SynthFlags = {
  date: '20251006',
  instruments: 40,
  seed: 3,
  profile: 'synth',
  'data-dir': folder,
  mode: 'full',
  start: '08:59:30',
  until: '15:40',
  'single-file': false,
  truth: false,
  force: false,
}
const make = async (flags: Partial<SynthFlags>): Promise<SynthSummary> =>
  synthesizeRecording(await readSynthRequest({ ...FLAGS, ...flags }))
const rowsOf = ({ folder: of, plants }: SynthSummary): Record<string, unknown>[] =>
  readFileSync(join(of, plants!), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

test('without --plant nothing is planted, written or said', async () => {
  const made = await make({ profile: 'none', until: '09:20' })
  expect([made.plants, made.planted, made.missing, made.baseline]).toEqual([undefined, undefined, undefined, undefined])
  expect(readdirSync(made.folder).filter((name) => name.includes('plants'))).toEqual([])
  expect(plantNotices(made)).toEqual([])
})

test('the file of plants says what, where, when and how strong', async () => {
  const made = await make({ profile: 'some', plant: 'volume_spike, momentum_engine', 'plant-strength': '.5' })
  const rows = rowsOf(made)
  expect(made.planted).toBe(3)
  expect(rows.map(({ pattern_type, direction }) => `${pattern_type} ${direction}`).sort()).toEqual([
    'momentum_engine BUY',
    'volume_spike BUY',
    'volume_spike SELL',
  ])
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(
      'pattern_type symbol exchange instrument_token direction strength begin known_at end price'.split(' '),
    )
    expect(row).toMatchObject({ exchange: 'NSE', strength: 0.5 })
    for (const at of [row.begin, row.known_at, row.end]) expect(at).toMatch(/^2025-10-06T1\d:\d\d:00\+05:30$/)
    expect(row.price).toBeGreaterThan(0)
  }
  const known = rows.map(({ known_at }) => known_at)
  expect(known).toEqual([...known].sort())
  expect(made.baseline).toBeUndefined()
})

test('what finds no place is named with its reason', async () => {
  const crowded = await make({ profile: 'crowded', plant: 'all', instruments: 24, until: '12:00' })
  const month = 'iv_crush_play_straddle NEUTRAL, premium_collection_strategy NEUTRAL, range_bound_strangle NEUTRAL'
  const trap = 'market_maker_trap_detection BUY, market_maker_trap_detection SELL'
  expect(plantNotices(crowded)).toEqual([
    expect.stringMatching(/^Not planted, for no stock is left .*: .*momentum BUY, momentum SELL.*\. Try more --instruments\.$/),
    expect.stringMatching(
      `^Not planted, for no index has a chain of options: kow_signal_straddle NEUTRAL.*${trap}.* Try --instruments 320\\.$`,
    ),
    expect.stringMatching(/^Not planted, for the recording ended before it did: .*volume_spike BUY.*\. Try a later --until\.$/),
  ])
  expect(plantNotices(await make({ profile: 'larger', plant: 'all', instruments: 320, until: '09:20' }))[0]).toBe(
    `Not planted, for no index has options of the expiries it needs: ${month}. Try --instruments 9000.`,
  )
  // NIFTY BANK then has options beyond 30 days, but none that expire within a week.
  const large = { instruments: 3000, until: '09:20' }
  const monthly = await make({ profile: 'monthly', plant: 'iv_crush_play_straddle', ...large })
  expect(plantNotices(monthly)[0]).toMatch(/of the expiries it needs: iv_crush_play_straddle NEUTRAL\. Try --instruments 9000\.$/)
  const busy = await make({ profile: 'busy', plant: 'premium_collection_strategy,range_bound_strangle', ...large })
  expect(plantNotices(busy)[0]).toBe(
    'Not planted, for other patterns are planted in the options at its time: range_bound_strangle NEUTRAL. Try a recording of its own, with another --profile.',
  )
  const alone = await make({ profile: 'alone', plant: 'range_bound_strangle', ...large })
  expect(plantNotices(alone)[0]).toMatch(/^Not planted, for the recording ended before it did: range_bound_strangle NEUTRAL/)
  const late = await make({ profile: 'late', plant: 'reversal', start: '10:00' })
  expect(plantNotices(late)).toEqual([
    'Not planted, for the recording leaves no room for it: reversal BUY, reversal SELL. Try a day of usual hours, recorded from before 09:15.',
  ])
  expect(readFileSync(join(late.folder, late.plants!), 'utf8')).toBe('')
})

test.each([
  [{ plant: 'volum_spike' }, 'unknown_plant', /near it: volume_spike\. There are volume_spike, .*range_bound_strangle\.$/],
  [{ plant: 'volume_spike,xyzzy' }, 'unknown_plant', /^No pattern called "xyzzy" can be planted\. There are/],
  [{ plant: 'all', 'plant-strength': '0' }, 'bad_plant_strength', /above 0 and up to 1, found "0"/],
  [{ plant: 'all', 'plant-strength': '1.01' }, 'bad_plant_strength', /found "1\.01"/],
  [{ plant: 'all', 'plant-strength': 'strong' }, 'bad_plant_strength', /found "strong"/],
])('%o is refused', async (flags, code, message) => {
  await expect(readSynthRequest({ ...FLAGS, ...flags })).rejects.toMatchObject({
    code,
    exitCode: 2,
    message: expect.stringMatching(message),
  })
})

test('all means every pattern, whatever else is named', async () => {
  const { plants } = await readSynthRequest({ ...FLAGS, plant: 'volume_spike,all' })
  expect(plants).toEqual({ ids: PLANTS.map(({ id }) => id), strength: 1 })
})

// The whole way of a user: files, master, baseline beside them, detectors, gates.
test('mds patterns finds what the file says', async () => {
  const made = await make({ profile: 'whole', plant: 'reversal,hidden_accumulation' })
  expect(plantNotices(made)).toEqual([
    `Some of what is planted shows only against a history: mds patterns --baseline ${join(made.folder, made.baseline!)}`,
  ])
  const output = join(folder, 'alerts.ndjson')
  await runPatterns(
    {
      recordings: { sessions: ['20251006'], data_dir: folder, profiles: ['whole'] },
      instruments: [],
      calendar: undefined,
      only: ['reversal', 'hidden_accumulation'],
      min_confidence: undefined,
      params: [],
      config: undefined,
      plugins: [],
      baseline: join(made.folder, made.baseline!),
      version: '',
      wishes: { symbols: [], tokens: [], exchanges: [] },
      all: false,
      output,
      format: undefined,
      golden: undefined,
    },
    { onNotice: () => {}, onProgress: () => {}, signal: new AbortController().signal },
  )
  const alerts = readFileSync(output, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const rows = rowsOf(made)
  expect(rows).toHaveLength(4)
  for (const { pattern_type, symbol, direction, known_at } of rows) {
    const known_ms = Date.parse(String(known_at))
    const found = alerts.filter(
      (alert) =>
        alert.pattern_type === pattern_type &&
        alert.symbol === symbol &&
        alert.signal === direction &&
        Math.abs(alert.timestamp_ms - known_ms) <= 900_000,
    )
    expect(found.length, `${pattern_type} ${direction} ${symbol}`).toBeGreaterThan(0)
  }
})
