import * as z from 'zod'
import { FEED_MODES } from '../../core/feed/index.js'
import { INSTRUMENT_TYPES, SEGMENT_NAMES, similarTexts, TOKEN_MAX } from '../../core/market/index.js'
import { DEFAULT_HOURS, INSTRUMENTS_MAX, parseHours } from '../../core/profile/index.js'
import { parseDate } from '../../core/time/index.js'
import { redisBlock } from '../sinks/redis-config.js'

/**
 * What a profile file may hold: the one definition behind its types, its complaints, `config/schema/profile.schema.json` and the table of
 * docs/profiles.md. An `error` says what is expected there, for people. zod takes 50 ms to load: import this lazily.
 */

/** An object that refuses keys nobody reads: a misspelt key is otherwise a setting silently lost. */
function strict<T extends z.ZodRawShape>(shape: T) {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? noSuchKey(issue.keys[0] ?? '', known) : undefined),
  })
}

function noSuchKey(key: string, known: readonly string[]): string {
  const similar = similarTexts(key, known, 1)
  return `no key "${key}" here (${similar.length > 0 ? `similar: ${similar[0]}; ` : ''}known: ${known.join(', ')})`
}

const text = (expected = 'a text that is not empty') => z.string(expected).min(1, expected)

function whole(min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`
  return z.int(expected).min(min, expected).max(max, expected)
}

const names = (description: string) => z.array(text()).min(1, 'a list that is not empty').optional().describe(description)

const TOKEN = `a token from 1 to ${TOKEN_MAX}`
const token = z.int(TOKEN).min(1, TOKEN).max(TOKEN_MAX, TOKEN)
const mode = z.enum(FEED_MODES)

/** A crawler's entry: keys that only the crawler reads are let pass. */
const entry = z.looseObject({
  token: z.union([token, z.string(TOKEN).regex(/^\d{1,10}$/, TOKEN)], { error: TOKEN }).describe('Kite instrument token'),
  symbol: text().optional().describe('Trading symbol; default: the key of the entry'),
  mode: mode.optional().describe('Mode of this instrument'),
})

const EXPIRY = 'near, next, far, all, a whole number from 1 to 24, or a date as YYYY-MM-DD'
const expiry = z.union(
  [
    z.enum(['near', 'next', 'far', 'all']),
    z.int(EXPIRY).min(1, EXPIRY).max(24, EXPIRY),
    z
      .string(EXPIRY)
      .regex(/^\d{4}-\d{2}-\d{2}$/, EXPIRY)
      .refine((date) => parseDate(date) !== undefined, EXPIRY),
  ],
  { error: EXPIRY },
)

const selection = strict({
  exchange: z.enum(SEGMENT_NAMES.filter((name) => name !== 'INDICES')).describe('Exchange as the master names it'),
  instrument_types: z
    .array(z.enum(INSTRUMENT_TYPES.filter((type) => type !== 'UNKNOWN')))
    .min(1, 'a list that is not empty')
    .optional()
    .describe('Only these types; default: all'),
  segment: text().optional().describe("Only this value of the master's segment column, e.g. NFO-OPT"),
  underlyings: names('Derivatives of these, most important first; @NAME stands for a list of `lists`, A|B for a renamed one'),
  symbols: names('These trading symbols; @NAME and A|B as above'),
  expiry: expiry
    .default('all')
    .describe(
      'Of each underlying: the nearest expiry (near), the second (next), the third (far), the N nearest, one date, or all',
    ),
  atm_strikes: whole(0, 500)
    .optional()
    .describe('Of options only the strike at the money and this many on each side, for each underlying and expiry'),
  limit: whole(1, INSTRUMENTS_MAX)
    .optional()
    .describe('At most this many: nearest to the money, then nearest expiry, then order of the names'),
  except: names('Trading symbols and underlyings to leave out'),
  mode: mode.optional().describe('Mode of these instruments'),
}).refine(
  ({ atm_strikes, instrument_types }) =>
    atm_strikes === undefined || instrument_types?.some((type) => type === 'CE' || type === 'PE') === true,
  { error: '"atm_strikes" only beside "instrument_types" with CE or PE', path: ['atm_strikes'] },
)

const list = strict({
  names: z.array(text()).min(1, 'a list that is not empty').describe('Names, most important first'),
  as_of: text().describe('Day from which the list held'),
  source: text().describe('Where it comes from'),
  verified: z.boolean().describe("Whether it was checked against the exchange's own publication"),
  note: text().optional(),
})

const jsonl = strict({
  directory: text().optional().describe('Folder of market_data_YYYY-MM-DD.jsonl; default: that of the recordings'),
})

const SOCKETS = { roles: 3, redundant: 2 } as const
const FSYNC = 'always, close, off, or a whole number of milliseconds from 1 to 60000'

const redis = redisBlock.refine(({ url }) => /^rediss?:\/\/\S+$/.test(url), {
  error: 'a URL like redis://localhost:6379',
  path: ['url'],
})

export const profileSchema = strict({
  $schema: z.string().optional(),
  name: z
    .string('a name')
    .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'a name of at most 64 of a-z, 0-9, _ and -, that begins with a letter or digit')
    .describe('Name of the profile, of its folder and of its recordings'),
  description: z.string().default('').describe('For people'),
  lists: z.record(text(), list).default({}).describe('Lists of names, each with its day and source'),
  instruments: z
    .union([z.record(text(), entry), z.array(z.union([token, entry], { error: 'a token, or an object with one' }))], {
      error: 'an object of {"token": ...} objects as in a crawler config, or a list of tokens',
    })
    .optional()
    .describe('Instruments by token'),
  select: z.array(selection).default([]).describe('Instruments out of the master of the day'),
  mode: mode.default('full').describe('Mode of every instrument without one of its own'),
  connections: whole(1, 3).optional().describe('Sockets of layout split; default: as few as the instruments need'),
  layout: z
    .enum(['split', 'roles', 'redundant'])
    .default('split')
    .describe(
      'split: each socket has its part; roles: one for full mode, one for the rest, a third that stands by; redundant: two sockets, every instrument on both',
    ),
  hours: z
    .string(`hours like ${DEFAULT_HOURS}, or always`)
    .refine((hours) => parseHours(hours) !== undefined, `hours like ${DEFAULT_HOURS} with the end after the start, or always`)
    .default(DEFAULT_HOURS)
    .describe('IST, on trading days; always: day and night'),
  check_calendar: z.boolean().default(true).describe('Whether a day without trading is refused'),
  calendar: text().optional().describe('Calendar file instead of the one that ships with mds'),
  directory: text()
    .optional()
    .describe('Data folder; the recordings lie in DIRECTORY/NAME; default: raw_ticks, or $MDS_DATA_DIR'),
  rotation: z.literal('hourly', 'hourly: nothing else is written').default('hourly').describe('A file an hour of IST'),
  fsync: z
    .union([z.enum(['always', 'close', 'off']), z.int(FSYNC).min(1, FSYNC).max(60_000, FSYNC)], { error: FSYNC })
    .default(100)
    .describe('What a power cut may cost: nothing (always), this many milliseconds, the file (close), or all (off)'),
  master: text().optional().describe('Instrument master; default: config/instruments.csv, or .csv.gz'),
  prices: text().optional().describe('CSV with symbol and close, for the money of options; default: the prices of the master'),
  redis: redis.optional().describe('Also to Redis; a password belongs into $MDS_REDIS_PASSWORD, not into this file'),
  jsonl: jsonl.optional().describe('Also to daily JSON lines'),
})
  .refine(({ instruments, select }) => instruments !== undefined || select.length > 0, {
    error: '"instruments" or "select", or both',
  })
  .refine(({ layout, connections }) => layout === 'split' || connections === undefined || connections === SOCKETS[layout], {
    error: 'none but with layout split: roles has 3, redundant 2',
    path: ['connections'],
  })

/** A profile file as checked, defaults filled in. */
export type ProfileContent = z.output<typeof profileSchema>

/** As published in `config/schema/profile.schema.json`. */
export function profileJsonSchema(): object {
  return { title: 'mds capture profile', ...z.toJSONSchema(profileSchema, { io: 'input' }) }
}

/** A complaint about the file: where in it, and what is expected there. `unknown_key`: the value there is not ours to show. */
export interface ProfileComplaint {
  readonly path: readonly PropertyKey[]
  readonly expected: string
  readonly unknown_key: boolean
}

/** The checked content, or all complaints in the order of the file. */
export function checkProfile(json: unknown): ProfileContent | readonly ProfileComplaint[] {
  const result = profileSchema.safeParse(json, { error: expectedWords })
  return result.success ? result.data : result.error.issues.map((issue) => complaintOf(issue, []))
}

type Issue = z.core.$ZodIssue

/** Of several forms, the complaint of the one that fits furthest says most. */
function complaintOf(issue: Issue, above: readonly PropertyKey[]): ProfileComplaint {
  const path = [...above, ...issue.path]
  const inner = issue.code === 'invalid_union' ? issue.errors.flatMap(([first]) => (first === undefined ? [] : first)) : []
  const deepest = inner.filter((each) => each.path.length > 0).map((each) => complaintOf(each, path))
  return (
    deepest.sort((a, b) => b.path.length - a.path.length)[0] ?? {
      path,
      expected: issue.message.replace(/^expected /, ''),
      unknown_key: issue.code === 'unrecognized_keys',
    }
  )
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

/** Where the schema has no words of its own. */
function expectedWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return TYPE_WORDS[issue.expected] ?? issue.expected
  if (issue.code === 'unrecognized_keys') return `no key "${issue.keys[0]}" here`
  if (issue.code === 'too_small' && issue.origin !== 'number') return 'something that is not empty'
  if (issue.code === 'too_small' || issue.code === 'too_big')
    return issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`
  if (issue.code !== 'invalid_value') return undefined
  const values = issue.values.map(String)
  const similar = typeof issue.input === 'string' ? similarTexts(issue.input, values, 1) : []
  return `one of ${values.join(', ')}${similar.length > 0 ? ` (similar: ${similar[0]})` : ''}`
}
