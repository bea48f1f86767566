import { join } from 'node:path'
import { INDEX_BLOCK_MS, indexName } from '../../core/recording/index.js'
import type { FsyncPolicy } from '../capture/recorder-port.js'
import { IndexFile } from './index-file.js'
import { codeOf, type OpenFile, type RecorderFiles, type RecorderPorts, writeSome } from './recorder-ports.js'
import { SegmentFacts, wholeRecords } from './segment-facts.js'
import { failureOf } from './write-failure.js'

/** What segments of one recorder share. */
export interface SegmentWorld {
  readonly folder: string
  readonly ports: RecorderPorts
  readonly fsync: FsyncPolicy
  /** Makes every journal line told so far as safe as the policy has it. False: not now. */
  journalSynced(): Promise<boolean>
  onSynced(took_ms: number, unsynced_ms: number): void
}

/** Why a file is never written again, and what failed. */
export interface Breakage {
  readonly what: 'write' | 'sync'
  readonly code: string
  readonly file: string
}

/**
 * One file of records being written, with its index.
 *
 *   accepted (in memory) -> written (to the kernel) -> synced (on disk) -> indexed
 *
 * Each step is told by a counter and never runs ahead of the one before it. A failure leaves whole records behind, or breaks the segment: it
 * is then closed, and the next part begins.
 */
export class Segment {
  readonly name: string
  /** IST hours since the epoch. */
  readonly hour: number
  readonly facts = new SegmentFacts({ blocks: true })
  synced_bytes = 0
  worst_unsynced_ms = 0
  broken: Breakage | undefined
  /** Its name leads elsewhere: what was written went with the file. */
  is_lost = false
  readonly #world: SegmentWorld
  readonly #file: OpenFile
  readonly #index: IndexFile
  /** Names of file and index are on disk: until then no byte of them counts as synced. */
  #named: Promise<void> | undefined
  #syncing: Promise<void> | undefined
  /** When the oldest byte that is not synced yet was accepted, and when the block that is open began; monotonic. */
  #unsynced_since: number | undefined
  #block_since = 0

  constructor(world: SegmentWorld, opened: { name: string; hour: number; file: OpenFile; index: OpenFile }) {
    this.#world = world
    this.name = opened.name
    this.hour = opened.hour
    this.#file = opened.file
    this.#index = new IndexFile(opened.index)
  }

  get written_bytes(): number {
    return this.facts.bytes
  }

  get isDirty(): boolean {
    return this.synced_bytes < this.written_bytes || this.facts.ended_blocks.length > 0 || this.facts.hasOpenBlock
  }

