import { assert } from '../assert.js'
import type { Candle } from '../market/index.js'
import { barAround, phaseAt, sessionEnd, tradingSpan } from './bar-window.js'
import type { Finality } from './finality.js'
import type { GapList } from './gaps.js'
import { DAY_INTERVAL, type Interval, MINUTE_INTERVAL } from './interval.js'
import { OpenBar } from './open-bar.js'
import type { TimeBarOptions } from './time-bar-options.js'
import { type ExchangeBook, hasNoVolume, type Track } from './track.js'
import type { TradeListener } from './trade-listener.js'

/** A bar that is to be told now. */
export interface DueBar {
  track: Track
  bar: OpenBar
  /** -1 auction, 0 minute, then by index of the rolled intervals, last the day. */
  rank: number
  interval: string
  synthetic: boolean
}

const AUCTION_LABEL = 'auction'

/** What a closer works on; the bars themselves belong to the tracks. */
export interface CloserSetup {
  readonly options: TimeBarOptions
  readonly finality: Finality
  readonly gaps: GapList
  /** Sorted by exchange; grows. */
  readonly all_books: readonly ExchangeBook[]
  emit(candle: Candle): void
}

/**
 * Closes bars: rolls finished minutes up into the longer bars, fills what is empty, and tells what is final. Bars that become final at the same
 * moment are told in the order (end, interval, exchange, token).
 */
export class BarCloser {
  /** Time of receipt of the first record. */
  begin_ms = Number.POSITIVE_INFINITY
  trades: TradeListener | undefined
  /** Called before the newest bar of an instrument (by its index) is closed from outside its own packets. */
  onTouch: ((index: number) => void) | undefined
  /** Called when what was told in a moment has been emitted. */
  onMoment: ((now_ms: number) => void) | undefined
  /** Intraday intervals longer than a minute, from fine to coarse. */
  readonly rolled: readonly Interval[]
  readonly wants_minute: boolean
  readonly wants_day: boolean
  readonly #options: TimeBarOptions
  readonly #finality: Finality
  readonly #gaps: GapList
  readonly #all_books: readonly ExchangeBook[]
  readonly #emit: (candle: Candle) => void
  /** Told in this moment and not yet emitted, candle by bar; each call of `close` adds a run that is in order. */
  #told: DueBar[] = []
  #candles: Candle[] = []
  #runs = 0

  constructor({ options, finality, gaps, all_books, emit }: CloserSetup) {
    this.#options = options
    this.#finality = finality
    this.#gaps = gaps
    this.#all_books = all_books
    this.#emit = emit
    this.rolled = options.intervals.filter(({ length_s }) => length_s > MINUTE_INTERVAL.length_s && Number.isFinite(length_s))
    this.wants_minute = options.intervals.some(({ length_s }) => length_s === MINUTE_INTERVAL.length_s)
    this.wants_day = options.intervals.includes(DAY_INTERVAL)
  }

