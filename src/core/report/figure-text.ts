import { formatClock } from '../time/index.js'
import { formatCount, formatPercent, formatPrice } from '../view/index.js'
import type { TableCell } from './table-html.js'

/** Number of whole things; 0 is shown faint by being nothing. */
export const countCell = (count: number): TableCell => (count === 0 ? undefined : { text: formatCount(count), sort: count })

/** Price in rupees. */
export const priceCell = (units: number | undefined, divisor: number): TableCell =>
  units === undefined ? undefined : { text: formatPrice(units, divisor), sort: units / divisor }

/** Change against the previous close. */
export function changeCell(price: number | undefined, previous: number): TableCell {
  if (price === undefined || previous === 0) return undefined
  const change = price - previous
  const cell = { text: formatPercent(change, previous), sort: (100 * change) / Math.abs(previous) }
  return change === 0 ? cell : { ...cell, tone: change > 0 ? 'up' : 'down' }
}

const CRORE = 10_000_000

/** Rupees in crores, with two decimals: `1,234.56`. */
export const croreCell = (rupees: number): TableCell =>
  rupees === 0 ? undefined : { text: formatPrice(Math.round((rupees / CRORE) * 100), 100), sort: rupees }

/** Time of day (IST). */
export const clockCell = (time_ms: number): TableCell => ({ text: formatClock(time_ms), sort: time_ms })

/** Seconds, to a tenth; nothing is a dash. */
export const secondsCell = (seconds: number): TableCell =>
  seconds === 0 ? undefined : { text: (Math.round(seconds * 10) / 10).toFixed(seconds < 10 ? 1 : 0), sort: seconds }

/** `0.912`: a confidence as people read it. The record has six decimals. */
export const confidenceCell = (confidence: number): TableCell => ({ text: confidence.toFixed(3), sort: confidence })
