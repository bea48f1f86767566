import { formatClock, formatCompactDate, type IstDay, istDay, parseDate, type TimestampMs } from '../time/index.js'

/**
 * What the name of a recording says: `<profile>_YYYYMMDD_HHMM[_<part>][-c<connection>].bin[.zst|.gz]`.
 * The part follows `_` so that names sort in the order they were written.
 */
export interface SegmentName {
  readonly profile: string
  readonly day: IstDay
  /** Minutes after midnight IST at which the segment's hour begins; undefined where the name has none. */
  readonly minute: number | undefined
  /** 1, 2, ...: part 1 has no suffix. */
  readonly part: number
  /** 1, 2, 3: of a capture with one connection the name has no suffix, which reads as 1. */
  readonly connection: number
  /** The name has that suffix. */
  readonly names_connection: boolean
}

const RECORDING_NAME = /^(.+)_(\d{8})(?:_(\d{2})(\d{2})(?:_(\d{1,6}))?)?(?:-c(\d{1,2}))?\.bin(?:\.zst|\.gz)?$/

/** Reads a file name (without folder). Undefined when it is not that of a dated recording. */
export function parseSegmentName(name: string): SegmentName | undefined {
  const match = RECORDING_NAME.exec(name)
  const day = match === null ? undefined : parseDate(match[2] as string)
  if (match === null || day === undefined) return undefined
  return {
    profile: match[1] as string,
    day,
    minute: match[3] === undefined ? undefined : Number(match[3]) * 60 + Number(match[4]),
    part: Number(match[5] ?? 1),
    connection: Number(match[6] ?? 1),
    names_connection: match[6] !== undefined,
  }
}

type SegmentPlace = Pick<SegmentName, 'day' | 'minute' | 'part'>

/** In the order they were written: by day, hour and part (10 after 9). A name without an hour comes first of its day. */
export const bySegment = (a: SegmentPlace, b: SegmentPlace): number =>
  a.day - b.day || (a.minute ?? -1) - (b.minute ?? -1) || a.part - b.part

/** Was begun after the other one, on the same connection. */
export const isLaterSegment = (a: SegmentPlace, b: SegmentPlace): boolean => bySegment(a, b) > 0

/** The segment a record belongs to: by its own time of receipt at fixed +05:30, hour by hour. */
export const segmentHour = (received_at_ms: TimestampMs): { day: IstDay; hour: string } => ({
  day: istDay(received_at_ms),
  hour: `${formatClock(received_at_ms).slice(0, 2)}00`,
})

/** The name of a segment. `connection` undefined: a capture with one connection. */
export function segmentName(
  profile: string,
  at: { day: IstDay; hour: string; part: number; connection: number | undefined },
): string {
  const part = at.part === 1 ? '' : `_${at.part}`
  const connection = at.connection === undefined ? '' : `-c${at.connection}`
  return `${profile}_${formatCompactDate(at.day)}_${at.hour}${part}${connection}.bin`
}

/** What the master of a day may end in: Kite's CSV, the same gzipped, the config of a crawler. */
export const MASTER_ENDINGS = ['.csv', '.csv.gz', '.json'] as const

/** Names beside the recordings. */
export const journalName = (profile: string, day: IstDay): string => `${profile}_${formatCompactDate(day)}.journal.jsonl`
export const masterName = (profile: string, day: IstDay, ending: (typeof MASTER_ENDINGS)[number]): string =>
  `${profile}_${formatCompactDate(day)}.instruments${ending}`
export const indexName = (recording: string): string => `${recording}.idx`
export const manifestName = (recording: string): string => `${recording.replace(/\.bin$/, '')}.manifest.json`

const COMPANION =
  /\.(?:idx|manifest\.json|journal\.jsonl|baseline\.ndjson|candles\.\w+|tail-\d+|lock|tmp|instruments\.(?:csv|csv\.gz|json))$/

/** What lies beside recordings and is none, whoever names it: indexes, manifests, journals, baselines, masters, cut-off tails, the lock. */
export const isCompanion = (name: string): boolean => COMPANION.test(name)

/** The recording that an index or a manifest of this name lies beside; undefined for every other name. */
export function recordingBeside(name: string): string | undefined {
  if (name.endsWith('.bin.idx')) return name.slice(0, -'.idx'.length)
  return name.endsWith('.manifest.json') ? `${name.slice(0, -'.manifest.json'.length)}.bin` : undefined
}
