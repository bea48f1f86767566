import { describe, expect, test } from 'vitest'
import {
  DayGatherer,
  decodeFigures,
  encodeFigures,
  type GatheredDay,
  type SessionFigures,
} from '../../../src/core/baseline/index.js'
import { parseIntervals } from '../../../src/core/candles/index.js'
import { Pipeline } from '../../../src/core/engine/index.js'
import type { Instrument } from '../../../src/core/market/index.js'
import { walkRecords } from '../../../src/core/recording/index.js'
import { type IstDay, istDayStartMs, parseDate } from '../../../src/core/time/index.js'
import { calendar } from '../../support/feed.js'
import { calm, playBytes, recordingOfScenario, type Scenario, scenarioStock } from '../../support/scenario.js'

const DATE = '2025-10-06'
const atMs = (clock: number, date = DATE): number => istDayStartMs(parseDate(date) as IstDay) + clock * 3_600_000

/** Bytes without the records received within `[from_ms, to_ms)`, heartbeats included: nobody was listening. */
function silent(bytes: Uint8Array, from_ms: number, to_ms: number): Uint8Array {
  const kept: Uint8Array[] = []
  walkRecords(bytes, 'big', (received_ms, from, to) => {
    if (received_ms < from_ms || received_ms >= to_ms) kept.push(bytes.slice(from, to))
  })
  return new Uint8Array(Buffer.concat(kept))
}

function gathered(scenario: Scenario, change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes): GatheredDay {
  const instruments = new Map((scenario.instruments ?? [scenarioStock()]).map((each) => [each.instrument_token, each]))
  const day = parseDate(scenario.date ?? DATE) as IstDay
  const gatherer = new DayGatherer({ day, calendar, instruments: instruments.values() })
  const pipeline = new Pipeline(
    {
      instruments: { resolve: (token) => instruments.get(token) as Instrument },
      calendar,
      clock: 'trade',
      bars: {
        intervals: parseIntervals(['1m', '5m', '15m', '1d']),
        auction: 'separate',
        fill: 'skip',
        late: 'drop',
        gap_volume: 'quarantine',
        flow: 'minute',
      },
      files: ['scenario'],
    },
    { onCandle: (candle) => gatherer.onCandle(candle), onDiagnostic() {} },
  )
  playBytes(pipeline, change(recordingOfScenario(scenario)))
  pipeline.end()
  const told = gatherer.finish(pipeline.tracks, pipeline.bars)
  for (const own of told.instruments) expect(decodeFigures(encodeFigures(own))).toEqual(own)
  return told
}

const only = ({ instruments: [first] }: GatheredDay): SessionFigures => first as SessionFigures

const scenario: Scenario = {
  shows: 'A calm day from the opening to the close',
  minutes: calm('09:15', 375, { from: 1000, to: 1010 }),
}
const rows = scenario.minutes.map(({ open, high, low, close, volume }) => ({
  open: Math.round(open * 100),
  high: Math.round(high * 100),
  low: Math.round(low * 100),
  close: Math.round(close * 100),
  volume,
}))
const highs = rows.map(({ high }) => high)
const lows = rows.map(({ low }) => low)

describe('a whole day', () => {
  const told = only(gathered(scenario))

  test('is told as it was traded', () => {
    expect(told).toMatchObject({ name: 'NSE:SCENARIO', day: parseDate(DATE), price_divisor: 100, expiry_day: false })
    // The first packet came a second after the opening.
    expect(told.unknown).toEqual([[0, 1]])
    expect(told.hours).toEqual([[33_300, 55_800]])
    expect(told.volume).toEqual(rows.map(({ volume }) => volume))
    expect([told.open, told.high, told.low, told.close]).toEqual([
      rows[0]?.open,
      Math.max(...highs),
      Math.min(...lows),
      rows.at(-1)?.close,
    ])
  })

  test('has the ranges of thirty bars, side by side', () => {
    const expected = Array.from({ length: 12 }, (_, n) => {
      const of = (values: readonly number[]): readonly number[] => values.slice(30 * n, 30 * n + 30)
      return Math.max(...of(highs)) - Math.min(...of(lows))
    })
    expect(told.ranges_30m).toEqual(expected)
  })

  test('keeps its last bars', () => {
    expect(told.bars['1m'].map(({ close }) => close)).toEqual(rows.slice(-40).map(({ close }) => close))
    expect(told.bars['5m'].map(({ close }) => close)).toEqual(
      rows
        .filter((_, n) => n % 5 === 4)
        .slice(-60)
        .map(({ close }) => close),
    )
    expect(told.bars['15m'].map(({ volume }) => volume)).toEqual(
      Array.from({ length: 25 }, (_, n) => rows.slice(15 * n, 15 * n + 15).reduce((sum, { volume }) => sum + volume, 0)),
    )
  })

  test('has a value area around its point of control, as wide at each quarter of an hour as it was then', () => {
    const { vah, val, poc, va_widths } = told
    expect(val).toBeLessThanOrEqual(poc)
    expect(poc).toBeLessThanOrEqual(vah)
    expect(va_widths).toHaveLength(25)
    expect(va_widths.at(-1)).toBe(vah - val)
    // What a day that ended there says, is what the whole day says of that time.
    for (const quarter of [1, 4, 13]) {
      const until = only(gathered({ ...scenario, minutes: scenario.minutes.slice(0, 15 * quarter) }))
      expect(va_widths[quarter - 1]).toBe(until.vah - until.val)
    }
  })
})

