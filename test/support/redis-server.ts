import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { RespClient } from './resp.js'

/** A real Redis of the test's own, on a free port, in a folder of its own; gone when the test is over. */
export class RedisServer {
  readonly port: number
  readonly #folder: string
  readonly #flags: readonly string[]
  #child: ChildProcess | undefined

  private constructor(port: number, folder: string, flags: readonly string[]) {
    this.port = port
    this.#folder = folder
    this.#flags = flags
  }

  /** `absent`: a port where nobody listens, until `start`. */
  static async open(flags: readonly string[] = [], { absent = false } = {}): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'mds-redis-'))
    const server = new RedisServer(await freePort(), folder, flags)
    onTestFinished(async () => {
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    })
    if (!absent) await server.start()
    return server
  }

  /** Answers once the server takes commands. */
  async start(): Promise<void> {
    const flags = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder, '--save', '', '--appendonly', 'no']
    const child = spawn('redis-server', [...flags, ...this.#flags], { stdio: 'ignore' })
    this.#child = child
    let end: string | undefined
    child.on('error', (error: NodeJS.ErrnoException) => {
      end =
        error.code === 'ENOENT'
          ? 'redis-server is not installed; these tests need a real one (apt-get install redis-server)'
          : String(error)
    })
    child.on('exit', (code) => {
      end ??= `redis-server ended with code ${code}`
    })
    for (;;) {
      if (end !== undefined) throw new Error(end)
      const client = await RespClient.open(this.port).catch(() => undefined)
      const reply = await client?.send('PING').catch(() => undefined)
      client?.close()
      // NOAUTH is an answer too
      if (reply !== undefined) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal)
  }

  /** Without a word to anybody. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }

  client(): Promise<RespClient> {
    return RespClient.open(this.port)
  }
}

/** Below the ports that systems give away by themselves, and others in each process: a server that is killed finds its port again. */
const FIRST_PORT = 10_000
const PORTS = 20_000
let asked = 0

/** A port where nobody listens now, nor soon. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + ((process.pid * 61 + asked++) % PORTS)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
