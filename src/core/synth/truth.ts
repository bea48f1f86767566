import type { Calendar, Instrument, SessionPhase } from '../market/index.js'
import { istDayStartMs, MINUTE_MS } from '../time/index.js'
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
  /** Subscribed before the session began. */
  early: boolean
  /** Bars that begin before it are incomplete. */
  whole_from_s: number
  /** Volume last told of an earlier session. */
  past_volume: number | undefined
  /** Highest cumulative volume told; undefined before the first. */
  high_water: number | undefined
  /** The first was told without a time, and nothing has borne it out. */
  provisional: boolean
  exchange_s: number
  trade_s: number
  received_ms: number
  lower: { count: number; since_s: number; volume: number }
  collapse: { since_s: number | undefined; ignored: number }
  bars: Map<number, Bar>
  ticks: Map<number, number>
  unsettled: Map<number, Set<UnsettledField>>
}

const CACHED_TRADE_S = 120
const GAP_S = 15
const REBASE_PACKETS = 5
const REBASE_S = 30
const COLLAPSE_PACKETS = 5
const COLLAPSE_S = 60

/**
 * What the candles of the day must be, told from what the generator sent. Written from the rules alone and on purpose plain and slow:
 * it is the oracle of the engine and shares no code with it.
 */
export class Truth {
  readonly #universe: Universe
  readonly #tracks: Track[]
  readonly #gaps: Gap[] = []
  #first_ms: number | undefined
  #last_ms = 0

