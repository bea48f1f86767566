/** What was told of an instrument in a stretch of time. Prices in feed units. */
export interface PlantBar {
  /** Epoch seconds at which it began. */
  readonly start_s: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

const MINUTE_S = 60

/**
 * Minute bars of one planted instrument, from what the generator itself told of it: a planter needs to know where the price is and how it moves,
 * and must not ask the engine that it is there to test.
 */
export class PlantBars {
  /** Closed ones, from old to new. */
  readonly m1: PlantBar[] = []
  /** Volume of the session by the price at which it was told. */
  readonly traded = new Map<number, number>()
  readonly #open_s: number
  #open: { -readonly [Name in keyof PlantBar]: PlantBar[Name] } | undefined
  #volume = 0
  #folded = new Map<number, { bars: readonly PlantBar[]; of: number }>()

  /** `open_s`: begin of continuous trading. */
  constructor(open_s: number) {
    this.#open_s = open_s
  }

  /** A packet has told the last trade: its time, its price, and the volume of the day up to it. */
  see(traded_s: number, price: number, day_volume: number): void {
    const traded = day_volume - this.#volume
    this.#volume = day_volume
    if (traded_s < this.#open_s || traded === 0) return
    this.traded.set(price, (this.traded.get(price) ?? 0) + traded)
    this.#take(traded_s, price, traded)
  }

  /** A packet has told the value of an index. */
  seeValue(at_s: number, value: number): void {
    if (at_s >= this.#open_s) this.#take(at_s, value, 0)
  }

  #take(at_s: number, price: number, traded: number): void {
    const start_s = at_s - ((at_s - this.#open_s) % MINUTE_S)
    if (start_s !== this.#open?.start_s) this.closeUntil(start_s)
    this.#open ??= { start_s, open: price, high: price, low: price, close: price, volume: 0 }
    this.#open.high = Math.max(this.#open.high, price)
    this.#open.low = Math.min(this.#open.low, price)
    this.#open.close = price
    this.#open.volume += traded
  }

  /** Closes the bar under way if it began before. */
  closeUntil(now_s: number): void {
    if (this.#open === undefined || this.#open.start_s >= now_s) return
    this.m1.push(this.#open)
    this.#open = undefined
  }

  /** Whole bars of so many minutes, counted from the open. */
  folded(minutes: number): readonly PlantBar[] {
    const known = this.#folded.get(minutes)
    if (known?.of === this.m1.length) return known.bars
    const groups = new Map<number, PlantBar[]>()
    for (const bar of this.m1) {
      const start_s = bar.start_s - ((bar.start_s - this.#open_s) % (minutes * MINUTE_S))
      groups.set(start_s, [...(groups.get(start_s) ?? []), bar])
    }
    const last_s = (this.m1.at(-1)?.start_s ?? 0) + MINUTE_S
    const bars = [...groups].filter(([start_s]) => start_s + minutes * MINUTE_S <= last_s).map(joined)
    this.#folded.set(minutes, { bars, of: this.m1.length })
    return bars
  }
}

function joined([start_s, parts]: [number, readonly PlantBar[]]): PlantBar {
  const [first, last] = [parts[0] as PlantBar, parts.at(-1) as PlantBar]
  return {
    start_s,
    open: first.open,
    high: Math.max(...parts.map(({ high }) => high)),
    low: Math.min(...parts.map(({ low }) => low)),
    close: last.close,
    volume: parts.reduce((sum, { volume }) => sum + volume, 0),
  }
}
