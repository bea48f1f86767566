import type { AlertReport } from '../core/report/index.js'
import { formatClock } from '../core/time/index.js'
import { formatPrice } from '../core/view/index.js'
import { SIGNS } from './alert-marks.js'
import { element } from './element.js'

/** All that an alert says of itself, for the card at the pointer. */
export function evidenceOf(alert: AlertReport, divisor: number): HTMLElement {
  const { direction, pattern, subtype, known_at_ms, action, state } = alert
  const head = element(
    'h4',
    { class: direction.toLowerCase() },
    `${SIGNS[direction]} ${state === 'leg_event' ? action : direction} ${pattern}`,
    ...(subtype === undefined ? [] : [element('small', {}, ` ${subtype}`)]),
  )
  const made = element('article', { class: 'evidence' }, head, element('p', {}, `known at ${formatClock(known_at_ms)} IST`))
  made.append(table(claimOf(alert, divisor)), element('h5', {}, 'Evidence'), table(evidenceRows(alert.evidence)))
  return made
}

/** `target hit at 10:41:00` */
export const endText = ({ end, state }: AlertReport): string =>
  state === 'leg_event'
    ? 'step'
    : end === undefined
      ? 'active'
      : `${end.state.replace('_', ' ')} ${formatClock(end.at_ms).slice(0, 5)}`

type Row = readonly [name: string, value: string]

function claimOf(alert: AlertReport, divisor: number): Row[] {
  const price = (units: number): string => formatPrice(units, divisor)
  const { entry, stop, targets, risk_reward, volume_ratio, multipliers, confirmations, legs, end } = alert
  const factors = Object.entries(multipliers).map(([name, factor]) => `${name} x ${factor}`)
  return [
    ['confidence', [alert.confidence, ...factors].join(', ')],
    ['price', price(alert.price)],
    ...row('entry', entry, price),
    ...row('stop', stop, price),
    ...(targets.length === 0 ? [] : [['target', targets.map(price).join(', ')] as const]),
    ...row('risk : reward', risk_reward, (ratio) => `1 : ${ratio}`),
    ...row('relative volume', volume_ratio, String),
    ...(legs.length === 0 ? [] : [['legs', legs.join(', ')] as const]),
    ...(confirmations.length === 0 ? [] : [['also said by', confirmations.join(', ')] as const]),
    ...(end === undefined ? [] : [['became', `${endText(alert)} at ${price(end.price)}`] as const]),
  ]
}

const row = (name: string, value: number | undefined, text: (value: number) => string): Row[] =>
  value === undefined ? [] : [[name, text(value)]]

/** `rv_min` is the limit of `rv`: the two make one line. */
const LIMIT = /^(.+)_(min|max|above|below)$/

/** Evidence as the record has it, numbers as they are printed there; a limit stands behind its number. */
function evidenceRows(evidence: AlertReport['evidence']): Row[] {
  const limits = new Map<string, string>()
  const rows: Row[] = []
  for (const [name, value] of Object.entries(evidence)) {
    const [, base = '', kind = ''] = LIMIT.exec(name) ?? []
    if (base in evidence) limits.set(base, `${limits.get(base) ?? ''} (${kind} ${plain(value)})`)
    else rows.push([name, Array.isArray(value) ? value.map(plain).join(', ') : plain(value)])
  }
  return rows.map(([name, value]) => [name, `${value}${limits.get(name) ?? ''}`])
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function table(rows: readonly Row[]): HTMLElement {
  return element('dl', {}, ...rows.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))))
}
