import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** The calls made on a file, so that tests can fill a disk. */
export interface JsonlHandle {
  size(): Promise<number>
  read(at: number, length: number): Promise<Uint8Array>
  /** Behind all there is; answers how many bytes were taken. */
  append(bytes: Uint8Array): Promise<number>
  truncate(size: number): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

export type OpenJsonl = (path: string) => Promise<JsonlHandle>

const NEWLINE = 10
const OPENING_BRACE = 0x7b
/** A line of a tick has some 1,500 bytes. */
const TAIL_BYTES = 64 * 1024

/** Lines appended to a file, each time all of them or none. */
export class JsonlFile {
  readonly #handle: JsonlHandle
  #size: number

  private constructor(handle: JsonlHandle, size: number) {
    this.#handle = handle
    this.#size = size
  }

  /** A last line that a crash has torn is cut off; one that only lacks its newline gets it. */
  static async open(path: string, openHandle: OpenJsonl = openNode): Promise<JsonlFile> {
    const handle = await openHandle(path)
    try {
      return new JsonlFile(handle, await mendTail(handle, path))
    } catch (error) {
      await handle.close().catch(() => {})
      throw error
    }
  }

  /** On failure the file is as it was before, or else must be opened anew. */
  async append(lines: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < lines.length; ) {
        const taken = await this.#handle.append(lines.subarray(at))
        if (taken === 0) throw new Error('the file takes nothing more')
        at += taken
      }
      this.#size += lines.length
    } catch (error) {
      await this.#handle.truncate(this.#size)
      throw error
    }
  }

  async close(): Promise<void> {
    try {
      await this.#handle.sync()
    } finally {
      await this.#handle.close()
    }
  }
}

/** Answers the size that whole lines take. */
async function mendTail(handle: JsonlHandle, path: string): Promise<number> {
  const size = await handle.size()
  if (size === 0) return 0
  const [first] = await handle.read(0, 1)
  if (first !== OPENING_BRACE) throw new Error(`${path} holds something else than JSON lines`)
  const tail_at = Math.max(0, size - TAIL_BYTES)
  const tail = await handle.read(tail_at, size - tail_at)
  const line_at = tail.lastIndexOf(NEWLINE) + 1
  if (line_at === tail.length) return size
  if (line_at === 0 && tail_at > 0) throw new Error(`${path} ends in a line of more than ${TAIL_BYTES} bytes, which is no tick`)
  if (isWhole(tail.subarray(line_at))) {
    await handle.append(Uint8Array.of(NEWLINE))
    return size + 1
  }
  await handle.truncate(tail_at + line_at)
  return tail_at + line_at
}

function isWhole(line: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(line))
    return true
  } catch {
    return false
  }
}

/** For its owner only; not through a link that somebody may have put there. */
async function openNode(path: string): Promise<JsonlHandle> {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants
  const handle = await open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600)
  return {
    size: async () => (await handle.stat()).size,
    read: async (at, length) => {
      const bytes = new Uint8Array(length)
      const { bytesRead } = await handle.read(bytes, 0, length, at)
      return bytes.subarray(0, bytesRead)
    },
    append: async (bytes) => (await handle.write(bytes)).bytesWritten,
    truncate: (size) => handle.truncate(size),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  }
}
