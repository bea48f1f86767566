import { describe, expect, test } from 'vitest'
import type { Alert } from '../../../src/core/alerts/index.js'
import { Random } from '../../../src/core/random.js'
import type { ParityKind } from '../../../src/core/validate/index.js'
import { alertDay } from '../../support/alert-day.js'
import { parityOf } from '../../support/parity-setup.js'

// Differences of known kinds, planted into the log of a synthetic day: each must be found as what it is, and nothing else.

const day = alertDay({ seed: 3, instruments: 60, rate: 30 })
const MINUTE_MS = 60_000
/** Alerts of one instrument and pattern that are nearer than this are not both touched: which is which would be a matter of taste. */
const APART_MS = 40 * MINUTE_MS
const KINDS = [
  'missing',
  'extra',
  'duplicated',
  'wrong_symbol',
  'changed_direction',
  'time_zone',
  'early',
  'late',
  'changed_confidence',
  'changed_price',
  'version',
] as const satisfies readonly ParityKind[]

type Line = Record<string, unknown> & { timestamp_ms: number }

/** How much of a record a log has. */
const FORMS: Readonly<Record<string, (line: Line) => Line>> = {
  'as mds writes it': (line) => line,
  'without ids': ({ alert_id: _, ...line }) => line,
  'with the fields of the design notes': ({
    pattern_type,
    symbol,
    exchange,
    confidence,
    price,
    signal,
    timestamp_ms,
    engine_version,
  }) => ({
    pattern: pattern_type,
    symbol: `${exchange}:${symbol}`,
    confidence,
    price,
    signal,
    timestamp: timestamp_ms,
    engine_version,
    timestamp_ms,
  }),
}

interface Planted {
  readonly text: string
  /** `kind alert` of each planted difference; `extra`s and repeats by their line. */
  readonly expected: readonly string[]
}

describe.each(Object.keys(FORMS))('a log %s', (form) => {
  test('1,100 planted differences of eleven kinds are found as what they are, and none is invented', () => {
    let total = 0
    const by_kind = new Map<string, number>()
    for (let seed = 1; total < 1100; seed++) {
      const { text, expected } = plant(seed, FORMS[form] as (line: Line) => Line)
      const { differences, equal, logged } = parityOf(text, day)
      const found = differences.map(({ kind, logged: line, replayed }) =>
        kind === 'extra' || kind === 'duplicated' ? `${kind} line ${line?.line}` : `${kind} ${replayed?.alert_id}`,
      )
      expect(found.sort(), `seed ${seed}`).toEqual([...expected].sort())
      expect(equal).toBe(logged - expected.filter((one) => !one.startsWith('missing')).length)
      for (const one of expected) by_kind.set(one.split(' ')[0] as string, (by_kind.get(one.split(' ')[0] as string) ?? 0) + 1)
      total += expected.length
    }
    expect(Object.keys(Object.fromEntries(by_kind)).sort()).toEqual([...KINDS].sort())
    for (const count of by_kind.values()) expect(count).toBeGreaterThan(60)
  })
})

