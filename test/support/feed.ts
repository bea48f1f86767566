import { readFileSync } from 'node:fs'
import { type Calendar, createCalendar } from '../../src/core/market/index.js'
import { DAY_S, IST_OFFSET_S, parseClock, parseDate } from '../../src/core/time/index.js'
import type { FullPacket, IndexFullPacket, IndexQuotePacket, LtpPacket, QuotePacket } from '../../src/core/wire/index.js'

const CALENDAR: unknown = JSON.parse(readFileSync(new URL('../../config/calendar.json', import.meta.url), 'utf8'))
/** The calendar that ships. */
export const calendar: Calendar = createCalendar(CALENDAR)

/** A Monday under the rules of 2025: cash trades 09:15-15:30 after a pre-open of 15 minutes. */
export const MONDAY = '2025-10-06'

/** Epoch seconds of a clock time in India. */
export function at(clock: string, date = MONDAY): number {
  const day = parseDate(date)
  const second = parseClock(clock)
  if (day === undefined || second === undefined) throw new RangeError(`no such time: ${date} ${clock}`)
  return day * DAY_S - IST_OFFSET_S + second
}

const EMPTY_DEPTH = Array.from({ length: 10 }, () => ({ quantity: 0, price: 0, orders: 0 }))
const QUOTE = {
  last_price: 10_000,
  last_traded_quantity: 1,
  average_traded_price: 10_000,
  volume_traded: 0,
  total_buy_quantity: 0,
  total_sell_quantity: 0,
  open: 0,
  high: 0,
  low: 0,
  close: 0,
}
const INDEX = { last_price: 2_500_000, high: 0, low: 0, open: 0, close: 0, change: 0 }
/** RELIANCE on NSE, as its token goes; any stock would do. */
export const STOCK = 738_561
export const NIFTY = 256_265

/** Without a `last_trade_time`, the last trade is at the exchange's second. */
export function full(told: Partial<FullPacket>): FullPacket {
  return {
    kind: 'full',
    instrument_token: STOCK,
    ...QUOTE,
    oi: 0,
    oi_day_high: 0,
    oi_day_low: 0,
    exchange_timestamp: 0,
    last_trade_time: told.exchange_timestamp ?? 0,
    depth: EMPTY_DEPTH,
    ...told,
  }
}

export const quote = (told: Partial<QuotePacket>): QuotePacket => ({ kind: 'quote', instrument_token: STOCK, ...QUOTE, ...told })
export const ltp = (last_price: number, instrument_token = STOCK): LtpPacket => ({ kind: 'ltp', instrument_token, last_price })
export const indexFull = (told: Partial<IndexFullPacket>): IndexFullPacket => ({
  kind: 'index_full',
  instrument_token: NIFTY,
  ...INDEX,
  exchange_timestamp: 0,
  ...told,
})
export const indexQuote = (told: Partial<IndexQuotePacket>): IndexQuotePacket => ({
  kind: 'index_quote',
  instrument_token: NIFTY,
  ...INDEX,
  ...told,
})
