import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Instrument } from '../../../src/core/market/index.js'
import {
  type BarCause,
  type BarClass,
  type OwnBar,
  type OwnSeries,
  reconcileSeries,
  type SeriesVerdict,
  type TheirBar,
} from '../../../src/core/reconcile/index.js'
import { type PlainBar, type PlainTrade, plainBar, plainBars, plainTrades } from '../../support/plain-candles.js'
import { synthDay } from '../../support/synth-day.js'

const day = synthDay({ instruments: 12, rate: 25, until_h: 11 })
const open_s = day.midnight_s + 9.25 * 3600
const close_s = day.midnight_s + 15.5 * 3600
const span = { open_s, close_s: day.midnight_s + 10.9 * 3600 }
const listingOf = (symbol: string): number => day.universe.listings.findIndex(({ instrument }) => instrument.symbol === symbol)
const SHARE = listingOf('RELIANCE')
const trades = plainTrades(day, SHARE)
const instrument = day.universe.listings[SHARE]?.instrument as Instrument
const tick = Math.round(instrument.tick_size * instrument.price_divisor)
const bars = plainBars(trades, span)
const shifted = new Map(plainBars(trades, { ...span, shift_s: 1 }).map((bar) => [bar.start_s * 1000, figures(bar)]))
const pre_open = plainBar(
  0,
  trades.filter(({ at_s, volume }) => at_s < open_s && volume > 0),
)

function figures({ open, high, low, close, volume }: PlainBar) {
  return { open, high, low, close, volume }
}

const ownBar = (bar: PlainBar, more: Partial<OwnBar> = {}): OwnBar => ({
  ...figures(bar),
  open_time_ms: bar.start_s * 1000,
  close_time_ms: bar.start_s * 1000 + 60_000,
  trade_ticks: bar.trades.length,
  complete: true,
  gap_volume: 0,
  ...more,
})
const theirBar = (bar: PlainBar): TheirBar => ({ ...figures(bar), open_time_ms: bar.start_s * 1000 })

const seriesOf = (own: readonly OwnBar[], more: Partial<OwnSeries> = {}): OwnSeries => ({
  instrument,
  day: day.universe.day,
  bars: own,
  auctions: [],
  whole_day: undefined,
  minute_volume: undefined,
  continuous: undefined,
  exchange: undefined,
  gaps: [],
  recorded: { from_ms: (open_s - 900) * 1000, to_ms: (close_s + 600) * 1000 },
  hours: { open_ms: open_s * 1000, close_ms: close_s * 1000, end_ms: (close_s + 1800) * 1000 },
  readings: [],
  ...more,
})
const compare = (series: OwnSeries, their: readonly TheirBar[], all = [series]): SeriesVerdict =>
  reconcileSeries(series, { their, length_ms: 60_000, all })
const told = (verdict: SeriesVerdict) => verdict.bars.map((bar) => `${bar.class} ${bar.cause ?? '-'}`)

/** A day in the making: what each side has of each minute, and what must be said of it. */
interface Sides {
  own: (OwnBar | undefined)[]
  their: (TheirBar | undefined)[]
  expected: string[]
  gaps: { from_ms: number; to_ms: number }[]
  /** Minutes that no reading of the recording has whole either. */
  missed: Set<number>
  late_volume: number
}

const plain = (): Sides => ({
  own: bars.map((bar) => ownBar(bar)),
  their: bars.map(theirBar),
  expected: bars.map(() => 'exact -'),
  gaps: [],
  missed: new Set(),
  late_volume: 0,
})

type Says = `${BarClass} ${BarCause}`
/** Plants at minute `at` (it may use the one after it); false where that minute does not suit. */
type Plant = (sides: Sides, at: number, size: number) => boolean

const change = (sides: Sides, at: number, more: (bar: TheirBar) => Partial<TheirBar>, says: Says): boolean => {
  const bar = sides.their[at] as TheirBar
  sides.their[at] = { ...bar, ...more(bar) }
  sides.expected[at] = says
  return true
}
const volumeOf = (at: number): number => bars[at]?.volume ?? 0

