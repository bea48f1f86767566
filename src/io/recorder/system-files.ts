import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import type { OpenFile, OpenMode, RecorderFiles } from './recorder-ports.js'

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants
/** Windows has no such flag. */
const NO_LINK = constants.O_NOFOLLOW ?? 0
const FLAGS: Readonly<Record<OpenMode, number>> = {
  create: O_WRONLY | O_APPEND | O_CREAT | O_EXCL | NO_LINK,
  append: O_RDWR | O_APPEND | O_CREAT | NO_LINK,
  replace: O_WRONLY | O_CREAT | O_TRUNC | NO_LINK,
  read: O_RDONLY | NO_LINK,
  mend: O_RDWR | NO_LINK,
}
/** What a recording holds is worth money to some, and a journal tells what was asked for: nobody else reads them. */
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

/** The files of this machine. */
export const systemFiles: RecorderFiles = {
  makeFolder: async (folder) => {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE })
  },
  list: async (folder) => (await readdir(folder)).sort(),
  open: async (path, mode) => openFile(await open(path, FLAGS[mode], FILE_MODE)),
  rename,
  remove: (path) => rm(path, { force: true }),
  syncFolder: async (folder) => {
    if (process.platform === 'win32') return
    const handle = await open(folder, O_RDONLY)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  folderId: async (folder) => {
    const { dev, ino } = await stat(folder)
    return `${dev}-${ino}`
  },
  freeBytes: async (folder) => {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  },
}

function openFile(handle: FileHandle): OpenFile {
  return {
    write: async (bytes) => (await handle.write(bytes)).bytesWritten,
    read: async (into, at) => (await handle.read(into, 0, into.length, at)).bytesRead,
    sync: () => handle.datasync(),
    cut: (length) => handle.truncate(length),
    size: async () => (await handle.stat()).size,
    isAt: async (path) => {
      const own = await handle.stat()
      const there = await stat(path).catch(() => undefined)
      return there !== undefined && there.ino === own.ino && there.dev === own.dev
    },
    close: () => handle.close(),
  }
}
