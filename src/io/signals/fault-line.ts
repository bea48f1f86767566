import type { DetectorFault } from '../../core/patterns/index.js'
import { formatClock } from '../../core/time/index.js'

/** `my_pattern was switched off at 10:31:00 on RELIANCE: it threw TypeError: ...` */
export const faultLine = ({ pattern_id, instrument, at_ms, kind, message }: DetectorFault): string =>
  `${pattern_id} was switched off at ${formatClock(at_ms)} on ${instrument.symbol}: it ${kind === 'threw' ? 'threw' : 'answered rubbish:'} ${message}. The others went on.`
