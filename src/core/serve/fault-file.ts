import { usageError } from '../errors.js'
import { parseDuration } from '../replay/index.js'
import { parseClock, parseIso } from '../time/index.js'
import { FAULT_KINDS, type FaultAction, type FaultKind, type FaultScope, type RefusalStatus } from './fault.js'
import type { FaultTime, PlannedFault } from './fault-plan.js'

/** No run needs more; a larger file is some other file. */
const FAULTS_MAX = 10_000
const AWAY_MS = 10_000
const FOR_MS = 30_000
const STATUSES: readonly RefusalStatus[] = [403, 429, 500, 'hang']

/** Reads a fault file: a list of `{"at", "fault", ...}`. Throws a usage error that names the entry and the field. */
export function parseFaults(text: string, path: string): PlannedFault[] {
  let entries: unknown
  try {
    entries = JSON.parse(text)
  } catch {
    throw badFaults(`${path} is no JSON`)
  }
  if (!Array.isArray(entries)) throw badFaults(`${path}: expected a list of faults, found ${nameOf(entries)}`)
  if (entries.length > FAULTS_MAX) throw badFaults(`${path}: expected at most ${FAULTS_MAX} faults, found ${entries.length}`)
  return entries.map((entry, n) => plannedOf(new Fields(entry, `${path}: fault ${n + 1}`)))
}

const badFaults = (message: string): Error =>
  usageError('bad_faults', `${message}.`, '[{"at": "09:20:00", "fault": "drop", "slot": 0}]', 'docs/serve.md lists the faults')

function plannedOf(fields: Fields): PlannedFault {
  const at = fields.time('at')
  const kind = fields.word('fault', FAULT_KINDS)
  const slot = fields.count('slot', undefined, 0)
  const action = actionOf(kind, fields)
  fields.refuseOthers(kind)
  return { at, slot, action }
}

function actionOf(fault: FaultKind, fields: Fields): FaultAction {
  switch (fault) {
    case 'drop':
    case 'reset':
    case 'stall':
    case 'half_frame':
      return { fault, away_ms: fields.duration('away', AWAY_MS) }
    case 'close':
      return { fault, code: fields.closeCode('code', 1001), away_ms: fields.duration('away', AWAY_MS) }
    case 'silent':
      return { fault, for_ms: fields.duration('for', FOR_MS), ...fields.scope() }
    case 'no_heartbeat':
      return { fault, for_ms: fields.duration('for', FOR_MS) }
    case 'lose':
    case 'duplicate':
    case 'reorder':
    case 'malformed':
      return { fault, messages: fields.count('messages', 1, 1) ?? 1 }
    case 'delay':
      return { fault, for_ms: fields.duration('for', FOR_MS), by_ms: fields.duration('by', 2000) }
    case 'forget':
      return { fault, ...fields.scope() }
    case 'clock_step':
      return { fault, by_ms: fields.step('by') }
    case 'refuse': {
      const status = fields.word('status', STATUSES, 403)
      const logins = fields.count('logins', undefined, 1)
      return { fault, status, limit: logins === undefined ? { for_ms: fields.duration('for', FOR_MS) } : { logins } }
    }
    case 'expire': {
      const access_token = fields.text('access_token')
      const for_ms = access_token === undefined ? fields.duration('for', FOR_MS) : undefined
      return { fault, for_ms, access_token }
    }
    default:
      return fault satisfies never
  }
}

/** The fields of one entry, each read once; what nobody asked for is a mistake. */
class Fields {
  readonly #values: ReadonlyMap<string, unknown>
  readonly #where: string
  readonly #known = new Set<string>()

  constructor(entry: unknown, where: string) {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
      throw badFaults(`${where}: expected an object, found ${nameOf(entry)}`)
    this.#values = new Map(Object.entries(entry))
    this.#where = where
  }

