import { assert } from '../assert.js'
import type { Candle, SessionPhase } from '../market/index.js'
import { type LedgerState, VERDICT, type Verdict } from '../volume/index.js'
import { BarCloser } from './bar-closer.js'
import { barAround, phaseAt, tradingSpan } from './bar-window.js'
import { Finality } from './finality.js'
import { FlowTap } from './flow-tap.js'
import { type Gap, GapList } from './gaps.js'
import { DAY_INTERVAL, MINUTE_INTERVAL } from './interval.js'
import { OpenBar } from './open-bar.js'
import type { TimeBarOptions } from './time-bar-options.js'
import { ExchangeBook, hasNoVolume, Track } from './track.js'
import type { TradeListener } from './trade-listener.js'

/** After a gap, spread volume waits this long for each instrument's first packet. */
const SPREAD_WAIT_MS = 5000

/**
 * Ticks to bars in clock time. Minute bars are built from ticks, every other bar is rolled up from them.
 *
 * This file finds the bar of each packet; `Finality` says when a bar is final, `BarCloser` tells it.
 */
export class TimeBars {
  readonly gaps: GapList
  readonly counts = { late_trades: 0, late_volume: 0, off_session_volume: 0 }
  readonly #options: TimeBarOptions
  readonly #books = new Map<string, ExchangeBook>()
  readonly #sorted_books: ExchangeBook[] = []
  /** Where the run asks for flow. */
  readonly flow: FlowTap | undefined
  readonly #finality: Finality
  readonly #closer: BarCloser

  constructor(options: TimeBarOptions, emit: (candle: Candle) => void, gaps = new GapList()) {
    this.#options = options
    this.gaps = gaps
    this.flow = options.flow === undefined ? undefined : new FlowTap()
    this.#finality = new Finality(options.auction, gaps)
    this.#closer = new BarCloser({ options, finality: this.#finality, gaps: this.gaps, all_books: this.#sorted_books, emit })
  }

  /** Time of receipt of the first and the latest record. */
  get begin_ms(): number {
    return this.#closer.begin_ms
  }

  get now_ms(): number {
    return this.#finality.now_ms
  }

  get trades(): TradeListener | undefined {
    return this.#closer.trades
  }

  set trades(listener: TradeListener) {
    this.#closer.trades = listener
  }

  /** Once the input is over: was all of `[start_s, end_s)` of this instrument received? Asked for its last session. */
  covers(track: Track, start_s: number, end_s: number): boolean {
    return this.#closer.covers(track, { start_s, end_s })
  }

  /** Called before the newest bar of an instrument (by its index) is closed from outside its own packets. */
  set onTouch(listener: (index: number) => void) {
    this.#closer.onTouch = listener
  }

  /** Called when all that was told in a moment has been emitted, with the virtual time of that moment. */
  set onMoment(listener: (now_ms: number) => void) {
    this.#closer.onMoment = listener
  }

