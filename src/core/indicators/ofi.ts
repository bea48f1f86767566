import { oneValue } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'

/** Order-flow imbalance of a bar. */
export const ofi: IndicatorDefinition<never> = {
  id: 'ofi',
  summary: 'Order-flow imbalance of the bar, at the best prices',
  source: 'Cont, Kukanov and Stoikov 2014',
  parameters: {},
  outputs: [{ suffix: '', unit: 'count', doc: 'Quantity added to bids and taken from offers, less the contrary' }],
  warmUp: () => [0],
  needs: ['flow'],
  create: () => oneValue(({ flow }) => flow?.ofi ?? Number.NaN),
}
