import { assert } from '../assert.js'
import type { ExchangeBook, Track } from '../candles/index.js'
import { TRADE_AGE_MAX_S } from '../volume/index.js'
import * as kite from '../wire/index.js'
import type { TokenTable } from './token-table.js'

const { FULL_BYTES } = kite
const LENGTH_BYTES = 2
const FRAMED_BYTES = LENGTH_BYTES + FULL_BYTES

/** A row of 64 bytes for each instrument: what its next packet is compared with, and what it changes. */
const ROW = 16
const LAST_EXCHANGE_S = 0
const COMMON_BEFORE_S = 1
const HWM = 2
const LAST_PRICE = 3
const LAST_TRADE_S = 4
const LAST_AT = 5
const LAST_VIEW = 6
const BAR_FROM_S = 7
const BAR_TO_S = 8
const HIGH = 9
const LOW = 10
const CLOSE_S = 11
const TICKS = 12
const TRADES = 13
/** Number of the exchange book, and of the connection above it. */
const BOOK = 14
const CONNECTION_SHIFT = 16
/** Pending quantities of the last packet: whatever changes in the book changes them, so most packets need not be compared byte by byte. */
const TOTALS = 15
/** And two sums. */
const SUM = 2
const VOLUME = 0
const TURNOVER = 1
const INT32_MAX = 0x7fffffff
/** Below it on either side the turnover of a bar and that of its row add up exactly (2^53). Above, only trade after trade gives the same sum always. */
const TURNOVER_MAX = 0x10_0000_0000_0000

/**
 * The way of nine packets in ten: a full packet in order, of an instrument and a bar that are known, nothing odd about it. It touches one
 * cache line and says yes; to everything else it says no, and ledger and bars, which know nothing of this file, do the whole work.
 * While a row is open it is ahead of their objects: `settle` brings them up to date before anybody looks at them, `open` begins anew.
 * Tests run with and without it and demand the same bytes.
 */
export class CommonPath {
  #rows = new Int32Array(0)
  #sums = new Float64Array(0)
  readonly #tracks: readonly Track[]
  readonly #tokens: TokenTable
  readonly #books: ExchangeBook[] = []
  /** Views that rows refer to, by number, and the numbers that are free. */
  readonly #views: (DataView | undefined)[] = []
  readonly #numbers = new Map<DataView, number>()
  readonly #free: number[] = []
  #view_number = -1
  #connection = -1

  /** Both grow as instruments appear. */
  constructor(tracks: readonly Track[], tokens: TokenTable) {
    this.#tracks = tracks
    this.#tokens = tokens
  }

  /** The packets that follow lie in this view and came on this connection. */
  beginMessage(view: DataView, connection: number): void {
    this.#connection = connection
    this.#view_number = this.#numberOf(view)
  }

