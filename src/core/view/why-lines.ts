import { type AskedStep, directionOf } from '../patterns/index.js'
import { formatClock, formatDate, MINUTE_MS } from '../time/index.js'
import {
  decides,
  type Explanation,
  type Moment,
  type OtherAlert,
  type PatternAnswer,
  type ToldScore,
  type Way,
} from '../why/index.js'
import { counted, formatCount, formatPrice, formatSpan, formatWeekday } from './figures.js'
import { type Line, span } from './spans.js'

/** What a person is shown of an explanation. */
export interface WhyPicture {
  readonly explanation: Explanation
  /** How many of those that kept silent are shown step by step: those that came nearest. Undefined: all that asked anything. */
  readonly detailed: number | undefined
}

const UNKNOWN = 'unknown'
/** Of a detector of the user's own. */
const NOT_NAMED = 'it asks nothing by name that is not met, so its reasons are not known'

/** Inputs, then every detector: those that spoke and those that came nearest step by step, the others in a line. */
export function whyLines({ explanation, detailed }: WhyPicture): Line[] {
  const { answers } = explanation
  const spoke = answers.filter(({ verdict }) => verdict !== 'no_claim' && verdict !== 'not_asked')
  const silent = answers.filter(({ verdict }) => verdict === 'no_claim')
  const not_asked = answers.filter(({ verdict }) => verdict === 'not_asked')
  const heard = detailed === undefined ? not_asked.filter(({ asked }) => asked !== undefined) : []
  const near = [...silent.slice(0, detailed), ...heard]
  return [
    ...headLines(explanation),
    ...[...spoke, ...near].flatMap((answer) => [[], ...answerLines(answer, explanation)]),
    ...section(
      'No claim either, by how near they came',
      detailed === undefined ? [] : silent.slice(detailed),
      shortLine(explanation),
    ),
    ...section(
      'Not asked',
      not_asked.filter((answer) => !heard.includes(answer)),
      ({ pattern, detail }) => [span(`  ${pattern.id.padEnd(NAME_WIDTH)}  ${detail ?? ''}`)],
    ),
  ]
}

const NAME_WIDTH = 28

function section(title: string, answers: readonly PatternAnswer[], lineOf: (answer: PatternAnswer) => Line): Line[] {
  return answers.length === 0 ? [] : [[], [span(title, 'strong')], ...answers.map(lineOf)]
}

function headLines({ instrument, session_date, at_ms, bar }: Explanation): Line[] {
  const where = `${instrument.exchange}:${instrument.symbol}`
  const title = `${where}  ${formatWeekday(session_date)} ${formatDate(session_date)} at ${clock(at_ms)}`
  if (bar === undefined) return [[span(title, 'strong')], [span('  no minute bar was known by then')]]
  return [[span(title, 'strong'), span(`  bar ${barText(bar)}${ageText(bar, at_ms)}`)], ...inputLines(bar)]
}

const clock = (ms: number): string => formatClock(ms).slice(0, 8)

function barText({ inputs: { bar } }: Moment): string {
  return `${clock(bar.open_time_ms).slice(0, 5)}-${clock(bar.close_time_ms).slice(0, 5)}`
}

/** The newest bar need not be the last minute: nothing may have traded in that. */
const ageText = ({ known_at_ms }: Moment, at_ms: number): string =>
  at_ms - known_at_ms >= MINUTE_MS ? `, the newest one: nothing traded since` : ''

