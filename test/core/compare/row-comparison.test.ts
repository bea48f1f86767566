import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ALERT_ROWS,
  CANDLE_ROWS,
  countLines,
  differenceLines,
  RowComparison,
  type RowComparisonResult,
  type RowKind,
  RowTable,
} from '../../../src/core/compare/index.js'
import { Dictionary } from '../../../src/core/formats/index.js'
import type { FieldType } from '../../../src/core/market/index.js'

type Row = Readonly<Record<string, string | number | boolean | undefined>>

const T0 = 1_759_722_300_000
const TYPES: Readonly<Record<string, FieldType>> = Object.fromEntries(
  [...ALERT_ROWS.fields, ...CANDLE_ROWS.fields].map(({ name, type }) => [name, type]),
)
const CANDLE_COLUMNS = [
  'symbol',
  'exchange',
  'timestamp',
  'interval',
  'close',
  'volume',
  'oi',
  'complete',
  'phase',
  'expected_ms',
]

interface Options {
  readonly kind?: RowKind
  readonly columns?: readonly string[]
  readonly found_columns?: readonly string[]
  readonly tolerances?: Readonly<Record<string, number>>
  readonly limit?: number
  readonly has_schema?: boolean
  readonly found_has_schema?: boolean
}

function compare(expected: readonly Row[], found: readonly Row[], options: Options = {}): RowComparisonResult {
  const { kind = CANDLE_ROWS, columns = CANDLE_COLUMNS, found_columns = columns, tolerances = {}, limit = 10 } = options
  const texts = new Dictionary()
  const table = tableOf(expected, columns, texts, options.has_schema ?? true)
  const other = tableOf(found, found_columns, texts, true)
  const comparison = new RowComparison({
    kind,
    expected: table,
    found_columns: other.columns,
    found_has_schema: options.found_has_schema ?? true,
    tolerances: new Map(Object.entries(tolerances)),
    limit,
  })
  for (let at = 0; at < other.rows; at++) comparison.take(Float64Array.from(other.columns, ({ values }) => values[at] as number))
  return comparison.finish()
}

function tableOf(rows: readonly Row[], columns: readonly string[], texts: Dictionary, has_schema: boolean): RowTable {
  const table = new RowTable(texts, has_schema)
  for (const name of columns) table.addColumn(name, TYPES[name] ?? 'number')
  for (const row of rows) {
    table.addRow()
    columns.forEach((name, n) => {
      expect(table.set(n, row[name]), name).toBe(true)
    })
  }
  return table
}

const candle = (n: number, more: Row = {}): Row => ({
  symbol: `S${n % 3}`,
  exchange: 'NSE',
  timestamp: T0 + Math.floor(n / 3) * 60_000,
  interval: '1m',
  close: 100 + n / 20,
  volume: n * 10,
  oi: n % 2 === 0 ? n : undefined,
  complete: true,
  phase: 'continuous',
  expected_ms: 60_000,
  ...more,
})
const day = (count: number): Row[] => Array.from({ length: count }, (_, n) => candle(n))

const shuffles = <T>(items: readonly T[]): fc.Arbitrary<T[]> => fc.shuffledSubarray([...items], { minLength: items.length })

