import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import { folderHolder } from '../recorder/folder-lock.js'
import { systemFiles } from '../recorder/system-files.js'
import { SystemClock } from '../system-clock.js'
import type { DoctorPorts } from './ports.js'
import { tryHandshake } from './try-handshake.js'
import { tryRedis } from './try-redis.js'

const COMMAND_TIMEOUT_MS = 2000

/** The machine as it is. */
export function machinePorts(): DoctorPorts {
  const clock = new SystemClock()
  return {
    nowMs: () => clock.nowMs(),
    env: process.env,
    node_version: process.versions.node,
    freeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize
    },
    isClockSynchronised,
    writerOf: async (folder) => (await folderHolder(systemFiles, folder))?.pid,
    handshake: tryHandshake,
    redis: tryRedis,
  }
}

async function isClockSynchronised(): Promise<boolean | undefined> {
  try {
    const { stdout } = await promisify(execFile)('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], {
      timeout: COMMAND_TIMEOUT_MS,
    })
    return stdout.trim() === 'yes' ? true : stdout.trim() === 'no' ? false : undefined
  } catch {
    return undefined
  }
}
