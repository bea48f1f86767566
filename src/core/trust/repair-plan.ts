import type { LinkedEntry, RecordedGap } from '../recording/index.js'
import type { BlockCheck, Span } from './block-check.js'

/** What a repaired copy takes over from a recording: only bytes as they are, never a changed one. */
export interface RepairPlan {
  /** Blocks that the index vouches for, in order. */
  readonly blocks: readonly LinkedEntry[]
  /** Behind them what no block speaks of: stretches in which every record stands by its framing. */
  readonly stretches: readonly Span[]
  /** What is left out, `[from, to)`, with the times between which it was received. */
  readonly skipped: readonly SkippedSpan[]
}

/** A stretch that is left out, and the times, `[from_ms, to_ms)`, between which it was received. */
export interface SkippedSpan extends Span {
  readonly from_ms: number
  readonly to_ms: number
}

/** A stretch that is kept, and when its first and last record were received. */
export interface KeptSpan extends Span {
  readonly first_ms: number
  readonly last_ms: number
}

/** The blocks that agree, and those that do not. */
export function splitBlocks(
  entries: readonly LinkedEntry[],
  { bad, checked }: Pick<BlockCheck, 'bad' | 'checked'>,
): { good: LinkedEntry[]; bad: LinkedEntry[] } {
  const is_bad = new Set(bad)
  const whole = entries.slice(0, checked)
  return { good: whole.filter((_, n) => !is_bad.has(n)), bad: whole.filter((_, n) => is_bad.has(n)) }
}

/** What was written, by all that is known of it: bytes, and when the last of them was received. */
export interface WrittenEnd {
  readonly bytes: number
  readonly last_ms: number | undefined
}

/** `kept`: everything that is taken over, in order. What lies between, and up to the end, is skipped. */
export function skippedBetween(kept: readonly KeptSpan[], { bytes, last_ms: end_ms = 0 }: WrittenEnd): SkippedSpan[] {
  const skipped: SkippedSpan[] = []
  let at = 0
  let last_ms: number | undefined
  for (const span of kept) {
    if (span.from > at) skipped.push(hole({ from: at, to: span.from }, last_ms ?? span.first_ms, span.first_ms))
    at = span.to
    last_ms = span.last_ms
  }
  if (bytes > at) skipped.push(hole({ from: at, to: bytes }, last_ms ?? end_ms, end_ms + 1))
  return skipped
}

/** Something was received there: its time is never empty. */
const hole = (span: Span, from_ms: number, to_ms: number): SkippedSpan => ({
  ...span,
  from_ms,
  to_ms: Math.max(to_ms, from_ms + 1),
})

/** Neighbours become one. */
export function joined(spans: readonly KeptSpan[]): KeptSpan[] {
  const result: KeptSpan[] = []
  for (const span of spans) {
    const last = result.at(-1)
    if (last?.to === span.from) result[result.length - 1] = { ...last, to: span.to, last_ms: span.last_ms }
    else result.push(span)
  }
  return result
}

/**
 * Offsets in what remains when only `ranges` are read, one after the other, as offsets in the file itself. A span that reaches over the end of
 * a range comes in pieces.
 */
export function mappedBack(ranges: readonly Span[], spans: readonly KeptSpan[]): KeptSpan[] {
  const result: KeptSpan[] = []
  let read = 0
  let next = 0
  for (const range of ranges) {
    const end = read + range.to - range.from
    for (; next < spans.length; next++) {
      const span = spans[next] as KeptSpan
      if (span.from >= end) break
      const [from, to] = [Math.max(span.from, read), Math.min(span.to, end)]
      result.push({ ...span, from: from - read + range.from, to: to - read + range.from })
      if (span.to > end) break
    }
    read = end
  }
  return result
}

/** What a repaired copy misses, as a gap that a journal or a manifest can tell. */
export const gapOfSkipped = ({ from_ms, to_ms }: SkippedSpan, connection: number): RecordedGap => ({
  connection,
  from_ms,
  to_ms,
  cause: 'damaged',
  grade: 'certain',
})