const PLANTS: Readonly<Record<string, Plant>> = {
  one_tick: (sides, at) =>
    change(
      sides,
      at,
      ({ open, high, low, close }) => ({ open: open + tick, high: high + tick, low: low + tick, close: close + tick }),
      'price_1tick unknown',
    ),
  some_ticks: (sides, at, size) =>
    change(
      sides,
      at,
      ({ open, high, low, close }) => ({
        open: open + (size + 1) * tick,
        high: high + (size + 1) * tick,
        low: low + (size + 1) * tick,
        close: close + (size + 1) * tick,
      }),
      'other unknown',
    ),
  little_volume: (sides, at) => {
    const less = Math.floor(volumeOf(at) / 200)
    return less > 0 && change(sides, at, () => ({ volume: volumeOf(at) - less }), 'volume_1pct unknown')
  },
  much_volume: (sides, at) =>
    volumeOf(at) > 10 && change(sides, at, () => ({ volume: Math.floor(volumeOf(at) / 2) }), 'other unknown'),
  some_volume: (sides, at) => {
    const less = Math.floor(volumeOf(at) / 20)
    return less > 0 && change(sides, at, () => ({ volume: volumeOf(at) - less }), 'other unknown')
  },
  prices_at_a_turn: (sides, at) => {
    // no volume goes with them: no trade has moved
    const [before, after] = [bars[at] as PlainBar, bars[at + 1] as PlainBar]
    const close = before.close === before.low ? before.high : before.low
    const open = after.open === after.low ? after.high : after.low
    if (after.start_s !== before.start_s + 60 || Math.abs(close - before.close) <= tick || Math.abs(open - after.open) <= tick)
      return false
    change(sides, at + 1, () => ({ open }), 'other unknown')
    return change(sides, at, () => ({ close }), 'other unknown')
  },
  told_a_bar_after_the_gap: (sides, at) => {
    const bar = bars[at] as PlainBar
    if (volumeOf(at) < 10) return false
    sides.own[at] = ownBar(bar, { volume: 3, complete: false, gap_volume: volumeOf(at) + 500 })
    sides.gaps.push({ from_ms: bar.start_s * 1000 - 50_000, to_ms: bar.start_s * 1000 - 5000 })
    sides.missed.add(bar.start_s * 1000)
    sides.expected[at] = 'gap feed_gap'
    return true
  },
  missing_extreme: (sides, at, size) =>
    change(
      sides,
      at,
      ({ high }) => ({ high: high + size * tick }),
      size <= 1 ? 'price_1tick missing_extreme' : 'other missing_extreme',
    ),
  missing_low: (sides, at, size) => change(sides, at, ({ low }) => ({ low: low - (size + 1) * tick }), 'other missing_extreme'),
  their_missing_extreme: (sides, at) => {
    const { open, close, high } = bars[at] as PlainBar
    const theirs = Math.max(open, close)
    return high - theirs > tick && change(sides, at, () => ({ high: theirs }), 'other their_missing_extreme')
  },
  boundary_trade: (sides, at) => {
    const [before, after] = [bars[at] as PlainBar, bars[at + 1] as PlainBar]
    const [moved, ...rest] = after.trades
    if (after.start_s !== before.start_s + 60 || moved === undefined || moved.volume === 0 || rest.length === 0) return false
    const made = [
      plainBar(before.start_s, [...before.trades, { ...moved, at_s: before.start_s + 59 }]),
      plainBar(after.start_s, rest),
    ]
    // in the first second of the minute: that is what the other grouping does
    const is_grouping = made.every((bar) => JSON.stringify(shifted.get(bar.start_s * 1000)) === JSON.stringify(figures(bar)))
    for (const [n, bar] of made.entries())
      change(sides, at + n, () => figures(bar), is_grouping ? 'boundary_shift minute_grouping' : 'boundary_shift boundary_trade')
    return true
  },
  feed_gap: (sides, at) => {
    const bar = bars[at] as PlainBar
    const seen = bar.trades.slice(0, Math.floor(bar.trades.length / 2))
    const missed = bar.trades.slice(seen.length)
    if (seen.length === 0 || missed.every(({ volume }) => volume === 0)) return false
    sides.own[at] = ownBar(plainBar(bar.start_s, seen), { complete: false })
    sides.missed.add(bar.start_s * 1000)
    sides.gaps.push({ from_ms: (missed[0] as PlainTrade).at_s * 1000, to_ms: bar.start_s * 1000 + 60_000 })
    sides.expected[at] = 'gap feed_gap'
    return true
  },
  whole_bar_missed: (sides, at) => {
    const start_ms = (bars[at] as PlainBar).start_s * 1000
    sides.own[at] = undefined
    sides.missed.add(start_ms)
    sides.gaps.push({ from_ms: start_ms - 200, to_ms: start_ms + 60_000 })
    sides.expected[at] = 'gap feed_gap'
    return true
  },
  not_explained_by_a_gap: (sides, at) => {
    // cut, but ours has more than theirs: a gap takes away and adds nothing
    if (volumeOf(at) < 10) return false
    sides.own[at] = ownBar(bars[at] as PlainBar, { complete: false })
    sides.gaps.push({
      from_ms: (bars[at] as PlainBar).start_s * 1000 + 10_000,
      to_ms: (bars[at] as PlainBar).start_s * 1000 + 40_000,
    })
    return change(sides, at, () => ({ volume: Math.floor(volumeOf(at) / 2) }), 'other unknown')
  },
  minute_grouping: (sides, at) => {
    const other = shifted.get((bars[at] as PlainBar).start_s * 1000)
    if (other === undefined || JSON.stringify(other) === JSON.stringify(figures(bars[at] as PlainBar))) return false
    return change(sides, at, () => other, 'boundary_shift minute_grouping')
  },
  late_volume: (sides, at, size) => {
    sides.late_volume += 3 * size
    const share = (3 * size) / (volumeOf(at) + 3 * size)
    return change(
      sides,
      at,
      () => ({ volume: volumeOf(at) + 3 * size }),
      share <= 0.01 ? 'volume_1pct late_volume' : 'other late_volume',
    )
  },
  their_missing_bar: (sides, at) => {
    if (at === bars.length - 1) return false
    sides.their[at] = undefined
    sides.expected[at] = 'other their_missing_bar'
    return true
  },
  empty_bar: (sides, at) => {
    const { close } = bars[at] as PlainBar
    sides.own[at] = undefined
    return change(sides, at, () => ({ open: close, high: close, low: close, close, volume: 0 }), 'exact empty_bar')
  },
}

