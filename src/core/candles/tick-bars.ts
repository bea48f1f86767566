import { type BarKind, FillingBars } from './bar-kind.js'

/** Every N trades: snapshots with traded volume. The feed sends about one a second, so N snapshots are more than N trades of the exchange. */
export const tickBars: BarKind = {
  name: 'tick',
  summary: 'every N trade ticks',
  example: '100',
  size: { min: 1, max: 10_000_000, decimals: 0 },
  why_size: 'give the number of trade ticks in a bar',
  label: (size) => `${size}t`,
  create: ({ size, tell }) => new FillingBars(tell, (bar) => bar.trade_count >= size),
}
