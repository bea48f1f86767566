import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { EXIT, MdsError, usageError } from '../core/errors.js'
import { shellWord } from './shell-word.js'

/** Where encoded bytes go. One owner; `finish` or `abort` exactly once, `abort` after either does nothing. */
export interface Sink {
  /** Takes all of `bytes` before it returns. False when nobody reads any more (`| head`): stop quietly, exit 0. */
  write(bytes: Uint8Array): boolean
  /** The output is whole: a file appears under its name now. */
  finish(): void
  /** The output is not whole: a file disappears. */
  abort(): void
}

/** The calls a sink makes, so that tests can fill a disk. */
export interface FilePort {
  open(path: string, flags: string, mode: number): number
  write(fd: number, bytes: Uint8Array, offset: number, length: number): number
  sync(fd: number): void
  close(fd: number): void
  rename(from: string, to: string): void
  remove(path: string): void
}

const STDOUT = 1
/** Written by its owner, read by all, less what the umask takes away. */
const READABLE_BY_ALL = 0o644
/** Recordings and what lies beside them: as the capture writes them. */
export const OWNER_ONLY = 0o600
const FOLDER_OF_OWNER = 0o700
const RECORDING_ENDING = /\.bin(?:\.(?:zst|gz))?$/i
/** A full pipe of a non-blocking stdout is asked again this often: its reader sets the pace. */
const PIPE_RETRY_MS = 2

const nodeFiles: FilePort = {
  open: openSync,
  write: writeSync,
  sync: fsyncSync,
  close: closeSync,
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
}

/** Standard output, or another descriptor that a reader may close. */
export function openStdout(fd: number = STDOUT, files: FilePort = nodeFiles): Sink {
  let reader_gone = false
  return {
    write: (bytes) => {
      if (!reader_gone) reader_gone = !writeAll(files, fd, bytes, 'standard output')
      return !reader_gone
    },
    finish: () => {},
    abort: () => {},
  }
}

/** For results that nobody asked to see: they are made for another purpose. */
export const openNowhere = (): Sink => ({ write: () => true, finish: () => {}, abort: () => {} })

/**
 * A file that appears whole or not at all: written as `.<name>.<pid>.tmp` beside it, synced, renamed. The folder must exist unless
 * `makeFolder`. Devices and pipes (`/dev/stdout`, a FIFO) are written as they are. Names of recordings are refused: a day of ticks can't be had again.
 */
export function openFile(
  path: string,
  {
    makeFolder = false,
    mode = READABLE_BY_ALL,
    files = nodeFiles,
  }: { makeFolder?: boolean; mode?: number; files?: FilePort } = {},
): Sink {
  if (path === '') throw noName()
  refuseRecordingName(path, path)
  const existing = attempt(path, () => statSync(path, { throwIfNoEntry: false }))
  if (existing?.isDirectory() === true)
    throw new MdsError('output_is_folder', {
      message: `${path} is a folder, expected the name of a file to write.`,
      suggestions: [`name a file in it, e.g. ${join(path, 'out.ndjson')}`],
      exitCode: EXIT.usage,
    })
  if (makeFolder) attempt(path, () => mkdirSync(dirname(path), { recursive: true }))
  if (existing !== undefined && !existing.isFile()) return openDevice(path, files)
  // through a link to the file it stands for: renaming must not replace the link
  const target = existing === undefined ? linkedTo(path) : realpathSync(path)
  refuseRecordingName(target, path)
  return openAtomically(target, mode, files)
}

/** A recording made of others, as a file that appears whole or not at all. Nothing may lie under its name yet. */
export function openNewRecording(path: string, files: FilePort = nodeFiles): Sink {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined)
    throw usageError(
      'recording_exists',
      `${path} is there already: expected a place for a new recording.`,
      'name another folder after --output',
    )
  attempt(path, () => mkdirSync(dirname(path), { recursive: true, mode: FOLDER_OF_OWNER }))
  return openAtomically(path, OWNER_ONLY, files)
}

/** Recordings are read, never written over by what was made of them. */
export function refuseRecordingName(target: string, path: string): void {
  if (!RECORDING_ENDING.test(target)) return
  throw usageError(
    'output_is_recording',
    `${path} has the name of a recording (.bin, .bin.zst, .bin.gz): expected another name for the results.`,
    `--output ${shellWord(path.replace(RECORDING_ENDING, '.ndjson'))}`,
  )
}

