import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { PLANTS, type PlantedPattern } from '../../../src/core/synth/index.js'
import type { FullPacket } from '../../../src/core/wire/index.js'
import { isBinary, packetsOf, type SynthDay, synthDay } from '../../support/synth-day.js'

/** Those on stocks; see plants-of-options.test.ts for the others. */
const STOCK_PLANTS = PLANTS.filter(({ chain_minutes }) => chain_minutes === undefined)
const ALL = STOCK_PLANTS.map(({ id }) => id)
const dayOf = (strength: number, ids = ALL): SynthDay =>
  synthDay({ instruments: 100, rate: 3, until_h: 15.6, plants: { ids, strength } })
/** Prices in units of what the packets say; `bought` and `imbalance` by the reader's own rules. */
interface ReadBar {
  start_s: number
  open: number
  high: number
  low: number
  close: number
  volume: number
  bought: number
  imbalance: number
  trades: (readonly [price: number, volume: number])[]
}

const textbook = dayOf(1)
const bare = dayOf(0.01)
const DAYS = [
  ['the textbook', textbook],
  ['hardly more than the trigger', bare],
] as const

const digestOf = ({ records }: SynthDay): string => {
  const hash = createHash('sha256')
  for (const { received_ms, bytes } of records) hash.update(String(received_ms)).update(bytes)
  return hash.digest('hex')
}

test('the same seed and plants give the same bytes; other plants give others', () => {
  const some = ['volume_spike', 'reversal']
  const digest = digestOf(dayOf(0.5, some))
  expect(digestOf(dayOf(0.5, some))).toBe(digest)
  expect(digestOf(dayOf(0.6, some))).not.toBe(digest)
  expect(digestOf(dayOf(0.5, ['volume_spike']))).not.toBe(digest)
})

test('each pattern is planted once for each of its sides, on a stock of its own', () => {
  const wanted = STOCK_PLANTS.reduce((count, { sides }) => count + sides.length, 0)
  for (const [, { patterns }] of DAYS) {
    expect(new Set(patterns.map(({ pattern_id }) => pattern_id))).toEqual(new Set(ALL))
    expect(patterns).toHaveLength(wanted)
    expect(new Set(patterns.map(({ listing }) => listing)).size).toBe(wanted)
  }
})

describe.each(DAYS)('%s', (name, day) => {
  const strength = name === 'the textbook' ? 1 : 0.01
  test('times are those of whole minutes, in order, and the price is that of the tape', () => {
    for (const plant of day.patterns) {
      const { begin_ms, known_at_ms, end_ms, price } = plant
      expect([begin_ms % 300_000, known_at_ms % 60_000, end_ms % 60_000]).toEqual([0, 0, 0])
      expect(begin_ms < known_at_ms && known_at_ms <= end_ms).toBe(true)
      expect(plant.strength).toBe(strength)
      expect(barsOf(day, plant).find(({ start_s }) => start_s === known_at_ms / 1000 - 60)?.close).toBe(price)
    }
  })

  test('no price jumps where a script begins, ends or goes on', () => {
    for (const plant of day.patterns) {
      const bars = barsOf(day, plant)
      for (const [n, { start_s, open }] of bars.entries()) {
        if (start_s < plant.begin_ms / 1000 || start_s > plant.end_ms / 1000) continue
        expect(Math.abs(open / bars[n - 1]!.close - 1), plant.pattern_id).toBeLessThan(0.002)
      }
    }
  })

  // What each pattern is known by, read from the bytes: bars of this file's own making, thresholds of domain 5.
  test.each(ALL)('%s is where the truth says', (id) => {
    const plants = day.patterns.filter(({ pattern_id }) => pattern_id === id)
    expect(plants.length).toBeGreaterThan(0)
    for (const plant of plants) {
      const bars = barsOf(day, plant)
      const at = bars.findIndex(({ start_s }) => start_s === plant.known_at_ms / 1000 - 60)
      CHECKS[id]!(new Reading(bars, { at, plant, bin: binOf(day, plant) }))
    }
  })
})

