import type { Calendar, Instrument, SessionPhase } from '../market/index.js'
import { MINUTE_MS } from '../time/index.js'
import type { SnapshotFact } from './fact.js'
import type { PlantedFault, UnsettledField } from './faults.js'
import type { Universe } from './universe.js'

/** An expected 1-minute candle of a continuous session. Prices in feed units. */
export interface ExpectedCandle {
  instrument: Instrument
  open_time_ms: number
  open: number
  high: number
  low: number
  close: number
  volume: number
  tick_count: number
  trade_count: number
  /** Learned across a gap, not in `volume`. */
  gap_volume: number
  complete: boolean
  unsettled: readonly UnsettledField[]
}

interface Gap {
  /** Received times of the last record before and the first after. */
  from_ms: number
  to_ms: number
}

interface Bar {
  open: number
  high: number
  low: number
  close: number
  volume: number
  trade_count: number
  gap_volume: number
}

interface Track {
  phases: readonly SessionPhase[]
  price: number | undefined
  text: string | undefined
  /** Highest cumulative volume told. */
  high_water: number
  exchange_s: number
  trade_s: number
  received_ms: number
  lower: { count: number; since_s: number; volume: number }
  bars: Map<number, Bar>
  ticks: Map<number, number>
  unsettled: Map<number, Set<UnsettledField>>
}

const CACHED_TRADE_S = 120
const GAP_S = 15
const REBASE_PACKETS = 5
const REBASE_S = 30

/**
 * What the candles of the day must be, told from what the generator sent. Written from the rules alone and on purpose plain and slow:
 * it is the oracle of the engine and shares no code with it.
 */
export class Truth {
  readonly #universe: Universe
  readonly #tracks: Track[]
  readonly #gaps: Gap[] = []
  #last_ms = 0

  constructor(universe: Universe, calendar: Calendar) {
    this.#universe = universe
    this.#tracks = universe.listings.map(({ instrument }) => ({
      phases: calendar.sessionOf(instrument, universe.day).phases,
      price: undefined,
      text: undefined,
      high_water: 0,
      exchange_s: 0,
      trade_s: 0,
      received_ms: 0,
      lower: { count: 0, since_s: 0, volume: 0 },
      bars: new Map(),
      ticks: new Map(),
      unsettled: new Map(),
    }))
  }

  /** A record was received; `facts` are those of its packets that a reader can read. */
  record(received_ms: number, facts: readonly SnapshotFact[]): void {
    if (this.#last_ms > 0 && received_ms - this.#last_ms > GAP_S * 1000)
      this.#gaps.push({ from_ms: this.#last_ms, to_ms: received_ms })
    this.#last_ms = received_ms
    for (const fact of facts) this.#snapshot(fact, received_ms)
  }

  /** Leaves open what the rules leave open after a planted fault. */
  planted({ listing, received_ms, unsettled }: PlantedFault): void {
    for (const field of unsettled) this.leaveOpen(listing, Math.floor(received_ms / 1000), 2, field)
  }

  /** Nothing is asserted of this field in the bar that holds `at_s` and the `minutes - 1` after it. */
  leaveOpen(listing: number, at_s: number, minutes: number, field: UnsettledField): void {
    const track = this.#tracks[listing]!
    for (let n = 0; n < minutes; n++) {
      const start = barStart(track.phases, at_s + 60 * n)
      if (start === undefined) continue
      const fields = track.unsettled.get(start) ?? new Set()
      track.unsettled.set(start, fields.add(field))
    }
  }

  #snapshot(fact: SnapshotFact, received_ms: number): void {
    const track = this.#tracks[fact.listing]!
    if (fact.repeated || (fact.text !== undefined && fact.text === track.text)) return // X
    track.text = fact.text
    const clock_s = fact.exchange_s ?? Math.floor(received_ms / 1000)
    const day_starts_s = track.phases[0]?.start_s ?? Number.POSITIVE_INFINITY
    if (clock_s < day_starts_s) {
      track.price = fact.price // C
      return
    }
    if (fact.exchange_s !== undefined && fact.exchange_s < track.exchange_s) {
      widen(track, fact.price, fact.exchange_s)
      return
    }
    const previous_ms = track.received_ms
    const previous_exchange_s = track.exchange_s
    track.received_ms = received_ms
    if (fact.exchange_s !== undefined) track.exchange_s = fact.exchange_s
    const increment = fact.volume === undefined ? 0 : traded(track, fact.volume, clock_s)
    const index = fact.kind === 'index_full' || fact.kind === 'index_quote'
    // The first ltp packet of a session has no time and no volume: its trade may be of any age (decision g).
    const ageless = fact.kind === 'ltp' && previous_ms === 0
    const moved = !ageless && (increment > 0 || index || fact.price !== track.price)
    track.price = fact.price
    const time_s = moved && !index ? tradeTime(track, fact, clock_s) : clock_s
    if (fact.trade_s !== undefined) track.trade_s = Math.max(track.trade_s, fact.trade_s)
    const start = barStart(track.phases, time_s)
    if (start === undefined) return
    track.ticks.set(start, (track.ticks.get(start) ?? 0) + 1)
    if (!moved) return
    const across = this.#gaps.some((gap) => gap.to_ms <= received_ms && previous_ms <= gap.from_ms && previous_ms > 0)
    const gap = across && (fact.exchange_s === undefined || fact.exchange_s - previous_exchange_s > GAP_S)
    fold(track, start, { price: fact.price, increment, gap })
    if (gap && increment > 0) this.leaveOpen(fact.listing, time_s, 1, 'trade_count')
    if (previous_ms === 0 && increment > 0 && this.#gaps.length > 0)
      for (const field of ['volume', 'trade_count'] as const) this.leaveOpen(fact.listing, time_s, 1, field)
  }

  /** Bars in order of time, exchange, token. Ask once the last record is in. */
  candles(): ExpectedCandle[] {
    const candles = this.#universe.listings.flatMap(({ instrument }, listing) => {
      const track = this.#tracks[listing]!
      return [...track.bars].map(([start, bar]): ExpectedCandle => {
        const [start_ms, end_ms] = [start * 1000, Math.min(start * 1000 + MINUTE_MS, phaseEnd(track.phases, start) * 1000)]
        const cut = end_ms > this.#last_ms || this.#gaps.some((gap) => end_ms > gap.from_ms && start_ms <= gap.to_ms)
        return {
          instrument,
          open_time_ms: start_ms,
          ...bar,
          tick_count: track.ticks.get(start) ?? 0,
          complete: !cut,
          unsettled: [...(track.unsettled.get(start) ?? [])].sort(),
        }
      })
    })
    return candles.sort(
      (a, b) =>
        a.open_time_ms - b.open_time_ms ||
        compareText(a.instrument.exchange, b.instrument.exchange) ||
        a.instrument.instrument_token - b.instrument.instrument_token,
    )
  }

  get gaps(): readonly Gap[] {
    return this.#gaps
  }
}

