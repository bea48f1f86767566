import { mirrorOf } from '../../../support/scenario.js'
import * as upside from './upside_momentum.js'

export const mirror = 'upside_momentum'
export const textbook = mirrorOf({
  ...upside.textbook,
  shows: 'In a steady fall five minutes go down by 0.8 % on four times the usual volume',
})
export const marginal = mirrorOf({
  ...upside.marginal,
  shows: 'A market without a trend goes down by a little over 0.5 % on a little more volume',
})
export const nothing = mirrorOf({ ...upside.nothing, shows: 'The same fall on the usual volume' })
