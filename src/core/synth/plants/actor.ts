import type { Packet } from '../../wire/index.js'
import { PlantBars } from './bars.js'
import { showBook } from './book.js'
import { PlantField, type PlantSetting, phaseOf } from './field.js'
import type { PlantedPattern, PlantPlan } from './plant.js'
import { PRINT_S } from './prints.js'

/** Seconds between two packets of an option that is not near the money. */
const FAR_S = 20
/** Strikes on either side of the money, of the nearest expiry, that are told as often as what is planted. */
const NEAR_STRIKES = 5
/** Part of the way back to normal that the prices of options go in a second, once nothing is planted there. */
const EASING = 0.001

/** An instrument that is told whether or not anything is planted in it now. */
interface Chatter {
  readonly listing: number
  readonly every_s: number
  readonly open_s: number
  readonly end_s: number
}

/**
 * Plays the planned plants. All day a planted instrument tells something every three seconds, so that its bars have a shape; while its script plays,
 * the script leads the price of its spot, and with it whatever follows that spot.
 */
export class PlantActor {
  readonly plans: readonly PlantPlan[]
  readonly #setting: PlantSetting
  readonly #fields: readonly PlantField[]
  readonly #chatter: readonly Chatter[]
  readonly #bars = new Map<number, PlantBars>()
  readonly #told: ReadonlySet<number>

  constructor(plans: readonly PlantPlan[], setting: PlantSetting) {
    this.plans = plans
    this.#setting = setting
    this.#fields = plans.map((plan) => {
      const bars = this.#bars.get(plan.listing) ?? new PlantBars(phaseOf(plan, setting)?.start_s ?? plan.begin_s)
      this.#bars.set(plan.listing, bars)
      return new PlantField(plan, setting, bars)
    })
    this.#chatter = chatterOf(plans, setting)
    this.#told = new Set(this.#chatter.map(({ listing }) => listing))
  }

  /** True for instruments whose packets come from here. */
  isPlanted(listing: number): boolean {
    return this.#told.has(listing)
  }

  /** Those that are over, in order of their ends. */
  get planted(): PlantedPattern[] {
    return this.#fields.flatMap(({ planted }) => planted ?? []).sort((a, b) => a.end_ms - b.end_ms || a.listing - b.listing)
  }

  /** Plants that have not come to their end. */
  get unfinished(): PlantPlan[] {
    return this.#fields.filter(({ planted }) => planted === undefined).map(({ plan }) => plan)
  }

  /** The second has begun and the market has moved: scripts that play move their spots. */
  lead(now_s: number): void {
    const { dearness } = this.#setting.levels
    for (const field of this.#fields) field.lead(now_s)
    for (const { spot, plan } of this.#fields)
      if (plan.chain !== undefined && !this.#fields.some((field) => field.spot === spot && field.plays))
        dearness[spot] = dearness[spot]! + EASING * (1 - dearness[spot]!)
  }

  /** Packets of this second, into the message under way. */
  tell(now_s: number, at_ms: number): void {
    for (const { listing, every_s, open_s, end_s } of this.#chatter)
      if (now_s >= open_s && now_s < end_s && (now_s + listing) % every_s === 0 && !this.#isPlaying(listing))
        this.#setting.tellNow(listing, at_ms)
    for (const field of this.#fields) field.tell(now_s, at_ms)
  }

  /** Shows the book of a script that plays in the packet that is about to be told. */
  dress(packet: Packet, listing: number): void {
    if (packet.kind !== 'full' || !this.#bars.has(listing)) return
    const book = this.#fields.find(({ plan }) => plan.listing === listing)?.book
    if (book !== undefined) showBook(packet.depth, book)
  }

  /** A packet of the instrument has been told. */
  see(listing: number, now_s: number): void {
    const { tickers } = this.#setting
    const bars = this.#bars.get(listing)
    if (bars === undefined) return
    if (tickers.isIndex(listing)) bars.seeValue(now_s, tickers.price[listing]!)
    else bars.see(tickers.tradedAt(listing), tickers.price[listing]!, tickers.volume[listing]!)
  }

  #isPlaying(listing: number): boolean {
    return this.#bars.has(listing) && this.#fields.some(({ plan, plays }) => plays && plan.listing === listing)
  }
}

/** Each instrument once, in the order of the listings. */
function chatterOf(plans: readonly PlantPlan[], setting: PlantSetting): Chatter[] {
  const every = new Map<number, number>()
  const note = (listing: number, every_s: number): void => {
    every.set(listing, Math.min(every_s, every.get(listing) ?? every_s))
  }
  for (const { listing, chain } of plans) {
    note(listing, PRINT_S)
    if (chain === undefined) continue
    for (const future of chain.futures) note(future, PRINT_S)
    const { previous_close } = setting.universe.spots[chain.spot]!
    const near = chain.options.filter(({ expiry }) => expiry === chain.options[0]!.expiry)
    const strikes = [...new Set(near.map(({ strike }) => strike))].sort(
      (a, b) => Math.abs(a - previous_close) - Math.abs(b - previous_close) || a - b,
    )
    const told_often = new Set(strikes.slice(0, 2 * NEAR_STRIKES + 1))
    for (const option of chain.options)
      note(option.listing, option.expiry === near[0]!.expiry && told_often.has(option.strike) ? PRINT_S : FAR_S)
  }
  return [...every]
    .sort(([a], [b]) => a - b)
    .map(([listing, every_s]) => {
      const phase = setting.hoursOf(listing).phases.find((one) => one.phase === 'continuous')
      return { listing, every_s, open_s: phase?.start_s ?? 0, end_s: phase?.end_s ?? 0 }
    })
}