  /**
   * Hands whole records to the kernel, which may take a part at a time. Gives the bytes of the records it took: all of them, unless there is
   * a `failure`; then the file ends with the last whole record. `accepted_at`: of the first record, monotonic.
   */
  async write(records: Uint8Array, accepted_at: number): Promise<{ taken: number; failure: string | undefined }> {
    let at = 0
    try {
      while (at < records.length) at += await writeSome(this.#file, records.subarray(at))
      this.#account(records, accepted_at)
      return { taken: records.length, failure: undefined }
    } catch (error) {
      const taken = wholeRecords(records, at)
      this.#account(records.subarray(0, taken), accepted_at)
      const failure = (await this.#cut()) ?? codeOf(error)
      if (failureOf(failure) === 'broken') this.broken ??= { what: 'write', code: failure, file: this.name }
      return { taken, failure }
    }
  }

  /** Makes what is written so far safe, then claims it in the index. Undefined when that is under way: never two at a time. Never rejects. */
  sync(): Promise<void> | undefined {
    if (this.#syncing !== undefined || this.broken !== undefined) return undefined
    this.#syncing = this.#sync().finally(() => {
      this.#syncing = undefined
    })
    return this.#syncing
  }

  /** The last sync, by policy, and the last block, after the last write. False: the index has to wait, try again. Never rejects. */
  async settle(): Promise<boolean> {
    await this.#syncing
    this.facts.endBlock()
    if (this.broken?.what !== 'sync' && !this.is_lost) await this.#sync()
    return this.broken !== undefined || this.facts.ended_blocks.length === 0
  }

  async release(): Promise<void> {
    await this.#file.close().catch(() => {})
    await this.#index.close().catch(() => {})
  }

  /** Looks whether the file is still where it belongs. */
  async look(): Promise<void> {
    const path = join(this.#world.folder, this.name)
    const is_here = await this.#file.isAt(path).catch(() => true)
    if (is_here) return
    this.is_lost = true
    this.broken ??= { what: 'write', code: 'ENOENT', file: this.name }
  }

  #account(records: Uint8Array, accepted_at: number): void {
    if (records.length === 0) return
    this.#unsynced_since ??= accepted_at
    if (!this.facts.hasOpenBlock) this.#block_since = accepted_at
    const blocks = this.facts.ended_blocks.length
    this.facts.take(records)
    if (this.facts.ended_blocks.length > blocks) this.#block_since = accepted_at
  }

  /** Half a record may stand behind the last whole one. Undefined: the file is as it should be. */
  async #cut(): Promise<string | undefined> {
    try {
      await this.#file.cut(this.written_bytes)
      return undefined
    } catch (error) {
      return failureOf(codeOf(error)) === 'broken' ? codeOf(error) : 'EIO'
    }
  }

  async #sync(): Promise<void> {
    const { fsync, ports } = this.#world
    const began = ports.timers.elapsedMs()
    if (began - this.#block_since >= INDEX_BLOCK_MS) this.facts.endBlock()
    const upto = this.written_bytes
    const since = this.#unsynced_since
    this.#unsynced_since = undefined
    try {
      if (fsync !== 'off' && this.synced_bytes < upto) {
        this.#named ??= ports.files.syncFolder(this.#world.folder)
        await this.#named
        await this.#file.sync()
        this.synced_bytes = upto
        const now = ports.timers.elapsedMs()
        this.worst_unsynced_ms = Math.max(this.worst_unsynced_ms, now - (since ?? began))
        this.#world.onSynced(now - began, now - (since ?? began))
      }
    } catch (error) {
      this.broken = { what: 'sync', code: codeOf(error), file: this.name }
      return
    }
    await this.#claim(upto)
  }

  /** The index speaks of what is safe only, and after the journal. */
  async #claim(upto: number): Promise<void> {
    const blocks = this.facts.ended_blocks
    const ready = blocks.findIndex(({ offset, length }) => offset + length > upto)
    const entries = blocks.slice(0, ready < 0 ? blocks.length : ready)
    if (entries.length === 0) return
    if (!(await this.#world.journalSynced())) return
    try {
      await this.#index.append(entries)
      blocks.splice(0, entries.length)
      if (this.#world.fsync !== 'off') await this.#index.sync()
    } catch (error) {
      const code = codeOf(error)
      if (failureOf(code) === 'broken') this.broken ??= { what: 'sync', code, file: indexName(this.name) }
    }
  }
}

/**
 * Opens a new segment; EEXIST when its name is taken. Nothing is left behind by a failure. The index comes first: a recording of ours is known
 * by it, even if nobody lived to write a record.
 */
export async function openSegment(world: SegmentWorld, name: string, hour: number): Promise<Segment> {
  const { files } = world.ports
  const index_path = join(world.folder, indexName(name))
  const index = await files.open(index_path, 'create')
  try {
    return new Segment(world, { name, hour, index, file: await files.open(join(world.folder, name), 'create') })
  } catch (error) {
    await index.close().catch(() => {})
    await files.remove(index_path).catch(() => {})
    throw error
  }
}

/** Takes a segment without a record away again. */
export async function removeSegment(files: RecorderFiles, folder: string, name: string): Promise<void> {
  await files.remove(join(folder, name))
  await files.remove(join(folder, indexName(name)))
}
