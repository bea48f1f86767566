import { parseSegmentName, type RecordedGap } from '../../core/recording/index.js'
import { formatDate } from '../../core/time/index.js'
import { makeManifest } from '../make-manifest.js'
import { type ClosedSegment, touches } from './manifests.js'
import type { FullSetup } from './recorder-setup.js'
import type { Segment } from './segment.js'

/** What a connection carries from then on: tokens by mode. */
interface Change {
  readonly connection: number
  readonly at_ms: number
  readonly wanted: ReadonlyMap<string, readonly number[]>
}

/** What a run knows that its files do not say, for their manifests. */
export class RunFacts {
  readonly gaps: RecordedGap[] = []
  readonly changes: Change[] = []
  /** When steps of the clock were told. */
  readonly clock_steps: number[] = []
  readonly #setup: FullSetup

  constructor(setup: FullSetup) {
    this.#setup = setup
  }

  /** A segment that is not written any more and stands for the time up to `to_ms`. Its checksum ends here: to be asked for once. */
  describe(segment: Segment, connection: number, to_ms: number): ClosedSegment {
    const setup = this.#setup
    const { facts, name } = segment
    const span = { from_ms: facts.first_ms ?? to_ms, to_ms: Math.max(to_ms, facts.last_ms ?? to_ms) }
    const manifest = makeManifest({
      version: setup.version,
      file: name,
      profile: setup.profile,
      date: formatDate(parseSegmentName(name)!.day),
      connection,
      byte_order: 'big',
      clock: { stamps: setup.stamps, steps: this.clock_steps.filter((at_ms) => isWithin(at_ms, span)).length },
      sessions: [setup.session],
      subscriptions: this.#subscriptionsOf(connection, span),
      instruments_sha256: setup.instruments_sha256,
      counts: facts.counts,
      first_ms: facts.first_ms ?? null,
      last_ms: facts.last_ms ?? null,
      bytes: facts.bytes,
      sha256: facts.sha256(),
      fsync: fsyncWord(setup.fsync),
      worst_unsynced_ms: Math.round(segment.worst_unsynced_ms),
      gaps: this.gaps.filter((gap) => touches(gap, span, connection)),
      suspect: segment.broken !== undefined,
    })
    return { ...span, manifest }
  }

  /** As they stood when the segment began, then every change. */
  #subscriptionsOf(connection: number, { from_ms, to_ms }: Span) {
    const own = this.changes.filter((change) => change.connection === connection && change.at_ms <= to_ms)
    const first = own.findLastIndex(({ at_ms }) => at_ms <= from_ms)
    return own
      .slice(Math.max(0, first))
      .flatMap(({ at_ms, wanted }) => [...wanted].map(([mode, tokens]) => ({ at_ms, mode, tokens: [...tokens] })))
  }
}

/** Both ends included. */
type Span = Pick<ClosedSegment, 'from_ms' | 'to_ms'>
const isWithin = (at_ms: number, { from_ms, to_ms }: Span): boolean => at_ms >= from_ms && at_ms <= to_ms

/** `100ms`, `always`: as journal and manifests tell it. */
export const fsyncWord = (fsync: FullSetup['fsync']): string => (typeof fsync === 'number' ? `${fsync}ms` : fsync)