/** O: a late packet may widen a bar that is open, opens and closes none. The generator never plants one for a bar that is closed. */
function widen(track: Track, price: number, exchange_s: number): void {
  const start = barStart(track.phases, exchange_s)
  const bar = start === undefined ? undefined : track.bars.get(start)
  if (start === undefined || bar === undefined) return
  track.ticks.set(start, (track.ticks.get(start) ?? 0) + 1)
  bar.high = Math.max(bar.high, price)
  bar.low = Math.min(bar.low, price)
}

/** F, K and Z: what is above the high-water mark has traded; a lasting correction of more than half is believed in the end. */
function traded(track: Track, volume: number, clock_s: number): number {
  const increment = volume - track.high_water
  if (increment >= 0) {
    track.high_water = volume
    track.lower.count = 0
    return increment
  }
  const { lower } = track
  if (lower.count === 0 || volume < lower.volume) {
    lower.count = 0
    lower.since_s = clock_s
  }
  lower.count++
  lower.volume = volume
  if (volume >= 0.5 * track.high_water && lower.count >= REBASE_PACKETS && clock_s - lower.since_s >= REBASE_S) {
    track.high_water = volume
    lower.count = 0
  }
  return 0
}

/** 1.5: the last trade's time where it is fresh and in order, else the snapshot's. */
function tradeTime(track: Track, fact: SnapshotFact, clock_s: number): number {
  const { trade_s } = fact
  if (trade_s === undefined || trade_s < track.trade_s) return clock_s
  return trade_s >= clock_s - CACHED_TRADE_S && trade_s <= clock_s ? trade_s : clock_s
}

function fold(track: Track, start: number, { price, increment, gap }: { price: number; increment: number; gap: boolean }): void {
  const bar = track.bars.get(start) ?? {
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 0,
    trade_count: 0,
    gap_volume: 0,
  }
  track.bars.set(start, bar)
  bar.high = Math.max(bar.high, price)
  bar.low = Math.min(bar.low, price)
  bar.close = price
  if (gap) bar.gap_volume += increment
  else bar.volume += increment
  if (increment > 0) bar.trade_count++
}

/** Epoch seconds of the minute bar that holds `time_s`; undefined outside continuous sessions. */
function barStart(phases: readonly SessionPhase[], time_s: number): number | undefined {
  for (const phase of phases)
    if (phase.phase === 'continuous' && phase.start_s <= time_s && time_s < phase.end_s)
      return phase.start_s + Math.floor((time_s - phase.start_s) / 60) * 60
  return undefined
}

function phaseEnd(phases: readonly SessionPhase[], time_s: number): number {
  return phases.find((phase) => phase.start_s <= time_s && time_s < phase.end_s)?.end_s ?? Number.POSITIVE_INFINITY
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
