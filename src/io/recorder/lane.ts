import {
  type JournalEvent,
  RECEIVED_MS_MAX,
  RECEIVED_MS_MIN,
  RECORD_HEADER_BYTES,
  RECORD_MESSAGE_BYTES_MAX,
  type RecordedGap,
} from '../../core/recording/index.js'
import { istDay } from '../../core/time/index.js'
import { hourOf } from './hours.js'
import { type NamingWorld, openNextPart, partName } from './next-part.js'
import { type Chunk, RecordQueue, type Ring } from './record-queue.js'
import { codeOf } from './recorder-ports.js'
import type { Segment } from './segment.js'
import { failureOf, troubleWords } from './write-failure.js'

/** Records go to the kernel when this much waits, or after this time: what a killed process loses. */
const FLUSH_BYTES = 64 * 1024
const FLUSH_MS = 4
/** A disk that refuses is asked again after this time; a segment that broke sooner than that is no reason for hurry either. */
const RETRY_MS = 1000
/** An hour is over when no record of it can come any more. */
const LATE_MS = 60_000

/** What lanes of one recorder share. */
export interface LaneWorld extends NamingWorld {
  readonly ring: Ring
  /** On the clock that stamps the records. */
  now(): number
  tell(event: JournalEvent): void
  gap(gap: RecordedGap): void
  /** The folder is there, and ours. */
  folderReady(): Promise<void>
  onWritten(waited_ms: number): void
  /** Something is written that is not synced. */
  wantSync(): void
  /** Takes over a segment that is not written any more; it stands for the time up to `to_ms`. */
  retire(segment: Segment, lane: Lane, to_ms: number): void
}

/** Records received while the ring was full. */
interface Dropping {
  from_ms: number
  to_ms: number
  records: number
}

/**
 * The way of one connection's records to the disk: accepted into a queue at once, written in the order they came, hour by hour into segments.
 * Whatever the disk does, the queue waits, and what the ring has no room for is a gap of its exact size.
 */
export class Lane {
  readonly connection: number
  accepted_records = 0
  accepted_bytes = 0
  dropped_records = 0
  /** Name of the newest segment. */
  file: string | undefined
  readonly #world: LaneWorld
  /** In names of files; undefined for the only connection. */
  readonly #suffix: number | undefined
  readonly #queue: RecordQueue
  #last_ms: number
  /** Time of the last record that an earlier run kept on this day, until the first one of this run. */
  #down_since: number | undefined
  readonly #begun_ms: number
  #dropping: Dropping | undefined
  #is_after_gap = false
  #segment: Segment | undefined
  #opened_at = 0
  #pumping: Promise<void> | undefined
  #cancelFlush: (() => void) | undefined
  /** Ends a wait for the disk at once. */
  #wake: (() => void) | undefined
  #trouble: { file: string; code: string; since: number } | undefined
  #closing = false
  #gave_up = false

  constructor(world: LaneWorld, setup: { connection: number; is_only: boolean; last_ms: number | undefined }) {
    this.#world = world
    this.connection = setup.connection
    this.#suffix = setup.is_only ? undefined : setup.connection
    this.#queue = new RecordQueue(world.ring)
    this.#down_since = setup.last_ms
    this.#begun_ms = world.now()
    this.#last_ms = heldBack(setup.last_ms, world.now())
  }

  get trouble(): string | undefined {
    return this.#trouble === undefined ? undefined : troubleWords(this.#trouble.file, this.#trouble.code)
  }

  get segment(): Segment | undefined {
    return this.#segment
  }

