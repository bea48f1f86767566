import { constants, type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { formatIso } from '../../core/time/index.js'

export type LogLevel = 'info' | 'warn' | 'error'
/** Flat, so that a line can be read by eye and by any tool. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined | readonly (string | number)[]>>

export interface LogFileSetup {
  readonly path: string
  nowMs(): number
  /** Takes secrets out of a text. */
  scrub(text: string): string
  /** Once for each time that writing begins to fail. */
  onFailure?(code: string): void
  /** A fuller file becomes `.1`, in place of the one before. */
  readonly bytes_max?: number
}

/** Lines that the disk does not take are worth no more memory than this. */
const WAITING_CHARS_MAX = 1024 * 1024
const BYTES_MAX = 16 * 1024 * 1024

/** `logs/<profile>.log` in the folder that holds the folder of the recordings. */
export const defaultLogPath = (data_dir: string, profile: string): string =>
  join(dirname(resolve(data_dir)), 'logs', `${profile}.log`)

/**
 * What happened to a capture, for people and their tools: one JSON object a line, `time`, `level` and `event` first. Unlike the journal nothing
 * rests on it: it is written in the background, and whatever fails costs lines, which are counted, and never the capture's time.
 */
export class LogFile {
  readonly #setup: LogFileSetup
  #waiting: string[] = []
  #waiting_chars = 0
  #lost_lines = 0
  #is_failing = false
  #writing: Promise<void> | undefined
  #file: FileHandle | undefined
  #bytes = 0

  constructor(setup: LogFileSetup) {
    this.#setup = setup
  }

  write(level: LogLevel, event: string, fields: LogFields = {}): void {
    const text = this.#lineOf(level, event, fields)
    if (this.#waiting_chars + text.length > WAITING_CHARS_MAX) {
      this.#lost_lines++
      return
    }
    this.#waiting.push(text)
    this.#waiting_chars += text.length
    this.#writing ??= this.#drain()
  }

  /** Writes what waits, then lets go. Never rejects. */
  async close(): Promise<void> {
    await this.#writing
    await this.#file?.close().catch(() => {})
    this.#file = undefined
  }

  #lineOf(level: LogLevel, event: string, fields: LogFields): string {
    const { scrub, nowMs } = this.#setup
    const clean = (_: string, value: unknown): unknown => (typeof value === 'string' ? scrub(value) : value)
    return `${harmless(JSON.stringify({ time: logTime(nowMs()), level, event, ...fields }, clean))}\n`
  }

  /** One batch after another, so that lines keep their order. */
  async #drain(): Promise<void> {
    // What this turn of the event loop still says goes out together.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const lines = this.#waiting
      this.#waiting = []
      this.#waiting_chars = 0
      try {
        await this.#append(lines)
        this.#is_failing = false
      } catch (error) {
        await this.#failed(lines.length, error)
      }
    }
    this.#writing = undefined
  }

  async #append(lines: readonly string[]): Promise<void> {
    this.#file ??= await this.#open()
    const lost = this.#lost_lines
    const told = lost === 0 ? '' : this.#lineOf('warn', 'log_lines_lost', { lines: lost })
    const bytes = Buffer.from(told + lines.join(''))
    await this.#file.appendFile(bytes)
    this.#lost_lines -= lost
    this.#bytes += bytes.length
    // A file that can't be moved away is written on.
    if (this.#bytes >= (this.#setup.bytes_max ?? BYTES_MAX)) await this.#rotate().catch(() => {})
  }

  async #open(): Promise<FileHandle> {
    const { path } = this.#setup
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const { O_APPEND, O_CREAT, O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants
    // Nothing is written through a link, and a pipe in its place is not waited for.
    const file = await open(path, O_APPEND | O_CREAT | O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0o600)
    try {
      const stat = await file.stat()
      if (!stat.isFile()) throw new Error('not a file')
      this.#bytes = stat.size
      if (stat.size > 0 && !(await endsLine(file, stat.size))) await file.appendFile('\n')
      return file
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async #rotate(): Promise<void> {
    const { path } = this.#setup
    await this.#file?.close()
    this.#file = undefined
    await rename(path, `${path}.1`)
  }

  async #failed(lines: number, error: unknown): Promise<void> {
    this.#lost_lines += lines
    await this.#file?.close().catch(() => {})
    this.#file = undefined
    if (this.#is_failing) return
    this.#is_failing = true
    this.#setup.onFailure?.(error instanceof Error && 'code' in error ? String(error.code) : 'not_a_file')
  }
}

/** Always with milliseconds, so that lines stand below each other. */
const logTime = (time_ms: number): string => formatIso(time_ms).replace(/:(\d\d)\+/, ':$1.000+')

/** False where a full disk or a kill has cut the last line. */
async function endsLine(file: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === '\n'.charCodeAt(0)
}

/** A line may be shown on a terminal: what JSON leaves as it is but would move its cursor or turn its text is escaped too. */
const harmless = (json: string): string =>
  json.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (mark) =>
    mark
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
