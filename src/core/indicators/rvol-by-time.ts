import type { Candle, Session } from '../market/index.js'
import { manyValues } from './bar-by-bar.js'
import { coldStartShare } from './cold-start.js'
import type { Indicator, IndicatorDefinition, IndicatorSurroundings, VolumeBaseline } from './indicator.js'
import { continuousMinutes, minutesOf } from './session-minute.js'

const outputs = (doc: string) =>
  [
    { suffix: '', unit: 'number', doc },
    {
      suffix: 'profile',
      unit: 'number',
      doc: '1 where the usual volume is a general profile of the day, not its own history; else 0',
    },
  ] as const

/** Volume of the bar against the median of earlier sessions at this time. */
export const rvolTod: IndicatorDefinition<never> = {
  id: 'rvol_tod',
  summary: 'Volume against what is usual at this time of day',
  source: 'mds: over the median of the same minutes of earlier sessions',
  parameters: {},
  outputs: outputs('1 is usual; none without a baseline'),
  warmUp: () => [0, 0],
  needs: ['volume', 'baseline'],
  create: (_, surroundings) =>
    againstUsual(surroundings, {
      volumeOf: (candle) => candle.volume,
      usualOf: (baseline, minute, minutes) => baseline.usualVolume(minute, minutes),
      from: (minute) => minute,
    }),
}

/** Volume since the open against the median of earlier sessions. */
export const rvolCum: IndicatorDefinition<never> = {
  id: 'rvol_cum',
  summary: 'Volume since the open against what is usual by this time',
  source: 'mds: over the median of the same minutes of earlier sessions',
  parameters: {},
  outputs: outputs('1 is usual; none without a baseline'),
  warmUp: () => [0, 0],
  needs: ['volume', 'baseline'],
  create(_, surroundings) {
    let so_far = 0
    return againstUsual(surroundings, {
      volumeOf(candle) {
        so_far += candle.volume
        return so_far
      },
      usualOf: (baseline, minute, minutes) => baseline.usualVolumeSoFar(minute + minutes),
      from: () => 0,
      beginSession() {
        so_far = 0
      },
    })
  },
}

interface Comparison {
  volumeOf(candle: Candle): number
  usualOf(baseline: VolumeBaseline, minute: number, minutes: number): number | undefined
  /** Minute from which on volume counts. */
  from(minute: number): number
  beginSession?(): void
}

function againstUsual({ baselineOf, sessionOf }: IndicatorSurroundings, comparison: Comparison): Indicator {
  let session: Session | undefined
  let baseline: VolumeBaseline | undefined
  const update = (candle: Candle, out: Float64Array): void => {
    if (session === undefined) {
      session = sessionOf(candle)
      baseline = baselineOf(candle)
    }
    const volume = comparison.volumeOf(candle)
    const { minute, minutes } = minutesOf(candle, session)
    out[0] = out[1] = Number.NaN
    if (baseline === undefined || candle.volume_na || Number.isNaN(minute)) return
    const own = comparison.usualOf(baseline, minute, minutes)
    const share = coldStartShare(comparison.from(minute), minute + minutes, continuousMinutes(session))
    const usual = own ?? (baseline.day_volume ?? Number.NaN) * share
    if (!(usual > 0)) return
    out[0] = volume / usual
    out[1] = own === undefined ? 1 : 0
  }
  return manyValues(2, update, () => {
    session = undefined
    comparison.beginSession?.()
  })
}
