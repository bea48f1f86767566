import {
  type CandleStyle,
  type EventBarSpec,
  EventBars,
  GAP_MS,
  type Gap,
  GapList,
  inStyle,
  type Journaled,
  type TimeBarOptions,
  TimeBars,
  type Track,
} from '../candles/index.js'
import type { Diagnostic, DiagnosticCode } from '../diagnostics.js'
import type { Calendar, Candle, Instrument, Session } from '../market/index.js'
import type { LiveQuote, OptionBook, QuoteUpdate } from '../options/index.js'
import { type Frame, type FrameConsumer, isText, RECORD_HEADER_BYTES } from '../recording/index.js'
import { formatDate, type IstDay } from '../time/index.js'
import { type BarClock, LedgerState, VERDICT, type VolumeEvent, VolumeLedger } from '../volume/index.js'
import * as kite from '../wire/index.js'
import { CommonPath } from './common-path.js'
import { QuoteReader } from './quote-reader.js'
import { TokenTable } from './token-table.js'

/** A longer silence is not counted out in seconds. */
const SECONDS_MAX_MS = 12 * 3_600_000

/** Everything but the recording that decides what comes out. */
export interface PipelineSetup {
  instruments: { resolve(token: number): Instrument }
  calendar: Calendar
  clock: BarClock
  bars: TimeBarOptions
  /** Bars that end by what trades; default none. */
  event_bars?: readonly EventBarSpec[] | undefined
  /** Default `plain`. */
  style?: CandleStyle | undefined
  /** Paths as the user gave them, by `Frame.file`. */
  files: readonly string[]
  /** What the journals say; without one a silence is a gap. */
  journaled?: Journaled | undefined
  /** Kept up to date with the accepted packets of its instruments: no duplicates, nothing of an earlier session or that may be, nothing out of order. */
  options?: OptionBook | undefined
  /** False: every packet goes the whole way. Same bytes, slower; for tests. */
  common_path?: boolean
}

/** What comes out, in order of virtual time. */
export interface PipelineListener {
  onCandle(candle: Candle): void
  onDiagnostic(diagnostic: Diagnostic): void
  onVolumeEvent?(event: VolumeEvent): void
  /** Every whole packet, before anything is made of it, duplicates included. The bytes are borrowed. */
  onTick?(tick: RawTick): void
  /** All candles that were told in a moment have been given to `onCandle`. */
  onMoment?(now_ms: number): void
  /** Each whole second of virtual time, ahead of what was received in it; a second without records comes with the next record. */
  onSecond?(now_ms: number): void
  /** Asked once for each instrument, ahead of its first packet: who wants its packets as they are accepted? Undefined for most. */
  watch?(instrument: Instrument): QuoteWatch | undefined
}

/** Hears one instrument: no duplicates, nothing of an earlier session or that may be, nothing out of order. */
export interface QuoteWatch {
  /** `traded`: it tells a trade, or the next value of an index. Borrowed. */
  onQuote(update: Readonly<QuoteUpdate>, traded: boolean): void
}

/** The order in which gaps are told. */
export const byEnd = (a: Gap, b: Gap): number => a.to_ms - b.to_ms || a.from_ms - b.from_ms || a.connection - b.connection

/** A packet where it lies. One object, reused: read it during the call. */
export interface RawTick {
  view: DataView
  at: number
  length: kite.PacketBytes
  received_at_ms: number
  /** 0-based number of the packet in the merged input. */
  sequence: number
  /** Dense number of the instrument, by first appearance. */
  index: number
  instrument: Instrument
}

/**
 * A record's way: virtual time moves to its time of receipt and closes what is due; its packets go one by one to the volume ledger and from
 * there into the bars. Live and replay share every step.
 */
export class Pipeline implements FrameConsumer, kite.PacketSink {
  readonly counts = { messages: 0, heartbeats: 0, texts: 0, packets: 0, bad_packets: 0, message_bytes: 0, unknown_instruments: 0 }
  /** Packets by length in bytes. */
  readonly packets_by_length = new Map<number, number>()
  readonly ledger: VolumeLedger
  readonly bars: TimeBars
  /** By first appearance. */
  readonly tracks: Track[] = []
  readonly #states: LedgerState[] = []
  /** Where an instrument's packets are written as quotes; undefined for most. */
  readonly #quotes: (LiveQuote | undefined)[] = []
  readonly #watches: (QuoteWatch | undefined)[] = []
  readonly #quote_reader = new QuoteReader()
  readonly #setup: PipelineSetup
  readonly #listener: PipelineListener
  readonly #tokens = new TokenTable()
  readonly #common: CommonPath | undefined
  readonly #sessions = new Set<Session>()
  readonly #told = new Set<string>()
  readonly #onTick: ((tick: RawTick) => void) | undefined
  readonly #onSecond: ((now_ms: number) => void) | undefined
  #next_second_ms = 0
  readonly #journaled: Journaled | undefined
  /** Told by a journal and not reached yet, in their order. */
  readonly #due_gaps: Gap[]
  #frame: Frame | undefined
  #tick: RawTick | undefined
  #full_packets = 0

