import { type BarPair, type Figures, type OwnBar, sameFigures, type TheirBar } from './bars.js'

/** A pair with both sides. */
interface Pair extends BarPair {
  readonly own: OwnBar
  readonly their: TheirBar
}

/**
 * Positions of pairs whose differences are trades at the turns between them: neighbours without a hole that together have the same volume, range,
 * first open and last close on both sides, while up to each turn one side is ahead by no more than a bar's volume. Of pairs that `may` be in a run;
 * one that nothing else explains (`isOpen`) must be among them.
 */
export function boundaryRuns(
  pairs: readonly BarPair[],
  may: (at: number) => boolean,
  isOpen: (at: number) => boolean,
): Set<number> {
  const found = new Set<number>()
  for (let from = 0; from < pairs.length - 1; from++) {
    const to = runFrom(pairs, from, may)
    if (to === undefined) continue
    const run = Array.from({ length: to - from + 1 }, (_, n) => from + n)
    if (!run.some(isOpen)) continue
    for (const at of run) found.add(at)
    from = to
  }
  return found
}

/** The last position of the shortest run that begins at `from`. */
function runFrom(pairs: readonly BarPair[], from: number, may: (at: number) => boolean): number | undefined {
  let [own, their]: [Figures | undefined, Figures | undefined] = [undefined, undefined]
  let before: Pair | undefined
  for (let at = from; at < pairs.length && may(at); at++) {
    const pair = pairs[at]
    if (!isWhole(pair) || (before !== undefined && before.own.close_time_ms !== pair.open_time_ms)) return undefined
    if (before !== undefined && !mayHaveMoved(own, their, [before, pair])) return undefined
    own = joined(own, pair.own)
    their = joined(their, pair.their)
    if (before !== undefined && sameFigures(own, their)) return at
    before = pair
  }
  return undefined
}

const isWhole = (pair: BarPair | undefined): pair is Pair => pair?.own !== undefined && pair.their !== undefined

/** What one side is ahead by at this turn can be trades of the two bars around it. Without volumes the prices alone say so. */
function mayHaveMoved(own: Figures | undefined, their: Figures | undefined, [before, after]: readonly [Pair, Pair]): boolean {
  if (own?.volume === undefined || their?.volume === undefined) return true
  const ahead = their.volume - own.volume
  const donor = ahead > 0 ? after.own.volume : before.own.volume
  return ahead !== 0 && Math.abs(ahead) <= (donor ?? 0)
}

function joined(earlier: Figures | undefined, later: Figures): Figures {
  if (earlier === undefined) return later
  return {
    open: earlier.open,
    high: Math.max(earlier.high, later.high),
    low: Math.min(earlier.low, later.low),
    close: later.close,
    volume: earlier.volume === undefined || later.volume === undefined ? undefined : earlier.volume + later.volume,
  }
}
