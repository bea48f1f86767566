import { packNumbers, unpackNumbers } from './packed-numbers.js'

/** A bar of the chart. Prices in feed units. */
export interface ReportBar {
  /** Epoch seconds, begin of the bar. */
  readonly start_s: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Feed units of quantity. */
  readonly volume: number
  /** Mean price of continuous trading so far, to a whole feed unit; 0 until something traded. */
  readonly vwap: number
  readonly kind: BarKind
}

/** `cut`: incomplete, a gap or an end of the recording cuts it, or volume learned after a gap was kept out of it. */
export type BarKind = 'whole' | 'cut' | 'auction' | 'cut_auction'

const KINDS: readonly BarKind[] = ['whole', 'cut', 'auction', 'cut_auction']

/**
 * Bars of one instrument in order of time, as text. Each number is the difference from one that is likely to be near it, and prices count in
 * `unit` (the price step) where all of them are whole multiples: about 11 characters a bar where JSON needs 60.
 */
export function packBars(bars: readonly ReportBar[], step: number): string {
  const unit = bars.every(({ open, high, low, close }) => [open, high, low, close].every((price) => price % step === 0))
    ? step
    : 1
  return packNumbers([unit, ...differences(bars, unit)])
}

function* differences(bars: readonly ReportBar[], unit: number): Generator<number> {
  let [end_s, close, vwap] = [0, 0, 0]
  for (const bar of bars) {
    // Whether a bar is a whole one goes into the lowest digits of its time: nearly all are.
    yield (bar.start_s - end_s) * KINDS.length + KINDS.indexOf(bar.kind)
    yield (bar.open - close) / unit
    yield (bar.close - bar.open) / unit
    yield (bar.high - Math.max(bar.open, bar.close)) / unit
    yield (Math.min(bar.open, bar.close) - bar.low) / unit
    yield bar.volume
    yield bar.vwap - vwap
    end_s = bar.start_s
    close = bar.close
    vwap = bar.vwap
  }
}

const FIELDS = 7

/** What `packBars` packed. */
export function unpackBars(text: string): ReportBar[] {
  const [unit = 1, ...numbers] = unpackNumbers(text)
  const bars: ReportBar[] = []
  let [before_s, before, vwap] = [0, 0, 0]
  for (let at = 0; at + FIELDS <= numbers.length; at += FIELDS) {
    const [time = 0, open_by = 0, close_by = 0, high_by = 0, low_by = 0, volume = 0, vwap_by = 0] = numbers.slice(at, at + FIELDS)
    const kind = ((time % KINDS.length) + KINDS.length) % KINDS.length
    const start_s = before_s + (time - kind) / KINDS.length
    const open = before + open_by * unit
    const close = open + close_by * unit
    vwap += vwap_by
    bars.push({
      start_s,
      open,
      high: Math.max(open, close) + high_by * unit,
      low: Math.min(open, close) - low_by * unit,
      close,
      volume,
      vwap,
      kind: KINDS[kind] as BarKind,
    })
    before_s = start_s
    before = close
  }
  return bars
}
