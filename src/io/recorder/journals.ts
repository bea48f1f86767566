import { join } from 'node:path'
import { type JournalEntry, type JournalEvent, journalName, readJournal } from '../../core/recording/index.js'
import type { IstDay } from '../../core/time/index.js'
import type { RecorderFiles } from './recorder-ports.js'
import { readWholeFile } from './whole-file.js'

/** The journals of a folder as they were found. */
export class Journals {
  readonly #files: RecorderFiles
  readonly #folder: string
  readonly #profile: string
  readonly #read = new Map<IstDay, Promise<readonly JournalEntry[]>>()

  constructor(files: RecorderFiles, folder: string, profile: string) {
    this.#files = files
    this.#folder = folder
    this.#profile = profile
  }

  of(day: IstDay): Promise<readonly JournalEntry[]> {
    const known = this.#read.get(day) ?? this.#load(day)
    this.#read.set(day, known)
    return known
  }

  forget(day: IstDay): void {
    this.#read.delete(day)
  }

  /** Names of the segments that a capture says it opened; those of the last minutes of a day may be told on the next. */
  async opened(day: IstDay): Promise<ReadonlySet<string>> {
    const entries = [...(await this.of(day)), ...(await this.of(day + 1))]
    return new Set(entries.flatMap((entry) => (entry.event === 'segment_opened' ? [entry.file] : [])))
  }

  /** The same event, whenever on that day. A file is recovered to one length once, however often that was begun. */
  async hasToldOn(day: IstDay, event: JournalEvent): Promise<boolean> {
    const key = keyOf(event)
    return (await this.of(day)).some(({ at_ms: _, ...told }) => keyOf(told) === key)
  }

  async #load(day: IstDay): Promise<readonly JournalEntry[]> {
    const bytes = await readWholeFile(this.#files, join(this.#folder, journalName(this.#profile, day)))
    return readJournal(new TextDecoder().decode(bytes)).entries
  }
}

const keyOf = (event: JournalEvent): string =>
  JSON.stringify(event.event === 'recovered' ? { ...event, cut_bytes: undefined } : event)
