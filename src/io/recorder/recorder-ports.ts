import { constants } from 'node:os'

/**
 * What the recorder asks of the machine. Tests put machines in its place whose disks fill, fail, stall and lose power. Whatever is refused
 * is an error with Node's `code` (`ENOSPC`, `EIO`, ...).
 */
export interface RecorderPorts {
  readonly files: RecorderFiles
  readonly timers: RecorderTimers
  lock(folder: string, who: { session: string; now_ms: number }): Promise<FolderLock>
}

/** The right to write into a folder. */
export interface FolderLock {
  /** The last holder did not give the lock up, and the machine has not been started anew since: what it handed to the kernel is all there. */
  readonly same_boot: boolean
  release(): Promise<void>
}

/** How a file is opened. None of them follows a link. */
export type OpenMode =
  /** New, for appending; EEXIST when the name is taken. */
  | 'create'
  /** For appending; made when it is not there. */
  | 'append'
  /** New or emptied. */
  | 'replace'
  | 'read'
  /** For reading and cutting. */
  | 'mend'

export interface RecorderFiles {
  /** With all folders above it, for this user only. */
  makeFolder(folder: string): Promise<void>
  /** Names in a folder, sorted by code unit. */
  list(folder: string): Promise<string[]>
  open(path: string, mode: OpenMode): Promise<OpenFile>
  rename(from: string, to: string): Promise<void>
  /** Nothing happens when it is not there. */
  remove(path: string): Promise<void>
  /** Makes names in a folder survive a power cut. */
  syncFolder(folder: string): Promise<void>
  /** What tells this folder from any other of the machine, one made anew under its name included. */
  folderId(folder: string): Promise<string>
  freeBytes(folder: string): Promise<number>
}

export interface OpenFile {
  /** How many bytes were taken: fewer than given is no error. The bytes are borrowed until it settles. */
  write(bytes: Uint8Array): Promise<number>
  /** How many bytes from `at` on were read; 0 at the end. */
  read(into: Uint8Array, at: number): Promise<number>
  /** The bytes and the length survive a power cut. */
  sync(): Promise<void>
  /** Cuts the file to so many bytes. */
  cut(length: number): Promise<void>
  size(): Promise<number>
  /** True while this name leads to this file. */
  isAt(path: string): Promise<boolean>
  close(): Promise<void>
}

export interface RecorderTimers {
  /** Monotonic ms; its zero means nothing. */
  elapsedMs(): number
  /** Runs `task` once, later. What comes back calls it off. `idly`: no reason to keep the process alive. */
  after(ms: number, task: () => void, idly?: boolean): () => void
}

/** `ENOSPC`, or what else there is to say. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return String(error)
  // Node has no name for a quota that is used up: `Unknown system error -122`.
  return 'errno' in error && error.errno === -constants.errno.EDQUOT ? 'EDQUOT' : error.code
}

/** Writes all of it: the kernel may take only a part at a time. */
export async function writeAll(file: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += await writeSome(file, bytes.subarray(at))
}

/** Writes at least one byte. A disk that takes none and says nothing is taken for full. */
export async function writeSome(file: OpenFile, bytes: Uint8Array): Promise<number> {
  const taken = await file.write(bytes)
  if (taken === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' })
  return taken
}
