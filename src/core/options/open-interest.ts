/** Open interest at one strike, in units of the underlying; NaN where it is not known. */
export interface StrikeInterest {
  readonly strike: number
  readonly call_oi: number
  readonly put_oi: number
}

/** Strikes that concentration looks at. */
const TOP = 3

/** Open interest of all puts by that of all calls; undefined without calls. */
export function putCallRatio(strikes: readonly StrikeInterest[]): number | undefined {
  let [calls, puts] = [0, 0]
  for (const { call_oi, put_oi } of strikes) {
    calls += known(call_oi)
    puts += known(put_oi)
  }
  return calls > 0 ? puts / calls : undefined
}

/**
 * The strike at which expiry would pay the holders of all options least: the sum of OI x intrinsic value over calls and puts is smallest. Of several
 * the lowest. `strikes` ascend. Undefined without open interest.
 */
export function maxPain(strikes: readonly StrikeInterest[]): number | undefined {
  if (total(strikes) === 0) return undefined
  let found: number | undefined
  let least = Number.POSITIVE_INFINITY
  for (const { strike: settled } of strikes) {
    let paid = 0
    for (const { strike, call_oi, put_oi } of strikes)
      paid += known(call_oi) * Math.max(settled - strike, 0) + known(put_oi) * Math.max(strike - settled, 0)
    if (paid < least) {
      least = paid
      found = settled
    }
  }
  return found
}

/** Share of all open interest (calls and puts) that lies in the three strikes with most of it; a fraction. Undefined without open interest. */
export function oiConcentration(strikes: readonly StrikeInterest[]): number | undefined {
  const all = total(strikes)
  if (all === 0) return undefined
  const sizes = strikes.map(({ call_oi, put_oi }) => known(call_oi) + known(put_oi)).sort((a, b) => b - a)
  return sizes.slice(0, TOP).reduce((sum, size) => sum + size, 0) / all
}

const known = (oi: number): number => (Number.isNaN(oi) ? 0 : oi)
const total = (strikes: readonly StrikeInterest[]): number =>
  strikes.reduce((sum, { call_oi, put_oi }) => sum + known(call_oi) + known(put_oi), 0)
