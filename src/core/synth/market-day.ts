import type { Calendar } from '../market/index.js'
import { formatIso, istDayStartMs } from '../time/index.js'
import { activityAt, QUIET_ACTIVITY } from './activity.js'
import { factOf, type SnapshotFact } from './fact.js'
import { SpotLevels } from './levels.js'
import { MessageBuilder } from './message.js'
import { Random } from './random.js'
import { type FeedMode, Tickers } from './tickers.js'
import { type Appointment, createTimetable, type HoursGroup, type Timetable } from './timetable.js'
import type { Universe } from './universe.js'

export interface DaySetup {
  universe: Universe
  calendar: Calendar
  seed: number
  /** Mean packets a second over 09:15-15:30, all instruments together. */
  rate: number
  /** Epoch seconds, `[start_s, until_s)`: the recording. */
  start_s: number
  until_s: number
  /** `mixed`: one in five instruments stays in quote mode, one in ten in ltp mode. */
  mode: 'full' | 'mixed'
  /** Keep what each packet says. Slower. */
  facts: boolean
}

/** Where records go. `bytes` and `facts` are valid during the call. */
export interface RecordSink {
  onRecord(received_ms: number, bytes: Uint8Array, facts: readonly SnapshotFact[]): void
}

const EQUITY_OPEN_S = 9.25 * 3600
const EQUITY_SECONDS = 22_500
/** What a message holds when the market is busy; the feed then sends more messages rather than larger ones. */
const PACKETS_PER_MESSAGE = 150
const MESSAGES_PER_SECOND_MAX = 8
/** Beyond this chance of a snapshot in a message, more messages are sent. */
const CHANCE_MAX = 0.45
/** Packets a message can hold, by the recordings' own message limit of 8 MiB. */
const SUBSCRIPTION_PACKETS = 200
const BUSY_MAX = 3

/** Packets a second and instrument that the feed can carry at all. */
export const RATE_PER_INSTRUMENT_MAX = 5

/**
 * A market day as one feed delivers it, second by second: subscription, pre-open, continuous session, close. Pure: the same setup gives
 * the same records. `advance` until it returns false.
 */
export class MarketDay {
  readonly #setup: DaySetup
  readonly #universe: Universe
  readonly #levels: SpotLevels
  readonly #tickers: Tickers
  readonly #timetable: Timetable
  readonly #random: Random
  readonly #message: MessageBuilder
  readonly #modes: FeedMode[]
  readonly #midnight_s: number
  readonly #open_s: number
  /** Chance of a snapshot in one message, as a limit for 32 random bits. */
  readonly #limits: Float64Array
  readonly #weights: Float64Array
  #running: number[] = []
  #messagesPerSecond = 1
  #now_s: number
  #nextAppointment = 0
  #latency_ms = 60
  #received_ms = 0

  constructor(setup: DaySetup) {
    const { universe, calendar, seed, start_s } = setup
    this.#setup = setup
    this.#universe = universe
    this.#now_s = start_s
    this.#midnight_s = istDayStartMs(universe.day) / 1000
    this.#open_s = this.#midnight_s + EQUITY_OPEN_S
    this.#random = new Random(seed, `flow ${universe.day}`)
    this.#levels = new SpotLevels(universe.spots, new Random(seed, `levels ${universe.day}`), this.#open_s)
    this.#tickers = new Tickers(universe, this.#levels, this.#random, this.#midnight_s)
    this.#timetable = createTimetable(universe, calendar, new Random(seed, `timetable ${universe.day}`), start_s)
    const count = universe.listings.length
    this.#message = new MessageBuilder(2 * count + 2 * SUBSCRIPTION_PACKETS)
    this.#limits = new Float64Array(count)
    this.#weights = new Float64Array(count)
    const modes = new Random(seed, 'modes')
    this.#modes = universe.listings.map(() => (setup.mode === 'full' ? 'full' : modeOf(modes.below(10))))
  }

