import { byTime, GAP_CAUSES, type GapCause, type GapGrade, type RecordedGap, type TimeSpan } from '../recording/index.js'

/** One side of a merge: the instruments it carried, and what it missed of them. */
export interface SideGaps {
  readonly tokens: ReadonlySet<number>
  /** A gap without tokens concerns all that the side carried. */
  readonly gaps: readonly RecordedGap[]
}

interface Missing extends TimeSpan {
  readonly cause: GapCause
  readonly grade: GapGrade
}

/** From the weakest on: what several sides show together is as sure as the least sure of them. */
const GRADES: readonly GapGrade[] = ['weak', 'strong', 'certain']
const CAUSES: readonly string[] = Object.keys(GAP_CAUSES)

/** What is missing in the merged recording: for each instrument, the time in which every side that carried it had a gap. */
export function commonGaps(sides: readonly SideGaps[]): RecordedGap[] {
  const all = new Set(sides.flatMap(({ tokens }) => [...tokens]))
  const found = new Map<string, { missing: Missing; tokens: number[] }>()
  for (const { tokens, carriers } of groups(all, sides)) {
    for (const missing of carriers.reduce<readonly Missing[] | undefined>(intersection, undefined) ?? []) {
      const key = `${missing.from_ms} ${missing.to_ms} ${missing.cause} ${missing.grade}`
      const known = found.get(key)
      if (known === undefined) found.set(key, { missing, tokens: [...tokens] })
      else known.tokens.push(...tokens)
    }
  }
  return [...found.values()]
    .map(({ missing, tokens }): RecordedGap => {
      const { from_ms, to_ms, cause, grade } = missing
      const gap = { connection: 1, from_ms, to_ms, cause, grade }
      return tokens.length === all.size ? gap : { ...gap, tokens: tokens.sort((a, b) => a - b) }
    })
    .sort((a, b) => byTime(a, b) || (a.tokens?.[0] ?? 0) - (b.tokens?.[0] ?? 0))
}

interface Group {
  readonly tokens: number[]
  /** What each side that carries them missed of them. */
  readonly carriers: readonly (readonly Missing[])[]
}

/** Instruments that were carried by the same sides and missed in the same gaps: there are few such groups, and thousands of instruments. */
function groups(all: ReadonlySet<number>, sides: readonly SideGaps[]): Iterable<Group> {
  const named = sides.map(({ gaps }) => gaps.map(({ tokens }) => (tokens === undefined ? undefined : new Set(tokens))))
  const found = new Map<string, Group>()
  for (const token of all) {
    const missed = sides.map(({ tokens, gaps }, side) =>
      tokens.has(token) ? gaps.filter((_, n) => named[side]?.[n]?.has(token) ?? true) : undefined,
    )
    const key = missed.map((gaps, side) => gaps?.map((gap) => sides[side]?.gaps.indexOf(gap)).join(',') ?? '-').join(' ')
    const group = found.get(key)
    if (group === undefined) found.set(key, { tokens: [token], carriers: missed.filter((gaps) => gaps !== undefined) })
    else group.tokens.push(token)
  }
  return found.values()
}

function intersection(so_far: readonly Missing[] | undefined, gaps: readonly Missing[]): readonly Missing[] {
  if (so_far === undefined) return gaps
  return so_far.flatMap((a) =>
    gaps.flatMap((b) => {
      const from_ms = Math.max(a.from_ms, b.from_ms)
      const to_ms = Math.min(a.to_ms, b.to_ms)
      return from_ms < to_ms ? [{ from_ms, to_ms, cause: causeOf(a, b), grade: weaker(a.grade, b.grade) }] : []
    }),
  )
}

/** Of the gap that began last: it took away what was left. */
function causeOf(a: Missing, b: Missing): GapCause {
  if (a.from_ms !== b.from_ms) return a.from_ms > b.from_ms ? a.cause : b.cause
  return CAUSES.indexOf(a.cause) <= CAUSES.indexOf(b.cause) ? a.cause : b.cause
}

const weaker = (a: GapGrade, b: GapGrade): GapGrade => (GRADES.indexOf(a) <= GRADES.indexOf(b) ? a : b)
