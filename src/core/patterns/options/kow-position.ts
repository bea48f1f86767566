import type { OptionType } from '../../options/index.js'
import { type Asking, SILENT } from '../asking.js'

/** Mids of call and put of one strike, feed units; NaN while a quote is too old. */
export type Mids = Readonly<Record<OptionType, number>>

/** Which legs are sold. */
export type KowState = 'BOTH' | 'CE_ONLY' | 'PE_ONLY' | 'FLAT'

/** What a position is managed by. Percentages are of the premium at the entry. */
export interface KowLimits {
  readonly exit_s: number
  readonly reenter_s: number
  readonly reentries_max: number
  readonly stop_loss_pct: number
}

/** What is to be done with the legs, and why. */
export interface KowAction {
  readonly action: 'EXIT_CE_LEG' | 'EXIT_PE_LEG' | 'REENTER_CE_LEG' | 'REENTER_PE_LEG' | 'EXIT_BOTH'
  /** Legs that are traded. */
  readonly legs: readonly OptionType[]
  readonly reason: 'above_vwap' | 'below_vwap' | 'stop' | 'profit_lock' | 'time'
}

/** Profit from which the stop is raised, and to where; percent of the premium at the entry. Upwards only (D14: a lock is a profit, not a loss). */
const LOCKS = [
  { from_pct: 20, stop_pct: 5 },
  { from_pct: 30, stop_pct: 15 },
] as const

const SECOND_MS = 1000
const TYPES = ['CE', 'PE'] as const

/** A sold straddle of one strike, second by second: BOTH, then one leg or two, until FLAT. */
export class KowPosition {
  readonly entered_ms: number
  /** Call and put at the entry, feed units. */
  readonly entry_premium: number
  reentries = 0
  /** Profit at which everything is closed, percent. */
  stop_pct: number
  readonly #limits: KowLimits
  /** Price at which each open leg was sold. */
  readonly #sold = new Map<OptionType, number>()
  #realised = 0
  #above_since_ms = Number.NaN
  #below_since_ms = Number.NaN
  #last_ms: number

  constructor(entered_ms: number, mids: Mids, limits: KowLimits) {
    this.entered_ms = entered_ms
    this.#last_ms = entered_ms
    this.entry_premium = mids.CE + mids.PE
    this.stop_pct = -limits.stop_loss_pct
    this.#limits = limits
    for (const type of TYPES) this.#sold.set(type, mids[type])
  }

  get state(): KowState {
    if (this.#sold.size === 2) return 'BOTH'
    return this.#sold.has('CE') ? 'CE_ONLY' : this.#sold.has('PE') ? 'PE_ONLY' : 'FLAT'
  }

  /** What has been taken in less what it costs to close, percent of the premium at the entry. */
  profitPct(mids: Mids): number {
    let profit = this.#realised
    for (const [type, price] of this.#sold) profit += price - mids[type]
    return (100 * profit) / this.entry_premium
  }

  /** The next second. `vwap`: of both legs together. At most one action; a second without prices or one left out breaks every wait. */
  next(now_ms: number, mids: Mids, vwap: number, ask: Asking = SILENT): KowAction | undefined {
    if (now_ms !== this.#last_ms + SECOND_MS) this.#restart()
    this.#last_ms = now_ms
    const profit_pct = this.profitPct(mids)
    if (ask.atMost('profit_pct', profit_pct, this.stop_pct)) return this.close(mids, this.stop_pct < 0 ? 'stop' : 'profit_lock')
    for (const { from_pct, stop_pct } of LOCKS) if (profit_pct >= from_pct && stop_pct > this.stop_pct) this.stop_pct = stop_pct
    const premium = mids.CE + mids.PE
    this.#above_since_ms = since(this.#above_since_ms, premium > vwap, now_ms)
    this.#below_since_ms = since(this.#below_since_ms, premium < vwap, now_ms)
    if (this.#sold.size === 2) return this.#exitOne(now_ms, mids, ask)
    return this.#reenter(now_ms, mids, ask)
  }

  /** Buys back what is open. */
  close(mids: Mids, reason: KowAction['reason']): KowAction {
    const legs = [...this.#sold.keys()]
    for (const type of legs) this.#buyBack(type, mids)
    return { action: legs.length === 2 ? 'EXIT_BOTH' : legs[0] === 'CE' ? 'EXIT_CE_LEG' : 'EXIT_PE_LEG', legs, reason }
  }

  /** The leg that has lost more, of two the call. */
  #exitOne(now_ms: number, mids: Mids, ask: Asking): KowAction | undefined {
    if (!ask.atLeast('above_vwap_s', (now_ms - this.#above_since_ms) / SECOND_MS, this.#limits.exit_s)) return undefined
    const lossOf = (type: OptionType): number => mids[type] - (this.#sold.get(type) as number)
    const type = lossOf('PE') > lossOf('CE') ? 'PE' : 'CE'
    this.#buyBack(type, mids)
    this.#restart()
    return { action: `EXIT_${type}_LEG`, legs: [type], reason: 'above_vwap' }
  }

  #reenter(now_ms: number, mids: Mids, ask: Asking): KowAction | undefined {
    const { reenter_s, reentries_max } = this.#limits
    if (!ask.below('reentries', this.reentries, reentries_max)) return undefined
    if (!ask.atLeast('below_vwap_s', (now_ms - this.#below_since_ms) / SECOND_MS, reenter_s)) return undefined
    const type = this.#sold.has('CE') ? 'PE' : 'CE'
    this.reentries++
    this.#sold.set(type, mids[type])
    this.#restart()
    return { action: `REENTER_${type}_LEG`, legs: [type], reason: 'below_vwap' }
  }

  #buyBack(type: OptionType, mids: Mids): void {
    this.#realised += (this.#sold.get(type) as number) - mids[type]
    this.#sold.delete(type)
  }

  #restart(): void {
    this.#above_since_ms = this.#below_since_ms = Number.NaN
  }
}

/** Begin of an unbroken stretch of seconds in which something holds; NaN while it does not. */
export const since = (begin_ms: number, holds: boolean, now_ms: number): number =>
  holds ? (Number.isNaN(begin_ms) ? now_ms : begin_ms) : Number.NaN
