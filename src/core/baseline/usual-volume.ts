import { minutesOf, type SessionFigures } from './session-figures.js'

/** 3.14: with fewer sessions nothing is usual. */
export const SESSIONS_MIN = 5
/** Sessions that a median looks back on. */
export const SESSIONS_MAX = 20
/** Lengths that differ by more are no change of regime: a half day, or an evening session. */
const LENGTH_CHANGE_MAX = 0.1
/** A session of which less is known says nothing of the volume of a day. */
const KNOWN_SHARE_MIN = 0.9

/** Hours of the session whose volume is to be compared. */
export type SessionShape = Pick<SessionFigures, 'hours' | 'expiry_day'>

/** Cumulative volume of one session. */
interface VolumeCurve {
  readonly minutes: number
  /** Traded in the first n minutes. */
  readonly traded: Float64Array
  /** Unknown among the first n minutes. */
  readonly unknown: Float64Array
}

/**
 * Median volume of any stretch of a session over earlier ones (domain 3.14). Compared with sessions of the same hours; with those that begin at
 * the same time of day and differ in length by at most a tenth (a regime of hours has changed, as on 2026-08-03) after stretching their minutes
 * to the length of this one; half days and split sessions with nothing. Options are compared on days on which contracts of their underlying
 * expire with such days, on others with others. A stretch that a recording did not cover does not count for that session.
 */
export class UsualVolume {
  readonly #minutes: number
  readonly #curves: readonly VolumeCurve[]
  /** Reused: volumes in ascending order. */
  readonly #sorted = new Float64Array(SESSIONS_MAX)
  #day_volume: number | undefined

  /** `sessions`: earlier ones, oldest first. */
  constructor(sessions: readonly SessionFigures[], today: SessionShape) {
    this.#minutes = minutesOf(today)
    const comparable = sessions.filter((session) => session.volume !== undefined && isComparable(session, today))
    this.#curves = comparable.slice(-SESSIONS_MAX).map(curveOf)
    this.#day_volume = meanOfDays(this.#curves)
  }

  /** Mean volume of a session; undefined when none is known well enough. */
  get day_volume(): number | undefined {
    return this.#day_volume
  }

  /** Of `minutes` minutes from minute `minute` on; undefined with fewer than 5 sessions, and outside the session. */
  median(minute: number, minutes: number): number | undefined {
    if (this.#curves.length < SESSIONS_MIN) return undefined
    if (!(minute >= 0 && minutes > 0 && minute + minutes <= this.#minutes)) return undefined
    let count = 0
    for (const curve of this.#curves) {
      const stretch = curve.minutes / this.#minutes
      const volume = volumeOf(curve, minute * stretch, (minute + minutes) * stretch)
      if (volume >= 0) this.#insert(volume, count++)
    }
    if (count < SESSIONS_MIN) return undefined
    const middle = count >> 1
    const upper = this.#sorted[middle] as number
    return count % 2 === 1 ? upper : ((this.#sorted[middle - 1] as number) + upper) / 2
  }

  #insert(volume: number, count: number): void {
    let at = count
    for (; at > 0 && (this.#sorted[at - 1] as number) > volume; at--) this.#sorted[at] = this.#sorted[at - 1] as number
    this.#sorted[at] = volume
  }
}

function isComparable(session: SessionFigures, today: SessionShape): boolean {
  if (session.hours.length !== 1 || today.hours.length !== 1 || session.expiry_day !== today.expiry_day) return false
  if (session.hours[0]?.[0] !== today.hours[0]?.[0]) return false
  return Math.abs(minutesOf(session) - minutesOf(today)) <= LENGTH_CHANGE_MAX * minutesOf(today)
}

function curveOf({ hours, volume = [], unknown: missing }: SessionFigures): VolumeCurve {
  const minutes = minutesOf({ hours })
  const traded = new Float64Array(minutes + 1)
  const unknown = new Float64Array(minutes + 1)
  for (const [from, to] of missing) for (let minute = from; minute < to; minute++) unknown[minute + 1] = 1
  for (let minute = 0; minute < minutes; minute++) {
    traded[minute + 1] = (traded[minute] as number) + (volume[minute] ?? 0)
    unknown[minute + 1] = (unknown[minute] as number) + (unknown[minute + 1] as number)
  }
  return { minutes, traded, unknown }
}

/** Traded in `[from, to)`, parts of a minute by the clock; NaN where a part of it is not known. */
function volumeOf(curve: VolumeCurve, from: number, to: number): number {
  const { unknown } = curve
  if ((unknown[Math.ceil(to)] as number) > (unknown[Math.floor(from)] as number)) return Number.NaN
  return tradedUntil(curve, to) - tradedUntil(curve, from)
}

function tradedUntil({ traded }: VolumeCurve, minute: number): number {
  const whole = Math.floor(minute)
  const before = traded[whole] as number
  const part = minute - whole
  return part > 0 ? before + part * ((traded[whole + 1] as number) - before) : before
}

function meanOfDays(curves: readonly VolumeCurve[]): number | undefined {
  const known = curves.filter(({ minutes, unknown }) => (unknown[minutes] as number) <= (1 - KNOWN_SHARE_MIN) * minutes)
  if (known.length === 0) return undefined
  return known.reduce((sum, { minutes, traded }) => sum + (traded[minutes] as number), 0) / known.length
}
