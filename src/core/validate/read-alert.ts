import type { Direction } from '../patterns/index.js'
import type { IstDay } from '../time/index.js'
import type { LineFault, LineFaultKind } from './line-fault.js'
import { LINE_FAULTS } from './line-fault.js'
import { DIRECTION_WORDS, directionOf } from './log-direction.js'
import { type FieldNames, type LogField, PRICE_FIELDS } from './log-fields.js'
import { logDate, logTime } from './log-time.js'
import type { LoggedAlert, LoggedLeg, LoggedPrices } from './logged-alert.js'

/** How a record of a log is read. */
export interface RecordReading {
  readonly names: FieldNames
  /** Day of times that have none; undefined: such times are refused. */
  readonly day: IstDay | undefined
  onFault(fault: LineFault): void
}

/** A record of a log, its values as its format has them; undefined when nothing can be made of it. What is wrong with it is told. */
export function readAlert(
  record: Readonly<Record<string, unknown>>,
  line: number,
  reading: RecordReading,
): LoggedAlert | undefined {
  const values = new RecordValues(record, line, reading)
  const pattern = values.text('pattern_type') ?? values.fail('no_pattern', 'no pattern_type or pattern')
  const name = values.name()
  const directions = values.directions()
  const timestamp_ms = values.requiredTime()
  const confidence = values.number('confidence')
  const prices = values.prices()
  const others = {
    known_at_ms: values.time('known_at_ms'),
    emitted_at_ms: values.time('emitted_at_ms'),
    bar_start_ms: values.time('bar_start_ms'),
    expires_at_ms: values.time('expires_at_ms'),
  }
  if (confidence !== undefined && !(confidence >= 0 && confidence <= 1))
    values.fail('confidence_range', `confidence ${confidence}, expected 0 to 1`)
  if (values.is_skipped || pattern === undefined || name === undefined || directions === undefined || timestamp_ms === undefined)
    return undefined
  return {
    line,
    alert_id: values.text('alert_id'),
    state: values.text('state'),
    suppress_reason: values.text('suppress_reason'),
    pattern,
    ...name,
    ...directions,
    confidence,
    prices,
    timestamp_ms,
    ...others,
    pattern_category: values.text('pattern_category'),
    engine_version: values.text('engine_version'),
    config_hash: values.text('config_hash'),
    legs: values.legs(),
    evidence: values.evidence(),
    doubts: values.doubts,
  }
}

/** The values of one record by the names of ours. */
class RecordValues {
  is_skipped = false
  readonly doubts: LineFaultKind[] = []
  readonly #record: Readonly<Record<string, unknown>>
  readonly #line: number
  readonly #reading: RecordReading
  #has_told_zone = false

  constructor(record: Readonly<Record<string, unknown>>, line: number, reading: RecordReading) {
    this.#record = record
    this.#line = line
    this.#reading = reading
  }

  fail(kind: LineFaultKind, detail: string): undefined {
    const { effect } = LINE_FAULTS[kind]
    if (effect === 'skipped') this.is_skipped = true
    if (effect === 'doubtful') this.doubts.push(kind)
    this.#reading.onFault({ kind, line: this.#line, detail, pattern: this.text('pattern_type'), symbol: this.text('symbol') })
    return undefined
  }

  /** Undefined for what is absent, null, or an empty cell. */
  #value(field: LogField): unknown {
    for (const name of this.#reading.names[field]) {
      if (!Object.hasOwn(this.#record, name)) continue
      const value = this.#record[name]
      if (value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '')) return value
    }
    return undefined
  }

  text(field: LogField): string | undefined {
    const value = this.#value(field)
    return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : undefined
  }

  number(field: LogField): number | undefined {
    const value = this.#value(field)
    if (value === undefined || isNotANumber(value)) return undefined
    const number = typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : value
    return typeof number === 'number' && Number.isFinite(number)
      ? number
      : this.fail('bad_number', `${field} is ${brief(value)}, expected a number`)
  }

