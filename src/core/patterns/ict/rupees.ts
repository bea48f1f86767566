import type { Instrument } from '../../market/index.js'

/** Prices for the evidence of a claim, which people read: rupees in place of feed units. */
export const inRupees = (
  { price_divisor }: Pick<Instrument, 'price_divisor'>,
  prices: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(prices).map(([name, price]) => [name, price / price_divisor]))
