import { createHash } from 'node:crypto'
import { type Alert, DEFAULT_ALERT_RULES } from '../../src/core/alerts/index.js'
import { baselineOf, encodeFigures, encodeUnderlying } from '../../src/core/baseline/index.js'
import { Pipeline, Signals } from '../../src/core/engine/index.js'
import { InstrumentTable } from '../../src/core/market/index.js'
import { OptionBook } from '../../src/core/options/index.js'
import { type BankSetup, choosePatterns, type DetectorFault, PATTERNS } from '../../src/core/patterns/index.js'
import {
  createUniverse,
  MarketDay,
  type MissingPlant,
  type PlantedPattern,
  type PlantWishes,
} from '../../src/core/synth/index.js'
import { istDayStartMs, parseDate } from '../../src/core/time/index.js'
import { SIGNAL_BARS, SIGNAL_CLOCK } from '../../src/io/signals/signal-config.js'
import { listingsWithHistory, type MadeUpHistory, madeUpFigures, madeUpUnderlyings } from '../../src/io/synth-baseline.js'
import { calendar } from './feed.js'
import { niftyMarket } from './nifty-market.js'

/** The gates, but for the limits of alerts an hour and a day: on a day full of plants and noise those would hide everything after the first. */
const RULES = {
  ...DEFAULT_ALERT_RULES,
  symbol_per_hour: 10_000,
  pattern_per_hour: 10_000,
  all_per_minute: 10_000,
  all_per_day: 10_000,
}

/** A synthetic day, and what decides it. */
export interface PlantDaySetup {
  readonly date: string
  readonly seed: number
  readonly instruments: number
  /** Packets a second of all instruments together, without those of planted ones. */
  readonly rate: number
  readonly plants?: PlantWishes | undefined
  /** A made-up history for: those planted that need one (default), or all stocks and indices. */
  readonly history?: 'planted' | 'all'
  /** In place of a whole market; see `niftyMarket`. */
  readonly market?: 'nifty'
  /** Ids of detectors; default all that run by default. */
  readonly only?: readonly string[]
}

/** What a detector said. */
export interface Found {
  readonly pattern_id: string
  readonly token: number
  readonly symbol: string
  readonly underlying: string
  readonly direction: string
  readonly known_at_ms: number
  /** Before conflicts and confirmations. */
  readonly confidence: number
  /** Passed all gates. */
  readonly is_emitted: boolean
  /** Why not. */
  readonly reason: string
  readonly subtype: string
}

export interface PlantDayRun {
  readonly found: readonly Found[]
  readonly planted: readonly (PlantedPattern & { readonly token: number; readonly symbol: string })[]
  readonly missing: readonly MissingPlant[]
  readonly faults: readonly DetectorFault[]
  readonly instruments: number
  readonly packets: number
}

/** Who hears more of such a run than what was found. */
export interface PlantDayEars {
  readonly listen?: BankSetup['listen']
  onAlert?(alert: Alert): void
}

/** Makes the day and lets detectors and gates look at it, in memory: what `mds synth` and `mds patterns` do by way of files. */
export function runPlantDay(
  { date, seed, instruments, rate, plants, history = 'planted', market: part, only = [] }: PlantDaySetup,
  { listen, onAlert }: PlantDayEars = {},
): PlantDayRun {
  const day = parseDate(date) as number
  const universe = part === 'nifty' ? niftyMarket({ day, seed, calendar }) : createUniverse({ day, instruments, seed, calendar })
  const midnight_s = istDayStartMs(day) / 1000
  const market = new MarketDay({
    universe,
    calendar,
    seed,
    rate,
    start_s: midnight_s + 9 * 3600 - 30,
    until_s: midnight_s + 15 * 3600 + 2400,
    mode: 'full',
    faults: [],
    plants,
    facts: false,
  })
  const nameOf = (listing: number) => universe.listings[listing]!.instrument
  const listings =
    history === 'planted'
      ? listingsWithHistory(market.planned)
      : [...universe.listings.keys()].filter((listing) => ['EQ', 'INDEX'].includes(nameOf(listing).instrument_type))
  const instruments_of_day = universe.listings.map(({ instrument }) => instrument)
  const found: Found[] = []
  const faults: DetectorFault[] = []
  const options = new OptionBook(instruments_of_day, calendar)
  const signals = new Signals({
    patterns: choosePatterns(PATTERNS, { only, parameters: {} }),
    rules: RULES,
    calendar,
    baseline: historyOf({ universe, calendar, listings, strength: plants?.strength ?? 1 }),
    config_hash: '',
    engine_version: '',
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    onFault: (fault) => faults.push(fault),
    options,
    listen,
    emit(alert) {
      onAlert?.(alert)
      const { state, detection, suppress_reason } = alert
      if (state !== 'emitted' && state !== 'suppressed') return
      const { pattern, candidate, instrument, underlying, known_at_ms, confidence } = detection
      found.push({
        pattern_id: pattern.id,
        token: instrument.instrument_token,
        symbol: instrument.symbol,
        underlying,
        direction: candidate.direction,
        known_at_ms,
        confidence,
        is_emitted: state === 'emitted',
        reason: suppress_reason ?? '',
        subtype: candidate.subtype ?? '',
      })
    },
  })
  const { onSecond } = signals
  const pipeline: Pipeline = new Pipeline(
    {
      instruments: InstrumentTable.of(instruments_of_day),
      options,
      calendar,
      clock: SIGNAL_CLOCK,
      bars: SIGNAL_BARS,
      files: ['synthetic'],
    },
    {
      onCandle: (candle) => signals.onCandle(candle),
      onMoment: (now_ms) => signals.onMoment(now_ms),
      ...(onSecond === undefined ? {} : { onSecond }),
      onDiagnostic() {},
    },
  )
  let record = 0
  const sink = {
    onRecord(received_at_ms: number, borrowed: Uint8Array) {
      const bytes = borrowed.slice()
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      pipeline.onFrame({
        file: 0,
        connection: 0,
        record,
        offset: record++,
        received_at_ms,
        view,
        bytes,
        start: 0,
        end: bytes.length,
      })
    },
    onBrokenBytes() {},
    onPlanted() {},
  }
  while (market.advance(sink));
  pipeline.end()
  return {
    found,
    planted: market.planted.map((plant) => ({
      ...plant,
      token: nameOf(plant.listing).instrument_token,
      symbol: nameOf(plant.listing).symbol,
    })),
    missing: market.missing,
    faults,
    instruments: universe.listings.length,
    packets: pipeline.counts.packets,
  }
}

/** By way of the lines of its file. */
function historyOf(history: MadeUpHistory) {
  const { universe } = history
  const figures = madeUpFigures(history)
  const underlyings = madeUpUnderlyings(history)
  return baselineOf(
    {
      sha256: '',
      ofInstrument: (wanted) => figures.filter(({ name }) => name === wanted).map(encodeFigures),
      ofUnderlying: (wanted) => underlyings.filter(({ underlying }) => underlying === wanted).map(encodeUnderlying),
    },
    { day: universe.day, calendar, instruments: universe.listings.map(({ instrument }) => instrument) },
  )
}
