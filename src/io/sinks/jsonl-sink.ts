import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, MdsError } from '../../core/errors.js'
import { formatDate, type IstDay, istDay } from '../../core/time/index.js'
import { JsonlFile, type OpenJsonl } from './jsonl-file.js'
import type { LiveSink, SinkListener } from './live-sink.js'
import type { Batch } from './message-ring.js'
import { type Delivered, type Later, type Outlet, RingSink } from './ring-sink.js'
import { type Names, type PacketAt, packetsOf, TickLines } from './tick-lines.js'

export interface JsonlPorts {
  readonly open?: OpenJsonl
  readonly later?: Later
  readonly ring_bytes?: number
}

const RING_BYTES = 16 * 1024 * 1024
/** A line is in the file at most this long after its message, as long as the disk takes it. */
const GATHER_MS = 250

/** Every tick as a line of `market_data_YYYY-MM-DD.jsonl`, by the IST day of its receipt. Throws when the folder can't be made. */
export function openJsonlSink(folder: string, names: Names, listener: SinkListener, ports: JsonlPorts = {}): LiveSink {
  makeFolder(folder)
  const { ring_bytes = RING_BYTES, open, later } = ports
  return new RingSink(
    { name: 'jsonl', ring_bytes, gather_ms: GATHER_MS, open: () => new JsonlOutlet(folder, names, open) },
    listener,
    later,
  )
}

/** The file of a day. */
export const jsonlName = (day: IstDay): string => `market_data_${formatDate(day)}.jsonl`

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new MdsError('jsonl_folder', {
      message: `Expected a folder for JSON lines at ${folder}: ${error instanceof Error ? error.message : String(error)}.`,
      suggestions: ['--jsonl ./jsonl'],
      exitCode: EXIT.usage,
    })
  }
}

/** One file is open at a time, that of the day being written. */
class JsonlOutlet implements Outlet {
  readonly is_ready = true
  readonly #folder: string
  readonly #names: Names
  readonly #open: OpenJsonl | undefined
  readonly #lines = new TickLines()
  #day: IstDay | undefined
  #file: JsonlFile | undefined

  constructor(folder: string, names: Names, open: OpenJsonl | undefined) {
    this.#folder = folder
    this.#names = names
    this.#open = open
  }

  /** `batch.done` counts packets. */
  async deliver(batch: Batch): Promise<Delivered> {
    const packets = batch.messages.flatMap((message) => packetsOf(message, this.#names))
    while (batch.done < packets.length) {
      const some = this.#ofOneDay(packets, batch.done)
      const file = await this.#fileOf(istDay(some[0]!.received_at_ms))
      try {
        await file.append(this.#lines.encode(some))
      } catch (error) {
        // opened anew, its end is looked at again
        await this.close().catch(() => {})
        throw error
      }
      batch.done += some.length
    }
    return { refused: 0, detail: '' }
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  #ofOneDay(packets: readonly PacketAt[], from: number): readonly PacketAt[] {
    const day = istDay(packets[from]!.received_at_ms)
    let to = from + 1
    while (to < packets.length && to - from < this.#lines.capacity && istDay(packets[to]!.received_at_ms) === day) to++
    return packets.slice(from, to)
  }

  async #fileOf(day: IstDay): Promise<JsonlFile> {
    if (this.#file !== undefined && this.#day === day) return this.#file
    await this.close()
    this.#file = await JsonlFile.open(join(this.#folder, jsonlName(day)), this.#open)
    this.#day = day
    return this.#file
  }
}
