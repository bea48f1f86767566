import type { Instrument } from '../../core/market/index.js'
import type { Need } from '../../core/patterns/index.js'
import type { DaySignals } from './day-signals.js'
import type { SignalConfig } from './signal-config.js'

/** Detectors that lack an input say nothing: the run says so instead, one sentence each. */
export function missingInputs(
  { patterns }: SignalConfig,
  { baseline_path, notices }: DaySignals,
  instruments: readonly Instrument[],
): string[] {
  const needing = (need: Need): string[] =>
    patterns.filter(({ definition }) => definition.needs?.includes(need) === true).map(({ definition }) => definition.id)
  const has_options = instruments.some(({ instrument_type }) => instrument_type === 'CE' || instrument_type === 'PE')
  const idle = needing('option_chain')
  return [
    ...(baseline_path !== undefined
      ? []
      : [
          `No baseline: relative volume is against the 20 minutes before, levels and volatility of earlier days are unknown${listOf(needing('baseline'))}. Make one with mds baseline.`,
        ]),
    ...notices,
    ...(has_options || idle.length === 0 ? [] : [`No options among the instruments: ${idle.join(', ')} cannot speak.`]),
  ]
}

const listOf = (ids: readonly string[]): string => (ids.length === 0 ? '' : ` (${ids.join(', ')} cannot speak)`)
