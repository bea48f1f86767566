import { basename, dirname, resolve } from 'node:path'
import { GAP_MS } from '../../core/candles/index.js'
import { isDecided, parseSegmentName, type RecordedGap, spellOut, type TimeSpan } from '../../core/recording/index.js'
import type { RecordingFile, SessionFiles } from '../find-recordings.js'
import { type GapsOfProfile, recordedGaps } from './session-gaps.js'

/** One connection of one capture, over all its files. */
export interface MergeSide {
  readonly name: string
  readonly files: readonly RecordingFile[]
  readonly ledger: GapsOfProfile
  /** When nothing was received for long, whatever the journal says. */
  readonly silences: TimeSpan[]
  first_ms: number | undefined
  last_ms: number
}

/** The sides of a session, and to which of them each file belongs. */
export function sidesOf({ files }: SessionFiles): { sides: MergeSide[]; side_of_file: number[] } {
  const keys = files.map(keyOf)
  const distinct = [...new Set(keys)]
  const sides = distinct.map((key): MergeSide => {
    const own = files.filter((_, n) => keys[n] === key)
    const [ledger] = recordedGaps(own) as [GapsOfProfile]
    return { name: nameOf(own[0] as RecordingFile), files: own, ledger, silences: [], first_ms: undefined, last_ms: 0 }
  })
  return { sides, side_of_file: keys.map((key) => distinct.indexOf(key)) }
}

const keyOf = ({ path, profile }: RecordingFile): string =>
  JSON.stringify([resolve(dirname(path)), profile, parseSegmentName(basename(path))?.connection ?? 0])

const connectionOf = ({ files }: MergeSide): number => (files[0] as RecordingFile).connection

function nameOf({ path, profile }: RecordingFile): string {
  const connection = parseSegmentName(basename(path))?.connection
  return `${dirname(path)}/${profile}${connection === undefined ? '' : `-c${connection}`}`
}

/** A record of this side has come. */
export function hear(side: MergeSide, received_at_ms: number): void {
  if (side.first_ms !== undefined && received_at_ms - side.last_ms > GAP_MS)
    side.silences.push({ from_ms: side.last_ms, to_ms: received_at_ms })
  side.first_ms ??= received_at_ms
  side.last_ms = Math.max(side.last_ms, received_at_ms)
}

/** All that a side misses between `from_ms` and `to_ms`: what is written down, and silences that nothing written decides about. */
export function missedBy(side: MergeSide, { from_ms, to_ms }: TimeSpan): RecordedGap[] {
  const { first_ms = to_ms, last_ms, silences, ledger } = side
  const outside = [
    { from_ms, to_ms: first_ms },
    { from_ms: Math.max(from_ms, last_ms), to_ms },
  ].filter((span) => span.to_ms - span.from_ms > GAP_MS)
  const undecided = [...outside, ...silences].filter((silence) => !isDecided(silence, connectionOf(side), ledger))
  const told = ledger.gaps.filter(({ connection }) => connection === connectionOf(side))
  return [
    ...spellOut(told, ledger.journal?.entries ?? []),
    ...undecided.map((span): RecordedGap => ({ ...span, connection: 1, cause: 'silence', grade: 'weak' })),
  ]
}

/** Did a journal tell everything while this side was recorded? */
export function isTold(side: MergeSide): boolean {
  const { ledger, first_ms, last_ms } = side
  if (first_ms === undefined) return true
  return ledger.covered !== undefined && isDecided({ from_ms: first_ms, to_ms: last_ms }, connectionOf(side), ledger)
}
