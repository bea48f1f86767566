/** Digits grouped as in India: the last three, then pairs (12,34,567). */
export const grouped = (digits: string): string => digits.replace(/\B(?=(?:\d{2})*\d{3}$)/g, ',')

/** A whole number, 0 or more. */
export const formatCount = (count: number): string => grouped(String(Math.round(count)))

/** Feed units as rupees with all decimals the unit has (two, four for currencies and NCO): columns of prices align. */
export function formatPrice(units: number, divisor: number): string {
  const size = Math.abs(units)
  const whole = Math.floor(size / divisor)
  const decimals = divisor > 100 ? 4 : 2
  const rest = Math.round(((size % divisor) / divisor) * (decimals === 4 ? 10_000 : 100))
  return `${units < 0 ? '-' : ''}${grouped(String(whole))}.${String(rest).padStart(decimals, '0')}`
}

/** With its sign; a change of nothing has none. */
export const formatChange = (units: number, divisor: number): string => `${units > 0 ? '+' : ''}${formatPrice(units, divisor)}`

/** `+0.48%`: the change as a share of what it changed, halves away from 0. */
export function formatPercent(change: number, previous: number): string {
  const hundredths = Math.floor((Math.abs(change) * 20_000 + Math.abs(previous)) / (2 * Math.abs(previous)))
  const sign = hundredths === 0 ? '' : change > 0 === previous > 0 ? '+' : '-'
  return `${sign}${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}%`
}
