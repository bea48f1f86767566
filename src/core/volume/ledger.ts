import type { Instrument, Session } from '../market/index.js'
import { DAY_S, IST_OFFSET_S, type IstDay } from '../time/index.js'
import type { PacketBytes } from '../wire/index.js'
import * as kite from '../wire/index.js'
import { LastPackets } from './last-packets.js'
import type { LedgerState } from './ledger-state.js'

/** What became of a packet. */
export const VERDICT = {
  /** Exact duplicate, or a snapshot of an earlier session: no part of this session. */
  dropped: 0,
  /** Accepted, tells no trade: depth, open interest, or a first look at an old trade. */
  quiet: 1,
  /** Accepted, tells a trade: `inc > 0`, another price, or another last trade time. */
  traded: 2,
  /** Exchange time behind the last one: may widen an open bar, nothing else. */
  late: 3,
  /** As `traded`, but its volume was learned across a recorded gap that began at `gap_from_s`. */
  traded_over_gap: 4,
} as const
export type Verdict = (typeof VERDICT)[keyof typeof VERDICT]

/** What the ledger found out about volume, for the journal and `mds info`. */
export interface VolumeEvent {
  kind: 'joined_mid_session' | 'wrap' | 'correction' | 'fault' | 'rebase' | 'gap'
  instrument: Instrument
  at_s: number
  /** Cumulative volume before and after; for `gap` the second it began and the volume. */
  from: number
  to: number
}

/** Which time places a packet in the day. */
export type BarClock = 'trade' | 'exchange' | 'arrival'

/** What the ledger asks of its surroundings, and whom it tells. */
export interface LedgerSetup {
  clock: BarClock
  sessionOf(instrument: Instrument, day: IstDay): Session
  /** The session in `state` is over: a packet of a later one has come. Its figures are still there. */
  onSessionEnd(state: LedgerState): void
  onEvent(event: VolumeEvent): void
}

/** Rule G: silence of an instrument longer than this, over a recorded gap. */
export const GAP_S = 15
/** An exchange time a day ahead of the receiving clock is damage; less can be a recorder that writes local time as UTC. */
const FUTURE_LIMIT_S = DAY_S
/** A trade told later than this is placed by the time of the snapshot. */
export const TRADE_AGE_MAX_S = 120
/** Rule K: when the lower value is the truth. */
const CORRECTION_RUN_MIN = 5
const CORRECTION_SPAN_S = 30
/** Rule Z: packets whose volume is ignored, the first included, and when the lower value is the truth. */
const FAULT_TICKS = 5
const FAULT_SPAN_S = 60
const TWO_POW_32 = 0x1_0000_0000
/** Of packets that carry no volume. */
const NO_VOLUME = -1

/**
 * Turns the feed's cumulative volume into traded volume. At all times: sum of increments + missed - correction = high-water mark.
 * Rules carry the letters of docs/volume.md: C cached, X duplicate, O out of order, E same second, F first, W wrap, R reset,
 * K correction, Z collapse, G gap.
 */
export class VolumeLedger {
  readonly counts = {
    duplicates: 0,
    cached: 0,
    late: 0,
    corrections: 0,
    faults: 0,
    wraps: 0,
    rebases: 0,
    joined_mid_session: 0,
    gap_increments: 0,
    implausible_times: 0,
  }
  readonly #setup: LedgerSetup
  readonly #last_packets = new LastPackets()
  readonly #by_trade: boolean
  readonly #by_arrival: boolean
  #received_s = 0
  #connection = 0
  #gap_count = 0
  /** Per connection: the last recorded gap, in seconds of receipt. */
  readonly #gap_from_s: number[] = []
  readonly #gap_to_s: number[] = []
  /** And its number among all gaps, from 1. */
  readonly #gap_number: number[] = []

  constructor(setup: LedgerSetup) {
    this.#setup = setup
    this.#by_trade = setup.clock === 'trade'
    this.#by_arrival = setup.clock === 'arrival'
  }

