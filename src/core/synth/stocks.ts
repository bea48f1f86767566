import { mix } from '../random.js'
import { STOCKS, type StockName } from './names.js'

/** Beyond the well-known names, stocks are invented: `SYN031` onwards, tokens from a range no real cash token has. */
export function stockAt(rank: number, seed: number): StockName {
  const real = STOCKS[rank]
  if (real !== undefined) return real
  const number = String(rank + 1).padStart(3, '0')
  const part = mix(seed ^ Math.imul(rank + 1, 0x9e3779b1)) / 0x1_0000_0000
  return {
    symbol: `SYN${number}`,
    name: `SYNTHETIC COMPANY ${number}`,
    exchange_token: 50_000 + rank,
    level: Math.round((12 + 3200 * part * part * part) * 20) / 20,
  }
}

/** NSE's tick bands for cash, in rupees. */
export function tickOfStock(level: number): number {
  if (level < 250) return 0.01
  if (level < 1000) return 0.05
  if (level < 5000) return 0.1
  return level < 10_000 ? 0.5 : 1
}

/** Rupees between the strikes of a stock at `level` rupees. */
export function strikeStep(level: number): number {
  for (const step of [0.5, 1, 2.5, 5, 10, 20, 50, 100]) if (level / step < 90) return step
  return 200
}
