import { type FileHandle, open } from 'node:fs/promises'
import { outputError, type Sink } from '../output.js'
import { codeOf } from '../recorder/recorder-ports.js'
import { failureOf } from '../recorder/write-failure.js'

/** Written by its owner, read by all, less what the umask takes away. */
const READABLE_BY_ALL = 0o644
/** A full disk is asked again this often. */
const RETRY_MS = 1000

/** What of a file is needed here. */
export type GrowingHandle = Pick<FileHandle, 'close'> & {
  write(bytes: Uint8Array, from: number): Promise<{ bytesWritten: number }>
}

/**
 * A file that others may read while it grows. It begins empty. Writing never makes the caller wait: what a slow or full disk has not taken yet
 * is held, a few kB a minute.
 */
export class GrowingFile implements Sink {
  /** Settled when everything is written and closed. Rejects with what failed first. */
  readonly done: Promise<void>
  readonly #path: string
  #writing: Promise<GrowingHandle>
  #resolve: () => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #closing = false
  /** Ends a wait for room at once. */
  #wake: () => void = () => {}

  constructor(path: string, opened: Promise<GrowingHandle> = open(path, 'w', READABLE_BY_ALL)) {
    this.#path = path
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.done.catch(() => {})
    this.#writing = opened
    this.#watch()
  }

  write(bytes: Uint8Array): boolean {
    const copy = Uint8Array.from(bytes)
    this.#writing = this.#writing.then(async (file) => {
      await this.#writeWhole(file, copy)
      return file
    })
    this.#watch()
    return true
  }

  finish(): void {
    this.#closing = true
    this.#wake()
    this.#writing.then((file) => file.close()).then(this.#resolve, this.#reject)
  }

  /** What was written stays: it was true when it was written. */
  abort(): void {
    this.finish()
  }

  #watch(): void {
    this.#writing.catch((error: unknown) => this.#reject(outputError(this.#path, error)))
  }

  async #writeWhole(file: GrowingHandle, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const is_last = this.#closing
      try {
        at += (await file.write(bytes, at)).bytesWritten
      } catch (error) {
        if (!is_last && failureOf(codeOf(error)) === 'full') await this.#pause()
        else {
          await file.close().catch(() => {})
          throw error
        }
      }
    }
  }

  /** Until there may be room again, or the file is to end: then it is tried once more. */
  #pause(): Promise<void> {
    if (this.#closing) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
