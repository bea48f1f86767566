import type { Candle } from '../market/index.js'
import type { BarBuilder } from './bar-kind.js'
import type { EventBarSpec } from './bar-kinds.js'
import type { BarTrade, EventBar } from './event-bar.js'
import type { GapList } from './gaps.js'
import { hasNoVolume, type Track } from './track.js'
import type { OfferedTrade, TradeListener } from './trade-listener.js'

/** Event bars of one instrument in one session. */
interface Builders {
  readonly builders: readonly BarBuilder[]
  /** Second of the latest trade: with trade times told or not, the next packet's may be an earlier one. */
  last_s: number
}

/**
 * Bars that end by what trades: ticks, volume, value, imbalance, Renko. Fed by `TimeBars` with the trades of continuous trading in order of
 * arrival; a bar is told with the trade that ends it, those of one trade in the order asked for.
 *
 * What the time bars keep out of a bar is in none of these: volume quarantined or spread after a gap, late snapshots, trades told after their
 * minute was final. A bar that was open across a gap is incomplete and says how much was kept out in `gap_volume`. With `auction: fold` the
 * auctions' trades are trades of continuous trading here too. No state outlives a session: its last bar is told with it, incomplete.
 */
export class EventBars implements TradeListener {
  readonly #specs: readonly EventBarSpec[]
  readonly #gaps: GapList
  readonly #emit: (candle: Candle) => void
  /** By index of the instrument. */
  readonly #open: (Builders | undefined)[] = []
  #over_gap = false
  readonly #trade: BarTrade = { price: 0, volume: 0, at_s: 0, oi: -1 }

  constructor(specs: readonly EventBarSpec[], gaps: GapList, emit: (candle: Candle) => void) {
    this.#specs = specs
    this.#gaps = gaps
    this.#emit = emit
  }

  onTrade(track: Track, { price, volume, at_s, oi, over_gap }: OfferedTrade): void {
    this.#over_gap = over_gap
    const own = this.#open[track.ledger.index] ?? this.#begin(track)
    const trade = this.#trade
    if (at_s > own.last_s) own.last_s = at_s
    trade.price = price
    trade.volume = volume
    trade.at_s = own.last_s
    trade.oi = oi
    for (const builder of own.builders) {
      builder.take(trade)
      // `--gap-volume last`: the bar holds it all, but nobody knows when it traded.
      if (over_gap && builder.open !== undefined) builder.open.broken = true
    }
  }

  onGapVolume(track: Track, volume: number): void {
    for (const { open } of this.#open[track.ledger.index]?.builders ?? []) open?.noteGap(volume)
  }

  onSessionOver(track: Track): void {
    const own = this.#open[track.ledger.index]
    if (own === undefined) return
    this.#open[track.ledger.index] = undefined
    this.#over_gap = false
    own.builders.forEach(({ open }, index) => {
      if (open === undefined) return
      open.broken = true
      this.#tell(track, this.#specs[index] as EventBarSpec, open)
    })
  }

  #begin(track: Track): Builders {
    const { instrument, index } = track.ledger
    const builders = this.#specs.map((spec) =>
      spec.kind.create({ size: spec.size, instrument, tell: (bar) => this.#tell(track, spec, bar) }),
    )
    const own = { builders, last_s: 0 }
    this.#open[index] = own
    return own
  }

  #tell(track: Track, spec: EventBarSpec, bar: EventBar): void {
    const { ledger } = track
    const complete = !this.#over_gap && !this.#gaps.cuts(ledger, bar.first_s * 1000, (bar.last_s + 1) * 1000)
    this.#emit(bar.toCandle(ledger.instrument, spec.label, { complete, volume_na: hasNoVolume(ledger) }))
  }
}
