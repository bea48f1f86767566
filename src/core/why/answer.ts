import type { Alert, SuppressReason } from '../alerts/index.js'
import type { AskedStep, PatternDefinition, Witness } from '../patterns/index.js'
import type { Hearing, OtherAlert } from './hearing.js'
import type { SecondHearing } from './second-hearing.js'
import { type ToldScore, toldScore } from './told-score.js'
import { byNearness, type Nearness, nearestOf, type Ways, waysOf } from './ways.js'

/**
 * What became of a detector in a moment. `leg_event`: it told what to do with the legs of an earlier alert. `no_claim`: it was asked, and at least
 * one step of every way was not met.
 */
export const VERDICTS = ['alert', 'leg_event', 'suppressed', 'no_claim', 'not_asked'] as const
export type Verdict = (typeof VERDICTS)[number]

/** Why a detector could not speak at all. */
export const NOT_ASKED = {
  no_bar: 'no minute bar of the instrument was known',
  no_second: 'it is asked at each second of trading, and this was none',
  no_volume: 'the instrument has no volume',
  not_the_lead: 'it is asked of one instrument of an underlying only',
  no_option_chain: 'there are no options on this underlying',
  no_baseline: 'nothing is known of earlier sessions',
  switched_off: 'it did what a detector must not, and was switched off',
} as const
export type NotAsked = keyof typeof NOT_ASKED

/** The steps and numbers behind what one detector said or did not say. */
export interface PatternAnswer {
  readonly pattern: PatternDefinition
  readonly verdict: Verdict
  readonly reason: SuppressReason | NotAsked | undefined
  /** More words on it. */
  readonly detail: string | undefined
  /** What it asked; of one that kept silent also what it would have asked behind its first no. */
  readonly asked: Ways | undefined
  /** Of what was asked. */
  readonly nearest: Nearness | undefined
  /** Of one that spoke. */
  readonly score: ToldScore | undefined
  readonly alert: Alert | undefined
  /** The other alert that has to do with it: held it back, is superseded by it, or is the one whose legs it speaks of. */
  readonly other: OtherAlert | undefined
}

/** What an answer needs besides what was heard. */
export interface AnswerFacts {
  /** In the order in which they are asked. */
  readonly patterns: readonly PatternDefinition[]
  /** There are options on the underlying of the instrument. */
  readonly has_options: boolean
  /** The instrument is an option itself. */
  readonly is_option: boolean
}

/** One answer for each pattern: those that spoke, then those that came nearest, then those that were not asked. */
export function answersOf(first: Hearing, second: SecondHearing, facts: AnswerFacts): PatternAnswer[] {
  return facts.patterns
    .filter(({ id }) => first.question.pattern_ids.has(id))
    .map((pattern) => answerOf(pattern, first, second, facts))
    .map((answer, place) => ({ answer, place }))
    .sort((a, b) => byInterest(a.answer, b.answer) || a.place - b.place)
    .map(({ answer }) => answer)
}

function answerOf(pattern: PatternDefinition, first: Hearing, second: SecondHearing, facts: AnswerFacts): PatternAnswer {
  const moment = pattern.cadence === 'second' ? first.second : first.bar
  const witness = moment?.asked.get(pattern.id)
  const alert = first.records.get(pattern.id)
  const silent = { pattern, score: undefined, alert: undefined, other: undefined }
  if (alert !== undefined && witness !== undefined) return spoken(pattern, alert, witness, first)
  const not_asked = whyNotAsked(pattern, first, facts)
  const heard =
    not_asked === undefined || not_asked.reason === 'no_baseline' ? (second.asked.get(pattern.id) ?? witness) : undefined
  const asked = heard && waysOf(heard.asked)
  const nearest = asked && nearestOf(asked)
  if (not_asked !== undefined) return { ...silent, verdict: 'not_asked', ...not_asked, asked, nearest }
  return { ...silent, verdict: 'no_claim', reason: undefined, detail: undefined, asked, nearest }
}

function spoken(pattern: PatternDefinition, alert: Alert, witness: Witness, { claims }: Hearing): PatternAnswer {
  const { state, suppress_reason, suppress_detail, parent_id } = alert
  const asked = waysOf(witness.asked)
  return {
    pattern,
    verdict: state === 'emitted' ? 'alert' : state === 'leg_event' ? 'leg_event' : 'suppressed',
    reason: suppress_reason,
    detail: suppress_detail,
    asked,
    nearest: nearestOf(asked),
    score: toldScore(alert.detection, witness.scores),
    alert,
    other: parent_id === undefined ? undefined : claims.get(parent_id),
  }
}

function whyNotAsked(
  pattern: PatternDefinition,
  { bar, second, faults }: Hearing,
  { has_options, is_option }: AnswerFacts,
): { reason: NotAsked; detail: string } | undefined {
  const no = (reason: NotAsked, more = ''): { reason: NotAsked; detail: string } => ({
    reason,
    detail: `${NOT_ASKED[reason]}${more}`,
  })
  const fault = faults.get(pattern.id)
  if (fault !== undefined) return no('switched_off', `: ${fault.message}`)
  const is_second = pattern.cadence === 'second'
  const moment = is_second ? second : bar
  const steps = moment?.asked.get(pattern.id)?.asked.steps ?? []
  const lead = (moment ?? bar)?.inputs.lead
  const on_lead = lead === undefined ? '' : `: ${lead}`
  if (isUnmet(steps, 'leads_its_underlying')) return no('not_the_lead', on_lead)
  if (isUnmet(steps, 'has_volume')) return no('no_volume')
  if (!moment?.asked.has(pattern.id)) {
    if (pattern.on === 'underlyings' && is_option) return no('not_the_lead', on_lead)
    if (pattern.needs?.includes('option_chain') === true && !has_options) return no('no_option_chain')
    return no(bar === undefined || !is_second ? 'no_bar' : 'no_second')
  }
  if (pattern.needs?.includes('baseline') === true && !moment.inputs.has_baseline) return no('no_baseline')
  return undefined
}

const isUnmet = (steps: readonly AskedStep[], name: string): boolean => steps.some((step) => step.name === name && !step.is_met)

function byInterest(a: PatternAnswer, b: PatternAnswer): number {
  const by_verdict = VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict)
  if (by_verdict !== 0 || a.verdict !== 'no_claim') return by_verdict
  return a.nearest === undefined || b.nearest === undefined ? 0 : byNearness(a.nearest, b.nearest)
}
