import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const LOCK = join(ROOT, '.test-build.tmp')
const PAUSE = new Int32Array(new SharedArrayBuffer(4))
const PAUSE_MS = 100
/** A build takes a few seconds; a lock older than this is left from a run that was killed. */
const LOCK_STALE_MS = 60_000

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Builds the program when a source is newer than it. Test files run side by side: one of them builds, the others wait. */
export function ensureBuilt(): void {
  while (!isFresh()) {
    try {
      mkdirSync(LOCK)
    } catch {
      if (modifiedMs(LOCK) < Date.now() - LOCK_STALE_MS) rmdirSync(LOCK)
      Atomics.wait(PAUSE, 0, 0, PAUSE_MS)
      continue
    }
    try {
      if (!isFresh()) execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.js')], { cwd: ROOT })
    } finally {
      rmdirSync(LOCK)
    }
  }
}

/** Runs `mds` as a user does. `stopAfter`: the reader of standard output goes away after this many bytes, or a signal is sent. */
export function mds(args: readonly string[], stop?: { after_bytes: number; how: 'close' | 'SIGINT' }): Promise<Ran> {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'run.js'), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  let stdout = ''
  let stderr = ''
  let stopped = false
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes.toString('utf8')
    if (stop === undefined || stopped || stdout.length < stop.after_bytes) return
    stopped = true
    if (stop.how === 'close') child.stdout.destroy()
    else child.kill(stop.how)
  })
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString('utf8')
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** The manifest is written last. */
function isFresh(): boolean {
  return modifiedMs(join(ROOT, 'oclif.manifest.json')) >= newestMs(join(ROOT, 'src'))
}

const modifiedMs = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

function newestMs(folder: string): number {
  const times = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => modifiedMs(join(folder, name)))
  return Math.max(0, ...times)
}