describe('edits of a table', () => {
  /** Which rows are deleted, added and changed, and in which field. */
  const edits = fc.integer({ min: 1, max: 60 }).chain((count) =>
    fc
      .array(fc.constantFrom('keep', 'keep', 'keep', 'delete', 'close', 'volume', 'oi', 'complete', 'phase'), {
        minLength: count,
        maxLength: count,
      })
      .chain((what) => {
        const before = day(count)
        const after = before.flatMap((row, n) => changed(row, what[n] ?? 'keep'))
        return fc.nat(5).chain((added) =>
          fc.record({
            what: fc.constant(what),
            added: fc.constant(added),
            expected: shuffles(before),
            found: shuffles([...after, ...Array.from({ length: added }, (_, n) => candle(1000 + n))]),
          }),
        )
      }),
  )

  function changed(row: Row, what: string): Row[] {
    switch (what) {
      case 'delete':
        return []
      case 'close':
        return [{ ...row, close: Number(row.close) + 0.05 }]
      case 'volume':
        return [{ ...row, volume: Number(row.volume) + 3, close: 1 }]
      case 'oi':
        return [{ ...row, oi: row.oi === undefined ? 7 : undefined }]
      case 'complete':
        return [{ ...row, complete: false }]
      case 'phase':
        return [{ ...row, phase: 'pre_open' }]
      default:
        return [row]
    }
  }

  test('are all found and none is invented, in whatever order the rows stand', () => {
    fc.assert(
      fc.property(edits, ({ what, added, expected, found }) => {
        const result = compare(expected, found)
        const count = (...names: string[]): number => what.filter((name) => names.includes(name)).length
        expect(result).toMatchObject({
          missing: count('delete'),
          extra: added,
          changed: count('close', 'volume', 'oi', 'complete', 'phase'),
          equal_rows: count('keep'),
          equal: count('keep') === what.length && added === 0,
        })
        const by_field = { close: count('close', 'volume'), volume: count('volume'), oi: count('oi') }
        const flags = { complete: count('complete'), phase: count('phase') }
        const told = Object.fromEntries(result.by_field.map(({ field, rows }) => [field, rows]))
        expect(told).toEqual(Object.fromEntries(Object.entries({ ...by_field, ...flags }).filter(([, rows]) => rows > 0)))
      }),
    )
  })

  test('the report does not depend on the order of rows', () => {
    fc.assert(
      fc.property(
        edits.chain(({ expected, found }) =>
          fc.record({
            one: fc.constant({ expected, found }),
            other: fc.record({ expected: shuffles(expected), found: shuffles(found) }),
          }),
        ),
        ({ one, other }) => {
          const { rows_reordered: _, ...first } = compare(one.expected, one.found, { limit: 4 })
          const { rows_reordered: __, ...second } = compare(other.expected, other.found, { limit: 4 })
          expect(second).toEqual(first)
        },
      ),
    )
  })
})

test('rows of one name: as many meet their equal as there can be, and the report is the same in any order', () => {
  const rows = fc.array(fc.record({ n: fc.nat(2), close: fc.nat(3), phase: fc.constantFrom('pre_open', 'continuous', 'day') }), {
    maxLength: 12,
  })
  const row = ({ n, ...more }: { n: number; close: number; phase: string }): Row => candle(n, more)
  fc.assert(
    fc.property(
      rows.chain((a) => fc.record({ a: fc.constant(a), a2: shuffles(a) })),
      rows.chain((b) => fc.record({ b: fc.constant(b), b2: shuffles(b) })),
      ({ a, a2 }, { b, b2 }) => {
        const result = compare(a.map(row), b.map(row))
        const left = new Map<string, number>()
        for (const one of a) left.set(JSON.stringify(one), (left.get(JSON.stringify(one)) ?? 0) + 1)
        const equal = b.filter((one) => {
          const count = left.get(JSON.stringify(one)) ?? 0
          left.set(JSON.stringify(one), count - 1)
          return count > 0
        }).length
        expect(result.equal_rows).toBe(equal)
        expect(result.missing + result.changed).toBe(a.length - equal)
        expect(result.extra + result.changed).toBe(b.length - equal)
        const again = compare(a2.map(row), b2.map(row))
        expect({ ...again, rows_reordered: false }).toEqual({ ...result, rows_reordered: false })
      },
    ),
  )
})

