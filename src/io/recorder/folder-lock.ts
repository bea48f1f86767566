import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { EXIT, MdsError } from '../../core/errors.js'
import { formatIso } from '../../core/time/index.js'
import { type FolderLock, type RecorderFiles, type RecorderPorts, writeAll } from './recorder-ports.js'
import { systemFiles } from './system-files.js'
import { readWholeFile } from './whole-file.js'

/** Who writes into a folder. */
export interface FolderHolder {
  readonly pid: number
  /** Changes with every start of the machine; empty where there is none to be had. */
  readonly boot_id: string
  /** When the process began, as the kernel tells it; empty where it does not. A pid alone may belong to another by now. */
  readonly process_start: string
  readonly started_ms: number
  readonly session: string
}

const LOCK_NAME = '.lock'
/** The other one may be about to write its lock file. */
const HOLDER_TRIES = 5
const HOLDER_PAUSE_MS = 50

/**
 * Makes this process the one writer of a folder; `folder_locked` when there is one already. On Linux the kernel holds the lock, as an abstract
 * socket named after the folder, and frees it however the process ends. The lock file says who it is, and is all there is elsewhere.
 */
export async function lockFolder(
  files: RecorderFiles,
  folder: string,
  who: { session: string; now_ms: number },
): Promise<FolderLock> {
  const socket = process.platform === 'linux' ? await holdSocket(await files.folderId(folder)) : undefined
  if (socket === 'taken') throw lockedError(folder, await patientHolder(files, folder))
  try {
    const found = await readHolder(files, folder)
    if (found !== undefined && isAlive(found)) throw lockedError(folder, found)
    await writeHolder(files, folder, who)
    return { same_boot: found !== undefined && found.boot_id === bootId(), release: () => release(files, folder, socket) }
  } catch (error) {
    socket?.close()
    throw error
  }
}

/** The lock as the recorder asks for it. */
export const systemLock: RecorderPorts['lock'] = (folder, who) => lockFolder(systemFiles, folder, who)

/** Who writes into the folder right now; undefined when nobody does. */
export async function folderHolder(files: RecorderFiles, folder: string): Promise<FolderHolder | undefined> {
  const found = await readHolder(files, folder)
  return found !== undefined && isAlive(found) ? found : undefined
}

/** Of the machine as it runs now. */
const bootId = (): string => readKernel('/proc/sys/kernel/random/boot_id')

async function release(files: RecorderFiles, folder: string, socket: Server | undefined): Promise<void> {
  await files.remove(join(folder, LOCK_NAME)).catch(() => {})
  await new Promise<void>((resolve) => {
    if (socket === undefined) resolve()
    else socket.close(() => resolve())
  })
}

function holdSocket(folder_id: string): Promise<Server | 'taken'> {
  const server = createServer((socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve('taken')
      else reject(error)
    })
    server.listen(`\0mds-recorder-${folder_id}`, () => resolve(server.unref()))
  })
}

async function patientHolder(files: RecorderFiles, folder: string): Promise<FolderHolder | undefined> {
  for (let tries = 0; tries < HOLDER_TRIES; tries++) {
    const found = await readHolder(files, folder)
    if (found !== undefined && isAlive(found)) return found
    await new Promise((resolve) => setTimeout(resolve, HOLDER_PAUSE_MS))
  }
  return undefined
}

async function readHolder(files: RecorderFiles, folder: string): Promise<FolderHolder | undefined> {
  const bytes = await readWholeFile(files, join(folder, LOCK_NAME))
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as Partial<FolderHolder> | null
    if (typeof value?.pid !== 'number' || typeof value.started_ms !== 'number') return undefined
    const { pid, started_ms, boot_id = '', process_start = '', session = '' } = value
    return { pid, started_ms, boot_id, process_start, session }
  } catch {
    return undefined // cut short by a crash: there is nobody
  }
}

async function writeHolder(files: RecorderFiles, folder: string, who: { session: string; now_ms: number }): Promise<void> {
  const holder: FolderHolder = {
    pid: process.pid,
    boot_id: bootId(),
    process_start: processStart(process.pid),
    started_ms: who.now_ms,
    session: who.session,
  }
  await files.remove(join(folder, LOCK_NAME))
  // Two that found the same stale file: one of them is refused here.
  const file = await files.open(join(folder, LOCK_NAME), 'create')
  try {
    await writeAll(file, new TextEncoder().encode(`${JSON.stringify(holder)}\n`))
  } finally {
    await file.close()
  }
}

function isAlive(holder: FolderHolder): boolean {
  if (holder.boot_id !== bootId()) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
  }
  return processStart(holder.pid) === holder.process_start
}

/** Ticks since the machine's start; empty where there is no /proc. */
function processStart(pid: number): string {
  const stat = readKernel(`/proc/${pid}/stat`)
  // The name of the program stands in brackets and may hold anything.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function readKernel(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

function lockedError(folder: string, holder: FolderHolder | undefined): MdsError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid}, since ${formatIso(holder.started_ms)}`
  return new MdsError('folder_locked', {
    message: `${folder} is written by ${who}; a folder has one writer.`,
    suggestions: [
      ...(holder === undefined ? [] : [`kill ${holder.pid} (it stops in good order)`]),
      'Choose another --profile or --data-dir',
    ],
    exitCode: EXIT.unreadable,
  })
}
