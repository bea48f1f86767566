/**
 * What `mds why --json` says, worked out again from its own numbers by rules written down a second time: what an alert is worth, when a number is
 * within its limit, when a detector claims. Knows nothing of the program. Gives the contradictions, one line each.
 */
export function contradictions(why: WhyJson): string[] {
  return why.patterns.flatMap((pattern) =>
    [
      ...stepsOf(pattern).flatMap(wrongStep),
      ...wrongVerdict(pattern),
      ...wrongScore(pattern),
      ...wrongConfidence(pattern, why.min_confidence),
      ...wrongNearest(pattern),
    ].map((line) => `${why.symbol} ${why.at} ${pattern.pattern_type} (${pattern.verdict}): ${line}`),
  )
}

export interface StepJson {
  readonly name: string
  readonly part_of?: string
  readonly value?: number | null
  readonly comparison?: string
  readonly limit?: number | null
  readonly is_met: boolean
}

export interface WayJson {
  readonly side: string | null
  readonly about: string | null
  readonly price: number | null
  readonly steps: readonly StepJson[]
}

export interface PatternJson {
  readonly pattern_type: string
  readonly verdict: string
  readonly reason: string | null
  readonly detail: string | null
  readonly steps: readonly StepJson[]
  readonly ways: readonly WayJson[]
  readonly nearest: { readonly unmet: number; readonly first_unmet: StepJson | null } | null
  readonly score: {
    readonly value: number
    readonly terms: readonly {
      name: string
      weight: number
      value: number | null
      x?: number | null
      from?: number | null
      to?: number | null
    }[]
  } | null
  readonly confidence: {
    readonly own: number | null
    readonly max: number
    readonly raw: number
    readonly multipliers: Readonly<Record<string, number>>
    readonly value: number
    readonly min: number
    readonly conflict_factor: number | null
    readonly confirmation_bonus: number
    readonly told: number
  } | null
  readonly alert: { readonly alert_id: string; readonly direction: string; readonly state: string } | null
  readonly other: { readonly alert_id: string } | null
}

export interface WhyJson {
  readonly symbol: string
  readonly at: string
  readonly min_confidence: number
  readonly bar: { readonly known_at_ms: number } | null
  readonly patterns: readonly PatternJson[]
}

const SPOKEN = ['alert', 'leg_event', 'suppressed']

const stepsOf = ({ steps, ways }: PatternJson): StepJson[] => [...steps, ...ways.flatMap((way) => way.steps)]

/** Parts are told before what they are parts of, and do not decide. */
const decisive = (steps: readonly StepJson[]): StepJson[] => steps.filter(({ part_of }) => part_of === undefined)

function isWithin({ value, comparison, limit }: StepJson): boolean {
  if (value === null || value === undefined || limit === null || limit === undefined) return false
  if (comparison === '>=') return value >= limit
  if (comparison === '<=') return value <= limit
  if (comparison === '>') return value > limit
  return comparison === '<' && value < limit
}

function wrongStep(step: StepJson): string[] {
  if (step.comparison === undefined || isWithin(step) === step.is_met) return []
  return [`${step.name}: ${step.value} ${step.comparison} ${step.limit} is told as ${step.is_met}`]
}

/** A detector claims when every step of one way is met. */
export function claims({ steps, ways }: Pick<PatternJson, 'steps' | 'ways'>): boolean {
  const isMet = (list: readonly StepJson[]): boolean => decisive(list).every(({ is_met }) => is_met)
  return isMet(steps) && (ways.length === 0 ? steps.length > 0 : ways.some((way) => isMet(way.steps)))
}

function wrongVerdict(pattern: PatternJson): string[] {
  const has_spoken = SPOKEN.includes(pattern.verdict)
  if (claims(pattern) !== has_spoken) return [`its steps say ${claims(pattern) ? 'claim' : 'no claim'}`]
  if (has_spoken !== (pattern.alert !== null)) return ['a claim has a record, and only a claim']
  const met = pattern.ways.filter(({ steps }) => decisive(steps).every(({ is_met }) => is_met))
  const sides = new Set(met.map(({ side }) => side).filter((side) => side !== null))
  const { direction } = pattern.alert ?? {}
  if (direction === undefined || direction === 'NEUTRAL' || sides.size === 0 || sides.has(direction)) return []
  return [`${direction}, but the way that was met is one of ${[...sides].join(', ')}`]
}

const ramp = (x: number, from: number, to: number): number => Math.max(0, Math.min(1, (x - from) / (to - from)))

function wrongScore({ score }: PatternJson): string[] {
  if (score === null || score.terms.length === 0) return []
  let sum = 0
  const wrong: string[] = []
  for (const { name, weight, value, x, from, to } of score.terms) {
    const again =
      x === undefined
        ? value
        : typeof x === 'number' && typeof from === 'number' && typeof to === 'number'
          ? ramp(x, from, to)
          : null
    if (again !== value) wrong.push(`term ${name}: ${value} on its ramp is ${again}`)
    sum += weight * (value ?? 0)
  }
  if (Math.abs(sum - score.value) > 1e-12) wrong.push(`score ${score.value}, its terms give ${sum}`)
  return wrong
}

const six = (value: number): number => Number(value.toFixed(6))

function wrongConfidence({ score, confidence, verdict, reason, detail }: PatternJson, gate: number): string[] {
  if (confidence === null || score === null) return SPOKEN.includes(verdict) ? ['a claim has a confidence'] : []
  const { own, max, multipliers, conflict_factor, confirmation_bonus } = confidence
  const wrong: string[] = []
  const raw = own ?? Math.min(0.6 + 0.38 * score.value, max, 0.98)
  if (Math.abs(raw - confidence.raw) > 1e-12) wrong.push(`raw ${confidence.raw}, worked out ${raw}`)
  const value = Object.values(multipliers).reduce((product, factor) => product * factor, raw)
  if (Math.abs(value - confidence.value) > 1e-12) wrong.push(`confidence ${confidence.value}, worked out ${value}`)
  const gated = six(confidence.value)
  const told = six(six(gated * (conflict_factor ?? 1)) + confirmation_bonus)
  if (told !== confidence.told) wrong.push(`told ${confidence.told}, worked out ${told}`)
  if (confidence.min !== gate) wrong.push(`the gate is ${confidence.min}`)
  if (verdict === 'alert' && !(gated >= gate)) wrong.push(`${gated} does not pass ${gate}`)
  if (reason === 'low_confidence') {
    const lost = detail?.startsWith('after conflict') === true
    if (lost ? !(told < gate) : !(gated < gate)) wrong.push(`${gated} is held back as too low`)
  } else if (verdict === 'suppressed' && reason !== 'quality' && reason !== 'no_parent' && !(gated >= gate))
    wrong.push(`${gated} has passed the gate of confidence`)
  return wrong
}

/** The nearest way has the fewest unmet steps among those of its kind, and the first of them is the first. */
function wrongNearest({ verdict, steps, ways, nearest }: PatternJson): string[] {
  if (verdict !== 'no_claim' || stepsOf({ steps, ways } as PatternJson).length === 0) return []
  if (nearest?.first_unmet === null || nearest === null) return ['no step is told as the first that is not met']
  const all = ways.length === 0 ? [steps] : ways.map((way) => [...steps, ...way.steps])
  const unmet = all.map((list) => decisive(list).filter(({ is_met }) => !is_met))
  if (!unmet.some((list) => list.length === nearest.unmet && list[0]?.name === nearest.first_unmet?.name))
    return [`no way has ${nearest.unmet} unmet steps that begin with ${nearest.first_unmet.name}`]
  return []
}
