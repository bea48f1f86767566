import type { SpotLevels } from '../levels.js'
import type { Tickers } from '../tickers.js'
import type { HoursGroup } from '../timetable.js'
import type { Universe } from '../universe.js'
import type { PlantBars } from './bars.js'
import type { ShownBook } from './book.js'
import { PlantChain } from './chain.js'
import type { PlantMinute } from './minute.js'
import { directionOf, type PlantedPattern, type PlantPlan } from './plant.js'
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

/** One plant at work: waits for its time, plays its script minute by minute, and says what came of it. */
export class PlantField {
  readonly plan: PlantPlan
  readonly spot: number
  /** What its packets show; undefined while the market leads it. */
  book: ShownBook | undefined
  /** Set when the script has ended, had it become known by then. */
  planted: PlantedPattern | undefined
  readonly #setting: PlantSetting
  readonly #bars: PlantBars
  readonly #tick: number
  readonly #lot: number
  readonly #open_s: number
  readonly #end_s: number
  #stage: PlantStage | undefined
  #script: Script | undefined
  #minute: PlantMinute | undefined
  #minute_s = 0
  #prints: readonly Print[] = []
  /** Dearness at the begin of the minute. */
  #dearness = 1
  /** The book shown shows the next price on the offered side. */
  #next_is_bought: boolean
  #known: { at_s: number; price: number } | undefined

  constructor(plan: PlantPlan, setting: PlantSetting, bars: PlantBars) {
    const { spot, tick, instrument } = setting.universe.listings[plan.listing]!
    const phase = phaseOf(plan, setting)
    this.plan = plan
    this.spot = spot
    this.#setting = setting
    this.#bars = bars
    this.#tick = tick
    this.#lot = Math.max(1, instrument.lot_size)
    this.#open_s = phase?.start_s ?? plan.begin_s
    this.#end_s = phase?.end_s ?? plan.begin_s
    this.#next_is_bought = plan.side > 0
  }

  /** A script is playing. */
  get plays(): boolean {
    return this.#minute !== undefined
  }

  /** The second has begun and the market has moved. */
  lead(now_s: number): void {
    if ((now_s - this.#open_s) % MINUTE_S === 0) this.#beginMinute(now_s)
    const { levels } = this.#setting
    const minute = this.#minute
    if (minute === undefined) return
    const print = this.#prints[Math.floor((now_s - this.#minute_s) / PRINT_S)]
    if (print !== undefined) levels.level[this.spot] = print.price
    if (minute.dearness === undefined) return
    const part = (now_s + 1 - this.#minute_s) / MINUTE_S
    levels.dearness[this.spot] = this.#dearness + part * (minute.dearness - this.#dearness)
  }

  /** Tells its instrument, where it is time. */
  tell(now_s: number, at_ms: number): void {
    const since = now_s - this.#minute_s
    if (this.#minute === undefined || since % PRINT_S !== 1) return
    if (this.plan.chain !== undefined) this.#setting.tellNow(this.plan.listing, at_ms)
    else this.#print((since - 1) / PRINT_S, now_s, at_ms)
  }

  #beginMinute(now_s: number): void {
    const { plan } = this
    if (now_s < plan.begin_s || (this.#stage !== undefined && this.#script === undefined)) return
    this.#bars.closeUntil(now_s)
    const stage = this.#stageOf(now_s)
    if (this.#minute?.is_known === true && this.#known === undefined) this.#known = { at_s: now_s, price: stage.price }
    // Without an ATR, after a silence say, there is nothing to measure with.
    const next = now_s < this.#end_s && stage.atr > 0 ? this.#script?.next() : undefined
    if (next === undefined || next.done === true) this.#end(now_s)
    else this.#play(next.value, now_s, stage.price)
  }

  #play(minute: PlantMinute, now_s: number, from: number): void {
    const { levels, tickers, universe } = this.#setting
    const { plan, spot } = this
    this.#minute = minute
    this.#minute_s = now_s
    const grid = { tick: this.#tick, lot: this.#lot, from, first_is_bought: this.#next_is_bought, random: plan.random }
    this.#prints = printsOf(minute, grid)
    if (plan.chain === undefined) return
    this.#dearness = levels.dearness[spot]!
    levels.excitement[spot] = minute.busy ?? 1
    for (const { listing, units } of minute.opened ?? []) {
      const lot = universe.listings[listing]!.instrument.lot_size
      tickers.addOpenInterest(listing, Math.round(units / lot) * lot)
    }
  }

  #stageOf(now_s: number): PlantStage {
    const stage = this.#stage ?? this.#begin()
    stage.price = this.#setting.tickers.price[this.plan.listing]!
    stage.now_s = now_s
    return stage
  }

  #begin(): PlantStage {
    const { plan, spot } = this
    const { tickers, levels, universe } = this.#setting
    const has_vix = universe.spots.some(({ kind }) => kind === 'vix')
    const setting = {
      bars: this.#bars,
      open_s: this.#open_s,
      tick: this.#tick,
      previous_close: universe.spots[spot]!.previous_close,
      regime: regimeOf(has_vix ? 100 * levels.volatility : Number.NaN),
      chain: plan.chain && new PlantChain(plan.chain, tickers, levels),
    }
    const wished = new PlantStage(plan, setting)
    wished.price = tickers.price[plan.listing]!
    const side = plan.definition.sideAt?.(wished) ?? plan.side
    const stage = new PlantStage({ ...plan, side }, setting)
    this.#stage = stage
    this.#script = plan.definition.script(stage)
    return stage
  }

  #end(now_s: number): void {
    const { definition, listing, strength, begin_s, chain } = this.plan
    this.#script = undefined
    this.#minute = undefined
    this.book = undefined
    if (chain !== undefined) this.#setting.levels.excitement[this.spot] = 1
    if (this.#known === undefined || this.#stage === undefined) return
    this.planted = {
      pattern_id: definition.id,
      listing,
      direction: directionOf(definition, this.#stage.side),
      strength,
      begin_ms: begin_s * 1000,
      known_at_ms: this.#known.at_s * 1000,
      end_ms: now_s * 1000,
      price: this.#known.price,
    }
  }

  #print(n: number, now_s: number, at_ms: number): void {
    const { listing } = this.plan
    const [tick, lot, print, minute] = [this.#tick, this.#lot, this.#prints[n], this.#minute]
    if (print === undefined || minute === undefined) return
    const { tickers } = this.#setting
    const { price, volume } = print
    const quantity = Math.max(1, Math.round(volume / lot / 4)) * lot
    tickers.trade(listing, { price, quantity, unseen: Math.max(0, volume - quantity), trade_ms: now_s * 1000 })
    tickers.shown_ms[listing] = at_ms
    const next = this.#prints[n + 1] ?? { price, is_bought: minute.bought >= 0.5 }
    this.#next_is_bought = next.is_bought
    this.book = { bid: next.is_bought ? next.price - tick : next.price, tick, lot, imbalance: minute.imbalance }
    this.#setting.tell(listing, at_ms)
  }
}

/** The continuous trading that a plant lies in; undefined where there is none. */
export const phaseOf = ({ listing, begin_s }: PlantPlan, { hoursOf }: Pick<PlantSetting, 'hoursOf'>) =>
  hoursOf(listing).phases.find(({ phase, end_s }) => phase === 'continuous' && end_s > begin_s)
