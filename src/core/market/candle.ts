import type { BarFlow } from './bar-flow.js'
import type { Field } from './fields.js'
import type { Instrument } from './instrument.js'

/** Part of the trading day a bar belongs to. `day` is the bar of the whole session. */
export type BarPhase = 'continuous' | 'pre_open' | 'closing_auction' | 'post_close' | 'day'

/** A closed bar over `[open_time_ms, close_time_ms)`. Immutable. Prices in feed units of `instrument.price_divisor`. */
export interface Candle {
  readonly instrument: Instrument
  /** Label of the interval: `1m`, `5m`, `1d`, `auction`, `100t` ... */
  readonly interval: string
  readonly phase: BarPhase
  readonly open_time_ms: number
  readonly close_time_ms: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Traded in the bar, in feed units of quantity (lots on MCX); 0 with `volume_na` for indices. */
  readonly volume: number
  /** Sum of increment x last price, in feed price units; vwap = turnover / volume. */
  readonly turnover: number
  /** Open interest at the last full packet of the bar; undefined when none carried it. */
  readonly oi: number | undefined
  /** Accepted packets of the instrument in the bar; duplicates dropped. */
  readonly tick_count: number
  /** Accepted packets with traded volume. */
  readonly trade_count: number
  /** False when cut by a gap or by the beginning or end of the recording, or when it holds quarantined volume. */
  readonly complete: boolean
  /** Full length of the bar as the calendar has it; shorter than the interval for the last bar of a session. */
  readonly expected_ms: number
  /** Volume learned right after a gap and kept out of the bar (`--gap-volume quarantine`). */
  readonly gap_volume: number
  /** True when part of the volume was spread over a gap. */
  readonly synthetic_volume: boolean
  /** True for a bar made by `--fill forward`. */
  readonly synthetic: boolean
  /** True where the instrument has no volume (indices, ltp mode). */
  readonly volume_na: boolean
  /** 0 for the first emission; counts up with `--late revise`. */
  readonly revision: number
  /** Only on `day` bars, else undefined. */
  readonly day: DayFigures | undefined
  /** Trades by price, their signs and the book, where the run asks for them. */
  readonly flow?: BarFlow | undefined
}

/** What only the bar of the day can say. */
export interface DayFigures {
  /** Cumulative volume that had traded before we joined. */
  readonly missed_volume: number
  /** Volume learned too late for its bar. */
  readonly late_volume: number
  /** Volume learned across gaps. */
  readonly gap_volume: number
  /** Volume the exchange took back (`rebase`). */
  readonly correction: number
  /** Closing price announced after the session, in feed units; undefined when none came. */
  readonly close_official: number | undefined
}

/** Columns of a candle on output, in this order. The first eight are what readers of the older Parquet files rely on. */
export const CANDLE_FIELDS = [
  { name: 'symbol', type: 'string', doc: 'Trading symbol' },
  { name: 'exchange', type: 'string', doc: 'Exchange of the instrument' },
  { name: 'timestamp', type: 'timestamp', doc: 'Start of the bar; the bar covers [timestamp, timestamp + interval)' },
  { name: 'open', type: 'price', doc: 'First traded price of the bar' },
  { name: 'high', type: 'price', doc: 'Highest traded price' },
  { name: 'low', type: 'price', doc: 'Lowest traded price' },
  { name: 'close', type: 'price', doc: 'Last traded price' },
  { name: 'volume', type: 'int', doc: 'Quantity traded in the bar, in units of the feed (lots on MCX); 0 for indices' },
  { name: 'interval', type: 'string', doc: 'Length of the bar: 1m, 5m, 1d, auction, 100t ...' },
  { name: 'instrument_token', type: 'int', doc: 'Kite instrument token, unique on its day' },
  { name: 'oi', type: 'int', optional: true, doc: 'Open interest at the last full packet of the bar' },
  {
    name: 'vwap',
    type: 'fine_price',
    optional: true,
    doc: 'Mean of last price weighted by traded quantity, to 1/100 of a feed unit; null without volume',
  },
  { name: 'tick_count', type: 'int', doc: 'Accepted packets of the instrument in the bar, duplicates dropped' },
  { name: 'trade_count', type: 'int', doc: 'Accepted packets with traded volume' },
  {
    name: 'complete',
    type: 'bool',
    doc: 'False when a gap or the beginning or end of the recording cuts the bar, or volume is quarantined',
  },
  { name: 'phase', type: 'string', doc: 'continuous, pre_open, closing_auction, post_close or day' },
  { name: 'expected_ms', type: 'int', doc: 'Length of the bar as the calendar has it, in ms' },
  { name: 'gap_volume', type: 'int', doc: 'Volume learned right after a gap and kept out of `volume`' },
  { name: 'synthetic', type: 'bool', doc: 'True for a bar made by --fill forward' },
  { name: 'synthetic_volume', type: 'bool', doc: 'True when part of the volume was spread over a gap' },
  { name: 'volume_na', type: 'bool', doc: 'True where the instrument carries no volume' },
  { name: 'revision', type: 'int', doc: '0 for the first emission; counts up with --late revise' },
  { name: 'missed_volume', type: 'int', optional: true, doc: 'Day bars: cumulative volume before we joined' },
  { name: 'late_volume', type: 'int', optional: true, doc: 'Day bars: volume learned too late for its bar' },
  { name: 'volume_correction', type: 'int', optional: true, doc: 'Day bars: volume the exchange took back' },
  { name: 'close_official', type: 'price', optional: true, doc: 'Day bars: closing price announced after the session' },
] as const satisfies readonly Field[]
