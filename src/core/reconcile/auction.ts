import type { AuctionBar, Figures, OwnBar, OwnSeries, TheirBar } from './bars.js'
import type { Finding } from './causes.js'
import { sizeClass } from './size.js'

/** The first bar of the session: an auction folded into it, or its open rewritten from what the exchange told. */
export function openingFinding(
  own: OwnBar | undefined,
  their: TheirBar,
  { auctions, exchange }: OwnSeries,
  tick: number,
): Finding | undefined {
  const auction = auctions.find(({ phase }) => phase === 'pre_open')
  if (auction !== undefined && isFolded(own, their, [auction], 'first'))
    return { class: 'auction', cause: 'auction_volume', note: `pre-open: ${auction.volume}` }
  if (own === undefined || !isOpenRewritten(own, their)) return undefined
  const by_auction = auction !== undefined && (their.open === auction.close || their.open === auction.open)
  if (!by_auction && their.open !== exchange?.open) return undefined
  return {
    class: by_auction ? 'auction' : sizeClass(own, their, tick),
    cause: 'open_rewritten',
    note: by_auction ? 'the price of the opening auction' : 'the open that the exchange tells',
  }
}

/** The last bar of the session: the closing auction or trading after the close folded into it, or its close from what the exchange announced. */
export function closingFinding(
  own: OwnBar | undefined,
  their: TheirBar,
  { auctions, whole_day }: OwnSeries,
  tick: number,
): Finding | undefined {
  const after = auctions.filter(({ phase }) => phase !== 'pre_open')
  const closing = after.filter(({ phase }) => phase === 'closing_auction')
  for (const folded of [after, closing, after.filter(({ phase }) => phase === 'post_close')])
    if (folded.length > 0 && isFolded(own, their, folded, 'last'))
      return {
        class: 'auction',
        cause: 'auction_volume',
        note: folded.map(({ phase, volume }) => `${phase}: ${volume}`).join(', '),
      }
  if (own === undefined || their.volume !== own.volume || their.open !== own.open || their.close === own.close) return undefined
  const by_auction = closing.some(({ close }) => close === their.close)
  if (!by_auction && their.close !== whole_day?.official_close) return undefined
  const is_widened = their.high === Math.max(own.high, their.close) || their.high === own.high
  const is_lowered = their.low === Math.min(own.low, their.close) || their.low === own.low
  if (!is_widened || !is_lowered) return undefined
  return { class: by_auction ? 'auction' : sizeClass(own, their, tick), cause: 'official_close' }
}

/** Their bar is ours with these auctions in it. Its prices may be those with them or without. */
function isFolded(own: OwnBar | undefined, their: TheirBar, auctions: readonly AuctionBar[], end: 'first' | 'last'): boolean {
  const volume = auctions.reduce((sum, auction) => sum + auction.volume, 0)
  if (volume === 0 || their.volume !== (own?.volume ?? 0) + volume) return false
  const parts: readonly Figures[] = own === undefined ? auctions : [own, ...auctions]
  const inner: Figures | undefined = end === 'first' ? (own ?? auctions.at(-1)) : (own ?? auctions[0])
  const [first, last] = [auctions[0], auctions.at(-1)]
  const opens = end === 'first' ? [inner?.open, first?.open, first?.close] : [inner?.open]
  const closes = end === 'first' ? [inner?.close] : [inner?.close, ...auctions.map(({ close }) => close), last?.close]
  const highs = [inner?.high, Math.max(...parts.map(({ high }) => high))]
  const lows = [inner?.low, Math.min(...parts.map(({ low }) => low))]
  return opens.includes(their.open) && closes.includes(their.close) && highs.includes(their.high) && lows.includes(their.low)
}

/** Only the open is another, and the range is ours or ours with it. */
function isOpenRewritten(own: OwnBar, their: TheirBar): boolean {
  const is_else_same = their.close === own.close && (their.volume === undefined || their.volume === own.volume)
  const is_range = [own.high, Math.max(own.high, their.open)].includes(their.high)
  return is_else_same && their.open !== own.open && is_range && [own.low, Math.min(own.low, their.open)].includes(their.low)
}
