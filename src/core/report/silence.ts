import type { Gap, Track } from '../candles/index.js'

/** Half-open, epoch seconds; fractions are ms. */
export interface SpanS {
  readonly from_s: number
  readonly to_s: number
}

/** Connections above it share its bit (`LedgerState.connections`). */
const LAST_BIT = 30

/**
 * When an instrument could have traded and nothing of it could be received: every connection that carries it was silent, or a gap names it.
 * In order of time, apart from each other, inside the session's hours. Only of the last session of the run.
 */
export function silencesOf({ ledger, session }: Track, gaps: readonly Gap[]): SpanS[] {
  const token = ledger.instrument.instrument_token
  const own = gaps.filter(({ tokens }) => tokens?.includes(token) === true).map(secondsOf)
  const silent = [...own, ...silentTogether(ledger.connections, gaps)]
  const hours = (session?.phases ?? []).filter(({ phase }) => phase !== 'post_close')
  return union(silent.flatMap((gap) => hours.flatMap(({ start_s, end_s }) => common(gap, { from_s: start_s, to_s: end_s }))))
}

/** Seconds in spans that do not overlap. */
export const lengthOf = (spans: readonly SpanS[]): number => spans.reduce((sum, { from_s, to_s }) => sum + to_s - from_s, 0)

function silentTogether(connections: number, gaps: readonly Gap[]): readonly SpanS[] {
  let silent: readonly SpanS[] | undefined
  for (let bit = 0; bit <= LAST_BIT; bit++) {
    if ((connections & (1 << bit)) === 0) continue
    const own = union(
      gaps.filter(({ connection, tokens }) => tokens === undefined && Math.min(connection, LAST_BIT) === bit).map(secondsOf),
    )
    silent = silent === undefined ? own : silent.flatMap((span) => own.flatMap((gap) => common(span, gap)))
  }
  return silent ?? []
}

const secondsOf = ({ from_ms, to_ms }: Gap): SpanS => ({ from_s: from_ms / 1000, to_s: to_ms / 1000 })

function common(a: SpanS, b: SpanS): SpanS[] {
  const from_s = Math.max(a.from_s, b.from_s)
  const to_s = Math.min(a.to_s, b.to_s)
  return from_s < to_s ? [{ from_s, to_s }] : []
}

function union(spans: readonly SpanS[]): SpanS[] {
  const apart: SpanS[] = []
  for (const span of [...spans].sort((a, b) => a.from_s - b.from_s || a.to_s - b.to_s)) {
    const last = apart.at(-1)
    if (last === undefined || span.from_s > last.to_s) apart.push(span)
    else if (span.to_s > last.to_s) apart[apart.length - 1] = { from_s: last.from_s, to_s: span.to_s }
  }
  return apart
}
