import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { findRuns } from '../../../src/io/local/run-file.js'
import { tempFolder } from '../../support/temp-folder.js'

/** A program with a local server and a run file, in a process of its own. */
const PROGRAM = `
  import { openLocalServer } from './src/io/local/local-server.ts'
  import { announceRun, randomToken } from './src/io/local/run-file.ts'
  const token = randomToken()
  const routes = [{ method: 'GET', path: '/health', open: true, handle: () => ({ json: 'well' }) }]
  const server = await openLocalServer({ host: '127.0.0.1', port: 0, token, routes })
  announceRun({ kind: 'serve', name: 'test', url: server.url, token }, 1)
  process.on('SIGTERM', () => process.exit(0))
  process.on('message', () => { throw new Error('a bug') })
  process.stdout.write(String(server.port) + '\\n')`

async function started(shell: string) {
  const folder = tempFolder()
  const outfile = join(folder, 'program.mjs')
  await build({
    stdin: { contents: PROGRAM, resolveDir: resolve('.'), loader: 'ts' },
    bundle: true,
    outfile,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  })
  const env = { PATH: process.env.PATH, XDG_RUNTIME_DIR: join(folder, 'run') }
  const child = spawn('bash', ['-c', shell, process.execPath, outfile], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let stderr = ''
  child.stderr?.on('data', (bytes) => {
    stderr += bytes
  })
  const port = await new Promise<number>((done, failed) => {
    child.stdout?.once('data', (line) => done(Number(line)))
    child.once('exit', () => failed(new Error(stderr)))
  })
  return { child, port, env, run_folder: join(env.XDG_RUNTIME_DIR, 'mds') }
}

const ended = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('close', resolve))

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.on('error', reject)
  })
}

test('without a file descriptor left, clients are turned away and the program goes on', async () => {
  const { child, port } = await started('ulimit -n 40; exec "$0" "$1"')
  const sockets: Socket[] = []
  let turned_away = 0
  for (let n = 0; n < 60; n++) {
    const socket = await connected(port)
    sockets.push(socket)
    socket.on('close', () => turned_away++)
    socket.removeAllListeners('error')
    socket.on('error', () => {})
    socket.resume()
  }
  while (turned_away === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(turned_away).toBeLessThan(60)
  for (const socket of sockets) socket.destroy()
  while ((await healthOf(port)) !== 200) await new Promise((resolve) => setImmediate(resolve))
  expect(child.exitCode).toBe(null)
})

async function healthOf(port: number): Promise<number> {
  try {
    return (await fetch(`http://localhost:${port}/health`, { headers: { connection: 'close' } })).status
  } catch {
    return 0
  }
}

test('the run file goes with the process: at its end, after a bug, and after a kill when somebody looks', async () => {
  const command = 'exec "$0" "$1"'
  for (const end of [
    (child: ChildProcess) => child.kill('SIGTERM'),
    (child: ChildProcess) => child.send('fail'),
    (child: ChildProcess) => child.kill('SIGKILL'),
  ]) {
    const { child, port, env, run_folder } = await started(command)
    expect(findRuns(env)).toMatchObject([{ kind: 'serve', name: 'test', pid: child.pid, url: `http://127.0.0.1:${port}` }])
    const over = ended(child)
    end(child)
    await over
    if (child.signalCode !== 'SIGKILL') expect(readdirSync(run_folder)).toEqual([])
    expect(findRuns(env)).toEqual([])
    expect(existsSync(run_folder) && readdirSync(run_folder)).toEqual([])
  }
})
