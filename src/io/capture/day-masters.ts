import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InstrumentTable } from '../../core/market/index.js'
import { MASTER_ENDINGS, masterName } from '../../core/recording/index.js'
import type { IstDay } from '../../core/time/index.js'
import type { InstrumentsFile } from '../instruments-file.js'
import { sessionInstruments } from '../session-instruments.js'

const OWNER_ONLY = 0o600

/**
 * The instrument master beside the recordings of a day, `<profile>_YYYYMMDD.instruments.csv`: the names under which a replay will see them. What
 * lies there already stays: a day has one master, that of its first capture.
 */
export class DayMasters {
  /** SHA-256 of the master in use; null without one. */
  readonly sha256: string | null
  readonly #folder: string
  readonly #profile: string
  readonly #master: InstrumentsFile | undefined

  /** Of several masters the first is kept: a recording has one beside it. */
  constructor(folder: string, profile: string, masters: readonly InstrumentsFile[]) {
    this.#folder = folder
    this.#profile = profile
    this.#master = masters[0]
    this.sha256 = this.#master === undefined ? null : createHash('sha256').update(this.#master.bytes).digest('hex')
  }

  /** Puts the master beside the recordings of a day, once. */
  keep(day: IstDay): void {
    const master = this.#master
    if (master === undefined || this.#pathsOf(day).some((path) => existsSync(path))) return
    const is_packed = master.bytes[0] === 0x1f && master.bytes[1] === 0x8b
    const ending = master.kind === 'crawler_config' ? '.json' : is_packed ? '.csv.gz' : '.csv'
    writeFileSync(join(this.#folder, masterName(this.#profile, day, ending)), master.bytes, { mode: OWNER_ONLY, flag: 'wx' })
  }

  /** The names a replay of that day finds. */
  async tableOf(day: IstDay): Promise<InstrumentTable> {
    this.keep(day)
    const [path = ''] = this.#pathsOf(day)
    const { table } = await sessionInstruments({ day, files: [{ path, profile: this.#profile, day, connection: 1 }] }, [])
    return table
  }

  #pathsOf(day: IstDay): string[] {
    return MASTER_ENDINGS.map((ending) => join(this.#folder, masterName(this.#profile, day, ending)))
  }
}