  open(ledger: LedgerState): Track {
    const exchange = ledger.instrument.exchange
    let book = this.#books.get(exchange)
    if (book === undefined) {
      book = new ExchangeBook(exchange)
      this.#books.set(exchange, book)
      insertSorted(this.#sorted_books, book, (a, b) => (a.exchange < b.exchange ? -1 : 1))
    }
    const track = new Track(ledger, book)
    insertSorted(book.tracks, track, (a, b) => a.ledger.instrument.instrument_token - b.ledger.instrument.instrument_token)
    return track
  }

  /** Virtual time: a record has been received. Call before its packets, and after `noteGap` for the silence ahead of it. */
  advance(now_ms: number): void {
    if (now_ms < this.#closer.begin_ms) this.#closer.begin_ms = now_ms
    if (now_ms > this.#finality.now_ms) {
      this.#closer.emitNews()
      this.#finality.now_ms = now_ms
    }
    if (this.now_ms >= this.#finality.next_due_ms || this.gaps.takeHeard()) this.#closer.close(this.#sorted_books)
  }

  noteGap(gap: Gap): void {
    this.gaps.add(gap)
    if (this.#options.gap_volume !== 'spread') return
    for (const book of this.#sorted_books) {
      for (const track of book.tracks) if (concerns(gap, track)) this.#hold(track, gap.to_ms + SPREAD_WAIT_MS)
    }
  }

  #hold(track: Track, until_ms: number): void {
    if (this.now_ms >= track.held_until_ms) {
      track.held_at_ms = this.now_ms
      track.held_at_exchange_s = track.book.max_exchange_s
    }
    track.held_until_ms = until_ms
  }

  /** One accepted packet, as the ledger left it in `track.ledger`. `oi` is -1 when the packet carries none. */
  add(track: Track, verdict: Verdict, oi: number): void {
    const { ledger, book } = track
    const seen_s = ledger.last_exchange_s
    this.flow?.take(ledger, verdict)
    if (seen_s > book.max_exchange_s) {
      book.max_exchange_s = seen_s
      if (seen_s >= book.next_due_s) this.#closer.close([book])
    }
    const { current } = track
    const at_s = ledger.event_s
    // The common case: the packet belongs to the newest bar.
    if (
      current !== undefined &&
      at_s >= current.start_s &&
      at_s < current.end_s &&
      verdict <= VERDICT.traded &&
      seen_s < track.closing_from_s
    ) {
      this.#apply(track, current, verdict, oi)
    } else this.#place(track, verdict, oi)
  }

  /** End of the input: tells every bar that is still open; those that the recording does not cover are incomplete. */
  end(): void {
    this.#finality.ending = true
    this.#closer.close(this.#sorted_books)
    this.#closer.emitNews()
  }

  /** The session in `ledger` is over: a packet of a later one has come. */
  endSession(track: Track): void {
    this.#finality.ending = true
    this.#closer.close([track.book], track)
    this.#finality.ending = false
    track.current = undefined
  }

  #apply(track: Track, bar: OpenBar, verdict: Verdict, oi: number): void {
    const { ledger } = track
    bar.tick_count++
    if (oi >= 0 && track.has_oi) bar.oi = oi
    this.flow?.addTo(bar, ledger, verdict, verdict === VERDICT.quiet ? 0 : ledger.inc)
    if (verdict === VERDICT.quiet) return
    bar.trade(ledger.price, ledger.event_s)
    if (this.trades !== undefined) this.#offer(this.trades, track, bar, verdict)
    if (ledger.inc === 0) return
    bar.volume += ledger.inc
    bar.turnover += ledger.inc * ledger.price
    bar.trade_count++
  }

  #offer(trades: TradeListener, track: Track, bar: OpenBar, verdict: Verdict): void {
    const { price, inc, event_s } = track.ledger
    if (bar.phase !== 'continuous' || (inc === 0 && !hasNoVolume(track.ledger))) return
    trades.onTrade(track, { price, volume: inc, at_s: event_s, oi: bar.oi, over_gap: verdict === VERDICT.traded_over_gap })
  }

  /** A packet that is not simply the next one of the newest bar. */
  #place(track: Track, verdict: Verdict, oi: number): void {
    const { ledger } = track
    if (track.session !== ledger.session) this.#beginSession(track)
    const was_held = this.now_ms < track.held_until_ms
    track.held_until_ms = 0
    const session = ledger.session
    assert(session !== undefined, 'an accepted packet has a session')
    const phase_index = phaseAt(session, ledger.event_s)
    const phase = session.phases[phase_index]
    if (phase === undefined || this.#isClosingPrice(track, verdict)) {
      this.#outside(track, verdict)
      return
    }
    const bar = this.#barFor(track, phase_index, phase, ledger.event_s)
    if (verdict === VERDICT.late) this.#widen(track, bar, oi)
    else if (verdict === VERDICT.traded_over_gap) this.#placeOverGap(track, bar, phase, oi, was_held)
    else if (bar === undefined) this.#tooLate(track, phase, verdict)
    else this.#apply(track, bar, verdict, oi)
    if (verdict !== VERDICT.late && ledger.inc > 0 && phase_index > track.settled_before) track.settled_before = phase_index
  }

