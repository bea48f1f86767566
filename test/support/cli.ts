import { execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')
const BIN = join(ROOT, 'bin', 'run.js')
const LOCK = join(ROOT, 'node_modules', '.mds-test-build')
const PAUSE = new Int32Array(new SharedArrayBuffer(4))

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

/** The built program, built first when a source is newer. Test files run side by side: one of them builds, the others wait. */
export function ensureBuilt(): void {
  for (;;) {
    if (isFresh()) return
    try {
      mkdirSync(LOCK)
    } catch {
      Atomics.wait(PAUSE, 0, 0, 100)
      continue
    }
    try {
      if (!isFresh()) execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.js')], { cwd: ROOT })
    } finally {
      rmdirSync(LOCK)
    }
  }
}
