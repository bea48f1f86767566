import type { Instrument, Session } from '../market/index.js'
import type { IstDay } from '../time/index.js'

/** Ledger of one instrument. Seconds are epoch seconds, 0 = none. The first block is what the last call of `VolumeLedger.take` found out. */
export class LedgerState {
  readonly instrument: Instrument
  /** Dense number of the instrument, from 0, by first appearance. */
  readonly index: number

  /** Volume traded since the last accepted packet that carried volume. */
  inc = 0
  price = 0
  /** Second of the day the packet tells about: the trade's, else the exchange's, else the one of receipt. */
  event_s = 0
  /** With `traded_over_gap`: when the instrument was last heard of before the gap. */
  gap_from_s = 0
  /** And the last price before it. */
  gap_price = 0

  session: Session | undefined
  /** Packets of exchange times before this need no closer look: the end of the session's day, or 0 while something is odd. */
  common_before_s = 0
  /** True once the session has a volume baseline. */
  joined = false
  /** True while the baseline rests on packets without a time alone: they may tell the volume of an earlier session. */
  provisional = false
  /** Raw volume last told of an earlier session. */
  past_volume: number | undefined
  /** High-water mark of the extended cumulative volume. */
  hwm = 0
  wraps = 0
  /** Cumulative volume that had traded before we joined. */
  missed = 0
  /** Volume the exchange took back. */
  correction = 0
  /** Bars that begin before this second are incomplete: we were not there yet. */
  whole_from_s = 0
  /** Day on which a packet was received before the session began: proof that we were subscribed from the start. */
  early_day: IstDay = -1

  last_exchange_s = 0
  last_trade_s = 0
  last_price = 0
  /** Second of receipt of the last accepted packet without a time. */
  last_timeless_s = 0
  last_connection = -1
  /** True for each connection (bit) that has carried the instrument; connections above 30 share the last bit. */
  connections = 0
  /** Feed gaps recorded when the last packet was accepted. */
  gaps_seen = 0
  /** Number, among all gaps, of the last one that concerned this instrument alone; its span in seconds of receipt. */
  own_gap_number = 0
  own_gap_from_s = 0
  own_gap_to_s = 0

  /** Correction or fault under way. */
  troubled = false
  lower_run = 0
  lower_since_s = 0
  lower_cum = 0
  fault_ticks = 0
  fault_since_s = 0

  last_view: DataView | undefined
  last_at = 0
  last_length = 0

  constructor(instrument: Instrument, index: number) {
    this.instrument = instrument
    this.index = index
  }

  /** When the instrument was last heard of, 0 = not in this session. */
  lastSeen(): number {
    return Math.max(this.last_exchange_s, this.last_timeless_s)
  }

  /** Rule R: a new session forgets everything but the proof of an early subscription and the reference price. */
  begin(session: Session): void {
    this.session = session
    this.common_before_s = 0
    this.joined = this.provisional = false
    this.hwm = this.wraps = this.missed = this.correction = 0
    this.last_exchange_s = this.last_trade_s = this.last_timeless_s = 0
    this.troubled = false
    this.lower_run = this.fault_ticks = this.fault_since_s = 0
  }

  /** The baseline was of an earlier session: this one has not told anything yet. Nothing has been counted on top of it. */
  forgetBaseline(): void {
    this.joined = this.provisional = false
    this.hwm = this.missed = this.correction = 0
    this.last_timeless_s = 0
    this.whole_from_s = Number.POSITIVE_INFINITY
    this.troubled = false
    this.lower_run = this.fault_ticks = this.fault_since_s = 0
  }
}
