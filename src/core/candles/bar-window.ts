import type { Session, SessionPhase } from '../market/index.js'

/** A bar of the last minutes of a session waits this long for trades told late; every other bar as below. Both senses: exchange time and clock. */
const LAST_BAR_WAIT_S = 60
const LATENESS_S = 2
const CLOCK_WAIT_S = 5

/** Index of the phase that holds a second, or -1. */
export function phaseAt(session: Session, time_s: number): number {
  return session.phases.findIndex(({ start_s, end_s }) => time_s >= start_s && time_s < end_s)
}

/** The bar of `length_s` that holds a second of a continuous phase; bars are anchored at the phase's start, the last may be shorter. */
export function barAround(phase: SessionPhase, time_s: number, length_s: number): { start_s: number; end_s: number } {
  const start_s = phase.start_s + Math.floor((time_s - phase.start_s) / length_s) * length_s
  return { start_s, end_s: Math.min(start_s + length_s, phase.end_s) }
}

/** Exchange seconds that must pass beyond the end of a bar before it is final. */
export const latenessOf = (end_s: number, session: Session): number => (endsPhase(end_s, session) ? LAST_BAR_WAIT_S : LATENESS_S)
/** Seconds of virtual time that end the waiting when the exchange sends nothing. */
export const clockWaitOf = (end_s: number, session: Session): number =>
  endsPhase(end_s, session) ? LAST_BAR_WAIT_S : CLOCK_WAIT_S

function endsPhase(end_s: number, session: Session): boolean {
  for (const phase of session.phases) if (phase.phase === 'continuous' && phase.end_s === end_s) return true
  return false
}

/** First and last second of regular trading, auctions at the close included: what the bar of the day covers. */
export function tradingSpan(session: Session): { start_s: number; end_s: number } {
  const continuous = session.phases.filter((phase) => phase.phase === 'continuous')
  const closing = session.phases.filter((phase) => phase.phase === 'closing_auction')
  return { start_s: continuous[0]?.start_s ?? 0, end_s: (closing.at(-1) ?? continuous.at(-1))?.end_s ?? 0 }
}

export const sessionEnd = (session: Session): number => session.phases.at(-1)?.end_s ?? 0
