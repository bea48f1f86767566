import { amount, type RowPlace } from '../../core/compare/index.js'
import { formatClock } from '../../core/time/index.js'
import { tableLines } from '../trust/text-table.js'
import type { NearbyTicks } from './nearby-ticks.js'

const HEAD = ['received', 'exchange', 'last price', 'volume']
const FILES_SHOWN = 2

/** Recorded ticks for people. */
export function tickLines({ symbol, exchange }: RowPlace, { files, before, ticks, after }: NearbyTicks): string[] {
  const name = [exchange, symbol].filter((part) => part !== undefined).join(':')
  const more = files.length > FILES_SHOWN ? ` and ${files.length - FILES_SHOWN} more` : ''
  const where = `${files.slice(0, FILES_SHOWN).join(', ')}${more}`
  if (ticks.length === 0) return [`No tick of ${name} was recorded around it in ${where}.`]
  const rows = ticks.map(({ received_at_ms, exchange_timestamp_ms, last_price, volume_traded }) => [
    `${formatClock(received_at_ms)}.${String(received_at_ms % 1000).padStart(3, '0')}`,
    exchange_timestamp_ms === undefined ? '-' : formatClock(exchange_timestamp_ms),
    String(last_price),
    volume_traded === undefined ? '-' : String(volume_traded),
  ])
  const [head = '', ...lines] = tableLines(HEAD, rows)
  return [
    `Recorded ticks of ${name} around it, in ${where}:`,
    head,
    ...(before > 0 ? [`  ... ${amount(before, 'tick')} earlier`] : []),
    ...lines,
    ...(after > 0 ? [`  ... ${amount(after, 'tick')} later`] : []),
  ]
}
