import { depthSlope, isInvalidBook, microprice, mid, obi, spread, spreadBps, totalObi, weightedObi } from '../flow/index.js'
import { manyValues } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'

/** Features of the last book of a bar. */
export const book: IndicatorDefinition<never> = {
  id: 'book',
  summary: 'The last order book of the bar, five levels a side',
  source: 'Microprice: Stoikov 2018; the others are textbook',
  parameters: {},
  outputs: [
    { suffix: 'spread', unit: 'price', doc: 'Best offer less best bid' },
    { suffix: 'spread_bps', unit: 'number', doc: 'The same in hundredths of a percent of the middle' },
    { suffix: 'mid', unit: 'price', doc: 'Middle of best bid and best offer' },
    { suffix: 'microprice', unit: 'price', doc: 'Best prices weighted by the quantity of the other side' },
    { suffix: 'obi_1', unit: 'number', doc: 'Bid less offered quantity over their sum, best level; -1 to 1' },
    { suffix: 'obi_2', unit: 'number', doc: 'The same over two levels' },
    { suffix: 'obi_3', unit: 'number', doc: 'Three levels' },
    { suffix: 'obi_4', unit: 'number', doc: 'Four levels' },
    { suffix: 'obi_5', unit: 'number', doc: 'Five levels' },
    { suffix: 'obi_weighted', unit: 'number', doc: 'Five levels, each counting half of the one above it' },
    { suffix: 'depth_slope', unit: 'number', doc: 'Quantity that adds up per hundredth of a percent away from the middle' },
    { suffix: 'total_obi', unit: 'number', doc: 'Imbalance of all pending quantity, beyond the five levels' },
    { suffix: 'invalid', unit: 'number', doc: '1 where the book is empty on a side or crossed, and tells nothing; else 0' },
  ],
  warmUp: () => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  needs: ['flow'],
  create: () =>
    manyValues(13, ({ flow }, out) => {
      out.fill(Number.NaN)
      if (flow === undefined) return
      out[11] = totalObi(flow.total_buy_quantity, flow.total_sell_quantity)
      const now = flow.book
      if (now === undefined) return
      out[0] = spread(now)
      out[1] = spreadBps(now)
      out[2] = mid(now)
      out[3] = microprice(now)
      for (let levels = 1; levels <= 5; levels++) out[3 + levels] = obi(now, levels)
      out[9] = weightedObi(now)
      out[10] = depthSlope(now)
      out[12] = isInvalidBook(now) ? 1 : 0
    }),
}