  /**
   * Takes common packets from `at` on, at most `count`, all inside `[at, end)`; answers how many. It stops ahead of the first packet that is
   * not common, and changes nothing for that one. One long function, because a call per packet costs as much as half of the work.
   */
  skim(view: DataView, at: number, end: number, count: number): number {
    const rows = this.#rows
    const sums = this.#sums
    const tokens = this.#tokens
    const view_number = this.#view_number
    const connection = this.#connection
    let taken = 0
    for (; taken < count; taken++, at += FRAMED_BYTES) {
      if (at + FRAMED_BYTES > end || view.getUint16(at) !== FULL_BYTES) return taken
      const packet = at + LENGTH_BYTES
      const index = tokens.find(kite.readToken(view, packet))
      if (index < 0) return taken
      const row = index * ROW
      // Reading beyond an array, even once, makes every later read of it slow.
      if (row >= rows.length) return taken
      // All in 32-bit integers: what the wire sends from 2^31 on turns negative here, and is uncommon.
      const exchange_s = kite.readExchangeTime(view, packet) | 0
      const last_exchange_s = rows[row + LAST_EXCHANGE_S] as number
      // A closed row has 0 here.
      if (exchange_s < last_exchange_s || exchange_s >= (rows[row + COMMON_BEFORE_S] as number)) return taken
      const cum = kite.readVolume(view, packet) | 0
      const inc = (cum - (rows[row + HWM] as number)) | 0
      if ((inc | cum) < 0) return taken
      const source = rows[row + BOOK] as number
      const book = this.#books[source & 0xffff] as ExchangeBook
      if (exchange_s >= book.next_due_s || source >>> CONNECTION_SHIFT !== connection) return taken
      const price = kite.readLastPrice(view, packet)
      const trade_s = kite.readLastTradeTime(view, packet) | 0
      const last_trade_s = rows[row + LAST_TRADE_S] as number
      const totals = totalsOf(view, packet)
      if ((inc | (price ^ (rows[row + LAST_PRICE] as number))) !== 0) {
        let event_s = exchange_s
        if (trade_s >= last_trade_s && trade_s <= exchange_s && trade_s >= exchange_s - TRADE_AGE_MAX_S) event_s = trade_s
        else if (trade_s !== 0) return taken
        if (event_s < (rows[row + CLOSE_S] as number) || event_s >= (rows[row + BAR_TO_S] as number)) return taken
        const sum = index * SUM
        const turnover = (sums[sum + TURNOVER] as number) + inc * price
        if (turnover >= TURNOVER_MAX || turnover <= -TURNOVER_MAX) return taken
        if (price > (rows[row + HIGH] as number)) rows[row + HIGH] = price
        if (price < (rows[row + LOW] as number)) rows[row + LOW] = price
        rows[row + CLOSE_S] = event_s
        rows[row + LAST_PRICE] = price
        if (inc > 0) {
          rows[row + HWM] = cum
          rows[row + TRADES] = (rows[row + TRADES] as number) + 1
          sums[sum + VOLUME] = (sums[sum + VOLUME] as number) + inc
          sums[sum + TURNOVER] = turnover
        }
      } else {
        if (trade_s > last_trade_s || exchange_s < (rows[row + BAR_FROM_S] as number)) return taken
        if (exchange_s >= (rows[row + BAR_TO_S] as number)) return taken
        if (exchange_s === last_exchange_s && totals === rows[row + TOTALS] && this.#isSame(row, view, packet)) return taken
      }
      if (trade_s > last_trade_s) rows[row + LAST_TRADE_S] = trade_s
      rows[row + LAST_EXCHANGE_S] = exchange_s
      rows[row + TICKS] = (rows[row + TICKS] as number) + 1
      rows[row + TOTALS] = totals
      rows[row + LAST_AT] = packet
      rows[row + LAST_VIEW] = view_number
      if (exchange_s > book.max_exchange_s) book.max_exchange_s = exchange_s
    }
    return taken
  }

  #isSame(row: number, view: DataView, at: number): boolean {
    const last = this.#views[this.#rows[row + LAST_VIEW] as number] as DataView
    const last_at = this.#rows[row + LAST_AT] as number
    for (let offset = 0; offset < FULL_BYTES; offset += 4) {
      if (last.getInt32(last_at + offset) !== view.getInt32(at + offset)) return false
    }
    return true
  }

