import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeMessage, type Packet } from '../../src/core/wire/index.js'
import { MdsProcess } from '../support/mds-process.js'
import { until } from '../support/until.js'

const TOKEN = 408_065

/** `mds capture` of a server on this machine, in a folder of its own, on the machine's clock. */
export class LiveCapture extends MdsProcess {
  readonly folder: string

  constructor(
    url: string,
    folder: string,
    { args = [], env = {} }: { args?: readonly string[]; env?: Record<string, string> } = {},
  ) {
    super(['capture', '--url', url, '--tokens', String(TOKEN), '--hours', 'always', ...args], {
      cwd: folder,
      env: { XDG_RUNTIME_DIR: folder, ...env },
    })
    this.folder = folder
  }

  async told(event: string, count = 1): Promise<void> {
    await until(`${count} ${event} in the journal; ${this.stderr}`, () => this.#hasTold(event, count))
  }

  #hasTold(event: string, count: number): boolean {
    return journalIn(this.folder).filter((line) => line.event === event).length >= count
  }
}

/** The messages on the disk, in order, headers taken off. */
export const recordedIn = (folder: string): Buffer[] => filesIn(folder, '.bin').flatMap(messagesIn)

/** Lines of the journal that are whole. */
export function journalIn(folder: string): Record<string, unknown>[] {
  const texts = filesIn(folder, '.journal.jsonl').map((path) => readFileSync(path, 'utf8'))
  return texts.flatMap((text) => text.split('\n').slice(0, -1)).map((line) => JSON.parse(line))
}

/** Files of the recording with this ending, oldest first. */
export function filesIn(folder: string, ending: string): string[] {
  const data = join(folder, 'raw_ticks', 'tokens')
  if (!existsSync(data)) return []
  return readdirSync(data)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(data, name))
}

/** A message whose price is its number. */
export const numbered = (n: number): Uint8Array =>
  encodeMessage([{ kind: 'ltp', instrument_token: TOKEN, last_price: n } satisfies Packet as Packet])

function messagesIn(path: string): Buffer[] {
  const bytes = readFileSync(path)
  const messages: Buffer[] = []
  for (let at = 0; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at + 8)
    if (end > bytes.length) break
    messages.push(bytes.subarray(at + 12, end))
    at = end
  }
  return messages
}
