import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Candle } from '../../../src/core/market/index.js'
import { runEngine } from '../../support/engine.js'
import { markets } from '../../support/markets.js'
import { type ReferenceBar, type ReferenceOptions, referenceCandles } from '../../support/reference-candles.js'

const options: fc.Arbitrary<ReferenceOptions> = fc.record({
  tf: fc.constantFrom(['1m'], ['1m', '3m', '5m', '15m', '60m', '1d'], ['5m', '1d']),
  clock: fc.oneof(
    { weight: 3, arbitrary: fc.constant('trade' as const) },
    fc.constantFrom('exchange' as const, 'arrival' as const),
  ),
  auction: fc.constantFrom('separate', 'fold'),
  gap_volume: fc.constantFrom('quarantine', 'last'),
})

function asReference(candle: Candle): ReferenceBar {
  const { instrument, interval, phase, open, high, low, close, volume, turnover, oi, day } = candle
  return {
    symbol: instrument.symbol,
    interval,
    phase,
    start_s: candle.open_time_ms / 1000,
    end_s: candle.close_time_ms / 1000,
    open,
    high,
    low,
    close,
    volume,
    turnover,
    oi,
    tick_count: candle.tick_count,
    trade_count: candle.trade_count,
    complete: candle.complete,
    gap_volume: candle.gap_volume,
    volume_na: candle.volume_na,
    day: day && {
      missed: day.missed_volume,
      late: day.late_volume,
      gap: day.gap_volume,
      correction: day.correction,
      official: day.close_official,
    },
  }
}

const isIntraday = ({ phase }: ReferenceBar): boolean => phase === 'continuous'
const key = (bar: ReferenceBar): string => `${bar.symbol} ${bar.interval} ${bar.phase} ${bar.start_s}`
const byKey = (a: ReferenceBar, b: ReferenceBar): number => (key(a) < key(b) ? -1 : 1)

function withoutLateness({ symbol, interval, start_s, end_s, open, close, day }: ReferenceBar): Partial<ReferenceBar> {
  return { symbol, interval, start_s, end_s, open, close, ...(day && { day: { ...day, late: 0 } }) }
}

test('the engine makes the candles of the reference, in its order', () => {
  fc.assert(
    fc.property(markets, options, fc.boolean(), (messages, chosen, common_path) => {
      const { candles, pipeline } = runEngine(messages, { ...chosen, common_path })
      const told = candles.map(asReference)
      const expected = referenceCandles(messages, chosen)
      expect(told.filter(isIntraday)).toEqual(expected.filter(isIntraday))
      const others = (bars: ReferenceBar[]) => bars.filter((bar) => !isIntraday(bar)).sort(byKey)
      // An auction is told once a later phase trades: what comes late depends on when, and no rule says when.
      const comparable = (bars: ReferenceBar[]) => (pipeline.ledger.counts.late === 0 ? bars : bars.map(withoutLateness))
      expect(comparable(others(told))).toEqual(comparable(others(expected)))
    }),
    { numRuns: 1500 },
  )
})
