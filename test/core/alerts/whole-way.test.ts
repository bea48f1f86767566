import { expect, test } from 'vitest'
import { ALERT_FIELDS, type Alert, alertCells, DEFAULT_ALERT_RULES } from '../../../src/core/alerts/index.js'
import { parseIntervals } from '../../../src/core/candles/index.js'
import { Pipeline, Signals } from '../../../src/core/engine/index.js'
import { ndjson, RecordBatch } from '../../../src/core/formats/index.js'
import { PATTERN_INTERVALS, PATTERNS } from '../../../src/core/patterns/index.js'
import { walkRecords } from '../../../src/core/recording/index.js'
import { calendar } from '../../support/feed.js'
import { active, calm, type MinuteRow, playBytes, recordingOfScenario, scenarioStock } from '../../support/scenario.js'
import { textbook } from '../patterns/scenarios/volume_spike.js'
import { atMs, sha256 } from './make.js'

/** The textbook case of a detector, and two quiet minutes before the price falls through every stop. */
const minutes: readonly MinuteRow[] = [
  ...textbook.minutes,
  ...calm('10:53', 2, { from: 1006 }),
  { at: '10:55', open: 1006, high: 1006, low: 985, close: 986, volume: 10_000 },
  ...calm('10:56', 3, { from: 986 }),
]

/** From bytes to records as they are printed. */
function play(bytes: Uint8Array): { alerts: readonly Alert[]; lines: string } {
  const alerts: Alert[] = []
  const signals = new Signals({
    patterns: PATTERNS.filter(({ id }) => id === 'volume_spike').map((definition) => active(definition)),
    rules: DEFAULT_ALERT_RULES,
    calendar,
    config_hash: 'c0ffee',
    engine_version: '0.0.0',
    sha256,
    emit: (alert) => alerts.push(alert),
    onFault(fault) {
      throw new Error(fault.message)
    },
  })
  const pipeline = new Pipeline(
    {
      instruments: { resolve: () => scenarioStock() },
      calendar,
      clock: 'trade',
      bars: {
        intervals: parseIntervals(PATTERN_INTERVALS),
        auction: 'separate',
        fill: 'skip',
        late: 'drop',
        gap_volume: 'quarantine',
        flow: 'minute',
      },
      files: ['scenario'],
    },
    { onCandle: (candle) => signals.onCandle(candle), onMoment: (now_ms) => signals.onMoment(now_ms), onDiagnostic() {} },
  )
  playBytes(pipeline, bytes)
  const batch = new RecordBatch(ALERT_FIELDS)
  for (const alert of alerts) batch.append(alertCells(alert), alert.detection.instrument.price_divisor)
  return { alerts, lines: new TextDecoder().decode(ndjson.open(ALERT_FIELDS).write(batch)) }
}

test('from the bytes of a recording to an alert and its end', () => {
  const { alerts, lines } = play(recordingOfScenario({ shows: '', minutes }))
  expect(alerts.map(({ state, known_at_ms }) => [state, known_at_ms])).toEqual([
    ['emitted', atMs('10:48')],
    ['stop_hit', atMs('10:56')],
  ])
  const [emitted, stopped] = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(emitted).toMatchObject({ pattern_type: 'volume_spike', symbol: 'SCENARIO', signal: 'BUY', state: 'emitted' })
  expect(emitted.stop_loss).toBeLessThan(emitted.entry_price)
  expect(emitted.emitted_at_ms).toBeGreaterThanOrEqual(emitted.known_at_ms + 2000)
  expect(stopped).toMatchObject({ alert_id: emitted.alert_id, last_price: 986, evidence: { low: 985 } })
})

test('a recording that ends early has told a part of the same bytes', () => {
  const bytes = recordingOfScenario({ shows: '', minutes })
  const { lines } = play(bytes)
  const ends: number[] = []
  walkRecords(bytes, 'big', (_, __, to) => ends.push(to))
  for (let share = 0.9; share < 1; share += 0.01) {
    const early = play(bytes.slice(0, ends[Math.floor(share * ends.length)])).lines
    expect(lines.startsWith(early)).toBe(true)
  }
})
