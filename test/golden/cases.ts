import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { forgeRecordings, type RecordingPlan } from './forge-recording.js'

/** `case.json`. */
interface CaseFile {
  /** What the case proves, in a sentence or two. */
  readonly shows: string
  /** Arguments of mds; `{dir}` is the folder of the case. `--format` is added. */
  readonly command: readonly string[]
  readonly formats: readonly string[]
  readonly exit_code?: number
  readonly origin: string
  readonly licence: string
  /** Of every input. */
  readonly sha256: Readonly<Record<string, string>>
}

/** What a run gave: what goes to `expected.<format>` and to `expected.stderr`. */
export interface Outcome {
  readonly exit_code: number
  readonly stdout: Buffer
  readonly stderr: string
}

export const FIXTURES = 'fixtures'
/** A machine unlike the one the files were made on. */
const FOREIGN = { TZ: 'America/St_Johns', LANG: 'hi_IN.UTF-8', LC_ALL: 'hi_IN.UTF-8', NO_COLOR: '1' }

/** A folder of `fixtures`: recordings, a command, and what it must print to the last byte. */
export class GoldenCase {
  readonly name: string
  readonly folder: string
  readonly file: CaseFile

  constructor(name: string) {
    this.name = name
    this.folder = `${FIXTURES}/${name}`
    this.file = JSON.parse(readFileSync(join(this.folder, 'case.json'), 'utf8'))
  }

  /** Everything but the description, the plan and what is expected. */
  get inputs(): string[] {
    return readdirSync(this.folder)
      .filter((name) => name !== 'case.json' && name !== 'recording.json' && !name.startsWith('expected.'))
      .sort()
  }

  /** The recordings as `recording.json` describes them; none when they were captured. */
  forged(): Map<string, Uint8Array> {
    const path = join(this.folder, 'recording.json')
    if (!existsSync(path)) return new Map()
    const plan: RecordingPlan = JSON.parse(readFileSync(path, 'utf8'))
    return forgeRecordings(plan)
  }

  read(name: string): Buffer {
    return readFileSync(join(this.folder, name))
  }

  /** Undefined when the file is not there. */
  expected(extension: string): Buffer | undefined {
    const path = join(this.folder, `expected.${extension}`)
    return existsSync(path) ? readFileSync(path) : undefined
  }

  sha256(name: string): string {
    return createHash('sha256').update(this.read(name)).digest('hex')
  }

  run(format: string): Promise<Outcome> {
    const args = [...this.file.command.map((word) => word.replaceAll('{dir}', this.folder)), '--format', format]
    const options = { encoding: 'buffer', env: { ...process.env, ...FOREIGN }, maxBuffer: 1 << 26 } as const
    return new Promise((resolve) => {
      const child = execFile(process.execPath, ['bin/run.js', ...args], options, (_, stdout, stderr) =>
        resolve({ exit_code: child.exitCode ?? -1, stdout, stderr: stderr.toString('utf8') }),
      )
    })
  }

  /** Makes the recordings anew, then writes what the program prints now. */
  async update(): Promise<void> {
    for (const [name, bytes] of this.forged()) writeFileSync(join(this.folder, name), bytes)
    const sha256 = Object.fromEntries(this.inputs.map((name) => [name, this.sha256(name)]))
    writeFileSync(join(this.folder, 'case.json'), `${JSON.stringify({ ...this.file, sha256 }, null, 2)}\n`)
    for (const name of readdirSync(this.folder)) if (name.startsWith('expected.')) rmSync(join(this.folder, name))
    let stderr = ''
    for (const format of this.file.formats) {
      const outcome = await this.run(format)
      const wanted = this.file.exit_code ?? 0
      if (outcome.exit_code !== wanted)
        throw new Error(`${this.name}: exit code ${outcome.exit_code}, expected ${wanted}\n${outcome.stderr}`)
      writeFileSync(join(this.folder, `expected.${format}`), outcome.stdout)
      stderr = outcome.stderr
    }
    if (stderr !== '') writeFileSync(join(this.folder, 'expected.stderr'), stderr)
  }
}

/** Every folder that holds a `case.json`. */
export function goldenCases(): GoldenCase[] {
  return readdirSync(FIXTURES)
    .sort()
    .filter((name) => existsSync(join(FIXTURES, name, 'case.json')))
    .map((name) => new GoldenCase(name))
}
