import type { BarSeries } from './bar-series.js'

/** A turning point, known `reach` bars after it (5.0: nothing may act on it earlier). */
export interface Swing {
  readonly kind: 'high' | 'low'
  /** Feed units. */
  readonly price: number
  /** Number of the bar that turned, and of the one that confirmed it; compare with `BarSeries.count - 1`. */
  readonly bar: number
  readonly confirmed_bar: number
  readonly at_ms: number
  /** Cumulative volume delta of the session at that bar; NaN where nothing tells it. */
  readonly cvd: number
}

/** Older ones are forgotten. */
const KEPT = 32

/** Fractals: a high is not below its `reach` neighbours on the left and above those on the right; a low mirrored. */
export class Swings {
  /** From old to new. */
  readonly all: Swing[] = []
  readonly #reach: number

  constructor(reach = 2) {
    this.#reach = reach
  }

  /** To be called once after each bar. */
  update(bars: BarSeries): void {
    const reach = this.#reach
    if (bars.count < 2 * reach + 1) return
    if (isHigh(bars, reach)) this.#keep(bars, 'high', bars.high(reach))
    if (isLow(bars, reach)) this.#keep(bars, 'low', bars.low(reach))
  }

  /** The last confirmed one of a kind, or an earlier one; undefined when there are not so many. */
  last(kind: Swing['kind'], before = 0): Swing | undefined {
    let left = before
    for (let i = this.all.length - 1; i >= 0; i--) {
      const swing = this.all[i] as Swing
      if (swing.kind === kind && left-- === 0) return swing
    }
    return undefined
  }

  #keep(bars: BarSeries, kind: Swing['kind'], price: number): void {
    const bar = bars.count - 1 - this.#reach
    this.all.push({
      kind,
      price,
      bar,
      confirmed_bar: bars.count - 1,
      at_ms: bars.start(this.#reach),
      cvd: bars.cvd(this.#reach),
    })
    if (this.all.length > KEPT) this.all.shift()
  }
}

/** The bar `reach` ago is at least as high as its elder neighbours and higher than its younger ones. */
function isHigh(bars: BarSeries, reach: number): boolean {
  const middle = bars.high(reach)
  for (let i = 1; i <= reach; i++) if (!(middle > bars.high(reach - i)) || !(middle >= bars.high(reach + i))) return false
  return true
}

/** The same downwards. */
function isLow(bars: BarSeries, reach: number): boolean {
  const middle = bars.low(reach)
  for (let i = 1; i <= reach; i++) if (!(middle < bars.low(reach - i)) || !(middle <= bars.low(reach + i))) return false
  return true
}
