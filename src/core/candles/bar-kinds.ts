import { type MdsError, usageError } from '../errors.js'
import type { BarKind } from './bar-kind.js'
import { imbalanceBars } from './imbalance-bars.js'
import { renkoBars } from './renko-bars.js'
import { tickBars } from './tick-bars.js'
import { valueBars } from './value-bars.js'
import { volumeBars } from './volume-bars.js'

/** All kinds of event bars, in the order in which bars that end with the same trade are told. */
export const BAR_KINDS: readonly BarKind[] = [tickBars, volumeBars, valueBars, imbalanceBars, renkoBars]

/** Event bars of one size, as asked for. */
export interface EventBarSpec {
  readonly kind: BarKind
  readonly size: number
  /** Label of the interval on output, e.g. `100t`. */
  readonly label: string
}

/** Reads `tick:100,renko:10` or several flags: in the order of the registry, then by size, each once. None given is none. */
export function parseBarKinds(texts: readonly string[]): EventBarSpec[] {
  const parsed = texts
    .flatMap((text) => text.split(','))
    .filter((text) => text.trim() !== '')
    .map(parseBarKind)
  const by_label = new Map(parsed.map((spec) => [spec.label, spec]))
  return [...by_label.values()].sort((a, b) => BAR_KINDS.indexOf(a.kind) - BAR_KINDS.indexOf(b.kind) || a.size - b.size)
}

function parseBarKind(text: string): EventBarSpec {
  const [name = '', digits = '', ...rest] = text.trim().toLowerCase().split(':')
  const kind = BAR_KINDS.find((candidate) => candidate.name === name)
  if (kind === undefined || rest.length > 0) throw badBars(`"${text.trim()}" is no kind of bar: expected ${forms()}.`)
  if (digits === '') throw badBars(`"${name}" bars need a size: ${kind.why_size}, as in ${formOf(kind)}.`, kind)
  const { min, max, decimals } = kind.size
  const size = Number(digits)
  if (!/^\d{1,13}(\.\d+)?$/.test(digits) || (digits.split('.')[1] ?? '').length > decimals || size < min || size > max) {
    const number = decimals === 0 ? 'a whole number' : `a number with up to ${decimals} decimals`
    throw badBars(
      `"${digits}" is no size for ${name} bars: expected ${number} from ${min} to ${max}, as in ${formOf(kind)}.`,
      kind,
    )
  }
  return { kind, size, label: kind.label(size) }
}

const formOf = (kind: BarKind): string => `${kind.name}:${kind.example}`
const forms = (): string => BAR_KINDS.map((kind) => `${formOf(kind)} (${kind.summary})`).join(', ')
const badBars = (message: string, kind = tickBars): MdsError =>
  usageError('bad_bars', message, `mds candles --bars ${formOf(kind)}`)
