import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InstrumentTable } from '../../core/market/index.js'
import { formatCompactDate, type IstDay } from '../../core/time/index.js'
import { type InstrumentsFile, loadInstruments } from '../instruments-file.js'

const OWNER_ONLY = 0o600
const ENDINGS = ['.csv', '.csv.gz', '.json'] as const

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
    writeFileSync(this.#pathOf(day, ending), master.bytes, { mode: OWNER_ONLY, flag: 'wx' })
  }

  /** The names a replay of that day finds. */
  async tableOf(day: IstDay): Promise<InstrumentTable> {
    this.keep(day)
    const files: InstrumentsFile[] = []
    for (const path of this.#pathsOf(day)) if (existsSync(path)) files.push(await loadInstruments(path))
    return InstrumentTable.of(...files.map(({ instruments }) => instruments))
  }

  #pathsOf(day: IstDay): string[] {
    return ENDINGS.map((ending) => this.#pathOf(day, ending))
  }

  #pathOf(day: IstDay, ending: (typeof ENDINGS)[number]): string {
    return join(this.#folder, `${this.#profile}_${formatCompactDate(day)}.instruments${ending}`)
  }
}