  time(name: string): FaultTime {
    const value = this.#value(name)
    if (typeof value === 'number' && value >= 0) return { kind: 'after', ms: value }
    const clock_s = typeof value === 'string' ? parseClock(value) : undefined
    if (clock_s !== undefined) return { kind: 'clock', ms: clock_s * 1000 }
    const moment_ms = typeof value === 'string' ? parseIso(value) : undefined
    if (moment_ms !== undefined) return { kind: 'moment', ms: moment_ms }
    throw this.#wrong(name, 'HH:MM:SS (IST), ISO 8601 with its zone, or ms after the first record', value)
  }

  word<T extends string | number>(name: string, words: readonly T[], fallback?: T): T {
    const value = this.#value(name) ?? fallback
    const found = words.find((word) => word === value)
    if (found === undefined) throw this.#wrong(name, `one of ${words.join(', ')}`, value)
    return found
  }

  /** A whole number from `min` on. */
  count(name: string, fallback: number | undefined, min: number): number | undefined {
    const value = this.#value(name)
    if (value === undefined) return fallback
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min)
      throw this.#wrong(name, `a whole number from ${min} on`, value)
    return value
  }

  /** ms, or text with a unit. */
  duration(name: string, fallback_ms: number): number {
    const value = this.#value(name) ?? fallback_ms
    if (typeof value === 'string') return parseDuration(value, `${this.#where}: ${name}`)
    if (typeof value !== 'number' || !(value >= 0)) throw this.#wrong(name, 'ms, or a duration such as "30s"', value)
    return value
  }

  /** A duration that may lie before 0. */
  step(name: string): number {
    const value = this.#value(name)
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value
    if (typeof value !== 'string') throw this.#wrong(name, 'ms, or a duration such as "30s" or "-30s"', value)
    const flag = `${this.#where}: ${name}`
    return value.startsWith('-') ? -parseDuration(value.slice(1), flag) : parseDuration(value, flag)
  }

  /** What a server may say: RFC 6455, 7.4. */
  closeCode(name: string, fallback: number): number {
    const value = this.#value(name) ?? fallback
    const is_code =
      typeof value === 'number' &&
      Number.isInteger(value) &&
      ((value >= 1000 && value <= 1014 && ![1004, 1005, 1006].includes(value)) || (value >= 3000 && value <= 4999))
    if (!is_code) throw this.#wrong(name, 'a close code such as 1001 or 1012', value)
    return value
  }

  text(name: string): string | undefined {
    const value = this.#value(name)
    if (value === undefined) return undefined
    if (typeof value !== 'string' || value === '') throw this.#wrong(name, 'a text', undefined)
    return value
  }

  scope(): FaultScope {
    const tokens = this.#value('tokens')
    const share = this.#value('share')
    if (tokens !== undefined && share !== undefined) throw badFaults(`${this.#where}: expected tokens or share, found both`)
    if (tokens !== undefined) {
      if (!Array.isArray(tokens) || !tokens.every((token) => Number.isSafeInteger(token) && token > 0))
        throw this.#wrong('tokens', 'a list of instrument tokens', tokens)
      return { tokens }
    }
    if (share === undefined) return {}
    if (typeof share !== 'number' || !(share > 0 && share <= 1)) throw this.#wrong('share', 'a number above 0, at most 1', share)
    return { share }
  }

  refuseOthers(kind: FaultKind): void {
    const other = [...this.#values.keys()].find((name) => !this.#known.has(name))
    if (other !== undefined)
      throw badFaults(`${this.#where}: ${kind} has no field ${JSON.stringify(other)}: expected ${[...this.#known].join(', ')}`)
  }

  #value(name: string): unknown {
    this.#known.add(name)
    return this.#values.get(name)
  }

  #wrong(name: string, expected: string, value: unknown): Error {
    const found = value === undefined ? 'none' : JSON.stringify(value).slice(0, 80)
    return badFaults(`${this.#where}: expected ${name} to be ${expected}, found ${found}`)
  }
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
