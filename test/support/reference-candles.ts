import type { Instrument, Session, SessionPhase } from '../../src/core/market/index.js'
import type { Packet } from '../../src/core/wire/index.js'
import { instrumentOf, type Message } from './engine.js'
import { calendar } from './feed.js'

/**
 * Candles as the rules of docs/volume.md and docs/candles.md have them, written a second time from the rules alone: plain lists, the whole
 * input known from the start, nothing fast. For one day, without the rule W and the policies `revise`, `spread` and `forward`, which
 * have tests of their own. Bars of each interval are built from the packets, never rolled up.
 */
export interface ReferenceOptions {
  tf: readonly string[]
  clock: 'trade' | 'exchange' | 'arrival'
  auction: 'separate' | 'fold'
  gap_volume: 'quarantine' | 'last'
}

export interface ReferenceBar {
  symbol: string
  interval: string
  phase: string
  start_s: number
  end_s: number
  open: number
  high: number
  low: number
  close: number
  volume: number
  turnover: number
  oi: number | undefined
  tick_count: number
  trade_count: number
  complete: boolean
  gap_volume: number
  volume_na: boolean
  day: { missed: number; late: number; gap: number; correction: number; official: number | undefined } | undefined
}

/** One accepted packet: what it tells of the market. */
interface Fact {
  kind: 'trade' | 'quiet' | 'late'
  price: number
  inc: number
  at_s: number
  /** Exchange second of the packet, else the last one known; and of the packet or its receipt. */
  known_exchange_s: number
  snapshot_s: number
  oi: number | undefined
  over_gap: boolean
  moment: number
}

/** Facts that landed in one minute (or auction), in order of arrival. */
interface Cell {
  phase: SessionPhase
  start_s: number
  end_s: number
  facts: { fact: Fact; part: 'trade' | 'quiet' | 'widening' | 'tick'; volume: number; quarantined: number }[]
}

interface Book {
  instrument: Instrument
  session: Session | undefined
  facts: Fact[]
  joined: boolean
  /** The baseline rests on packets without a time alone. */
  provisional: boolean
  /** Volume last told of an earlier session. */
  past_volume: number | undefined
  early: boolean
  hwm: number
  missed: number
  corrections: { volume: number; moment: number }[]
  whole_from_s: number
  lower: { second: number; cum: number }[]
  collapsed_s: number | undefined
  ignore: number
  last_exchange_s: number
  last_trade_s: number
  last_price: number
  heard_s: number
  last_moment: number
  last_connection: number
  last_payload: string
  /** By moment: the connections that have carried it since. */
  carriers: Map<number, number>
}

export function referenceCandles(messages: readonly Message[], options: ReferenceOptions): ReferenceBar[] {
  const timeline = new Timeline(messages)
  const books = new Map<number, Book>()
  messages.forEach((message) => {
    timeline.received(message)
    for (const packet of message.packets) {
      const token = packet.instrument_token
      const book = books.get(token) ?? newBook(instrumentOf(token))
      books.set(token, book)
      const fact = judge(book, packet, message, timeline, options)
      if (fact === undefined) continue
      timeline.seen(book.instrument.exchange, fact.known_exchange_s)
      fact.moment = timeline.moment
      book.facts.push(fact)
      if (!book.carriers.has(message.connection) && fact.kind !== 'late') book.carriers.set(message.connection, timeline.moment)
    }
  })
  const told = [...books.values()].flatMap((book) => barsOf(book, timeline, options))
  // Told when the millisecond is over; the end of the input belongs to the last one.
  const at = ({ moment }: Told): number => timeline.now_ms[Math.min(moment, timeline.moment)] as number
  return told.sort((a, b) => at(a) - at(b) || inOneMoment(a, b)).map(({ bar }) => bar)
}

interface Silence {
  from_ms: number
  to_ms: number
  /** Moment of the record that ended it; NaN while it lasts. */
  ended: number
}

/** What was known when: a moment is a message or a packet. */
class Timeline {
  readonly now_ms: number[] = []
  readonly exchange_s: Map<string, number>[] = []
  readonly records: { connection: number; received_ms: number; moment: number }[] = []
  /** Trading days known, and since when: hours that nobody has asked for are no session hours. */
  readonly sessions = new Map<Session, number>()
  readonly begin_ms: number

