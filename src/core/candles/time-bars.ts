import { assert } from '../assert.js'
import type { Candle, SessionPhase } from '../market/index.js'
import { type LedgerState, VERDICT, type Verdict } from '../volume/index.js'
import { barAround, clockWaitOf, latenessOf, phaseAt, sessionEnd, tradingSpan } from './bar-window.js'
import { GapList } from './gaps.js'
import { DAY_INTERVAL, type Interval, MINUTE_INTERVAL } from './interval.js'
import { OpenBar } from './open-bar.js'
import { ExchangeBook, hasNoVolume, NEVER_S, Track } from './track.js'

/** How bars are cut and what goes into them: the flags of `mds candles`, each value documented there. */
export interface TimeBarOptions {
  /** Sorted from fine to coarse. */
  intervals: readonly Interval[]
  /** Auctions in bars of their own, or folded into the first and last bar of continuous trading. */
  auction: 'separate' | 'fold'
  /** Minutes without a trade: no bar, or the last close carried forward. */
  fill: 'skip' | 'forward'
  /** Trades told after their bar is final: counted in the day only, or the bar told again with a higher revision. */
  late: 'drop' | 'revise'
  /** Volume learned right after a gap: into no bar, into the bar of that packet, or spread over the gap by seconds. */
  gap_volume: 'quarantine' | 'last' | 'spread'
}

interface DueBar {
  track: Track
  bar: OpenBar
  /** -1 auction, 0 minute, then by index of the rolled intervals, last the day. */
  rank: number
  interval: string
  synthetic: boolean
}

/** A trade on its way to a bar. Price and volume in feed units, `at_s` is the second that places it. */
export interface OfferedTrade {
  price: number
  volume: number
  at_s: number
  /** -1 when not known. */
  oi: number
  /** Its volume was learned across a gap (`gap_volume: last`). */
  over_gap: boolean
}

/**
 * What bars that count trades instead of time need to hear. In order of arrival, each trade once; what these bars keep out of theirs (late
 * snapshots, trades told after their minute was final, volume quarantined or spread after a gap) is no trade here either.
 */
export interface TradeListener {
  /** A trade of continuous trading (`auction: fold`: of an auction too), or with volume 0 a value of an instrument without volume. Borrowed. */
  onTrade(track: Track, trade: OfferedTrade): void
  /** Volume learned over a gap of continuous trading. */
  onGapVolume(track: Track, volume: number): void
  /** No trade of the session can come any more. May come twice. */
  onSessionOver(track: Track): void
}

const AUCTION_LABEL = 'auction'
/** After a gap, spread volume waits this long for each instrument's first packet. */
const SPREAD_WAIT_MS = 5000

/**
 * Ticks to bars in clock time. Minute bars are built from ticks, every other bar is rolled up from them.
 *
 * A bar is final when the exchange's own clock (the latest exchange second seen) is past its end by 2 s, or virtual time by 5 s; the last bar
 * of a session waits 60 s in both senses. Virtual time moves only with what is received, so a replay closes each bar at the same place as live.
 * Bars that become final at the same moment are told in the order (end, interval, exchange, token).
 */
export class TimeBars {
  readonly gaps = new GapList()
  readonly counts = { late_trades: 0, late_volume: 0, off_session_volume: 0 }
  /** Time of receipt of the first and the latest record. */
  begin_ms = Number.POSITIVE_INFINITY
  now_ms = 0
  trades: TradeListener | undefined
  /** Called before the newest bar of an instrument (by its index) is closed from outside its own packets. */
  onTouch: ((index: number) => void) | undefined
  readonly #options: TimeBarOptions
  readonly #rolled: readonly Interval[]
  readonly #wants_minute: boolean
  readonly #wants_day: boolean
  readonly #emit: (candle: Candle) => void
  readonly #books = new Map<string, ExchangeBook>()
  readonly #sorted_books: ExchangeBook[] = []
  #next_clock_due_ms = Number.POSITIVE_INFINITY
  #ending = false

