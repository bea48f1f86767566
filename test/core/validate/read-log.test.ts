import { describe, expect, test } from 'vitest'
import { type Instrument, InstrumentTable } from '../../../src/core/market/index.js'
import { parseDate } from '../../../src/core/time/index.js'
import {
  type AlertLog,
  AlertLogBuilder,
  alertsOfDay,
  checkHours,
  eachLogRecord,
  fieldNames,
  formOf,
  LINE_FAULTS,
  placeAlerts,
  shiftedToDay,
  shiftIntoSession,
} from '../../../src/core/validate/index.js'
import { calendar } from '../../support/feed.js'

const DAY = parseDate('2025-10-06') as number
/** 10:31 in India. */
const AT_MS = 1_759_726_860_000
const ALERT = { pattern: 'volume_spike', symbol: 'RELIANCE', signal: 'BUY', confidence: 0.9, price: 1402.5, timestamp: AT_MS }

function read(text: string, options: { readonly maps?: readonly string[]; readonly day?: number | undefined } = {}): AlertLog {
  const day = 'day' in options ? options.day : DAY
  const builder = new AlertLogBuilder({ names: fieldNames(options.maps ?? []), day })
  eachLogRecord(text, formOf(text), {
    onRecord: (record) => builder.onRecord(record),
    onFault: (fault) => builder.onFault(fault),
  })
  return builder.finish()
}
const one = (change: object, options?: Parameters<typeof read>[1]) => read(JSON.stringify({ ...ALERT, ...change }), options)

describe('forms', () => {
  const expected = [
    { line: 1, symbol: 'RELIANCE' },
    { line: 3, symbol: 'TCS' },
  ]
  const tcs = { ...ALERT, symbol: 'TCS' }

  test.each([
    ['lines of JSON', `${JSON.stringify(ALERT)}\n\n${JSON.stringify(tcs)}\n`],
    [
      'lines of a machine that ends them otherwise, with a byte order mark',
      `\ufeff${JSON.stringify(ALERT)}\r\n\r\n${JSON.stringify(tcs)}`,
    ],
    ['a list', `[${JSON.stringify(ALERT)},\n\n${JSON.stringify(tcs)}]`],
    ['a list over many lines', `[{"a": "}],\\"",\n\n${JSON.stringify(ALERT).slice(1)},${JSON.stringify(tcs)}]`],
  ])('%s', (name, text) => {
    const { alerts, faults, records } = read(text)
    expect(faults).toEqual([])
    expect(records).toBe(2)
    expect(alerts.map(({ symbol }) => symbol)).toEqual(['RELIANCE', 'TCS'])
    if (!name.includes('many')) expect(alerts.map(({ line, symbol }) => ({ line, symbol }))).toEqual(expected)
    else expect(alerts.map(({ line }) => line)).toEqual([1, 3])
    expect(alerts[0]).toMatchObject({
      pattern: 'volume_spike',
      direction: 'BUY',
      confidence: 0.9,
      prices: { price: 1402.5 },
      timestamp_ms: AT_MS,
    })
  })

  test('CSV: cells in quotes, empty cells are absent', () => {
    const text =
      'pattern,symbol,signal,confidence,price,timestamp,evidence\nvolume_spike,RELIANCE,buy,,1402.5,1759726860,"{""rv"":3.5}"\n'
    expect(read(text).alerts[0]).toMatchObject({
      line: 2,
      direction: 'BUY',
      confidence: undefined,
      prices: { price: 1402.5 },
      timestamp_ms: AT_MS,
      evidence: { rv: 3.5 },
    })
  })

  test('entries of a Redis stream', () => {
    const data = JSON.stringify({ ...ALERT, alert_id: 'x' })
    const entries = [
      `{"id":"1759726860000-0","pattern_type":"volume_spike","data":${JSON.stringify(data)}}`,
      `["1759726860000-0",["pattern_type","volume_spike","data",${JSON.stringify(data)}]]`,
      `["1759726860000-0",{"pattern_type":"volume_spike","data":${JSON.stringify(data)}}]`,
    ]
    for (const entry of entries) expect(read(`${entry}\n${entry}`).alerts[0]).toMatchObject({ alert_id: 'x', symbol: 'RELIANCE' })
    expect(read(`[${entries[1]}]`).alerts[0]).toMatchObject({ alert_id: 'x' })
  })

  test('what is no alert is counted by what it is; what production held back is kept', () => {
    const states = ['emitted', 'suppressed', 'target_hit', 'update', 'target_hit', 'leg_event']
    const lines = states.map((state) => JSON.stringify({ ...ALERT, state }))
    const { alerts, held_back, left_out, records } = read([...lines, '{"type":"candle","symbol":"RELIANCE"}'].join('\n'))
    expect(alerts.map(({ state }) => state)).toEqual(['emitted', 'leg_event'])
    expect(held_back).toHaveLength(1)
    expect(left_out).toEqual({ candle: 1, suppressed: 1, target_hit: 2, update: 1 })
    expect(records).toBe(7)
  })
})