  /** Copies a record; never throws, never waits. Answers the time it is kept under, or undefined when there was no room. */
  append(received_at_ms: number, message: Uint8Array): number | undefined {
    const at_ms = Math.max(this.#last_ms, believable(received_at_ms))
    this.#last_ms = at_ms
    if (this.#down_since !== undefined) this.#endDown(at_ms)
    if (!this.#accepts(message)) {
      this.#drop(at_ms)
      return undefined
    }
    if (this.#dropping !== undefined) this.#endDropping()
    const hour = hourOf(at_ms)
    if (this.#is_after_gap || this.#queue.needsChunk(hour, message.length)) {
      const accepted_at = this.#world.ports.timers.elapsedMs()
      this.#queue.begin({ hour, first_ms: at_ms, accepted_at, after_gap: this.#is_after_gap }, message.length)
      this.#is_after_gap = false
    }
    this.#queue.push(at_ms, message)
    this.accepted_records++
    this.accepted_bytes += RECORD_HEADER_BYTES + message.length
    if (this.#pumping === undefined) this.#schedule()
    return at_ms
  }

  /** A gap has been told: its line is on the disk before the next record is, if the disk lets it. */
  afterGap(): void {
    this.#is_after_gap = true
  }

  /** Makes safe what is written. */
  sync(): void {
    const segment = this.#segment
    void segment?.sync()?.then(() => {
      if (segment.broken !== undefined) this.#pump()
      else if (this.#world.fsync === 'always' && segment.synced_bytes < segment.written_bytes) this.sync()
    })
  }

  /** Once a second: is the file still there, and is its hour over? */
  async look(): Promise<void> {
    const segment = this.#segment
    await segment?.look()
    if (segment === undefined || segment !== this.#segment || this.#pumping !== undefined) return
    const is_over = this.#queue.bytes === 0 && hourOf(this.#world.now() - LATE_MS) > segment.hour
    if (is_over) this.#retire()
    else if (segment.broken !== undefined) this.#pump()
  }

  /** Writes what waits, with one more try if the disk refuses, and lets the last segment go. Never rejects. */
  async close(at_ms: number): Promise<void> {
    this.#closing = true
    // Nothing came on this connection: what it missed since this run began is the feed's to tell.
    if (this.#down_since !== undefined) this.#endDown(Math.min(at_ms, this.#begun_ms))
    this.#wake?.()
    // The write under way may have looked at the queue for the last time before this.
    do {
      this.#pump()
      await this.#pumping
    } while (this.#queue.bytes > 0 && !this.#gave_up)
    if (this.#queue.bytes > 0) this.#giveUp()
    if (this.#dropping !== undefined) this.#endDropping()
    if (this.#segment !== undefined) this.#retire(at_ms)
  }

  #accepts(message: Uint8Array): boolean {
    if (this.#closing || message.length > RECORD_MESSAGE_BYTES_MAX) return false
    const { ring } = this.#world
    // Once records had to go, the ring empties by half first: one hole, not a hundred.
    if (this.#dropping !== undefined && ring.waiting_bytes > ring.limit_bytes / 2) return false
    return ring.hasRoomFor(RECORD_HEADER_BYTES + message.length)
  }

  #drop(at_ms: number): void {
    this.dropped_records++
    if (this.#dropping === undefined) this.#dropping = { from_ms: at_ms, to_ms: at_ms, records: 1 }
    else {
      this.#dropping.from_ms = Math.min(this.#dropping.from_ms, at_ms)
      this.#dropping.to_ms = Math.max(this.#dropping.to_ms, at_ms)
      this.#dropping.records++
    }
  }

  #endDropping(): void {
    const { from_ms, to_ms, records } = this.#dropping!
    this.#dropping = undefined
    this.#world.gap({ connection: this.connection, from_ms, to_ms: to_ms + 1, cause: 'overflow', grade: 'certain', records })
  }

  /** Nobody recorded from the last record of the run before to the first of this one. */
  #endDown(at_ms: number): void {
    const from_ms = this.#down_since!
    this.#down_since = undefined
    if (from_ms >= at_ms || !isSameDay(from_ms, at_ms)) return
    this.#world.gap({ connection: this.connection, from_ms, to_ms: at_ms, cause: 'recorder_down', grade: 'certain' })
  }

  #schedule(): void {
    if (this.#world.fsync === 'always' || this.#queue.bytes >= FLUSH_BYTES) this.#pump()
    else
      this.#cancelFlush ??= this.#world.ports.timers.after(FLUSH_MS, () => {
        this.#cancelFlush = undefined
        this.#pump()
      })
  }

  #pump(): void {
    if (this.#pumping !== undefined || this.#gave_up) return
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    this.#pumping = this.#drain().finally(() => {
      this.#pumping = undefined
      if (this.#queue.bytes > 0 && !this.#gave_up) this.#schedule()
    })
  }

  /** Writes until little is left that can wait for company. */
  async #drain(): Promise<void> {
    do {
      if (this.#segment?.broken !== undefined && !(await this.#replaceBroken())) return
      const chunk = this.#queue.seal()
      if (chunk === undefined) return
      if (this.#segment !== undefined && this.#segment.hour !== chunk.hour) this.#retire(chunk.first_ms)
      this.#segment ??= await this.#open(chunk)
      if (this.#segment === undefined) return
      if (chunk.after_gap && chunk.from === 0) await this.#world.journalSynced()
      if (!(await this.#write(this.#segment, chunk))) return
    } while (this.#closing || this.#world.fsync === 'always' || this.#queue.bytes >= FLUSH_BYTES)
  }

  /** False: the recorder closes, and the disk still refuses. */
  async #write(segment: Segment, chunk: Chunk): Promise<boolean> {
    const { taken, failure } = await segment.write(chunk.bytes.subarray(chunk.from, chunk.to), chunk.accepted_at)
    if (taken > 0) {
      this.#queue.taken(taken)
      this.#world.onWritten(this.#world.ports.timers.elapsedMs() - chunk.accepted_at)
      if (this.#world.fsync === 'always') this.sync()
      else this.#world.wantSync()
    }
    if (failure === undefined) {
      this.#endTrouble()
      return true
    }
    this.#beginTrouble(segment.name, failure)
    if (failureOf(failure) === 'broken') return true
    if (failureOf(failure) === 'full' || segment.written_bytes === 0) return this.#pause()
    this.#retire(chunk.first_ms)
    return this.#pauseIfHasty()
  }

  /** Closes a broken segment; the next record opens the next part. */
  async #replaceBroken(): Promise<boolean> {
    const { what, code, file } = this.#segment!.broken!
    if (what === 'sync') this.#world.tell({ event: 'sync_failed', file, code })
    else this.#beginTrouble(file, code)
    this.#retire()
    return this.#queue.bytes === 0 || this.#pauseIfHasty()
  }

  async #open({ first_ms, hour }: Chunk): Promise<Segment | undefined> {
    for (;;) {
      try {
        await this.#world.folderReady()
        const segment = await openNextPart(this.#world, { first_ms, hour, connection: this.#suffix })
        this.file = segment.name
        this.#opened_at = this.#world.ports.timers.elapsedMs()
        this.#world.tell({ event: 'segment_opened', file: segment.name })
        return segment
      } catch (error) {
        this.#beginTrouble(partName(this.#world, { first_ms, connection: this.#suffix, part: 1 }), codeOf(error))
        if (!(await this.#pause())) return undefined
      }
    }
  }

  #retire(to_ms = this.#last_ms): void {
    const segment = this.#segment!
    this.#segment = undefined
    this.#world.retire(segment, this, to_ms)
  }

  #beginTrouble(file: string, code: string): void {
    if (this.#trouble?.code === code) return
    this.#trouble = { file, code, since: this.#trouble?.since ?? this.#world.ports.timers.elapsedMs() }
    this.#world.tell({ event: 'write_failed', file, code })
  }

  #endTrouble(): void {
    if (this.#trouble === undefined) return
    const waited_ms = Math.round(this.#world.ports.timers.elapsedMs() - this.#trouble.since)
    this.#trouble = undefined
    this.#world.tell({ event: 'write_resumed', file: this.#segment?.name ?? this.file ?? '', waited_ms })
  }

  /** A segment that broke at once is likely to break again. */
  #pauseIfHasty(): Promise<boolean> {
    const lived_ms = this.#world.ports.timers.elapsedMs() - this.#opened_at
    return lived_ms < RETRY_MS ? this.#pause() : Promise.resolve(true)
  }

  /** Waits before the next try. False when there is none: one is granted to a recorder that closes. */
  async #pause(): Promise<boolean> {
    if (this.#closing) {
      const has_tried = this.#gave_up
      this.#gave_up = true
      return !has_tried
    }
    await new Promise<void>((resolve) => {
      const cancel = this.#world.ports.timers.after(RETRY_MS, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
    this.#wake = undefined
    return true
  }

  /** What waits is lost, and counted. */
  #giveUp(): void {
    for (let chunk = this.#queue.oldest; chunk !== undefined; chunk = this.#queue.oldest) {
      for (let at = chunk.from; at < chunk.to; at += RECORD_HEADER_BYTES + chunk.view.getUint32(at + 8)) {
        this.#drop(chunk.view.getUint32(at) * 0x1_0000_0000 + chunk.view.getUint32(at + 4))
        this.accepted_records--
      }
      this.accepted_bytes -= chunk.to - chunk.from
      this.#queue.taken(chunk.to - chunk.from)
    }
  }
}

/** A clock set back a little between two runs: times stay where they were until it has caught up, so that the order of time is kept. */
const HOLD_BACK_MS = 60_000
function heldBack(last_ms: number | undefined, now_ms: number): number {
  return last_ms !== undefined && last_ms > now_ms && last_ms - now_ms <= HOLD_BACK_MS ? last_ms : 0
}

/** No reader believes a time outside these bounds. */
const believable = (time_ms: number): number => Math.min(RECEIVED_MS_MAX, Math.max(RECEIVED_MS_MIN, Math.floor(time_ms) || 0))
const isSameDay = (a_ms: number, b_ms: number): boolean => istDay(a_ms) === istDay(b_ms)
