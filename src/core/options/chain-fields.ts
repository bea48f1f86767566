import type { Field } from '../market/index.js'
import { formatDate } from '../time/index.js'
import type { ChainSnapshot, LegSnapshot, SnapshotRow } from './chain-snapshot.js'
import { rounded } from './rounded.js'
import type { ExpiryClock } from './time-to-expiry.js'

/** What a row tells that is in no chain. */
export interface ChainFacts {
  readonly clock: ExpiryClock
  /** Points; undefined when it is not recorded. */
  readonly india_vix: number | undefined
}

type Value = number | string | boolean | undefined

const SIDES = ['call', 'put'] as const

const sideFields = (side: (typeof SIDES)[number]): Field[] => [
  { name: `${side}_symbol`, type: 'string', optional: true, doc: `Trading symbol of the ${side}` },
  { name: `${side}_last_price`, type: 'price', optional: true, doc: 'Last traded price' },
  { name: `${side}_bid_price`, type: 'price', optional: true, doc: 'Best bid' },
  { name: `${side}_bid_quantity`, type: 'int', optional: true, doc: 'Quantity at the best bid' },
  { name: `${side}_ask_price`, type: 'price', optional: true, doc: 'Best offer' },
  { name: `${side}_ask_quantity`, type: 'int', optional: true, doc: 'Quantity at the best offer' },
  { name: `${side}_volume_traded`, type: 'int', optional: true, doc: 'Cumulative volume of the day' },
  { name: `${side}_oi`, type: 'int', optional: true, doc: 'Open interest' },
  { name: `${side}_oi_change`, type: 'int', optional: true, doc: 'Since the first open interest told on the day' },
  { name: `${side}_exchange_timestamp`, type: 'timestamp', optional: true, doc: 'Exchange time of the last packet' },
  { name: `${side}_quote_age_ms`, type: 'int', optional: true, doc: 'Since its book was received' },
  { name: `${side}_iv`, type: 'number', optional: true, doc: 'Implied volatility of the mid, a fraction a year' },
  { name: `${side}_iv_error`, type: 'number', optional: true, doc: 'What half a tick of price makes of it' },
  { name: `${side}_iv_reason`, type: 'string', optional: true, doc: 'Why there is none' },
  { name: `${side}_delta`, type: 'number', optional: true, doc: 'Change of price per rupee of the forward' },
  { name: `${side}_gamma`, type: 'number', optional: true, doc: 'Change of delta per rupee of the forward' },
  { name: `${side}_theta`, type: 'number', optional: true, doc: 'Rupees a calendar day that passes' },
  { name: `${side}_vega`, type: 'number', optional: true, doc: 'Rupees per volatility point (0.01)' },
]

const HEAD_FIELDS: readonly Field[] = [
  { name: 'timestamp', type: 'timestamp', doc: 'The moment of the chain: nothing received at or after it counts' },
  { name: 'underlying', type: 'string', doc: 'Underlying as the master names it' },
  { name: 'exchange', type: 'string', doc: 'Exchange of the options' },
  { name: 'expiry', type: 'string', doc: 'Day of expiry, YYYY-MM-DD' },
]

const STRIKE_FIELDS: readonly Field[] = [
  { name: 'strike', type: 'price', doc: 'Strike' },
  { name: 'atm', type: 'bool', doc: 'True for the listed strike nearest the forward, of two the lower' },
  ...SIDES.flatMap(sideFields),
]