describe('times', () => {
  test.each([
    [AT_MS, AT_MS],
    [AT_MS / 1000, AT_MS],
    [AT_MS / 1000 + 0.123, AT_MS + 123],
    [AT_MS * 1000, AT_MS],
    [String(AT_MS), AT_MS],
    ['2025-10-06T10:31:00+05:30', AT_MS],
    ['2025-10-06T10:31:00.250+0530', AT_MS + 250],
    ['2025-10-06T05:01:00Z', AT_MS],
    ['2025-10-06 05:01:00 UTC', AT_MS],
    ['2025-10-06 05:01:00,250Z', AT_MS + 250],
    ['2025-10-06 10:31:00 IST', AT_MS],
    ['10:31', AT_MS],
    ['10:31:00.5', AT_MS + 500],
  ])('%s', (timestamp, expected) => {
    const { alerts, faults } = one({ timestamp })
    expect(faults).toEqual([])
    expect(alerts[0]?.timestamp_ms).toBe(expected)
  })

  test('without a zone it is Indian time, and that is said', () => {
    for (const timestamp of ['2025-10-06T10:31:00', '2025-10-06 10:31']) {
      const { alerts, faults } = one({ timestamp })
      expect(alerts[0]).toMatchObject({ timestamp_ms: AT_MS, doubts: [] })
      expect(faults).toMatchObject([{ kind: 'no_zone', line: 1 }])
    }
  })

  test('a time of the day is of the date of its record, else of the session', () => {
    const later = one({ timestamp: '10:31', session_date: '2025-10-07' }, { day: undefined })
    expect(later.alerts[0]?.timestamp_ms).toBe(AT_MS + 86_400_000)
    expect(one({ timestamp: '10:31' }, { day: undefined }).faults).toMatchObject([{ kind: 'no_date' }])
  })

  test.each(['soon', '2025-13-06T10:31:00Z', '25:00', 7, 1e30, -1, '', '2025-10-06', true, '24:00'])(
    '%j is none',
    (timestamp) => {
      const { alerts, faults } = one({ timestamp })
      expect(alerts).toEqual([])
      expect(faults).toMatchObject([{ kind: timestamp === '' ? 'no_time' : 'bad_time' }])
    },
  )
})

describe('words and numbers', () => {
  test.each([
    [['buy', 'LONG', 'Bullish', 'up', 1, '+1'], 'BUY'],
    [['SELL', 'short', 'bearish', 'DOWN', -1, '-1'], 'SELL'],
    [['neutral', 'HOLD', 'watch', 0], 'NEUTRAL'],
  ] as const)('%j are %s', (words, direction) => {
    for (const signal of words) expect(one({ signal }).alerts[0]?.direction).toBe(direction)
  })

  test.each([
    [{ signal: 'sideways' }, 'bad_direction', 'skipped'],
    [{ signal: undefined }, 'no_direction', 'skipped'],
    [{ signal: 'BUY', direction: 'SELL' }, 'two_directions', 'doubtful'],
    [{ symbol: undefined }, 'no_symbol', 'skipped'],
    [{ pattern: '' }, 'no_pattern', 'skipped'],
    [{ timestamp: null }, 'no_time', 'skipped'],
    [{ price: 'much' }, 'bad_number', 'skipped'],
    [{ confidence: 'high' }, 'bad_number', 'skipped'],
    [{ confidence: 1.01 }, 'confidence_range', 'doubtful'],
    [{ confidence: -0.1 }, 'confidence_range', 'doubtful'],
    [{ confidence: 87 }, 'confidence_range', 'doubtful'],
  ] as const)('%j is %s: %s', (change, kind, effect) => {
    const { alerts, faults } = one(change)
    expect(faults).toMatchObject([{ kind, line: 1 }])
    expect(LINE_FAULTS[kind].effect).toBe(effect)
    expect(alerts.map(({ doubts }) => doubts)).toEqual(effect === 'skipped' ? [] : [[kind]])
  })

  test('what tables write for no value is none', () => {
    for (const price of ['NaN', 'nan', '', null, 'None']) expect(one({ price }).alerts[0]?.prices).toEqual({})
  })

  test('an exchange in front of the symbol, or in a field of its own', () => {
    for (const change of [{ symbol: 'NSE:RELIANCE' }, { exchange: 'NSE' }])
      expect(one(change).alerts[0]).toMatchObject({ symbol: 'RELIANCE', exchange: 'NSE' })
    expect(one({ symbol: undefined, instrument_token: 738_561 }).alerts[0]?.symbol).toBe('token:738561')
  })

  test('other names', () => {
    const text = JSON.stringify({ strategy: 'volume_spike', what: 'RELIANCE', side: 'BUY', at: AT_MS, 'a=b': 7 })
    const maps = ['strategy=pattern_type', 'what=symbol', 'at=timestamp_ms', 'a=b=price']
    expect(read(text, { maps }).alerts[0]).toMatchObject({ pattern: 'volume_spike', symbol: 'RELIANCE', prices: { price: 7 } })
    expect(() => fieldNames(['strategy'])).toThrow('expected THEIRS=OURS')
    expect(() => fieldNames(['strategy=patern_type'])).toThrow('no field patern_type')
  })
})

