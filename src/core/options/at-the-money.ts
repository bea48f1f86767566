/** The listed strike nearest the forward, of two the lower one. `strikes` ascend. */
export function atmStrike(strikes: readonly number[], forward: number): number | undefined {
  let nearest: number | undefined
  for (const strike of strikes)
    if (nearest === undefined || Math.abs(strike - forward) < Math.abs(nearest - forward)) nearest = strike
  return nearest
}

/** A volatility at a strike. */
export interface StrikeVolatility {
  readonly strike: number
  readonly volatility: number
}

/**
 * At-the-money volatility: total variance (volatility^2 x T, so T cancels) on the straight line in the strike between the nearest below or at the
 * forward and the nearest above it.
 */
export function atmVolatility(below: StrikeVolatility, above: StrikeVolatility, forward: number): number {
  const part = (forward - below.strike) / (above.strike - below.strike)
  const variance = below.volatility * below.volatility * (1 - part) + above.volatility * above.volatility * part
  return Math.sqrt(variance)
}

/** One standard deviation of the forward until expiry: F x volatility x sqrt(T), in the unit of the forward. */
export const expectedMove = (forward: number, volatility: number, years: number): number =>
  forward * volatility * Math.sqrt(years)

/** What a straddle at the forward costs, roughly: sqrt(2 / pi) of the expected move, undiscounted. */
export const straddleOfMove = (expected_move: number): number => Math.sqrt(2 / Math.PI) * expected_move
