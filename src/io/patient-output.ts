import { constants, fstatSync, openSync } from 'node:fs'

/**
 * Output to what may take only a part, or nothing, and says so at once. All that is written arrives, in order and whole, or (when its reader
 * has gone) nothing more does.
 */
export class PatientOutput {
  readonly #push: (bytes: Uint8Array) => number
  #waiting: Uint8Array = NOTHING
  #gone = false

  /** `push` writes what it can and returns how much; throws EAGAIN when that is nothing. */
  constructor(push: (bytes: Uint8Array) => number) {
    this.#push = push
  }

  get waiting_bytes(): number {
    return this.#waiting.length
  }

  write(text: string): void {
    this.#waiting = Buffer.concat([this.#waiting, Buffer.from(text)])
    this.retry()
  }

  /** True when nothing waits any more. */
  retry(): boolean {
    while (this.#waiting.length > 0 && !this.#gone) {
      const taken = this.#take()
      if (taken === 0) return false
      this.#waiting = this.#waiting.subarray(taken)
    }
    this.#waiting = NOTHING
    return true
  }

  #take(): number {
    try {
      return this.#push(this.#waiting)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EAGAIN') return 0
      if (code !== 'EIO' && code !== 'EPIPE') throw error
      this.#gone = true
      return 0
    }
  }
}

const NOTHING = new Uint8Array(0)

/**
 * A terminal or a pipe can stop taking bytes (a hung ssh, a pager that waits), and a write to it would then hold up everything. Opened anew it
 * can be written to without waiting, and whoever shares it keeps it as it was. What never waits, or can't be opened again, is given back as it is.
 */
export function openWithoutBlocking(fd: 1 | 2): number {
  const stat = fstatSync(fd)
  if (!stat.isCharacterDevice() && !stat.isFIFO()) return fd
  const terminal = stat.isCharacterDevice() ? ['/dev/tty'] : []
  for (const path of [`/proc/self/fd/${fd}`, ...terminal]) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    } catch {
      // Another system, or a terminal of somebody else: the next one.
    }
  }
  return fd
}
