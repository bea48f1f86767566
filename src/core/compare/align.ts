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

/** Equal records in a row that make a place where both go on: one alone may be chance. */
const RUN = 3
/** By bytes alone more are asked for, and of several kinds: heartbeats and texts are often the same. */
const RUN_OF_BYTES = 8
const KINDS_OF_BYTES = 3
/** A single record of the same bytes within a stretch is the same one only when it came about the same time. */
const APART_MS_MAX = 10_000
/** More cells than this are not weighed one by one. */
const CELLS_MAX = 1_000_000

export const isSameRecord = (a: ComparedRecord, b: ComparedRecord): boolean =>
  a.received_at_ms === b.received_at_ms && isSameBytes(a.bytes, b.bytes)

/**
 * The nearest place within `window` records where both sides go on alike: with times, or by their bytes alone. Undefined when there is none. A run
 * with times may end with either side, one by bytes with both.
 */
export function anchorOf(
  expected: readonly ComparedRecord[],
  found: readonly ComparedRecord[],
  { window, with_time }: { readonly window: number; readonly with_time: boolean },
): Anchor | undefined {
  const goesOn = with_time ? goesOnAlike : goesOnInBytes
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
      if (!goesOn(expected, n, found, at)) continue
      best = { expected: n, found: at }
      break
    }
  }
  return best
}

function goesOnAlike(expected: readonly ComparedRecord[], from: number, found: readonly ComparedRecord[], at: number): boolean {
  for (let n = 0; n < RUN; n++) {
    const [a, b] = [expected[from + n], found[at + n]]
    if (a === undefined || b === undefined) return n > 0
    if (!isSameRecord(a, b)) return false
  }
  return true
}

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
 * bytes and a pair of the same millisecond; other pairs are not made. Very long stretches are paired by time instead.
 */
export function alignStretch(expected: readonly ComparedRecord[], found: readonly ComparedRecord[]): AlignedPair[] {
  return (expected.length + 1) * (found.length + 1) <= CELLS_MAX ? alignByCost(expected, found) : alignByTime(expected, found)
}

const NO_PAIR = 2

function costOf(a: ComparedRecord, b: ComparedRecord): number {
  const is_same_time = a.received_at_ms === b.received_at_ms
  if (!is_same_time && Math.abs(a.received_at_ms - b.received_at_ms) > APART_MS_MAX) return NO_PAIR
  const is_same = isSameBytes(a.bytes, b.bytes)
  return is_same && is_same_time ? 0 : is_same || is_same_time ? 1 : NO_PAIR
}

function alignByCost(expected: readonly ComparedRecord[], found: readonly ComparedRecord[]): AlignedPair[] {
  const width = found.length + 1
  // costs of the rest from each cell on, from the end
  const costs = new Uint32Array((expected.length + 1) * width)
  for (let n = expected.length; n >= 0; n--)
    for (let at = found.length; at >= 0; at--) {
      if (n === expected.length) costs[n * width + at] = found.length - at
      else if (at === found.length) costs[n * width + at] = expected.length - n
      else costs[n * width + at] = cheapest(expected[n]!, found[at]!, costs, n * width + at, width)
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

function cheapest(a: ComparedRecord, b: ComparedRecord, costs: Uint32Array, cell: number, width: number): number {
  const alone = 1 + Math.min(costs[cell + 1]!, costs[cell + width]!)
  const pair = costOf(a, b)
  return pair < NO_PAIR ? Math.min(alone, pair + costs[cell + width + 1]!) : alone
}

function alignByTime(expected: readonly ComparedRecord[], found: readonly ComparedRecord[]): AlignedPair[] {
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
