import { crc32c } from '../recording/index.js'
import { isSameBytes } from './message-difference.js'
import type { ComparedRecord } from './record-difference.js'

/** Two records of either side that belong together, or one alone. */
export interface AlignedPair {
  readonly expected: ComparedRecord | undefined
  readonly found: ComparedRecord | undefined
}

/** Where both sides go on alike: this many records of either side lie ahead of it. */
export interface Anchor {
  readonly expected: number
  readonly found: number
}

/** Messages in a row that make a place where both go on in their bytes, and how many kinds: heartbeats and texts are often the same. */
const RUN_OF_BYTES = 8
const KINDS_OF_BYTES = 3
/** Records of the same bytes within a stretch are the same one only when they came about the same time, or as far apart as those ahead of it. */
const APART_MS_MAX = 10_000
/** More cells than this are not weighed one by one. */
const CELLS_MAX = 1_000_000

export const isSameRecord = (a: ComparedRecord, b: ComparedRecord): boolean =>
  a.received_at_ms === b.received_at_ms && isSameBytes(a.bytes, b.bytes)

/**
 * The nearest place within `window` records where both sides go on alike: with times, or by their bytes alone. Undefined when there is none. With
 * times one record is enough: the same bytes in the same millisecond are no chance.
 */
export function anchorOf(
  expected: readonly ComparedRecord[],
  found: readonly ComparedRecord[],
  { window, with_time }: { readonly window: number; readonly with_time: boolean },
): Anchor | undefined {
  const places = new Map<string, number[]>()
  const rows = Math.min(window, expected.length)
  for (let n = 0; n < rows; n++) {
    const name = nameOf(expected[n]!, with_time)
    const known = places.get(name)
    if (known === undefined) places.set(name, [n])
    else known.push(n)
  }
  let best: Anchor | undefined
  const columns = Math.min(window, found.length)
  for (let at = 0; at < columns && (best === undefined || at < best.expected + best.found); at++) {
    for (const n of places.get(nameOf(found[at]!, with_time)) ?? []) {
      if (best !== undefined && n + at >= best.expected + best.found) break
      const goes_on = with_time ? isSameRecord(expected[n]!, found[at]!) : goesOnInBytes(expected, n, found, at)
      if (!goes_on) continue
      best = { expected: n, found: at }
      break
    }
  }
  return best
}

/** Up to the end of both sides, or for a whole run. */
function goesOnInBytes(expected: readonly ComparedRecord[], from: number, found: readonly ComparedRecord[], at: number): boolean {
  const kinds = new Set<string>()
  for (let n = 0; n < RUN_OF_BYTES; n++) {
    const [a, b] = [expected[from + n], found[at + n]]
    if (a === undefined && b === undefined) return n > 0
    if (a === undefined || b === undefined || !isSameBytes(a.bytes, b.bytes)) return false
    kinds.add(nameOf(a, false))
  }
  return kinds.size >= KINDS_OF_BYTES
}

function nameOf({ received_at_ms, bytes }: ComparedRecord, with_time: boolean): string {
  const name = `${bytes.length}:${crc32c(bytes)}`
  return with_time ? `${received_at_ms}:${name}` : name
}

/**
 * Pairs what lies between two such places, with as few differences as there can be: a record alone counts one, and so do a pair of the same
 * bytes and a pair of the same millisecond; other pairs are not made. Very long stretches are paired by time instead. `shift_ms`: how much later than
 * expected the records ahead of the stretch were found.
 */
export function alignStretch(
  expected: readonly ComparedRecord[],
  found: readonly ComparedRecord[],
  shift_ms: number,
): AlignedPair[] {
  const is_short = (expected.length + 1) * (found.length + 1) <= CELLS_MAX
  const costOf: CostOf = (a, b) => costOfPair(a, b, shift_ms)
  return is_short ? alignByCost(expected, found, costOf) : alignByTime(expected, found, costOf)
}

type CostOf = (a: ComparedRecord, b: ComparedRecord) => number

const NO_PAIR = 2

function costOfPair(a: ComparedRecord, b: ComparedRecord, shift_ms: number): number {
  const later_ms = b.received_at_ms - a.received_at_ms
  const is_same_time = later_ms === 0
  if (Math.abs(later_ms) > APART_MS_MAX && later_ms !== shift_ms) return NO_PAIR
  const is_same = isSameBytes(a.bytes, b.bytes)
  return is_same && is_same_time ? 0 : is_same || is_same_time ? 1 : NO_PAIR
}

function alignByCost(expected: readonly ComparedRecord[], found: readonly ComparedRecord[], costOf: CostOf): AlignedPair[] {
  const width = found.length + 1
  // costs of the rest from each cell on, from the end
  const costs = new Uint32Array((expected.length + 1) * width)
  for (let n = expected.length; n >= 0; n--)
    for (let at = found.length; at >= 0; at--) {
      if (n === expected.length) costs[n * width + at] = found.length - at
      else if (at === found.length) costs[n * width + at] = expected.length - n
      else {
        const cell = n * width + at
        const alone = 1 + Math.min(costs[cell + 1]!, costs[cell + width]!)
        const pair = costOf(expected[n]!, found[at]!)
        costs[cell] = pair < NO_PAIR ? Math.min(alone, pair + costs[cell + width + 1]!) : alone
      }
    }
  const pairs: AlignedPair[] = []
  let n = 0
  let at = 0
  while (n < expected.length || at < found.length) {
    const [a, b] = [expected[n], found[at]]
    const cell = n * width + at
    if (a !== undefined && b !== undefined) {
      const pair = costOf(a, b)
      if (pair < NO_PAIR && costs[cell] === pair + costs[cell + width + 1]!) {
        pairs.push({ expected: a, found: b })
        n++
        at++
        continue
      }
    }
    const is_missing = a !== undefined && (b === undefined || costs[cell] === 1 + costs[cell + width]!)
    pairs.push(is_missing ? { expected: a, found: undefined } : { expected: undefined, found: b })
    if (is_missing) n++
    else at++
  }
  return pairs
}

function alignByTime(expected: readonly ComparedRecord[], found: readonly ComparedRecord[], costOf: CostOf): AlignedPair[] {
  const pairs: AlignedPair[] = []
  let n = 0
  let at = 0
  while (n < expected.length || at < found.length) {
    const [a, b] = [expected[n], found[at]]
    if (a !== undefined && b !== undefined && costOf(a, b) < NO_PAIR) {
      pairs.push({ expected: a, found: b })
      n++
      at++
    } else if (a !== undefined && (b === undefined || a.received_at_ms <= b.received_at_ms)) {
      pairs.push({ expected: a, found: undefined })
      n++
    } else {
      pairs.push({ expected: undefined, found: b })
      at++
    }
  }
  return pairs
}
