import type { Calendar, SessionPhase } from '../market/index.js'
import type { Random } from '../random.js'
import type { Universe } from './universe.js'

/** Instruments that share their hours. */
export interface HoursGroup {
  readonly phases: readonly SessionPhase[]
  readonly listings: readonly number[]
  /** The `continuous` phase running now; undefined when none is. */
  running: SessionPhase | undefined
}

/** Something that happens to one instrument at a set moment, outside the flow of the continuous session. */
export interface Appointment {
  kind:
    | 'start_of_day'
    | 'indicative'
    | 'auction'
    | 'index_preview'
    | 'closing_auction'
    | 'last_snapshot'
    | 'official_close'
    | 'post_close'
  at_ms: number
  /** When it happened at the exchange, where that is earlier than the moment it is told. */
  exchange_ms: number
  listing: number
}

/** Who speaks when: all that does not depend on prices. */
export interface Timetable {
  readonly groups: readonly HoursGroup[]
  /** Hours group of each listing. */
  readonly group_of: Int32Array
  /** In order of time, then listing. */
  readonly appointments: readonly Appointment[]
}

/** What the calendar says of the day, as groups of equal hours and a list of appointments. */
export function createTimetable(universe: Universe, calendar: Calendar, random: Random, start_s: number): Timetable {
  const groups: { phases: readonly SessionPhase[]; listings: number[]; running: undefined }[] = []
  const known = new Map<string, number>()
  const group_of = Int32Array.from(universe.listings, ({ instrument }, listing) => {
    const { phases } = calendar.sessionOf(instrument, universe.day)
    const key = phases.map((phase) => `${phase.phase}${phase.start_s}-${phase.end_s}`).join()
    const group = known.get(key) ?? groups.push({ phases, listings: [], running: undefined }) - 1
    known.set(key, group)
    groups[group]!.listings.push(listing)
    return group
  })
  const appointments = universe.listings.flatMap((listing, index) =>
    appointmentsOf({
      listing: index,
      index: listing.instrument.instrument_type === 'INDEX',
      cash: listing.instrument.asset_class === 'equity_cash',
      phases: groups[group_of[index]!]!.phases,
      start_s,
      random,
    }),
  )
  appointments.sort((a, b) => a.at_ms - b.at_ms || a.listing - b.listing)
  return { groups, group_of, appointments }
}

interface Booking {
  listing: number
  index: boolean
  cash: boolean
  phases: readonly SessionPhase[]
  start_s: number
  random: Random
}

function appointmentsOf({ listing, index, cash, phases, start_s, random }: Booking): Appointment[] {
  const made: Appointment[] = []
  const book = (kind: Appointment['kind'], exchange_s: number, told_after_ms = 0): void => {
    const exchange_ms = Math.floor(exchange_s * 1000)
    made.push({ kind, at_ms: exchange_ms + told_after_ms, exchange_ms, listing })
  }
  const continuous = phases.filter((phase) => phase.phase === 'continuous')
  const first = phases[0]
  const last = continuous.at(-1)
  if (first === undefined || last === undefined) return made
  const pre_open = phases.find((phase) => phase.phase === 'pre_open')
  if (index) {
    book('index_preview', continuous[0]!.start_s - 420 + random.unit() * 60)
    return made
  }
  // Volume back to 0: said to every instrument before it can trade.
  book(
    'start_of_day',
    pre_open === undefined
      ? Math.max(start_s + 8 + random.unit() * 20, first.start_s - 600 + random.unit() * 300)
      : first.start_s + 4 + random.unit() * 50,
  )
  if (pre_open !== undefined) {
    for (let n = random.below(5); n >= 0; n--) book('indicative', pre_open.start_s + 60 + random.unit() * 350)
    if (random.unit() < 0.93) book('auction', pre_open.start_s + 420 + random.unit() * 59, 300 + random.below(2500))
  }
  for (const part of continuous) if (random.unit() < 0.8) book('last_snapshot', part.end_s, random.below(900))
  const closing = phases.find((phase) => phase.phase === 'closing_auction')
  if (closing !== undefined) {
    for (let n = random.below(5); n >= 0; n--) book('indicative', closing.start_s + 320 + random.unit() * 400)
    book('closing_auction', closing.start_s + 900 + random.unit() * 59, 300 + random.below(2500))
  }
  if (cash) book('official_close', Math.max(last.end_s, closing?.end_s ?? 0) + 240 + random.unit() * 150)
  const post_close = phases.find((phase) => phase.phase === 'post_close')
  if (cash && post_close !== undefined && random.unit() < 0.5)
    book('post_close', post_close.start_s + 20 + random.unit() * 900, 400)
  return made
}
