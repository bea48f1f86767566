import { JsonValue } from '../market/index.js'
import { parseDuration } from '../replay/index.js'
import { parseClock, parseIso } from '../time/index.js'
import { FAULT_KINDS, type FaultAction, type FaultKind, type FaultScope } from './fault.js'
import type { FaultTime, PlannedFault } from './fault-plan.js'

const AWAY_MS = 10_000
const FOR_MS = 30_000
const BY_MS = 2000
const COUNT_MAX = 1_000_000
const SLOT_MAX = 9999
/** No real token reaches 2^31, but the field has 32 bits. */
const TOKEN_MAX = 0xffff_ffff
/** What a server may not say (RFC 6455, 7.4). */
const RESERVED_CODES = [1004, 1005, 1006, 1015]

/** Every fault has these; the rest depends on its kind. */
const COMMON = ['slot'] as const
const FIELDS = {
  drop: ['away'],
  reset: ['away'],
  close: ['code', 'away'],
  stall: ['away'],
  half_frame: ['away'],
  silent: ['for', 'tokens', 'percent'],
  no_heartbeat: ['for'],
  lose: ['messages'],
  duplicate: ['messages'],
  reorder: ['messages'],
  delay: ['for', 'by'],
  malformed: ['messages'],
  forget: ['tokens', 'percent'],
  clock_step: ['by'],
  refuse: ['status', 'logins', 'for'],
  hang: ['logins', 'for'],
  expire: ['for', 'access_token'],
} as const satisfies Readonly<Record<FaultKind, readonly string[]>>

type Field = (typeof FIELDS)[FaultKind][number] | (typeof COMMON)[number]
type Maybe = (field: Field) => JsonValue | undefined

/** Reads a fault file, a list of `{"at", "fault", ...}`; `name` is for messages. Throws a usage error that names the entry and the field. */
export function parseFaults(text: string, name: string): PlannedFault[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    new JsonValue(text, { file: name, error_code: 'bad_faults' }).fail('JSON, a list of faults')
  }
  return new JsonValue(value, { file: name, error_code: 'bad_faults' }).list().map(plannedOf)
}

function plannedOf(entry: JsonValue): PlannedFault {
  const kind = new Map(entry.entries()).get('fault')?.oneOf(FAULT_KINDS) ?? entry.fail('an object with the key "fault"')
  const fields = entry.fields<'at' | 'fault', Field>(['at', 'fault'], [...COMMON, ...FIELDS[kind]])
  return {
    at: timeOf(fields.get('at')),
    slot: fields.maybe('slot')?.integer(0, SLOT_MAX),
    action: actionOf(kind, fields.maybe),
  }
}

function actionOf(fault: FaultKind, maybe: Maybe): FaultAction {
  const duration = (field: Field, fallback_ms: number): number => durationOf(maybe(field), fallback_ms)
  switch (fault) {
    case 'drop':
    case 'reset':
    case 'stall':
    case 'half_frame':
      return { fault, away_ms: duration('away', AWAY_MS) }
    case 'close':
      return { fault, code: closeCodeOf(maybe('code')), away_ms: duration('away', AWAY_MS) }
    case 'silent':
      return { fault, for_ms: duration('for', FOR_MS), ...scopeOf(maybe) }
    case 'no_heartbeat':
      return { fault, for_ms: duration('for', FOR_MS) }
    case 'lose':
    case 'duplicate':
    case 'reorder':
    case 'malformed':
      return { fault, messages: maybe('messages')?.integer(1, COUNT_MAX) ?? 1 }
    case 'delay':
      return { fault, for_ms: duration('for', FOR_MS), by_ms: duration('by', BY_MS) }
    case 'forget':
      return { fault, ...scopeOf(maybe) }
    case 'clock_step':
      return { fault, by_ms: duration('by', BY_MS) }
    case 'refuse':
      return { fault, status: maybe('status')?.integer(400, 599) ?? 403, limit: limitOf(maybe) }
    case 'hang':
      return { fault, limit: limitOf(maybe) }
    case 'expire': {
      const access_token = maybe('access_token')?.string()
      // With a new token the old one is gone for good, unless said otherwise.
      const for_ms = access_token !== undefined && maybe('for') === undefined ? undefined : duration('for', FOR_MS)
      return { fault, for_ms, access_token }
    }
    default:
      return fault satisfies never
  }
}

function timeOf(value: JsonValue): FaultTime {
  const expected = 'HH:MM:SS (IST), ISO 8601 with its zone, or a time after the first record such as "+90s"'
  const text = value.string(expected)
  if (text.startsWith('+')) return { kind: 'after', ms: parseDuration(text.slice(1), 'at') }
  const clock_s = parseClock(text)
  if (clock_s !== undefined) return { kind: 'clock', ms: clock_s * 1000 }
  const moment_ms = parseIso(text)
  return moment_ms === undefined ? value.fail(expected) : { kind: 'moment', ms: moment_ms }
}

/** Whole ms; before 0 where a minus stands in front. */
function durationOf(value: JsonValue | undefined, fallback_ms: number): number {
  if (value === undefined) return fallback_ms
  const text = value.string('a duration such as "30s"')
  const ms = Math.round(parseDuration(text.replace(/^-/, ''), 'the duration'))
  return text.startsWith('-') ? -ms : ms
}

function closeCodeOf(value: JsonValue | undefined): number {
  const code = value?.integer(1000, 4999) ?? 1001
  if (RESERVED_CODES.includes(code) || (code > 1014 && code < 3000)) value?.fail('a code that a server may send, such as 1001')
  return code
}

function limitOf(maybe: Maybe): { logins: number } | { for_ms: number } {
  const logins = maybe('logins')?.integer(1, COUNT_MAX)
  return logins === undefined ? { for_ms: durationOf(maybe('for'), FOR_MS) } : { logins }
}

function scopeOf(maybe: Maybe): FaultScope {
  const tokens = maybe('tokens')
    ?.list()
    .map((token) => token.integer(1, TOKEN_MAX))
  const percent = maybe('percent')?.integer(1, 100)
  return { ...(tokens === undefined ? {} : { tokens }), ...(percent === undefined ? {} : { percent }) }
}