  constructor(messages: readonly Message[]) {
    this.begin_ms = Math.min(...messages.map(({ received_ms }) => received_ms))
  }

  get moment(): number {
    return this.now_ms.length - 1
  }

  received({ received_ms, connection }: Message): void {
    this.now_ms.push(Math.max(received_ms, this.now_ms.at(-1) ?? 0))
    this.exchange_s.push(this.exchange_s.at(-1) ?? new Map())
    this.records.push({ connection, received_ms, moment: this.moment })
  }

  seen(exchange: string, second: number): void {
    const before = this.exchange_s.at(-1) ?? new Map<string, number>()
    this.now_ms.push(this.now_ms.at(-1) ?? 0)
    this.exchange_s.push(new Map(before).set(exchange, Math.max(second, before.get(exchange) ?? 0)))
  }

  /** 2.4: final when the exchange's clock is 2 s past the end, or ours 5 s; 60 s in both senses at the end of continuous trading. */
  isFinal(exchange: string, end_s: number, is_last: boolean, moment: number): boolean {
    const wait_s = is_last ? [60, 60] : [2, 5]
    return (
      (this.exchange_s[moment]?.get(exchange) ?? 0) >= end_s + (wait_s[0] as number) ||
      (this.now_ms[moment] as number) >= (end_s + (wait_s[1] as number)) * 1000
    )
  }

  /** Silences of more than 15 s on a connection inside session hours, and one under way, as known at a moment. */
  silences(connection: number, moment: number): Silence[] {
    const heard = this.records.filter((record) => record.connection === connection && record.moment <= moment)
    const recorded = heard
      .map(({ received_ms, moment }, n) => ({
        from_ms: heard[n - 1]?.received_ms ?? received_ms,
        to_ms: received_ms,
        ended: moment,
      }))
      .filter(({ from_ms, to_ms, ended }) => to_ms - from_ms > 15_000 && this.#isTrading(from_ms, to_ms, ended))
    const open_ms = heard.at(-1)?.received_ms ?? 0
    const now_ms = this.now_ms[moment] as number
    return now_ms - open_ms > 15_000 ? [...recorded, { from_ms: open_ms, to_ms: now_ms, ended: Number.NaN }] : recorded
  }

  #isTrading(from_ms: number, to_ms: number, moment: number): boolean {
    return [...this.sessions].some(
      ([{ phases }, since]) =>
        since < moment && phases.some((p) => p.phase !== 'post_close' && from_ms < p.end_s * 1000 && to_ms > p.start_s * 1000),
    )
  }
}

const newBook = (instrument: Instrument): Book => ({
  instrument,
  session: undefined,
  facts: [],
  joined: false,
  provisional: false,
  past_volume: undefined,
  early: false,
  hwm: 0,
  missed: 0,
  corrections: [],
  whole_from_s: Number.NaN,
  lower: [],
  collapsed_s: undefined,
  ignore: 0,
  last_exchange_s: 0,
  last_trade_s: 0,
  last_price: Number.NaN,
  heard_s: 0,
  last_moment: -1,
  last_connection: -1,
  last_payload: '',
  carriers: new Map(),
})

/** What a packet without a time had told was of an earlier session. */
function forgetBaseline(book: Book): void {
  book.joined = book.provisional = false
  book.hwm = book.missed = book.ignore = 0
  book.corrections = []
  book.lower = []
  book.collapsed_s = undefined
  book.heard_s = book.last_exchange_s
  book.whole_from_s = Number.POSITIVE_INFINITY
}

