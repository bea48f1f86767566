import { execFile } from 'node:child_process'
import { readdir, readFile, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
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
    writerOf,
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

/** From the lock file that a capture leaves for people, as long as its process lives. */
async function writerOf(folder: string): Promise<number | undefined> {
  const locks = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.lock')).sort()
  for (const name of locks) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '')
    const pid = Number(/"pid":\s*(\d{1,10})/.exec(text)?.[1] ?? /^\s*(\d{1,10})\b/.exec(text)?.[1])
    if (isAlive(pid)) return pid
  }
  return undefined
}

/** A process of somebody else lives too. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