  /** `NSE:RELIANCE`, or symbol and exchange in fields of their own. */
  name(): Pick<LoggedAlert, 'symbol' | 'exchange' | 'instrument_token'> | undefined {
    const instrument_token = this.number('instrument_token')
    const text = this.text('symbol')
    if (text === undefined && instrument_token === undefined) return this.fail('no_symbol', 'no symbol or instrument_token')
    const [, exchange, symbol] = /^([A-Za-z]{2,8}):(.+)$/.exec(text ?? '') ?? []
    const is_split = exchange !== undefined && symbol !== undefined && exchange !== 'token'
    return {
      symbol: is_split ? symbol : (text ?? `token:${instrument_token}`),
      exchange: this.text('exchange') ?? (is_split ? exchange : undefined),
      instrument_token,
    }
  }

  directions(): Pick<LoggedAlert, 'direction' | 'signal'> | undefined {
    const found: Direction[] = []
    for (const field of ['direction', 'signal'] as const) {
      const value = this.#value(field)
      if (value === undefined) continue
      const direction = directionOf(value)
      if (direction === undefined) return this.fail('bad_direction', `${field} is ${brief(value)}, expected ${DIRECTION_WORDS}`)
      found.push(direction)
    }
    const [direction, signal] = found
    if (direction === undefined) return this.fail('no_direction', 'no direction or signal')
    if (signal === undefined || signal === direction) return { direction, signal: undefined }
    this.fail('two_directions', `direction ${direction}, signal ${signal}`)
    return { direction, signal }
  }

  requiredTime(): number | undefined {
    const has_any = this.#value('timestamp_ms') !== undefined || this.#value('known_at_ms') !== undefined
    if (!has_any) return this.fail('no_time', 'no timestamp_ms or timestamp')
    return this.time(this.#value('timestamp_ms') === undefined ? 'known_at_ms' : 'timestamp_ms')
  }

  time(field: LogField): number | undefined {
    const value = this.#value(field)
    if (value === undefined) return undefined
    const time = logTime(value, logDate(this.#value('session_date')) ?? this.#reading.day)
    if (time.kind !== 'time') return this.fail(time.kind, `${field} is ${brief(value)}, ${TIME_HINTS[time.kind]}`)
    if (!time.has_zone && !this.#has_told_zone) {
      this.#has_told_zone = true
      this.fail('no_zone', `${field} is ${brief(value)}, taken as Indian time`)
    }
    return time.time_ms
  }

  prices(): LoggedPrices {
    return Object.fromEntries(
      PRICE_FIELDS.flatMap((field) => {
        const price = this.number(field)
        return price === undefined ? [] : [[field, price]]
      }),
    )
  }

  /** A list of objects, or its text. Legs that are not all understood are none: half a strategy is another one. */
  legs(): readonly LoggedLeg[] {
    const list = parsed(this.#value('legs'))
    const legs = Array.isArray(list) ? list.map(legOf) : []
    return legs.some((leg) => leg === undefined) ? [] : legs.filter((leg) => leg !== undefined)
  }

  /** An object, or its text. */
  evidence(): Readonly<Record<string, unknown>> {
    const inner = parsed(this.#value('evidence'))
    return isRecord(inner) ? inner : {}
  }
}

/** Undefined for a text that is no JSON. */
function parsed(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value
  } catch {
    return undefined
  }
}

function legOf(value: unknown): LoggedLeg | undefined {
  if (!isRecord(value)) return undefined
  const { symbol, instrument_token, ratio = 1 } = value
  const side = directionOf(value.side)
  if (typeof symbol !== 'string' || typeof ratio !== 'number' || !(ratio > 0) || (side !== 'BUY' && side !== 'SELL'))
    return undefined
  return { symbol, side, ratio, instrument_token: typeof instrument_token === 'number' ? instrument_token : undefined }
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const TIME_HINTS = {
  bad_time: 'expected ms or seconds since the epoch, ISO 8601, or a time of the day',
  no_date: 'a time of the day without a date: name one session, or add a session_date',
} as const

/** What tables write for no value. */
const isNotANumber = (value: unknown): boolean =>
  typeof value === 'number' ? Number.isNaN(value) : typeof value === 'string' && /^(?:nan|null|none)$/i.test(value.trim())

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const BRIEF_CHARS_MAX = 40
function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= BRIEF_CHARS_MAX ? text : `${text.slice(0, BRIEF_CHARS_MAX)}...`
}
