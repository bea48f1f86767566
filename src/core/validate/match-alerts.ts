import {
  agreesInState,
  byLogged,
  byReplayed,
  hasSameNumbers,
  IST_SHIFT_MS,
  keyOf,
  type LogSide,
  MINUTE_APART_MS,
  type ReplaySide,
} from './compared.js'
import { nearestPairs } from './nearest-pairs.js'
import { RepeatGroups } from './repeat-groups.js'

/** Which alert of the log is which of the replay. Each is in one place only. */
export interface Matching {
  readonly pairs: readonly MatchedPair[]
  /** Lines that tell again what another line tells. */
  readonly repeated: readonly { readonly logged: LogSide; readonly of: LogSide }[]
  readonly extra: readonly LogSide[]
  readonly missing: readonly ReplaySide[]
}

/** An alert that both sides have. */
export interface MatchedPair {
  readonly logged: LogSide
  readonly replayed: ReplaySide
}

/** Alerts of one instrument, pattern and direction nearer than this are the same one: the shortest cooldown of a pattern. */
const SAME_ALERT_MS = 900_000
/** Clocks of two systems agree to the second. */
const SECOND_MS = 1000

/**
 * Finds for each alert of the log its one in the replay. Asked in this order, each time of those still free: the same id; the same instrument,
 * pattern, direction and time; the same of these and the same bar; the nearest of these within 15 minutes; another direction within a minute;
 * another instrument within a minute with all numbers equal; the same one 5:30 hours off with all numbers equal. Ties go to the alert that comes
 * first by time, instrument, pattern, direction, confidence, price, id and line. Of lines that say the same, one is paired.
 */
export function matchAlerts(log: readonly LogSide[], replay: readonly ReplaySide[]): Matching {
  const matcher = new Matcher([...log].sort(byLogged), [...replay].sort(byReplayed))
  matcher.byId()
  matcher.exactly((side) => keyOf(side))
  matcher.byBar()
  matcher.noteRepeats()
  matcher.nearest(keyOf, SAME_ALERT_MS)
  matcher.nearest(({ subject }) => subject, MINUTE_APART_MS)
  matcher.byNumbers()
  matcher.byShift()
  return matcher.finish()
}

class Matcher {
  readonly #log: readonly LogSide[]
  readonly #replay: readonly ReplaySide[]
  readonly #groups: RepeatGroups
  readonly #pairs: MatchedPair[] = []
  readonly #repeated: { logged: LogSide; of: LogSide }[] = []
  readonly #free_log: Set<LogSide>
  readonly #free_replay: Set<ReplaySide>

  constructor(log: readonly LogSide[], replay: readonly ReplaySide[]) {
    this.#log = log
    this.#replay = replay
    this.#free_log = new Set(log)
    this.#free_replay = new Set(replay)
    this.#groups = new RepeatGroups(log, new Set(replay.map(({ alert }) => alert.alert_id)))
  }

