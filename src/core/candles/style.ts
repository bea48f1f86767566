import { usageError } from '../errors.js'
import type { Candle } from '../market/index.js'
import { HeikinAshi } from './heikin-ashi.js'
import type { TimeBarOptions } from './time-bar-options.js'

/** How candles are drawn. `plain` is as they traded. */
export const CANDLE_STYLES = ['plain', 'heikin-ashi'] as const
export type CandleStyle = (typeof CANDLE_STYLES)[number]

/** The listener to give candles to so that `emit` gets them in the style asked for. */
export function inStyle(style: CandleStyle, bars: TimeBarOptions, emit: (candle: Candle) => void): (candle: Candle) => void {
  if (style === 'plain') return emit
  if (bars.late === 'revise') {
    throw usageError(
      'style_with_revisions',
      'Heikin-Ashi draws each candle from the one before, so a revised candle would change all that were told after it: expected late trades dropped.',
      'mds candles --style heikin-ashi --late drop',
    )
  }
  const heikin_ashi = new HeikinAshi()
  return (candle) => emit(heikin_ashi.redraw(candle))
}
