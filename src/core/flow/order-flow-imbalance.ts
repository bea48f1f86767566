import { type BestQuote, isInvalidQuote } from './best-quote.js'

/**
 * Order-flow imbalance between two snapshots of a book (Cont, Kukanov and Stoikov 2014), in feed units of quantity: what was added at the
 * best bid or taken from the best offer counts up, the contrary down. 0 when either book is empty or crossed: it says nothing about flow.
 */
export function orderFlowImbalance(before: BestQuote, now: BestQuote): number {
  if (isInvalidQuote(before) || isInvalidQuote(now)) return 0
  let flow = 0
  if (now.bid >= before.bid) flow += now.bid_quantity
  if (now.bid <= before.bid) flow -= before.bid_quantity
  if (now.offer <= before.offer) flow -= now.offer_quantity
  if (now.offer >= before.offer) flow += before.offer_quantity
  return flow
}
