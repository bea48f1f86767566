import { dirname } from 'node:path'
import type { OpenFile, OpenMode, RecorderFiles, RecorderPorts, RecorderTimers } from '../../src/io/recorder/recorder-ports.js'

const SECTOR_BYTES = 512

export interface DiskCall {
  readonly op: 'open' | 'write' | 'sync' | 'cut' | 'rename' | 'remove' | 'syncFolder' | 'makeFolder' | 'list'
  readonly path: string
  /** Of a write. */
  readonly bytes: number
}

/** What becomes of a call: it fails, takes a part, or takes its time. */
export interface DiskFault {
  readonly code?: string
  /** Bytes of a write that are taken; with a `code` they are taken before it fails, and nobody is told. */
  readonly takes?: number
  readonly delay_ms?: number
}

interface Inode {
  readonly id: number
  /** What every process sees. */
  cache: Uint8Array
  /** What a power cut leaves for certain. */
  durable: Uint8Array
}

/** Timers that move when a test says so. */
export class FakeTimers implements RecorderTimers {
  now = 1000
  #waiting: { at: number; order: number; task: () => void }[] = []
  #order = 0

  elapsedMs(): number {
    return this.now
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.now + ms, order: this.#order++, task }
    this.#waiting.push(entry)
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry)
    }
  }

  /** Lets time pass, and everything that wants to happen meanwhile. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms
    for (;;) {
      await settled()
      const [next] = this.#waiting.sort((a, b) => a.at - b.at || a.order - b.order)
      if (next === undefined || next.at > until) break
      this.#waiting.shift()
      this.now = Math.max(this.now, next.at)
      next.task()
    }
    this.now = until
  }

  stop(): void {
    this.#waiting = []
  }
}

/** Until nothing more happens by itself. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * A disk in memory that tells what the kernel has from what would survive a power cut: synced bytes, synced names, and any part of the rest,
 * sector by sector.
 */
export class FakeDisk {
  /** Decides what becomes of a call. */
  fault: (call: DiskCall) => DiskFault | undefined = () => undefined
  free_bytes = 1e12
  /** Calls so far, for those who count. */
  readonly calls: DiskCall[] = []
  readonly most_in_flight = { write: 0, sync: 0 }
  readonly names = new Map<string, Inode>()
  #durable_names = new Map<string, Inode>()
  /** How the names changed since, in order: a file system keeps that order. */
  #changes: { path: string; inode: Inode | undefined }[][] = []
  #folders = new Map<string, number>()
  #next_id = 1
  /** Writes that a killed process had begun. */
  #in_flight = new Map<Inode, Uint8Array>()
  readonly #flying = new Map<string, number>()
  #generation = 0
  #unclean: 'killed' | 'power_cut' | undefined

  /** A process on this disk. The one before it must be dead. */
  ports(timers: RecorderTimers): RecorderPorts {
    const generation = ++this.#generation
    const alive = (): boolean => generation === this.#generation
    return {
      timers,
      files: this.#files(timers, alive),
      lock: async () => {
        const same_boot = this.#unclean === 'killed'
        this.#unclean = 'killed'
        return {
          same_boot,
          release: async () => {
            this.#unclean = undefined
          },
        }
      },
    }
  }

  read(path: string): Uint8Array {
    return this.names.get(path)?.cache ?? new Uint8Array(0)
  }

  durable(path: string): Uint8Array {
    return this.#durable_names.get(path)?.durable ?? new Uint8Array(0)
  }

