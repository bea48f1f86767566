import type { Candle } from '../market/index.js'
import { manyValues } from './bar-by-bar.js'
import type { IndicatorDefinition } from './indicator.js'
import { profileBin, VolumeProfile } from './volume-profile.js'

/** Volume profile of the session so far. */
export const profile: IndicatorDefinition<'rows' | 'percent'> = {
  id: 'profile',
  summary: 'Volume by price of the session: value area and nodes',
  source: 'Dalton; CBOT Market Profile',
  parameters: {
    rows: { default: 1, min: 1, max: 2, unnamed: true, doc: 'prices by which the value area grows: 1, or 2 as the CBOT has it' },
    percent: { default: 70, min: 1, max: 100, unnamed: true, doc: 'percent of the volume in the value area' },
  },
  outputs: [
    { suffix: 'poc', unit: 'price', doc: 'Point of control: the price with the most volume' },
    { suffix: 'vah', unit: 'price', doc: 'Highest price of the value area' },
    { suffix: 'val', unit: 'price', doc: 'Lowest price of the value area' },
    { suffix: 'hvn_above', unit: 'price', sparse: true, doc: 'Nearest high-volume node above the close' },
    { suffix: 'hvn_below', unit: 'price', sparse: true, doc: 'Nearest high-volume node below the close' },
    { suffix: 'lvn_above', unit: 'price', sparse: true, doc: 'Nearest low-volume node above the close' },
    { suffix: 'lvn_below', unit: 'price', sparse: true, doc: 'Nearest low-volume node below the close' },
    { suffix: 'strength', unit: 'number', doc: 'Share of the volume at the point of control' },
    { suffix: 'concentration', unit: 'number', doc: '1 - normalised entropy: 0 even, 1 all at one price; to 9 decimals' },
  ],
  warmUp: () => [0, 0, 0, 0, 0, 0, 0, 0, 0],
  needs: ['volume', 'flow'],
  create({ rows, percent }, { tick_size }) {
    let volumes: VolumeProfile | undefined
    /** False once the trades of a bar with volume are not known: the rest of the session cannot be told. */
    let is_whole = true
    const take = ({ flow, volume }: Candle): void => {
      if (flow === undefined) {
        is_whole = is_whole && volume === 0
        return
      }
      for (let n = 0; n < flow.prices.length; n++) {
        const price = flow.prices[n]!
        volumes ??= new VolumeProfile(
          profileBin(flow.previous_close > 0 ? flow.previous_close : price, tick_size),
          rows === 2 ? 'two_row' : 'one_row',
          percent,
        )
        volumes.add(price, flow.volumes[n]!)
      }
    }
    const update = (candle: Candle, out: Float64Array): void => {
      take(candle)
      if (volumes === undefined || !is_whole) out.fill(Number.NaN)
      else tell(volumes, candle.close, out)
    }
    return manyValues(9, update, () => {
      volumes = undefined
      is_whole = true
    })
  },
}

function tell(volumes: VolumeProfile, close: number, out: Float64Array): void {
  const { high, low } = volumes.nodes()
  out[0] = volumes.poc
  out[1] = volumes.vah
  out[2] = volumes.val
  out[3] = firstAbove(high, close)
  out[4] = lastBelow(high, close)
  out[5] = firstAbove(low, close)
  out[6] = lastBelow(low, close)
  out[7] = volumes.strength
  out[8] = volumes.concentration
}

const firstAbove = (prices: readonly number[], price: number): number => prices.find((node) => node > price) ?? Number.NaN
const lastBelow = (prices: readonly number[], price: number): number => prices.findLast((node) => node < price) ?? Number.NaN
