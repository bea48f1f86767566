import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { usageError } from '../core/errors.js'
import type { Calendar, Instrument } from '../core/market/index.js'
import type { IstDay } from '../core/time/index.js'
import { baselinePathIn, type LoadedBaseline, loadBaseline } from './baseline-file.js'
import type { SessionFiles } from './find-recordings.js'

/** Whose day it is. */
export interface DayInPlace {
  readonly day: IstDay | undefined
  /** Where the recordings lie, and their profile: the baseline beside them is used unless the user named one. */
  readonly folder: string
  readonly profile: string
  readonly calendar: Calendar
  /** Of the day's master. */
  readonly instruments: Iterable<Instrument>
}

/** A baseline as one day sees it, and where it came from. */
export interface EarlierSessions {
  readonly path: string
  readonly baseline: LoadedBaseline
}

/** The baseline that was named, else the one beside the recordings; undefined when there is none. Only sessions before the day are in it. */
export async function earlierSessions(named: string | undefined, place: DayInPlace): Promise<EarlierSessions | undefined> {
  const path = named ?? besideRecordings(place)
  if (path === undefined) return undefined
  const { day, calendar, instruments } = place
  if (day === undefined) throw undated(path)
  return { path, baseline: await loadBaseline(path, { before: day, calendar, instruments }) }
}

function besideRecordings({ folder, profile, day }: DayInPlace): string | undefined {
  const path = baselinePathIn(folder, profile)
  return day !== undefined && existsSync(path) ? path : undefined
}

/** A recording without a date in its name may be of any day: histories could then tell what comes later. */
const undated = (path: string): Error =>
  usageError(
    'undated_recording',
    `--baseline ${path}: the recording has no date in its name, so what is earlier than it is not known.`,
    'rename the recording to PROFILE_YYYYMMDD_HHMM.bin',
    'leave --baseline out',
  )

/** Folder and profile of a session's recordings; those of the first file, where there are several. */
export function placeOf({ files }: SessionFiles): { folder: string; profile: string } {
  const [first] = files
  return { folder: first === undefined || first.path === '-' ? '' : dirname(first.path), profile: first?.profile ?? '' }
}