  put(path: string, bytes: Uint8Array): void {
    const inode = { id: this.#next_id++, cache: bytes, durable: bytes }
    this.names.set(path, inode)
    this.#durable_names.set(path, inode)
  }

  /** As `rm -r` does: open files live on without a name. */
  removeFolder(folder: string): void {
    this.#folders.delete(folder)
    for (const path of [...this.names.keys()]) if (dirname(path) === folder) this.names.delete(path)
    this.#durable_names = new Map(this.names)
  }

  /** Nothing the process does from now on happens; what it was writing is there in part. `chance` gives [0, 1). */
  kill(chance: () => number): void {
    this.#generation++
    for (const [inode, bytes] of this.#in_flight) {
      const taken = Math.floor(chance() * (bytes.length + 1))
      inode.cache = joined(inode.cache, bytes.subarray(0, taken))
    }
    this.#in_flight.clear()
    this.#flying.clear()
    this.#unclean = 'killed'
  }

  /** The machine stops: of what is not synced some sectors and some names are there. */
  cutPower(chance: () => number): void {
    this.kill(chance)
    this.#unclean = 'power_cut'
    this.names.clear()
    for (const [path, inode] of this.#durable_names) this.names.set(path, inode)
    const kept = Math.floor(chance() * (this.#changes.length + 1))
    for (const { path, inode } of this.#changes.slice(0, kept).flat()) {
      if (inode === undefined) this.names.delete(path)
      else this.names.set(path, inode)
    }
    this.#changes = []
    for (const inode of new Set(this.names.values())) inode.cache = inode.durable = survivors(inode, chance)
    this.#durable_names = new Map(this.names)
  }

  #name(change: { path: string; inode: Inode | undefined }[]): void {
    this.#changes.push(change)
    for (const { path, inode } of change) {
      if (inode === undefined) this.names.delete(path)
      else this.names.set(path, inode)
    }
  }

  /** The machine is started anew, having lost nothing. */
  startAnew(): void {
    this.#unclean = 'power_cut'
  }

  #files(timers: RecorderTimers, alive: () => boolean): RecorderFiles {
    const never = new Promise<never>(() => {})
    /** Runs a call when its time has come, unless the process is dead by then. */
    const call = async <T>(op: DiskCall['op'], path: string, bytes: number, run: (fault: DiskFault) => T): Promise<T> => {
      if (!alive()) return never
      const made: DiskCall = { op, path, bytes }
      this.calls.push(made)
      const fault = this.fault(made) ?? {}
      const key = `${op} ${path}`
      this.#flying.set(key, (this.#flying.get(key) ?? 0) + 1)
      if (op === 'write' || op === 'sync') this.most_in_flight[op] = Math.max(this.most_in_flight[op], this.#flying.get(key) ?? 0)
      await Promise.resolve()
      if (fault.delay_ms !== undefined)
        await new Promise<void>((resolve) => {
          timers.after(fault.delay_ms ?? 0, resolve)
        })
      if (!alive()) return never
      this.#flying.set(key, (this.#flying.get(key) ?? 1) - 1)
      return run(fault)
    }
    const failIf = ({ code }: DiskFault): void => {
      if (code !== undefined) throw coded(code)
    }
    const openFile = (path: string, inode: Inode): OpenFile => ({
      write: (bytes) => {
        const copy = bytes.slice()
        if (alive()) this.#in_flight.set(inode, copy)
        return call('write', path, bytes.length, (fault) => {
          this.#in_flight.delete(inode)
          const taken = fault.takes ?? (fault.code === undefined ? bytes.length : 0)
          inode.cache = joined(inode.cache, copy.subarray(0, taken))
          failIf(fault)
          return Math.min(taken, bytes.length)
        })
      },
      read: (into, at) =>
        call('list', path, 0, () => {
          const bytes = inode.cache.subarray(at, at + into.length)
          into.set(bytes)
          return bytes.length
        }),
      sync: async () => {
        // What is written while the disk is at it may be synced or not: it is not.
        const upto = inode.cache
        await call('sync', path, 0, failIf)
        inode.durable = upto
      },
      cut: (length) =>
        call('cut', path, 0, (fault) => {
          failIf(fault)
          inode.cache = inode.cache.slice(0, length)
        }),
      size: async () => (alive() ? inode.cache.length : never),
      isAt: async (name) => (alive() ? this.names.get(name) === inode : never),
      close: async () => (alive() ? undefined : never),
    })
    const open = (path: string, mode: OpenMode): OpenFile => {
      const there = this.names.get(path)
      if (mode === 'create' && there !== undefined) throw coded('EEXIST')
      if ((mode === 'read' || mode === 'mend') && there === undefined) throw coded('ENOENT')
      if (!this.#folders.has(dirname(path))) throw coded('ENOENT')
      const inode = there ?? { id: this.#next_id++, cache: new Uint8Array(0), durable: new Uint8Array(0) }
      if (mode === 'replace') inode.cache = new Uint8Array(0)
      if (there === undefined) this.#name([{ path, inode }])
      return openFile(path, inode)
    }
    return {
      makeFolder: (folder) =>
        call('makeFolder', folder, 0, (fault) => {
          failIf(fault)
          if (!this.#folders.has(folder)) this.#folders.set(folder, this.#next_id++)
        }),
      list: (folder) =>
        call('list', folder, 0, () => {
          const names = [...this.names.keys()].filter((path) => dirname(path) === folder)
          return names.map((path) => path.slice(folder.length + 1)).sort()
        }),
      open: (path, mode) =>
        call('open', path, 0, (fault) => {
          failIf(fault)
          return open(path, mode)
        }),
      rename: (from, to) =>
        call('rename', from, 0, (fault) => {
          failIf(fault)
          const inode = this.names.get(from)
          if (inode === undefined) throw coded('ENOENT')
          this.#name([
            { path: from, inode: undefined },
            { path: to, inode },
          ])
        }),
      remove: (path) =>
        call('remove', path, 0, (fault) => {
          failIf(fault)
          if (this.names.has(path)) this.#name([{ path, inode: undefined }])
        }),
      syncFolder: async (folder) => {
        const upto = this.#changes.slice()
        await call('syncFolder', folder, 0, failIf)
        for (const { path, inode } of upto.flat()) {
          if (inode === undefined) this.#durable_names.delete(path)
          else this.#durable_names.set(path, inode)
        }
        this.#changes = this.#changes.filter((change) => !upto.includes(change))
      },
      folderId: async (folder) => String(this.#folders.get(folder)),
      freeBytes: async () => this.free_bytes,
    }
  }
}

/** Synced bytes, and of the others some sectors; one that is missing in the middle reads as zeros. */
function survivors({ cache, durable }: Inode, chance: () => number): Uint8Array {
  if (cache === durable) return cache
  const base = cache.length < durable.length && chance() < 0.5 ? durable.slice(0, cache.length) : durable.slice()
  const made = new Uint8Array(Math.max(base.length, cache.length))
  made.set(base)
  let length = base.length
  const luck = chance()
  for (let at = 0; at < cache.length; at += SECTOR_BYTES) {
    const end = Math.min(at + SECTOR_BYTES, cache.length)
    const differs = end > base.length || cache.subarray(at, end).some((byte, n) => byte !== base[at + n])
    if (!differs || chance() >= luck) continue
    made.set(cache.subarray(at, end), at)
    length = Math.max(length, end)
  }
  return made.slice(0, length)
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const made = new Uint8Array(a.length + b.length)
  made.set(a)
  made.set(b, a.length)
  return made
}

const coded = (code: string): Error => Object.assign(new Error(code), { code })
