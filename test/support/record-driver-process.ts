import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'esbuild'

/** One line of the driver. */
export interface DriverLine {
  readonly ready_ms?: number
  readonly written_bytes?: number
  readonly sent?: number
  readonly at_ms?: number
  readonly closed_ms?: number
  readonly refused?: string
  readonly message?: string
}

/** Bundles `record-driver.ts` into `folder`; gives its path. */
export async function buildDriver(folder: string): Promise<string> {
  const outfile = join(folder, 'record-driver.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'record-driver.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  })
  return outfile
}

/** A driver at work, and all it has said so far. */
export class Driver {
  readonly lines: DriverLine[] = []
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  #rest = ''
  #waiting: (() => void)[] = []

  constructor(path: string, args: readonly string[]) {
    this.child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.child.stdout?.on('data', (bytes: Buffer) => this.#hear(bytes.toString()))
    this.ended = new Promise((resolve) => this.child.on('close', (code, signal) => resolve({ code, signal })))
    void this.ended.then(() => this.#wakeAll())
  }

  /** The first line that fits; undefined when the driver ends without one. */
  async line(fits: (line: DriverLine) => boolean): Promise<DriverLine | undefined> {
    for (;;) {
      const found = this.lines.find(fits)
      if (found !== undefined || this.child.exitCode !== null || this.child.signalCode !== null) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  get written_bytes(): number {
    return this.lines.findLast((line) => line.written_bytes !== undefined)?.written_bytes ?? 0
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    this.lines.push(...lines.map((line) => JSON.parse(line) as DriverLine))
    this.#wakeAll()
  }

  #wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}
