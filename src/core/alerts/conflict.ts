import { CONFIDENCE_MAX } from '../patterns/index.js'
import type { Confirmation, SuppressReason } from './alert.js'
import { byScore, type Claim } from './claim.js'
import { rounded } from './rounded.js'
import type { AlertRules } from './rules.js'
import { areContrary, type Stance } from './stance.js'

/** A claim that has passed the conflicts of its moment. */
export interface Contender {
  readonly claim: Claim
  /** After conflict and confirmations. */
  readonly confidence: number
  readonly confirmations: readonly Confirmation[]
  /** What confirmations added; 0 when nothing. */
  readonly bonus: number
  /** The contrary claim that it won against. */
  readonly against: Claim | undefined
}

/** A claim that the conflicts of its moment hold back, by which other one. */
export interface Loser {
  readonly contender: Contender
  readonly reason: Extract<SuppressReason, 'conflict' | 'conflict_tie' | 'low_confidence'>
  readonly detail: string
  readonly by: Claim
}

/** How the claims of one underlying in one moment were settled. */
export interface Settlement {
  readonly winners: readonly Contender[]
  readonly losers: readonly Loser[]
  /** Two contrary claims that cancelled each other, the better one first. */
  readonly tie: readonly [Claim, Claim] | undefined
}

/**
 * Settles the claims of one underlying in one moment (6.4). Of those that say the same the best stays, the others confirm it. Then up against
 * down, and the winner against an option strategy: too close, and both are held back; else the better one stays with less confidence.
 */
export function settle(claims: readonly Claim[], rules: AlertRules): Settlement {
  const losers: Loser[] = []
  const best = new Map<Stance, Claim>()
  const others = new Map<Stance, Claim[]>()
  for (const claim of [...claims].sort(byScore)) {
    const first = best.get(claim.stance)
    if (first === undefined) {
      best.set(claim.stance, claim)
      others.set(claim.stance, [])
      continue
    }
    others.get(claim.stance)?.push(claim)
    losers.push({ contender: plainly(claim), reason: 'conflict', detail: `confirms ${nameOf(first)}`, by: first })
  }

  const standing = new Map(best)
  const won_against = new Map<Claim, Claim>()
  let tie: [Claim, Claim] | undefined
  for (const [one, other] of OPPONENTS) {
    const [a, b] = [standing.get(one), standing.get(other)]
    if (a === undefined || b === undefined || !areContrary(a, b, rules.high_confidence)) continue
    const [better, worse] = byScore(a, b) < 0 ? [a, b] : [b, a]
    const is_tie = !(rounded(better.score - worse.score) >= rules.conflict_margin)
    drop(worse, better, is_tie ? 'conflict_tie' : 'conflict')
    if (is_tie) {
      drop(better, worse, 'conflict_tie')
      tie = [better, worse]
    } else won_against.set(better, worse)
  }

  const winners: Contender[] = []
  for (const claim of [...standing.values()].sort(byScore)) {
    const against = won_against.get(claim)
    const contender = contenderOf(claim, others.get(claim.stance) ?? [], against, rules)
    if (against === undefined || contender.confidence >= rules.min_confidence) winners.push(contender)
    else losers.push({ contender, reason: 'low_confidence', detail: `after conflict with ${nameOf(against)}`, by: against })
  }
  return { winners, losers, tie }

  function drop(claim: Claim, by: Claim, reason: 'conflict' | 'conflict_tie'): void {
    standing.delete(claim.stance)
    losers.push({ contender: plainly(claim), reason, detail: `against ${nameOf(by)}`, by })
  }
}

/** In this order: what goes up against what goes down first, the one that is left against a strategy. */
const OPPONENTS: readonly (readonly [Stance, Stance])[] = [
  ['up', 'down'],
  ['up', 'range'],
  ['down', 'range'],
]

/** `volume_spike BUY RELIANCE` */
export function nameOf({ detection: { pattern, candidate, instrument } }: Claim): string {
  return `${pattern.id} ${candidate.direction} ${instrument.symbol}`
}

/** A claim as it stands, without conflicts and confirmations. */
export const plainly = (claim: Claim): Contender => ({
  claim,
  confidence: claim.confidence,
  confirmations: [],
  bonus: 0,
  against: undefined,
})

/** The gate is asked before the bonus is added: confirmations never lift a claim across it. */
function contenderOf(claim: Claim, others: readonly Claim[], against: Claim | undefined, rules: AlertRules): Contender {
  const own = against === undefined ? claim.confidence : rounded(claim.confidence * rules.conflict_factor)
  const patterns = new Set(others.map(({ detection }) => detection.pattern.id).filter((id) => id !== claim.detection.pattern.id))
  const wanted = Math.min(rules.confirmation_bonus_max, rules.confirmation_bonus * patterns.size)
  const most = Math.max(0, CONFIDENCE_MAX - own)
  const bonus = own >= rules.min_confidence ? rounded(Math.min(wanted, most)) : 0
  return {
    claim,
    confidence: rounded(own + bonus),
    bonus,
    against,
    confirmations: others.map(({ id, detection, confidence }) => ({
      alert_id: id,
      pattern_type: detection.pattern.id,
      symbol: detection.instrument.symbol,
      confidence,
    })),
  }
}
