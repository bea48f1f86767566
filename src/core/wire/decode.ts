import type { DepthLevel, Packet } from './encode.js'
import type { PacketBytes } from './kite.js'
import * as kite from './kite.js'

/** One packet as an object of raw integers: the inverse of `encodePacket`. For tools and tests; the engine reads fields in place. */
export function decodePacket(view: DataView, at: number, length: PacketBytes): Packet {
  const head = { instrument_token: kite.readToken(view, at), last_price: kite.readLastPrice(view, at) }
  switch (length) {
    case kite.LTP_BYTES:
      return { kind: 'ltp', ...head }
    case kite.INDEX_QUOTE_BYTES:
      return { kind: 'index_quote', ...head, ...indexFields(view, at) }
    case kite.INDEX_FULL_BYTES:
      return { kind: 'index_full', ...head, ...indexFields(view, at), exchange_timestamp: kite.readIndexExchangeTime(view, at) }
    case kite.QUOTE_BYTES:
      return { kind: 'quote', ...head, ...quoteFields(view, at) }
    case kite.FULL_V1_BYTES:
      return { kind: 'full_v1', ...head, ...quoteFields(view, at), depth: depthOf(view, at, length) }
    case kite.FULL_BYTES:
      return {
        kind: 'full',
        ...head,
        ...quoteFields(view, at),
        last_trade_time: kite.readLastTradeTime(view, at),
        oi: kite.readOi(view, at),
        oi_day_high: kite.readOiDayHigh(view, at),
        oi_day_low: kite.readOiDayLow(view, at),
        exchange_timestamp: kite.readExchangeTime(view, at),
        depth: depthOf(view, at, length),
      }
  }
}

function indexFields(view: DataView, at: number) {
  return {
    high: kite.readIndexHigh(view, at),
    low: kite.readIndexLow(view, at),
    open: kite.readIndexOpen(view, at),
    close: kite.readIndexClose(view, at),
    change: kite.readIndexChange(view, at),
  }
}

function quoteFields(view: DataView, at: number) {
  return {
    last_traded_quantity: kite.readLastQuantity(view, at),
    average_traded_price: kite.readAveragePrice(view, at),
    volume_traded: kite.readVolume(view, at),
    total_buy_quantity: kite.readBuyQuantity(view, at),
    total_sell_quantity: kite.readSellQuantity(view, at),
    open: kite.readOpen(view, at),
    high: kite.readHigh(view, at),
    low: kite.readLow(view, at),
    close: kite.readClose(view, at),
  }
}

function depthOf(view: DataView, at: number, length: PacketBytes): DepthLevel[] {
  return Array.from({ length: 2 * kite.DEPTH_LEVELS }, (_, index) => {
    const entry = kite.depthEntryAt(at, length, index)
    return {
      quantity: kite.readDepthQuantity(view, entry),
      price: kite.readDepthPrice(view, entry),
      orders: kite.readDepthOrders(view, entry),
    }
  })
}
