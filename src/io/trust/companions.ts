import { copyFileSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  distinctGaps,
  encodeJournalLine,
  type JournalEntry,
  journalName,
  ledgerOf,
  MASTER_ENDINGS,
  masterName,
  parseSegmentName,
  type RecordedGap,
  readManifest,
  recordingBeside,
} from '../../core/recording/index.js'
import type { IstDay } from '../../core/time/index.js'
import { readIfThere } from './beside.js'
import { writeDurably } from './durable.js'

/** Which recordings: of one profile and day in one folder. */
export interface DayOfProfile {
  readonly folder: string
  readonly profile: string
  readonly day: IstDay
}

/** The instrument masters of a day, for the copies made of its recordings: they keep their names. */
export function copyMasters(from: DayOfProfile, to: DayOfProfile): void {
  for (const ending of MASTER_ENDINGS) {
    const pathIn = ({ folder, profile, day }: DayOfProfile): string => join(folder, masterName(profile, day, ending))
    const [source, target] = [pathIn(from), pathIn(to)]
    if (existsSync(source) && !existsSync(target)) copyFileSync(source, target)
  }
}

/** The journal for recordings that were made of others: what `entries` say, and every gap that a manifest beside them tells besides. */
export function writeJournal({ folder, profile, day }: DayOfProfile, entries: readonly JournalEntry[]): void {
  const told = ledgerOf(entries).gaps
  // of a gap told twice the first stays
  const gaps = distinctGaps([...told, ...manifestGaps({ folder, profile, day })]).filter((gap) => !told.includes(gap))
  const lines = [...entries, ...gaps.map((gap): JournalEntry => ({ at_ms: gap.to_ms, event: 'gap', ...gap }))].map(
    encodeJournalLine,
  )
  if (lines.length === 0) return
  writeDurably(join(folder, journalName(profile, day)), [new TextEncoder().encode(lines.join(''))])
}

function manifestGaps({ folder, profile, day }: DayOfProfile): RecordedGap[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const recording = name.endsWith('.manifest.json') ? recordingBeside(name) : undefined
      const parts = recording === undefined ? undefined : parseSegmentName(recording)
      if (parts?.profile !== profile || parts.day !== day) return []
      return readManifest(readIfThere(join(folder, name))?.toString('utf8') ?? '')?.gaps ?? []
    })
}
