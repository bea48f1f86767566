import { parseSegmentName, segmentHour, segmentName } from '../../core/recording/index.js'
import { codeOf } from './recorder-ports.js'
import { openSegment, type Segment, type SegmentWorld } from './segment.js'

/** What names of segments depend on besides their time. */
export interface NamingWorld extends SegmentWorld {
  readonly profile: string
}

/** Where a segment belongs. `connection` is undefined in a capture with one. */
interface Place {
  readonly first_ms: number
  readonly connection: number | undefined
}

/** Opens the part behind the last one of that hour: nothing that is there, packed or not, is ever appended to. */
export async function openNextPart(world: NamingWorld, place: Place & { hour: number }): Promise<Segment> {
  const names = await world.ports.files.list(world.folder)
  for (let part = lastPart(world, place, names) + 1; ; part++) {
    try {
      return await openSegment(world, partName(world, { ...place, part }), place.hour)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}

export function partName({ profile }: NamingWorld, { first_ms, connection, part }: Place & { part: number }): string {
  return segmentName(profile, { ...segmentHour(first_ms), part, connection })
}

/** 0 when there is none. */
function lastPart(world: NamingWorld, place: Place, names: readonly string[]): number {
  const own = parseSegmentName(partName(world, { ...place, part: 1 }))
  const parts = names.map(parseSegmentName).map((there) => {
    const is_own = there?.profile === own?.profile && there?.day === own?.day && there?.minute === own?.minute
    return is_own && there?.connection === own?.connection ? (there?.part ?? 0) : 0
  })
  return Math.max(0, ...parts)
}
