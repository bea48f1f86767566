import { TickRule } from '../flow/index.js'
import { type BarKind, FillingBars } from './bar-kind.js'
import type { BarTrade, EventBar } from './event-bar.js'

/** The first warm-up bar takes this many trades; its volume is the size of the other warm-up bars, so that no instrument needs a size of its own. */
const FIRST_BAR_TRADES = 50
/** Expected trades in a bar stay within these multiples of where they started; without, expectations can run away to 0 or infinity. */
const TRADES_MIN = 0.2
const TRADES_MAX = 5

/**
 * A bar ends when signed volume since its start, |sum of b x inc|, reaches what is expected of one: E[T] |2 P[b=1] - 1| E[v], with b by the
 * tick rule, T trades in a bar, P[b=1] the share of trades with a known side that were bought, and v the volume of a trade.
 *
 * The first N bars of a session are the warm-up: volume bars, told like the others. Their means start the expectations, which from then on
 * move by 2/(N+1) of the way at the end of each bar. Float64 with + - * / only, in a fixed order: the same on every machine.
 */
export const imbalanceBars: BarKind = {
  name: 'imbalance',
  summary: 'by imbalance of volume, after N volume bars of warm-up',
  example: '20',
  size: { min: 1, max: 10_000, decimals: 0 },
  why_size: 'give the number of warm-up bars',
  label: (size) => `imb${size}`,
  create({ size, tell }) {
    const imbalance = new Imbalance(size)
    return new FillingBars(tell, (bar, trade) => imbalance.take(bar, trade))
  },
}

class Imbalance {
  readonly #rule = new TickRule()
  readonly #warm_up_bars: number
  readonly #weight: number
  /** Of the bar under way. */
  #theta = 0
  #bought = 0
  #sold = 0
  /** Of the warm-up. */
  #bars = 0
  #bar_volume = 0
  #all_volume = 0
  #all_trades = 0
  #all_bought = 0
  #all_sold = 0
  /** Expectations: trades in a bar, share bought, volume of a trade. */
  #first_trades = 0
  #trades = 0
  #share = 0.5
  #volume = 0

  constructor(warm_up_bars: number) {
    this.#warm_up_bars = warm_up_bars
    this.#weight = 2 / (warm_up_bars + 1)
  }

  /** True when the bar is full. */
  take(bar: EventBar, { price, volume }: BarTrade): boolean {
    const sign = this.#rule.sign(price)
    this.#theta += sign * volume
    if (sign > 0) this.#bought++
    else if (sign < 0) this.#sold++
    const is_warm_up = this.#bars < this.#warm_up_bars
    if (!(is_warm_up ? this.#fillsWarmUp(bar) : Math.abs(this.#theta) >= this.#expected())) return false
    if (is_warm_up) this.#learn(bar)
    else this.#adapt(bar)
    this.#theta = this.#bought = this.#sold = 0
    return true
  }

  #expected(): number {
    return this.#trades * Math.abs(2 * this.#share - 1) * this.#volume
  }

  #fillsWarmUp(bar: EventBar): boolean {
    return this.#bars === 0 ? bar.trade_count >= FIRST_BAR_TRADES : bar.volume >= this.#bar_volume
  }

  #learn(bar: EventBar): void {
    if (this.#bars === 0) this.#bar_volume = bar.volume
    this.#bars++
    this.#all_volume += bar.volume
    this.#all_trades += bar.trade_count
    this.#all_bought += this.#bought
    this.#all_sold += this.#sold
    if (this.#bars < this.#warm_up_bars) return
    const sided = this.#all_bought + this.#all_sold
    this.#first_trades = this.#trades = this.#all_trades / this.#bars
    if (sided > 0) this.#share = this.#all_bought / sided
    this.#volume = this.#all_volume / this.#all_trades
  }

  #adapt(bar: EventBar): void {
    const sided = this.#bought + this.#sold
    const trades = this.#trades + this.#weight * (bar.trade_count - this.#trades)
    this.#trades = Math.min(Math.max(trades, TRADES_MIN * this.#first_trades), TRADES_MAX * this.#first_trades)
    if (sided > 0) this.#share += this.#weight * (this.#bought / sided - this.#share)
    this.#volume += this.#weight * (bar.volume / bar.trade_count - this.#volume)
  }
}