  constructor(setup: PipelineSetup, listener: PipelineListener) {
    this.#setup = setup
    this.#listener = listener
    const { bars, event_bars = [], style = 'plain' } = setup
    const emit = inStyle(style, bars, (candle) => listener.onCandle(candle))
    this.#onTick = listener.onTick?.bind(listener)
    this.#onSecond = listener.onSecond?.bind(listener)
    this.#journaled = setup.journaled
    this.#due_gaps = [...(setup.journaled?.gaps ?? [])]
    this.bars = new TimeBars(bars, emit, new GapList(setup.journaled))
    if (event_bars.length > 0) this.bars.trades = new EventBars(event_bars, this.bars.gaps, emit)
    if (listener.onMoment !== undefined) this.bars.onMoment = listener.onMoment.bind(listener)
    // Event bars and flow want each packet in its order; the common path goes by the time of the trade.
    const is_common = setup.common_path !== false && event_bars.length === 0 && bars.flow === undefined && setup.clock === 'trade'
    this.#common = is_common ? new CommonPath(this.tracks, this.#tokens) : undefined
    this.bars.onTouch = (index) => this.#common?.settle(index)
    this.ledger = new VolumeLedger({
      clock: setup.clock,
      sessionOf: (instrument, day) => this.#sessionOf(instrument, day),
      onSessionEnd: (state) => this.bars.endSession(this.tracks[state.index] as Track),
      onEvent: (event) => listener.onVolumeEvent?.(event),
    })
  }

