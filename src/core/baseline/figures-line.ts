import { assert } from '../assert.js'
import { type TermVolatility, YEAR_DAYS } from '../options/index.js'
import type { HistoryBar } from '../patterns/index.js'
import { formatDate, istDayStartMs, MINUTE_MS, parseClock, parseDate } from '../time/index.js'
import { BAR_LABELS, type SessionFigures, type Span, type UnderlyingFigures } from './session-figures.js'

/** What a line of the file is about: every line begins with it, so that those of other instruments need not be parsed. */
export const INSTRUMENT_KEY = 'instrument'
export const UNDERLYING_KEY = 'underlying'

/** A line of the baseline file, without its end. What is not known is absent. */
export function encodeFigures(figures: SessionFigures): string {
  const { name, day, price_divisor, expiry, expiry_day, hours, unknown, va_widths, volume, ranges_30m, bars } = figures
  const begin_ms = beginMs(figures)
  return JSON.stringify({
    [INSTRUMENT_KEY]: name,
    date: formatDate(day),
    price_divisor,
    expiry: expiry === undefined ? undefined : formatDate(expiry),
    expiry_day: expiry_day ? true : undefined,
    continuous: hours.map((part) => part.map(clockText)),
    unknown: unknown.length === 0 ? undefined : unknown,
    ...known(figures, PRICES),
    va_widths,
    volume,
    ranges_30m,
    ...Object.fromEntries(BAR_LABELS.map((label) => [`bars_${label}`, bars[label].map((bar) => barRow(bar, begin_ms))])),
  })
}

/** A line of an underlying. */
export function encodeUnderlying(figures: UnderlyingFigures): string {
  const { underlying, day, terms } = figures
  return JSON.stringify({
    [UNDERLYING_KEY]: underlying,
    date: formatDate(day),
    ...known(figures, ['close']),
    atm_iv:
      terms.length === 0
        ? undefined
        : terms.map(({ years, volatility }) => [toDecimals(years * YEAR_DAYS, 4), toDecimals(volatility, 6)]),
  })
}

/** Reads a line whose file has been checked as a whole; what does not fit is our bug. */
export function decodeFigures(line: string): SessionFigures {
  const record = new LineRecord(line)
  const day = record.day('date')
  const hours = record.list('continuous').map((part) => spanOf(part, secondsOf))
  const begin_ms = beginMs({ day, hours })
  const bars = (label: string): HistoryBar[] => record.list(`bars_${label}`).map((row) => barOf(row, begin_ms))
  return {
    name: record.text(INSTRUMENT_KEY),
    day,
    price_divisor: record.number('price_divisor'),
    expiry: record.has('expiry') ? record.day('expiry') : undefined,
    expiry_day: record.has('expiry_day'),
    hours,
    unknown: record.has('unknown') ? record.list('unknown').map((part) => spanOf(part, numberOf)) : [],
    open: record.number('open'),
    high: record.number('high'),
    low: record.number('low'),
    close: record.number('close'),
    close_official: record.number('close_official'),
    vah: record.number('vah'),
    val: record.number('val'),
    poc: record.number('poc'),
    va_widths: record.list('va_widths').map(numberOf),
    volume: record.has('volume') ? record.list('volume').map(numberOf) : undefined,
    ranges_30m: record.list('ranges_30m').map(numberOf),
    bars: { '1m': bars('1m'), '5m': bars('5m'), '15m': bars('15m') },
  }
}

/** The same for a line of an underlying. */
export function decodeUnderlying(line: string): UnderlyingFigures {
  const record = new LineRecord(line)
  return {
    underlying: record.text(UNDERLYING_KEY),
    day: record.day('date'),
    close: record.number('close'),
    terms: record.has('atm_iv') ? record.list('atm_iv').map(termOf) : [],
  }
}

function termOf(value: unknown): TermVolatility {
  const [days, volatility] = listOf(value).map(numberOf) as [number, number]
  return { years: days / YEAR_DAYS, volatility }
}

function toDecimals(value: number, decimals: 4 | 6): number {
  const scale = decimals === 4 ? 10_000 : 1_000_000
  return Math.round(value * scale) / scale
}

const PRICES = ['open', 'high', 'low', 'close', 'close_official', 'vah', 'val', 'poc'] as const

/** The numbers that are not NaN. */
function known<K extends string>(record: Readonly<Record<K, number>>, names: readonly K[]): Record<string, number> {
  return Object.fromEntries(names.filter((name) => !Number.isNaN(record[name])).map((name) => [name, record[name]]))
}

/** Beginning of continuous trading. */
const beginMs = ({ day, hours }: Pick<SessionFigures, 'day' | 'hours'>): number =>
  istDayStartMs(day) + (hours[0]?.[0] ?? 0) * 1000

/** `[minute, open, high, low, close, volume]`, and the open interest where it is known. */
function barRow({ open_time_ms, open, high, low, close, volume, oi }: HistoryBar, begin_ms: number): number[] {
  const row = [(open_time_ms - begin_ms) / MINUTE_MS, open, high, low, close, volume]
  return oi === undefined ? row : [...row, oi]
}

function barOf(value: unknown, begin_ms: number): HistoryBar {
  const row = listOf(value).map(numberOf)
  const [minute, open, high, low, close, volume] = row as [number, number, number, number, number, number]
  return { open_time_ms: begin_ms + minute * MINUTE_MS, open, high, low, close, volume, oi: row[6] }
}

/** `09:15`, with seconds only where there are some. */
function clockText(second: number): string {
  const pad = (value: number): string => String(value).padStart(2, '0')
  const seconds = second % 60 === 0 ? '' : `:${pad(second % 60)}`
  return `${pad(Math.floor(second / 3600))}:${pad(Math.floor(second / 60) % 60)}${seconds}`
}

const secondsOf = (value: unknown): number => parseClock(String(value)) ?? Number.NaN

function spanOf(value: unknown, read: (end: unknown) => number): Span {
  const [from, to] = listOf(value)
  return [read(from), read(to)]
}

function listOf(value: unknown): readonly unknown[] {
  assert(Array.isArray(value), 'a line of a baseline has a list here')
  return value
}

function numberOf(value: unknown): number {
  assert(typeof value === 'number', 'a line of a baseline has a number here')
  return value
}

/** A line as parsed JSON. */
class LineRecord {
  readonly #fields: ReadonlyMap<string, unknown>

  constructor(line: string) {
    const value: unknown = JSON.parse(line)
    assert(typeof value === 'object' && value !== null, 'a line of a baseline is an object')
    this.#fields = new Map(Object.entries(value))
  }

  has(key: string): boolean {
    return this.#fields.has(key)
  }

  text(key: string): string {
    return String(this.#fields.get(key))
  }

  day(key: string): number {
    const day = parseDate(this.text(key))
    assert(day !== undefined, `a line of a baseline has a date as ${key}`)
    return day
  }

  /** NaN where it is absent. */
  number(key: string): number {
    return this.has(key) ? numberOf(this.#fields.get(key)) : Number.NaN
  }

  list(key: string): readonly unknown[] {
    return listOf(this.#fields.get(key))
  }
}