const FACT_FIELDS: readonly Field[] = [
  { name: 'forward', type: 'number', optional: true, doc: 'Price of the underlying for delivery at expiry, in rupees' },
  { name: 'forward_method', type: 'string', optional: true, doc: 'parity, future, interpolated_future or spot' },
  { name: 'forward_strikes', type: 'int', optional: true, doc: 'Strikes whose put-call parity made it; 0 by other methods' },
  { name: 'future_forward', type: 'number', optional: true, doc: 'What the futures say of the forward, in rupees' },
  { name: 'spot', type: 'number', optional: true, doc: 'Last price of the index or share, in rupees' },
  { name: 'atm_strike', type: 'price', optional: true, doc: 'The strike at the money' },
  { name: 'atm_iv', type: 'number', optional: true, doc: 'Implied volatility at the forward, a fraction a year' },
  { name: 'straddle', type: 'number', optional: true, doc: 'Mid of call and put at the money together, in rupees' },
  { name: 'expected_move', type: 'number', optional: true, doc: 'One standard deviation of the forward until expiry, in rupees' },
  { name: 'put_call_ratio', type: 'number', optional: true, doc: 'Open interest of all puts by that of all calls' },
  { name: 'max_pain', type: 'price', optional: true, doc: 'Strike at which expiry pays the holders least' },
  { name: 'oi_concentration', type: 'number', optional: true, doc: 'Share of all open interest in its three largest strikes' },
  { name: 'years', type: 'number', doc: 'Time to expiry' },
  { name: 'expiry_clock', type: 'string', doc: 'calendar: minutes of 525600 a year; trading: of 94500' },
  { name: 'rate', type: 'number', doc: 'Continuously compounded a year, a fraction' },
  { name: 'discount', type: 'number', doc: 'Value today of a rupee at expiry' },
  { name: 'india_vix', type: 'number', optional: true, doc: 'India VIX, in points' },
]

/** Columns of what holds for a whole chain. */
export const CHAIN_FACT_FIELDS: readonly Field[] = [...HEAD_FIELDS, ...FACT_FIELDS]

/** Columns of a row of an option chain on output: the strike with its two options, then what holds for the whole chain. */
export const CHAIN_FIELDS: readonly Field[] = [...HEAD_FIELDS, ...STRIKE_FIELDS, ...FACT_FIELDS]

/** In the order of `CHAIN_FACT_FIELDS`. Prices stay in feed units, numbers are in rupees. */
export const chainFactCells = (chain: ChainSnapshot, facts: ChainFacts): Value[] => [
  ...headCells(chain),
  ...factCells(chain, facts),
]

/** The cells of one row, in the order of `CHAIN_FIELDS`, likewise. */
export function chainCells(chain: ChainSnapshot, row: SnapshotRow, facts: ChainFacts): Value[] {
  const { price_divisor } = chain
  return [
    ...headCells(chain),
    row.strike,
    row.strike === chain.atm_strike,
    ...legCells(row.call, price_divisor),
    ...legCells(row.put, price_divisor),
    ...factCells(chain, facts),
  ]
}

const headCells = ({ at_ms, underlying, exchange, expiry }: ChainSnapshot): Value[] => [
  at_ms,
  underlying,
  exchange,
  formatDate(expiry),
]

const legCells = (leg: LegSnapshot | undefined, divisor: number): Value[] => [
  leg?.instrument.symbol,
  leg?.last_price,
  leg?.bid_price,
  leg?.bid_quantity,
  leg?.ask_price,
  leg?.ask_quantity,
  leg?.volume,
  leg?.oi,
  leg?.oi_change,
  leg?.exchange_ms,
  leg?.quote_age_ms,
  leg?.volatility,
  leg?.volatility_error,
  leg?.no_volatility,
  leg?.delta,
  scaled(leg?.gamma, divisor),
  scaled(leg?.theta_per_day, 1 / divisor),
  scaled(leg?.vega, 0.01 / divisor),
]

function factCells(chain: ChainSnapshot, { clock, india_vix }: ChainFacts): Value[] {
  const { forward, price_divisor } = chain
  const rupees = (units: number | undefined): number | undefined => scaled(units, 1 / price_divisor)
  return [
    rupees(forward?.price),
    forward?.method,
    forward?.strikes,
    rupees(chain.future_forward),
    rupees(chain.spot),
    chain.atm_strike,
    chain.atm_volatility,
    rupees(chain.straddle),
    rupees(chain.expected_move),
    scaled(chain.put_call_ratio, 1),
    chain.max_pain,
    scaled(chain.oi_concentration, 1),
    chain.years,
    clock,
    chain.rate,
    chain.discount,
    india_vix,
  ]
}

const scaled = (value: number | undefined, factor: number): number | undefined =>
  value === undefined ? undefined : rounded(value * factor)
