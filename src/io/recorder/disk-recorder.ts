import type { JournalEntry, JournalEvent, RecordedGap } from '../../core/recording/index.js'
import { type IstDay, istDay, istDayStartMs } from '../../core/time/index.js'
import type { Recorder, RecorderStatus } from '../capture/recorder-port.js'
import { describeSegment } from './describe-segment.js'
import { hourStartMs } from './hours.js'
import { JournalWriter } from './journal-writer.js'
import { Lane, type LaneWorld } from './lane.js'
import { type ClosedSegment, Manifests, putGap, touches } from './manifests.js'
import { Ring } from './record-queue.js'
import type { FolderLock } from './recorder-ports.js'
import { codeOf } from './recorder-ports.js'
import type { FullSetup } from './recorder-setup.js'
import type { Recovery } from './recover-folder.js'
import { fsyncWord, RunFacts } from './run-facts.js'
import { type Breakage, removeSegment, type Segment } from './segment.js'
import { SyncTimes } from './sync-times.js'
import { troubleWords } from './write-failure.js'

const LOOK_MS = 1000
const RETRY_MS = 1000
/** A stop takes two seconds at most, whatever the disk does. What is not done by then the next start recovers. */
const CLOSE_MS = 1800
/** Records that are synced at once need no round; the journal and the last block do. */
const ALWAYS_MS = 10
/** Free space must rise by this much over the limit before falling below it is told again. */
const FREE_AGAIN = 1.1

/** Records of all connections, their journal, and what is to be known of the files: one for each folder. */
export class DiskRecorder implements Recorder {
  readonly #setup: FullSetup
  readonly #journal: JournalWriter
  readonly #manifests: Manifests
  readonly #ring: Ring
  readonly #world: LaneWorld
  readonly #lanes = new Map<number, Lane>()
  readonly #recovery: Recovery
  readonly #facts: RunFacts
  readonly #suspect = new Set<string>()
  readonly #sync_times = new SyncTimes()
  /** Segments that are being closed, manifests that are being written. */
  readonly #background = new Set<Promise<void>>()
  readonly #wakes = new Set<() => void>()
  /** Not written any more, not let go yet. */
  readonly #retired = new Set<Segment>()
  #lock: FolderLock
  #folder_id: string
  #day: IstDay
  #written_bytes = 0
  #synced_bytes = 0
  #worst_unsynced_ms = 0
  #free_bytes: number | undefined
  #is_low = false
  #closing = false
  #closed: Promise<void> | undefined
  #cancelSync: (() => void) | undefined
  #cancelLook: (() => void) | undefined

  constructor(setup: FullSetup, opened: { lock: FolderLock; folder_id: string; recovery: Recovery }) {
    this.#setup = setup
    this.#lock = opened.lock
    this.#folder_id = opened.folder_id
    this.#recovery = opened.recovery
    this.#journal = new JournalWriter(setup)
    this.#manifests = new Manifests(setup.ports.files, setup.folder, { sync: setup.fsync !== 'off' })
    this.#facts = new RunFacts(setup)
    this.#ring = new Ring(setup.ring_bytes)
    this.#world = this.#makeWorld()
    const now_ms = setup.now()
    this.#day = istDay(now_ms)
    this.#begin(now_ms)
    for (const { file, code } of opened.recovery.failed)
      this.#tell({ event: 'failure', part: 'recovery', detail: troubleWords(file, code) })
    for (let connection = 1; connection <= setup.connections; connection++) this.#lane(connection)
    for (const segment of opened.recovery.unclosed)
      this.#inBackground(async () => {
        const closed = await describeSegment(setup.ports.files, { ...setup, today: istDay(now_ms) }, segment, () => this.#closing)
        if (closed === undefined) return
        // The journal was read a while ago.
        for (const gap of this.#facts.gaps) if (touches(gap, closed, segment.connection)) putGap(closed, gap)
        await this.#keep(closed)
      })
    this.#look()
  }

