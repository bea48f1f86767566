import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { bareEnvironment, MDS } from './run-mds.js'

/** `mds` while it runs: what it says is kept, and can be waited for. */
export class MdsProcess {
  stdout = ''
  stderr = ''
  readonly child: ChildProcess
  readonly #exit: Promise<number | null>
  #onSaid: () => void = () => {}

  constructor(args: readonly string[], { cwd, env = {} }: { cwd: string; env?: Readonly<Record<string, string>> }) {
    this.child = spawn(process.execPath, [MDS, ...args], { cwd, env: bareEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout?.on('data', (bytes: Buffer) => {
      this.stdout += bytes.toString('utf8')
      this.#onSaid()
    })
    this.child.stderr?.on('data', (bytes: Buffer) => {
      this.stderr += bytes.toString('utf8')
      this.#onSaid()
    })
    this.#exit = once(this.child, 'close').then(([code]) => {
      this.#onSaid()
      return code as number | null
    })
  }

  /** The first match in what it has said; fails when it ends without saying so. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stderr) ?? pattern.exec(this.stdout)
      if (found !== null) return found
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`mds ended without saying ${pattern}:\n${this.stderr}`)
      await new Promise<void>((resolve) => {
        this.#onSaid = resolve
      })
    }
  }

  exit(): Promise<number | null> {
    return this.#exit
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }
}
