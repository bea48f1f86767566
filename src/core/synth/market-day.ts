import type { Calendar } from '../market/index.js'
import { Random } from '../random.js'
import { encodeRecord } from '../recording/index.js'
import { formatIso, istDayStartMs } from '../time/index.js'
import { activityAt, QUIET_ACTIVITY } from './activity.js'
import { chancesFor } from './chances.js'
import { factOf } from './fact.js'
import { FaultActor } from './fault-actor.js'
import { type FaultKind, planFaults, plantWrap } from './faults.js'
import { SpotLevels } from './levels.js'
import { TRADES_PER_WEIGHT } from './listing.js'
import { MessageBuilder } from './message.js'
import { directionOf, type MissingPlant, PlantActor, type PlantedPattern, type PlantWishes, planPlants } from './plants/index.js'
import type { RecordSink } from './record-sink.js'
import { type FeedMode, Tickers } from './tickers.js'
import { type Appointment, createTimetable, type HoursGroup, type Timetable } from './timetable.js'
import type { Universe } from './universe.js'

/** What decides every byte of a synthetic day. */
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
  faults: readonly FaultKind[]
  /** Patterns to plant; absent: none. */
  plants?: PlantWishes | undefined
  /** Keep what each packet says, for the truth file. Slower. */
  facts: boolean
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

