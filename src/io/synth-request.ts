import { usageError } from '../core/errors.js'
import { type Calendar, similarTexts } from '../core/market/index.js'
import {
  FAULT_KINDS,
  type FaultKind,
  INSTRUMENTS_MAX,
  PLANTS,
  type PlantWishes,
  RATE_PER_INSTRUMENT_MAX,
} from '../core/synth/index.js'
import { type IstDay, parseClock, parseDate } from '../core/time/index.js'
import { loadCalendar } from './calendar-file.js'

export interface SynthRequest {
  day: IstDay
  /** 1..9000 */
  instruments: number
  /** Integer, at most 2^53 - 1. */
  seed: number
  calendar: Calendar
  data_dir: string
  profile: string
  /** Mean packets a second over 09:15-15:30, all instruments together; undefined: `DEFAULT_RATE_PER_INSTRUMENT` each. */
  rate?: number | undefined
  mode: 'full' | 'mixed'
  /** Seconds after midnight IST, `[start_s, until_s)`. */
  start_s: number
  until_s: number
  single_file: boolean
  faults: readonly FaultKind[]
  /** Patterns to plant; absent: none. */
  plants?: PlantWishes | undefined
  /** Also write what was planted and the candles that must come out. */
  truth: boolean
  /** Replace recordings of the same profile and day. */
  force: boolean
}

/** 320 instruments then fill about 40 MB a day: a demo that is made, read and shown in seconds. */
export const DEFAULT_RATE_PER_INSTRUMENT = 10 / 320

/** Flags of the command, as given. */
export interface SynthFlags {
  date: string
  instruments: number
  seed: number
  profile: string
  'data-dir': string
  calendar?: string | undefined
  rate?: string | undefined
  packets?: number | undefined
  mode: 'full' | 'mixed'
  start: string
  until: string
  'single-file': boolean
  faults?: string | undefined
  plant?: string | undefined
  'plant-strength'?: string | undefined
  truth: boolean
  force: boolean
}

/** Checks words and numbers of the command line, once. */
export async function readSynthRequest(flags: SynthFlags): Promise<SynthRequest> {
  const day = parseDate(flags.date)
  if (day === undefined)
    throw usageError('bad_date', `"${flags.date}" is no date: expected YYYYMMDD or YYYY-MM-DD.`, 'mds synth --date 20251005')
  const { calendar } = await loadCalendar(flags.calendar)
  return {
    day,
    calendar,
    instruments: flags.instruments,
    seed: flags.seed,
    profile: flags.profile,
    data_dir: flags['data-dir'],
    rate: flags.packets === undefined ? rateOfText(flags.rate) : flags.packets / SESSION_S,
    mode: flags.mode,
    start_s: clockOf(flags.start),
    until_s: clockOf(flags.until),
    single_file: flags['single-file'],
    faults: faultsOf(flags.faults),
    plants: plantsOf(flags.plant, flags['plant-strength']),
    truth: flags.truth,
    force: flags.force,
  }
}

/** 09:15-15:30. */
const SESSION_S = 22_500

function rateOfText(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d+(\.\d+)?$/.test(text)) throw usageError('bad_rate', `Expected packets a second like 10 or 0.5, found "${text}".`)
  return Number(text)
}

function clockOf(text: string): number {
  const clock_s = parseClock(text)
  if (clock_s === undefined) throw usageError('bad_clock', `Expected a time of day like 15:40, found "${text}".`)
  return clock_s
}

function faultsOf(text: string | undefined): FaultKind[] {
  const names = text === undefined ? [] : text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => name !== 'all' && !FAULT_KINDS.some((kind) => kind === name))
  if (unknown !== undefined)
    throw usageError('bad_fault', `Expected all or some of ${FAULT_KINDS.join(', ')}, found "${unknown}".`)
  return FAULT_KINDS.filter((kind) => names.includes('all') || names.includes(kind))
}

/** Full strength unless told otherwise. */
function plantsOf(text: string | undefined, strength_text = '1'): PlantWishes | undefined {
  if (text === undefined) return undefined
  const strength = /^\d*\.?\d+$/.test(strength_text) ? Number(strength_text) : Number.NaN
  if (!(strength > 0 && strength <= 1))
    throw usageError(
      'bad_plant_strength',
      `Expected a strength above 0 and up to 1, found "${strength_text}".`,
      '--plant-strength 0.5',
    )
  const names = text.split(',').map((name) => name.trim())
  for (const name of names) if (name !== 'all' && !PLANTS.some(({ id }) => id === name)) throw unknownPlant(name)
  return { ids: PLANTS.map(({ id }) => id).filter((id) => names.includes('all') || names.includes(id)), strength }
}

function unknownPlant(name: string): Error {
  const ids = PLANTS.map(({ id }) => id)
  const near = similarTexts(name, ids, 3)
  return usageError(
    'unknown_plant',
    `No pattern called "${name}" can be planted${near.length === 0 ? '' : `; near it: ${near.join(', ')}`}. There are ${ids.join(', ')}.`,
    `--plant ${near[0] ?? 'all'}`,
  )
}

export const rateOf = ({ rate, instruments }: SynthRequest): number => rate ?? instruments * DEFAULT_RATE_PER_INSTRUMENT

/** Refuses what no day can be made from. */
export function checkRequest(request: SynthRequest): void {
  const { instruments, profile, start_s, until_s } = request
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(profile))
    throw usageError('bad_profile', `Expected a profile of letters, digits, - and _, found "${profile}".`)
  if (!Number.isInteger(instruments) || instruments < 1 || instruments > INSTRUMENTS_MAX)
    throw usageError('bad_instruments', `Expected 1 to ${INSTRUMENTS_MAX} instruments, found ${instruments}.`)
  const [rate, rate_max] = [rateOf(request), instruments * RATE_PER_INSTRUMENT_MAX]
  if (!(rate > 0) || rate > rate_max)
    throw usageError(
      'bad_rate',
      `Expected above 0 and at most ${rate_max} packets a second for ${instruments} instruments, found ${rate}.`,
      'Ask for more --instruments or fewer packets',
    )
  if (!(start_s < until_s)) throw usageError('bad_hours', 'Expected a recording that ends after it begins.')
}
