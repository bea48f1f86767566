import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RawTick } from '../../../src/core/engine/index.js'
import { type Candle, type Instrument, InstrumentTable } from '../../../src/core/market/index.js'
import { candleChart, drawReplay, MarketBoard, type ReplayScreen, sparkline } from '../../../src/core/view/index.js'
import { encodePacket, type Packet, packetBytes } from '../../../src/core/wire/index.js'
import { OPEN_MS } from '../../support/small-recording.js'

const table = InstrumentTable.of()
const named = (instrument_token: number, symbol: string): Instrument => ({ ...table.resolve(instrument_token), symbol })
const NIFTY = named(256_265, 'NIFTY 50')
const RELIANCE = named(738_561, 'RELIANCE')
const INFY = named(408_065, 'INFY')

function tickOf(index: number, instrument: Instrument, at_ms: number, last_price: number, volume: number): RawTick {
  const { instrument_token } = instrument
  const ohlc = { open: 100_000, high: 100_000, low: 100_000, close: 100_000 }
  const packet: Packet =
    instrument === NIFTY
      ? { kind: 'index_quote', instrument_token, last_price, ...ohlc, change: 0 }
      : {
          kind: 'quote',
          instrument_token,
          last_price,
          ...ohlc,
          last_traded_quantity: 1,
          average_traded_price: 100_000,
          volume_traded: volume,
          total_buy_quantity: 0,
          total_sell_quantity: 0,
        }
  const view = new DataView(new ArrayBuffer(200))
  encodePacket(packet, view, 0)
  return { view, at: 0, length: packetBytes(packet), received_at_ms: at_ms, sequence: 0, index, instrument }
}

function candleOf(
  instrument: Instrument,
  minute: number,
  [open, high, low, close]: readonly [number, number, number, number],
): Candle {
  const open_time_ms = OPEN_MS + minute * 60_000
  return {
    instrument,
    interval: '1m',
    phase: 'continuous',
    open_time_ms,
    close_time_ms: open_time_ms + 60_000,
    open,
    high,
    low,
    close,
    volume: 1_234_567,
    turnover: 0,
    oi: undefined,
    tick_count: 1,
    trade_count: 1,
    complete: true,
    expected_ms: 60_000,
    gap_volume: 0,
    synthetic_volume: false,
    synthetic: false,
    volume_na: false,
    revision: 0,
    day: undefined,
  }
}

function filledBoard(): MarketBoard {
  const board = new MarketBoard('1m')
  for (let second = 0; second < 120; second++) {
    board.onTick(tickOf(0, INFY, OPEN_MS + second * 1000, 99_000 - second * 5, 10 * second))
    board.onTick(tickOf(1, NIFTY, OPEN_MS + second * 1000, 100_000 + second * 10, 0))
    board.onTick(tickOf(2, RELIANCE, OPEN_MS + second * 1000, 10_000_000 + second * 5, 1000 * second))
  }
  board.onCandle(candleOf(NIFTY, 0, [100_000, 100_600, 99_900, 100_590]))
  board.onCandle(candleOf(NIFTY, 1, [100_590, 101_000, 100_500, 100_550]))
  return board
}

const screen = (more: Partial<ReplayScreen> = {}): ReplayScreen => ({
  phase: 'playing',
  virtual_ms: OPEN_MS + 120_000,
  speed: 10,
  begin_ms: OPEN_MS,
  end_ms: OPEN_MS + 240_000,
  share: 0.5,
  board: filledBoard(),
  selected: undefined,
  interval: '1m',
  help: false,
  keys: true,
  ...more,
})