  append(connection: number, received_at_ms: number, message: Uint8Array): number | undefined {
    return this.#lane(connection).append(received_at_ms, message)
  }

  get isCrowded(): boolean {
    return this.#ring.isCrowded
  }

  journal(at_ms: number, event: JournalEvent): void {
    if (event.event === 'gap') {
      const { event: _, ...gap } = event
      this.gap(at_ms, gap)
    } else this.#line({ at_ms, ...event })
  }

  gap(at_ms: number, gap: RecordedGap): void {
    this.#facts.gaps.push(gap)
    this.#setup.onGap?.(gap)
    this.#line({ at_ms, event: 'gap', ...gap })
    this.#lanes.get(gap.connection)?.afterGap()
    for (const closed of this.#manifests.concernedBy(gap)) this.#inBackground(() => this.#manifests.rewrite(closed))
  }

  subscriptions(at_ms: number, connection: number, wanted: ReadonlyMap<string, readonly number[]>): void {
    this.#facts.changes.push({ at_ms, connection, wanted })
  }

  status(): RecorderStatus {
    const lanes = [...this.#lanes.values()]
    const segments = [...this.#retired, ...lanes.flatMap(({ segment }) => segment ?? [])]
    const broken = segments.filter((segment) => segment.broken !== undefined).map(({ name }) => name)
    const journal = this.#journal.failure
    return {
      files: lanes.flatMap(({ file }) => file ?? []),
      accepted_records: sum(lanes, (lane) => lane.accepted_records),
      accepted_bytes: sum(lanes, (lane) => lane.accepted_bytes),
      written_bytes: this.#written_bytes + sum(segments, (segment) => segment.written_bytes),
      synced_bytes: this.#synced_bytes + sum(segments, (segment) => segment.synced_bytes),
      waiting_bytes: this.#ring.waiting_bytes,
      dropped_records: sum(lanes, (lane) => lane.dropped_records),
      free_disk_bytes: this.#free_bytes,
      sync_p99_ms: this.#sync_times.p99(),
      worst_unsynced_ms: this.#worst_unsynced_ms,
      gaps: this.#facts.gaps.length,
      suspect_files: [...new Set([...this.#suspect, ...broken])],
      trouble: lanes.find(({ trouble }) => trouble !== undefined)?.trouble ?? (journal && troubleWords('the journal', journal)),
    }
  }

  close(at_ms: number, reason: string): Promise<void> {
    this.#closed ??= this.#close(at_ms, reason)
    return this.#closed
  }

  async #close(at_ms: number, reason: string): Promise<void> {
    this.#closing = true
    this.#cancelLook?.()
    const { timers } = this.#setup.ports
    let cancel = (): void => {}
    const deadline = new Promise<false>((resolve) => {
      cancel = timers.after(CLOSE_MS, () => resolve(false))
    })
    const is_done = await Promise.race([this.#finish(at_ms, reason).then(() => true), deadline])
    cancel()
    // A disk that is still at work may not be given to another: the lock then goes with the process.
    if (is_done) await this.#lock.release()
  }

  /** In the order of what matters most: records, what makes them safe, what is said of them, that all is said. */
  async #finish(at_ms: number, reason: string): Promise<void> {
    for (const wake of this.#wakes) wake()
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close(at_ms)))
    this.#cancelSync?.()
    while (this.#background.size > 0) await Promise.all(this.#background)
    await this.#journalReady()
    this.#line({ at_ms: Math.max(at_ms, this.#setup.now()), ...this.#end(reason) })
    await this.#journal.close(this.#setup.fsync !== 'off')
  }

  #makeWorld(): LaneWorld {
    const setup = this.#setup
    return {
      folder: setup.folder,
      profile: setup.profile,
      ports: setup.ports,
      fsync: setup.fsync,
      ring: this.#ring,
      now: () => setup.now(),
      tell: (event) => this.#tell(event),
      gap: (gap) => this.gap(setup.now(), gap),
      journalSynced: () => this.#journal.synced(),
      folderReady: () => this.#folderReady(),
      onWritten: (waited_ms) => queueMicrotask(() => setup.onWritten?.(waited_ms)),
      onSynced: (took_ms, unsynced_ms) => {
        this.#sync_times.add(took_ms)
        this.#worst_unsynced_ms = Math.max(this.#worst_unsynced_ms, unsynced_ms)
      },
      wantSync: () => this.#wantSync(),
      retire: (segment, lane, to_ms) => this.#inBackground(() => this.#closeSegment(segment, lane, to_ms)),
    }
  }

  #lane(connection: number): Lane {
    const known = this.#lanes.get(connection)
    if (known !== undefined) return known
    const last_ms = this.#recovery.last_ms.get(connection)
    const lane = new Lane(this.#world, { connection, is_only: this.#setup.connections === 1, last_ms })
    this.#lanes.set(connection, lane)
    return lane
  }

  #tell(event: JournalEvent): void {
    this.#line({ at_ms: this.#setup.now(), ...event })
  }

  #line(entry: JournalEntry): void {
    const day = istDay(entry.at_ms)
    if (day > this.#day) {
      // Each day's journal stands for itself.
      this.#write({ at_ms: istDayStartMs(day) - 1, ...this.#end('the day ended') })
      this.#day = day
      this.#begin(istDayStartMs(day))
    }
    if (entry.event === 'clock_step') this.#facts.clock_steps.push(entry.at_ms)
    this.#write(entry)
  }

  #write(entry: JournalEntry): void {
    this.#journal.line(entry)
    // Whatever the owner does with it happens outside the recorder.
    queueMicrotask(() => this.#setup.onEvent?.(entry))
    this.#wantSync()
  }

  #begin(at_ms: number): void {
    const { session, version, stamps, fsync, connections } = this.#setup
    this.#write({
      at_ms,
      event: 'session_start',
      session,
      version,
      pid: process.pid,
      stamps,
      fsync: fsyncWord(fsync),
      connections,
    })
  }

