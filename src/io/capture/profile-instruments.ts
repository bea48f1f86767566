import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { InstrumentTable, parseLastCloses } from '../../core/market/index.js'
import { type SelectedInstruments, selectInstruments } from '../../core/profile/index.js'
import { MASTER_ENDINGS, masterName } from '../../core/recording/index.js'
import { formatDate, type IstDay, istDay } from '../../core/time/index.js'
import { type InstrumentsFile, loadInstruments } from '../instruments-file.js'
import { readUserFile } from '../read-user-file.js'
import type { Profile } from './profile-file.js'

/** Where Kite's instrument master is looked for unless the profile or a flag says otherwise. */
export const DEFAULT_MASTERS: readonly string[] = [join('config', 'instruments.csv'), join('config', 'instruments.csv.gz')]

export interface InstrumentSources {
  readonly day: IstDay
  readonly data_dir: string
  /** Files named on the command line; they alone count then. */
  readonly named?: readonly string[]
}

export interface ProfileInstruments {
  readonly selected: SelectedInstruments
  readonly table: InstrumentTable
  /** What was read; none is legal for a profile that names its tokens. */
  readonly masters: readonly MasterFile[]
}

export interface MasterFile extends InstrumentsFile {
  /** Day of the file's last change, IST: Kite makes a new master each morning. */
  readonly made_on: IstDay
}

/** The instruments that a profile means on a day, out of the master that is there. */
export async function instrumentsOfProfile(profile: Profile, sources: InstrumentSources): Promise<ProfileInstruments> {
  return instrumentsFrom(await mastersOf(profile, sources), profile, sources.day)
}

/** The same out of masters that have been read. */
export async function instrumentsFrom(
  masters: readonly MasterFile[],
  profile: Profile,
  day: IstDay,
): Promise<ProfileInstruments> {
  const table = InstrumentTable.of(...masters.map(({ instruments }) => instruments))
  const prices = profile.prices === undefined ? new Map<string, number>() : await pricesOf(profile.prices)
  const selected = selectInstruments(profile, { table, day, prices })
  const notices = [...(profile.select.length > 0 ? staleTexts(masters, day) : []), ...selected.notices]
  return { selected: { ...selected, notices }, table, masters }
}

/** The masters of the profile: named ones, its own, the default, or the one beside today's recordings. */
export async function mastersOf(profile: Profile, { day, data_dir, named = [] }: InstrumentSources): Promise<MasterFile[]> {
  const beside = MASTER_ENDINGS.map((ending) => join(data_dir, profile.name, masterName(profile.name, day, ending)))
  const first = [...DEFAULT_MASTERS, ...beside].find((path) => existsSync(path))
  const paths = named.length > 0 ? named : profile.master !== undefined ? [profile.master] : first === undefined ? [] : [first]
  const files: MasterFile[] = []
  for (const path of paths) files.push({ ...(await loadInstruments(path)), made_on: istDay(statSync(path).mtimeMs) })
  return files
}

function staleTexts(masters: readonly MasterFile[], day: IstDay): string[] {
  return masters
    .filter(({ made_on }) => made_on < day)
    .map(({ path, made_on }) => `${path} is of ${formatDate(made_on)}: what was listed since then is missing.`)
}

async function pricesOf(path: string): Promise<Map<string, number>> {
  const bytes = await readUserFile(path, {
    what: 'file of prices',
    suggestion: `mds candles --tf 1d --format csv -o ${path}`,
  })
  return parseLastCloses(bytes.toString('utf8').replace(/^\ufeff/, ''))
}