describe('the screen of a replay', () => {
  const lines = drawReplay(screen(), { columns: 80, rows: 24 }, false)

  test('begins with clock, state and progress', () => {
    expect(lines[0]).toBe(`  09:17:00  Mon 2025-10-06  IST${' '.repeat(33)}▶ playing  10x`)
    expect(lines[1]).toBe(`  ${'━'.repeat(38)}${'─'.repeat(38)}`)
    expect(lines[2]).toMatch(/^ {2}09:15:00 {3}3 ticks\/s {3}360 ticks {3}2 candles +09:19:00$/)
  })

  test('puts the index first, then what was traded most, with change against the close of the day before', () => {
    expect(lines.slice(5, 8).map((line) => line.replace(/ +/g, ' ').replace(/ [▁-█]+$/, ''))).toEqual([
      ' ▸ NIFTY 50 1,011.90 +11.90 +1.19%',
      ' RELIANCE 1,00,005.95 +99,005.95 +9900.60%',
      ' INFY 984.05 -15.95 -1.60%',
    ])
  })

  test('draws the candles of the chosen symbol', () => {
    const title = lines.findIndex((line) => line.startsWith('  NIFTY 50  1m'))
    expect(lines[title]).toMatch(/09:16 {2}O 1,005\.90 H 1,010\.00 L 1,005\.00 C 1,005\.50 V 1,234,567$/)
    expect(lines[title + 1]).toMatch(/1,010\.00$/)
    const chosen = drawReplay(screen({ selected: 0 }), { columns: 80, rows: 24 }, false)
    expect(chosen.join('\n')).toMatch(/▸ INFY[\s\S]*INFY {2}1m\n {2}No bar has closed yet/)
  })

  test('names the keys, and says what they do when asked', () => {
    expect(lines.at(-1)).toMatch(/space pause .* q quit$/)
    expect(drawReplay(screen({ keys: false }), { columns: 80, rows: 24 }, false).at(-1)).toBe('  Ctrl-C to stop')
    expect(drawReplay(screen({ help: true }), { columns: 80, rows: 24 }, false).join('\n')).toContain(
      'one minute back, one minute ahead',
    )
  })

  test('shows control characters of a symbol instead of sending them', () => {
    const board = new MarketBoard('1m')
    const evil = named(1, 'A\x1b[2J\x07')
    board.onTick(tickOf(0, evil, OPEN_MS, 100_000, 1))
    board.onCandle(candleOf(evil, 0, [1, 2, 1, 2]))
    const text = drawReplay(screen({ board }), { columns: 80, rows: 24 }, false).join('')
    expect(text).not.toMatch(/\p{Cc}/u)
    expect(text).toContain('A\\u{1b}[2J\\u{7}')
  })

  test('fits every terminal, says the same with and without colour, and draws the same twice', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
    const plain = (line: string): string => line.replace(/\x1b\[[0-9;]*m/g, '').trimEnd()
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 220 }),
        fc.integer({ min: 1, max: 80 }),
        fc.constantFrom<ReplayScreen['phase']>('reading', 'playing', 'paused', 'seeking', 'ended'),
        fc.option(fc.constantFrom(0, 1, 2), { nil: undefined }),
        fc.boolean(),
        fc.boolean(),
        (columns, rows, phase, selected, help, is_empty) => {
          const state = screen({
            phase,
            selected,
            help,
            ...(is_empty ? { board: new MarketBoard('1m'), virtual_ms: undefined, begin_ms: undefined, end_ms: undefined } : {}),
          })
          const drawn = drawReplay(state, { columns, rows }, false)
          expect(drawn.length).toBe(rows)
          for (const line of drawn) {
            expect([...line].length).toBeLessThanOrEqual(columns)
            expect(line).not.toContain('\x1b')
          }
          expect(drawReplay(state, { columns, rows }, true).map(plain)).toEqual(drawn)
          expect(drawReplay(state, { columns, rows }, false)).toEqual(drawn)
        },
      ),
    )
  })
})

test('a sparkline spans its own range', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█')
  expect(sparkline([-5, -5])).toBe('▄▄')
  expect(sparkline([10, 20, 10])).toBe('▁█▁')
})

test('a candle has a body between open and close and wicks beyond, in halves of a cell', () => {
  const candles = [candleOf(NIFTY, 0, [200, 800, 0, 600]), candleOf(NIFTY, 1, [600, 600, 200, 300])]
  const drawn = candleChart(candles, { width: 14, height: 4, axis: 8 }).map((line) => line.map(({ text }) => text).join(''))
  // Halves of a cell are 100 apart, 0 to 7: the first reaches from 0 to 7 with its body in 2..6, the second from 2 to 6 with 3..6.
  expect(drawn).toEqual(['╽ ╻       8.00', '┃ ┃           ', '┃ ╿           ', '│         0.00'])
})

test('the sparkline keeps one price per half minute, through silences', () => {
  const board = new MarketBoard('1m')
  board.onTick(tickOf(0, INFY, OPEN_MS, 100, 0))
  board.onTick(tickOf(0, INFY, OPEN_MS + 29_999, 200, 0))
  board.onTick(tickOf(0, INFY, OPEN_MS + 30_000, 300, 0))
  board.onTick(tickOf(0, INFY, OPEN_MS + 120_000, 400, 0))
  expect(board.rows[0]?.prices).toEqual([200, 300, 300, 300, 400])
})

test('ticks per second are of whole seconds gone by, and fall to nothing in a silence', () => {
  const board = new MarketBoard('1m')
  for (let ms = 0; ms < 10_000; ms += 100) board.onTick(tickOf(0, INFY, OPEN_MS + ms, 100, 0))
  expect(board.ticksPerSecond(OPEN_MS + 10_000)).toBe(10)
  expect(board.ticksPerSecond(OPEN_MS + 12_000)).toBe(6)
  expect(board.ticksPerSecond(OPEN_MS + 60_000)).toBe(0)
})
