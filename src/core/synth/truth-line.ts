import { formatIso } from '../time/index.js'
import type { ExpectedCandle } from './truth.js'

/** One NDJSON line: the first columns are those of a candle record. */
export function candleLine(candle: ExpectedCandle): string {
  const { instrument, unsettled } = candle
  const price = (units: number): string => exactDecimal(units, instrument.price_divisor)
  const cells = [
    ['symbol', JSON.stringify(instrument.symbol)],
    ['exchange', JSON.stringify(instrument.exchange)],
    ['timestamp', JSON.stringify(formatIso(candle.open_time_ms))],
    ['open', price(candle.open)],
    ['high', price(candle.high)],
    ['low', price(candle.low)],
    ['close', price(candle.close)],
    ['volume', candle.volume],
    ['instrument_token', instrument.instrument_token],
    ['tick_count', candle.tick_count],
    ['trade_count', candle.trade_count],
    ['complete', candle.complete],
    ['gap_volume', candle.gap_volume],
    ...(unsettled.length === 0 ? [] : [['unsettled', JSON.stringify(unsettled)]]),
  ]
  return `{${cells.map(([name, value]) => `"${name}":${value}`).join(',')}}\n`
}

/** `units / divisor` without rounding; the divisor is a power of ten. */
function exactDecimal(units: number, divisor: number): string {
  const places = String(divisor).length - 1
  const digits = String(Math.abs(units)).padStart(places + 1, '0')
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '')
  const whole = digits.slice(0, digits.length - places)
  return `${units < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}