  /** Nothing was received on this connection in `(from_s, to_s)`: the next packet of every instrument is looked at closely. */
  noteGap(states: readonly LedgerState[], connection: number, from_s: number, to_s: number): void {
    this.#gap_number[connection] = ++this.#gap_count
    this.#gap_from_s[connection] = from_s
    this.#gap_to_s[connection] = to_s
    for (const state of states) state.common_before_s = 0
  }

  /** The same of one instrument, on whatever connection it comes next. */
  noteGapOf(state: LedgerState, from_s: number, to_s: number): void {
    state.own_gap_number = ++this.#gap_count
    state.own_gap_from_s = from_s
    state.own_gap_to_s = to_s
    state.common_before_s = 0
  }

  /** The bytes behind `view` are about to be overwritten. */
  keepPackets(states: readonly LedgerState[], view: DataView): void {
    this.#last_packets.keep(states, view)
  }

  /** The packets that follow came with a message received in this second on this connection. */
  beginMessage(received_s: number, connection: number): void {
    this.#received_s = received_s
    this.#connection = connection
  }

  /** Takes one packet; what it told stands in `state` until the next call. */
  take(state: LedgerState, view: DataView, at: number, length: PacketBytes): Verdict {
    if (length === kite.FULL_BYTES) {
      const exchange_s = kite.readExchangeTime(view, at)
      const cum = kite.readVolume(view, at)
      if (exchange_s >= state.last_exchange_s && exchange_s < state.common_before_s && cum >= state.hwm) {
        return this.#accept(state, view, at, length, exchange_s, cum)
      }
    }
    return this.#takeUncommon(state, view, at, length)
  }

