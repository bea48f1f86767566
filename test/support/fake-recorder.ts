import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import {
  crc32c,
  indexName,
  type JournalEntry,
  type Manifest,
  manifestName,
  readIndex,
  readJournal,
  readManifest,
} from '../../src/core/recording/index.js'
import type { Recorder } from '../../src/io/capture/recorder-port.js'
import { openRecorder } from '../../src/io/recorder/open-recorder.js'
import type { RecorderSetup } from '../../src/io/recorder/recorder-setup.js'
import { FakeDisk, FakeTimers, settled } from './fake-disk.js'

/** 2025-10-06 09:15:00 IST. */
export const MORNING_MS = 1_759_722_300_000
export const FOLDER = '/ticks/box'

/** A recorder on a disk in memory, and a clock that a test moves. */
export class FakeRecorder {
  readonly disk: FakeDisk
  timers = new FakeTimers()
  recorder!: Recorder
  /** What the owner of the recorder was told, over all runs. */
  readonly told: JournalEntry[] = []
  /** The stamping clock is the monotonic one plus this. */
  base_ms = MORNING_MS - 1000
  sessions = 0
  readonly #setup: Partial<RecorderSetup>

  constructor(setup: Partial<RecorderSetup> = {}, disk = new FakeDisk()) {
    this.#setup = setup
    this.disk = disk
  }

  get now_ms(): number {
    return this.base_ms + Math.floor(this.timers.now)
  }

  async open(): Promise<Recorder> {
    const now = this.timers.now
    this.timers = new FakeTimers()
    this.timers.now = now
    const opened = openRecorder({
      folder: FOLDER,
      profile: 'box',
      connections: 1,
      session: `s${++this.sessions}`,
      version: '1.2.3',
      stamps: 'machine',
      instruments_sha256: null,
      now: () => this.now_ms,
      onEvent: (entry) => this.told.push(entry),
      ...this.#setup,
      ports: this.disk.ports(this.timers),
    })
    this.recorder = await this.whileTimePasses(opened)
    return this.recorder
  }

  append(message: Uint8Array, connection = 1): void {
    this.recorder.append(connection, this.now_ms, message)
  }

  pass(ms: number): Promise<void> {
    return this.timers.pass(ms)
  }

  async close(): Promise<void> {
    await this.whileTimePasses(this.recorder.close(this.now_ms, 'test'))
  }

  /** Lets time pass until it is done. */
  async whileTimePasses<T>(promise: Promise<T>): Promise<T> {
    let done = false
    const end = (): void => {
      done = true
    }
    promise.then(end, end)
    await settled()
    for (let ms = 0; !done; ms += 10) {
      if (ms > 60_000) throw new Error('it never ends')
      await this.timers.pass(10)
    }
    return promise
  }

  kill(chance: () => number): void {
    this.timers.stop()
    this.disk.kill(chance)
  }

  cutPower(chance: () => number): void {
    this.timers.stop()
    this.disk.cutPower(chance)
  }

  /** Names of the recordings, sorted. */
  get recordings(): string[] {
    return [...this.disk.names.keys()]
      .map((path) => basename(path))
      .filter((name) => name.endsWith('.bin'))
      .sort()
  }

  get names(): string[] {
    return [...this.disk.names.keys()].map((path) => basename(path)).sort()
  }

  bytesOf(name: string): Uint8Array {
    return this.disk.read(`${FOLDER}/${name}`)
  }

  manifestOf(name: string): Manifest | undefined {
    return readManifest(new TextDecoder().decode(this.bytesOf(manifestName(name))))
  }

  /** Lines of all journals, in the order of their names. */
  get journal(): JournalEntry[] {
    return this.names.filter((name) => name.endsWith('.journal.jsonl')).flatMap((name) => this.#lines(name))
  }

  eventsOf<E extends JournalEntry['event']>(event: E): Extract<JournalEntry, { event: E }>[] {
    return this.journal.filter((entry): entry is Extract<JournalEntry, { event: E }> => entry.event === event)
  }

  #lines(name: string): readonly JournalEntry[] {
    return readJournal(new TextDecoder().decode(this.bytesOf(name))).entries
  }

  /** What is wrong with index and manifest of a closed recording. */
  faultsOf(name: string): string[] {
    const bytes = this.bytesOf(name)
    const index = readIndex(this.bytesOf(indexName(name)))
    const manifest = this.manifestOf(name)
    const last = index.entries.at(-1)
    return [
      ...(index.stopped === undefined ? [] : [`the index is ${index.stopped}`]),
      ...(last !== undefined && last.offset + last.length === bytes.length ? [] : ['the index does not cover the file']),
      ...index.entries
        .filter(({ offset, length, data_crc }) => crc32c(bytes.subarray(offset, offset + length)) !== data_crc)
        .map(({ offset }) => `the block at ${offset} is not what the index says`),
      ...(manifest === undefined ? ['there is no manifest'] : []),
      ...(manifest === undefined || manifest.bytes === bytes.length ? [] : ['the manifest has another size']),
      ...(manifest === undefined || manifest.sha256 === createHash('sha256').update(bytes).digest('hex')
        ? []
        : ['the manifest has another checksum']),
    ]
  }
}
