const DECIMALS = 6

/** A number as results tell it: six decimals, null where it is not known or not finite. */
export function known(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toFixed(DECIMALS)) + 0 : null
}