function inputLines({ inputs }: Moment): Line[] {
  const { bar, factors, regime } = inputs
  const { price_divisor } = bar.instrument
  const price = (units: number): string => (Number.isNaN(units) ? UNKNOWN : formatPrice(Math.round(units), price_divisor))
  const source = { tod: 'against this time of day', roll: 'against the 20 minutes before', none: '' }[inputs.rv_source]
  const range = `range ATR ${price(inputs.atr)} in 5 minutes, ${price(inputs.atr_1m)} in 1; session ${price(inputs.session_low)} to ${price(inputs.session_high)}`
  const volume = inputs.has_volume
    ? `${formatCount(bar.volume)}; rv ${short(inputs.rv)}${source && ` ${source}`}, of 3 minutes ${short(inputs.rv3)}`
    : 'none'
  const factor = `volume x ${factors.volume}, moves x ${factors.move}, overbought ${factors.overbought}`
  const trend = { '-1': 'down', '0': 'flat or unknown', '1': 'up' }[inputs.trend_15m]
  return [
    input('bar', `open ${price(bar.open)}  high ${price(bar.high)}  low ${price(bar.low)}  close ${price(bar.close)}`),
    input('volume', volume),
    input('', range.slice('range '.length)),
    input('means', `VWAP ${price(inputs.vwap)}, EMA 9 ${price(inputs.ema9)}, EMA 21 ${price(inputs.ema21)}`),
    input(
      'state',
      `change ${short(inputs.change_pct)} %, RSI ${short(inputs.rsi)}, ADX ${short(inputs.adx_5m)}, 15 minutes ${trend}`,
    ),
    input('market', `${regime ?? 'NORMAL'} (VIX ${Number.isNaN(inputs.vix) ? 'not known' : inputs.vix}): ${factor}`),
    input('book', `imbalance ${short(inputs.obi5)}, spread ${short(inputs.spread_bps)} bps`),
    input('data', dataText(inputs)),
  ]
}

function dataText({ bar, stale_ms, late_volume, has_baseline }: Moment['inputs']): string {
  return [
    bar.complete ? 'whole' : 'cut by a gap, or by the beginning of the recording',
    ...(bar.gap_volume > 0 ? [`${formatCount(bar.gap_volume)} learned after a gap`] : []),
    Number.isNaN(stale_ms) ? 'packets carry no time' : `last packet ${formatSpan(stale_ms)} before the end`,
    ...(late_volume > 0 ? [`${formatCount(late_volume)} told too late today`] : []),
    ...(has_baseline ? [] : ['nothing of earlier sessions']),
  ].join(', ')
}

const input = (name: string, text: string): Line => [span(`  ${name.padEnd(8)}`, 'faint'), span(text)]

function answerLines(answer: PatternAnswer, explanation: Explanation): Line[] {
  const { verdict, reason, detail, asked, nearest, score, alert, other } = answer
  const divisor = explanation.instrument.price_divisor
  const ways = asked?.ways ?? []
  const is_heard = (asked?.common.length ?? 0) + ways.length > 0
  return [
    titleOf(answer, explanation),
    ...(alert === undefined ? [] : [[span(`  id ${alert.alert_id}`, 'faint')]]),
    ...(verdict !== 'suppressed' || detail === undefined ? [] : [[span(`  ${reason ?? ''}: ${detail}`)]]),
    ...(other === undefined ? [] : [[span(`  the other: ${otherText(other)}`)]]),
    ...(asked?.common.flatMap((step) => [stepLine(step, 1)]) ?? []),
    ...ways.filter((way) => way === nearest?.way || isMet(way)).flatMap((way) => wayLines(way, divisor)),
    ...ways.filter((way) => way !== nearest?.way && !isMet(way)).map((way) => otherWayLine(way, divisor)),
    ...(is_heard || score !== undefined ? [] : [[span(`  ${NOT_NAMED}`, 'faint')]]),
    ...(score === undefined ? [] : scoreLines(score, answer)),
  ]
}

const isMet = ({ steps }: Way): boolean => steps.every((step) => step.is_met || !decides(step))

function titleOf({ pattern, verdict, reason, detail, nearest, alert }: PatternAnswer, { min_confidence }: Explanation): Line {
  const name = span(pattern.id, 'strong')
  if (verdict === 'not_asked') return [name, span(': cannot claim', 'down'), span(`: ${detail ?? ''}`)]
  if (alert === undefined) {
    const { first_unmet, unmet = 0 } = nearest ?? {}
    const at = first_unmet === undefined ? `: ${NOT_NAMED}` : ` at ${first_unmet.name}; ${counted(unmet, 'step')} not met`
    return [name, span(': no claim', 'down'), span(at)]
  }
  const { direction, subtype } = alert.detection.candidate
  const what = `${direction}${subtype === undefined ? '' : ` ${subtype}`}, confidence ${figure(alert.confidence)}`
  if (verdict === 'alert') return [name, span(': ALERT', 'up'), span(` ${what} (gate ${min_confidence})`)]
  if (verdict === 'leg_event') return [name, span(': LEG EVENT', 'up'), span(` ${alert.detection.candidate.action ?? ''}`)]
  return [name, span(`: held back (${reason ?? ''})`, 'accent'), span(`: ${what}`)]
}