  byId(): void {
    const by_id = grouped(this.#log, ({ alert }) => alert.alert_id)
    for (const replayed of this.#replay) {
      const { alert } = replayed
      const lines = (by_id.get(alert.alert_id) ?? []).filter((side) => side.alert.pattern === alert.pattern)
      const logged = lines.reduce<LogSide | undefined>(
        (best, side) => (best === undefined || isNearer(side, best, replayed) ? side : best),
        undefined,
      )
      if (logged !== undefined) this.#pair(logged, replayed)
    }
  }

  /** One to one among those of the same name and time; those with the same numbers first. */
  exactly(nameOf: (side: LogSide | ReplaySide) => string): void {
    const nameAndTime = (side: LogSide | ReplaySide): string => `${nameOf(side)}|${side.time_ms}`
    const by_name = grouped(this.#freeReplay(), nameAndTime)
    for (const is_same of [true, false])
      for (const logged of this.#freeLog()) {
        const replayed = by_name
          .get(nameAndTime(logged))
          ?.find(
            (side) =>
              this.#free_replay.has(side) &&
              agreesInState(logged.alert, side.alert) &&
              (!is_same || hasSameNumbers(logged.alert, side.alert)),
          )
        if (replayed !== undefined) this.#pair(logged, replayed)
      }
  }

  byBar(): void {
    const by_bar = grouped(this.#freeReplay(), (side) => `${keyOf(side)}|${side.alert.bar_start_ms}`)
    for (const logged of this.#representatives()) {
      const sides = logged.bar_start_ms === undefined ? [] : (by_bar.get(`${keyOf(logged)}|${logged.bar_start_ms}`) ?? [])
      const replayed = sides.find((side) => this.#free_replay.has(side) && agreesInState(logged.alert, side.alert))
      if (replayed !== undefined) this.#pair(logged, replayed)
    }
  }

  nearest(nameOf: (side: LogSide | ReplaySide) => string, window_ms: number): void {
    const replay = grouped(this.#freeReplay(), nameOf)
    for (const [name, lines] of grouped(this.#representatives(), nameOf)) {
      const rule = { window_ms, allows: (a: LogSide, b: ReplaySide) => agreesInState(a.alert, b.alert) }
      for (const [logged, replayed] of nearestPairs(lines, replay.get(name) ?? [], rule)) this.#pair(logged, replayed)
    }
    this.noteRepeats()
  }

  /** The same claim, told of another instrument. */
  byNumbers(): void {
    const replay = grouped(this.#freeReplay(), ({ alert }) => `${alert.pattern}|${alert.direction}`)
    for (const logged of this.#representatives()) {
      const { alert } = logged
      const near = (replay.get(`${alert.pattern}|${alert.direction}`) ?? []).filter(
        (side) =>
          this.#free_replay.has(side) &&
          Math.abs(side.time_ms - logged.time_ms) < MINUTE_APART_MS &&
          agreesInState(alert, side.alert) &&
          hasSameNumbers(alert, side.alert),
      )
      const [replayed] = near.sort((a, b) => distance(a, logged) - distance(b, logged))
      if (replayed !== undefined) this.#pair(logged, replayed)
    }
    this.noteRepeats()
  }

  /** Some lines only have Indian time taken for UTC, or the reverse. */
  byShift(): void {
    const replay = grouped(this.#freeReplay(), keyOf)
    for (const logged of this.#representatives()) {
      const replayed = replay
        .get(keyOf(logged))
        ?.find(
          (side) =>
            this.#free_replay.has(side) &&
            Math.abs(distance(side, logged) - IST_SHIFT_MS) < SECOND_MS &&
            agreesInState(logged.alert, side.alert) &&
            hasSameNumbers(logged.alert, side.alert),
        )
      if (replayed !== undefined) this.#pair(logged, replayed)
    }
    this.noteRepeats()
  }

  /** Lines still free that tell again what a line that has its pair tells. */
  noteRepeats(): void {
    const by_key = grouped(
      this.#pairs.map(({ logged }) => logged),
      keyOf,
    )
    for (const logged of this.#freeLog()) {
      const of =
        this.#groups.of(logged).find((side) => !this.#free_log.has(side)) ??
        by_key.get(keyOf(logged))?.find((side) => isSentAgain(logged, side))
      if (of !== undefined) this.#repeat(logged, of)
    }
  }

  finish(): Matching {
    const extra: LogSide[] = []
    for (const logged of this.#freeLog()) {
      const [first] = this.#groups.of(logged)
      if (first === undefined || first === logged) extra.push(logged)
      else this.#repeat(logged, first)
    }
    return { pairs: this.#pairs, repeated: this.#repeated, extra, missing: this.#freeReplay() }
  }

  #pair(logged: LogSide, replayed: ReplaySide): void {
    this.#pairs.push({ logged, replayed })
    this.#free_log.delete(logged)
    this.#free_replay.delete(replayed)
  }

  #repeat(logged: LogSide, of: LogSide): void {
    this.#repeated.push({ logged, of })
    this.#free_log.delete(logged)
  }

  #freeLog(): LogSide[] {
    return this.#log.filter((side) => this.#free_log.has(side))
  }

  #freeReplay(): ReplaySide[] {
    return this.#replay.filter((side) => this.#free_replay.has(side))
  }

  /** Of lines that say the same, the first. */
  #representatives(): LogSide[] {
    return this.#freeLog().filter((side) => this.#groups.of(side).find((one) => this.#free_log.has(one)) === side)
  }
}

/** Sent again without an id, or under another: within a minute, with the same numbers. */
const isSentAgain = (logged: LogSide, earlier: LogSide): boolean => {
  const { confidence, prices } = earlier.alert
  const told = Object.entries(prices)
  return (
    distance(logged, earlier) < MINUTE_APART_MS &&
    (confidence !== undefined || told.length > 0) &&
    logged.alert.confidence === confidence &&
    told.every(([name, price]) => logged.alert.prices[name as keyof typeof prices] === price)
  )
}

const distance = (a: { time_ms: number }, b: { time_ms: number }): number => Math.abs(a.time_ms - b.time_ms)

/** Of lines with one id, that which differs least: in instrument and direction, then in time, then in numbers; else the first. */
function isNearer(side: LogSide, best: LogSide, replayed: ReplaySide): boolean {
  const [is_same, is_best_same] = [keyOf(side) === keyOf(replayed), keyOf(best) === keyOf(replayed)]
  if (is_same !== is_best_same) return is_same
  const [far, best_far] = [distance(side, replayed), distance(best, replayed)]
  if (far !== best_far) return far < best_far
  return hasSameNumbers(side.alert, replayed.alert) && !hasSameNumbers(best.alert, replayed.alert)
}

/** In the order of the list, by name; those without one are left out. */
function grouped<T>(list: readonly T[], nameOf: (one: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const name = nameOf(one)
    if (name === undefined) continue
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [one])
    else group.push(one)
  }
  return groups
}
