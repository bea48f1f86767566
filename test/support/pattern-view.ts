import type { BarFlow, Instrument, Session } from '../../src/core/market/index.js'
import {
  BarSeries,
  type InstrumentBaseline,
  type PatternView,
  REGIMES,
  type Regime,
  SILENT,
  Swings,
} from '../../src/core/patterns/index.js'
import { istDayStartMs, parseDate } from '../../src/core/time/index.js'
import { SCENARIO_DATE, scenarioStock } from './scenario.js'

/** A bar in feed units. What is absent is not known. */
export interface BarFacts {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume?: number
  /** Of the session up to the end of the bar. */
  readonly cvd?: number
  readonly obi?: number
  readonly oi?: number
  readonly rv?: number
  readonly rsi?: number
}

/** What a view is made of, so that a single fact can be changed. Absent numbers are not known. */
export interface ViewFacts {
  readonly m1: readonly BarFacts[]
  readonly m5?: readonly BarFacts[]
  /** How many of the minute bars, and of the others, are of an earlier session; default none. */
  readonly m1_before?: number
  readonly m5_before?: number
  /** Minutes by which the newest minute bar ends after the newest bar of five minutes; default 0. */
  readonly m5_age?: number
  /** Minutes from the open to the end of the newest bar; default: as many as there are bars of this session. */
  readonly minute?: number
  readonly prices?: Partial<Record<Price, number>>
  readonly previous?: { readonly high: number; readonly low: number }
  readonly rv?: number
  readonly rv3?: number
  /** Over any number of minutes; default `rv`. */
  readonly rv_over?: number
  readonly atr?: number
  readonly atr_1m?: number
  readonly atr_15m?: number
  readonly vwap_sigma?: number
  readonly rsi?: number
  readonly adx_5m?: number
  readonly obi5?: number
  readonly usual_range_30m?: number
  readonly regime?: Regime
  readonly nodes?: { readonly high: readonly number[]; readonly low: readonly number[] }
  readonly instrument_type?: Instrument['instrument_type']
}

const PRICES = [
  'vwap',
  'ema9',
  'ema21',
  'ema9_before',
  'ema21_before',
  'session_high',
  'session_low',
  'opening_high',
  'opening_low',
] as const
type Price = (typeof PRICES)[number]
const OPPOSITE: Partial<Record<Price, Price>> = {
  session_high: 'session_low',
  session_low: 'session_high',
  opening_high: 'opening_low',
  opening_low: 'opening_high',
}

const OPEN_MS = istDayStartMs(parseDate(SCENARIO_DATE) as number) + 33_300_000
const DAY_MS = 86_400_000

/** A view with just these facts: for tests of one condition at a time. The rest of it is made of them by the classes of the engine. */
export function viewOf(facts: ViewFacts): PatternView {
  const instrument = scenarioStock(facts.instrument_type === undefined ? {} : { instrument_type: facts.instrument_type })
  const { m1_before = 0, m5_before = 0, m5_age = 0, regime = 'NORMAL', previous } = facts
  const now_ms = OPEN_MS + (facts.minute ?? facts.m1.length - m1_before) * 60_000
  const one = seriesOf(facts.m1, now_ms, 60_000, m1_before)
  const five = seriesOf(facts.m5 ?? [], now_ms - m5_age * 60_000, 300_000, m5_before)
  const fifteen = seriesOf([], now_ms, 900_000, 0)
  const last = facts.m1.at(-1) as BarFacts
  const known = (value: number | undefined): number => value ?? Number.NaN
  const unknown = Object.fromEntries(PRICES.map((name) => [name, Number.NaN])) as Record<Price, number>
  const baseline: Partial<InstrumentBaseline> = {
    previous: previous && {
      day: 0,
      open: Number.NaN,
      close: Number.NaN,
      vah: Number.NaN,
      val: Number.NaN,
      poc: Number.NaN,
      vaWidthAt: () => Number.NaN,
      ...previous,
    },
    usual_range_30m: known(facts.usual_range_30m),
  }
  return {
    instrument,
    ask: SILENT,
    tick: 5,
    now_ms,
    second_ms: now_ms,
    session: {} as Session,
    open_ms: OPEN_MS,
    begun_ms: OPEN_MS,
    close_ms: OPEN_MS + 375 * 60_000,
    bar: { ...last, instrument, volume: last.volume ?? 0 } as PatternView['bar'],
    m1: one.series,
    m5: five.series,
    m15: fifteen.series,
    swings_1m: one.swings,
    swings_5m: five.swings,
    swings_15m: fifteen.swings,
    r: (bars) => {
      const before = one.series.isToday(bars) ? one.series.close(bars) : Number.NaN
      return (100 * (last.close - before)) / before
    },
    has_volume: true,
    rv: known(facts.rv),
    rv_source: 'tod',
    rv3: known(facts.rv3 ?? facts.rv),
    relativeVolume: () => known(facts.rv_over ?? facts.rv),
    atr: known(facts.atr),
    atr_1m: known(facts.atr_1m),
    atr_15m: known(facts.atr_15m),
    atr_pct: (100 * known(facts.atr)) / last.close,
    atr_1m_pct: (100 * known(facts.atr_1m)) / last.close,
    ...unknown,
    ...facts.prices,
    session_high_before: Number.NaN,
    session_low_before: Number.NaN,
    rsi: known(facts.rsi),
    adx_5m: known(facts.adx_5m),
    adx_15m: Number.NaN,
    trend_15m: 0,
    vwap_sigma: known(facts.vwap_sigma),
    cvd: known(last.cvd),
    obi5: known(facts.obi5),
    mid: Number.NaN,
    spread_bps: Number.NaN,
    stale_ms: Number.NaN,
    baseline: baseline as InstrumentBaseline,
    profile: { total: 1, bin: 50, nodes: () => facts.nodes ?? { high: [], low: [] } } as unknown as PatternView['profile'],
    regime,
    factors: REGIMES[regime],
    vix: Number.NaN,
    group: {
      underlying: instrument.symbol,
      spot: undefined,
      futures: [],
      chains: [],
      interest: undefined,
      optionOf: () => undefined,
      lead: undefined,
    },
    market: { baseline: undefined, vix: Number.NaN, regime },
  }
}