/** 1.3 and 1.5. Undefined: no part of the session. */
function judge(
  book: Book,
  packet: Packet,
  { received_ms, connection }: Message,
  timeline: Timeline,
  { clock }: ReferenceOptions,
): Fact | undefined {
  const received_s = Math.floor(received_ms / 1000)
  const exchange_s = packet.kind === 'full' || packet.kind === 'index_full' ? packet.exchange_timestamp : 0
  const trade_s = packet.kind === 'full' ? packet.last_trade_time : 0
  const cum = packet.kind === 'full' || packet.kind === 'quote' ? packet.volume_traded : undefined
  const second = exchange_s || received_s
  const day = Math.floor((second + 19_800) / 86_400)
  const session = calendar.sessionOf(book.instrument, Math.floor((received_s + 19_800) / 86_400))
  const opening_s = session.phases[0]?.start_s ?? 0
  if (!timeline.sessions.has(session)) timeline.sessions.set(session, timeline.moment)
  // C
  const is_past = day < session.day || (book.session === undefined && second < opening_s && exchange_s === 0 && (cum ?? 0) > 0)
  if (is_past && cum !== undefined) {
    book.past_volume = cum
    if (book.provisional && cum >= book.hwm) forgetBaseline(book)
  }
  const is_of_cache = exchange_s === 0 && !book.joined && cum !== undefined && cum === book.past_volume
  if (day < session.day || second < opening_s || is_of_cache) {
    if (received_s < opening_s) book.early = true
    if (book.session === undefined) book.last_price = packet.last_price
    return undefined
  }
  if (book.session === undefined) book.whole_from_s = book.early ? 0 : second
  if (book.provisional && exchange_s !== 0 && cum !== undefined) {
    if (cum < book.hwm) forgetBaseline(book)
    book.provisional = false
  }
  const is_first_packet = book.heard_s === 0
  book.session = session
  // X; a first look is not compared with anything
  const payload = JSON.stringify(packet)
  if (payload === book.last_payload && (cum === undefined ? !is_first_packet : book.joined)) return undefined

  const placed = (believed: boolean): number => {
    if (clock === 'arrival') return received_s
    if (clock === 'exchange' || !believed || trade_s === 0) return second
    return trade_s
  }
  const isAuction = (s: number): boolean =>
    session.phases.some((p) => (p.phase === 'pre_open' || p.phase === 'closing_auction') && s >= p.start_s && s < p.end_s)
  const isNear = (inc: number): boolean => trade_s >= second - 120 || (inc > 0 && isAuction(trade_s))
  const fact = (kind: Fact['kind'], inc: number, at_s: number, over_gap = false): Fact => {
    if (kind !== 'late') {
      if (exchange_s !== 0) book.last_exchange_s = exchange_s
      if (trade_s > book.last_trade_s && trade_s <= second) book.last_trade_s = trade_s
      book.last_price = packet.last_price
      book.last_payload = payload
      book.last_connection = connection
      book.last_moment = timeline.moment
      book.heard_s = Math.max(book.heard_s, second)
    }
    const oi = packet.kind === 'full' ? packet.oi : undefined
    return {
      kind,
      price: packet.last_price,
      inc,
      at_s,
      known_exchange_s: Math.max(book.last_exchange_s, exchange_s),
      snapshot_s: second,
      oi,
      over_gap,
      moment: -1,
    }
  }
  const late = (inc: number): Fact => fact('late', inc, placed(trade_s <= second && (inc === 0 || isNear(inc))))

  // ltp and index: no volume
  if (cum === undefined) {
    if (exchange_s !== 0 && exchange_s < book.last_exchange_s) return late(0)
    const is_index = packet.kind === 'index_full' || packet.kind === 'index_quote'
    const moved = packet.last_price !== book.last_price && !is_first_packet
    return fact(is_index || moved ? 'trade' : 'quiet', 0, placed(false))
  }
  // F
  if (!book.joined) {
    book.joined = true
    book.hwm = cum
    const from_zero = book.early || cum === 0
    const inc = from_zero ? cum : 0
    book.whole_from_s = from_zero ? 0 : Math.min(book.whole_from_s, second)
    if (!from_zero) book.missed = cum
    book.provisional = inc === 0 && exchange_s === 0
    const moved = !is_first_packet && packet.last_price !== book.last_price
    const silent = timeline.silences(connection, timeline.moment).filter(({ to_ms }) => Math.floor(to_ms / 1000) > opening_s)
    const from_s = Math.max(opening_s, Math.floor((silent.at(-1)?.from_ms ?? 0) / 1000))
    const is_recent = trade_s !== 0 && exchange_s >= trade_s && exchange_s - trade_s <= 120
    return fact(
      inc > 0 || (cum > 0 && (is_recent || moved)) ? 'trade' : 'quiet',
      inc,
      placed(trade_s >= book.last_trade_s && trade_s <= second && isNear(inc)),
      inc > 0 && silent.length > 0 && second - from_s > 15,
    )
  }
  // O, E
  const behind = exchange_s !== 0 && exchange_s < book.last_exchange_s
  const sameSecond = exchange_s !== 0 && exchange_s === book.last_exchange_s
  if (behind) {
    const inc = Math.max(0, cum - book.hwm)
    book.hwm = Math.max(book.hwm, cum)
    return late(inc)
  }
  if (sameSecond && cum < book.hwm && connection !== book.last_connection) return late(0)
  // Z
  let inc = Math.max(0, cum - book.hwm)
  const is_ignored = book.ignore > 0
  book.ignore = Math.max(0, book.ignore - 1)
  if (cum < 0.5 * book.hwm) {
    if (book.collapsed_s === undefined) {
      book.collapsed_s = second
      book.ignore = 4
    } else if (second - book.collapsed_s >= 60) {
      book.corrections.push({ volume: book.hwm - cum, moment: timeline.moment + 1 })
      book.hwm = cum
      book.lower = []
      book.ignore = 0
      book.collapsed_s = undefined
    }
    inc = 0
  } else if (is_ignored) {
    book.collapsed_s = undefined
    inc = 0
  } else if (cum < book.hwm) {
    // K
    book.collapsed_s = undefined
    if (cum < (book.lower.at(-1)?.cum ?? 0)) book.lower = []
    book.lower.push({ second, cum })
    if (book.lower.length >= 5 && second - (book.lower[0]?.second ?? 0) >= 30) {
      book.corrections.push({ volume: book.hwm - cum, moment: timeline.moment + 1 })
      book.hwm = cum
      book.lower = []
    }
    inc = 0
  } else {
    book.collapsed_s = undefined
    book.lower = []
    book.hwm = cum
  }
  if (inc > 0) book.provisional = false
  // G
  const after_gap = timeline.silences(connection, timeline.moment).some(({ ended }) => ended > book.last_moment)
  const over_gap = inc > 0 && second - book.heard_s > 15 && after_gap
  const moved = inc > 0 || packet.last_price !== book.last_price
  const told = moved || (trade_s > book.last_trade_s && trade_s <= second)
  const at_s = placed(moved && trade_s >= book.last_trade_s && trade_s <= second && isNear(inc))
  return fact(told && book.hwm > 0 ? 'trade' : 'quiet', inc, at_s, over_gap)
}

