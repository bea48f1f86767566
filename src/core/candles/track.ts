import type { Session } from '../market/index.js'
import type { LedgerState } from '../volume/index.js'
import type { OpenBar } from './open-bar.js'

/** Everything the bars know about one instrument. */
export class Track {
  readonly ledger: LedgerState
  readonly book: ExchangeBook
  /** False for cash and indices: the zero in their packets is nothing, not a value. */
  readonly has_oi: boolean
  session: Session | undefined
  /** End of trading; later prices without volume are closing prices. */
  closing_from_s = 0
  /** The newest minute bar, and those before it that are not final yet. */
  current: OpenBar | undefined
  readonly older: OpenBar[] = []
  /** One bar per auction or post-close phase, by index of the phase. */
  readonly auctions: (OpenBar | undefined)[] = []
  /** Rolled-up bars by index of the interval. */
  readonly rolled: (OpenBar | undefined)[] = []
  /** With fill: end of the last bar told, by index of the interval; negative where a gap ended the filling. */
  readonly filled_to_s: number[] = []
  readonly filled_close: number[] = []
  /** Bars already told, kept only for `late: revise`: by interval index, then start. */
  readonly told: Map<number, OpenBar>[] = []

  day: OpenBar | undefined
  /** With `late: revise`: the day bar once it has been told. */
  told_day: OpenBar | undefined
  late_volume = 0
  gap_volume = 0
  close_official: number | undefined
  /** Phase of the latest trade, by index: an auction before it is settled. */
  settled_before = 0
  /** With spread gap volume: closing waits for the first packet after the gap, at most until this time. */
  held_until_ms = 0
  /** The clocks when that waiting began: what was final by them may have been told. */
  held_at_ms = 0
  held_at_exchange_s = 0

  constructor(ledger: LedgerState, book: ExchangeBook) {
    this.ledger = ledger
    this.book = book
    const segment = ledger.instrument.instrument_token & 0xff
    this.has_oi = segment !== 1 && segment !== 4 && segment !== 9
  }
}

/** Later than any exchange second, and still a small integer. */
export const NEVER_S = 0x7fffffff

/** Instruments that share an event clock. */
export class ExchangeBook {
  readonly exchange: string
  /** Sorted by token. */
  readonly tracks: Track[] = []
  /** Latest exchange second seen. */
  max_exchange_s = 0
  /** Exchange second at which some bar becomes final. */
  next_due_s = NEVER_S
  /** Virtual time at which some bar becomes final. */
  next_due_ms = Number.POSITIVE_INFINITY

  constructor(exchange: string) {
    this.exchange = exchange
  }
}

/** Indices, and instruments of which no packet with volume has come. */
export const hasNoVolume = ({ instrument, joined }: LedgerState): boolean => !joined || (instrument.instrument_token & 0xff) === 9