const present = <T>(list: readonly (T | undefined)[]): T[] => list.flatMap((one) => (one === undefined ? [] : [one]))

function verdictOf(sides: Sides, more: Partial<OwnSeries> = {}): SeriesVerdict {
  const own = present(sides.own)
  const volume = own.reduce((sum, bar) => sum + (bar.volume ?? 0), 0)
  const series = seriesOf(own, {
    gaps: sides.gaps,
    readings: [{ cause: 'minute_grouping', bars: new Map([...shifted].filter(([start_ms]) => !sides.missed.has(start_ms))) }],
    whole_day: {
      ...ownBar(plainBar(day.midnight_s, trades)),
      volume: volume + sides.late_volume,
      missed_volume: 0,
      late_volume: sides.late_volume,
      correction: 0,
      official_close: undefined,
    },
    ...more,
  })
  return compare(series, present(sides.their))
}

test('the day has bars to plant in', () => {
  expect(bars.length).toBeGreaterThan(90)
  expect(bars.filter((bar) => bar.trades.length >= 10).length).toBeGreaterThan(60)
  expect(pre_open.volume).toBeGreaterThan(0)
})

test('the plain candles are those of the day, minute by minute', () => {
  day.universe.listings.forEach((listing, n) => {
    const truth = day.truth.candles().filter((candle) => candle.instrument === listing.instrument)
    const hours_s = ({ NSE: [9.25, 15.5], NFO: [9.25, 15.5], MCX: [9, 23.5] } as const)[listing.instrument.exchange as 'NSE'] ?? [
      9, 17,
    ]
    const told_bars = plainBars(plainTrades(day, n), {
      open_s: day.midnight_s + hours_s[0] * 3600,
      close_s: day.midnight_s + hours_s[1] * 3600,
    })
    expect(told_bars.map((bar) => [bar.start_s * 1000, bar.open, bar.high, bar.low, bar.close, bar.volume])).toEqual(
      truth.map((c) => [c.open_time_ms, c.open, c.high, c.low, c.close, c.volume]),
    )
  })
})

test('against itself nothing differs', () => {
  const verdict = verdictOf(plain())
  expect(new Set(told(verdict))).toEqual(new Set(['exact -']))
  expect(verdict.totals).toMatchObject({ compared: bars.length, only_ours: 0, only_theirs: 0 })
  expect(verdict.totals.liquid_within_tick).toBe(verdict.totals.liquid)
  expect(verdict.totals.volume).toMatchObject({ difference_pct: 0 })
})

