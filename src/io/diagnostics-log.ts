import { DIAGNOSTIC_CODES, type Diagnostic, type DiagnosticCode } from '../core/diagnostics.js'
import { RECEIVED_MS_MAX, RECEIVED_MS_MIN } from '../core/recording/index.js'
import { formatClock } from '../core/time/index.js'

/** Shown and kept per code; the rest is counted. */
const KEPT_PER_CODE = 20
const SHOWN_PER_CODE = 3
/** Findings about what is known or scheduled, not about damage or loss. */
const HARMLESS: ReadonlySet<DiagnosticCode> = new Set(['unknown_instrument', 'closed_day'])

/** Collects findings of a run. */
export class DiagnosticsLog {
  readonly counts = new Map<DiagnosticCode, number>()
  readonly kept: Diagnostic[] = []

  add(diagnostic: Diagnostic): void {
    const count = (this.counts.get(diagnostic.code) ?? 0) + 1
    this.counts.set(diagnostic.code, count)
    if (count <= KEPT_PER_CODE) this.kept.push(diagnostic)
  }

  /** Damage and gaps: what `--strict` refuses. */
  get bad(): number {
    return [...this.counts].reduce((sum, [code, count]) => sum + (HARMLESS.has(code) ? 0 : count), 0)
  }

  /** Lines for stderr: the first few of each code, then how many there are. Of harmless codes only how many. */
  lines(): string[] {
    return [...this.counts].flatMap(([code, count]) => {
      if (HARMLESS.has(code)) return [`${code} (${count}): ${DIAGNOSTIC_CODES[code]}.`]
      const shown = this.kept.filter((diagnostic) => diagnostic.code === code).slice(0, SHOWN_PER_CODE)
      const more = count > shown.length ? [`  ... ${count - shown.length} more ${code}`] : []
      return [
        `${code} (${count}): ${DIAGNOSTIC_CODES[code]}.`,
        ...shown.map((diagnostic) => `  ${findingText(diagnostic)}`),
        ...more,
      ]
    })
  }

  /** For `--json`. */
  summary(): { counts: Record<string, number>; bad: number; first: readonly Diagnostic[] } {
    return { counts: Object.fromEntries(this.counts), bad: this.bad, first: this.kept }
  }
}

/** One finding for people: where, and the numbers behind it. */
export const findingText = (diagnostic: Diagnostic): string => `${placeOf(diagnostic)} ${detailOf(diagnostic)}`

function placeOf({ file, record, offset }: Diagnostic): string {
  return [file, ...(record >= 0 ? [`record ${record}`] : []), ...(offset >= 0 ? [`byte ${offset}`] : [])].join(' ')
}

const detailOf = ({ detail }: Diagnostic): string =>
  Object.entries(detail)
    .map(([name, value]) => worded(name, value))
    .join(' ')

/** From 2010 to 2100, as `RECEIVED_MS_MIN` has it: a number that is a moment. What is damaged stays a number. */
const isMoment = (value: number): boolean => value >= RECEIVED_MS_MIN && value <= RECEIVED_MS_MAX

/** Milliseconds for people: `from_ms` as a time of the day (IST), `silence_ms` as seconds. */
function worded(name: string, value: number | string): string {
  if (typeof value !== 'number' || !name.endsWith('_ms')) return `${name}=${value}`
  const plain = name.slice(0, -'_ms'.length)
  if (isMoment(value)) return `${plain}=${formatClock(value)}.${String(value % 1000).padStart(3, '0')}`
  return value < RECEIVED_MS_MIN && value >= 0 ? `${plain}=${value / 1000}s` : `${name}=${value}`
}