  /** The common case: in order, volume not below the mark. Also the end of every other case that is accepted in order. */
  #accept(state: LedgerState, view: DataView, at: number, length: PacketBytes, exchange_s: number, cum: number): Verdict {
    const inc = cum - state.hwm
    const price = kite.readLastPrice(view, at)
    const moved = inc > 0 || price !== state.last_price
    if (!moved && exchange_s === state.last_exchange_s && this.#isDuplicate(state, view, at, length)) return VERDICT.dropped
    const trade_s = length === kite.FULL_BYTES ? kite.readLastTradeTime(view, at) : 0
    const told = isNewTrade(state, trade_s, exchange_s === 0 ? this.#received_s : exchange_s)
    state.price = price
    state.inc = inc
    state.hwm = cum
    state.event_s = this.#placed(state, exchange_s, moved ? trade_s : 0, inc)
    this.#remember(state, view, at, length, exchange_s, told ? trade_s : 0)
    // No volume today means no trade today: another price is then yesterday's.
    return (moved || told) && cum > 0 ? VERDICT.traded : VERDICT.quiet
  }

  /** 1.5: the time of the trade if it is told and believable, else of the snapshot, else of receipt. */
  #placed(state: LedgerState, exchange_s: number, trade_s: number, inc: number): number {
    const seen_s = exchange_s === 0 || this.#by_arrival ? this.#received_s : exchange_s
    if (!this.#by_trade || trade_s === 0 || trade_s < state.last_trade_s || trade_s > seen_s) return seen_s
    // Auction volume belongs to its auction however late it is told (2.2).
    return trade_s >= seen_s - TRADE_AGE_MAX_S || (inc > 0 && isAuction(state.session, trade_s)) ? trade_s : seen_s
  }

  #remember(state: LedgerState, view: DataView, at: number, length: number, exchange_s: number, new_trade_s: number): void {
    if (exchange_s !== 0) state.last_exchange_s = exchange_s
    else state.last_timeless_s = this.#received_s
    if (new_trade_s !== 0) state.last_trade_s = new_trade_s
    state.last_price = state.price
    if (state.last_connection !== this.#connection) {
      state.last_connection = this.#connection
      state.connections |= 1 << Math.min(this.#connection, 30)
    }
    if (state.last_view !== view) state.last_view = view
    state.last_at = at
    state.last_length = length
  }

  #isDuplicate(state: LedgerState, view: DataView, at: number, length: number): boolean {
    if (!this.#last_packets.equals(state, view, at, length)) return false
    this.counts.duplicates++
    if (this.#received_s >= dayEnd(state)) this.#noteEarly(state)
    return true
  }

  #takeUncommon(state: LedgerState, view: DataView, at: number, length: PacketBytes): Verdict {
    state.price = kite.readLastPrice(view, at)
    const exchange_s = this.#believableTime(exchangeTime(view, at, length))
    const dated_s = exchange_s === 0 ? this.#lastTradeBeforeNow(view, at, length) : exchange_s
    const seen_s = dated_s === 0 ? this.#received_s : dated_s
    const day = dayOf(seen_s)
    const raw = carriesVolume(length) ? kite.readVolume(view, at) : NO_VOLUME
    const is_past = day !== state.session?.day && day < dayOf(this.#received_s)
    if (is_past || (state.session !== undefined && day < state.session.day)) return this.#past(state, raw)
    if (dated_s === 0 && raw === pastVolume(state, day)) return this.#cached(state)
    if (this.#received_s >= dayEnd(state)) this.#noteEarly(state)
    if (state.session === undefined || day > state.session.day) {
      const session = this.#setup.sessionOf(state.instrument, day)
      if (seen_s < opening(session)) {
        // Without a time and before the opening: yesterday's, unless it is 0, which does no harm.
        return dated_s === 0 && raw > 0 ? this.#past(state, raw) : this.#cached(state)
      }
      if (state.session !== undefined) this.#setup.onSessionEnd(state)
      state.begin(session)
      state.gaps_seen = this.#gap_count
      state.whole_from_s = state.early_day === day ? 0 : seen_s
    } else if (seen_s < opening(state.session)) return this.#cached(state)
    if (state.provisional && dated_s !== 0 && raw !== NO_VOLUME) {
      if (raw < state.hwm) this.#forgetBaseline(state)
      state.provisional = false
    }
    const was_joined = state.joined
    const verdict =
      raw === NO_VOLUME
        ? this.#takePriceOnly(state, view, at, length, exchange_s)
        : this.#takeVolume(state, view, at, length, exchange_s)
    if (state.inc > 0) state.provisional = false
    else if (state.joined && !was_joined) state.provisional = dated_s === 0
    // Nothing is before a time of 0: until one is known, yesterday's packets need the closer look.
    const is_timed = state.last_exchange_s !== 0
    const is_common = state.joined && is_timed && !state.troubled && state.wraps === 0 && state.gaps_seen === this.#gap_count
    state.common_before_s = is_common ? (day + 1) * DAY_S - IST_OFFSET_S : 0
    return verdict
  }

  /** A full packet without a time of its own is of the day of its last trade. */
  #lastTradeBeforeNow(view: DataView, at: number, length: PacketBytes): number {
    const trade_s = tradeTime(view, at, length)
    return trade_s <= this.#received_s ? trade_s : 0
  }

  #believableTime(exchange_s: number): number {
    if (exchange_s <= this.#received_s + FUTURE_LIMIT_S) return exchange_s
    this.counts.implausible_times++
    return 0
  }

  #forgetBaseline(state: LedgerState): void {
    if (state.missed > 0) this.counts.joined_mid_session--
    state.forgetBaseline()
  }

  /** Rule C, of an earlier session: a baseline that is not proven and not above this volume came from the same cache. */
  #past(state: LedgerState, raw: number): Verdict {
    if (raw !== NO_VOLUME) {
      state.past_volume = raw
      if (state.provisional && raw >= state.hwm) this.#forgetBaseline(state)
    }
    return this.#cached(state)
  }

