import { join } from 'node:path'
import { encodeJournalLine, type JournalEntry, journalName } from '../../core/recording/index.js'
import { type IstDay, istDay } from '../../core/time/index.js'
import type { FsyncPolicy } from '../capture/recorder-port.js'
import { codeOf, type OpenFile, type RecorderPorts, writeAll } from './recorder-ports.js'
import { failureOf } from './write-failure.js'

const RETRY_MS = 1000
/** Lines that a disk refuses wait, but not without end. Gaps always do: there is one for each hole, not for each message. */
const WAITING_CHARS_MAX = 4 * 1024 * 1024
const NEWLINE = 0x0a

interface Line {
  readonly day: IstDay
  readonly text: string
}

/**
 * The journal of a capture, a file for each IST day. Lines are written in the order they are told, at once; one that could not be synced is
 * written again into the file as it is opened next, so a line may stand there twice but is never missing.
 */
export class JournalWriter {
  /** What the last attempt failed with. */
  failure: string | undefined
  /** Lines given up because too many waited. */
  lost_lines = 0
  readonly #folder: string
  readonly #profile: string
  readonly #ports: RecorderPorts
  readonly #syncs: boolean
  #waiting: Line[] = []
  #waiting_chars = 0
  /** Written, not synced. */
  #unsynced: Line[] = []
  #file: OpenFile | undefined
  #day: IstDay | undefined
  #bytes = 0
  #is_named = false
  #last: Promise<boolean> = Promise.resolve(true)
  #retry: (() => void) | undefined

  constructor(setup: { folder: string; profile: string; ports: RecorderPorts; fsync: FsyncPolicy }) {
    this.#folder = setup.folder
    this.#profile = setup.profile
    this.#ports = setup.ports
    this.#syncs = typeof setup.fsync === 'number' || setup.fsync === 'always'
  }

  get isDirty(): boolean {
    return this.#waiting.length > 0 || (this.#syncs && this.#unsynced.length > 0)
  }

  /** Takes a line and writes it as soon as may be. Days never go back: a late line stands in the newest journal. */
  line(entry: JournalEntry): void {
    const text = encodeJournalLine(entry)
    if (entry.event !== 'gap' && this.#waiting_chars + text.length > WAITING_CHARS_MAX) {
      this.lost_lines++
      return
    }
    const day = Math.max(istDay(entry.at_ms), this.#waiting.at(-1)?.day ?? this.#day ?? 0)
    this.#waiting.push({ day, text })
    this.#waiting_chars += text.length
    if (this.#waiting.length === 1) void this.#attempt(false)
  }

  /** One attempt to make the lines told so far as safe as the policy has it. */
  synced(): Promise<boolean> {
    return this.#attempt(this.#syncs)
  }

  /** True when the file was taken away: what it held is gone, and the next line begins a new one. */
  async look(): Promise<boolean> {
    const file = this.#file
    if (file === undefined || this.#day === undefined) return false
    if ((await file.isAt(this.#path(this.#day)).catch(() => true)) || file !== this.#file) return false
    await this.#letGo()
    return true
  }

  /** The last lines, synced unless nothing ever is. Never rejects. */
  async close(sync: boolean): Promise<void> {
    await this.#attempt(this.#syncs)
    this.#retry?.()
    if (sync && !this.#syncs && this.#file !== undefined) await this.#sync().catch(() => {})
    await this.#letGo()
  }

  /** One after another. */
  #attempt(sync: boolean): Promise<boolean> {
    this.#last = this.#last.then(() => this.#write(sync))
    return this.#last
  }

  async #write(sync: boolean): Promise<boolean> {
    try {
      while (this.#waiting.length > 0) await this.#writeDay(this.#waiting[0]!.day)
      if (sync && this.#unsynced.length > 0) await this.#sync()
      this.failure = undefined
      return true
    } catch (error) {
      this.failure = codeOf(error)
      if (failureOf(this.failure) === 'broken') {
        this.#waiting = [...this.#unsynced.splice(0), ...this.#waiting]
        await this.#letGo()
      }
      this.#retry ??= this.#ports.timers.after(RETRY_MS, () => {
        this.#retry = undefined
        void this.#attempt(sync)
      })
      return false
    }
  }

  async #writeDay(day: IstDay): Promise<void> {
    const file = await this.#fileOf(day)
    const other = this.#waiting.findIndex((line) => line.day !== day)
    const lines = this.#waiting.slice(0, other < 0 ? this.#waiting.length : other)
    const bytes = new TextEncoder().encode(lines.map(({ text }) => text).join(''))
    try {
      await writeAll(file, bytes)
    } catch (error) {
      await file.cut(this.#bytes)
      throw error
    }
    this.#bytes += bytes.length
    this.#waiting.splice(0, lines.length)
    this.#waiting_chars = this.#waiting.reduce((sum, { text }) => sum + text.length, 0)
    this.#unsynced.push(...lines)
    if (!this.#syncs) this.#unsynced.length = 0
  }

  async #sync(): Promise<void> {
    const lines = this.#unsynced.length
    await this.#file?.sync()
    if (!this.#is_named) await this.#ports.files.syncFolder(this.#folder)
    this.#is_named = true
    this.#unsynced.splice(0, lines)
  }

  async #fileOf(day: IstDay): Promise<OpenFile> {
    if (this.#file !== undefined && this.#day === day) return this.#file
    if (this.#syncs && this.#unsynced.length > 0) await this.#sync()
    await this.#letGo()
    const file = await this.#ports.files.open(this.#path(day), 'append')
    try {
      this.#bytes = await file.size()
      const last = new Uint8Array(1)
      // A line cut short by a crash ends here, and counts as one that is damaged.
      if (this.#bytes > 0 && (await file.read(last, this.#bytes - 1)) === 1 && last[0] !== NEWLINE) {
        await writeAll(file, Uint8Array.of(NEWLINE))
        this.#bytes++
      }
    } catch (error) {
      await file.close().catch(() => {})
      throw error
    }
    this.#file = file
    this.#day = day
    return file
  }

  async #letGo(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    this.#is_named = false
    await file?.close().catch(() => {})
  }

  #path(day: IstDay): string {
    return join(this.#folder, journalName(this.#profile, day))
  }
}