describe('broken records', () => {
  test('are told with their lines, and the others are read', () => {
    const lines = [
      JSON.stringify(ALERT),
      '{"pattern": "breakout", "symbol": "TCS", "conf',
      '[1,2]',
      '{"pattern":"breakout","price":NaN}',
      '7',
      JSON.stringify({ ...ALERT, symbol: 'INFY' }),
    ]
    const { alerts, faults, records } = read(lines.join('\n'))
    expect(alerts.map(({ line }) => line)).toEqual([1, 6])
    expect(records).toBe(6)
    expect(faults.map(({ kind, line }) => `${kind} ${line}`)).toEqual([
      'broken_json 2',
      'not_an_alert 3',
      'broken_json 4',
      'not_an_alert 5',
    ])
    expect(faults[0]).toMatchObject({ pattern: 'breakout', symbol: 'TCS' })
    expect(faults[2]?.detail).toContain('NaN is no JSON')
  })

  test('in a list', () => {
    const { alerts, faults } = read(`[${JSON.stringify(ALERT)},\n{"pattern": breakout},\n{"symbol"`)
    expect(alerts).toHaveLength(1)
    expect(faults.map(({ kind, line }) => `${kind} ${line}`)).toEqual(['broken_json 2', 'broken_json 3'])
  })

  test('in CSV', () => {
    const head = 'pattern,symbol,signal,timestamp'
    const row = `volume_spike,RELIANCE,BUY,${AT_MS}`
    const { alerts, faults } = read([head, row, `${row},7`, 'a"b,c', row.replace('BUY', 'up'), `"${row}`].join('\n'))
    expect(alerts.map(({ line }) => line)).toEqual([2, 5])
    expect(faults.map(({ kind, line }) => `${kind} ${line}`)).toEqual(['broken_csv 3', 'broken_csv 4', 'broken_csv 6'])
  })

  test('an id that comes again', () => {
    const { alerts, faults } = read([1, 2, 3].map((n) => JSON.stringify({ ...ALERT, alert_id: n === 2 ? 'b' : 'a' })).join('\n'))
    expect(alerts.map(({ doubts }) => doubts)).toEqual([[], [], ['duplicate_id']])
    expect(faults).toMatchObject([{ kind: 'duplicate_id', line: 3, detail: 'a, as line 1' }])
  })
})

const stock = (exchange: string, symbol: string, instrument_token: number): Instrument => ({
  instrument_token,
  exchange,
  symbol,
  name: '',
  segment: exchange,
  instrument_type: 'EQ',
  asset_class: 'equity_cash',
  underlying: undefined,
  expiry: undefined,
  strike: undefined,
  lot_size: 1,
  tick_size: 0.05,
  price_divisor: 100,
  has_derivatives: undefined,
  known: true,
})
const NSE = stock('NSE', 'RELIANCE', 738_561)
const BSE = stock('BSE', 'RELIANCE', 128_083_204)

