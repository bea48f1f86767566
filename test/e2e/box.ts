import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { MdsProcess } from '../support/mds-process.js'
import { type Outcome, runMds } from '../support/run-mds.js'

/** A market in a box: a synthetic recording, what its candles are, and captures of its replay. */
export class Box {
  readonly folder: string
  readonly tokens: readonly number[]

  private constructor(folder: string, tokens: readonly number[]) {
    this.folder = folder
    this.tokens = tokens
  }

  static async make(folder: string, synth: readonly string[]): Promise<Box> {
    await ok(runMds(['synth', '--date', '20251006', '--data-dir', 'market', '-q', ...synth], { cwd: folder }))
    const rows = readFileSync(join(folder, MASTER), 'utf8').trim().split('\n').slice(1)
    return new Box(
      folder,
      rows.map((row) => Number(row.split(',')[0])),
    )
  }

  /** Candles of the market, or of a capture. */
  async candles(data_dir = 'market'): Promise<Buffer> {
    const words = ['candles', '20251006', '--data-dir', data_dir, '--tf', '1m,5m', '--format', 'ndjson', '-q']
    return (await ok(runMds(words, { cwd: this.folder }))).stdout
  }

  /** Serves the market and captures what is served, into the data folder `into`. */
  async capture(
    into: string,
    { connections, speed, faults, args = [] }: { connections: number; speed: string; faults?: unknown; args?: readonly string[] },
  ): Promise<{ server: MdsProcess; capture: MdsProcess }> {
    const { folder } = this
    const trouble = faults === undefined ? [] : ['--faults', `${into}.faults.json`]
    if (faults !== undefined) writeFileSync(join(folder, `${into}.faults.json`), JSON.stringify(faults))
    const server = new MdsProcess(
      [
        'replay',
        '20251006',
        '--data-dir',
        'market',
        '--serve',
        '127.0.0.1:0',
        '--speed',
        speed,
        ...['--wait-for', String(connections)],
        ...trouble,
      ],
      { cwd: folder, env: { XDG_RUNTIME_DIR: folder } },
    )
    const [, url = ''] = await server.said(/Serving (\S+)/)
    const capture = new MdsProcess(
      [
        ...['capture', '--url', url, '--tokens', this.tokens.join(','), '--instruments', MASTER, '--data-dir', into],
        ...['--connections', String(connections), '--candles', '1m,5m', ...args],
      ],
      { cwd: folder, env: { XDG_RUNTIME_DIR: folder } },
    )
    expect(await capture.exit(), capture.stderr).toBe(0)
    expect(await server.exit(), server.stderr).toBe(0)
    return { server, capture }
  }

  /** The candles the capture wrote itself. */
  liveCandles(into: string): Buffer {
    return readFileSync(join(this.folder, into, 'tokens', 'tokens_20251006.candles.ndjson'))
  }

  /** Messages of the segments of one connection, heartbeats left out. */
  messages(data_dir: string, profile: string, ending = '.bin'): Buffer[] {
    const folder = join(this.folder, data_dir, profile)
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .sort()
      .flatMap((name) => messagesOf(readFileSync(join(folder, name))))
      .filter(({ length }) => length > 1)
  }

  mds(args: readonly string[]): Promise<Outcome> {
    return runMds(args, { cwd: this.folder })
  }
}

const MASTER = join('market', 'synth', 'synth_20251006.instruments.csv')

async function ok(running: Promise<Outcome>): Promise<Outcome> {
  const outcome = await running
  expect(outcome.code, outcome.stderr).toBe(0)
  return outcome
}

function messagesOf(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at + 8)
    messages.push(bytes.subarray(at + 12, end))
    at = end
  }
  return messages
}
