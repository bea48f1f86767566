import { expect, test } from 'vitest'
import { type Instrument, InstrumentTable } from '../../../src/core/market/index.js'
import { AlertLogBuilder, fieldNames, type PlacedAlert, placeAlerts } from '../../../src/core/validate/index.js'
import { judgedAlerts } from '../../../src/core/worth/index.js'
import { OPEN_MS, stock } from './make.js'

const CALL = stock({ instrument_token: 1, exchange: 'NFO', symbol: 'NIFTY25O0725000CE', instrument_type: 'CE' })
const PUT = stock({ instrument_token: 2, exchange: 'NFO', symbol: 'NIFTY25O0725000PE', instrument_type: 'PE' })
const table = InstrumentTable.of([stock(), CALL, PUT])
const names = {
  find: (text: string) => table.find(text),
  byToken: (token: number): Instrument => table.resolve(token),
  similarSymbols: () => [],
  isCarried: () => true,
}
const RECORD = { pattern_type: 'mine', symbol: 'RELIANCE', direction: 'BUY', timestamp_ms: OPEN_MS }

function placed(...records: object[]): readonly PlacedAlert[] {
  const builder = new AlertLogBuilder({ names: fieldNames([]), day: undefined })
  for (const [n, values] of records.entries()) builder.onRecord({ line: n + 1, values: { ...RECORD, ...values } })
  return placeAlerts(builder.finish().alerts, names).alerts
}

test('an alert of a log is judged in feed units, to the tick, from when it was told', () => {
  const log = placed({
    stop_loss: 99.52,
    target_price: 101.1,
    emitted_at_ms: OPEN_MS + 1234,
    expires_at_ms: OPEN_MS + 60_000,
    confidence: 0.9,
  })
  expect(judgedAlerts(log, names, 1000).alerts).toEqual([
    {
      alert_id: 'line 1',
      pattern_type: 'mine',
      instrument: stock(),
      direction: 'BUY',
      confidence: 0.9,
      emitted_at_ms: OPEN_MS + 234,
      stop: 9950,
      target: 10_110,
      expires_at_ms: OPEN_MS + 59_000,
      legs: [],
    },
  ])
})

test('legs are read as a list or as its text; half a strategy is none', () => {
  const legs = [
    { instrument_token: 1, symbol: CALL.symbol, side: 'SELL', ratio: 1, price: 100 },
    { instrument_token: 2, symbol: PUT.symbol, side: 'BUY', ratio: 2, price: 50 },
  ]
  const log = placed(
    { legs },
    { legs: JSON.stringify(legs) },
    { legs: [legs[0], { symbol: 'NOSUCH', side: 'BUY' }] },
    { legs: [{ side: 'BUY' }] },
  )
  const both = [
    { instrument: CALL, side: 'SELL', ratio: 1 },
    { instrument: PUT, side: 'BUY', ratio: 2 },
  ]
  expect(judgedAlerts(log, names, 0).alerts.map((alert) => alert.legs)).toEqual([both, both, [], []])
})

test('leg events, unknown symbols and doubtful records are counted, not judged', () => {
  const log = placed({ state: 'leg_event' }, { symbol: 'NOSUCH' }, { confidence: 7 }, {})
  const { alerts, left_out } = judgedAlerts(log, names, 0)
  expect(alerts.map(({ alert_id }) => alert_id)).toEqual(['line 4'])
  expect(left_out).toEqual({ leg_event: 1, unknown_symbol: 1, confidence_range: 1 })
})