describe('instruments', () => {
  const names = (known: readonly Instrument[], carried: readonly Instrument[]) => {
    const table = InstrumentTable.of(known)
    return {
      find: (text: string) => table.find(text),
      similarSymbols: (text: string) => table.similarSymbols(text),
      byToken: (token: number) => known.find((each) => each.instrument_token === token),
      isCarried: (each: Instrument) => carried.includes(each),
    }
  }
  const place = (change: object, known: readonly Instrument[] = [NSE, BSE], carried = known) =>
    placeAlerts(one(change).alerts, names(known, carried))

  test('by symbol and exchange, whatever the case; a token decides between exchanges, then what is recorded', () => {
    expect(place({ symbol: 'bse:reliance' })).toMatchObject({ alerts: [{ instrument: BSE }], faults: [] })
    expect(place({ instrument_token: BSE.instrument_token })).toMatchObject({ alerts: [{ instrument: BSE }], faults: [] })
    expect(place({}, [NSE, BSE], [BSE])).toMatchObject({ alerts: [{ instrument: BSE }], faults: [] })
    expect(place({})).toMatchObject({ alerts: [{ instrument: NSE, doubts: [] }], faults: [{ kind: 'two_exchanges', line: 1 }] })
    expect(place({ symbol: undefined, instrument_token: 738_561 })).toMatchObject({ alerts: [{ instrument: NSE }], faults: [] })
  })

  test('an unknown symbol is told with those near it, though its token is known', () => {
    expect(place({ symbol: 'RELIANSE', instrument_token: 738_561 })).toMatchObject({
      alerts: [{ instrument: undefined, doubts: ['unknown_symbol'] }],
      faults: [{ kind: 'unknown_symbol', detail: 'RELIANSE, near it: RELIANCE' }],
    })
  })

  test('without a master the token is the name', () => {
    const nameless = { ...NSE, symbol: 'token:738561', known: false }
    expect(place({ instrument_token: 738_561 }, [nameless])).toMatchObject({ alerts: [{ instrument: nameless }], faults: [] })
  })

  test('times outside the session, the shift of the log taken off first', () => {
    const check = (timestamp: string, shift_ms = 0) => {
      const { alerts } = place({ timestamp }, [NSE])
      return checkHours(alerts, { calendar, day: DAY, shift_ms }).faults.map(({ kind }) => kind)
    }
    expect(check('09:15')).toEqual([])
    expect(check('15:31')).toEqual([])
    expect(check('08:59')).toEqual(['outside_session'])
    expect(check('20:45')).toEqual(['outside_session'])
    expect(check('20:45', 19_800_000)).toEqual([])
    expect(check('10:00', 19_800_000)).toEqual(['outside_session'])
  })
})

describe('days', () => {
  const alertAt = (timestamp: string) => one({ timestamp }).alerts[0]!
  const [monday, tuesday] = [alertAt('2025-10-06T10:00:00+05:30'), alertAt('2025-10-07T10:00:00+05:30')]

  test('an alert is of the day of its time; of a day beside it only when that has none', () => {
    expect(alertsOfDay([monday, tuesday], DAY, new Set([DAY]))).toEqual([monday])
    expect(alertsOfDay([tuesday], DAY, new Set([DAY]))).toEqual([tuesday])
    expect(alertsOfDay([tuesday], DAY, new Set([DAY, DAY + 1]))).toEqual([])
    expect(alertsOfDay([tuesday], DAY - 1, new Set([DAY - 1]))).toEqual([])
    expect(shiftedToDay([monday, tuesday], DAY, 86_400_000)).toEqual([tuesday])
  })

  test('a log all of which is outside the session by 5:30 is shifted by that, if it is more than a few', () => {
    const isWithin = (_: number, hour: number): boolean => hour / 3_600_000 >= 9 && hour / 3_600_000 <= 15.5
    const at = (...hours: number[]) => hours.map((hour) => hour * 3_600_000)
    expect(shiftIntoSession(at(15.6, 16, 17, 18, 20), isWithin)).toBe(19_800_000)
    expect(shiftIntoSession(at(4, 5, 6, 7, 8), isWithin)).toBe(-19_800_000)
    expect(shiftIntoSession(at(4, 5, 6, 7), isWithin)).toBe(0)
    expect(shiftIntoSession(at(4, 5, 6, 7, 12), isWithin)).toBe(0)
    expect(shiftIntoSession(at(4, 5, 6, 7, 22), isWithin)).toBe(0)
  })
})