const otherText = ({ pattern_type, direction, symbol, known_at_ms, confidence, alert_id }: OtherAlert): string =>
  `${pattern_type} ${direction} ${symbol} of ${clock(known_at_ms)}, confidence ${figure(confidence)}, id ${alert_id}`

function wayLines(way: Way, divisor: number): Line[] {
  const name = nameOf(way, divisor)
  return [...(name === '' ? [] : [[span(`  ${name}`, 'accent')]]), ...way.steps.map((step) => stepLine(step, 2))]
}

function otherWayLine(way: Way, divisor: number): Line {
  const first = way.steps.find((step) => decides(step) && !step.is_met)
  return [
    span(`  ${nameOf(way, divisor)}: no at ${first === undefined ? UNKNOWN : `${first.name}${comparisonText(first)}`}`, 'faint'),
  ]
}

function nameOf({ side, about, about_price }: Way, divisor: number): string {
  const price = about_price === undefined ? undefined : formatPrice(Math.round(about_price), divisor)
  return [side === undefined ? undefined : directionOf(side), about, price].filter((text) => text !== undefined).join(' ')
}

/** Parts stand deeper than what they are parts of, and before it. */
function stepLine(step: AskedStep, depth: number): Line {
  const { name, is_met } = step
  const deeper = depth + (decides(step) ? 0 : 1)
  const answer = is_met ? span('yes', 'up') : span('no ', decides(step) ? 'down' : 'faint')
  return [
    span('  '.repeat(deeper)),
    answer,
    span(`  ${name.padEnd(step.comparison === undefined ? 0 : NAME_WIDTH - 2 * deeper)}${comparisonText(step)}`),
  ]
}

function comparisonText({ value, comparison, limit }: AskedStep): string {
  if (value === undefined || comparison === undefined || limit === undefined) return ''
  const is_alike = figure(value) === figure(limit) && value !== limit
  const text = is_alike ? String : figure
  return ` ${text(value)} ${comparison} ${text(limit)}`
}

function scoreLines(
  { terms, score, floor, span: of_score, max, own, raw, multipliers, confidence }: ToldScore,
  { alert }: PatternAnswer,
): Line[] {
  const factors = Object.entries(multipliers).map(([name, factor]) => ` x ${figure(factor)} (${name})`)
  const made =
    own === undefined
      ? `${floor} + ${of_score} x ${figure(score)}${floor + of_score * score > max ? `, at most ${max}` : ''}`
      : "the detector's own"
  const bonus = alert?.evidence.confirmation_bonus
  const conflict = alert?.multipliers.conflict
  return [
    [span(`  score ${figure(score)}`)],
    ...terms.map(({ name, weight, value, ramp }) => {
      const on = ramp === undefined ? '' : `  ${figure(ramp.x)} on ${figure(ramp.from)} to ${figure(ramp.to)}`
      return [
        span(`    ${weight} x ${Number.isNaN(value) ? '0, missing' : figure(value)}`.padEnd(22)),
        span(`${name}${on}`, 'faint'),
      ]
    }),
    [span(`  confidence ${made} = ${figure(raw)}${factors.join('')}${factors.length > 0 ? ` = ${figure(confidence)}` : ''}`)],
    ...(conflict === undefined ? [] : [[span(`    x ${conflict} (won against a contrary claim)`)]]),
    ...(typeof bonus === 'number' ? [[span(`    + ${bonus} (confirmed by others)`)]] : []),
  ]
}

function shortLine({ instrument }: Explanation): (answer: PatternAnswer) => Line {
  return ({ pattern, nearest }) => {
    const { first_unmet, way, unmet = 0, is_cut = false } = nearest ?? {}
    const on = way === undefined ? '' : nameOf(way, instrument.price_divisor)
    const at = first_unmet === undefined ? NOT_NAMED : `${first_unmet.name}${comparisonText(first_unmet)}`
    const count = is_cut || unmet <= 1 ? '' : `, and ${unmet - 1} more`
    return [span(`  ${pattern.id.padEnd(NAME_WIDTH)}  `), span(`${on === '' ? '' : `${on}: `}${at}${count}`, 'faint')]
  }
}

/** At most six digits; what is not known by its name. */
const figure = (value: number, digits = 6): string => (Number.isNaN(value) ? UNKNOWN : String(Number(value.toPrecision(digits))))

const short = (value: number): string => figure(value, 4)
