import type { Detection, QualityFault } from './detection.js'
import { TRAP_ID, trapMultiplier } from './options/trap-multiplier.js'
import type { Direction, PatternDefinition } from './pattern.js'
import type { PatternView } from './view.js'

/** 5.0: confidence is multiplied when the last packet is so old at the end of the bar, or the spread so wide. */
const STALE_MS = 5000
const STALE_FACTOR = 0.9
const WIDE_BPS = 10
const WIDE_FACTOR = 0.9
/** An option whose spread is above 3 % of its middle carries no alert. */
const OPTION_SPREAD_MAX_BPS = 300
const FIRST_MS = 60_000
const LAST_MS = 5 * 60_000

/** What the data of the moment does to the confidence of every claim about the instrument. */
export function qualityOf(
  view: PatternView,
  { pattern, direction }: { pattern: Pick<PatternDefinition, 'id'>; direction: Direction },
): Pick<Detection, 'multipliers' | 'quality_fault'> {
  const multipliers: Record<string, number> = {}
  const trap = direction === 'NEUTRAL' || pattern.id === TRAP_ID ? 1 : trapMultiplier(view)
  if (trap < 1) multipliers.trap = trap
  if (view.stale_ms > STALE_MS) multipliers.stale = STALE_FACTOR
  const is_option = view.instrument.instrument_type === 'CE' || view.instrument.instrument_type === 'PE'
  if (!is_option && view.spread_bps > WIDE_BPS) multipliers.spread = WIDE_FACTOR
  return { multipliers, quality_fault: faultOf(view, is_option) }
}

function faultOf(view: PatternView, is_option: boolean): QualityFault | undefined {
  if (!view.bar.complete) return 'incomplete_bar'
  if (is_option && view.spread_bps > OPTION_SPREAD_MAX_BPS) return 'wide_spread'
  if (view.now_ms <= view.open_ms + FIRST_MS) return 'first_minute'
  if (view.now_ms > view.close_ms - LAST_MS) return 'last_minutes'
  return undefined
}