  onFrame(frame: Frame): void {
    this.#frame = frame
    this.counts.messages++
    this.counts.message_bytes += frame.end - frame.start
    while ((this.#due_gaps[0]?.to_ms ?? Number.POSITIVE_INFINITY) <= frame.received_at_ms) this.#applyGap(frame)
    this.#noteSilence(frame)
    if (this.#onSecond !== undefined) this.#tellSeconds(this.#onSecond, frame.received_at_ms)
    this.bars.advance(frame.received_at_ms)
    if (frame.end - frame.start <= kite.HEARTBEAT_BYTES) {
      this.counts.heartbeats++
      return
    }
    if (isText(frame)) {
      this.counts.texts++
      return
    }
    this.#common?.beginMessage(frame.view, frame.connection)
    this.ledger.beginMessage(Math.floor(frame.received_at_ms / 1000), frame.connection)
    kite.walkPackets(frame.view, frame.start, frame.end, this)
  }

  /** Takes the packets that need no closer look; see `CommonPath`. */
  skim(view: DataView, at: number, end: number, count: number): number {
    if (this.#common === undefined || this.#onTick !== undefined) return 0
    const taken = this.#common.skim(view, at, end, count)
    this.#full_packets += taken
    return taken
  }

  onPacket(view: DataView, at: number, length: kite.PacketBytes): void {
    const token = kite.readToken(view, at)
    let index = this.#tokens.find(token)
    if (index < 0) index = this.#open(token)
    if (this.#onTick !== undefined) this.#onTick(this.#rawTick(view, at, length, index))
    if (length === kite.FULL_BYTES) this.#full_packets++
    else this.packets_by_length.set(length, (this.packets_by_length.get(length) ?? 0) + 1)
    const state = this.#states[index] as LedgerState
    this.#common?.settle(index)
    const verdict = this.ledger.take(state, view, at, length)
    if (verdict !== VERDICT.dropped)
      this.bars.add(this.tracks[index] as Track, verdict, length === kite.FULL_BYTES ? kite.readOi(view, at) : -1)
    const quote = this.#quotes[index]
    const watch = this.#watches[index]
    // What is written as quotes never takes the common path, which would not tell.
    if (quote === undefined && watch === undefined) this.#common?.open(index)
    else if (verdict !== VERDICT.dropped && verdict !== VERDICT.late && !state.provisional) {
      const update = this.#quote_reader.read(view, at, length, (this.#frame as Frame).received_at_ms)
      quote?.take(update)
      watch?.onQuote(update, verdict !== VERDICT.quiet)
    }
  }

  onBadPacket(code: DiagnosticCode, at: number, detail: kite.PacketFault): void {
    this.counts.bad_packets++
    const frame = this.#frame as Frame
    this.#tell(code, frame, frame.offset + RECORD_HEADER_BYTES + at - frame.start, { ...detail })
  }

  onRecycle(view: DataView): void {
    this.#common?.release(view)
    this.bars.flow?.release(view)
    this.ledger.keepPackets(this.#states, view)
  }

  /** A capture tells a gap as it ends: ahead of the first frame received at or after its end. */
  noteGap(gap: Gap): void {
    const at = this.#due_gaps.findIndex((other) => byEnd(gap, other) < 0)
    this.#due_gaps.splice(at < 0 ? this.#due_gaps.length : at, 0, gap)
  }

  /** The input is over. */
  end(): void {
    while (this.#due_gaps.length > 0) this.#applyGap(this.#frame)
    this.#noteOpenSilences()
    this.#common?.settleAll()
    this.bars.end()
    if (this.#full_packets > 0) this.packets_by_length.set(kite.FULL_BYTES, this.#full_packets)
    for (const count of this.packets_by_length.values()) this.counts.packets += count
  }

  #tellSeconds(onSecond: (now_ms: number) => void, received_ms: number): void {
    // At the start, and where a clock jumped: nobody is asked about seconds that nothing is known of.
    if (received_ms - this.#next_second_ms > SECONDS_MAX_MS) this.#next_second_ms = Math.ceil(received_ms / 1000) * 1000
    for (; this.#next_second_ms <= received_ms; this.#next_second_ms += 1000) onSecond(this.#next_second_ms)
  }

  #rawTick(view: DataView, at: number, length: kite.PacketBytes, index: number): RawTick {
    const received_at_ms = (this.#frame as Frame).received_at_ms
    const { instrument } = this.#states[index] as LedgerState
    const tick = this.#tick
    if (tick === undefined) {
      this.#tick = { view, at, length, received_at_ms, sequence: 0, index, instrument }
      return this.#tick
    }
    tick.view = view
    tick.at = at
    tick.length = length
    tick.received_at_ms = received_at_ms
    tick.sequence++
    tick.index = index
    tick.instrument = instrument
    return tick
  }

  #open(token: number): number {
    const index = this.#tokens.add(token)
    const instrument = this.#setup.instruments.resolve(token)
    const state = new LedgerState(instrument, index)
    this.#states.push(state)
    this.#quotes.push(this.#setup.options?.quoteOf(instrument))
    this.#watches.push(this.#listener.watch?.(instrument))
    this.tracks.push(this.bars.open(state))
    if (!instrument.known) {
      this.counts.unknown_instruments++
      const frame = this.#frame as Frame
      this.#tell('unknown_instrument', frame, frame.offset, { instrument_token: token })
    }
    return index
  }

  #noteSilence(frame: Frame): void {
    const heard_ms = this.bars.gaps.hear(frame.connection, frame.received_at_ms)
    if (heard_ms === undefined || frame.received_at_ms - heard_ms <= GAP_MS || !this.#isTrading(heard_ms, frame.received_at_ms))
      return
    if (this.#journaled?.covers(frame.connection, heard_ms, frame.received_at_ms) === true) return
    this.#takeGap({ connection: frame.connection, from_ms: heard_ms, to_ms: frame.received_at_ms }, frame)
  }

  /** A killed capture told nothing of those that it waited for: who was silent up to the end counts as silent. */
  #noteOpenSilences(): void {
    const frame = this.#frame
    if (frame === undefined) return
    for (const { connection, from_ms, to_ms } of this.bars.gaps.silent())
      if (this.#journaled?.isOpen?.(connection) === true && this.#isTrading(from_ms, to_ms))
        this.#takeGap({ connection, from_ms, to_ms }, frame)
  }

  #applyGap(frame: Frame | undefined): void {
    const gap = this.#due_gaps.shift()
    if (gap !== undefined) this.#takeGap(gap, frame)
  }

  #takeGap(gap: Gap, frame: Frame | undefined): void {
    const { connection, from_ms, to_ms, tokens } = gap
    const [from_s, to_s] = [Math.floor(from_ms / 1000), Math.floor(to_ms / 1000)]
    this.#common?.settleAll()
    if (tokens === undefined) this.ledger.noteGap(this.#states, connection, from_s, to_s)
    else
      for (const token of tokens) {
        const state = this.#states[this.#tokens.find(token)]
        if (state !== undefined) this.ledger.noteGapOf(state, from_s, to_s)
      }
    this.bars.noteGap(gap)
    if (frame !== undefined && this.#isTrading(from_ms, to_ms))
      this.#tell('feed_gap', frame, frame.offset, { connection, from_ms, to_ms, silence_ms: to_ms - from_ms })
  }

  /** Does some instrument seen so far trade within the span? */
  #isTrading(from_ms: number, to_ms: number): boolean {
    for (const session of this.#sessions) {
      for (const { phase, start_s, end_s } of session.phases) {
        if (phase !== 'post_close' && from_ms < end_s * 1000 && to_ms > start_s * 1000) return true
      }
    }
    return false
  }

  #sessionOf(instrument: Instrument, day: IstDay): Session {
    const session = this.#setup.calendar.sessionOf(instrument, day)
    if (this.#sessions.has(session)) return session
    this.#sessions.add(session)
    const frame = this.#frame as Frame
    if (session.closed && this.#isNews(`closed ${day} ${instrument.exchange}`))
      this.#tell('closed_day', frame, frame.offset, { date: formatDate(day), exchange: instrument.exchange })
    return session
  }

  /** True the first time. */
  #isNews(what: string): boolean {
    if (this.#told.has(what)) return false
    this.#told.add(what)
    return true
  }

  #tell(code: DiagnosticCode, frame: Frame, offset: number, detail: Diagnostic['detail']): void {
    this.#listener.onDiagnostic({ code, file: this.#setup.files[frame.file] ?? '-', record: frame.record, offset, detail })
  }
}