  /** One second of the market; false when the recording is over. */
  advance(sink: RecordSink): boolean {
    const now_s = this.#now_s
    if (now_s >= this.#setup.until_s) return false
    if (now_s === this.#setup.start_s) this.#subscribe(sink)
    else this.#second(now_s, sink)
    this.#now_s++
    return this.#now_s < this.#setup.until_s
  }

  #second(now_s: number, sink: RecordSink): void {
    const elapsed = now_s - this.#open_s
    const activity = elapsed >= 0 && elapsed < EQUITY_SECONDS ? activityAt(elapsed / EQUITY_SECONDS) : QUIET_ACTIVITY
    this.#levels.step(now_s, EQUITY_SECONDS - elapsed, activity)
    const changed = this.#openAndClose(now_s)
    if (changed || now_s % 60 === 0) this.#shareOutMinute(activity)
    const count = this.#messagesPerSecond
    let sent = false
    for (let n = 0; n < count; n++) {
      const at_ms = now_s * 1000 + Math.floor(((n + this.#random.unit()) * 1000) / count)
      this.#keepAppointments(at_ms)
      this.#gather(at_ms, activity)
      sent = this.#send(at_ms, sink) || sent
    }
    if (!sent) this.#record(now_s * 1000 + 400 + this.#random.below(300), HEARTBEAT, sink)
  }

  /** A snapshot of whatever changed since the last message. */
  #gather(at_ms: number, activity: number): void {
    const random = this.#random
    const limits = this.#limits
    const running = this.#running
    for (let n = 0; n < running.length; n++) {
      const listing = running[n]!
      if (random.next() < limits[listing]!) this.#snapshot(listing, at_ms, activity)
    }
  }

  #snapshot(listing: number, at_ms: number, activity: number): void {
    const tickers = this.#tickers
    if (tickers.isIndex(listing)) {
      if (tickers.advanceIndex(listing, at_ms)) this.#tell(listing, at_ms, true)
      return
    }
    const group = this.#timetable.groups[this.#timetable.group_of[listing]!]!
    const busy = activity * this.#levels.excitement[this.#universe.listings[listing]!.spot]!
    const price = tickers.price[listing]!
    tickers.advance(listing, at_ms, busy, group.running!.end_s * 1000)
    if (this.#modes[listing] === 'ltp' && tickers.price[listing] === price) return
    this.#tell(listing, at_ms, true)
  }

  /** Adds the packet of the present state to the message. */
  #tell(listing: number, at_ms: number, open_book: boolean): void {
    const now_s = Math.floor(at_ms / 1000)
    const mode = this.#modes[listing]!
    const packet = this.#tickers.packet(listing, now_s, mode, open_book)
    if (this.#setup.facts) this.#message.note(factOf(packet, listing, this.#tickers.toldVolume(listing)), this.#message.length)
    this.#message.add(packet)
  }

  #keepAppointments(at_ms: number): void {
    const { appointments } = this.#timetable
    for (; this.#nextAppointment < appointments.length; this.#nextAppointment++) {
      const appointment = appointments[this.#nextAppointment]!
      if (appointment.at_ms > at_ms) return
      this.#keep(appointment, at_ms)
    }
  }

  #keep({ kind, listing, exchange_ms }: Appointment, at_ms: number): void {
    const tickers = this.#tickers
    const price = tickers.price[listing]!
    switch (kind) {
      case 'start_of_day':
        return this.#modes[listing] === 'ltp' ? undefined : this.#tell(listing, at_ms, false)
      case 'index_preview':
        return tickers.advanceIndex(listing, at_ms) ? this.#tell(listing, at_ms, true) : undefined
      case 'indicative':
        tickers.stir(listing, at_ms)
        break
      case 'auction':
        tickers.auction(listing, at_ms, exchange_ms, 0.004)
        break
      case 'closing_auction':
        tickers.auction(listing, at_ms, exchange_ms, 0.06)
        break
      case 'last_snapshot':
        tickers.advance(listing, at_ms, 1, exchange_ms)
        break
      case 'official_close':
        if (!tickers.announceClose(listing, this.#spotOf(listing).todays_close)) return
        break
      case 'post_close':
        tickers.trade(listing, { price, quantity: 1 + this.#random.below(400), unseen: 0, trade_ms: exchange_ms })
        break
    }
    if (this.#modes[listing] === 'ltp' && tickers.price[listing] === price) return
    this.#tell(listing, at_ms, kind !== 'official_close')
  }

  #spotOf(listing: number) {
    return this.#universe.spots[this.#universe.listings[listing]!.spot]!
  }

  /** Notices continuous sessions that begin or end; true when one did. */
  #openAndClose(now_s: number): boolean {
    let changed = false
    for (const group of this.#timetable.groups) {
      const phase = group.phases.find((one) => one.phase === 'continuous' && one.start_s <= now_s && now_s < one.end_s)
      if (phase === group.running) continue
      group.running = phase
      changed = true
      if (phase !== undefined) for (const listing of group.listings) this.#tickers.shown_ms[listing] = phase.start_s * 1000
    }
    if (changed) this.#running = runningOf(this.#timetable.groups)
    return changed
  }

  /** Turns the wanted packets a second into a chance for each instrument, once a minute. */
  #shareOutMinute(activity: number): void {
    const { listings } = this.#universe
    let all = 0
    for (const listing of listings) all += listing.weight
    let running = 0
    for (const listing of this.#running) {
      const busy = Math.min(BUSY_MAX, this.#levels.excitement[listings[listing]!.spot]!)
      this.#weights[listing] = listings[listing]!.weight * busy
      running += listings[listing]!.weight
    }
    const wanted = (this.#setup.rate * activity * running) / all
    const count = Math.max(
      Math.round(wanted / PACKETS_PER_MESSAGE),
      Math.ceil(wanted / (CHANCE_MAX * this.#running.length || 1)),
      1,
    )
    this.#messagesPerSecond = Math.min(MESSAGES_PER_SECOND_MAX, count)
    const scale = scaleFor(wanted / this.#messagesPerSecond, this.#running, this.#weights)
    for (const listing of this.#running) this.#limits[listing] = Math.min(1, scale * this.#weights[listing]!) * 0x1_0000_0000
  }

  /** Greeting, the server's cached packets in quote mode (the mode of a bare `subscribe`), then in the mode asked for. */
  #subscribe(sink: RecordSink): void {
    const start_ms = this.#setup.start_s * 1000
    const count = this.#universe.listings.length
    this.#record(
      start_ms + 120,
      text(`{"type":"instruments_meta","data":{"count":${count},"etag":"W/\\"synth-${this.#universe.day}\\""}}`),
      sink,
    )
    this.#record(start_ms + 121, text(`{"type":"app_code","timestamp":"${formatIso(start_ms)}"}`), sink)
    const closed_s = istDayStartMs(this.#universe.previous_day) / 1000 + 15.5 * 3600
    this.#cached(start_ms + 300, closed_s, () => 'quote', sink)
    this.#cached(start_ms + 650, closed_s, (listing) => this.#modes[listing]!, sink)
  }

  #cached(at_ms: number, closed_s: number, modeOfListing: (listing: number) => FeedMode, sink: RecordSink): void {
    for (let listing = 0; listing < this.#universe.listings.length; listing++) {
      const packet = this.#tickers.cachedPacket(listing, closed_s, modeOfListing(listing))
      const volume = packet.kind === 'quote' || packet.kind === 'full' ? packet.volume_traded : 0
      if (this.#setup.facts) this.#message.note(factOf(packet, listing, volume), this.#message.length)
      this.#message.add(packet)
      if (this.#message.packets === SUBSCRIPTION_PACKETS) this.#send(at_ms, sink)
    }
    this.#send(at_ms, sink)
  }

  #send(at_ms: number, sink: RecordSink): boolean {
    if (this.#message.packets === 0) return false
    this.#record(at_ms, this.#message.finish(), sink)
    this.#message.clear()
    return true
  }

  /** Network and queues: some tens of ms, at times some hundreds; never out of order. */
  #record(at_ms: number, bytes: Uint8Array, sink: RecordSink): void {
    const bits = this.#random.next()
    this.#latency_ms += (45 + ((bits & 0xff) * 70) / 256 - this.#latency_ms) * 0.2
    if (bits >>> 22 === 0) this.#latency_ms += 250
    this.#received_ms = Math.max(this.#received_ms, at_ms + Math.floor(this.#latency_ms))
    if (this.#received_ms < this.#setup.until_s * 1000) sink.onRecord(this.#received_ms, bytes, this.#message.facts)
  }
}

const HEARTBEAT = new Uint8Array(1)

const text = (line: string): Uint8Array => new TextEncoder().encode(line)

function modeOf(tenth: number): FeedMode {
  if (tenth === 0) return 'ltp'
  return tenth < 3 ? 'quote' : 'full'
}

function runningOf(groups: readonly HoursGroup[]): number[] {
  return groups.flatMap((group) => (group.running === undefined ? [] : group.listings)).sort((a, b) => a - b)
}

/** The factor that makes the chances `min(1, factor * weight)` add up to `wanted`. */
function scaleFor(wanted: number, running: readonly number[], weights: Float64Array): number {
  let high = 1
  const sumAt = (scale: number): number => {
    let sum = 0
    for (const listing of running) sum += Math.min(1, scale * weights[listing]!)
    return sum
  }
  if (wanted >= running.length) return 0x1_0000_0000
  for (let n = 0; n < 60 && sumAt(high) < wanted; n++) high *= 2
  let low = 0
  for (let n = 0; n < 40; n++) {
    const middle = (low + high) / 2
    if (sumAt(middle) < wanted) low = middle
    else high = middle
  }
  return high
}
