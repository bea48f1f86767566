import { parseIntervals } from '../../src/core/candles/index.js'
import { Pipeline } from '../../src/core/engine/index.js'
import type { Calendar, Instrument } from '../../src/core/market/index.js'
import { OptionBook } from '../../src/core/options/index.js'
import {
  type ActivePattern,
  type BankSetup,
  type Baseline,
  type Detection,
  type DetectorFault,
  type InstrumentBaseline,
  PATTERN_INTERVALS,
  PatternBank,
  type PatternDefinition,
} from '../../src/core/patterns/index.js'
import { encodeRecord, RECORD_HEADER_BYTES, walkRecords } from '../../src/core/recording/index.js'
import { istDayStartMs, parseClock, parseDate } from '../../src/core/time/index.js'
import { encodeMessage, type Packet } from '../../src/core/wire/index.js'
import { instrument } from '../core/market/instruments.js'
import { calendar as regular } from './feed.js'

/** One minute of one instrument, in rupees and shares. What is absent takes a neutral value. */
export interface MinuteRow {
  /** `09:15`. */
  readonly at: string
  /** Default: that of the scenario's first instrument. */
  readonly token?: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Of the minute; 0 tells prices only (an index). */
  readonly volume: number
  /** Share of the volume that is bought, 0..1; default 0.5. */
  readonly buy_share?: number
  /** Imbalance of the five levels at the end, -1..1; default 0. */
  readonly obi?: number
  /** Ticks between best bid and offer; default 1. */
  readonly spread_ticks?: number
  readonly oi?: number
  /** One packet, 1.5 s before the end of the minute: enough for a quote. */
  readonly quiet?: true
}

/** A market made up minute by minute: what a detector's fixture is written in. */
export interface Scenario {
  /** What it shows, in a sentence. */
  readonly shows: string
  /** `2025-10-06` unless told otherwise: a Monday of regular hours. */
  readonly date?: string
  readonly instruments?: readonly Instrument[]
  readonly minutes: readonly MinuteRow[]
  /** Close of the session before, in rupees, as packets tell it; default the first open. */
  readonly previous_close?: number
  readonly baseline?: Baseline
  /** False where the contrary is no mirror image: option strategies, and what looks at levels of the day before. */
  readonly mirror?: boolean
}

export const SCENARIO_TOKEN = 100_001 * 256 + 1
export const SCENARIO_DATE = '2025-10-06'

/** A stock at 0.05 a tick. */
export const scenarioStock = (facts: Partial<Instrument> = {}): Instrument =>
  instrument({ instrument_token: SCENARIO_TOKEN, symbol: 'SCENARIO', has_derivatives: false, tick_size: 0.05, ...facts })