  #beginSession(track: Track): void {
    const session = track.ledger.session
    track.session = session
    track.closing_from_s = session === undefined ? 0 : tradingSpan(session).end_s
    track.current = undefined
    track.older.length = 0
    track.auctions.length = 0
    track.rolled.length = 0
    track.filled_to_s.length = 0
    track.told.length = 0
    track.day = track.told_day = undefined
    track.late_volume = track.gap_volume = 0
    track.close_official = undefined
    track.settled_before = 0
  }

  /** After continuous trading a price without volume is the closing price, whatever the last trade time says. */
  #isClosingPrice(track: Track, verdict: Verdict): boolean {
    const { ledger } = track
    return verdict === VERDICT.traded && ledger.inc === 0 && ledger.last_exchange_s >= track.closing_from_s
  }

  #outside(track: Track, verdict: Verdict): void {
    const { ledger } = track
    if (verdict === VERDICT.quiet) return
    this.counts.off_session_volume += ledger.inc
    if (ledger.inc > 0) this.#addToDayOnly(track)
    else if (this.#isClosingPrice(track, verdict)) track.close_official = ledger.price
  }

  /** The open bar for a second, made if need be. Undefined when it is final already. */
  #barFor(track: Track, phase_index: number, phase: SessionPhase, at_s: number): OpenBar | undefined {
    const { session } = track
    const folded = this.#options.auction === 'fold' ? this.#foldedInto(track, phase_index) : undefined
    if (phase.phase !== 'continuous' && folded === undefined) return this.#auctionBar(track, phase_index, phase)
    const home = folded ?? { phase, time_s: at_s }
    const { start_s, end_s } = barAround(home.phase, home.time_s, MINUTE_INTERVAL.length_s)
    if (track.current?.start_s === start_s) return track.current
    const waiting = track.older.find((bar) => bar.start_s === start_s)
    if (waiting !== undefined) return waiting
    assert(session !== undefined, 'a placed packet has a session')
    if (this.#finality.isFinal(track, end_s)) return undefined
    return this.#makeMinute(track, start_s, end_s)
  }

  /** With `auction: fold`: the continuous phase, and a second in it, that an auction's trades go to. */
  #foldedInto(track: Track, phase_index: number): { phase: SessionPhase; time_s: number } | undefined {
    const phases = track.session?.phases ?? []
    const kind = phases[phase_index]?.phase
    if (kind === 'pre_open') {
      const next = phases.slice(phase_index).find(({ phase }) => phase === 'continuous')
      return next && { phase: next, time_s: next.start_s }
    }
    if (kind !== 'closing_auction') return undefined
    const last = phases.slice(0, phase_index).findLast(({ phase }) => phase === 'continuous')
    return last && { phase: last, time_s: last.end_s - 1 }
  }

  #auctionBar(track: Track, phase_index: number, phase: SessionPhase): OpenBar | undefined {
    const known = track.auctions[phase_index]
    if (known !== undefined || phase_index < track.settled_before) return known
    const bar = new OpenBar(phase.start_s, phase.end_s, phase.phase)
    track.auctions[phase_index] = bar
    this.#finality.watch(track, bar)
    return bar
  }

  #widen(track: Track, bar: OpenBar | undefined, oi: number): void {
    const { ledger } = track
    if (bar?.has_price !== true) {
      if (bar !== undefined) bar.tick_count++
      if (ledger.inc > 0) this.#addToDayOnly(track)
      return
    }
    bar.tick_count++
    if (oi >= 0 && track.has_oi && bar.oi < 0) bar.oi = oi
    bar.widen(ledger.price)
    if (ledger.inc === 0) return
    this.flow?.addTo(bar, ledger, VERDICT.late, ledger.inc)
    bar.volume += ledger.inc
    bar.turnover += ledger.inc * ledger.price
    bar.trade_count++
  }

  /** A trade told after its bar became final. */
  #tooLate(track: Track, phase: SessionPhase, verdict: Verdict): void {
    if (verdict === VERDICT.quiet) return
    this.counts.late_trades++
    if (this.#options.late === 'revise' && phase.phase === 'continuous') this.#revise(track, phase)
    else if (track.ledger.inc > 0) this.#addToDayOnly(track)
  }

  #addToDayOnly(track: Track, volume = track.ledger.inc): void {
    const day = this.#closer.dayBar(track)
    day.volume += volume
    day.turnover += volume * track.ledger.price
    track.late_volume += volume
    this.counts.late_volume += volume
  }

  #revise(track: Track, phase: SessionPhase): void {
    const { ledger } = track
    const intervals = [MINUTE_INTERVAL, ...this.#closer.rolled]
    intervals.forEach((interval, rank) => {
      const window = barAround(phase, ledger.event_s, interval.length_s)
      const told = track.told[rank]?.get(window.start_s)
      const open = rank === 0 || told !== undefined ? undefined : this.#closer.openRolled(track, rank - 1, window)
      const bar = told ?? open ?? new OpenBar(window.start_s, window.end_s, 'continuous')
      bar.tick_count++
      bar.trade(ledger.price, ledger.event_s)
      // The candle that was told keeps its own.
      if (told !== undefined) bar.flow = bar.flow?.copy()
      this.flow?.addTo(bar, ledger, VERDICT.traded, ledger.inc)
      bar.volume += ledger.inc
      bar.turnover += ledger.inc * ledger.price
      if (ledger.inc > 0) bar.trade_count++
      if (bar === open) return // it will be told in its time
      if (told !== undefined) bar.revision++
      this.#closer.keepTold(track, rank, bar)
      if (this.#options.fill === 'forward' && Math.abs(track.filled_to_s[rank] ?? 0) < bar.end_s)
        this.#closer.carryFrom(track, rank, bar)
      if (rank > 0 || this.#closer.wants_minute)
        this.#closer.tell({ track, bar, rank, interval: interval.label, synthetic: false })
    })
    const day = this.#closer.dayBar(track)
    const had_price = day.has_price
    day.trade(ledger.price, ledger.event_s)
    day.volume += ledger.inc
    day.turnover += ledger.inc * ledger.price
    if (day !== track.told_day) return
    if (had_price) day.revision++
    if (this.#closer.wants_day)
      this.#closer.tell({ track, bar: day, rank: intervals.length, interval: DAY_INTERVAL.label, synthetic: false })
  }

  /** The first packet after a gap that tells volume. It counts for the day in any case; `bar` is undefined when its trade's bar is final. */
  #placeOverGap(track: Track, bar: OpenBar | undefined, phase: SessionPhase, oi: number, was_held: boolean): void {
    const { ledger } = track
    if (this.#options.gap_volume === 'last') {
      this.#applyAfterGap(track, bar, oi)
      return
    }
    if (phase.phase === 'continuous') this.trades?.onGapVolume(track, ledger.inc)
    let home = bar
    if (this.#options.gap_volume === 'spread' && phase.phase === 'continuous') {
      this.#spread(track, phase, was_held)
      home ??= this.#openMinute(track, barAround(phase, ledger.event_s, MINUTE_INTERVAL.length_s).start_s)
    } else this.#quarantine(track, bar)
    if (home === undefined) return
    home.broken = true
    home.tick_count++
    home.trade_count++
    if (oi >= 0 && track.has_oi) home.oi = oi
    this.flow?.addTo(home, ledger, VERDICT.traded_over_gap, 0)
    home.trade(ledger.price, ledger.event_s)
  }

  /** `last`: all of it in the bar of this packet; where the trade's own bar is final, in the bar of the snapshot that told it. */
  #applyAfterGap(track: Track, trade_bar: OpenBar | undefined, oi: number): void {
    const { ledger, session } = track
    let bar = trade_bar
    if (bar === undefined && session !== undefined) {
      const seen_s = ledger.lastSeen()
      const phase_index = phaseAt(session, seen_s)
      const phase = session.phases[phase_index]
      if (phase !== undefined) bar = this.#barFor(track, phase_index, phase, seen_s)
    }
    if (bar === undefined) this.#addToDayOnly(track)
    else this.#apply(track, bar, VERDICT.traded_over_gap, oi)
  }

  #quarantine(track: Track, bar: OpenBar | undefined): void {
    const { inc, price } = track.ledger
    if (bar !== undefined) bar.gap_volume += inc
    track.gap_volume += inc
    const day = this.#closer.dayBar(track)
    if (bar === undefined) day.gap_volume += inc
    day.broken = true
    day.volume += inc
    day.turnover += inc * price
  }

  /** Pro rata by seconds over `(gap_from_s, event_s]`. Minutes without a bar get one at the last price before the gap, if they are not final. */
  #spread(track: Track, phase: SessionPhase, was_held: boolean): void {
    const { ledger } = track
    const begin_s = Math.max(ledger.gap_from_s, phase.start_s)
    const span_s = Math.max(1, ledger.event_s - begin_s)
    let given = 0
    for (let { start_s } = barAround(phase, begin_s, 60); start_s <= ledger.event_s; start_s += 60) {
      const is_last = start_s + 60 > ledger.event_s
      const due = is_last ? ledger.inc : Math.floor((ledger.inc * (start_s + 60 - begin_s)) / span_s)
      const share = due - given
      given = due
      const bar = this.#minuteBar(track, phase, start_s, was_held)
      if (bar === undefined) {
        this.#addToDayOnly(track, share)
        continue
      }
      if (!bar.has_price && !is_last) bar.trade(ledger.gap_price, start_s)
      bar.volume += share
      bar.turnover += share * ledger.price
      bar.synthetic_volume = true
      bar.broken = true
    }
  }

  #minuteBar(track: Track, phase: SessionPhase, start_s: number, may_make: boolean): OpenBar | undefined {
    const open = this.#openMinute(track, start_s)
    const end_s = Math.min(start_s + 60, phase.end_s)
    // What another connection let us tell during the gap is not told twice.
    if (open !== undefined || !may_make || this.#finality.isFinal(track, end_s, track.held_at_exchange_s, track.held_at_ms))
      return open
    return this.#makeMinute(track, start_s, end_s)
  }

  /** The newest minute is always `current`: minutes are finished in their order. */
  #makeMinute(track: Track, start_s: number, end_s: number): OpenBar {
    const bar = new OpenBar(start_s, end_s, 'continuous')
    if (track.current === undefined || track.current.start_s < start_s) {
      if (track.current !== undefined) track.older.push(track.current)
      track.current = bar
    } else track.older.push(bar)
    this.#finality.watch(track, bar)
    return bar
  }

  #openMinute(track: Track, start_s: number): OpenBar | undefined {
    return track.current?.start_s === start_s ? track.current : track.older.find((bar) => bar.start_s === start_s)
  }
}

const concerns = ({ connection, tokens }: Gap, { ledger }: Track): boolean =>
  tokens === undefined ? ledger.last_connection === connection : tokens.includes(ledger.instrument.instrument_token)

function insertSorted<T>(list: T[], item: T, order: (a: T, b: T) => number): void {
  const at = list.findIndex((other) => order(item, other) < 0)
  list.splice(at < 0 ? list.length : at, 0, item)
}
