import { discountFactor } from './black76.js'
import { naturalSpline } from './natural-spline.js'
import { rounded } from './rounded.js'

/**
 * India VIX as NSE describes it (white paper "India VIX", 2008): the method of Cboe, with the future as the forward and a natural cubic spline
 * where a strike has no quote that can be used. Rates are those of MIBOR for the term.
 */

/** Best bids and offers at one strike; NaN or 0 where there is none. */
export interface VixQuote {
  readonly strike: number
  readonly call_bid: number
  readonly call_ask: number
  readonly put_bid: number
  readonly put_ask: number
}

/** One expiry. Money in one unit; `quotes` ascend by strike. */
export interface VixTerm {
  readonly quotes: readonly VixQuote[]
  /** Price of the future of the expiry. */
  readonly forward: number
  /** Minutes to expiry. */
  readonly minutes: number
  /** Continuously compounded a year, as a fraction. */
  readonly rate: number
}

/** An out-of-the-money price (the mean of call and put at the strike just below the forward). */
export interface StripPrice {
  readonly strike: number
  readonly price: number
}

const YEAR_MINUTES = 525_600
const MONTH_MINUTES = 43_200
/** Quotes with a wider spread, as a part of their mid, are not used. */
const SPREAD_MAX = 0.3

/** In VIX points: 14.2 is 14.2 % a year over the next 30 days. Undefined when a term has too few quotes. `near` expires first. */
export function indiaVix(near: VixTerm, next: VixTerm): number | undefined {
  const [first, second] = [termVariance(near), termVariance(next)]
  if (first === undefined || second === undefined) return undefined
  return vixOf({ variance: first, minutes: near.minutes }, { variance: second, minutes: next.minutes })
}

/** Two variances a year as one over 30 days, on the line between them in total variance; in VIX points. Undefined below 0. */
export function vixOf(
  near: { variance: number; minutes: number },
  next: { variance: number; minutes: number },
): number | undefined {
  const span = next.minutes - near.minutes
  const near_part = (near.minutes / YEAR_MINUTES) * near.variance * ((next.minutes - MONTH_MINUTES) / span)
  const next_part = (next.minutes / YEAR_MINUTES) * next.variance * ((MONTH_MINUTES - near.minutes) / span)
  const variance = (near_part + next_part) * (YEAR_MINUTES / MONTH_MINUTES)
  return variance >= 0 ? rounded(100 * Math.sqrt(variance)) : undefined
}

/** Variance a year of one expiry. */
export function termVariance({ quotes, forward, minutes, rate }: VixTerm): number | undefined {
  const base = quotes.findLast(({ strike }) => strike <= forward)?.strike
  if (base === undefined || !(minutes > 0)) return undefined
  const strip = stripOf(quotes, base)
  if (strip === undefined) return undefined
  return stripVariance(strip, { forward, base, years: minutes / YEAR_MINUTES, rate })
}

/** Forward, strike just below it, and time of a strip of prices. */
export interface StripTerms {
  readonly forward: number
  /** K0, the highest strike not above the forward. */
  readonly base: number
  readonly years: number
  readonly rate: number
}

/** 2/T sum of dK/K^2 e^(RT) Q(K) - 1/T (F/K0 - 1)^2; dK is half the distance of the neighbours, at the ends the whole to the only one. */
export function stripVariance(strip: readonly StripPrice[], { forward, base, years, rate }: StripTerms): number | undefined {
  if (strip.length < 2) return undefined
  let sum = 0
  strip.forEach(({ strike, price }, n) => {
    const below = strip[n - 1]?.strike
    const above = strip[n + 1]?.strike
    const width = below === undefined ? (above as number) - strike : above === undefined ? strike - below : 0.5 * (above - below)
    sum += (width / (strike * strike)) * price
  })
  const excess = forward / base - 1
  return rounded((2 * sum) / discountFactor(rate, years) / years - (excess * excess) / years)
}

/** Puts below the base, calls above it, at it the mean of both. Strikes beyond the outermost quote that can be used are left out. */
function stripOf(quotes: readonly VixQuote[], base: number): StripPrice[] | undefined {
  const put = spread(
    quotes.filter(({ strike }) => strike <= base),
    ({ put_bid, put_ask }) => usableMid(put_bid, put_ask),
  )
  const call = spread(
    quotes.filter(({ strike }) => strike >= base),
    ({ call_bid, call_ask }) => usableMid(call_bid, call_ask),
  )
  if (put === undefined || call === undefined) return undefined
  const strip: StripPrice[] = []
  for (const { strike } of quotes) {
    const price = strike < base ? put(strike) : strike > base ? call(strike) : meanOf(put(strike), call(strike))
    if (price !== undefined) strip.push({ strike, price })
  }
  return strip.some(({ strike }) => strike === base) ? strip : undefined
}

function spread(quotes: readonly VixQuote[], midOf: (quote: VixQuote) => number | undefined) {
  const known = quotes.flatMap((quote) => {
    const mid = midOf(quote)
    return mid === undefined ? [] : [{ strike: quote.strike, mid }]
  })
  return naturalSpline(
    known.map(({ strike }) => strike),
    known.map(({ mid }) => mid),
  )
}

function usableMid(bid: number, ask: number): number | undefined {
  const mid = 0.5 * (bid + ask)
  return bid > 0 && ask >= bid && ask - bid <= SPREAD_MAX * mid ? mid : undefined
}

const meanOf = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : 0.5 * (a + b)