  /** Rule C: of an earlier session, or of before this one: a reference price and a proof of subscription, no more. */
  #cached(state: LedgerState): Verdict {
    this.counts.cached++
    if (state.session === undefined || state.session.day < dayOf(this.#received_s)) {
      this.#noteEarly(state)
      state.last_price = state.price
    }
    return VERDICT.dropped
  }

  #noteEarly(state: LedgerState): void {
    const today = dayOf(this.#received_s)
    if (this.#received_s < opening(this.#setup.sessionOf(state.instrument, today))) state.early_day = today
  }

  /** ltp and index packets. */
  #takePriceOnly(state: LedgerState, view: DataView, at: number, length: PacketBytes, exchange_s: number): Verdict {
    const first = state.lastSeen() === 0
    if (!first && this.#isDuplicate(state, view, at, length)) return VERDICT.dropped
    if (exchange_s !== 0 && exchange_s < state.last_exchange_s) return this.#late(state, exchange_s, 0, 0)
    const moved = state.price !== state.last_price
    const { last_timeless_s } = state
    state.inc = 0
    state.event_s = this.#placed(state, exchange_s, 0, 0)
    this.#remember(state, view, at, length, exchange_s, 0)
    // Rule G asks how long the volume was not heard of.
    if (state.joined) state.last_timeless_s = last_timeless_s
    // An index has no trades: each value is one. A first ltp packet may be of any age.
    return kite.isIndexLength(length) || (moved && !first) ? VERDICT.traded : VERDICT.quiet
  }

  #takeVolume(state: LedgerState, view: DataView, at: number, length: PacketBytes, exchange_s: number): Verdict {
    const raw = kite.readVolume(view, at)
    if (!state.joined) return this.#first(state, view, at, length, exchange_s, raw)
    if (this.#isDuplicate(state, view, at, length)) return VERDICT.dropped
    const seen_s = exchange_s === 0 ? this.#received_s : exchange_s
    const previous_s = state.lastSeen()
    const cum = this.#extended(state, raw, exchange_s, seen_s - previous_s)
    const trade_s = tradeTime(view, at, length)
    if (exchange_s !== 0 && exchange_s < state.last_exchange_s) return this.#late(state, exchange_s, trade_s, cum)
    const known_cum = this.#settled(state, cum, exchange_s, seen_s)
    // Rule E: its lower volume orders it before what we have.
    if (known_cum === undefined) return this.#late(state, exchange_s, trade_s, 0)
    const over_gap = this.#isOverGap(state, previous_s, seen_s)
    const previous_price = state.last_price
    const verdict = this.#accept(state, view, at, length, exchange_s, known_cum)
    return over_gap && verdict === VERDICT.traded && state.inc > 0
      ? this.#tradedOverGap(state, previous_s, previous_price)
      : verdict
  }

  #tradedOverGap(state: LedgerState, from_s: number, price: number): Verdict {
    state.gap_from_s = from_s
    state.gap_price = price
    this.counts.gap_increments++
    this.#setup.onEvent({ kind: 'gap', instrument: state.instrument, at_s: state.event_s, from: from_s, to: state.inc })
    return VERDICT.traded_over_gap
  }

