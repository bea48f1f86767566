import { parseSegmentName, type SegmentName } from '../../core/recording/index.js'
import { IST_OFFSET_MS } from '../../core/time/index.js'

const HOUR_MS = 3_600_000
const MINUTES_OF_HOUR = 60
const HOURS_OF_DAY = 24

/** IST hours since the epoch. */
export const hourOf = (time_ms: number): number => Math.floor((time_ms + IST_OFFSET_MS) / HOUR_MS)

export const hourStartMs = (hour: number): number => hour * HOUR_MS - IST_OFFSET_MS

/** The name of a plain hourly recording of that profile; undefined for every other name. */
export function parseHourly(profile: string, name: string): (SegmentName & { hour: number }) | undefined {
  const parsed = parseSegmentName(name)
  if (parsed === undefined || parsed.profile !== profile || parsed.minute === undefined) return undefined
  if (parsed.minute % MINUTES_OF_HOUR !== 0) return undefined
  return { ...parsed, hour: parsed.day * HOURS_OF_DAY + parsed.minute / MINUTES_OF_HOUR }
}