  constructor(options: TimeBarOptions, emit: (candle: Candle) => void) {
    this.#options = options
    this.#rolled = options.intervals.filter(({ length_s }) => length_s > MINUTE_INTERVAL.length_s && Number.isFinite(length_s))
    this.#wants_minute = options.intervals.some(({ length_s }) => length_s === MINUTE_INTERVAL.length_s)
    this.#wants_day = options.intervals.includes(DAY_INTERVAL)
    this.#emit = emit
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
    if (now_ms < this.begin_ms) this.begin_ms = now_ms
    if (now_ms > this.now_ms) this.now_ms = now_ms
    if (this.now_ms >= this.#next_clock_due_ms) this.#close(this.#sorted_books)
  }

  noteGap(connection: number, from_ms: number, to_ms: number): void {
    this.gaps.add({ connection, from_ms, to_ms })
    if (this.#options.gap_volume !== 'spread') return
    for (const book of this.#sorted_books) {
      for (const track of book.tracks) if (track.ledger.last_connection === connection) this.#hold(track, to_ms + SPREAD_WAIT_MS)
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
    if (seen_s > book.max_exchange_s) {
      book.max_exchange_s = seen_s
      if (seen_s >= book.next_due_s) this.#close([book])
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
    this.#ending = true
    this.#close(this.#sorted_books)
  }

  /** The session in `ledger` is over: a packet of a later one has come. */
  endSession(track: Track): void {
    this.#ending = true
    this.#close([track.book], track)
    this.#ending = false
    track.current = undefined
  }

  #apply(track: Track, bar: OpenBar, verdict: Verdict, oi: number): void {
    const { ledger } = track
    bar.tick_count++
    if (oi >= 0 && track.has_oi) bar.oi = oi
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
    if (this.#isFinal(track, end_s)) return undefined
    const bar = new OpenBar(start_s, end_s, 'continuous')
    if (track.current === undefined || track.current.start_s < start_s) {
      if (track.current !== undefined) track.older.push(track.current)
      track.current = bar
    } else track.older.push(bar)
    this.#watch(track, bar)
    return bar
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
    this.#watch(track, bar)
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
    const day = this.#dayBar(track)
    day.volume += volume
    day.turnover += volume * track.ledger.price
    track.late_volume += volume
    this.counts.late_volume += volume
  }

  #revise(track: Track, phase: SessionPhase): void {
    const { ledger } = track
    const intervals = [MINUTE_INTERVAL, ...this.#rolled]
    intervals.forEach((interval, rank) => {
      const window = barAround(phase, ledger.event_s, interval.length_s)
      const told = track.told[rank]?.get(window.start_s)
      const open = rank === 0 || told !== undefined ? undefined : this.#openRolled(track, rank - 1, window)
      const bar = told ?? open ?? new OpenBar(window.start_s, window.end_s, 'continuous')
      bar.tick_count++
      bar.trade(ledger.price, ledger.event_s)
      bar.volume += ledger.inc
      bar.turnover += ledger.inc * ledger.price
      if (ledger.inc > 0) bar.trade_count++
      if (bar === open) return // it will be told in its time
      if (told !== undefined) bar.revision++
      this.#keepTold(track, rank, bar)
      if (this.#options.fill === 'forward' && (track.filled_to_s[rank] ?? -1) < bar.end_s) this.#carryFrom(track, rank, bar)
      if (rank > 0 || this.#wants_minute) this.#tell({ track, bar, rank, interval: interval.label, synthetic: false })
    })
    const day = this.#dayBar(track)
    const had_price = day.has_price
    day.trade(ledger.price, ledger.event_s)
    day.volume += ledger.inc
    day.turnover += ledger.inc * ledger.price
    if (day !== track.told_day) return
    if (had_price) day.revision++
    if (this.#wants_day) this.#tell({ track, bar: day, rank: intervals.length, interval: DAY_INTERVAL.label, synthetic: false })
  }

  /** The rolled bar of a window that has not been told yet, made if none of its minutes had a trade so far. Undefined when it is final. */
  #openRolled(track: Track, index: number, { start_s, end_s }: { start_s: number; end_s: number }): OpenBar | undefined {
    const open = track.rolled[index]
    if (open?.start_s === start_s) return open
    if (open !== undefined || this.#isFinal(track, end_s)) return undefined
    const bar = new OpenBar(start_s, end_s, 'continuous')
    track.rolled[index] = bar
    this.#watch(track, bar)
    return bar
  }

  #keepTold(track: Track, rank: number, bar: OpenBar): void {
    const told = track.told[rank] ?? new Map<number, OpenBar>()
    track.told[rank] = told.set(bar.start_s, bar)
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
    const day = this.#dayBar(track)
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
    if (open !== undefined || !may_make || this.#isFinal(track, end_s, track.held_at_exchange_s, track.held_at_ms)) return open
    const bar = new OpenBar(start_s, end_s, 'continuous')
    track.older.push(bar)
    this.#watch(track, bar)
    return bar
  }

  #openMinute(track: Track, start_s: number): OpenBar | undefined {
    return track.current?.start_s === start_s ? track.current : track.older.find((bar) => bar.start_s === start_s)
  }

  #dayBar(track: Track): OpenBar {
    if (track.told_day !== undefined) return track.told_day
    if (track.day === undefined) {
      assert(track.session !== undefined, 'a day bar belongs to a session')
      const { start_s, end_s } = tradingSpan(track.session)
      track.day = new OpenBar(start_s, end_s, 'day')
      this.#watch(track, track.day)
    }
    return track.day
  }

  /** True when a bar that ends then is final for this instrument, by the clocks of now or those given. */
  #isFinal(track: Track, bar_end_s: number, exchange_s = track.book.max_exchange_s, now_ms = this.now_ms): boolean {
    const session = track.session
    assert(session !== undefined, 'finality is asked within a session')
    const end_s = this.#waitsFor(track, bar_end_s)
    return exchange_s >= end_s + latenessOf(end_s, session) || now_ms >= (end_s + clockWaitOf(end_s, session)) * 1000
  }

  /** Notes when a new bar becomes final. */
  #watch(track: Track, bar: OpenBar): void {
    const due = this.#dueOf(track, bar)
    bar.due_exchange_s = due.exchange_s
    bar.due_clock_ms = due.clock_ms
    this.#expect(track, bar)
  }

  #expect({ book }: Track, bar: OpenBar): void {
    if (bar.due_exchange_s < book.next_due_s) book.next_due_s = bar.due_exchange_s
    if (bar.due_clock_ms < book.next_due_ms) book.next_due_ms = bar.due_clock_ms
    if (bar.due_clock_ms < this.#next_clock_due_ms) this.#next_clock_due_ms = bar.due_clock_ms
  }

  /** When a bar becomes final, by either clock. */
  #dueOf(track: Track, bar: OpenBar): { exchange_s: number; clock_ms: number } {
    const session = track.session
    assert(session !== undefined, 'a bar belongs to a session')
    if (bar.phase === 'continuous') {
      const end_s = this.#waitsFor(track, bar.end_s)
      return { exchange_s: end_s + latenessOf(end_s, session), clock_ms: (end_s + clockWaitOf(end_s, session)) * 1000 }
    }
    // An auction's volume belongs to it however late it is told: it waits for a trade of a later phase, or for the end of the session.
    const end_s = sessionEnd(session)
    return { exchange_s: end_s + 60, clock_ms: (end_s + 60) * 1000 }
  }

  /** With `auction: fold` the last bar waits for the closing auction it will hold. */
  #waitsFor(track: Track, end_s: number): number {
    const phases = track.session?.phases ?? []
    if (this.#options.auction !== 'fold') return end_s
    const index = phases.findIndex((phase) => phase.phase === 'continuous' && phase.end_s === end_s)
    const next = phases[index + 1]
    return index >= 0 && next?.phase === 'closing_auction' ? next.end_s : end_s
  }

  #isDue(track: Track, bar: OpenBar): boolean {
    if (this.#ending) return true
    if (this.now_ms < track.held_until_ms) return false
    return track.book.max_exchange_s >= bar.due_exchange_s || this.now_ms >= bar.due_clock_ms
  }

  /** Finds every bar of these books that has become final, and tells them in order. */
  #close(books: readonly ExchangeBook[], only?: Track): void {
    const due: DueBar[] = []
    for (const book of books) for (const track of book.tracks) if (only === undefined || only === track) this.#gather(track, due)
    due.sort(
      (a, b) =>
        a.bar.end_s - b.bar.end_s ||
        a.rank - b.rank ||
        compare(a.track.book.exchange, b.track.book.exchange) ||
        a.track.ledger.instrument.instrument_token - b.track.ledger.instrument.instrument_token ||
        a.bar.start_s - b.bar.start_s,
    )
    for (const bar of due) this.#tell(bar)
    this.#schedule(books)
  }

  #gather(track: Track, due: DueBar[]): void {
    if (track.session === undefined) return
    if (track.older.length > 0) {
      const ready = track.older.filter((bar) => this.#isDue(track, bar)).sort((a, b) => a.start_s - b.start_s)
      if (ready.length > 0) track.older.splice(0, track.older.length, ...track.older.filter((bar) => !ready.includes(bar)))
      for (const bar of ready) this.#finishMinute(track, bar, due)
    }
    const { current } = track
    if (current !== undefined && this.#isDue(track, current)) {
      this.onTouch?.(track.ledger.index)
      track.current = undefined
      this.#finishMinute(track, current, due)
    }
    this.#rolled.forEach((_, index) => {
      const bar = track.rolled[index]
      if (bar === undefined || !this.#isDue(track, bar)) return
      track.rolled[index] = undefined
      if (bar.has_price) this.#finish(track, bar, index + 1, due)
    })
    track.auctions.forEach((bar, index) => {
      if (bar === undefined || (index >= track.settled_before && !this.#isDue(track, bar))) return
      track.auctions[index] = undefined
      if (!bar.has_price) return
      this.#dayBar(track).fold(bar)
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
    const over = this.#ending || track.book.max_exchange_s >= end_s || this.now_ms >= end_s * 1000
    if (open || !over) return
    track.day = undefined
    if (this.#options.late === 'revise') track.told_day = day
    this.trades?.onSessionOver(track)
    if (this.#wants_day && day.has_price)
      due.push({ track, bar: day, rank: this.#rolled.length + 1, interval: DAY_INTERVAL.label, synthetic: false })
  }

  #roll(track: Track, minute: OpenBar, due: DueBar[]): void {
    this.#dayBar(track).fold(minute)
    const session = track.session
    assert(session !== undefined, 'a minute bar belongs to a session')
    const phase_index = phaseAt(session, minute.start_s)
    const phase = session.phases[phase_index]
    assert(phase !== undefined, 'a minute bar lies in a continuous phase')
    if (minute.trade_count > 0 && phase_index > track.settled_before) track.settled_before = phase_index
    this.#rolled.forEach((interval, index) => {
      const { start_s, end_s } = barAround(phase, minute.start_s, interval.length_s)
      const open = track.rolled[index]
      if (open !== undefined && open.start_s === start_s) {
        open.fold(minute)
        return
      }
      if (open?.has_price === true) this.#finish(track, open, index + 1, due)
      const bar = new OpenBar(start_s, end_s, 'continuous')
      bar.fold(minute)
      track.rolled[index] = bar
      this.#watch(track, bar)
    })
  }

  /** A bar is ready to be told; with fill, what lies empty before it comes first. */
  #finish(track: Track, bar: OpenBar, rank: number, due: DueBar[]): void {
    const interval = rank === 0 ? MINUTE_INTERVAL : (this.#rolled[rank - 1] as Interval)
    if (this.#options.fill === 'forward') {
      this.#fillUpTo(track, rank, interval, bar.start_s, due)
      this.#carryFrom(track, rank, bar)
    }
    if (this.#options.late === 'revise') this.#keepTold(track, rank, bar)
    if (rank > 0 || this.#wants_minute) due.push({ track, bar, rank, interval: interval.label, synthetic: false })
  }

  /** With fill: empty bars after this one are at its close. */
  #carryFrom(track: Track, rank: number, bar: OpenBar): void {
    track.filled_to_s[rank] = bar.end_s
    track.filled_close[rank] = bar.close
  }

  /** Carries the last close over empty bars that are final and end by `until_s`; stops at a gap and at the end of the phase. */
  #fillUpTo(track: Track, rank: number, interval: Interval, until_s: number, due: DueBar[]): void {
    let from_s = track.filled_to_s[rank] ?? -1
    const session = track.session
    if (from_s < 0 || session === undefined || (!this.#ending && this.now_ms < track.held_until_ms)) return
    const phase = session.phases[phaseAt(session, from_s - 1)]
    while (phase !== undefined && from_s < phase.end_s) {
      const { start_s, end_s } = barAround(phase, from_s, interval.length_s)
      if (end_s > until_s || !(this.#ending ? end_s * 1000 <= this.now_ms : this.#isFinal(track, end_s))) return
      if (this.gaps.cuts(track.ledger.connections, start_s * 1000, end_s * 1000)) {
        track.filled_to_s[rank] = -1
        return
      }
      const bar = new OpenBar(start_s, end_s, 'continuous')
      bar.trade(track.filled_close[rank] as number, start_s)
      // A trade told later makes another bar of it, not this one.
      if (this.#options.late === 'revise') this.#keepTold(track, rank, new OpenBar(start_s, end_s, 'continuous'))
      if (rank > 0 || this.#wants_minute) due.push({ track, bar, rank, interval: interval.label, synthetic: true })
      from_s = end_s
      track.filled_to_s[rank] = from_s
    }
  }

  #fillUpToNow(track: Track, due: DueBar[]): void {
    const intervals = [MINUTE_INTERVAL, ...this.#rolled]
    intervals.forEach((interval, rank) => {
      const open = rank === 0 ? [...track.older, track.current] : [track.rolled[rank - 1]]
      const first_open_s = Math.min(...open.map((bar) => bar?.start_s ?? Number.POSITIVE_INFINITY))
      this.#fillUpTo(track, rank, interval, first_open_s, due)
    })
  }

  /** When the next bar of these books becomes final, and of all. */
  #schedule(books: readonly ExchangeBook[]): void {
    for (const book of books) {
      book.next_due_s = NEVER_S
      book.next_due_ms = Number.POSITIVE_INFINITY
    }
    this.#next_clock_due_ms = Math.min(...this.#sorted_books.map(({ next_due_ms }) => next_due_ms))
    for (const book of books) {
      for (const track of book.tracks) {
        if (track.current !== undefined) this.#expect(track, track.current)
        for (const bar of track.older) this.#expect(track, bar)
        for (const bar of track.rolled) if (bar !== undefined) this.#expect(track, bar)
        for (const bar of track.auctions) if (bar !== undefined) this.#expect(track, bar)
        if (track.day !== undefined) this.#expect(track, track.day)
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
      const interval = rank === 0 ? MINUTE_INTERVAL : (this.#rolled[rank - 1] as Interval)
      const { start_s, end_s } = barAround(phase, from_s, interval.length_s)
      this.#watch(track, new OpenBar(start_s, end_s, 'continuous'))
    })
  }

  #tell({ track, bar, interval, synthetic }: DueBar): void {
    const { ledger } = track
    const { instrument } = ledger
    const is_day = bar.phase === 'day'
    this.#emit(
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

  #isComplete(track: Track, bar: OpenBar): boolean {
    const { ledger } = track
    if (bar.start_s < ledger.whole_from_s || bar.start_s * 1000 < this.begin_ms) return false
    if (bar.phase === 'day' && ledger.missed > 0) return false
    if (this.#ending && bar.end_s * 1000 > this.now_ms) return false
    return !this.gaps.cuts(ledger.connections, bar.start_s * 1000, bar.end_s * 1000)
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function insertSorted<T>(list: T[], item: T, order: (a: T, b: T) => number): void {
  const at = list.findIndex((other) => order(item, other) < 0)
  list.splice(at < 0 ? list.length : at, 0, item)
}