describe('what was not received', () => {
  test('is not taken for silence of the market', () => {
    const told = only(gathered(scenario, (bytes) => silent(bytes, atMs(10), atMs(10.1))))
    // The last packet before 10:00 and the first one after 10:06 lie within their minutes.
    expect(told.unknown).toEqual([
      [0, 1],
      [44, 52],
    ])
    expect(told.volume?.slice(0, 44)).toEqual(rows.slice(0, 44).map(({ volume }) => volume))
    expect(told.volume?.slice(52)).toEqual(rows.slice(52).map(({ volume }) => volume))
  })

  test('at the beginning and at the end', () => {
    expect(only(gathered(scenario, (bytes) => silent(bytes, 0, atMs(11)))).unknown).toEqual([[0, 106]])
    expect(only(gathered(scenario, (bytes) => silent(bytes, atMs(15), atMs(24)))).unknown).toEqual([
      [0, 1],
      [344, 375],
    ])
  })

  test('is in the high and low of the exchange all the same', () => {
    // The exchange has seen the low of the morning; the packets of the afternoon tell it.
    const told = only(gathered(scenario, (bytes) => silent(bytes, 0, atMs(11))))
    expect([told.open, told.low]).toEqual([rows[0]?.open, Math.min(...lows)])
  })

  test('is told from minutes in which nothing traded', () => {
    const minutes = scenario.minutes.filter((_, n) => n < 100 || n >= 110)
    const told = only(gathered({ ...scenario, minutes }))
    expect(told.unknown).toEqual([[0, 1]])
    expect(told.volume?.slice(99, 111)).toEqual([rows[99]?.volume, ...Array.from({ length: 10 }, () => 0), rows[110]?.volume])
  })
})

test('a recording that goes on over midnight tells its own day, and no more', () => {
  const tuesday = recordingOfScenario({ ...scenario, date: '2025-10-07', minutes: calm('09:15', 30, { from: 2000 }) })
  const told = only(gathered(scenario, (bytes) => new Uint8Array([...bytes, ...tuesday])))
  const alone = only(gathered(scenario))
  // What the engine knew of Monday's silences is gone; every minute has a bar.
  expect(told).toEqual(alone)
})

describe('what is left out', () => {
  test('tokens that no master names, and days on which the exchange is closed', () => {
    expect(gathered({ ...scenario, instruments: [scenarioStock({ known: false })] })).toMatchObject({
      instruments: [],
      unnamed: 1,
      closed: 0,
    })
    expect(gathered({ ...scenario, date: '2025-10-05' })).toMatchObject({ instruments: [], unnamed: 0, closed: 1 })
  })

  test('nothing of an index but its volume', () => {
    const index = scenarioStock({
      instrument_token: 256_265,
      symbol: 'NIFTY 50',
      instrument_type: 'INDEX',
      asset_class: 'indices',
      tick_size: 0,
    })
    const minutes = scenario.minutes.map((row) => ({ ...row, volume: 0 }))
    const told = only(gathered({ ...scenario, instruments: [index], minutes }))
    expect(told).toMatchObject({ volume: undefined, va_widths: [], vah: Number.NaN, close: rows.at(-1)?.close })
    expect(told.bars['5m']).toHaveLength(60)
  })
})

test('an underlying closes where its share does, and where its future does if there is none', () => {
  const of = {
    underlying: 'SCENARIO',
    expiry: parseDate('2025-10-28') as IstDay,
    exchange: 'NFO',
    instrument_type: 'FUT',
  } as const
  const future = scenarioStock({ ...of, instrument_token: 10_240_258, symbol: 'SCENARIO25OCTFUT', asset_class: 'equity_futures' })
  const both = [...scenario.minutes, ...calm('09:15', 375, { from: 1020, token: future.instrument_token })]
  const close = (rows.at(-1)?.close as number) / 100
  const day = parseDate(DATE)
  expect(gathered({ ...scenario, minutes: both, instruments: [scenarioStock(), future] }).underlyings).toEqual([
    { underlying: 'SCENARIO', day, close, terms: [] },
  ])
  const alone = both.slice(375)
  expect(gathered({ ...scenario, minutes: alone, instruments: [future] }).underlyings).toEqual([
    { underlying: 'SCENARIO', day, close: alone.at(-1)?.close, terms: [] },
  ])
  expect(gathered(scenario).underlyings).toEqual([])
})