/** A plant's bars as its side sees them: prices times the side, so that ahead is up. */
class Reading {
  readonly at: number
  readonly strength: number
  readonly begin: number
  readonly bin: number
  readonly side: 1 | -1
  readonly bars: readonly ReadBar[]

  constructor(bars: readonly ReadBar[], { at, plant, bin }: { at: number; plant: PlantedPattern; bin: number }) {
    const { strength, begin_ms } = plant
    const side = plant.direction === 'SELL' ? -1 : 1
    this.at = at
    this.bin = bin
    this.side = side
    this.strength = strength
    this.begin = bars.findIndex(({ start_s }) => start_s >= begin_ms / 1000)
    this.bars = bars.map((bar) => ({
      ...bar,
      open: side * bar.open,
      close: side * bar.close,
      high: side > 0 ? bar.high : -bar.low,
      low: side > 0 ? bar.low : -bar.high,
      bought: side > 0 ? bar.bought : bar.volume - bar.bought,
      imbalance: side * bar.imbalance,
      trades: bar.trades.map(([price, volume]) => [side * price, volume]),
    }))
  }

  bar(ago = 0): ReadBar {
    return this.bars[this.at - ago]!
  }
  highest(count: number, ago = 0): number {
    return Math.max(...this.#last(count, ago).map(({ high }) => high))
  }
  lowest(count: number, ago = 0): number {
    return Math.min(...this.#last(count, ago).map(({ low }) => low))
  }
  /** Volume of `minutes` against the twenty minutes before them, a minute. */
  rv(minutes = 1, ago = 0): number {
    const mean = (bars: readonly ReadBar[]): number => bars.reduce((sum, { volume }) => sum + volume, 0) / bars.length
    return mean(this.#last(minutes, ago)) / mean(this.#last(20, ago + minutes))
  }
  /** Percent of the close, over `minutes`. */
  move(minutes: number, ago = 0): number {
    return (100 * (this.bar(ago).close - this.bar(ago + minutes).close)) / Math.abs(this.bar(ago + minutes).close)
  }
  /** Wilder's, of bars of five minutes that have ended with the newest. */
  atr(): number {
    const five = this.five()
    let atr = 0
    for (let n = 1; n < five.length; n++) {
      const range = Math.max(five[n]!.high, five[n - 1]!.close) - Math.min(five[n]!.low, five[n - 1]!.close)
      atr = n <= 14 ? atr + range / 14 : (13 * atr + range) / 14
    }
    return atr
  }
  /** Whole bars of five minutes up to the newest. */
  five(): { high: number; low: number; open: number; close: number }[] {
    const groups: ReadBar[][] = []
    for (const bar of this.bars.slice(0, this.at + 1)) {
      const last = groups.at(-1)
      if (last === undefined || Math.floor(last[0]!.start_s / 300) !== Math.floor(bar.start_s / 300)) groups.push([bar])
      else last.push(bar)
    }
    return groups
      .filter((group) => Math.floor(this.bar().start_s / 60 + 1) * 60 >= (Math.floor(group[0]!.start_s / 300) + 1) * 300)
      .map((group) => ({
        open: group[0]!.open,
        high: Math.max(...group.map(({ high }) => high)),
        low: Math.min(...group.map(({ low }) => low)),
        close: group.at(-1)!.close,
      }))
  }
  #last(count: number, ago: number): readonly ReadBar[] {
    return this.bars.slice(this.at - ago - count + 1, this.at - ago + 1)
  }
}

const CHECKS: Readonly<Record<string, (reading: Reading) => void>> = {
  volume_spike(read) {
    expect(read.move(1)).toBeGreaterThan(0.35)
    const wanted = 2.25 + read.strength * (6.5 - 2.25)
    expect(read.rv() / wanted).toBeGreaterThan(0.97)
    expect(read.rv() / wanted).toBeLessThan(1.03)
    expect(read.bar().bought / read.bar().volume).toBeCloseTo(0.6 + read.strength * 0.35, 1)
    expect(read.bar().imbalance).toBeCloseTo(0.05 + read.strength * 0.45, 1)
  },
  volume_breakout(read) {
    const five = read.five()
    const channel = Math.max(...five.slice(-21, -1).map(({ high }) => high))
    expect((five.at(-1)!.close - channel) / read.atr()).toBeGreaterThan(0.5)
    expect(read.move(5)).toBeGreaterThan(0.3)
    expect(read.rv(5)).toBeGreaterThan(1.8)
  },
  volume_price_divergence(read) {
    // The plant sells a rise, so that the legs go down in its eyes: H2 two minutes back, H1 some seven before the second leg began.
    const second = read.lowest(4)
    const first = Math.min(...read.bars.slice(read.at - 14, read.at - 9).map(({ low }) => low))
    expect((first - second) / read.atr()).toBeGreaterThan(0.2)
    const volume = (from: number, count: number): number =>
      read.bars.slice(read.at - from, read.at - from + count).reduce((sum, bar) => sum + bar.volume, 0) / count
    expect(volume(8, 7) / volume(18, 6)).toBeLessThan(0.8)
    const bought = read.bars.slice(read.at - 8, read.at - 1).reduce((sum, bar) => sum + bar.bought / bar.volume, 0) / 7
    expect(bought).toBeGreaterThan(0.6)
  },
  upside_momentum: ran,
  downside_momentum: ran,
  breakout(read) {
    const level = Math.max(...read.bars.slice(0, read.at - 16).map(({ high }) => high))
    for (const ago of [0, 1]) expect((read.bar(ago).close - level) / read.atr()).toBeGreaterThan(0.1)
    expect(read.bar(2).close).toBeLessThan(level)
    expect(read.rv()).toBeGreaterThan(1.2)
  },
  reversal(read) {
    const extreme = read.lowest(2)
    expect((read.highest(14) - extreme) / read.atr()).toBeGreaterThan(2)
    expect(extreme).toBeLessThan(read.lowest(20, 2))
    expect(read.bar().close).toBeGreaterThan(read.bar().open)
    expect(read.rv()).toBeGreaterThan(1.6)
  },
  hidden_accumulation(read) {
    const window = read.bars.slice(read.at - 29, read.at + 1)
    const all = window.reduce((sum, { volume }) => sum + volume, 0)
    const net = window.reduce((sum, { volume, bought }) => sum + 2 * bought - volume, 0)
    expect(net / all).toBeGreaterThan(0.12)
    expect(window.reduce((sum, { imbalance }) => sum + imbalance, 0) / 30).toBeGreaterThan(0.1)
    expect(Math.abs(read.bar().close - read.bar(30).close)).toBeLessThan(0.5 * read.atr() * Math.sqrt(6))
  },
  momentum_engine(read) {
    const high = Math.max(...read.bars.slice(0, read.at + 1).map((bar) => bar.high))
    expect((100 * (high - read.bar().close)) / high).toBeLessThan(0.5)
    expect(read.rv()).toBeGreaterThan(2)
  },
  liquidity_pools(read) {
    const { close, low } = read.bar()
    const level = Math.min(...read.bars.slice(read.at - 29, read.at).map((bar) => bar.low))
    const touches = read.bars.slice(read.begin, read.at).filter((bar) => Math.abs(bar.low - level) <= 0.1 * read.atr())
    const fives = new Set(touches.map(({ start_s }) => Math.floor(start_s / 300)))
    expect(fives.size).toBeGreaterThanOrEqual(Math.round(2 + 2 * read.strength))
    expect(level - low).toBeGreaterThan(0)
    expect(level - low).toBeLessThan(read.atr())
    expect((close - level) / read.atr()).toBeGreaterThan(0.1)
  },
  fair_value_gaps(read) {
    const gap = gapsOf(read).at(-1)!
    expect(gap.size / read.atr()).toBeGreaterThan(0.2)
    expect(read.bar().low).toBeLessThanOrEqual(gap.near)
    expect(read.bar().close).toBeGreaterThan(gap.near)
    expect(read.bar().close).toBeGreaterThan(read.bar().open)
    expect(Math.min(...read.bars.slice(gap.known, read.at).map(({ low }) => low))).toBeGreaterThan(gap.near)
  },
  optimal_trade_entry(read) {
    const origin = read.lowest(45)
    const end = read.highest(25)
    expect((end - origin) / read.atr()).toBeGreaterThan(2)
    const retraced = (end - read.bar().close) / (end - origin)
    expect(retraced).toBeGreaterThan(0.62)
    expect(retraced).toBeLessThan(0.79)
    const { high, low, close } = read.bar()
    expect((2 * close - high - low) / (high - low)).toBeGreaterThan(0.2)
  },
  premium_discount(read) {
    const five = read.five().at(-1)!
    const [low, high] = [read.lowest(105), read.highest(70)]
    expect((five.close - low) / (high - low)).toBeLessThan(0.25)
    expect((2 * five.close - five.high - five.low) / (five.high - five.low)).toBeGreaterThan(0.4)
    expect(read.bar(30).close).toBeGreaterThan(read.bar(169).close)
  },
  killzone(read) {
    const from = read.bars.findIndex(({ start_s }) => (start_s + 19_800) % 86_400 === 14.5 * 3600)
    const range = Math.max(...read.bars.slice(from, from + 15).map(({ high }) => high))
    expect((read.bar().close - range) / read.atr()).toBeGreaterThan(0.5)
    expect(read.at).toBeGreaterThanOrEqual(from + 15)
    expect(read.rv()).toBeGreaterThan(1.2)
  },
  momentum(read) {
    const five = read.five()
    const [before, bar, after] = five.slice(-3)
    expect((bar!.close - bar!.open) / read.atr()).toBeGreaterThan(1.4)
    expect((after!.low - before!.high) / read.atr()).toBeGreaterThan(0.2)
    expect(read.rv(5, 5)).toBeGreaterThan(1.5)
  },
  volume_profile_breakout(read) {
    const { front } = valueArea(read, read.at - 1)
    for (const ago of [0, 1]) expect((read.bar(ago).close - front) / read.atr()).toBeGreaterThan(0.1)
    for (const ago of [2, 3, 4]) expect(read.bar(ago).close).toBeLessThan(front)
    expect(read.rv()).toBeGreaterThan(1.8)
  },
  volume_profile_advanced(read) {
    const { mode } = valueArea(read, read.at)
    expect(Math.abs(read.bar().low - mode) / read.atr()).toBeLessThan(0.6)
    expect((read.bar().close - read.bar().low) / read.atr()).toBeGreaterThan(0.25)
    for (const ago of [1, 2, 3]) expect(read.bar(ago).close).toBeGreaterThan(read.bar().low)
  },
}

function ran(read: Reading): void {
  expect(read.move(5)).toBeGreaterThan(0.5)
  expect((read.bar().close - read.bar(5).close) / read.atr()).toBeGreaterThan(1)
  expect(read.rv(5)).toBeGreaterThan(1.3)
}

/** Gaps of three bars of five minutes whose middle one rises, with the number of the first minute after them. */
function gapsOf(read: Reading): { near: number; size: number; known: number }[] {
  const five = read.five()
  const first = read.bars.length - read.bars.slice(read.bars.findIndex(({ start_s }) => start_s % 300 === 0)).length
  return five.flatMap(({ low }, n) => {
    const [one, two] = [five[n - 2], five[n - 1]]
    if (one === undefined || two === undefined || low <= one.high || two.close <= two.open) return []
    return [{ near: low, size: low - one.high, known: first + 5 * (n + 1) }]
  })
}

/** Of the session before bar `until`: the busiest price, and the end ahead of the 70 % around it. */
function valueArea({ bars, bin, side }: Reading, until: number): { mode: number; front: number } {
  const volumes = new Map<number, number>()
  for (const { trades } of bars.slice(0, until))
    for (const [price, volume] of trades) {
      const at = Math.floor((side * price) / bin + 0.5)
      volumes.set(at, (volumes.get(at) ?? 0) + volume)
    }
  const of = (at: number): number => volumes.get(at) ?? 0
  const all = [...volumes.keys()]
  const mode = all.reduce((best, at) => (of(at) > of(best) ? at : best))
  let left = 0.7 * all.reduce((sum, at) => sum + of(at), 0) - of(mode)
  let [low, high] = [mode, mode]
  while (left > 0) left -= of(high + 1) >= of(low - 1) ? of(++high) : of(--low)
  return { mode: side * mode * bin, front: side * bin * (side > 0 ? high : low) }
}

/** 3.15: 0.05 % of the previous close, in whole ticks. */
function binOf({ universe: { listings, spots } }: SynthDay, { listing }: PlantedPattern): number {
  const { tick, spot } = listings[listing]!
  return Math.max(tick, Math.round((0.0005 * spots[spot]!.previous_close) / tick) * tick)
}

const known_bars = new Map<SynthDay, Map<number, ReadBar[]>>()

function barsOf(day: SynthDay, { listing }: PlantedPattern): ReadBar[] {
  const bars = known_bars.get(day) ?? readBars(day)
  known_bars.set(day, bars)
  return bars.get(day.universe.listings[listing]!.instrument.instrument_token)!
}

/** Minute bars by token, from the packets alone. */
function readBars(day: SynthDay): Map<number, ReadBar[]> {
  const open_s = day.midnight_s + 9.25 * 3600
  const bars = new Map<number, ReadBar[]>()
  const before = new Map<number, FullPacket>()
  for (const packet of day.records.filter(isBinary).flatMap(packetsOf)) {
    if (packet.kind !== 'full' || packet.exchange_timestamp < open_s - 900) continue
    const last = before.get(packet.instrument_token)
    before.set(packet.instrument_token, { ...packet, depth: packet.depth.map((level) => ({ ...level })) })
    const { last_trade_time, last_price, volume_traded, depth } = packet
    const own = bars.get(packet.instrument_token) ?? []
    bars.set(packet.instrument_token, own)
    const bids = depth.slice(0, 5).reduce((sum, { quantity }) => sum + quantity, 0)
    const offers = depth.slice(5).reduce((sum, { quantity }) => sum + quantity, 0)
    const bar = own.at(-1)
    if (bar !== undefined && packet.exchange_timestamp < bar.start_s + 60) bar.imbalance = (bids - offers) / (bids + offers)
    const traded = volume_traded - (last?.volume_traded ?? 0)
    if (traded <= 0 || last_trade_time < open_s || last_trade_time >= open_s + 22_500) continue
    const start_s = last_trade_time - (last_trade_time % 60)
    const is_bought = last !== undefined && last_price >= last.depth[5]!.price
    if (bar?.start_s === start_s) {
      bar.high = Math.max(bar.high, last_price)
      bar.low = Math.min(bar.low, last_price)
      bar.close = last_price
      bar.volume += traded
      bar.trades.push([last_price, traded])
      bar.bought += is_bought ? traded : 0
    } else {
      const fresh = { start_s, open: last_price, high: last_price, low: last_price, close: last_price, volume: traded }
      own.push({
        ...fresh,
        bought: is_bought ? traded : 0,
        imbalance: (bids - offers) / (bids + offers),
        trades: [[last_price, traded]],
      })
    }
  }
  return bars
}
