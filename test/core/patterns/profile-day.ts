import type { MinuteRow } from '../../support/scenario.js'

/**
 * The same minutes at whole tenths, the first one at `open`: with bins of half a rupee no price lies half way between two bins, and the mirror image
 * has the same bins.
 */
export function atTenths(minutes: readonly MinuteRow[], open: number): MinuteRow[] {
  const tenth = (price: number): number => Math.round(price * 10) / 10
  return minutes.map((row, n) => {
    const first = n === 0 ? open : tenth(row.open)
    const [high, low, close] = [tenth(row.high), tenth(row.low), tenth(row.close)]
    return { ...row, open: first, high: Math.max(high, first, close), low: Math.min(low, first, close), close }
  })
}
