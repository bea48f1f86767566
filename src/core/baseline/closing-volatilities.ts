import { BOOK_BIDS, BOOK_OFFERS, type Calendar, type Candle } from '../market/index.js'
import { CHAIN_TERMS, OptionBook, type OptionChain, type QuoteUpdate, type TermVolatility } from '../options/index.js'
import { type IstDay, MINUTE_MS } from '../time/index.js'

/** A quote that is older at the close is none. It is that of the last minute bar: far strikes trade seldom. */
const TERMS = { ...CHAIN_TERMS, quote_age_max_ms: 5 * MINUTE_MS }

/**
 * At-the-money volatilities at the close of continuous trading by underlying, expiry after expiry. `lasts`: the last minute bar of each recorded
 * instrument, with its book. Of an underlying with options on two exchanges the first exchange by name counts.
 */
export function closingVolatilities(
  lasts: readonly Candle[],
  calendar: Calendar,
  day: IstDay,
): ReadonlyMap<string, readonly TermVolatility[]> {
  const book = new OptionBook(
    lasts.map(({ instrument }) => instrument),
    calendar,
  )
  for (const last of lasts) book.quoteOf(last.instrument)?.take(updateOf(last))
  const volatilities = new Map<string, readonly TermVolatility[]>()
  for (const chains of byUnderlying(book.chains)) {
    const [{ underlying }] = chains
    if (volatilities.has(underlying)) continue
    volatilities.set(
      underlying,
      chains.flatMap((chain) => termOf(chain, calendar, day)),
    )
  }
  return volatilities
}

type Chains = readonly [OptionChain, ...OptionChain[]]

/** Neighbours of one exchange and underlying: chains come in that order, then by expiry. */
function byUnderlying(chains: readonly OptionChain[]): Chains[] {
  const groups: [OptionChain, ...OptionChain[]][] = []
  for (const chain of chains) {
    const group = groups.at(-1)
    if (group?.[0].exchange === chain.exchange && group[0].underlying === chain.underlying) group.push(chain)
    else groups.push([chain])
  }
  return groups
}

/** None for a chain whose quotes do not tell it. */
function termOf(chain: OptionChain, calendar: Calendar, day: IstDay): TermVolatility[] {
  const [row] = chain.rows
  const instrument = (row?.call ?? row?.put)?.instrument
  const close_s = instrument && calendar.sessionOf(instrument, day).phases.findLast(({ phase }) => phase === 'continuous')?.end_s
  if (close_s === undefined) return []
  const view = chain.view(close_s * 1000, TERMS)
  const volatility = view.atm_volatility
  return volatility === undefined ? [] : [{ years: view.years, volatility }]
}

function updateOf({ close, close_time_ms, flow }: Candle): QuoteUpdate {
  const side = (at: number): number => flow?.book?.[at] ?? 0
  const known = (price: number, quantity: number): number => (quantity > 0 ? price : Number.NaN)
  const [bid_quantity, ask_quantity] = [side(BOOK_BIDS + 1), side(BOOK_OFFERS + 1)]
  return {
    received_ms: close_time_ms,
    exchange_ms: Number.NaN,
    last_price: close,
    volume: Number.NaN,
    oi: Number.NaN,
    book: flow?.book && {
      bid_price: known(side(BOOK_BIDS), bid_quantity),
      bid_quantity,
      ask_price: known(side(BOOK_OFFERS), ask_quantity),
      ask_quantity,
    },
  }
}
