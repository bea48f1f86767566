import type { ProfileNodes } from '../indicators/index.js'
import { MINUTE_MS, type TimestampMs } from '../time/index.js'
import type { PatternView } from './view.js'

const STEP_MS = 5 * MINUTE_MS
/** Snapshots kept: those of the last hour, and the one before. */
const KEPT = 14

/** A volume profile as it was at the end of a minute bar. Prices in feed units. */
export interface ProfileSnapshot {
  readonly at_ms: TimestampMs
  readonly poc: number
  readonly vah: number
  readonly val: number
  /** High-volume and low-volume nodes, from low to high price. */
  readonly nodes: ProfileNodes
}

/**
 * What the volume profile of a session was every five minutes. The first bar that ends in another five minutes of the session makes the snapshot,
 * so between two of them a detector is told of the profile without what it looks at, and nothing is computed.
 */
class ProfileLevels {
  readonly #kept: ProfileSnapshot[] = []
  readonly #session: PatternView['session']
  #step = 0

  constructor(session: PatternView['session']) {
    this.#session = session
  }

  isOf(view: PatternView): boolean {
    return this.#session === view.session
  }

  update(view: PatternView): void {
    const step = Math.floor((view.now_ms - view.open_ms) / STEP_MS)
    if (step === this.#step) return
    this.#step = step
    const { poc, vah, val } = view.profile
    if (Number.isNaN(poc)) return
    this.#kept.push({ at_ms: view.now_ms, poc, vah, val, nodes: view.profile.nodes() })
    if (this.#kept.length > KEPT) this.#kept.shift()
  }

  /** The latest one that is not later; undefined without one. */
  asOf(at_ms: TimestampMs): ProfileSnapshot | undefined {
    for (let n = this.#kept.length - 1; n >= 0; n--) {
      const snapshot = this.#kept[n] as ProfileSnapshot
      if (snapshot.at_ms <= at_ms) return snapshot
    }
    return undefined
  }
}

/** By view, since several detectors ask for the same. */
const levels = new WeakMap<PatternView, ProfileLevels>()

/** What detectors ask of the snapshots of a session. */
export type Levels = Pick<ProfileLevels, 'asOf'>

/** To be asked at every bar: snapshots are made as bars come in. Answers whoever asks first and last in a bar the same. */
export function profileLevels(view: PatternView): Levels {
  let own = levels.get(view)
  if (own?.isOf(view) !== true) {
    own = new ProfileLevels(view.session)
    levels.set(view, own)
  }
  own.update(view)
  return own
}

/** The same where it was made of so many minutes of trading; undefined while it is younger. */
export function told(
  { open_ms }: PatternView,
  snapshot: ProfileSnapshot | undefined,
  { profile_minutes }: { readonly profile_minutes: number },
): ProfileSnapshot | undefined {
  return snapshot !== undefined && snapshot.at_ms >= open_ms + profile_minutes * MINUTE_MS ? snapshot : undefined
}

/** The first of the prices that lies ahead of `from` on that side, at least `away` from it; NaN for none. */
export function nextAhead(prices: readonly number[], from: number, sign: 1 | -1, away: number): number {
  if (sign > 0) return prices.find((price) => price - from >= away) ?? Number.NaN
  return prices.findLast((price) => from - price >= away) ?? Number.NaN
}
