import type { GapCause, GapGrade, RecordedGap } from '../recording/index.js'

interface Hole {
  readonly connection: number
  readonly from_ms: number
  readonly cause: GapCause
  readonly grade: GapGrade
  /** Still missing. */
  readonly tokens: Set<number>
  /** All that the connection carried, and none has come back yet. */
  whole: boolean
}

/** What is missing right now. A hole becomes a gap for those instruments that some connection delivers again. Times: clock of the records. */
export class Holes {
  readonly #kind: 'shared' | 'each_its_own'
  /** Connections of which instruments have come, or may have, on another one. */
  readonly #moved = new Set<number>()
  #holes: Hole[] = []

  /** `shared`: what one connection delivers closes the hole of another. `each_its_own`: connections are recorded and judged apart. */
  constructor(kind: 'shared' | 'each_its_own') {
    this.#kind = kind
  }

  /** Instruments that are missing already keep the hole they have. */
  open(hole: Omit<Hole, 'tokens'>, tokens: Iterable<number>): void {
    const missing = new Set<number>()
    let whole = hole.whole
    for (const token of tokens)
      if (this.#has(token, hole.connection)) whole = false
      else missing.add(token)
    if (this.#moved.has(hole.connection)) whole = false
    if (missing.size > 0) this.#holes.push({ ...hole, whole, tokens: missing })
  }

  /**
   * Some instruments of this connection come, or may have come, on another one. From now on its gaps name their instruments: who reads the
   * recording finds them on both, and would take the other one for one that had them all the time.
   */
  moved(connection: number): void {
    this.#moved.add(connection)
    for (const hole of this.#holes) if (hole.connection === connection) hole.whole = false
  }

  /** These instruments come again on this connection: the gaps that end with it. */
  close(connection: number, tokens: ReadonlySet<number>, to_ms: number): RecordedGap[] {
    const gaps: RecordedGap[] = []
    for (const hole of this.#holes) {
      if (!this.#concerns(hole, connection)) continue
      const back = [...hole.tokens].filter((token) => tokens.has(token))
      if (back.length === 0) continue
      gaps.push(...gapOf(hole, back, to_ms))
      for (const token of back) hole.tokens.delete(token)
      hole.whole = false
    }
    this.#holes = this.#holes.filter((hole) => hole.tokens.size > 0)
    return gaps
  }

  /** Nothing comes any more on this connection: the gaps of all that is still missing. */
  end(connection: number, to_ms: number): RecordedGap[] {
    const gaps = this.#holes
      .filter((hole) => hole.connection === connection)
      .flatMap((hole) => gapOf(hole, [...hole.tokens], to_ms))
    this.forget(connection)
    return gaps
  }

  forget(connection: number): void {
    this.#holes = this.#holes.filter((hole) => hole.connection !== connection)
  }

  #has(token: number, connection: number): boolean {
    return this.#holes.some((hole) => this.#concerns(hole, connection) && hole.tokens.has(token))
  }

  #concerns(hole: Hole, connection: number): boolean {
    return this.#kind === 'shared' || hole.connection === connection
  }
}

/** None where nothing is missing: on the clock of a recording no time may have passed. */
function gapOf(hole: Hole, tokens: number[], to_ms: number): RecordedGap[] {
  if (to_ms <= hole.from_ms) return []
  const { connection, from_ms, cause, grade } = hole
  const gap = { connection, from_ms, to_ms, cause, grade }
  return [hole.whole && tokens.length === hole.tokens.size ? gap : { ...gap, tokens: tokens.sort((a, b) => a - b) }]
}
