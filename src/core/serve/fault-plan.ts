import { Random } from '../random.js'
import { type WindowEnd, windowOn } from '../replay/index.js'
import { istDay, MINUTE_MS, type TimestampMs } from '../time/index.js'
import type { Fault, FaultAction } from './fault.js'

/** The trouble of a run. Always the same for the same virtual times, wherever the play begins and however often it is wound back. */
export interface FaultPlan {
  /** Faults in the half-open `(after_ms, until_ms]`, in the order in which they happen. */
  due(after_ms: TimestampMs, until_ms: TimestampMs): readonly Fault[]
  /** When the first fault after `after_ms` happens; undefined when none does, or none for a day. */
  nextAfter(after_ms: TimestampMs): TimestampMs | undefined
}

/** When a fault of a file happens: a time of day on the day that is played, a moment, or ms after the first record that is played. */
export type FaultTime = WindowEnd | { readonly kind: 'after'; readonly ms: number }

/** An entry of a fault file. */
export interface PlannedFault {
  readonly at: FaultTime
  readonly slot: number | undefined
  readonly action: FaultAction
}

/** Faults by a list. `first_ms`: the first record that is played. */
export function listedFaults(entries: readonly PlannedFault[], first_ms: TimestampMs): FaultPlan {
  const faults = entries
    .map(({ at, slot, action }): Fault => ({ at_ms: momentOf(at, first_ms), slot, action }))
    .sort((a, b) => a.at_ms - b.at_ms) // stable: those of one moment in the order of the list
  return {
    due: (after_ms, until_ms) => faults.filter(({ at_ms }) => at_ms > after_ms && at_ms <= until_ms),
    nextAfter: (after_ms) => faults.find(({ at_ms }) => at_ms > after_ms)?.at_ms,
  }
}

function momentOf(at: FaultTime, first_ms: TimestampMs): TimestampMs {
  return at.kind === 'after' ? first_ms + at.ms : windowOn(istDay(first_ms), at, undefined).from_ms
}

/** Every other minute has a fault. */
const FAULTS_PER_MINUTE = 0.5
/** Beyond a day without a fault nobody looks. */
const MINUTES_AHEAD_MAX = 24 * 60
/** Kite lets three sockets in. */
const SLOTS = 3
const ALL_SLOTS_SHARE = 0.4

/** Faults by chance: each minute of the clock has its own, drawn from the seed and the minute alone. */
export function seededFaults(seed: number): FaultPlan {
  const minuteOf = (ms: number): number => Math.floor(ms / MINUTE_MS)
  return {
    due(after_ms, until_ms) {
      if (after_ms === Number.NEGATIVE_INFINITY) return []
      const faults: Fault[] = []
      for (let minute = minuteOf(after_ms); minute <= minuteOf(until_ms); minute++) {
        const fault = faultOfMinute(seed, minute)
        if (fault !== undefined && fault.at_ms > after_ms && fault.at_ms <= until_ms) faults.push(fault)
      }
      return faults
    },
    nextAfter(after_ms) {
      const from = minuteOf(after_ms)
      for (let minute = from; minute < from + MINUTES_AHEAD_MAX; minute++) {
        const fault = faultOfMinute(seed, minute)
        if (fault !== undefined && fault.at_ms > after_ms) return fault.at_ms
      }
      return undefined
    },
  }
}

function faultOfMinute(seed: number, minute: number): Fault | undefined {
  const random = new Random(seed, `fault ${minute}`)
  if (random.unit() >= FAULTS_PER_MINUTE) return undefined
  const at_ms = minute * MINUTE_MS + random.below(MINUTE_MS)
  const slot = random.unit() < ALL_SLOTS_SHARE ? undefined : random.below(SLOTS)
  return { at_ms, slot, action: actionBy(random) }
}

const CLOSE_CODES = [1000, 1001, 1008, 1011, 1012] as const
const REFUSALS = [403, 429, 500] as const

/** One of each kind; `refuse` and `expire` for logins that come of a drop. */
function actionBy(random: Random): FaultAction {
  const seconds = (low: number, high: number): number => Math.round(random.between(low, high)) * 1000
  const away_ms = seconds(2, 20)
  const messages = 1 + random.below(4)
  const percent = random.unit() < 0.3 ? 100 : 10 + random.below(41)
  const actions: readonly FaultAction[] = [
    { fault: 'drop', away_ms },
    { fault: 'reset', away_ms },
    { fault: 'close', code: CLOSE_CODES[random.below(CLOSE_CODES.length)] ?? 1001, away_ms },
    { fault: 'stall', away_ms },
    { fault: 'half_frame', away_ms },
    { fault: 'silent', for_ms: seconds(5, 60), percent },
    { fault: 'no_heartbeat', for_ms: seconds(5, 60) },
    { fault: 'lose', messages },
    { fault: 'duplicate', messages },
    { fault: 'reorder', messages },
    { fault: 'delay', for_ms: seconds(2, 20), by_ms: seconds(1, 5) },
    { fault: 'malformed', messages },
    { fault: 'forget', percent },
    { fault: 'clock_step', by_ms: seconds(-30, 30) },
    { fault: 'refuse', status: REFUSALS[random.below(REFUSALS.length)] ?? 403, limit: { logins: messages } },
    { fault: 'hang', limit: { logins: 1 } },
    { fault: 'expire', for_ms: seconds(5, 30), access_token: undefined },
  ]
  return actions[random.below(actions.length)] ?? { fault: 'drop', away_ms }
}