  /** Rule F. */
  #first(state: LedgerState, view: DataView, at: number, length: PacketBytes, exchange_s: number, cum: number): Verdict {
    const session = state.session as Session
    const from_zero = cum === 0 || state.early_day === session.day
    const trade_s = tradeTime(view, at, length)
    const seen_s = exchange_s === 0 ? this.#received_s : exchange_s
    // Packets of other modes have told a price of this session already.
    const moved = state.lastSeen() !== 0 && state.price !== state.last_price
    state.joined = true
    state.hwm = cum
    state.inc = from_zero ? cum : 0
    state.gaps_seen = this.#gap_count
    state.whole_from_s = from_zero ? 0 : Math.min(state.whole_from_s, seen_s)
    if (!from_zero) {
      state.missed = cum
      this.counts.joined_mid_session++
      this.#tell('joined_mid_session', state, seen_s, cum)
    }
    state.event_s = this.#placed(state, exchange_s, trade_s, state.inc)
    // A first look opens a bar only at a trade that has just happened.
    const recent = trade_s !== 0 && exchange_s >= trade_s && exchange_s - trade_s <= TRADE_AGE_MAX_S
    this.#remember(state, view, at, length, exchange_s, isNewTrade(state, trade_s, seen_s) ? trade_s : 0)
    // Subscribed early, silent since the opening: what traded meanwhile was learned across the gap.
    const gap = this.#lastGap(state)
    const gap_from_s = Math.max(opening(session), gap.from_s)
    if (state.inc > 0 && gap.to_s > opening(session) && seen_s - gap_from_s > GAP_S)
      return this.#tradedOverGap(state, gap_from_s, state.price)
    return state.inc > 0 || (cum > 0 && (recent || moved)) ? VERDICT.traded : VERDICT.quiet
  }

  /** Rule W: cumulative volume over the wraps of its 32 bits. */
  #extended(state: LedgerState, raw: number, exchange_s: number, silence_s: number): number {
    const behind = exchange_s !== 0 && exchange_s < state.last_exchange_s
    const wrapped = raw < 0.1 * TWO_POW_32 && state.hwm % TWO_POW_32 > 0.9 * TWO_POW_32
    if (wrapped && !behind) {
      state.wraps++
      this.counts.wraps++
      this.#setup.onEvent({
        kind: 'wrap',
        instrument: state.instrument,
        at_s: exchange_s,
        from: state.hwm,
        to: raw + state.wraps * TWO_POW_32,
      })
    }
    const cum = raw + state.wraps * TWO_POW_32
    // A value of before the wrap, late or corrected: nobody trades half the range in so short a time.
    return state.wraps > 0 && cum - state.hwm > TWO_POW_32 / 2 && silence_s <= GAP_S ? cum - TWO_POW_32 : cum
  }

  /**
   * Rules E, K and Z: the cumulative volume to believe for a packet that is in order. Undefined: the packet was made before the last one
   * (same second, lower volume, another connection).
   */
  #settled(state: LedgerState, cum: number, exchange_s: number, seen_s: number): number | undefined {
    const is_same_second = exchange_s !== 0 && exchange_s === state.last_exchange_s
    if (is_same_second && cum < state.hwm && this.#connection !== state.last_connection) return undefined
    const ignored = state.fault_ticks > 0
    if (ignored) state.fault_ticks--
    if (cum < 0.5 * state.hwm) return this.#collapsed(state, cum, seen_s)
    state.fault_since_s = 0
    if (ignored) {
      this.counts.faults++
      return state.hwm
    }
    if (cum >= state.hwm) {
      state.lower_run = 0
      state.troubled = false
      return cum
    }
    this.counts.corrections++
    state.troubled = true
    if (state.lower_run === 0 || cum < state.lower_cum) {
      if (state.lower_run === 0) this.#tell('correction', state, seen_s, cum)
      state.lower_run = 0
      state.lower_since_s = seen_s
    }
    state.lower_run++
    state.lower_cum = cum
    if (state.lower_run >= CORRECTION_RUN_MIN && seen_s - state.lower_since_s >= CORRECTION_SPAN_S)
      this.#rebase(state, cum, seen_s)
    return state.hwm
  }

  /** Rule Z. */
  #collapsed(state: LedgerState, cum: number, seen_s: number): number {
    if (state.fault_since_s === 0) {
      this.#tell('fault', state, seen_s, cum)
      state.fault_since_s = seen_s
      state.fault_ticks = FAULT_TICKS - 1
      state.troubled = true
    }
    this.counts.faults++
    if (seen_s - state.fault_since_s >= FAULT_SPAN_S) this.#rebase(state, cum, seen_s)
    return state.hwm
  }

  #rebase(state: LedgerState, cum: number, seen_s: number): void {
    this.#tell('rebase', state, seen_s, cum)
    this.counts.rebases++
    state.correction += state.hwm - cum
    state.hwm = cum
    state.wraps = Math.floor(cum / TWO_POW_32)
    state.lower_run = state.fault_ticks = state.fault_since_s = 0
    state.troubled = false
  }

  #tell(kind: VolumeEvent['kind'], state: LedgerState, at_s: number, to: number): void {
    this.#setup.onEvent({ kind, instrument: state.instrument, at_s, from: state.hwm, to })
  }

  /** Rule O. Volume above the mark still counts: it was traded, and nobody else will tell. Its price is the one of its last trade. */
  #late(state: LedgerState, exchange_s: number, trade_s: number, cum: number): Verdict {
    this.counts.late++
    state.inc = Math.max(0, cum - state.hwm)
    state.hwm = Math.max(state.hwm, cum)
    state.event_s = this.#by_arrival ? this.#received_s : exchange_s
    const is_fresh = exchange_s - trade_s <= TRADE_AGE_MAX_S || state.inc === 0 || isAuction(state.session, trade_s)
    if (this.#by_trade && trade_s !== 0 && trade_s <= exchange_s && is_fresh) state.event_s = trade_s
    return VERDICT.late
  }

  /** The latest gap of the connection at hand, or of the instrument alone. */
  #lastGap(state: LedgerState): { number: number; from_s: number; to_s: number } {
    const number = this.#gap_number[this.#connection] ?? 0
    if (state.own_gap_number > number)
      return { number: state.own_gap_number, from_s: state.own_gap_from_s, to_s: state.own_gap_to_s }
    return { number, from_s: this.#gap_from_s[this.#connection] ?? 0, to_s: this.#gap_to_s[this.#connection] ?? 0 }
  }

  /** Rule G: a gap of this connection, or of the instrument, was recorded after its last packet. */
  #isOverGap(state: LedgerState, previous_s: number, seen_s: number): boolean {
    if (state.gaps_seen === this.#gap_count) return false
    const is_new = this.#lastGap(state).number > state.gaps_seen
    state.gaps_seen = this.#gap_count
    return is_new && seen_s - previous_s > GAP_S
  }
}

