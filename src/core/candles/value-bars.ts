import { type BarKind, FillingBars } from './bar-kind.js'

/**
 * Dollar bars: a bar ends with the snapshot that brings its turnover, volume x price, to D rupees or more. Volume counts as the feed has it,
 * so a lot on MCX counts once, not by its size. A fiftieth of a usual day's turnover is a sensible D.
 * Compared in feed units: exact while a bar's turnover is below 2^53 of them (9e13 rupees at a divisor of 100, 9e8 at that of CDS).
 */
export const valueBars: BarKind = {
  name: 'value',
  summary: 'every D rupees of turnover',
  example: '1000000',
  size: { min: 1, max: 1e12, decimals: 0 },
  why_size: "give the rupees of turnover in a bar; a fiftieth of a usual day's is sensible",
  label: (size) => `${size}val`,
  create({ size, instrument, tell }) {
    const turnover = size * instrument.price_divisor
    return new FillingBars(tell, (bar) => bar.turnover >= turnover)
  },
}