  /** The rolled bar of a window that has not been told yet, made if none of its minutes had a trade so far. Undefined when it is final. */
  openRolled(track: Track, index: number, { start_s, end_s }: { start_s: number; end_s: number }): OpenBar | undefined {
    const open = track.rolled[index]
    if (open?.start_s === start_s) return open
    if (open !== undefined || this.#finality.isFinal(track, end_s)) return undefined
    const bar = new OpenBar(start_s, end_s, 'continuous')
    track.rolled[index] = bar
    this.#finality.watch(track, bar)
    return bar
  }

  keepTold(track: Track, rank: number, bar: OpenBar): void {
    const told = track.told[rank] ?? new Map<number, OpenBar>()
    track.told[rank] = told.set(bar.start_s, bar)
  }

  dayBar(track: Track): OpenBar {
    if (track.told_day !== undefined) return track.told_day
    if (track.day === undefined) {
      assert(track.session !== undefined, 'a day bar belongs to a session')
      const { start_s, end_s } = tradingSpan(track.session)
      track.day = new OpenBar(start_s, end_s, 'day')
      this.#finality.watch(track, track.day)
    }
    return track.day
  }

  /** Finds every bar of these books that has become final, and tells them in order. */
  close(books: readonly ExchangeBook[], only?: Track): void {
    const due: DueBar[] = []
    for (const book of books) for (const track of book.tracks) if (only === undefined || only === track) this.#gather(track, due)
    due.sort(inOrder)
    if (due.length > 0) this.#runs++
    for (const bar of due) this.#tell(bar)
    this.#schedule(books)
  }

  #gather(track: Track, due: DueBar[]): void {
    if (track.session === undefined) return
    if (track.older.length > 0) {
      const ready = track.older.filter((bar) => this.#finality.isDue(track, bar)).sort((a, b) => a.start_s - b.start_s)
      if (ready.length > 0) track.older.splice(0, track.older.length, ...track.older.filter((bar) => !ready.includes(bar)))
      for (const bar of ready) this.#finishMinute(track, bar, due)
    }
    const { current } = track
    if (current !== undefined && this.#finality.isDue(track, current)) {
      this.onTouch?.(track.ledger.index)
      track.current = undefined
      this.#finishMinute(track, current, due)
    }
    this.rolled.forEach((_, index) => {
      const bar = track.rolled[index]
      if (bar === undefined || !this.#finality.isDue(track, bar)) return
      track.rolled[index] = undefined
      if (bar.has_price) this.#finish(track, bar, index + 1, due)
    })
    track.auctions.forEach((bar, index) => {
      if (bar === undefined || (index >= track.settled_before && !this.#finality.isDue(track, bar))) return
      track.auctions[index] = undefined
      if (!bar.has_price) return
      this.dayBar(track).fold(bar)
      due.push({ track, bar, rank: -1, interval: AUCTION_LABEL, synthetic: false })
    })
    if (this.#options.fill === 'forward') this.#fillUpToNow(track, due)
    this.#gatherDay(track, due)
  }

  #finishMinute(track: Track, bar: OpenBar, due: DueBar[]): void {
    this.#roll(track, bar, due)
    if (bar.has_price) this.#finish(track, bar, 0, due)
  }

  #gatherDay(track: Track, due: DueBar[]): void {
    const { session, day } = track
    if (session === undefined || day === undefined) return
    const open = track.current !== undefined || track.older.length > 0 || track.auctions.some((bar) => bar !== undefined)
    const end_s = sessionEnd(session) + 60
    const over = this.#finality.ending || track.book.max_exchange_s >= end_s || this.#finality.now_ms >= end_s * 1000
    if (open || !over) return
    track.day = undefined
    if (this.#options.late === 'revise') track.told_day = day
    this.trades?.onSessionOver(track)
    if (this.wants_day && day.has_price)
      due.push({ track, bar: day, rank: this.rolled.length + 1, interval: DAY_INTERVAL.label, synthetic: false })
  }

  #roll(track: Track, minute: OpenBar, due: DueBar[]): void {
    this.dayBar(track).fold(minute)
    const session = track.session
    assert(session !== undefined, 'a minute bar belongs to a session')
    const phase_index = phaseAt(session, minute.start_s)
    const phase = session.phases[phase_index]
    assert(phase !== undefined, 'a minute bar lies in a continuous phase')
    if (minute.trade_count > 0 && phase_index > track.settled_before) track.settled_before = phase_index
    this.rolled.forEach((interval, index) => {
      const { start_s, end_s } = barAround(phase, minute.start_s, interval.length_s)
      const open = track.rolled[index]
      if (open !== undefined && open.start_s === start_s) {
        this.#fold(open, minute)
        return
      }
      if (open?.has_price === true) this.#finish(track, open, index + 1, due)
      const bar = new OpenBar(start_s, end_s, 'continuous')
      this.#fold(bar, minute)
      track.rolled[index] = bar
      this.#finality.watch(track, bar)
    })
  }

  #fold(bar: OpenBar, minute: OpenBar): void {
    bar.fold(minute)
    if (this.#options.flow === 'intraday') bar.foldFlow(minute)
  }

  /** A bar is ready to be told; with fill, what lies empty before it comes first. */
  #finish(track: Track, bar: OpenBar, rank: number, due: DueBar[]): void {
    const interval = rank === 0 ? MINUTE_INTERVAL : (this.rolled[rank - 1] as Interval)
    if (this.#options.fill === 'forward') {
      this.#fillUpTo(track, rank, interval, bar.start_s, due)
      this.carryFrom(track, rank, bar)
    }
    if (this.#options.late === 'revise') this.keepTold(track, rank, bar)
    if (rank > 0 || this.wants_minute) due.push({ track, bar, rank, interval: interval.label, synthetic: false })
  }

  /** With fill: empty bars after this one are at its close. */
  carryFrom(track: Track, rank: number, bar: OpenBar): void {
    track.filled_to_s[rank] = bar.end_s
    track.filled_close[rank] = bar.close
  }

  /** Carries the last close over empty bars that are final and end by `until_s`; stops at a gap and at the end of the phase. */
  #fillUpTo(track: Track, rank: number, interval: Interval, until_s: number, due: DueBar[]): void {
    let from_s = track.filled_to_s[rank] ?? -1
    const session = track.session
    if (from_s < 0 || session === undefined || (!this.#finality.ending && this.#finality.now_ms < track.held_until_ms)) return
    const phase = session.phases[phaseAt(session, from_s - 1)]
    while (phase !== undefined && from_s < phase.end_s) {
      const { start_s, end_s } = barAround(phase, from_s, interval.length_s)
      if (
        end_s > until_s ||
        !(this.#finality.ending ? end_s * 1000 <= this.#finality.now_ms : this.#finality.isFinal(track, end_s))
      )
        return
      if (!this.#gaps.isSettled(track.ledger, start_s * 1000, end_s * 1000)) return
      if (this.#gaps.cuts(track.ledger, start_s * 1000, end_s * 1000)) {
        track.filled_to_s[rank] = -from_s
        return
      }
      const bar = new OpenBar(start_s, end_s, 'continuous')
      bar.trade(track.filled_close[rank] as number, start_s)
      // A trade told later makes another bar of it, not this one.
      if (this.#options.late === 'revise') this.keepTold(track, rank, new OpenBar(start_s, end_s, 'continuous'))
      if (rank > 0 || this.wants_minute) due.push({ track, bar, rank, interval: interval.label, synthetic: true })
      from_s = end_s
      track.filled_to_s[rank] = from_s
    }
  }

  #fillUpToNow(track: Track, due: DueBar[]): void {
    const intervals = [MINUTE_INTERVAL, ...this.rolled]
    intervals.forEach((interval, rank) => {
      const open = rank === 0 ? [...track.older, track.current] : [track.rolled[rank - 1]]
      const first_open_s = Math.min(...open.map((bar) => bar?.start_s ?? Number.POSITIVE_INFINITY))
      this.#fillUpTo(track, rank, interval, first_open_s, due)
    })
  }

  /** When the next bar of these books becomes final, and of all. */
  #schedule(books: readonly ExchangeBook[]): void {
    this.#finality.forget(books, this.#all_books)
    for (const book of books) {
      for (const track of book.tracks) {
        if (track.current !== undefined) this.#finality.expect(track, track.current)
        for (const bar of track.older) this.#finality.expect(track, bar)
        for (const bar of track.rolled) if (bar !== undefined) this.#finality.expect(track, bar)
        for (const bar of track.auctions) if (bar !== undefined) this.#finality.expect(track, bar)
        if (track.day !== undefined) this.#finality.expect(track, track.day)
        this.#watchFill(track)
      }
    }
  }

  #watchFill(track: Track): void {
    track.filled_to_s.forEach((from_s, rank) => {
      const session = track.session
      if (from_s < 0 || session === undefined) return
      const phase = session.phases[phaseAt(session, from_s)]
      if (phase?.phase !== 'continuous') return
      const interval = rank === 0 ? MINUTE_INTERVAL : (this.rolled[rank - 1] as Interval)
      const { start_s, end_s } = barAround(phase, from_s, interval.length_s)
      this.#finality.watch(track, new OpenBar(start_s, end_s, 'continuous'))
    })
  }

  /** A bar told out of turn: again, with a higher revision. */
  tell(due: DueBar): void {
    this.#runs++
    this.#tell(due)
  }

  /** Makes the candle, for the bar may change; it leaves when the moment is over. */
  #tell(due: DueBar): void {
    const { track, bar, interval, synthetic } = due
    const { ledger } = track
    const { instrument } = ledger
    const is_day = bar.phase === 'day'
    this.#told.push(due)
    this.#candles.push(
      bar.toCandle(instrument, interval, {
        complete: this.#isComplete(track, bar),
        volume_na: hasNoVolume(ledger),
        synthetic,
        day: is_day
          ? {
              missed_volume: ledger.missed,
              late_volume: track.late_volume,
              gap_volume: track.gap_volume,
              correction: ledger.correction,
              close_official: track.close_official,
            }
          : undefined,
      }),
    )
  }

  /**
   * The moment is over: what was told in it leaves in order. Records of one millisecond are one moment, so that the order in which the feed packs
   * and splits what happened at once does not show.
   */
  emitNews(): void {
    const candles = this.#candles
    if (candles.length === 0) return
    const told = this.#told
    const is_in_order = this.#runs === 1
    this.#told = []
    this.#candles = []
    this.#runs = 0
    if (is_in_order) for (const candle of candles) this.#emit(candle)
    else for (const index of orderOf(told)) this.#emit(candles[index] as Candle)
    this.onMoment?.(this.#finality.now_ms)
  }

  #isComplete(track: Track, bar: OpenBar): boolean {
    return !(bar.phase === 'day' && track.ledger.missed > 0) && this.covers(track, bar)
  }

  /** True when all of `[start_s, end_s)` was received: nothing is missing at its beginning, at its end or in a gap. */
  covers({ ledger }: Track, { start_s, end_s }: Pick<OpenBar, 'start_s' | 'end_s'>): boolean {
    if (start_s < ledger.whole_from_s || start_s * 1000 < this.begin_ms) return false
    if (this.#finality.ending && end_s * 1000 > this.#finality.now_ms) return false
    return !this.#gaps.cuts(ledger, start_s * 1000, end_s * 1000)
  }
}

/** Positions in the order in which bars are told. */
const orderOf = (told: readonly DueBar[]): number[] =>
  told.map((_, index) => index).sort((a, b) => inOrder(told[a] as DueBar, told[b] as DueBar))

/** Bars of one moment; a stable sort keeps the revisions of one bar in their order. */
const inOrder = (a: DueBar, b: DueBar): number =>
  a.bar.end_s - b.bar.end_s ||
  a.rank - b.rank ||
  compare(a.track.book.exchange, b.track.book.exchange) ||
  a.track.ledger.instrument.instrument_token - b.track.ledger.instrument.instrument_token ||
  a.bar.start_s - b.bar.start_s

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