/** Touches some of the alerts, one kind each. */
function plant(seed: number, shape: (line: Line) => Line): Planted {
  const random = new Random(seed, 'plants')
  const pick = (count: number): number => random.below(count)
  const touched: Alert[] = []
  const lines: { readonly line: Line; readonly says?: (at: number) => string }[] = []
  const expected: string[] = []
  const order = day.alerts.map((alert, n) => ({ alert, n, at: random.unit() })).sort((a, b) => a.at - b.at)
  for (const { alert, n } of order) {
    const line: Line = JSON.parse(day.lines[n] as string)
    const is_free = touched.every((other) => !isNear(alert, other))
    const kind = is_free && random.unit() < 0.5 ? KINDS[pick(KINDS.length)] : undefined
    const id = alert.alert_id
    const tell = (kind_told: ParityKind): void => void expected.push(`${kind_told} ${id}`)
    if (kind !== undefined) touched.push(alert)
    switch (kind) {
      case undefined:
        lines.push({ line })
        break
      case 'missing':
        tell(kind)
        break
      case 'extra': {
        lines.push({ line })
        const extra = elsewhen(alert, line, pick)
        if (extra !== undefined) lines.push({ line: extra, says: (at) => `extra line ${at}` })
        break
      }
      case 'duplicated':
        lines.push({ line }, { line: { ...line }, says: (at) => `duplicated line ${at}` })
        break
      case 'wrong_symbol': {
        const other = otherInstrument(alert, pick)
        lines.push({ line: { ...line, symbol: other.symbol, exchange: other.exchange } })
        tell(kind)
        break
      }
      case 'changed_direction': {
        const direction = line.direction === 'BUY' ? 'SELL' : 'BUY'
        lines.push({ line: { ...line, direction, signal: direction } })
        tell(kind)
        break
      }
      case 'time_zone':
        lines.push({ line: moved(line, random.unit() < 0.5 ? 19_800_000 : -19_800_000) })
        tell(kind)
        break
      case 'early':
      case 'late': {
        const by_ms = 1 + pick(5 * MINUTE_MS)
        lines.push({ line: moved(line, kind === 'late' ? by_ms : -by_ms) })
        tell(kind)
        break
      }
      case 'changed_confidence':
        lines.push({ line: { ...line, confidence: Number(((line.confidence as number) - 0.000001).toFixed(6)) } })
        tell(kind)
        break
      case 'changed_price':
        lines.push({ line: { ...line, price: Number(((line.price as number) + 0.05).toFixed(4)) } })
        tell(kind)
        break
      case 'version':
        lines.push({ line: { ...line, engine_version: '0.9.0' } })
        tell(kind)
        break
    }
  }
  // A repeat is whichever of the two lines comes later.
  for (const [n, { says }] of lines.entries()) if (says !== undefined) expected.push(says(n + 1))
  return { text: lines.map(({ line }) => JSON.stringify(shape(line))).join('\n'), expected }
}

const isNear = (a: Alert, b: Alert): boolean =>
  a.detection.pattern.id === b.detection.pattern.id &&
  a.detection.instrument === b.detection.instrument &&
  Math.abs(a.known_at_ms - b.known_at_ms) < APART_MS

function moved(line: Line, by_ms: number): Line {
  const times = ['timestamp_ms', 'known_at_ms', 'emitted_at_ms']
  return Object.assign({ ...line }, ...times.map((name) => ({ [name]: (line[name] as number) + by_ms })))
}

/** The same claim at a time at which nothing like it was raised; undefined when the day is full of them. */
function elsewhen(alert: Alert, line: Line, pick: (count: number) => number): Line | undefined {
  for (let attempt = 0; attempt < 20; attempt++) {
    const by_ms = (20 + pick(200)) * MINUTE_MS * (pick(2) === 0 ? 1 : -1)
    const time_ms = alert.known_at_ms + by_ms
    const is_free = day.alerts.every(
      (other) =>
        other.detection.pattern !== alert.detection.pattern ||
        other.detection.instrument !== alert.detection.instrument ||
        Math.abs(other.known_at_ms - time_ms) > 2 * APART_MS,
    )
    if (!is_free) continue
    const bar_start_ms = alert.bar_start_ms + by_ms
    return {
      ...moved(line, by_ms),
      bar_start_ms,
      alert_id: `${line.alert_id}`.split('').reverse().join(''),
      confidence: 0.612345,
    }
  }
  return undefined
}

/** One that never raised this pattern. */
function otherInstrument({ detection: { pattern, instrument } }: Alert, pick: (count: number) => number) {
  const others = day.instruments.filter(
    (other) =>
      other !== instrument &&
      !day.alerts.some(({ detection }) => detection.pattern === pattern && detection.instrument === other),
  )
  return others[pick(others.length)] as (typeof others)[number]
}
