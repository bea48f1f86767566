import { RATE_N_MIN } from '../stats/index.js'
import type { Worth } from './worth-record.js'

const MANY_SHARE = 0.1

/** What a reader must know before believing a number, one sentence each. */
export function worthWarnings(worth: Omit<Worth, 'warnings'>): string[] {
  const { overall, patterns, sessions, alerts, not_judged, left_out, luck, calibration, settings } = worth
  const judged_sessions = sessions.filter((session) => session.alerts > 0).length
  const few = patterns.filter(({ numbers }) => numbers.judged > 0 && numbers.hit_rate.n < RATE_N_MIN)
  const untested = patterns.filter(({ chance }) => chance.p === null)
  const coarse = patterns.filter(({ chance }) => chance.p !== null && chance.blocks < BLOCKS_MIN)
  const not_measured = sum(not_judged) + sum(left_out)
  return [
    alerts === 0 ? 'No alert of the log belongs to the sessions that were read.' : undefined,
    judged_sessions === 1 ? 'All alerts are of one session: whatever holds of them may hold of that day only.' : undefined,
    not_measured > 0
      ? `${not_measured} ${not_measured === 1 ? 'alert is' : 'alerts are'} not judged (${reasonsOf({ ...not_judged, ...left_out })}). What is left may be better or worse than all.`
      : undefined,
    few.length > 0
      ? `Fewer than ${RATE_N_MIN} labelled alerts of ${listOf(few.map(({ pattern_type }) => pattern_type))}: no rate is shown for them.`
      : undefined,
    untested.length > 0
      ? `Not compared with chance: ${untested.map(({ pattern_type, chance }) => `${pattern_type} (${chance.why_no_p})`).join(', ')}.`
      : undefined,
    coarse.length > 0
      ? `Alerts of one hour are one piece of news; with fewer than ${BLOCKS_MIN} hours p is coarse: ${listOf(coarse.map(({ pattern_type }) => pattern_type))}.`
      : undefined,
    overall.effective_n !== null && overall.before_costs.n >= RATE_N_MIN && overall.effective_n < overall.before_costs.n / 2
      ? `Alerts overlap: ${overall.before_costs.n} of them are worth about ${Math.round(overall.effective_n)} that do not.`
      : undefined,
    overall.over_gap > 0
      ? `${overall.over_gap} alerts ran over a gap in the recording: what the price did there is not known.`
      : undefined,
    overall.fallback_entries > MANY_SHARE * overall.judged
      ? `${overall.fallback_entries} of ${overall.judged} entries are made of the next open, since no packet had a book.`
      : undefined,
    overall.label.ambiguous > 0
      ? `${overall.label.ambiguous} alerts reached stop and target in one bar and count as stopped.`
      : undefined,
    overall.without_costs > 0
      ? `Charges of ${overall.without_costs} trades are not known; they are in no number after costs.`
      : undefined,
    calibration.n > 0 && calibration.skill !== null && calibration.skill < 0
      ? 'Confidence is no probability here: always telling the base rate would have been the better forecast.'
      : undefined,
    luck.not_told === null ? undefined : `No track record is told: ${luck.not_told}.`,
    patterns.length > 1 && patterns.some(({ chance }) => chance.is_better_than_chance === true)
      ? `Of the patterns that are called better than chance, up to ${100 * settings.fdr_q} % are expected to be luck.`
      : undefined,
  ].filter((warning) => warning !== undefined)
}

/** Hours below which so few samples differ that p has few values. */
const BLOCKS_MIN = 3

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0)
const reasonsOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ')
const listOf = (names: readonly string[]): string => names.join(', ')