  #end(reason: string): JournalEvent {
    const { accepted_records, accepted_bytes } = this.status()
    return { event: 'session_end', session: this.#setup.session, reason, records: accepted_records, bytes: accepted_bytes }
  }

  /** All files together, one round after another. */
  #wantSync(): void {
    const { fsync, ports } = this.#setup
    const ms = fsync === 'always' ? ALWAYS_MS : fsync
    if (typeof ms !== 'number' || this.#cancelSync !== undefined) return
    this.#cancelSync = ports.timers.after(ms, () => {
      this.#cancelSync = undefined
      const lanes = [...this.#lanes.values()]
      if (this.#journal.isDirty) void this.#journal.synced()
      for (const lane of lanes) lane.sync()
      if (this.#journal.isDirty || lanes.some(({ segment }) => segment?.isDirty === true)) this.#wantSync()
    })
  }

  /** Once a second: room on the disk, files that are gone. */
  #look(): void {
    this.#cancelLook = this.#setup.ports.timers.after(
      LOOK_MS,
      () => {
        void this.#lookAround().finally(() => {
          if (!this.#closing) this.#look()
        })
      },
      true,
    )
  }

  async #lookAround(): Promise<void> {
    const { ports, folder, min_free_bytes } = this.#setup
    const free_bytes = await ports.files.freeBytes(folder).catch(() => undefined)
    this.#free_bytes = free_bytes
    if (free_bytes !== undefined && !this.#is_low && free_bytes < min_free_bytes) {
      this.#is_low = true
      this.#tell({ event: 'disk_low', free_bytes })
    } else if (free_bytes !== undefined && free_bytes > min_free_bytes * FREE_AGAIN) this.#is_low = false
    if (this.#closing) return
    await this.#journalReady()
    for (const lane of this.#lanes.values()) await lane.look()
  }

  /** Begins the journal anew when it was taken away: what is told next must not go where it went. */
  async #journalReady(): Promise<void> {
    if (!(await this.#journal.look())) return
    await this.#folderReady().catch(() => {})
    this.#begin(this.#setup.now())
  }

  /** Makes the folder anew when it was taken away, and the lock with it. */
  async #folderReady(): Promise<void> {
    const { ports, folder, session } = this.#setup
    await ports.files.makeFolder(folder)
    const folder_id = await ports.files.folderId(folder)
    if (folder_id === this.#folder_id) return
    const lock = await ports.lock(folder, { session, now_ms: this.#setup.now() })
    this.#lock = lock
    this.#folder_id = folder_id
  }

  /** Synced, indexed, let go, described; whatever of it the disk refuses is tried again until the recorder closes. */
  async #closeSegment(segment: Segment, lane: Lane, retired_ms: number): Promise<void> {
    const told = segment.broken
    this.#retired.add(segment)
    await segment.look()
    while (!(await segment.settle())) if (!(await this.#pause())) break
    await segment.release()
    if (segment.is_lost) await this.#journalReady()
    if (segment.broken !== undefined && told === undefined) this.#tell(failureEvent(segment.broken))
    this.#retired.delete(segment)
    this.#written_bytes += segment.written_bytes
    this.#synced_bytes += segment.synced_bytes
    const { name, facts } = segment
    const suspect = segment.broken !== undefined
    if (suspect) this.#suspect.add(name)
    this.#tell({ event: 'segment_closed', file: name, records: facts.records, bytes: facts.bytes, suspect })
    if (segment.is_lost) {
      if (facts.records > 0) this.gap(this.#setup.now(), lostGap(segment, lane.connection))
      return
    }
    if (facts.records === 0) return removeSegment(this.#setup.ports.files, this.#setup.folder, name)
    if (!suspect && facts.ended_blocks.length > 0) return
    const to_ms = Math.min(retired_ms, hourStartMs(segment.hour + 1))
    await this.#keep(this.#facts.describe(segment, lane.connection, to_ms))
  }

  async #keep(closed: ClosedSegment): Promise<void> {
    for (;;) {
      try {
        return await this.#manifests.add(closed)
      } catch (error) {
        if (await this.#pause()) continue
        this.#tell({ event: 'failure', part: 'manifest', detail: troubleWords(closed.manifest.file, codeOf(error)) })
        return
      }
    }
  }

  #inBackground(task: () => Promise<void>): void {
    const running: Promise<void> = task()
      .catch((error: unknown) => this.#tell({ event: 'failure', part: 'recorder', detail: codeOf(error) }))
      .finally(() => this.#background.delete(running))
    this.#background.add(running)
  }

  /** Waits before the next try; false when the recorder closes. */
  async #pause(): Promise<boolean> {
    if (this.#closing) return false
    await new Promise<void>((resolve) => {
      const done = (): void => {
        cancel()
        this.#wakes.delete(done)
        resolve()
      }
      const cancel = this.#setup.ports.timers.after(RETRY_MS, done)
      this.#wakes.add(done)
    })
    return true
  }
}

/** The line of the journal that says so. */
function failureEvent({ what, code, file }: Breakage): JournalEvent {
  return what === 'sync' ? { event: 'sync_failed', file, code } : { event: 'write_failed', file, code }
}

/** What went with a file that was taken away. */
function lostGap({ facts }: Segment, connection: number): RecordedGap {
  return {
    connection,
    from_ms: facts.first_ms ?? 0,
    to_ms: (facts.last_ms ?? 0) + 1,
    cause: 'file_lost',
    grade: 'certain',
    records: facts.records,
  }
}

const sum = <T>(things: readonly T[], of: (thing: T) => number): number => things.reduce((total, thing) => total + of(thing), 0)