describe('one cause, wherever it is planted', () => {
  test.each(Object.keys(PLANTS))('%s', (name) => {
    let planted = 0
    for (let at = 3; at < bars.length - 3; at++) {
      const sides = plain()
      if (PLANTS[name]?.(sides, at, 1 + (at % 4)) !== true) continue
      planted++
      expect(told(verdictOf(sides)), `minute ${at}`).toEqual(sides.expected)
    }
    expect(planted).toBeGreaterThan(10)
  })
})

test('any mixture: each cause is found where it is, and nowhere else', () => {
  const plant = fc.record({
    what: fc.constantFrom(...Object.keys(PLANTS)),
    size: fc.integer({ min: 1, max: 4 }),
    room: fc.integer({ min: 2, max: 6 }),
  })
  fc.assert(
    fc.property(fc.array(plant, { minLength: 1, maxLength: 30 }), (plants) => {
      const sides = plain()
      let at = 2
      for (const { what, size, room } of plants) {
        if (at + 2 >= bars.length) break
        PLANTS[what]?.(sides, at, size)
        at += room
      }
      expect(told(verdictOf(sides))).toEqual(sides.expected)
    }),
    { numRuns: 300, seed: 5 },
  )
})

test('minutes that all end a second later, told by candles alone: what moves is found in each run of bars', () => {
  const their = bars.flatMap((bar) => {
    const other = shifted.get(bar.start_s * 1000)
    return other === undefined ? [] : [{ ...other, open_time_ms: bar.start_s * 1000 }]
  })
  const differ = bars.filter((bar, n) => JSON.stringify(figures(bar)) !== JSON.stringify(figures(their[n] as never)))
  expect(differ.length).toBeGreaterThan(20)
  const causes = new Set(told(compare(seriesOf(bars.map((bar) => ownBar(bar))), their)))
  expect([...causes].filter((text) => text !== 'exact -')).toEqual(['boundary_shift boundary_trade'])
})

describe('the first bar', () => {
  const auctions = [{ ...figures(pre_open), phase: 'pre_open' as const }]
  const first = (more: Partial<TheirBar>, series: Partial<OwnSeries> = {}): string | undefined => {
    const their = bars.map((bar, n) => (n === 0 ? { ...theirBar(bar), ...more } : theirBar(bar)))
    const verdict = compare(
      seriesOf(
        bars.map((bar) => ownBar(bar)),
        { auctions, ...series },
      ),
      their,
    )
    expect(new Set(told(verdict).slice(1))).toEqual(new Set(['exact -']))
    return told(verdict)[0]
  }
  const { open, high, low, volume } = bars[0] as PlainBar
  const widened = { high: Math.max(high, pre_open.high), low: Math.min(low, pre_open.low) }

  test('with the auction in it', () => {
    expect(first({ volume: volume + pre_open.volume })).toBe('auction auction_volume')
    expect(first({ volume: volume + pre_open.volume, open: pre_open.open, ...widened })).toBe('auction auction_volume')
    expect(first({ volume: volume + pre_open.volume + 1 })).toMatch(/unknown$/)
    expect(first({ volume: volume + pre_open.volume }, { auctions: [] })).toMatch(/unknown$/)
  })

  test('with its open rewritten', () => {
    const price = pre_open.close === open ? open + 20 * tick : pre_open.close
    const moved = [{ ...(auctions[0] as (typeof auctions)[0]), close: price, high: price, low: price, open: price }]
    const range = { high: Math.max(high, price), low: Math.min(low, price) }
    expect(first({ open: price, ...range }, { auctions: moved })).toBe('auction open_rewritten')
    expect(first({ open: price, ...range }, { auctions: [], exchange: { open: price, high, low } })).toMatch(/ open_rewritten$/)
    expect(first({ open: price + tick, ...range }, { auctions: moved })).not.toMatch(/open_rewritten$/)
  })
})