/** `minuteAt('09:15', 3)` is `09:18`. */
export function minuteAt(first: string, later: number): string {
  const minutes = (parseClock(first) as number) / 60 + later
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

/**
 * Minutes of a calm market: the price swings by `swing` around a line from `from` to `to`, the volume around `volume`, the same each time.
 * A scenario begins with them, so that averages are there.
 */
export function calm(
  first: string,
  count: number,
  {
    from,
    to = from,
    swing = 0.5,
    volume = 10_000,
    token,
  }: { from: number; to?: number; swing?: number; volume?: number; token?: number },
): MinuteRow[] {
  const round = (price: number): number => Math.round(price * 20) / 20
  const middle = (i: number): number => from + ((to - from) * i) / count
  return Array.from({ length: count }, (_, i) => {
    const open = round(middle(i) + swing * (((i * 7) % 5) / 5 - 0.4))
    const close = round(middle(i + 1) + swing * ((((i + 1) * 7) % 5) / 5 - 0.4))
    return {
      at: minuteAt(first, i),
      ...(token === undefined ? {} : { token }),
      open,
      close,
      high: round(Math.max(open, close) + swing * 0.4),
      low: round(Math.min(open, close) - swing * 0.4),
      volume: Math.round(volume * (0.8 + ((i * 3) % 5) / 10)),
    }
  })
}

/** What the next minute does; what is absent is as in a calm one. */
export interface Step extends Partial<Pick<MinuteRow, 'volume' | 'buy_share' | 'obi' | 'oi'>> {
  readonly close: number
  /** How far high and low lie beyond open and close, in rupees; default 0.1. */
  readonly reach?: number
  readonly high?: number
  readonly low?: number
}

/** Minutes that go on from `before`, each opening at the close of the one before it. */
export function goOn(before: readonly MinuteRow[], steps: readonly Step[]): MinuteRow[] {
  const rows = [...before]
  for (const { close, reach = 0.1, volume = 10_000, ...facts } of steps) {
    const { at, close: open } = rows.at(-1) as MinuteRow
    const [high, low] = [Math.max(open, close) + reach, Math.min(open, close) - reach]
    rows.push({ at: minuteAt(at, 1), open, close, high: toTick(high), low: toTick(low), volume, ...facts })
  }
  return rows
}

/** At the tick of `scenarioStock`. */
export const toTick = (rupees: number): number => Math.round(rupees * 20) / 20

/** What earlier sessions would have left of the one instrument, as far as it is told. */
export const baselineOf = (facts: Partial<InstrumentBaseline>): Baseline => ({
  sha256: '',
  of: () => ({
    previous: undefined,
    week_high: Number.NaN,
    week_low: Number.NaN,
    usual_range_30m: Number.NaN,
    day_atr: Number.NaN,
    history: { '1m': [], '5m': [], '15m': [] },
    day_volume: undefined,
    usualVolume: () => undefined,
    usualVolumeSoFar: () => undefined,
    ...facts,
  }),
  ofUnderlying: () => undefined,
})

/** The same market upside down: prices around the first open of each instrument, what is bought is sold. */
export function mirrorOf(scenario: Scenario): Scenario {
  const first = new Map<number | undefined, number>()
  return {
    ...scenario,
    ...(scenario.previous_close === undefined
      ? {}
      : { previous_close: 2 * (scenario.minutes[0]?.open ?? 0) - scenario.previous_close }),
    minutes: scenario.minutes.map((row) => {
      const axis = 2 * (first.get(row.token) ?? row.open)
      first.set(row.token, axis / 2)
      const flip = (price: number): number => Math.round((axis - price) * 100) / 100
      return {
        ...row,
        open: flip(row.open),
        close: flip(row.close),
        high: flip(row.low),
        low: flip(row.high),
        buy_share: 1 - (row.buy_share ?? 0.5),
        obi: -(row.obi ?? 0),
      }
    }),
  }
}

/** The recording that these minutes would have left: six or more packets a minute, books that make each trade bought or sold. */
export function recordingOfScenario(scenario: Scenario): Uint8Array {
  const instruments = scenario.instruments ?? [scenarioStock()]
  const midnight_ms = istDayStartMs(parseDate(scenario.date ?? SCENARIO_DATE) as number)
  const feeds = new Map(instruments.map((each) => [each.instrument_token, new InstrumentFeed(each, scenario.previous_close)]))
  const first_token = instruments[0]?.instrument_token as number
  const records: { at_ms: number; packet: Packet }[] = []
  for (const row of scenario.minutes) {
    const feed = feeds.get(row.token ?? first_token)
    if (feed === undefined) throw new RangeError(`no instrument ${row.token} in the scenario`)
    records.push(...feed.minute(row, midnight_ms + (parseClock(row.at) as number) * 1000))
  }
  records.sort((a, b) => a.at_ms - b.at_ms)
  const last_ms = records.at(-1)?.at_ms ?? midnight_ms
  const parts = records.map(({ at_ms, packet }) => encodeRecord(at_ms, encodeMessage([packet])))
  // Heartbeats: a silence would be a gap, and the last bar would stay open.
  // Who is there at 09:15 was there before: the first minute is whole.
  const is_early = scenario.minutes.some(({ at }) => at === '09:15')
  const first_ms = (records[0]?.at_ms ?? midnight_ms) - (is_early ? 5000 : 0)
  const beats = Array.from({ length: Math.ceil((last_ms + 70_000 - first_ms) / 5000) }, (_, i) => first_ms + 5000 * i + 1)
  const all = [
    ...records.map(({ at_ms }, i) => ({ at_ms, bytes: parts[i] as Uint8Array })),
    ...beats.map((at_ms) => ({ at_ms, bytes: encodeRecord(at_ms, new Uint8Array(1)) })),
  ]
  all.sort((a, b) => a.at_ms - b.at_ms)
  const bytes = new Uint8Array(all.reduce((sum, part) => sum + part.bytes.length, 0))
  let at = 0
  for (const part of all) {
    bytes.set(part.bytes, at)
    at += part.bytes.length
  }
  return bytes
}

const DEPTH_QUANTITY = 1000

class InstrumentFeed {
  readonly #instrument: Instrument
  readonly #previous_close: number | undefined
  readonly #tick: number
  #cumulative = 0
  #turnover = 0
  #oi = 0
  #day: { open: number; high: number; low: number } | undefined

  constructor(instrument: Instrument, previous_close: number | undefined) {
    this.#instrument = instrument
    this.#previous_close = previous_close
    this.#tick = Math.max(1, Math.round(instrument.tick_size * instrument.price_divisor))
  }

  /** Open, the two extremes (the nearer first), close; then the volume that is left, at the close. */
  minute(row: MinuteRow, start_ms: number): { at_ms: number; packet: Packet }[] {
    const units = (rupees: number): number => Math.round(rupees * this.#instrument.price_divisor)
    const [open, high, low, close] = [units(row.open), units(row.high), units(row.low), units(row.close)]
    const up_first = high - open < open - low
    const prices = [open, open, up_first ? high : low, up_first ? low : high, close, close]
    const bought = Math.round(row.volume * (row.buy_share ?? 0.5))
    // Each price twice as far as possible: what is bought, then what is sold; shares by price are even.
    const shares = [0.1, 0.1, 0.2, 0.2, 0.2, 0.2]
    this.#day ??= { open, high: open, low: open }
    this.#oi = row.oi ?? this.#oi
    if (row.quiet) {
      this.#trade(close, row.volume)
      return [{ at_ms: start_ms + 58_500, packet: this.#packet(row, close, start_ms + 58_500, 1) }]
    }
    const packets: { at_ms: number; packet: Packet }[] = []
    let [left_bought, left_sold] = [bought, row.volume - bought]
    prices.forEach((price, i) => {
      for (const side of [1, -1] as const) {
        const whole = side > 0 ? bought : row.volume - bought
        const left = side > 0 ? left_bought : left_sold
        const quantity = i === prices.length - 1 ? left : Math.min(left, Math.round(whole * (shares[i] as number)))
        if (side > 0) left_bought -= quantity
        else left_sold -= quantity
        // The book before the trade says who traded: its offer, or its bid, is the price.
        const at_ms = start_ms + i * 9500 + (side > 0 ? 1000 : 3000)
        packets.push({ at_ms, packet: this.#packet(row, price, at_ms, side) })
        this.#trade(price, quantity)
        packets.push({ at_ms: at_ms + 1000, packet: this.#packet(row, price, at_ms + 1000, side) })
      }
    })
    packets.push({ at_ms: start_ms + 58_500, packet: this.#packet(row, close, start_ms + 58_500, 1) })
    return packets
  }

  #trade(price: number, quantity: number): void {
    this.#cumulative += quantity
    this.#turnover += price * quantity
    const day = this.#day as { open: number; high: number; low: number }
    day.high = Math.max(day.high, price)
    day.low = Math.min(day.low, price)
  }

  #packet(row: MinuteRow, price: number, at_ms: number, side: 1 | -1): Packet {
    const { instrument_token, instrument_type, price_divisor } = this.#instrument
    const day = this.#day as { open: number; high: number; low: number }
    const close = Math.round((this.#previous_close ?? row.open) * price_divisor)
    const exchange_timestamp = Math.floor(at_ms / 1000)
    const head = { instrument_token, last_price: price }
    if (instrument_type === 'INDEX')
      return { kind: 'index_full', ...head, ...day, close, change: price - close, exchange_timestamp }
    const spread = (row.spread_ticks ?? 1) * this.#tick
    const offer = side > 0 ? price : price + spread
    const obi = row.obi ?? 0
    return {
      kind: 'full',
      ...head,
      last_traded_quantity: 1,
      average_traded_price: this.#cumulative === 0 ? 0 : Math.round(this.#turnover / this.#cumulative),
      volume_traded: this.#cumulative,
      total_buy_quantity: 100_000 + (exchange_timestamp % 97),
      total_sell_quantity: 100_000,
      ...day,
      close,
      last_trade_time: this.#cumulative === 0 ? 0 : exchange_timestamp,
      oi: this.#oi,
      oi_day_high: this.#oi,
      oi_day_low: this.#oi,
      exchange_timestamp,
      depth: Array.from({ length: 10 }, (_, level) =>
        level < 5
          ? { price: offer - spread - level * this.#tick, quantity: Math.round(DEPTH_QUANTITY * (1 + obi)), orders: 1 }
          : { price: offer + (level - 5) * this.#tick, quantity: Math.round(DEPTH_QUANTITY * (1 - obi)), orders: 1 },
      ),
    }
  }
}

export interface ScenarioRun {
  readonly detections: readonly Detection[]
  readonly faults: readonly DetectorFault[]
  /** The engine's view of an instrument at the end, for tests of a feature. */
  readonly bank: PatternBank
}

/** Patterns with their default parameters, or others. */
export const active = (definition: PatternDefinition, parameters: Readonly<Record<string, number>> = {}): ActivePattern => ({
  definition,
  parameters: {
    ...Object.fromEntries(Object.entries(definition.parameters).map(([name, spec]) => [name, spec.default])),
    ...parameters,
  },
})

/**
 * The whole way: bytes, ledger, bars, detectors. `bytes` in place of those of the scenario, for what was cut or scrambled; claims count as told
 * from a confidence of `told_from` on. */
export function runScenario(
  scenario: Scenario,
  patterns: readonly ActivePattern[],
  {
    calendar = regular,
    bytes = recordingOfScenario(scenario),
    told_from = 0.85,
    listen,
  }: { calendar?: Calendar; bytes?: Uint8Array; told_from?: number; listen?: BankSetup['listen'] } = {},
): ScenarioRun {
  const instruments = new Map((scenario.instruments ?? [scenarioStock()]).map((each) => [each.instrument_token, each]))
  const detections: Detection[] = []
  const faults: DetectorFault[] = []
  const options = new OptionBook(instruments.values(), calendar)
  const bank = new PatternBank({
    patterns,
    calendar,
    baseline: scenario.baseline,
    options,
    listen,
    onDetection: (detection) => {
      detections.push(detection)
      if (detection.quality_fault === undefined && detection.confidence >= told_from) detection.onEmitted?.()
    },
    onFault: (fault) => faults.push(fault),
  })
  const pipeline = new Pipeline(
    {
      instruments: { resolve: (token) => instruments.get(token) as Instrument },
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
      options,
    },
    {
      onCandle: (candle) => bank.onCandle(candle),
      onMoment: (now_ms) => bank.onMoment(now_ms),
      ...(bank.wants_seconds ? { onSecond: (now_ms: number) => bank.onSecond(now_ms) } : {}),
      onDiagnostic() {},
    },
  )
  playBytes(pipeline, bytes)
  return { detections, faults, bank }
}

/** Sound bytes, record after record, without the flush at the end: bars that are still open stay untold. */
export function playBytes(pipeline: Pick<Pipeline, 'onFrame'>, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let record = 0
  walkRecords(bytes, 'big', (received_at_ms, from, end) => {
    const start = from + RECORD_HEADER_BYTES
    pipeline.onFrame({ file: 0, connection: 0, record: record++, offset: from, received_at_ms, view, bytes, start, end })
  })
}