  constructor(universe: Universe, calendar: Calendar) {
    this.#universe = universe
    this.#tracks = universe.listings.map(({ instrument }) => ({
      phases: calendar.sessionOf(instrument, universe.day).phases,
      price: undefined,
      text: undefined,
      early: false,
      whole_from_s: 0,
      past_volume: undefined,
      high_water: undefined,
      provisional: false,
      exchange_s: 0,
      trade_s: 0,
      received_ms: 0,
      lower: { count: 0, since_s: 0, volume: 0 },
      collapse: { since_s: undefined, ignored: 0 },
      bars: new Map(),
      ticks: new Map(),
      unsettled: new Map(),
    }))
  }

  /** A record was received; `facts` are those of its packets that a reader can read. */
  record(received_ms: number, facts: readonly SnapshotFact[]): void {
    if (this.#last_ms > 0 && received_ms - this.#last_ms > GAP_S * 1000)
      this.#gaps.push({ from_ms: this.#last_ms, to_ms: received_ms })
    this.#first_ms ??= received_ms
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
    const clock_s = fact.exchange_s ?? Math.floor(received_ms / 1000)
    if (this.#isCached(track, fact, clock_s, received_ms)) {
      track.price = fact.price
      return
    }
    track.text = fact.text
    if (fact.exchange_s !== undefined && fact.exchange_s < track.exchange_s) {
      widen(track, fact.price, fact.exchange_s)
      return
    }
    if (fact.volume !== undefined && fact.exchange_s !== undefined && track.provisional) {
      if (fact.volume < (track.high_water ?? 0)) forget(track)
      track.provisional = false
    }
    const previous_ms = track.received_ms
    const previous_exchange_s = track.exchange_s
    track.received_ms = received_ms
    if (fact.exchange_s !== undefined) track.exchange_s = fact.exchange_s
    if (previous_ms === 0) track.whole_from_s = track.early ? 0 : clock_s
    const is_first = fact.volume !== undefined && track.high_water === undefined
    const increment = fact.volume === undefined ? 0 : traded(track, fact, fact.volume, clock_s)
    const index = fact.kind === 'index_full' || fact.kind === 'index_quote'
    // The first look of a session may be at a trade of any age (decision g).
    const is_trade = previous_ms > 0 ? fact.price !== track.price : is_first && isFresh(fact)
    // No volume today, no trade today.
    const moved = increment > 0 || index || (is_trade && !(fact.volume !== undefined && track.high_water === 0))
    track.price = fact.price
    const time_s = moved && !index ? tradeTime(track, fact, clock_s, increment) : clock_s
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

  /** C: of a time before the session, or without a time and with the volume of an earlier session. */
  #isCached(track: Track, { volume, exchange_s }: SnapshotFact, clock_s: number, received_ms: number): boolean {
    const session_s = track.phases[0]?.start_s ?? Number.POSITIVE_INFINITY
    const is_before = clock_s < session_s
    const repeats =
      exchange_s === undefined && volume !== undefined && track.high_water === undefined && volume === track.past_volume
    if (!is_before && !repeats) return false
    if (received_ms / 1000 < session_s) track.early = true
    const is_past = exchange_s === undefined ? volume !== 0 : exchange_s * 1000 < istDayStartMs(this.#universe.day)
    if (volume === undefined || !is_past) return true
    track.past_volume = volume
    if (track.provisional && volume >= (track.high_water ?? 0)) forget(track)
    return true
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
          complete: !cut && start >= track.whole_from_s && start_ms >= (this.#first_ms ?? 0),
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

/** F: the volume known was of an earlier session, nothing of this one has been told. */
function forget(track: Track): void {
  track.high_water = undefined
  track.provisional = false
  track.received_ms = 0
  track.lower.count = 0
  track.collapse = { since_s: undefined, ignored: 0 }
}

/** g: a trade that the first look of a session may open a bar at. */
function isFresh({ trade_s, exchange_s }: SnapshotFact): boolean {
  return trade_s !== undefined && exchange_s !== undefined && trade_s <= exchange_s && exchange_s - trade_s <= CACHED_TRADE_S
}

/** F: what had traded before we came is missed. Otherwise what is above the high-water mark has traded. */
function traded(track: Track, { exchange_s }: SnapshotFact, volume: number, clock_s: number): number {
  if (track.high_water !== undefined) {
    const increment = rise(track, track.high_water, volume, clock_s)
    if (increment > 0) track.provisional = false
    return increment
  }
  track.high_water = volume
  if (track.early || volume === 0) track.whole_from_s = 0
  const increment = track.early ? volume : 0
  track.provisional = exchange_s === undefined && increment === 0
  return increment
}

/** K and Z: a lasting correction is believed in the end, and so is a lasting collapse. */
function rise(track: Track, high_water: number, volume: number, clock_s: number): number {
  const { collapse } = track
  const is_ignored = collapse.ignored > 0
  if (is_ignored) collapse.ignored--
  if (volume < 0.5 * high_water) {
    if (collapse.since_s === undefined) {
      collapse.since_s = clock_s
      collapse.ignored = COLLAPSE_PACKETS - 1
    } else if (clock_s - collapse.since_s >= COLLAPSE_S) {
      track.high_water = volume
      track.lower.count = 0
      track.collapse = { since_s: undefined, ignored: 0 }
    }
    return 0
  }
  collapse.since_s = undefined
  if (is_ignored) return 0
  if (volume >= high_water) {
    track.high_water = volume
    track.lower.count = 0
    return volume - high_water
  }
  const { lower } = track
  if (lower.count === 0 || volume < lower.volume) {
    lower.count = 0
    lower.since_s = clock_s
  }
  lower.count++
  lower.volume = volume
  if (lower.count >= REBASE_PACKETS && clock_s - lower.since_s >= REBASE_S) {
    track.high_water = volume
    lower.count = 0
  }
  return 0
}

/** 1.5 and e: the last trade's time where it is in order, and fresh or in an auction that brought volume; else the snapshot's. */
function tradeTime(track: Track, { trade_s }: SnapshotFact, clock_s: number, increment: number): number {
  if (trade_s === undefined || trade_s < track.trade_s || trade_s > clock_s) return clock_s
  if (trade_s >= clock_s - CACHED_TRADE_S) return trade_s
  const phase = track.phases.find(({ start_s, end_s }) => start_s <= trade_s && trade_s < end_s)?.phase
  return increment > 0 && (phase === 'pre_open' || phase === 'closing_auction') ? trade_s : clock_s
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
