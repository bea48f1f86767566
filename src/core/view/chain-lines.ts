import type { ChainFacts, ChainSnapshot, LegSnapshot, NoVolatility, SnapshotRow } from '../options/index.js'
import { formatClock, formatDate, istDay } from '../time/index.js'
import { counted, formatCount, formatPrice, formatWeekday } from './figures.js'

/** What a person sees of a chain. */
export interface ChainPicture {
  readonly chain: ChainSnapshot
  /** Ascending by strike: those of the chain that are shown. */
  readonly rows: readonly SnapshotRow[]
  /** Recorded strikes that are left out. */
  readonly strikes_hidden: number
  readonly facts: ChainFacts
  /** Columns of the terminal. */
  readonly width: number
}

const GAP = '  '

/** An option chain as traders know it: calls to the left, strikes in the middle, puts to the right, what holds for all above it. */
export function chainLines({ chain, rows, strikes_hidden, facts, width }: ChainPicture): string[] {
  const strikes = rows.map(({ strike }) => strikeText(strike, chain))
  const strike_width = Math.max(...strikes.map(({ length }) => length), 'strike'.length)
  const columns = COLUMNS.map((column) => {
    const cells = rows.map((row) => ({ call: cellOf(column, row.call, chain), put: cellOf(column, row.put, chain) }))
    return { column, cells, width: Math.max(column.name.length, ...cells.flatMap(({ call, put }) => [call.length, put.length])) }
  })
  const shown = fitting(columns, width - strike_width)
  const calls = shown.toReversed()
  const sideOf = (texts: readonly string[]): string => texts.join(GAP)
  const title = (label: string, side: string): string => label.padStart((side.length + label.length) >> 1).padEnd(side.length)
  const names = {
    call: sideOf(calls.map((one) => one.column.name.padStart(one.width))),
    put: sideOf(shown.map((one) => one.column.name.padStart(one.width))),
  }
  const hidden = columns.slice(shown.length).map(({ column }) => column.name)
  return [
    ...headLines(chain, facts),
    '',
    `${title('CALLS', names.call)}${GAP}${' '.repeat(strike_width)}${GAP}${title('PUTS', names.put)}`.trimEnd(),
    `${names.call}${GAP}${centred('strike', strike_width)}${GAP}${names.put}`,
    ...strikes.map((strike, n) => {
      const call = sideOf(calls.map((one) => (one.cells[n]?.call ?? '').padStart(one.width)))
      const put = sideOf(shown.map((one) => (one.cells[n]?.put ?? '').padStart(one.width)))
      return `${call}${GAP}${centred(strike, strike_width)}${GAP}${put}`.trimEnd()
    }),
    ...(strikes_hidden > 0 ? [`… ${counted(strikes_hidden, 'strike')} farther from the money: --strikes N`] : []),
    ...(hidden.length > 0 ? [`not shown: ${hidden.join(', ')}`] : []),
  ]
}

/** What holds for the whole chain, in a few lines. */
export function headLines(chain: ChainSnapshot, { clock, india_vix }: ChainFacts): string[] {
  const price = (units: number): string => formatPrice(Math.round(units), chain.price_divisor)
  const { forward } = chain
  const days = chain.years * (clock === 'calendar' ? 365 : 252)
  const told = (name: string, value: number | undefined, text: (value: number) => string): string[] =>
    value === undefined ? [] : [`${name} ${text(value)}`]
  const line = (...parts: readonly (readonly string[])[]): string => parts.flat().join(GAP)
  return [
    `${chain.exchange}:${chain.underlying}  expiry ${formatDate(chain.expiry)} ${formatWeekday(chain.expiry)}  at ${formatDate(istDay(chain.at_ms))} ${formatClock(chain.at_ms)}`,
    line(
      forward === undefined ? ['no forward'] : [`forward ${price(forward.price)} (${methodText(forward)})`],
      told('futures say', chain.future_forward, price),
      told('spot', chain.spot, price),
      told('ATM', chain.atm_strike, (strike) => strikeDigits(strike, chain)),
      told('ATM IV', chain.atm_volatility, percent),
    ),
    line(
      told('straddle', chain.straddle, price),
      told('expected move', chain.expected_move, price),
      told('PCR', chain.put_call_ratio, (value) => value.toFixed(2)),
      told('max pain', chain.max_pain, (strike) => strikeDigits(strike, chain)),
      told('OI in 3 strikes', chain.oi_concentration, percent),
    ),
    line(
      [`T ${chain.years.toFixed(6)} (${days.toFixed(2)} ${clock} days)`],
      [`D ${chain.discount.toFixed(6)} at ${percent(chain.rate)}`],
      told('India VIX', india_vix, (value) => value.toFixed(2)),
    ),
  ].filter((text) => text !== '')
}

