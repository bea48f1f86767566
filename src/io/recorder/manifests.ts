import { join } from 'node:path'
import { conditionOf, encodeManifest, type Manifest, manifestName, type RecordedGap } from '../../core/recording/index.js'
import type { RecorderFiles } from './recorder-ports.js'
import { writeWholeFile } from './whole-file.js'

/** A segment of the past, and the time it stands for: `[from_ms, to_ms]`, both ends included, since a gap begins with the last record. */
export interface ClosedSegment {
  readonly from_ms: number
  readonly to_ms: number
  manifest: Manifest
}

/** True when a gap of a connection concerns the segment. */
export function touches(gap: RecordedGap, { from_ms, to_ms }: { from_ms: number; to_ms: number }, connection: number): boolean {
  return gap.connection === connection && gap.from_ms <= to_ms && gap.to_ms >= from_ms
}

/** The manifests of a run. One that a gap told later concerns is written anew. */
export class Manifests {
  readonly #files: RecorderFiles
  readonly #folder: string
  readonly #sync: boolean
  readonly #closed: ClosedSegment[] = []
  /** One at a time: two writes of one manifest would get in each other's way. */
  #last: Promise<void> = Promise.resolve()

  constructor(files: RecorderFiles, folder: string, { sync }: { sync: boolean }) {
    this.#files = files
    this.#folder = folder
    this.#sync = sync
  }

  /** Writes the manifest of a segment, which is known from now on; rejects when the disk refuses, and may be asked again. */
  add(closed: ClosedSegment): Promise<void> {
    if (!this.#closed.includes(closed)) this.#closed.push(closed)
    return this.#write(closed)
  }

  /** Puts a gap into the manifests it concerns, and gives those, to be written. */
  concernedBy(gap: RecordedGap): ClosedSegment[] {
    const concerned = this.#closed.filter((closed) => touches(gap, closed, closed.manifest.connection))
    for (const closed of concerned) putGap(closed, gap)
    return concerned
  }

  rewrite(closed: ClosedSegment): Promise<void> {
    return this.#write(closed)
  }

  #write(closed: ClosedSegment): Promise<void> {
    const path = join(this.#folder, manifestName(closed.manifest.file))
    const written = this.#last.then(() =>
      writeWholeFile(this.#files, path, new TextEncoder().encode(encodeManifest(closed.manifest)), this.#sync),
    )
    this.#last = written.catch(() => {})
    return written
  }
}

/** Puts a gap into a manifest that does not have it yet. */
export function putGap(closed: ClosedSegment, gap: RecordedGap): void {
  const text = JSON.stringify(gap)
  if (closed.manifest.gaps.some((known) => JSON.stringify(known) === text)) return
  const gaps = [...closed.manifest.gaps, gap]
  closed.manifest = { ...closed.manifest, gaps, condition: conditionOf({ ...closed.manifest, gaps }) }
}