test('the last bar with the closing auction in it, or with its close', () => {
  const hours = { open_ms: open_s * 1000, close_ms: (bars.at(-1)?.start_s as number) * 1000 + 60_000, end_ms: close_s * 1000 }
  const last = bars.at(-1) as PlainBar
  const price = last.close + 7 * tick
  const closing = { open: price, high: price, low: price, close: price, volume: 4321, phase: 'closing_auction' as const }
  const lastOf = (more: Partial<TheirBar>, series: Partial<OwnSeries>): string | undefined =>
    told(
      compare(
        seriesOf(
          bars.map((bar) => ownBar(bar)),
          { hours, ...series },
        ),
        bars.map((bar, n) => (n === bars.length - 1 ? { ...theirBar(bar), ...more } : theirBar(bar))),
      ),
    ).at(-1)
  const with_it = { volume: last.volume + 4321, close: price, high: Math.max(last.high, price) }
  expect(lastOf(with_it, { auctions: [closing] })).toBe('auction auction_volume')
  expect(lastOf({ close: price, high: Math.max(last.high, price) }, { auctions: [closing] })).toBe('auction official_close')
  expect(lastOf(with_it, {})).toBe('other unknown')
})

describe('what holds for a whole symbol is said once', () => {
  const own = bars.map((bar) => ownBar(bar))
  const scaled = (price: (units: number) => number, volume: (units: number) => number): TheirBar[] =>
    bars.map((bar) => {
      const { open, high, low, close } = bar
      return {
        open_time_ms: bar.start_s * 1000,
        open: price(open),
        high: price(high),
        low: price(low),
        close: price(close),
        volume: volume(bar.volume),
      }
    })
  const to_tick = (units: number): number => Math.round(units / 5) * 5
  const same = (volume: number): number => volume
  const causesOf = (their: readonly TheirBar[], more: Partial<OwnSeries> = {}): string[] => [
    ...new Set(told(compare(seriesOf(own, more), their))),
  ]

  test.each([
    [
      'a split of 1 to 5, volumes adjusted',
      (units: number) => to_tick(units / 5),
      (volume: number) => volume * 5,
      'corporate_action',
    ],
    [
      'a split of 1 to 10, volumes adjusted',
      (units: number) => to_tick(units / 10),
      (volume: number) => volume * 10,
      'corporate_action',
    ],
    ['a bonus of 1 to 2, volumes not adjusted', (units: number) => to_tick((units * 2) / 3), same, 'corporate_action'],
    ['a dividend of 3 %', (units: number) => to_tick(units * 0.97), same, 'corporate_action'],
    [
      'prices without rounding',
      (units: number) => units * 0.8731,
      (volume: number) => Math.round(volume / 0.8731),
      'corporate_action',
    ],
    ['paise for rupees', (units: number) => units * 100, same, 'price_unit'],
    ['a divisor of another segment', (units: number) => units / 100_000, same, 'price_unit'],
    ['a coarser tick', (units: number) => Math.round(units / (10 * tick)) * 10 * tick, same, 'tick_rounding'],
  ])('%s', (_, price, volume, cause) => {
    const verdict = compare(seriesOf(own), scaled(price, volume))
    // a bar whose prices happen to be round is not touched by rounding
    expect(new Set(told(verdict).filter((text) => !(cause === 'tick_rounding' && text === 'exact -')))).toEqual(
      new Set([`other ${cause}`]),
    )
    expect(verdict.says).toBeDefined()
  })

  test('lots for units', () => {
    const future = { ...instrument, lot_size: 25 }
    const lots = bars.map((bar) => ({ ...theirBar(bar), volume: bar.volume }))
    const units = own.map((bar) => ({ ...bar, volume: (bar.volume ?? 0) * 25 }))
    expect(new Set(told(compare(seriesOf(units, { instrument: future }), lots)))).toEqual(new Set(['other volume_unit']))
    expect(
      new Set(
        told(
          compare(
            seriesOf(own, { instrument: future }),
            lots.map((bar) => ({ ...bar, volume: bar.volume * 25 })),
          ),
        ),
      ),
    ).toEqual(new Set(['other volume_unit']))
  })

  test('another cause is found through an adjustment', () => {
    const their = scaled(
      (units) => to_tick(units / 5),
      (volume) => volume * 5,
    )
    const at = 20
    their[at] = { ...(their[at] as TheirBar), volume: 1 }
    const says = told(compare(seriesOf(own), their))
    expect(says[at]).toBe('other unknown')
    expect(new Set(says.filter((_, n) => n !== at))).toEqual(new Set(['other corporate_action']))
  })

  test('another instrument is named where we recorded it, and no cause is invented where we did not', () => {
    const other = listingOf('INFY')
    const other_bars = plainBars(plainTrades(day, other), span)
    const twin = seriesOf(
      other_bars.map((bar) => ownBar(bar)),
      { instrument: day.universe.listings[other]?.instrument as Instrument },
    )
    const series = seriesOf(own)
    const verdict = compare(series, other_bars.map(theirBar), [series, twin])
    expect(new Set(told(verdict))).toEqual(new Set(['other wrong_instrument']))
    expect(verdict.says).toContain('NSE:INFY')
    const third = plainBars(plainTrades(day, listingOf('TCS')), span).map((bar) => ownBar(bar))
    const unrelated = { ...seriesOf(third), instrument: day.universe.listings[listingOf('TCS')]?.instrument as Instrument }
    expect(told(compare(series, other_bars.map(theirBar), [series, unrelated]))).not.toContain('other wrong_instrument')
    // a twin is no evidence where ours agrees as well
    const nearly = bars.map((bar, n) => (n === 30 ? { ...theirBar(bar), volume: 1 } : theirBar(bar)))
    const copy = { ...seriesOf(nearly.map((bar, n) => ownBar(bars[n] as PlainBar, bar))), instrument: unrelated.instrument }
    expect(told(compare(series, nearly, [series, copy])).filter((text) => text !== 'exact -')).toEqual(['other unknown'])
    const unknown = causesOf(other_bars.map(theirBar))
    expect(unknown).not.toContain('other wrong_instrument')
    expect(unknown.every((text) => text.startsWith('other '))).toBe(true)
  })

  test('another day is named where we recorded it', () => {
    const yesterday = synthDay({ instruments: 12, rate: 25, until_h: 11, seed: 9 })
    const of_yesterday = plainBars(plainTrades(yesterday, SHARE), span)
    const twin = seriesOf(
      of_yesterday.map((bar) => ownBar({ ...bar, start_s: bar.start_s - 86_400 })),
      { day: day.universe.day - 1 },
    )
    const series = seriesOf(own)
    const verdict = compare(series, of_yesterday.map(theirBar), [series, twin])
    expect(new Set(told(verdict).filter((text) => !text.endsWith('wrong_day')))).toEqual(new Set())
    expect(verdict.says).toContain('2025-10-05')
  })
})

