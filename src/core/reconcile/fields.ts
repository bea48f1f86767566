import type { Field } from '../market/index.js'
import type { SeriesVerdict } from './reconcile.js'
import type { BarVerdict } from './verdict.js'

/** Columns of a compared bar on output. Prices and volumes of theirs as their file has them; differences are ours less theirs. */
export const RECONCILE_FIELDS = [
  { name: 'symbol', type: 'string', doc: 'Trading symbol' },
  { name: 'exchange', type: 'string', doc: 'Exchange of the instrument' },
  { name: 'timestamp', type: 'timestamp', doc: 'Start of the bar' },
  { name: 'interval', type: 'string', doc: 'Length of the bar' },
  { name: 'class', type: 'string', doc: 'How far the bars agree' },
  { name: 'cause', type: 'string', optional: true, doc: 'What explains the difference; absent where there is none' },
  { name: 'open_ticks', type: 'number', optional: true, doc: 'Our open less theirs in ticks; absent where a side has no bar' },
  { name: 'high_ticks', type: 'number', optional: true, doc: 'Of the high' },
  { name: 'low_ticks', type: 'number', optional: true, doc: 'Of the low' },
  { name: 'close_ticks', type: 'number', optional: true, doc: 'Of the close' },
  { name: 'volume_diff', type: 'int', optional: true, doc: 'Our volume less theirs' },
  { name: 'volume_pct', type: 'number', optional: true, doc: 'That in percent of theirs; absent where theirs is 0' },
  { name: 'own_open', type: 'price', optional: true, doc: 'Our open' },
  { name: 'own_high', type: 'price', optional: true, doc: 'Our high' },
  { name: 'own_low', type: 'price', optional: true, doc: 'Our low' },
  { name: 'own_close', type: 'price', optional: true, doc: 'Our close' },
  { name: 'own_volume', type: 'int', optional: true, doc: 'Our volume' },
  { name: 'their_open', type: 'number', optional: true, doc: 'Their open, rupees' },
  { name: 'their_high', type: 'number', optional: true, doc: 'Their high, rupees' },
  { name: 'their_low', type: 'number', optional: true, doc: 'Their low, rupees' },
  { name: 'their_close', type: 'number', optional: true, doc: 'Their close, rupees' },
  { name: 'their_volume', type: 'int', optional: true, doc: 'Their volume' },
  { name: 'trade_ticks', type: 'int', optional: true, doc: 'Snapshots with a trade in our bar; of an index all of them' },
  { name: 'liquid', type: 'bool', doc: 'At least 10 trade ticks' },
  { name: 'complete', type: 'bool', optional: true, doc: 'Our bar is cut by nothing' },
  {
    name: 'note',
    type: 'string',
    optional: true,
    doc: 'What else is to be said: the times of the gap, the auction, the instrument',
  },
] as const satisfies readonly Field[]

type Cell = number | string | boolean | undefined

/** The cells of a bar in the order of `RECONCILE_FIELDS`. */
export function reconcileCells({ series, tick }: SeriesVerdict, bar: BarVerdict, interval: string): Cell[] {
  const { instrument } = series
  const { own, their } = bar
  const rupees = (units: number | undefined): number | undefined =>
    units === undefined ? undefined : rounded(units / instrument.price_divisor)
  const ticks = differencesOf(bar, tick)
  return [
    instrument.symbol,
    instrument.exchange,
    bar.open_time_ms,
    interval,
    bar.class,
    bar.cause,
    ticks?.open,
    ticks?.high,
    ticks?.low,
    ticks?.close,
    ticks?.volume,
    ticks?.volume_pct,
    own?.open,
    own?.high,
    own?.low,
    own?.close,
    own?.volume,
    rupees(their?.open),
    rupees(their?.high),
    rupees(their?.low),
    rupees(their?.close),
    their?.volume,
    own?.trade_ticks,
    bar.is_liquid,
    own?.complete,
    bar.note,
  ]
}

/** Ours less theirs: prices in ticks, volume in units and percent of theirs. Undefined where a side has no bar. */
export function differencesOf({ own, their }: Pick<BarVerdict, 'own' | 'their'>, tick: number) {
  if (own === undefined || their === undefined) return undefined
  const inTicks = (mine: number, theirs: number): number => rounded((mine - theirs) / tick)
  const volume = own.volume === undefined || their.volume === undefined ? undefined : own.volume - their.volume
  return {
    open: inTicks(own.open, their.open),
    high: inTicks(own.high, their.high),
    low: inTicks(own.low, their.low),
    close: inTicks(own.close, their.close),
    volume,
    volume_pct:
      volume === undefined || !((their.volume ?? 0) > 0) ? undefined : rounded((100 * volume) / (their.volume as number)),
  }
}

const DECIMALS = 1_000_000

/** To 6 decimals; no -0. */
const rounded = (value: number): number => Math.round(value * DECIMALS) / DECIMALS + 0