const dayOf = (time_s: number): IstDay => Math.floor((time_s + IST_OFFSET_S) / DAY_S)
const opening = (session: Session): number => session.phases[0]?.start_s ?? 0

const dayEnd = ({ session }: LedgerState): number =>
  session === undefined ? Number.POSITIVE_INFINITY : (session.day + 1) * DAY_S - IST_OFFSET_S

/** Raw volume that a packet without a time shares with the cache of an earlier session; of no use once this session has a baseline. */
function pastVolume({ session, joined, hwm, past_volume }: LedgerState, day: IstDay): number | undefined {
  if (!joined || session === undefined) return past_volume
  return session.day < day ? hwm % TWO_POW_32 : undefined
}

const carriesVolume = (length: PacketBytes): boolean =>
  length === kite.FULL_BYTES || length === kite.QUOTE_BYTES || length === kite.FULL_V1_BYTES

/** 1.5: a last trade later than the one known, and not later than the packet itself. */
const isNewTrade = (state: LedgerState, trade_s: number, seen_s: number): boolean =>
  trade_s > state.last_trade_s && trade_s <= seen_s

const tradeTime = (view: DataView, at: number, length: PacketBytes): number =>
  length === kite.FULL_BYTES ? kite.readLastTradeTime(view, at) : 0

function exchangeTime(view: DataView, at: number, length: PacketBytes): number {
  if (length === kite.FULL_BYTES) return kite.readExchangeTime(view, at)
  return length === kite.INDEX_FULL_BYTES ? kite.readIndexExchangeTime(view, at) : 0
}

function isAuction(session: Session | undefined, time_s: number): boolean {
  return (session?.phases ?? []).some(
    ({ phase, start_s, end_s }) => (phase === 'pre_open' || phase === 'closing_auction') && time_s >= start_s && time_s < end_s,
  )
}