test('late volume explains nothing unless it is all that the bars lack', () => {
  const sides = plain()
  PLANTS.late_volume?.(sides, 10, 2)
  PLANTS.late_volume?.(sides, 40, 3)
  const lacking = sides.late_volume
  expect(told(verdictOf(sides)).filter((text) => text.endsWith('late_volume'))).toHaveLength(2)
  for (const late_volume of [lacking - 1, lacking + 1])
    expect(told(verdictOf({ ...sides, late_volume })).filter((text) => text.endsWith('unknown'))).toHaveLength(2)
})

test('an instrument that we joined late has an edge of its own', () => {
  const own = bars.slice(30).map((bar) => ownBar(bar))
  const whole_day = {
    ...(own[0] as OwnBar),
    missed_volume: 1000,
    late_volume: 0,
    correction: 0,
    official_close: undefined,
  }
  const joined = told(compare(seriesOf(own, { whole_day }), bars.map(theirBar)))
  expect(new Set(joined.slice(0, 30))).toEqual(new Set(['gap recording_edge']))
  expect(new Set(joined.slice(30))).toEqual(new Set(['exact -']))
  const there = told(compare(seriesOf(own, { whole_day: { ...whole_day, missed_volume: 0 } }), bars.map(theirBar)))
  expect(new Set(there.slice(0, 30))).toEqual(new Set(['other unknown']))
})

test('bars that begin between ours are misaligned, and those outside the session too', () => {
  const their = bars.slice(5, 10).map((bar) => ({ ...theirBar(bar), open_time_ms: bar.start_s * 1000 + 30_000 }))
  const early = { ...theirBar(bars[0] as PlainBar), open_time_ms: (open_s - 60) * 1000 }
  const says = told(compare(seriesOf(bars.map((bar) => ownBar(bar))), [early, ...their]))
  expect(says.filter((text) => text === 'other misaligned')).toHaveLength(6)
})