  /** Opens the row of an instrument whose packet has just gone the whole way. */
  open(index: number): void {
    const track = this.#tracks[index] as Track
    const { ledger, current: bar } = track
    // Without a bar, or after anything odd, the next packet goes the whole way too.
    if (bar === undefined || ledger.last_view === undefined || ledger.last_length !== FULL_BYTES) return
    if (ledger.hwm > INT32_MAX || ledger.common_before_s === 0) return
    // What a bar holds of earlier seconds (an auction folded in, volume over a gap) is told bar by bar.
    if (bar.has_price && bar.close_s < bar.start_s) return
    if (Math.abs(bar.turnover) > TURNOVER_MAX) return
    // Without volume today no price is a trade.
    if (bar.has_price && (bar.close !== ledger.last_price || ledger.hwm === 0)) return
    if ((index + 1) * ROW > this.#rows.length) this.#grow()
    const rows = this.#rows
    const row = index * ROW
    rows[row + LAST_EXCHANGE_S] = ledger.last_exchange_s
    rows[row + COMMON_BEFORE_S] = Math.min(ledger.common_before_s, track.closing_from_s)
    rows[row + HWM] = ledger.hwm
    rows[row + LAST_PRICE] = ledger.last_price
    rows[row + LAST_TRADE_S] = ledger.last_trade_s
    rows[row + LAST_AT] = ledger.last_at
    rows[row + LAST_VIEW] = this.#numberOf(ledger.last_view)
    rows[row + TOTALS] = totalsOf(ledger.last_view, ledger.last_at)
    rows[row + BAR_FROM_S] = bar.start_s
    rows[row + BAR_TO_S] = bar.end_s
    rows[row + HIGH] = bar.high
    rows[row + LOW] = bar.low
    // The first trade of a bar goes the whole way.
    rows[row + CLOSE_S] = bar.has_price ? bar.close_s : INT32_MAX
    rows[row + TICKS] = rows[row + TRADES] = 0
    rows[row + BOOK] = numberIn(this.#books, track.book) | (ledger.last_connection << CONNECTION_SHIFT)
    this.#sums[index * SUM + VOLUME] = this.#sums[index * SUM + TURNOVER] = 0
  }

  /** Brings the objects of an instrument up to date and closes its row. */
  settle(index: number): void {
    const rows = this.#rows
    const row = index * ROW
    if (row >= rows.length || rows[row + COMMON_BEFORE_S] === 0) return
    rows[row + COMMON_BEFORE_S] = 0
    const ticks = rows[row + TICKS] as number
    if (ticks === 0) return
    const { ledger, current: bar, has_oi } = this.#tracks[index] as Track
    assert(bar !== undefined, 'an open row has a bar')
    ledger.last_exchange_s = rows[row + LAST_EXCHANGE_S] as number
    ledger.hwm = rows[row + HWM] as number
    ledger.last_price = rows[row + LAST_PRICE] as number
    ledger.last_trade_s = rows[row + LAST_TRADE_S] as number
    ledger.last_at = rows[row + LAST_AT] as number
    ledger.last_view = this.#views[rows[row + LAST_VIEW] as number]
    bar.tick_count += ticks
    if (has_oi) bar.oi = kite.readOi(ledger.last_view as DataView, ledger.last_at)
    if (!bar.has_price) return
    bar.high = rows[row + HIGH] as number
    bar.low = rows[row + LOW] as number
    bar.close = ledger.last_price
    bar.close_s = rows[row + CLOSE_S] as number
    bar.trade_count += rows[row + TRADES] as number
    bar.volume += this.#sums[index * SUM + VOLUME] as number
    bar.turnover += this.#sums[index * SUM + TURNOVER] as number
  }

  settleAll(): void {
    for (let index = 0; index < this.#tracks.length; index++) this.settle(index)
  }

  /** Settles the rows whose last packet lies in `view`, and forgets it. */
  release(view: DataView): void {
    const number = this.#numbers.get(view)
    if (number === undefined) return
    for (let index = 0; index < this.#tracks.length; index++) {
      if (this.#rows[index * ROW + LAST_VIEW] === number) this.settle(index)
    }
    this.#numbers.delete(view)
    this.#views[number] = undefined
    this.#free.push(number)
  }

  /** Views held on to: those in use. */
  get view_count(): number {
    return this.#numbers.size
  }

  #numberOf(view: DataView): number {
    if (this.#views[this.#view_number] === view) return this.#view_number
    const known = this.#numbers.get(view)
    if (known !== undefined) return known
    const number = this.#free.pop() ?? this.#views.length
    this.#views[number] = view
    this.#numbers.set(view, number)
    return number
  }

  #grow(): void {
    const size = Math.max(64, 2 * this.#tracks.length)
    const rows = new Int32Array(size * ROW)
    const sums = new Float64Array(size * SUM)
    rows.set(this.#rows)
    sums.set(this.#sums)
    this.#rows = rows
    this.#sums = sums
  }
}

const totalsOf = (view: DataView, at: number): number =>
  (kite.readBuyQuantity(view, at) ^ Math.imul(kite.readSellQuantity(view, at), 31)) | 0

/** Position of an item in a short list; added when it is not there. */
function numberIn<T>(list: T[], item: T): number {
  const index = list.indexOf(item)
  return index >= 0 ? index : list.push(item) - 1
}