/** Stands in the greeting of every synthetic recording. */
export const SYNTHETIC_MARK = 'synth-'

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
  readonly #faults: FaultActor
  readonly #plants: PlantActor | undefined
  readonly #missing: readonly MissingPlant[] = []
  readonly #facts: boolean
  /** Listing whose volume passes 2^32 today, -1 for none. */
  readonly #wrapping: number
  #wrapped = false
  #nextAppointment = 0
  #activity = 0
  #latency_ms = 60
  #received_ms = 0

  constructor(setup: DaySetup) {
    const { calendar, seed, start_s } = setup
    const wrap = setup.faults.includes('wrap') ? plantWrap(setup.universe, TRADES_PER_WEIGHT) : undefined
    const universe = wrap?.universe ?? setup.universe
    this.#wrapping = wrap?.listing ?? -1
    this.#facts = setup.facts || setup.faults.length > 0
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
    if (setup.plants !== undefined) {
      const { plans, missing } = planPlants(setup.plants, {
        universe,
        seed,
        midnight_s: this.#midnight_s,
        start_s,
        hoursOf: (listing) => this.#groupOf(listing),
        suits: (listing) => listing !== this.#wrapping && this.#modes[listing] === 'full',
      })
      this.#missing = missing
      this.#plants = new PlantActor(plans, {
        universe,
        tickers: this.#tickers,
        levels: this.#levels,
        hoursOf: (listing) => this.#groupOf(listing),
        tellNow: (listing, at_ms) => {
          if (this.#advance(listing, at_ms, this.#activity)) this.#tell(listing, at_ms, true)
        },
        tell: (listing, at_ms) => this.#tell(listing, at_ms, true),
      })
    }
    const actions = planFaults(setup.faults, {
      universe,
      random: new Random(seed, `faults ${universe.day}`),
      open_s: this.#open_s,
      suits: (listing) =>
        listing !== this.#wrapping && this.#modes[listing] === 'full' && this.#plants?.isPlanted(listing) !== true,
    })
    this.#faults = new FaultActor(actions, {
      tickers: this.#tickers,
      message: this.#message,
      isRunning: (listing) => this.#groupOf(listing).running !== undefined,
      tellNow: (listing, at_ms) => {
        this.#advance(listing, at_ms, 1)
        this.#tell(listing, at_ms, true)
      },
    })
  }

  /** One second of the market; false when the recording is over. */
  advance(sink: RecordSink): boolean {
    const now_s = this.#now_s
    if (now_s >= this.#setup.until_s) return false
    if (now_s === this.#setup.start_s) this.#subscribe(sink)
    else this.#second(now_s, sink)
    this.#now_s++
    if (this.#now_s < this.#setup.until_s) return true
    if (this.#setup.faults.includes('damage')) this.#tear(sink)
    return false
  }

  /** What is to be planted, and in which listing. */
  get planned(): readonly Pick<PlantedPattern, 'pattern_id' | 'listing'>[] {
    return (this.#plants?.plans ?? []).map(({ definition: { id }, listing }) => ({ pattern_id: id, listing }))
  }

  /** What has been planted so far, in order of the ends. */
  get planted(): readonly PlantedPattern[] {
    return this.#plants?.planted ?? []
  }

  /** What was asked for and did not find its place; ask once the day is over. */
  get missing(): readonly MissingPlant[] {
    const unfinished = (this.#plants?.unfinished ?? []).map(
      ({ definition, side }): MissingPlant => ({
        pattern_id: definition.id,
        direction: directionOf(definition, side),
        why: 'unfinished',
      }),
    )
    return [...this.#missing, ...unfinished]
  }

  #second(now_s: number, sink: RecordSink): void {
    const elapsed = now_s - this.#open_s
    const activity = elapsed >= 0 && elapsed < EQUITY_SECONDS ? activityAt(elapsed / EQUITY_SECONDS) : QUIET_ACTIVITY
    this.#activity = activity
    this.#levels.step(now_s, EQUITY_SECONDS - elapsed, activity)
    this.#plants?.lead(now_s)
    const changed = this.#openAndClose(now_s)
    if (changed || now_s % 60 === 0) this.#shareOutMinute(activity)
    if (this.#faults.isSilent(now_s)) return
    const count = this.#messagesPerSecond
    let sent = false
    for (let n = 0; n < count; n++) {
      const at_ms = now_s * 1000 + Math.floor(((n + this.#random.unit()) * 1000) / count)
      if (n === 0 && this.#faults.endsSilence()) this.#resume(at_ms, activity, sink)
      this.#keepAppointments(at_ms)
      this.#gather(at_ms, activity)
      if (n === 0) this.#faults.begin(now_s, at_ms)
      if (n === 0) this.#plants?.tell(now_s, at_ms)
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
      if (random.next() < limits[listing]! && this.#advance(listing, at_ms, activity)) this.#tell(listing, at_ms, true)
    }
  }

  /** Connected again: greeting, then everything that trades, with what we missed in its volume. */
  #resume(at_ms: number, activity: number, sink: RecordSink): void {
    this.#greet(at_ms, sink)
    for (const listing of this.#running) if (this.#advance(listing, at_ms, activity)) this.#tell(listing, at_ms, true)
  }

  /** Moves the instrument on to now; false when its mode would show no difference. */
  #advance(listing: number, at_ms: number, activity: number): boolean {
    const tickers = this.#tickers
    if (tickers.isIndex(listing)) return tickers.advanceIndex(listing, at_ms)
    const busy = activity * this.#levels.excitement[this.#universe.listings[listing]!.spot]!
    const price = tickers.price[listing]!
    tickers.advance(listing, at_ms, busy, this.#groupOf(listing).running!.end_s * 1000)
    return this.#modes[listing] !== 'ltp' || tickers.price[listing] !== price
  }

  /** The recorder dies inside its last record. */
  #tear(sink: RecordSink): void {
    this.#tell(0, this.#now_s * 1000 - 1, false)
    const record = encodeRecord(this.#received_ms, this.#message.finish())
    this.#message.clear()
    const kept = Math.floor(record.length / 2)
    const detail = { kept_bytes: kept, lost_bytes: record.length - kept }
    sink.onPlanted({ kind: 'torn_tail', listing: -1, received_ms: this.#received_ms, detail, unsettled: [] })
    sink.onBrokenBytes(record.slice(0, kept))
  }

  #groupOf(listing: number): HoursGroup {
    return this.#timetable.groups[this.#timetable.group_of[listing]!]!
  }

  /** Adds the packet of the present state to the message. */
  #tell(listing: number, at_ms: number, open_book: boolean): void {
    const now_s = Math.floor(at_ms / 1000)
    const mode = this.#modes[listing]!
    const packet = this.#tickers.packet(listing, now_s, mode, open_book)
    this.#plants?.dress(packet, listing)
    this.#plants?.see(listing, now_s)
    if (this.#facts) this.#message.note(factOf(packet, listing, this.#tickers.toldVolume(listing)), this.#message.length)
    this.#message.add(packet)
    if (listing === this.#wrapping && !this.#wrapped && this.#tickers.volume[listing]! >= 0x1_0000_0000) {
      this.#wrapped = true
      this.#faults.plant({ kind: 'wrap', listing, detail: { volume: this.#tickers.volume[listing]! }, unsettled: [] })
    }
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
        break
      case 'index_preview':
        if (!tickers.advanceIndex(listing, at_ms)) return
        break
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
    this.#tell(listing, at_ms, kind !== 'official_close' && kind !== 'start_of_day')
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
    if (changed) this.#running = runningOf(this.#timetable.groups).filter((listing) => this.#plants?.isPlanted(listing) !== true)
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
    // An index has a new value once a second: asking it more often would only waste the packets.
    const chanceMax = (listing: number): number => (this.#tickers.isIndex(listing) ? 1 / this.#messagesPerSecond : 1)
    const weights = this.#running.map((listing) => this.#weights[listing]!)
    const chances = chancesFor(wanted / this.#messagesPerSecond, weights, this.#running.map(chanceMax))
    this.#running.forEach((listing, n) => {
      this.#limits[listing] = chances[n]! * 0x1_0000_0000
    })
  }

  /** Greeting, the server's cached packets in quote mode (the mode of a bare `subscribe`), then in the mode asked for. */
  #subscribe(sink: RecordSink): void {
    const start_ms = this.#setup.start_s * 1000
    this.#greet(start_ms, sink)
    const closed_s = istDayStartMs(this.#universe.previous_day) / 1000 + 15.5 * 3600
    this.#cached(start_ms + 300, closed_s, () => 'quote', sink)
    this.#cached(start_ms + 650, closed_s, (listing) => this.#modes[listing]!, sink)
  }

  #greet(at_ms: number, sink: RecordSink): void {
    const count = this.#universe.listings.length
    const etag = `W/\\"${SYNTHETIC_MARK}${this.#universe.day}\\"`
    this.#record(at_ms, text(`{"type":"instruments_meta","data":{"count":${count},"etag":"${etag}"}}`), sink)
    this.#record(at_ms, text(`{"type":"app_code","timestamp":"${formatIso(Math.floor(at_ms / 1000) * 1000)}"}`), sink)
  }

  #cached(at_ms: number, closed_s: number, modeOfListing: (listing: number) => FeedMode, sink: RecordSink): void {
    for (let listing = 0; listing < this.#universe.listings.length; listing++) {
      const packet = this.#tickers.cachedPacket(listing, closed_s, modeOfListing(listing))
      const volume = packet.kind === 'quote' || packet.kind === 'full' ? packet.volume_traded : 0
      if (this.#facts) this.#message.note(factOf(packet, listing, volume), this.#message.length)
      this.#message.add(packet)
      if (this.#message.packets === SUBSCRIPTION_PACKETS) this.#send(at_ms, sink)
    }
    this.#send(at_ms, sink)
  }

  #send(at_ms: number, sink: RecordSink): boolean {
    if (this.#message.packets === 0) return false
    const received_ms = this.#receive(at_ms)
    if (received_ms < this.#setup.until_s * 1000) this.#faults.deliver(received_ms, sink)
    this.#message.clear()
    return true
  }

  #record(at_ms: number, bytes: Uint8Array, sink: RecordSink): void {
    const received_ms = this.#receive(at_ms)
    if (received_ms < this.#setup.until_s * 1000) sink.onRecord(received_ms, bytes, [])
  }

  /** When a message sent at `at_ms` arrives. Network and queues: some tens of ms, at times some hundreds; never out of order. */
  #receive(at_ms: number): number {
    const bits = this.#random.next()
    this.#latency_ms += (45 + ((bits & 0xff) * 70) / 256 - this.#latency_ms) * 0.2
    if (bits >>> 22 === 0) this.#latency_ms += 250
    this.#received_ms = Math.max(this.#received_ms, at_ms + Math.floor(this.#latency_ms))
    return this.#received_ms
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
