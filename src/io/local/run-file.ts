import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT, MdsError } from '../../core/errors.js'
import { shellWord } from '../shell-word.js'

export const RUN_KINDS = ['capture', 'serve'] as const
export type RunKind = (typeof RUN_KINDS)[number]

/** A program of this user that can be steered, and the secret that allows it. Never print one as it is. */
export interface Run {
  readonly kind: RunKind
  /** Profile of a capture, session of a replay. */
  readonly name: string
  readonly url: string
  readonly token: string
  readonly pid: number
  readonly started_ms: number
}

const RUN_FILE = /^(?:capture|serve)-(\d{1,10})\.json$/
const TOKEN_BYTES = 32

/** 256 bits by chance, as text for a header. */
export const randomToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url')

/**
 * Tells `mds ctl` of this user, and nobody else, where this process listens and with which token. The file goes at `withdraw` or at the end of
 * the process, whatever ends it but a kill.
 */
export function announceRun(run: Omit<Run, 'pid' | 'started_ms'>, started_ms: number, env = process.env): { withdraw(): void } {
  const folder = runFolder(env)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  checkFolder(folder)
  const path = join(folder, `${run.kind}-${process.pid}.json`)
  const whole: Run = { kind: run.kind, name: run.name, url: run.url, token: run.token, pid: process.pid, started_ms }
  writeAtOnce(path, `${JSON.stringify(whole)}\n`)
  const withdraw = (): void => {
    process.off('exit', withdraw)
    rmSync(path, { force: true })
  }
  process.on('exit', withdraw)
  return { withdraw }
}

/** What runs now, oldest first. Files of processes that were killed are cleared away. */
export function findRuns(env = process.env): Run[] {
  const folder = runFolder(env)
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return []
  checkFolder(folder)
  const runs = readdirSync(folder).flatMap((name) => {
    const pid = RUN_FILE.exec(name)?.[1]
    if (pid === undefined) return []
    const path = join(folder, name)
    if (isAlive(Number(pid))) return readRun(path) ?? []
    rmSync(path, { force: true })
    return []
  })
  return runs.sort((a, b) => a.started_ms - b.started_ms || a.pid - b.pid)
}

/** The user's own place for what lives as long as the session; a folder in the shared one where the system has none. */
function runFolder(env: NodeJS.ProcessEnv): string {
  const own = env.XDG_RUNTIME_DIR
  if (own?.startsWith('/')) return join(own, 'mds')
  return join(tmpdir(), process.getuid === undefined ? 'mds' : `mds-${process.getuid()}`)
}

/** In a shared folder somebody else may have been first: a link, or a folder that he can read. */
function checkFolder(folder: string): void {
  const stat = lstatSync(folder)
  if (process.getuid === undefined) return
  if (stat.isDirectory() && stat.uid === process.getuid() && (stat.mode & 0o077) === 0) return
  const found = stat.isDirectory()
    ? `one of user ${stat.uid} with mode ${(stat.mode & 0o777).toString(8)}`
    : 'no folder, or a link'
  throw new MdsError('unsafe_run_folder', {
    message: `Expected ${folder} to be a folder that only you can read (mode 700), found ${found}.`,
    suggestions: [`chmod 700 ${shellWord(folder)}`, 'export XDG_RUNTIME_DIR="$HOME/.mds-run"'],
    exitCode: EXIT.usage,
  })
}

/** Readers see all of it or nothing. `O_EXCL` follows no link. */
function writeAtOnce(path: string, text: string): void {
  const unfinished = `${path}.tmp`
  rmSync(unfinished, { force: true })
  const file = openSync(unfinished, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600)
  try {
    writeSync(file, text)
  } finally {
    closeSync(file)
  }
  renameSync(unfinished, path)
}

/** Undefined when it is gone meanwhile, or not what we wrote. */
function readRun(path: string): Run | undefined {
  try {
    const run: Partial<Run> | null = JSON.parse(readFileSync(path, 'utf8'))
    const fits =
      RUN_KINDS.some((kind) => kind === run?.kind) &&
      typeof run?.name === 'string' &&
      typeof run.url === 'string' &&
      typeof run.token === 'string' &&
      typeof run.pid === 'number' &&
      typeof run.started_ms === 'number'
    return fits ? (run as Run) : undefined
  } catch {
    return undefined
  }
}

/** Signal 0 only asks. A process that we may not signal is another user's: ours has ended and its number was given away. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
