import type { Packet } from '../../wire/index.js'
import type { SpotLevels } from '../levels.js'
import type { Tickers } from '../tickers.js'
import type { HoursGroup } from '../timetable.js'
import type { Universe } from '../universe.js'
import { PlantBars } from './bars.js'
import { type ShownBook, showBook } from './book.js'
import type { PlantedPattern, PlantMinute, PlantPlan } from './plant.js'
import { PRINT_S, type Print, printsOf } from './prints.js'
import { PlantStage, regimeOf, type Script } from './stage.js'

const MINUTE_S = 60

/** Reaches into the running day. */
export interface PlantSetting {
  readonly universe: Universe
  readonly tickers: Tickers
  readonly levels: SpotLevels
  hoursOf(listing: number): HoursGroup
  /** The instrument goes on to now as the market has it, and its packet joins the message. */
  tellNow(listing: number, at_ms: number): void
  /** Its packet joins the message as things stand. */
  tell(listing: number, at_ms: number): void
}

/** An instrument that is planted. */
interface Field {
  readonly plan: PlantPlan
  readonly spot: number
  readonly tick: number
  readonly lot: number
  readonly bars: PlantBars
  readonly open_s: number
  readonly end_s: number
  stage: PlantStage | undefined
  script: Script | undefined
  minute: PlantMinute | undefined
  minute_s: number
  prints: readonly Print[]
  /** The book shown shows the next price on the offered side. */
  next_is_bought: boolean
  /** What its packets show; undefined while the market leads it. */
  book: ShownBook | undefined
  known: { at_s: number; price: number } | undefined
}

/**
 * Plays the planned plants. All day a planted instrument tells something every three seconds, so that its bars have a shape; while its script plays,
 * the script leads the price of its spot, and with it whatever follows that spot.
 */
export class PlantActor {
  readonly plans: readonly PlantPlan[]
  /** Those that are over, in order of their end. */
  readonly planted: PlantedPattern[] = []
  readonly #setting: PlantSetting
  readonly #fields: readonly Field[]
  readonly #by_listing = new Map<number, Field>()

  constructor(plans: readonly PlantPlan[], setting: PlantSetting) {
    this.plans = plans
    this.#setting = setting
    this.#fields = plans.map((plan) => fieldOf(plan, setting))
    for (const field of this.#fields) this.#by_listing.set(field.plan.listing, field)
  }

  isPlanted(listing: number): boolean {
    return this.#by_listing.has(listing)
  }

  /** Plants that did not come to their end. */
  get unfinished(): PlantPlan[] {
    const done = new Set(this.planted.map(({ listing }) => listing))
    return this.plans.filter(({ listing }) => !done.has(listing))
  }

  /** The second has begun and the market has moved: scripts that play move their spots. */
  lead(now_s: number): void {
    for (const field of this.#fields) {
      if ((now_s - field.open_s) % MINUTE_S === 0) this.#beginMinute(field, now_s)
      const print = field.prints[Math.floor((now_s - field.minute_s) / PRINT_S)]
      if (print !== undefined) this.#setting.levels.level[field.spot] = print.price
    }
  }

  /** Packets of this second, into the message under way. */
  tell(now_s: number, at_ms: number): void {
    for (const field of this.#fields) {
      const { plan, open_s, end_s, minute_s } = field
      if (now_s < open_s || now_s >= end_s) continue
      if (field.minute !== undefined) {
        if ((now_s - minute_s) % PRINT_S === 1) this.#print(field, (now_s - minute_s - 1) / PRINT_S, now_s, at_ms)
      } else if ((now_s + plan.listing) % PRINT_S === 0) this.#setting.tellNow(plan.listing, at_ms)
    }
  }

  /** Shows the book of a script that plays in the packet that is about to be told. */
  dress(packet: Packet, listing: number): void {
    const book = this.#by_listing.get(listing)?.book
    if (book !== undefined && packet.kind === 'full') showBook(packet.depth, book)
  }

  /** A packet of the instrument has been told. */
  see(listing: number): void {
    const { tickers } = this.#setting
    this.#by_listing.get(listing)?.bars.see(tickers.tradedAt(listing), tickers.price[listing]!, tickers.volume[listing]!)
  }

  #beginMinute(field: Field, now_s: number): void {
    const { plan, bars } = field
    if (now_s < plan.begin_s || (field.stage !== undefined && field.script === undefined)) return
    if (now_s >= field.end_s) {
      this.#end(field, now_s)
      return
    }
    bars.closeUntil(now_s)
    const stage = this.#stageOf(field, now_s)
    this.#noteKnown(field, now_s)
    const next = field.script?.next()
    if (next === undefined || next.done === true) {
      this.#end(field, now_s)
      return
    }
    const { tick, lot } = field
    field.minute = next.value
    field.minute_s = now_s
    const { next_is_bought: first_is_bought } = field
    field.prints = printsOf(next.value, { tick, lot, from: stage.price, first_is_bought, random: plan.random })
  }

