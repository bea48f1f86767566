import { basename } from 'node:path'
import { distinctGaps, type Manifest, parseSegmentName, type RecordedGap } from '../../core/recording/index.js'
import { formatDate, istDay } from '../../core/time/index.js'
import { makeManifest, mdsVersion } from '../make-manifest.js'
import type { WrittenFacts } from './recording-writer.js'

/** A manifest for a recording that mds made of others, or came upon without one. `original`: what is known from before. */
export function madeManifest(
  facts: WrittenFacts,
  original: Manifest | undefined,
  changes: { gaps: readonly RecordedGap[] } & Partial<Pick<Manifest, 'made_from' | 'skipped' | 'profile' | 'clock'>>,
): Manifest {
  const name = parseSegmentName(facts.file)
  const day = name?.day ?? istDay(facts.first_ms ?? 0)
  return makeManifest({
    version: mdsVersion(),
    profile: name?.profile ?? basename(facts.file, '.bin'),
    date: formatDate(day),
    connection: name?.connection ?? 1,
    clock: original?.clock ?? { stamps: 'machine', steps: 0 },
    sessions: original?.sessions ?? [],
    subscriptions: original?.subscriptions ?? [],
    instruments_sha256: original?.instruments_sha256 ?? null,
    fsync: original?.fsync ?? 'unknown',
    worst_unsynced_ms: original?.worst_unsynced_ms ?? null,
    suspect: original?.suspect ?? false,
    ...facts,
    ...changes,
    gaps: distinctGaps([...(original?.gaps ?? []), ...changes.gaps]),
  })
}
