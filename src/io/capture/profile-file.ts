import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { EXIT, MdsError, usageError } from '../../core/errors.js'
import type { FeedMode } from '../../core/feed/index.js'
import { type BadEntry, parseCrawlerConfig, similarTexts } from '../../core/market/index.js'
import {
  type ActiveHours,
  DEFAULT_HOURS,
  type ExpiryChoice,
  type InlineInstrument,
  type InstrumentPlan,
  parseHours,
  type Selection,
} from '../../core/profile/index.js'
import { parseDate } from '../../core/time/index.js'
import { packageFile } from '../package-file.js'
import { readUserFile } from '../read-user-file.js'
import { shellWord } from '../shell-word.js'
import type { ProfileComplaint, ProfileContent } from './profile-schema.js'
import type { FsyncPolicy } from './recorder-port.js'

/** What a capture records, and how. */
export interface Profile extends InstrumentPlan {
  readonly name: string
  readonly description: string
  /** Where it comes from; undefined when it was made from flags. */
  readonly path: string | undefined
  /** Sockets; undefined: as few as the instruments and the layout need. */
  readonly connections: number | undefined
  readonly layout: ProfileContent['layout']
  readonly hours: ActiveHours
  readonly check_calendar: boolean
  readonly calendar: string | undefined
  /** Data folder; the recordings lie in the folder `name` below it. Undefined: that of the command. */
  readonly directory: string | undefined
  readonly rotation: 'hourly'
  readonly fsync: FsyncPolicy
  readonly master: string | undefined
  readonly prices: string | undefined
  readonly redis: ProfileContent['redis']
  readonly jsonl: ProfileContent['jsonl']
  /** Lists that were not checked against the exchange. */
  readonly unverified_lists: readonly string[]
}

/** Data folder, unless a flag or the profile says otherwise. */
export const DEFAULT_DATA_DIR = 'raw_ticks'

/** Below the working folder first, so that a project may have a profile of its own under one of our names; then below the package. */
const FOLDER = join('config', 'profiles')
const NAME = /^[a-z0-9][a-z0-9_-]*$/

/** A profile by its name (`./config/profiles/NAME.json`, then the one that ships with mds) or by the path of its file. */
export async function loadProfile(name_or_path: string): Promise<Profile> {
  if (!NAME.test(name_or_path)) return readProfile(name_or_path)
  const path = foldersOfProfiles()
    .map((folder) => join(folder, `${name_or_path}.json`))
    .find((candidate) => existsSync(candidate))
  if (path === undefined) throw await noSuchProfile(name_or_path)
  const profile = await readProfile(path)
  if (profile.name === name_or_path) return profile
  throw usageError(
    'bad_profile',
    `${path}, at name: expected "${name_or_path}" as the file is called, found ${JSON.stringify(profile.name)}.`,
    edit(path),
  )
}

/** For a capture without a profile: these tokens, in one mode. */
export function profileOfTokens(tokens: readonly number[], mode: FeedMode): Profile {
  return {
    name: 'tokens',
    description: 'Instruments named on the command line',
    path: undefined,
    inline: tokens.map((token) => ({ token, mode: undefined, instrument: undefined })),
    select: [],
    mode,
    connections: undefined,
    layout: 'split',
    hours: parseHours(DEFAULT_HOURS) ?? 'always',
    check_calendar: true,
    calendar: undefined,
    directory: undefined,
    rotation: 'hourly',
    fsync: 100,
    master: undefined,
    prices: undefined,
    redis: undefined,
    jsonl: undefined,
    unverified_lists: [],
  }
}

const foldersOfProfiles = (): string[] => [FOLDER, packageFile(FOLDER)]

async function noSuchProfile(name: string): Promise<MdsError> {
  const files = await Promise.all(foldersOfProfiles().map((folder) => readdir(folder).catch(() => [])))
  const known = [...new Set(files.flat().filter((file) => file.endsWith('.json')))].map((file) => basename(file, '.json')).sort()
  const [similar = known[0]] = similarTexts(name, known, 1)
  return new MdsError('no_such_profile', {
    message: `No profile is called ${name}: expected ${join(FOLDER, `${name}.json`)}, or one of those that ship with mds (${known.join(', ')}).`,
    suggestions: similar === undefined ? [] : [`--profile ${similar}`],
    exitCode: EXIT.unreadable,
  })
}

async function readProfile(path: string): Promise<Profile> {
  const bytes = await readUserFile(path, { what: 'profile', suggestion: '--profile nifty50' })
  const json = parsed(bytes.toString('utf8'), path)
  const { checkProfile } = await import('./profile-schema.js')
  const content = checkProfile(json)
  if ('name' in content) return profileOf(content, path)
  throw complaint(content, json, path)
}

/** What V8 says of broken JSON quotes the text, and somebody may have named the token file by mistake: only the place is told. */
function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
    const line = position === undefined ? '' : ` (line ${text.slice(0, Number(position)).split('\n').length})`
    throw usageError('bad_profile', `${path}: expected JSON, found text that is none${line}.`, edit(path))
  }
}

