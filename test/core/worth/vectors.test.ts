import { describe, expect, test } from 'vitest'
import type { Candle } from '../../../src/core/market/index.js'
import { MINUTE_MS } from '../../../src/core/time/index.js'
import type { Outcome } from '../../../src/core/worth/index.js'
import { alertOf, OPEN_MS, outcomesOf, RULES, stock, type Tick } from './make.js'

/** Alert at 10:15, in at 100.00 half a second later. Prices in rupees. */
const AT_MS = OPEN_MS + 60 * MINUTE_MS
const DUE_MS = AT_MS + 500

const tick = (after_ms: number, rupees: number, over: Partial<Tick> = {}): Tick => ({
  at_ms: DUE_MS + after_ms,
  price: Math.round(rupees * 100),
  traded: true,
  bid: Math.round(rupees * 100) - 5,
  ask: Math.round(rupees * 100),
  ...over,
})
const before = tick(-1000, 99.9)
const entry = tick(0, 100)
/** Every 5 s up to 40 minutes later, so that nothing is a silence. */
const onAt = (rupees: number, from_ms: number, to_ms = 40 * MINUTE_MS): Tick[] =>
  Array.from({ length: Math.floor((to_ms - from_ms) / 5000) }, (_, n) => tick(from_ms + n * 5000, rupees))
const long = alertOf({ emitted_at_ms: AT_MS, target: 10_100, stop: 9950 })

const only = (outcomes: readonly Outcome[]): Outcome => outcomes[0] as Outcome
const window = ({ windows }: Outcome, horizon: string) => windows.find((each) => each.horizon === horizon)

const bar = (minute: number, open: number, high: number, low: number): Candle => ({
  instrument: stock(),
  interval: '1m',
  phase: 'continuous',
  open_time_ms: AT_MS + minute * MINUTE_MS,
  close_time_ms: AT_MS + (minute + 1) * MINUTE_MS,
  open: Math.round(100 * open),
  high: Math.round(100 * high),
  low: Math.round(100 * low),
  close: Math.round(100 * open),
  volume: 1,
  turnover: 1,
  oi: undefined,
  tick_count: 1,
  trade_count: 1,
  complete: true,
  expected_ms: MINUTE_MS,
  gap_volume: 0,
  synthetic_volume: false,
  synthetic: false,
  volume_na: false,
  revision: 0,
  day: undefined,
})

describe('triple barrier (domain 7.3)', () => {
  const bars = [bar(1, 100, 100.4, 99.8), bar(2, 100.2, 100.9, 99.7), bar(3, 100.5, 101.2, 99.4)]
  /** The same three minutes as single trades: high first, then low. */
  const path = [
    before,
    entry,
    ...bars.flatMap(({ open_time_ms, open, high, low }): Tick[] =>
      [open, high, low].map((price, n) => tick(open_time_ms + 5000 * (n + 1) - DUE_MS, price / 100)),
    ),
  ]

  test('from bars: stop and target in one bar is a stop, and ambiguous', () => {
    const outcome = only(outcomesOf([...path, ...onAt(99.4, 4 * MINUTE_MS)], [long], { rules: { ...RULES, from: 'bars' }, bars }))
    expect(outcome.barrier).toEqual({
      label: -1,
      exit_ms: AT_MS + 4 * MINUTE_MS,
      return_pct: -0.5,
      r: -1,
      is_ambiguous: true,
    })
    expect(window(outcome, '5m')?.mfe_pct).toBeCloseTo(1.2, 12)
    expect(window(outcome, '5m')?.mae_pct).toBeCloseTo(-0.6, 12)
    expect(window(outcome, '5m')?.mfe_r).toBeCloseTo(2.4, 12)
  })

  test('from bars: the target alone is reached by the far end of a bar', () => {
    const rules = { ...RULES, from: 'bars' as const }
    const risen = [bar(1, 100, 100.4, 99.8), bar(2, 100.2, 101.2, 99.7)]
    const ticks = [before, entry, ...onAt(100, 5000)]
    expect(only(outcomesOf(ticks, [long], { rules, bars: risen })).barrier).toMatchObject({ label: 1, r: 2, is_ambiguous: false })
  })

  test('from trades: what came first counts, at the price of the order', () => {
    const quick = path.map((each, n) => ({ ...each, at_ms: DUE_MS + 1000 * (n - 1) }))
    expect(only(outcomesOf(quick, [long])).barrier).toMatchObject({ label: 1, r: 2, return_pct: 1, is_ambiguous: false })
  })

  test('a trade at the price of a barrier is not through it', () => {
    const touched = [before, entry, tick(5000, 101), tick(10_000, 99.5), ...onAt(100.2, 15_000)]
    expect(only(outcomesOf(touched, [long])).barrier).toMatchObject({ label: 0, exit_ms: DUE_MS + 30 * MINUTE_MS })
    const through = [before, entry, tick(5000, 101), tick(10_000, 99.45), ...onAt(100.2, 15_000)]
    expect(only(outcomesOf(through, [long])).barrier).toMatchObject({ label: -1, exit_ms: DUE_MS + 10_000, r: -1 })
  })

  test('beyond a barrier from the open on: out at the open, by a bar and after a silence', () => {
    const opened = [bar(1, 100, 100.4, 99.8), bar(2, 98.8, 101.5, 98.8)]
    const rules = { ...RULES, from: 'bars' as const }
    const ticks = [before, entry, ...onAt(100, 5000)]
    expect(only(outcomesOf(ticks, [long], { rules, bars: opened })).barrier).toMatchObject({
      label: -1,
      r: -2.4,
      is_ambiguous: false,
    })
    const silent = [before, entry, tick(10_000, 100), tick(25_001, 98.8), ...onAt(99, 30_000)]
    expect(only(outcomesOf(silent, [long])).barrier).toMatchObject({ label: -1, r: -2.4 })
    const steady = [before, entry, tick(10_000, 100), tick(25_000, 98.8), ...onAt(99, 30_000)]
    expect(only(outcomesOf(steady, [long])).barrier).toMatchObject({ label: -1, r: -1 })
  })

  test('with bars, the minute of the entry counts by its trades after the entry', () => {
    const rules = { ...RULES, from: 'bars' as const }
    const whole_minute = [bar(0, 100, 101.5, 99), ...bars.slice(0, 2)]
    const calm = [before, entry, ...onAt(100, 5000)]
    expect(only(outcomesOf(calm, [long], { rules, bars: whole_minute })).barrier).toMatchObject({ label: 0 })
    const stopped = [before, entry, tick(5000, 99.4), ...onAt(100, 10_000)]
    expect(only(outcomesOf(stopped, [long], { rules, bars: whole_minute })).barrier).toMatchObject({
      label: -1,
      exit_ms: DUE_MS + 5000,
    })
  })

  test('random entries reach 2 to 1 a third of the time', () => {
    expect(only(outcomesOf([before, entry, ...onAt(100, 5000)], [long])).driftless_hit_rate).toBeCloseTo(1 / 3, 12)
  })
})

