import { usageError } from '../errors.js'
import { similarTexts } from '../market/index.js'
import { LOGGED_PRICES } from './logged-alert.js'

/** Our field, then what others call it; the first that a record has counts. */
const NAMES = {
  pattern_type: ['pattern', 'pattern_name'],
  symbol: ['tradingsymbol', 'trading_symbol'],
  exchange: [],
  instrument_token: ['token'],
  direction: ['side'],
  signal: [],
  confidence: [],
  timestamp_ms: ['timestamp', 'time', 'datetime'],
  known_at_ms: ['known_at'],
  emitted_at_ms: ['emitted_at'],
  bar_start_ms: ['bar_start'],
  expires_at_ms: ['expires_at'],
  session_date: ['date'],
  alert_id: ['id'],
  state: [],
  suppress_reason: [],
  pattern_category: [],
  engine_version: [],
  config_hash: [],
  legs: [],
  evidence: [],
  price: [],
  last_price: ['ltp'],
  entry_price: ['entry'],
  target_price: ['target'],
  stop_loss: ['stop'],
  level: [],
  invalidation: [],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type LogField = keyof typeof NAMES

/** Fields of a log that are read, in the order of the documentation. */
export const LOG_FIELDS = Object.keys(NAMES) as LogField[]
/** Fields that hold a number of rupees. */
export const PRICE_FIELDS: readonly LogField[] = LOGGED_PRICES

/** Where each field of ours is looked for in a record. */
export type FieldNames = Readonly<Record<LogField, readonly string[]>>

/** Names by which a log calls our fields: those of `--map THEIRS=OURS` first. Throws a usage error for a field that is not ours. */
export function fieldNames(maps: readonly string[]): FieldNames {
  const names: Record<LogField, string[]> = { ...emptyNames() }
  for (const map of maps) {
    const [, theirs, ours] = /^(.+)=([^=]+)$/.exec(map) ?? []
    if (theirs === undefined || ours === undefined)
      throw usageError('bad_map', `--map ${map}: expected THEIRS=OURS.`, '--map strategy=pattern_type')
    const field = LOG_FIELDS.find((known) => known === ours)
    if (field === undefined) {
      const near = similarTexts(ours, LOG_FIELDS, 1)
      throw usageError(
        'bad_map',
        `--map ${map}: alerts have no field ${ours}: expected one of ${LOG_FIELDS.join(', ')}.`,
        ...near.map((like) => `--map ${theirs}=${like}`),
      )
    }
    names[field].push(theirs)
  }
  for (const field of LOG_FIELDS) names[field].push(field, ...NAMES[field])
  return names
}

const emptyNames = (): Record<LogField, string[]> =>
  Object.fromEntries(LOG_FIELDS.map((field): [LogField, string[]] => [field, []])) as Record<LogField, string[]>
