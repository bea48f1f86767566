import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')
export const MDS = join(ROOT, 'bin', 'run.js')

export interface RunOptions {
  readonly cwd: string
  /** On top of a bare environment: neither the locale nor the settings of whoever runs the tests. */
  readonly env?: Readonly<Record<string, string>>
  /** Pieces for standard input, each written once the one before has been taken. */
  readonly input?: readonly Uint8Array[]
  /** A shell line instead of `mds` alone; `$MDS` stands for the program. */
  readonly shell?: string
}

export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** Runs the built program in a folder of its own, bytes untouched. */
export function runMds(args: readonly string[], { cwd, env = {}, input, shell }: RunOptions): Promise<Outcome> {
  const [command, words] = shell === undefined ? [process.execPath, [MDS, ...args]] : ['bash', ['-c', shell]]
  const child = spawn(command, words, { cwd, env: bareEnvironment(env), stdio: ['pipe', 'pipe', 'pipe'] })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes))
  child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes))
  child.stdin.on('error', () => {}) // the program may stop reading early
  void feed(child.stdin, input ?? [])
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') }),
    )
  })
}

export function bareEnvironment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, MDS: `${process.execPath} ${MDS}`, ...env }
}

async function feed(stdin: NodeJS.WritableStream, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) await new Promise<void>((resolve) => stdin.write(piece, () => resolve()))
  stdin.end()
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** All there is below a folder, dot files too, each with its size: what a failed run must leave as it was. */
export function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const stat = statSync(join(folder, name), { throwIfNoEntry: false })
      return `${name} ${stat?.isFile() === true ? stat.size : ''}`
    })
}