describe('the entry (domain 7.1)', () => {
  test('is the first book from emission and latency on, at the side that must be paid', () => {
    const ticks = [tick(-1, 99), tick(0, 100, { bid: 9990, ask: 10_010 }), ...onAt(100, 5000)]
    const sell = { ...long, direction: 'SELL' as const, target: 9900, stop: 10_050 }
    const [bought, sold] = outcomesOf(ticks, [long, sell])
    expect([bought?.entry, sold?.entry]).toEqual([
      { price: 10_010, at_ms: DUE_MS, is_fallback: false, spread: 20 },
      { price: 9990, at_ms: DUE_MS, is_fallback: false, spread: 20 },
    ])
  })

  test('without a book is the open of the next minute and half the last spread', () => {
    const bare = (after_ms: number, rupees: number): Tick => ({ at_ms: DUE_MS + after_ms, price: rupees * 100, traded: true })
    const ticks = [
      tick(-1000, 100, { bid: 9980, ask: 10_000 }),
      bare(100, 100),
      bare(59_000, 101),
      bare(59_600, 102),
      bare(90_000, 102),
    ]
    const { entry: made } = only(outcomesOf(ticks, [long]))
    expect(made).toEqual({ price: 10_210, at_ms: DUE_MS + 59_600, is_fallback: true, spread: Number.NaN })
  })

  test('after 30 s without anybody on the other side is none', () => {
    const locked = (after_ms: number): Tick => tick(after_ms, 100, { ask: Number.NaN })
    expect(only(outcomesOf([before, locked(0), locked(29_999), tick(30_000, 100), tick(31_000, 100)], [long])).entry?.at_ms).toBe(
      DUE_MS + 30_000,
    )
    expect(only(outcomesOf([before, locked(0), locked(29_999), tick(30_001, 100)], [long])).not_judged).toBe('unfilled')
  })
})

describe('option strategies', () => {
  const call = stock({
    instrument_token: 1,
    exchange: 'NFO',
    symbol: 'NIFTY25O0725000CE',
    instrument_type: 'CE',
    asset_class: 'index_options',
  })
  const put = { ...call, instrument_token: 2, symbol: 'NIFTY25O0725000PE', instrument_type: 'PE' as const }
  const straddle = alertOf({
    direction: 'NEUTRAL',
    emitted_at_ms: AT_MS,
    stop: 25_000,
    legs: [
      { instrument: call, side: 'SELL', ratio: 1 },
      { instrument: put, side: 'SELL', ratio: 1 },
    ],
  })
  const day = (token: number, rupees: number): Tick[] =>
    [before, entry, ...onAt(100, 5000, 315 * MINUTE_MS)].map((each, n) => {
      const price = n < 2 ? 100 : rupees
      return { ...tick(0, price), at_ms: each.at_ms, token }
    })
  const merged = (...days: Tick[][]): Tick[] => days.flat().sort((a, b) => a.at_ms - b.at_ms)

  test('are judged by their premiums at the end of the day', () => {
    const outcome = only(outcomesOf(merged(day(1, 60), day(2, 110)), [straddle], { instruments: [call, put] }))
    // Sold at the bid, 99.95 twice: 199.90. Bought back for 170. The stop of 250 is 50.10 away.
    expect(outcome.entry).toMatchObject({ price: 19_990, spread: 10 })
    expect(window(outcome, 'eod')?.return_pct).toBeCloseTo((100 * 29.9) / 199.9, 9)
    expect(window(outcome, 'eod')?.r).toBeCloseTo(29.9 / 50.1, 9)
    expect(outcome.no_label).toBe('strategy')
    expect(outcome.trades.map(({ side, entry_price, exit_price }) => [side, entry_price, exit_price])).toEqual([
      ['SELL', 9995, 6000],
      ['SELL', 9995, 11_000],
    ])
  })

  test('of which a leg is not recorded are not judged', () => {
    const outcome = only(outcomesOf(day(1, 60), [straddle], { instruments: [call, put] }))
    expect(outcome.not_judged).toBe('not_recorded')
  })
})