describe('order and columns', () => {
  test('a shuffled table is equal, and the order of its rows is told', () => {
    const rows = day(30)
    expect(compare(rows, rows)).toMatchObject({ equal: true, rows_reordered: false, columns_reordered: false })
    expect(compare(rows, [...rows].reverse())).toMatchObject({ equal: true, rows_reordered: true, equal_rows: 30 })
  })

  test('the order of columns is told and is no difference', () => {
    const found_columns = [...CANDLE_COLUMNS].reverse()
    expect(compare(day(9), day(9), { found_columns })).toMatchObject({ equal: true, columns_reordered: true })
  })

  test('another set of columns is a difference, and told to be the only one', () => {
    const found_columns = [...CANDLE_COLUMNS.filter((name) => name !== 'oi'), 'rsi_14']
    const result = compare(day(9), day(9), { found_columns })
    expect(result).toMatchObject({
      equal: false,
      only_columns_differ: true,
      columns_missing: ['oi'],
      columns_extra: ['rsi_14'],
      equal_rows: 9,
    })
    expect(countLines(result).join('\n')).toContain('Only the set of columns differs: in those of both, all 9 rows are equal.')
    const other = compare(day(9), day(8), { found_columns })
    expect(other.only_columns_differ).toBe(false)
  })

  test('without a schema, a column that neither side has a value in is no difference', () => {
    const rows = day(6).map((row) => ({ ...row, oi: undefined }))
    const columns = CANDLE_COLUMNS.filter((name) => name !== 'oi')
    const options = { columns, found_columns: CANDLE_COLUMNS }
    expect(compare(rows, rows, { ...options, has_schema: false }).equal).toBe(true)
    expect(compare(rows, rows, { ...options, has_schema: true }).columns_extra).toEqual(['oi'])
    expect(compare(rows, day(6), { ...options, has_schema: false }).columns_extra).toEqual(['oi'])
    const other = { columns: CANDLE_COLUMNS, found_columns: columns }
    expect(compare(rows, rows, { ...other, found_has_schema: false }).equal).toBe(true)
    expect(compare(rows, rows, other).columns_missing).toEqual(['oi'])
    expect(compare(day(6), rows, { ...other, found_has_schema: false }).columns_missing).toEqual(['oi'])
  })
})

describe('tolerance', () => {
  const shifted = (by: number): Row[] => day(9).map((row) => ({ ...row, close: Number((Number(row.close) + by).toFixed(2)) }))

  test('none unless asked for, and only for its field', () => {
    expect(compare(day(9), shifted(0.01)).changed).toBe(9)
    expect(compare(day(9), shifted(0.01), { tolerances: { volume: 5 } }).changed).toBe(9)
  })

  test('as decimals, the limit itself included', () => {
    for (const by of [0.05, -0.05, 0.03])
      expect(compare(day(9), shifted(by), { tolerances: { close: 0.05 } })).toMatchObject({
        equal: true,
        equal_rows: 9,
        tolerated_rows: 9,
        rows_reordered: false,
      })
    expect(compare(day(9), shifted(0.06), { tolerances: { close: 0.05 } })).toMatchObject({ changed: 9, equal: false })
  })

  test('rows that only a tolerance makes equal stand in no other order', () => {
    const rows = [...shifted(0.05).slice(0, 4), ...day(9).slice(4)]
    expect(compare(day(9), rows, { tolerances: { close: 0.05 } })).toMatchObject({
      equal: true,
      tolerated_rows: 4,
      rows_reordered: false,
    })
  })

  test('a value that is not there is not near any', () => {
    const rows = day(4).map((row) => ({ ...row, oi: undefined }))
    expect(compare(day(4), rows, { tolerances: { oi: 1000 } }).changed).toBe(2)
  })
})

