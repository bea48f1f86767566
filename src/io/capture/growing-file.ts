import { type FileHandle, open } from 'node:fs/promises'
import { outputError, type Sink } from '../output.js'

/** Written by its owner, read by all, less what the umask takes away. */
const READABLE_BY_ALL = 0o644

/**
 * A file that others may read while it grows. It begins empty. Writing never makes the caller wait: what a slow disk has not taken yet is
 * held, a few kB a minute.
 */
export class GrowingFile implements Sink {
  /** Settled when everything is written and closed. Rejects with what failed first. */
  readonly done: Promise<void>
  readonly #path: string
  #writing: Promise<FileHandle>
  #resolve: () => void = () => {}
  #reject: (error: unknown) => void = () => {}

  constructor(path: string) {
    this.#path = path
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.done.catch(() => {})
    this.#writing = open(path, 'w', READABLE_BY_ALL)
    this.#watch()
  }

  write(bytes: Uint8Array): boolean {
    const copy = Uint8Array.from(bytes)
    this.#writing = this.#writing.then(async (file) => {
      await writeWhole(file, copy)
      return file
    })
    this.#watch()
    return true
  }

  finish(): void {
    this.#writing.then((file) => file.close()).then(this.#resolve, this.#reject)
  }

  /** What was written stays: it was true when it was written. */
  abort(): void {
    this.finish()
  }

  #watch(): void {
    this.#writing.catch((error: unknown) => this.#reject(outputError(this.#path, error)))
  }
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}