function complaint(complaints: readonly ProfileComplaint[], json: unknown, path: string): MdsError {
  const [first] = complaints
  const places = new Set(complaints.map(({ path: at }) => placeOf(at)))
  const more = places.size > 1 ? ` The same file has ${places.size - 1} more that can't be.` : ''
  if (first === undefined) return usageError('bad_profile', `${path}: expected a profile.${more}`, edit(path))
  const is_secret = first.unknown_key || first.path.includes('url')
  const found = is_secret ? '' : `, found ${brief(valueAt(json, first.path))}`
  return usageError('bad_profile', `${path}, ${placeOf(first.path)}: expected ${first.expected}${found}.${more}`, edit(path))
}

/** `at select[0].expiry`, `at the top` */
function placeOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'at the top'
  return `at ${path.map((key, n) => (typeof key === 'number' ? `[${key}]` : n === 0 ? String(key) : `.${String(key)}`)).join('')}`
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(String(key)) : undefined),
    json,
  )
}

const edit = (path: string): string => `"\${EDITOR:-vi}" ${shellWord(path)}`

const BRIEF_CHARS_MAX = 60

function brief(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length <= BRIEF_CHARS_MAX ? text : `${text.slice(0, BRIEF_CHARS_MAX)}...`
}

function profileOf(content: ProfileContent, path: string): Profile {
  const { lists, hours, instruments, select, name, description, connections, layout, check_calendar } = content
  return {
    name,
    description,
    path,
    inline: instruments === undefined ? [] : inlineOf(instruments, path),
    select: select.map((selection, n) => selectionOf(selection, lists, { path, n })),
    mode: content.mode,
    connections,
    layout,
    hours: parseHours(hours) ?? 'always',
    check_calendar,
    calendar: content.calendar,
    directory: content.directory,
    rotation: content.rotation,
    fsync: content.fsync,
    master: content.master,
    prices: content.prices,
    redis: content.redis,
    jsonl: content.jsonl,
    unverified_lists: Object.entries(lists).flatMap(([list, { verified, as_of }]) => (verified ? [] : [`${list} (${as_of})`])),
  }
}

type Instruments = NonNullable<ProfileContent['instruments']>

/** A bare token says nothing else; an entry is read as a crawler config's. */
function inlineOf(instruments: Instruments, path: string): InlineInstrument[] {
  const is_list = Array.isArray(instruments)
  return Object.entries(instruments).map(([key, entry]) => {
    if (typeof entry === 'number') return { token: entry, mode: undefined, instrument: undefined }
    const refuse = ({ reason }: BadEntry): never => {
      throw usageError('bad_profile', `${path}, at instruments${is_list ? `[${key}]` : `.${key}`}: ${reason}.`, edit(path))
    }
    const token = Number(entry.token)
    const [instrument] = parseCrawlerConfig({ instruments: { [is_list ? `token:${token}` : key]: entry } }, refuse)
    return { token, mode: entry.mode, instrument }
  })
}

type Lists = ProfileContent['lists']

function selectionOf(
  { instrument_types = [], except = [], ...rest }: ProfileContent['select'][number],
  lists: Lists,
  place: { path: string; n: number },
): Selection {
  const { exchange, segment, expiry, atm_strikes, limit, mode } = rest
  return {
    exchange,
    instrument_types,
    segment,
    underlyings: expanded('underlyings', rest.underlyings, lists, place),
    symbols: expanded('symbols', rest.symbols, lists, place),
    expiry: expiryOf(expiry),
    atm_strikes,
    limit,
    except: expanded('except', except, lists, place),
    mode,
  }
}

/** With the names of a list where `@LIST` stands. */
function expanded(key: string, names: readonly string[] = [], lists: Lists, { path, n }: { path: string; n: number }): string[] {
  return names.flatMap((name) => {
    if (!name.startsWith('@')) return [name]
    const list = Object.hasOwn(lists, name.slice(1)) ? lists[name.slice(1)] : undefined
    if (list !== undefined) return list.names
    const known = Object.keys(lists).map((each) => `@${each}`)
    throw usageError(
      'bad_profile',
      `${path}, at select[${n}].${key}: expected a list that "lists" has${known.length > 0 ? ` (${known.join(', ')})` : ''}, found "${name}".`,
      edit(path),
    )
  })
}

const RANKS: Readonly<Record<string, number>> = { near: 0, next: 1, far: 2 }

function expiryOf(expiry: ProfileContent['select'][number]['expiry']): ExpiryChoice {
  if (typeof expiry === 'number') return { kind: 'nearest', from: 0, to: expiry }
  const rank = RANKS[expiry]
  if (rank !== undefined) return { kind: 'nearest', from: rank, to: rank + 1 }
  const day = parseDate(expiry)
  return day === undefined ? { kind: 'all' } : { kind: 'day', day }
}