describe('the first difference', () => {
  test('is that of the row which was complete first, the shorter bar before the longer', () => {
    const bars = [
      candle(0, { symbol: 'A', timestamp: T0, interval: '1d', expected_ms: 22_500_000 }),
      candle(0, { symbol: 'A', timestamp: T0, interval: '15m', expected_ms: 900_000 }),
      candle(0, { symbol: 'A', timestamp: T0 + 840_000, interval: '1m', expected_ms: 60_000 }),
    ]
    const { first } = compare(
      bars,
      bars.map((bar) => ({ ...bar, volume: 1 })),
    )
    expect(first.map(({ place }) => place.interval)).toEqual(['1m', '15m', '1d'])
  })

  test('has the values as printed and how far they are apart', () => {
    const row = candle(3)
    const { first, by_field } = compare([row], [{ ...row, close: 100.05, oi: 4 }])
    expect(first[0]?.fields).toEqual([
      { field: 'close', type: 'price', expected: '100.15', found: '100.05', change: -0.1, path: undefined },
      { field: 'oi', type: 'int', expected: undefined, found: '4', change: undefined, path: undefined },
    ])
    expect(by_field).toEqual([
      { field: 'close', type: 'price', rows: 1, largest: 0.1 },
      { field: 'oi', type: 'int', rows: 1, largest: null },
    ])
    expect(differenceLines(first[0]!)).toEqual([
      'changed NSE:S0 1m 2025-10-06T09:16:00+05:30',
      '  close  expected 100.15  found 100.05  (-0.1)',
      '  oi     expected none    found 4',
    ])
  })

  test('sides of other bars are told to be so', () => {
    const result = compare(
      day(6),
      day(6).map((row) => ({ ...row, interval: '5m', timestamp: T0 + 86_400_000 })),
    )
    expect(result).toMatchObject({ missing: 6, extra: 6, changed: 0 })
    expect(countLines(result).at(-1)).toBe(
      '  The rows are of other bars or days: expected 1m of 2025-10-06; found 5m of 2025-10-07.',
    )
  })
})

describe('alerts', () => {
  const columns = [
    'symbol',
    'exchange',
    'pattern_type',
    'direction',
    'known_at_ms',
    'state',
    'confidence',
    'alert_id',
    'config_hash',
    'evidence',
  ]
  const alert = (n: number, more: Row = {}): Row => ({
    symbol: 'RELIANCE',
    exchange: 'NSE',
    pattern_type: 'volume_spike',
    direction: 'BUY',
    known_at_ms: T0 + n * 60_000,
    state: 'emitted',
    confidence: 0.9,
    alert_id: `id${n}`,
    config_hash: 'one',
    evidence: '{"rv":2.5,"bar":{"volume":10}}',
    ...more,
  })
  const options = { kind: ALERT_ROWS, columns }

  test('another configuration gives other ids, and still the alerts find each other', () => {
    const other = { alert_id: 'x', config_hash: 'two' }
    const result = compare([alert(1), alert(2)], [alert(1, other), alert(2, { ...other, confidence: 0.8 })], options)
    expect(result).toMatchObject({ missing: 0, extra: 0, changed: 2 })
    // what only says who made it comes last, in the list and in the row
    expect(result.first.map(({ place }) => place.time_ms)).toEqual([T0 + 120_000, T0 + 60_000])
    expect(result.first[0]?.fields.map(({ field }) => field)).toEqual(['confidence', 'alert_id', 'config_hash'])
  })

  test('where nothing else differs, it is said so', () => {
    const result = compare([alert(1)], [alert(1, { alert_id: 'x', config_hash: 'two' })], options)
    expect(result).toMatchObject({ equal: false, only_provenance_differs: true })
    expect(countLines(result).at(-1)).toContain('another configuration or version')
    expect(compare([alert(1)], [alert(1, { confidence: 0.1, alert_id: 'x' })], options).only_provenance_differs).toBe(false)
    expect(compare([alert(1)], [alert(1, { alert_id: 'x' }), alert(2)], options).only_provenance_differs).toBe(false)
  })

  test('of evidence the place that differs is told', () => {
    const { first } = compare([alert(1)], [alert(1, { evidence: '{"bar":{"volume":12},"rv":2.5}' })], options)
    expect(first[0]?.fields).toEqual([
      { field: 'evidence', type: 'json', path: 'bar.volume', expected: '10', found: '12', change: undefined },
    ])
    expect(differenceLines(first[0]!)[1]).toBe('  evidence.bar.volume  expected 10  found 12')
  })

  test('the order of keys in JSON is no difference', () => {
    expect(compare([alert(1)], [alert(1, { evidence: '{"bar":{"volume":10},"rv":2.5}' })], options).equal).toBe(true)
  })
})
