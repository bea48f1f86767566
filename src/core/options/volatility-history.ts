/** Below as many earlier days nothing is said. */
export const HISTORY_MIN = 60

/**
 * Where a volatility stands between the lowest and the highest of earlier days (at most 252 closes of constant maturity): 0 at the lowest, 100 at
 * the highest, beyond them outside. Undefined for a short history or one that never moved.
 */
export function ivRank(volatility: number, history: readonly number[], history_min: number = HISTORY_MIN): number | undefined {
  if (history.length < history_min || history.length === 0) return undefined
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of history) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return high > low ? (100 * (volatility - low)) / (high - low) : undefined
}

/** Share of earlier days with a lower volatility, in percent. Undefined for a short history. */
export function ivPercentile(
  volatility: number,
  history: readonly number[],
  history_min: number = HISTORY_MIN,
): number | undefined {
  if (history.length < history_min || history.length === 0) return undefined
  const lower = history.filter((value) => value < volatility).length
  return (100 * lower) / history.length
}