interface Told {
  bar: ReferenceBar
  moment: number
  rank: number
  exchange: string
  token: number
}

function barsOf(book: Book, timeline: Timeline, options: ReferenceOptions): Told[] {
  const { instrument, session } = book
  if (session === undefined) return []
  const { exchange } = instrument
  const continuous = session.phases.filter(({ phase }) => phase === 'continuous')
  const closing = session.phases.filter(({ phase }) => phase === 'closing_auction').at(-1)
  const trading_end_s = (closing ?? continuous.at(-1))?.end_s ?? 0
  const phaseOf = (second: number): SessionPhase | undefined =>
    session.phases.find((p) => second >= p.start_s && second < p.end_s)
  /** With fold, the bar that takes the closing auction waits for it. */
  const waitsUntil = (end_s: number): number => {
    const next = session.phases[session.phases.findIndex((p) => p.phase === 'continuous' && p.end_s === end_s) + 1]
    const holds = options.auction === 'fold' && continuous.some((p) => p.end_s === end_s) && next?.phase === 'closing_auction'
    return holds ? next.end_s : end_s
  }
  const isFinal = (end_s: number, moment: number): boolean => {
    const until_s = waitsUntil(end_s)
    return timeline.isFinal(
      exchange,
      until_s,
      continuous.some((p) => p.end_s === until_s),
      moment,
    )
  }

  const cells: Cell[] = []
  let late_volume = 0
  let gap_volume = 0
  let day_turnover = 0
  let day_volume = 0
  let official: number | undefined
  /** The minute or auction of a second; undefined: outside trading, or final. */
  const cellAt = (second: number, moment: number): Cell | 'final' | undefined => {
    const phase = phaseOf(second)
    if (phase === undefined) return undefined
    let home = phase
    let home_s = second
    if (options.auction === 'fold' && phase.phase === 'pre_open') {
      home = continuous.find((p) => p.start_s >= phase.end_s) ?? phase
      home_s = home.start_s
    } else if (options.auction === 'fold' && phase.phase === 'closing_auction') {
      home = continuous.filter((p) => p.end_s <= phase.start_s).at(-1) ?? phase
      home_s = home.end_s - 1
    }
    const minute_s = home.start_s + Math.floor((home_s - home.start_s) / 60) * 60
    const [start_s, end_s] =
      home.phase === 'continuous' ? [minute_s, Math.min(minute_s + 60, home.end_s)] : [home.start_s, home.end_s]
    if (home.phase === 'continuous' && isFinal(end_s, moment)) return 'final'
    const known = cells.find((cell) => cell.start_s === start_s && cell.phase === home)
    if (known !== undefined) return known
    const cell: Cell = { phase: home, start_s, end_s, facts: [] }
    cells.push(cell)
    return cell
  }
  const hasPrice = (cell: Cell): boolean => cell.facts.some(({ part }) => part === 'trade')

  const last = timeline.moment
  const momentOf = (born: number, final: (moment: number) => boolean): number => {
    for (let moment = born; moment <= last; moment++) if (final(moment)) return moment
    return last + 1
  }
  /** What comes after the bar of the day has been told is in no bar of any kind. */
  const day_over_s = (session.phases.at(-1)?.end_s ?? 0) + 60
  const day_moment = momentOf(
    0,
    (m) => (timeline.exchange_s[m]?.get(exchange) ?? 0) >= day_over_s || (timeline.now_ms[m] as number) >= day_over_s * 1000,
  )

  for (const fact of book.facts.filter(({ moment }) => moment < day_moment)) {
    const { kind, price, inc, moment } = fact
    day_volume += inc
    day_turnover += inc * price
    const is_closing_price = kind === 'trade' && inc === 0 && fact.known_exchange_s >= trading_end_s
    let cell = is_closing_price ? undefined : cellAt(fact.at_s, moment)
    if (kind === 'trade' && fact.over_gap && options.gap_volume === 'last' && cell === 'final')
      cell = cellAt(fact.snapshot_s, moment)
    if (cell === undefined) {
      if (inc > 0) late_volume += inc
      else if (is_closing_price) official = price
    } else if (cell === 'final') {
      if (fact.over_gap && options.gap_volume === 'quarantine') gap_volume += inc
      else late_volume += inc
    } else if (kind === 'late') {
      const is_open = hasPrice(cell)
      if (!is_open) late_volume += inc
      cell.facts.push({ fact, part: is_open ? 'widening' : 'tick', volume: is_open ? inc : 0, quarantined: 0 })
    } else if (kind === 'trade' && fact.over_gap && options.gap_volume === 'quarantine') {
      gap_volume += inc
      cell.facts.push({ fact, part: 'trade', volume: 0, quarantined: inc })
    } else cell.facts.push({ fact, part: kind, volume: inc, quarantined: 0 })
  }

  const isWhole = (start_s: number, end_s: number, moment: number): boolean => {
    if (start_s < book.whole_from_s || start_s * 1000 < timeline.begin_ms) return false
    const known = Math.min(moment, last)
    if (moment > last && end_s * 1000 > (timeline.now_ms[last] as number)) return false
    let dark: [number, number][] = [[start_s * 1000, end_s * 1000]]
    for (const [connection, since] of book.carriers) {
      if (since > known) continue
      dark = timeline
        .silences(connection, known)
        .flatMap(({ from_ms, to_ms }) =>
          dark.map(([a, b]): [number, number] => [Math.max(a, from_ms), Math.min(b, to_ms)]).filter(([a, b]) => a < b),
        )
    }
    return dark.length > 0 ? book.carriers.size === 0 : true
  }
  const bar = (
    inside: readonly Cell[],
    interval: string,
    phase: string,
    start_s: number,
    end_s: number,
    moment: number,
  ): ReferenceBar => {
    const all = inside.flatMap((cell) => cell.facts)
    const trades = all.filter(({ part }) => part === 'trade').map(({ fact }) => fact)
    const ordered = trades.map((fact, n) => ({ fact, n })).sort((a, b) => a.fact.at_s - b.fact.at_s || a.n - b.n)
    const priced = all.filter(({ part }) => part === 'trade' || part === 'widening').map(({ fact }) => fact.price)
    return {
      symbol: instrument.symbol,
      interval,
      phase,
      start_s,
      end_s,
      open: ordered[0]?.fact.price ?? Number.NaN,
      high: Math.max(...priced),
      low: Math.min(...priced),
      close: ordered.at(-1)?.fact.price ?? Number.NaN,
      volume: sum(all.map(({ volume }) => volume)),
      turnover: sum(all.map(({ volume, fact }) => volume * fact.price)),
      oi: instrument.exchange === 'NSE' ? undefined : inside.map(oiOf).findLast((oi) => oi !== undefined),
      tick_count: all.length,
      trade_count: all.filter(({ volume, quarantined }) => volume + quarantined > 0).length,
      complete: isWhole(start_s, end_s, moment) && all.every(({ quarantined }) => quarantined === 0),
      gap_volume: sum(all.map(({ quarantined }) => quarantined)),
      volume_na: !book.joined,
      day: undefined,
    }
  }
  const place = { exchange, token: instrument.instrument_token }
  const told: Told[] = []
  const minutes = cells.filter(({ phase }) => phase.phase === 'continuous').sort((a, b) => a.start_s - b.start_s)
  options.tf.forEach((interval, rank) => {
    if (interval === '1d') return
    const length_s = Number.parseInt(interval, 10) * 60
    const groups = new Map<number, Cell[]>()
    for (const cell of minutes) {
      const start_s = cell.phase.start_s + Math.floor((cell.start_s - cell.phase.start_s) / length_s) * length_s
      groups.set(start_s, [...(groups.get(start_s) ?? []), cell])
    }
    for (const [start_s, inside] of groups) {
      if (!inside.some(hasPrice)) continue
      const end_s = Math.min(start_s + length_s, (inside[0] as Cell).phase.end_s)
      const born = Math.min(...inside.map((cell) => cell.facts[0]?.fact.moment ?? last))
      const moment = momentOf(born, (m) => isFinal(end_s, m))
      told.push({ bar: bar(inside, interval, 'continuous', start_s, end_s, moment), moment, rank, ...place })
    }
  })
  const auctions = cells.filter((cell) => cell.phase.phase !== 'continuous' && hasPrice(cell))
  // When an auction is told is not compared; its completeness is judged by what the end knows.
  for (const cell of auctions)
    told.push({
      bar: bar([cell], 'auction', cell.phase.phase, cell.start_s, cell.end_s, last + 1),
      moment: last + 1,
      rank: -1,
      ...place,
    })
  const priced = [...minutes, ...auctions]
  if (options.tf.includes('1d') && priced.some(hasPrice)) {
    const start_s = continuous[0]?.start_s ?? 0
    const whole = bar(
      priced.sort((a, b) => a.start_s - b.start_s),
      '1d',
      'day',
      start_s,
      trading_end_s,
      day_moment,
    )
    whole.volume = day_volume
    whole.turnover = day_turnover
    whole.gap_volume = gap_volume
    whole.complete &&= book.missed === 0 && gap_volume === 0
    whole.day = {
      missed: book.missed,
      late: late_volume,
      gap: gap_volume,
      correction: sum(book.corrections.filter(({ moment }) => moment < day_moment).map(({ volume }) => volume)),
      official,
    }
    told.push({ bar: whole, moment: day_moment, rank: options.tf.length, ...place })
  }
  return told
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** Open interest of the last packet that is not late; a late one counts where there is no other. */
function oiOf({ facts }: Cell): number | undefined {
  let oi: number | undefined
  for (const { fact, part } of facts) {
    if (fact.oi === undefined || part === 'tick') continue
    if (part !== 'widening' || oi === undefined) oi = fact.oi
  }
  return oi
}

/** Bars told at one moment: by end, interval, exchange, token. */
function inOneMoment(a: Told, b: Told): number {
  if (a.bar.end_s !== b.bar.end_s) return a.bar.end_s - b.bar.end_s
  if (a.rank !== b.rank) return a.rank - b.rank
  if (a.exchange !== b.exchange) return a.exchange < b.exchange ? -1 : 1
  return a.token - b.token
}