interface ChainColumn {
  readonly name: string
  readonly text: (leg: LegSnapshot, chain: ChainSnapshot) => string | undefined
}

const REASONS: Readonly<Record<NoVolatility, string>> = {
  below_intrinsic: 'intrinsic',
  no_time_value: 'no time',
  above_max: 'max',
  expired: 'expired',
  no_quote: 'no quote',
  stale: 'stale',
  crossed: 'crossed',
  no_forward: 'no fwd',
}

const price = (units: number | undefined, { price_divisor }: ChainSnapshot): string | undefined =>
  units === undefined ? undefined : formatPrice(units, price_divisor)
const count = (value: number | undefined): string | undefined => (value === undefined ? undefined : formatCount(value))
const percent = (value: number): string => `${(100 * value).toFixed(2)}%`

/** From the strike outwards; the last ones go first when the terminal is narrow. */
const COLUMNS: readonly ChainColumn[] = [
  { name: 'bid', text: (leg, chain) => price(leg.bid_price, chain) },
  { name: 'ask', text: (leg, chain) => price(leg.ask_price, chain) },
  { name: 'last', text: (leg, chain) => price(leg.last_price, chain) },
  {
    name: 'iv',
    text: ({ volatility, no_volatility }) =>
      volatility === undefined ? no_volatility && REASONS[no_volatility] : percent(volatility),
  },
  { name: 'delta', text: ({ delta }) => delta?.toFixed(3) },
  { name: 'oi', text: ({ oi }) => count(oi) },
  { name: 'oi chg', text: ({ oi_change }) => signed(oi_change) },
  { name: 'volume', text: ({ volume }) => count(volume) },
  { name: 'theta', text: ({ theta_per_day }, { price_divisor }) => scaled(theta_per_day, 1 / price_divisor)?.toFixed(2) },
  { name: 'vega', text: ({ vega }, { price_divisor }) => scaled(vega, 0.01 / price_divisor)?.toFixed(2) },
  { name: 'gamma', text: ({ gamma }, { price_divisor }) => scaled(gamma, price_divisor)?.toFixed(6) },
]

function cellOf(column: ChainColumn, leg: LegSnapshot | undefined, chain: ChainSnapshot): string {
  return (leg === undefined ? undefined : column.text(leg, chain)) ?? ''
}

/** As many columns as fit on both sides; always those of the book. */
function fitting<T extends { width: number }>(columns: readonly T[], width: number): T[] {
  let used = 0
  let shown = 0
  while (shown < columns.length) {
    used += 2 * ((columns[shown] as T).width + GAP.length)
    if (used > width && shown >= 3) break
    shown++
  }
  return columns.slice(0, shown)
}

const scaled = (value: number | undefined, factor: number): number | undefined =>
  value === undefined ? undefined : value * factor

const signed = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : `${value < 0 ? '-' : value > 0 ? '+' : ''}${formatCount(Math.abs(value))}`

const methodText = ({ method, strikes }: { method: string; strikes: number }): string =>
  method === 'parity' ? `parity of ${strikes} strikes` : method.replace('_', ' ')

const strikeDigits = (strike: number, { price_divisor }: ChainSnapshot): string => String(strike / price_divisor)

/** The strike at the money in brackets. */
const strikeText = (strike: number, chain: ChainSnapshot): string =>
  strike === chain.atm_strike ? `[${strikeDigits(strike, chain)}]` : strikeDigits(strike, chain)

function centred(text: string, width: number): string {
  return text.padStart((width + text.length + 1) >> 1).padEnd(width)
}
