import { manyValues } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'

/** Cumulative volume delta of the session. */
export const cvd: IndicatorDefinition<never> = {
  id: 'cvd',
  summary: 'Bought less sold volume since the beginning of the session',
  source: 'Sides by Lee and Ready 1991: the quote rule on snapshots, in the middle the tick rule',
  parameters: {},
  outputs: [
    { suffix: '', unit: 'count', doc: 'Cumulative volume delta' },
    { suffix: 'unsigned', unit: 'count', doc: 'Volume since the beginning of the session whose side is not known' },
  ],
  warmUp: () => [0, 0],
  needs: ['volume', 'flow'],
  create() {
    let delta = 0
    let unsigned = 0
    return manyValues(
      2,
      ({ flow, volume, volume_na }, out) => {
        // Volume without its trades: from here on the sum of the session is not known. A bar that was filled in has none.
        if (volume_na || (flow === undefined && volume > 0)) delta = unsigned = Number.NaN
        delta += flow?.signed_volume ?? 0
        unsigned += flow?.unsigned_volume ?? 0
        out[0] = delta
        out[1] = unsigned
      },
      () => {
        delta = unsigned = 0
      },
    )
  },
}
