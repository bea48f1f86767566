import type { SynthDay } from './synth-day.js'

/** A trade as a snapshot tells it, placed by one clock. */
export interface PlainTrade {
  readonly at_s: number
  readonly price: number
  readonly volume: number
}

export interface PlainBar {
  readonly start_s: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly trades: readonly PlainTrade[]
}

export type PlainClock = 'trade' | 'exchange' | 'arrival'

/**
 * What traded of one listing of a synthetic day without faults, from what its generator says of each packet. Written from the rules alone, slow on
 * purpose; shares no code with the engine.
 */
export function plainTrades(day: SynthDay, listing: number, clock: PlainClock = 'trade'): PlainTrade[] {
  const from_s = day.midnight_s + 9 * 3600
  const trades: PlainTrade[] = []
  let [total, price, last_trade_s] = [0, Number.NaN, 0]
  for (const { received_ms, facts } of day.records)
    for (const fact of facts.filter(
      (one) => one.listing === listing && one.exchange_s !== undefined && one.exchange_s >= from_s,
    )) {
      const exchange_s = fact.exchange_s as number
      const volume = Math.max(0, (fact.volume ?? 0) - total)
      const is_trade = fact.volume === undefined || volume > 0 || (!Number.isNaN(price) && fact.price !== price && total > 0)
      const trade_s = fact.trade_s ?? 0
      const is_fresh = trade_s >= last_trade_s && trade_s <= exchange_s && trade_s >= exchange_s - 120
      const at_s =
        clock === 'trade' ? (is_fresh ? trade_s : exchange_s) : clock === 'exchange' ? exchange_s : Math.floor(received_ms / 1000)
      total += volume
      price = fact.price
      if (trade_s > last_trade_s) last_trade_s = trade_s
      if (is_trade) trades.push({ at_s, price, volume })
    }
  return trades
}

/** Bars of `length_s` over `[open_s, close_s)`; with `shift_s` each ends so much later, the first begins as ever. */
export function plainBars(
  trades: readonly PlainTrade[],
  { open_s, close_s, length_s = 60, shift_s = 0 }: { open_s: number; close_s: number; length_s?: number; shift_s?: number },
): PlainBar[] {
  const cells = new Map<number, PlainTrade[]>()
  for (const trade of trades) {
    if (trade.at_s < open_s || trade.at_s >= close_s + shift_s) continue
    const start_s = open_s + Math.max(0, Math.floor((trade.at_s - shift_s - open_s) / length_s)) * length_s
    cells.set(start_s, [...(cells.get(start_s) ?? []), trade])
  }
  return [...cells].sort(([a], [b]) => a - b).map(([start_s, own]) => plainBar(start_s, own))
}

/** In the order of their time; of one second in the order they were told. */
export function plainBar(start_s: number, trades: readonly PlainTrade[]): PlainBar {
  const sorted = [...trades].sort((a, b) => a.at_s - b.at_s)
  const prices = sorted.map(({ price }) => price)
  return {
    start_s,
    open: prices[0] as number,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1) as number,
    volume: sorted.reduce((sum, { volume }) => sum + volume, 0),
    trades: sorted,
  }
}
