import { encodeIndexEntry, INDEX_ENTRY_BYTES, type IndexEntry } from '../../core/recording/index.js'
import { type OpenFile, writeAll } from './recorder-ports.js'

/** The `.bin.idx` beside a segment: whole entries, appended. What can't be written now is written with the next ones. */
export class IndexFile {
  readonly #file: OpenFile
  #entry_crc: number
  #bytes: number

  /** Goes on behind the last entry of a file, or begins an empty one. */
  constructor(file: OpenFile, end: { entries: number; entry_crc: number } = { entries: 0, entry_crc: 0 }) {
    this.#file = file
    this.#bytes = end.entries * INDEX_ENTRY_BYTES
    this.#entry_crc = end.entry_crc
  }

  /** All of them or none. */
  async append(entries: readonly IndexEntry[]): Promise<void> {
    if (entries.length === 0) return
    let entry_crc = this.#entry_crc
    const bytes = Buffer.concat(
      entries.map((entry) => {
        const encoded = encodeIndexEntry(entry, entry_crc)
        entry_crc = encoded.entry_crc
        return encoded.bytes
      }),
    )
    try {
      await writeAll(this.#file, bytes)
    } catch (error) {
      await this.#file.cut(this.#bytes)
      throw error
    }
    this.#bytes += bytes.length
    this.#entry_crc = entry_crc
  }

  sync(): Promise<void> {
    return this.#file.sync()
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