  #stageOf(field: Field, now_s: number): PlantStage {
    const { plan, bars, open_s, tick } = field
    const { tickers, levels, universe } = this.#setting
    const price = tickers.price[plan.listing]!
    if (field.stage === undefined) {
      const regime = regimeOf(universe.spots.some(({ kind }) => kind === 'vix') ? 100 * levels.volatility : Number.NaN)
      const setting = { bars, open_s, tick, regime, previous_close: universe.spots[field.spot]!.previous_close }
      const wished = new PlantStage(plan, setting)
      wished.price = price
      const side = plan.definition.sideAt?.(wished) ?? plan.side
      field.stage = new PlantStage({ ...plan, side }, setting)
      field.script = plan.definition.script(field.stage)
    }
    field.stage.price = price
    field.stage.now_s = now_s
    return field.stage
  }

  #noteKnown(field: Field, now_s: number): void {
    if (field.minute?.is_known === true && field.known === undefined)
      field.known = { at_s: now_s, price: this.#setting.tickers.price[field.plan.listing]! }
  }

  #end(field: Field, now_s: number): void {
    const { plan, stage, known } = field
    field.script = undefined
    field.minute = undefined
    field.prints = []
    field.book = undefined
    if (known === undefined || stage === undefined) return
    this.planted.push({
      pattern_id: plan.definition.id,
      listing: plan.listing,
      side: stage.side,
      strength: plan.strength,
      begin_ms: plan.begin_s * 1000,
      known_at_ms: known.at_s * 1000,
      end_ms: now_s * 1000,
      price: known.price,
    })
  }

  #print(field: Field, n: number, now_s: number, at_ms: number): void {
    const { plan, prints, tick, lot, minute } = field
    const print = prints[n]
    if (print === undefined || minute === undefined) return
    const { tickers } = this.#setting
    const { price, volume } = print
    const quantity = Math.max(1, Math.round(volume / lot / 4)) * lot
    tickers.trade(plan.listing, { price, quantity, unseen: Math.max(0, volume - quantity), trade_ms: now_s * 1000 })
    tickers.shown_ms[plan.listing] = at_ms
    const next = prints[n + 1] ?? { price, is_bought: minute.bought >= 0.5 }
    field.next_is_bought = next.is_bought
    field.book = { bid: next.is_bought ? next.price - tick : next.price, tick, lot, imbalance: minute.imbalance }
    this.#setting.tell(plan.listing, at_ms)
  }
}

function fieldOf(plan: PlantPlan, { universe, hoursOf }: PlantSetting): Field {
  const { spot, tick, instrument } = universe.listings[plan.listing]!
  const phase = hoursOf(plan.listing).phases.find(({ phase, end_s }) => phase === 'continuous' && end_s > plan.begin_s)
  const [open_s, end_s] = [phase?.start_s ?? plan.begin_s, phase?.end_s ?? plan.begin_s]
  return {
    plan,
    spot,
    tick,
    lot: Math.max(1, instrument.lot_size),
    bars: new PlantBars(open_s),
    open_s,
    end_s,
    stage: undefined,
    script: undefined,
    minute: undefined,
    minute_s: 0,
    prints: [],
    next_is_bought: plan.side > 0,
    book: undefined,
    known: undefined,
  }
}
