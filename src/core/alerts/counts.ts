import { type Alert, SUPPRESS_REASONS, type SuppressReason, TRANSITIONS, type Transition } from './alert.js'

/** How many records of which kind a desk has made. */
export interface AlertCounts {
  readonly emitted: number
  readonly suppressed: Readonly<Record<SuppressReason, number>>
  readonly transitions: Readonly<Record<Transition, number>>
  /** What was to be done with the legs of alerts. */
  readonly leg_events: number
  /** Notes that two contrary claims cancelled each other. */
  readonly conflicts: number
  readonly by_pattern: ReadonlyMap<string, { readonly emitted: number; readonly suppressed: number }>
}

/** Counts records as they are made. */
export class AlertCounter implements AlertCounts {
  emitted = 0
  conflicts = 0
  leg_events = 0
  readonly suppressed = zeros(SUPPRESS_REASONS)
  readonly transitions = zeros(TRANSITIONS)
  readonly by_pattern = new Map<string, { emitted: number; suppressed: number }>()

  add({ state, suppress_reason, detection: { pattern } }: Alert): void {
    if (state === 'conflict') this.conflicts++
    else if (state === 'leg_event') this.leg_events++
    else if (state === 'emitted' || state === 'suppressed') {
      const of_pattern = this.by_pattern.get(pattern.id) ?? { emitted: 0, suppressed: 0 }
      this.by_pattern.set(pattern.id, of_pattern)
      of_pattern[state]++
      if (suppress_reason === undefined) this.emitted++
      else this.suppressed[suppress_reason]++
    } else this.transitions[state]++
  }
}

function zeros<K extends string>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>
}
