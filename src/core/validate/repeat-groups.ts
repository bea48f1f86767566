import { keyOf, type LogSide } from './compared.js'

/** Lines of a log that say the same: the same instrument, pattern and direction, and the same id or the same time. */
export class RepeatGroups {
  readonly #groups = new Map<LogSide, LogSide[]>()

  /** `ids`: those of the replay; lines with one of them are the same alert whatever else they say. `log` in a total order. */
  constructor(log: readonly LogSide[], ids: ReadonlySet<string>) {
    const first_of = new Map<string, LogSide>()
    const leader = new Map<LogSide, LogSide>()
    const leaderOf = (side: LogSide): LogSide => {
      const above = leader.get(side)
      return above === undefined || above === side ? side : leaderOf(above)
    }
    for (const side of log) {
      leader.set(side, side)
      for (const name of namesOf(side, ids)) {
        const first = first_of.get(name)
        if (first === undefined) first_of.set(name, side)
        else leader.set(leaderOf(side), leaderOf(first))
      }
    }
    const members = new Map<LogSide, LogSide[]>()
    for (const side of log) {
      const first = leaderOf(side)
      const group = members.get(first) ?? []
      group.push(side)
      members.set(first, group)
      this.#groups.set(side, group)
    }
  }

  /** All lines that say what this one says, itself included, in their order. */
  of(side: LogSide): readonly LogSide[] {
    return this.#groups.get(side) ?? []
  }
}

function namesOf(side: LogSide, ids: ReadonlySet<string>): string[] {
  const { alert_id } = side.alert
  const by_time = `${keyOf(side)}|${side.time_ms}`
  if (alert_id === undefined) return [by_time]
  return [by_time, ids.has(alert_id) ? `id ${alert_id}` : `id ${alert_id}|${keyOf(side)}`]
}