/** The same market upside down: prices around the first open, what is bought is sold. */
export function mirrored(facts: ViewFacts): ViewFacts {
  const axis = 2 * (facts.m1[0] as BarFacts).open
  const flip = (price: number): number => axis - price
  const bar = ({ open, high, low, close, cvd, obi, rsi, ...rest }: BarFacts): BarFacts => ({
    ...rest,
    open: flip(open),
    high: flip(low),
    low: flip(high),
    close: flip(close),
    ...(cvd === undefined ? {} : { cvd: -cvd }),
    ...(obi === undefined ? {} : { obi: -obi }),
    ...(rsi === undefined ? {} : { rsi: 100 - rsi }),
  })
  const { m1, m5, prices = {}, previous, rsi, obi5, nodes, ...rest } = facts
  return {
    ...rest,
    m1: m1.map(bar),
    ...(m5 === undefined ? {} : { m5: m5.map(bar) }),
    prices: Object.fromEntries(Object.entries(prices).map(([name, price]) => [OPPOSITE[name as Price] ?? name, flip(price)])),
    ...(previous === undefined ? {} : { previous: { high: flip(previous.low), low: flip(previous.high) } }),
    ...(rsi === undefined ? {} : { rsi: 100 - rsi }),
    ...(obi5 === undefined ? {} : { obi5: -obi5 }),
    ...(nodes === undefined ? {} : { nodes: { high: nodes.high.map(flip), low: nodes.low.map(flip) } }),
  }
}

function seriesOf(
  bars: readonly BarFacts[],
  end_ms: number,
  length_ms: number,
  before: number,
): { series: BarSeries; swings: Swings } {
  const series = new BarSeries(512)
  const swings = new Swings()
  for (const [
    i,
    { open, high, low, close, volume = 0, cvd = Number.NaN, obi, oi, rv = Number.NaN, rsi = Number.NaN },
  ] of bars.entries()) {
    if (i === before) series.beginSession()
    const open_time_ms = end_ms - (bars.length - i) * length_ms - (i < before ? DAY_MS : 0)
    const flow = obi === undefined ? undefined : flowOf(obi)
    series.add({ open_time_ms, open, high, low, close, volume, oi, flow }, cvd)
    series.noteRv(rv)
    series.noteRsi(rsi)
    swings.update(series)
  }
  return { series, swings }
}

/** A bar that tells nothing but the imbalance of its last book. */
function flowOf(obi: number): BarFlow {
  const book = Float64Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? (i < 10 ? 1 : 2) : 1000 * (1 + (i < 10 ? obi : -obi))))
  return {
    prices: [],
    volumes: [],
    signed_volume: 0,
    unsigned_volume: 0,
    ofi: 0,
    book,
    total_buy_quantity: 0,
    total_sell_quantity: 0,
    last_seen_ms: 0,
    previous_close: 0,
    day_high: 0,
    day_low: 0,
    day_average_price: 0,
    day_volume: 0,
  }
}
