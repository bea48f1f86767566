/** Decimal digits that count in every number that came out of `exp` or `log`. */
const DIGITS = 12

/**
 * The one rounding of option mathematics: the double nearest to `value` written with 12 significant digits. The kernels are good to 13 or more, so
 * what is stored, compared or printed goes through here and tells no digit that is not known. `toPrecision` is fixed digit by digit in the
 * language standard and knows no locale. NaN and infinities stay what they are.
 */
export const rounded = (value: number): number => Number(value.toPrecision(DIGITS))