/** Where a new file comes to lie: a link that leads nowhere yet stays, and what it names is made. No loop: looking for a file there has failed before. */
function linkedTo(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path
  return linkedTo(attempt(path, () => resolve(realpathSync(dirname(path)), readlinkSync(path))))
}

export const noName = (): MdsError =>
  usageError('no_output_name', 'The output has an empty name, expected that of a file or folder.', '--output out.parquet')

function openAtomically(path: string, mode: number, files: FilePort): Sink {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  // left by a process that was killed and had our number; anything else under that name is not ours
  if (lstatSync(temporary, { throwIfNoEntry: false })?.isFile() === true) attempt(path, () => files.remove(temporary))
  const fd = attempt(path, () => files.open(temporary, 'wx', mode))
  let open = true
  const abort = (): void => {
    if (!open) return
    open = false
    process.off('exit', abort)
    files.close(fd)
    files.remove(temporary)
  }
  process.on('exit', abort) // a second Ctrl-C, or a bug
  const orAbort = <T>(action: () => T): T => {
    try {
      return attempt(path, action)
    } catch (error) {
      abort()
      throw error
    }
  }
  return {
    write: (bytes) => orAbort(() => writeAll(files, fd, bytes, path)),
    finish: () => {
      orAbort(() => files.sync(fd))
      open = false
      process.off('exit', abort)
      files.close(fd)
      try {
        attempt(path, () => files.rename(temporary, path))
      } catch (error) {
        files.remove(temporary)
        throw error
      }
    },
    abort,
  }
}

function openDevice(path: string, files: FilePort): Sink {
  const fd = attempt(path, () => files.open(path, 'w', READABLE_BY_ALL))
  let open = true
  const close = (): void => {
    if (open) files.close(fd)
    open = false
  }
  return { write: (bytes) => writeAll(files, fd, bytes, path), finish: close, abort: close }
}

/** False when the reader has gone. The kernel may take part of the bytes, and none while a pipe is full. */
function writeAll(files: FilePort, fd: number, bytes: Uint8Array, name: string): boolean {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += files.write(fd, bytes, at, bytes.length - at)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'EPIPE') return false
      if (code !== 'EAGAIN') throw outputError(name, error)
      Atomics.wait(PIPE_PAUSE, 0, 0, PIPE_RETRY_MS)
    }
  }
  return true
}

const PIPE_PAUSE = new Int32Array(new SharedArrayBuffer(4))

function attempt<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw outputError(path, error)
  }
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

const CAUSES: Readonly<Record<string, { says: string; try: (path: string) => string }>> = {
  ENOSPC: { says: 'no space is left on its disk', try: () => 'free some space, or write to another disk' },
  EDQUOT: { says: 'the disk quota is used up', try: () => 'free some space, or write to another disk' },
  EFBIG: { says: 'the file would be larger than allowed', try: () => 'raise the limit (ulimit -f), or write fewer fields' },
  EACCES: { says: 'writing there is not allowed', try: (path) => `check the permissions of ${dirname(path)}` },
  EPERM: { says: 'writing there is not allowed', try: (path) => `check the permissions of ${dirname(path)}` },
  EROFS: { says: 'its disk is read-only', try: () => 'write to another disk' },
  ENOENT: { says: 'its folder does not exist', try: (path) => `mkdir -p ${shellWord(dirname(path))}` },
  ENOTDIR: { says: 'a part of its path is a file', try: (path) => `check ${dirname(path)}` },
  EISDIR: { says: 'it is a folder', try: (path) => `name a file, e.g. ${join(path, 'out.ndjson')}` },
  EEXIST: { says: 'the name of its temporary file is taken', try: (path) => `ls -la ${shellWord(dirname(path))}` },
  ELOOP: { says: 'it is a link that leads back to itself', try: (path) => `ls -l ${shellWord(path)}` },
  EIO: { says: 'the disk failed', try: () => 'write to another disk' },
}

/** An error the user can mend as MdsError, everything else as it came. */
export function outputError(path: string, error: unknown): unknown {
  const code = codeOf(error)
  const cause = code === undefined ? undefined : CAUSES[code]
  if (cause === undefined) return error
  return new MdsError('output_failed', {
    message: `Cannot write ${path}: ${cause.says} (${code}).`,
    suggestions: [cause.try(path)],
    exitCode: EXIT.unreadable,
  })
}
