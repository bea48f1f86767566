import { expect, test } from 'vitest'
import { parseSymbol } from '../../../src/core/market/index.js'
import { formatDate } from '../../../src/core/time/index.js'

const NAMES = new Set(['ABC', 'ABC25', 'RELIANCE', '3MINDIA', 'BAJAJ-AUTO'])

test.each([
  // Kite's three forms
  ['NIFTY25JANFUT', 'NIFTY FUT'],
  ['NIFTY25JAN23500CE', 'NIFTY CE 23500'],
  ['NIFTY2512323500CE', 'NIFTY CE 23500 2025-01-23'],
  ['NIFTY26O0625050CE', 'NIFTY CE 25050 2026-10-06'],
  ['NIFTY25N1125000PE', 'NIFTY PE 25000 2025-11-11'],
  ['NIFTY25D3025000PE', 'NIFTY PE 25000 2025-12-30'],
  // names that end in digits: longest first
  ['SENSEX5026SEPFUT', 'SENSEX50 FUT'],
  ['NIFTYNXT5025JAN70000CE', 'NIFTYNXT50 CE 70000'],
  ['SENSEX502692485000CE', 'SENSEX50 CE 85000 2026-09-24'],
  ['SENSEX2692481000CE', 'SENSEX CE 81000 2026-09-24'],
  ['BANKNIFTY25OCT55000PE', 'BANKNIFTY PE 55000'],
  // names with digits and signs, strikes with decimals
  ['360ONE25OCTFUT', '360ONE FUT'],
  ['360ONE25OCT1000CE', '360ONE CE 1000'],
  ['3MINDIA25OCT30000PE', '3MINDIA PE 30000'],
  ['M&M25OCT3000CE', 'M&M CE 3000'],
  ['BAJAJ-AUTO25OCT9000CE', 'BAJAJ-AUTO CE 9000'],
  ['IDEA26SEP8.5PE', 'IDEA PE 8.5'],
  ['USDINR26JUNFUT', 'USDINR FUT'],
  // not derivatives
  ['RELIANCE', 'none'],
  ['BAJFINANCE', 'none'],
  ['OFFICE', 'none'],
  ['25JAN100CE', 'none'],
  ['NIFTY2519923500CE', 'none'],
])('%s is %s', (symbol, expected) => {
  const parsed = parseSymbol(symbol, NAMES)
  const words = parsed && [
    parsed.underlying,
    parsed.instrument_type,
    parsed.strike,
    parsed.expiry === undefined ? undefined : formatDate(parsed.expiry),
  ]
  expect(words?.filter((word) => word !== undefined).join(' ') ?? 'none').toBe(expected)
})
