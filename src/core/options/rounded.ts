/** Decimal digits that count in every number that came out of `exp` or `log`. */
export const DIGITS = 12

/**
 * The one rounding of option mathematics: the double nearest to `value` written with 12 significant digits. Engines may differ in the last bit of `Math.exp` and `Math.log`; the
 * kernels here are good to 14 digits or more, so what is stored, compared or printed goes through this one function and is the same on each.
 * `toPrecision` is fixed digit by digit in the language standard and knows no locale. NaN and infinities stay what they are.
 */
export const rounded = (value: number): number => Number(value.toPrecision(DIGITS))
