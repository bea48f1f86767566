const EXACT_FROM = 1_000_000
const WHOLE_FROM = 1_000_000_000_000

/**
 * The one rounding of every number in an alert, done before it is compared or printed: 6 decimals below a million, 12 significant digits up to
 * 10^12, whole numbers beyond; whole numbers stay as they are. A difference in the last bit of a double thus almost never changes a record:
 * only where it lies at the very edge of a rounding. NaN and the infinite stay.
 */
export function rounded(value: number): number {
  if (!Number.isFinite(value) || Number.isSafeInteger(value)) return value + 0
  const size = Math.abs(value)
  if (size >= WHOLE_FROM && size <= Number.MAX_SAFE_INTEGER) return Math.sign(value) * Math.round(size)
  return Number(size < EXACT_FROM ? value.toFixed(6) : value.toPrecision(12)) + 0
}
