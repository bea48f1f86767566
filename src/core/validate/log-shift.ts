import { hasSameNumbers, IST_SHIFT_MS, keyOf, type LogSide, MINUTE_APART_MS, type ReplaySide } from './compared.js'

/** No two zones are further apart, and all are whole quarters of an hour. */
const STEP_MS = 900_000
const STEPS_MAX = 14 * 4

/** Every shift that a zone can cause, the smallest first, ahead of before behind. */
const SHIFTS: readonly number[] = Array.from({ length: STEPS_MAX }, (_, n) => (n + 1) * STEP_MS).flatMap((shift) => [
  shift,
  -shift,
])

/** So many alerts that meet theirs are no chance, whatever their numbers. */
const SURE_COUNT = 5

/**
 * By how much the clock of the whole log is ahead of the replay's, ms; 0 when it is not shifted. A shift is believed when it makes more than half
 * of the alerts that the replay could have meet theirs within a minute, more than meet them without it, and five of them, or one with the same
 * id or the same numbers.
 */
export function shiftOfLog(log: readonly LogSide[], replay: readonly ReplaySide[]): number {
  const known = knownOf(log, replay)
  const meetingsAt = (shift_ms: number): Known[] =>
    known.filter(({ side, own }) => own.some((other) => isMeeting(side, other, shift_ms)))
  let best = { shift_ms: 0, count: meetingsAt(0).length }
  for (const shift_ms of SHIFTS) {
    const meetings = meetingsAt(shift_ms)
    const count = meetings.length
    if (count <= best.count || count * 2 <= known.length) continue
    if (count >= SURE_COUNT || meetings.some((known_one) => isProven(known_one, shift_ms))) best = { shift_ms, count }
  }
  return best.shift_ms
}

/** An alert of the log, and all of the replay that it could be. */
interface Known {
  readonly side: LogSide
  readonly own: readonly ReplaySide[]
}

const isMeeting = (side: LogSide, other: ReplaySide, shift_ms: number): boolean =>
  Math.abs(side.time_ms - shift_ms - other.time_ms) < MINUTE_APART_MS

const isProven = ({ side, own }: Known, shift_ms: number): boolean =>
  own.some(
    (other) =>
      isMeeting(side, other, shift_ms) &&
      (side.alert.alert_id === other.alert.alert_id || hasSameNumbers(side.alert, other.alert)),
  )

/**
 * The same for a log of which the replay knows nothing: 5:30 ahead or behind, when every alert is outside of the session and that brings every one
 * of them into it, and they are five or more.
 */
export function shiftIntoSession(times_ms: readonly number[], isWithin: (n: number, time_ms: number) => boolean): number {
  if (times_ms.length < SURE_COUNT || times_ms.some((time_ms, n) => isWithin(n, time_ms))) return 0
  return [IST_SHIFT_MS, -IST_SHIFT_MS].find((shift_ms) => times_ms.every((time_ms, n) => isWithin(n, time_ms - shift_ms))) ?? 0
}

function knownOf(log: readonly LogSide[], replay: readonly ReplaySide[]): Known[] {
  const by_name = new Map<string, ReplaySide[]>()
  for (const side of replay)
    for (const name of [keyOf(side), `id ${side.alert.alert_id}`]) {
      const own = by_name.get(name)
      if (own === undefined) by_name.set(name, [side])
      else own.push(side)
    }
  return log.flatMap((side) => {
    const own = by_name.get(`id ${side.alert.alert_id}`) ?? by_name.get(keyOf(side))
    return own === undefined ? [] : [{ side, own }]
  })
}
