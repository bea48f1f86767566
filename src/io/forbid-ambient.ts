import crypto from 'node:crypto'
import timers from 'node:timers'

const CLOCK = 'use view.now_ms'
const CHANCE = 'the same market must give the same answer, so there is no chance'
const LATER = 'return what was found, nothing runs later'
const ZONE = 'it depends on the time zone or language of the machine, use view.now_ms - view.open_ms or UTC'
const END = 'throw an error, the others go on'

const LOCAL_DATE = ['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds'].flatMap((part) =>
  part === 'Day' ? [`get${part}`] : [`get${part}`, `set${part}`],
)
const LOCAL_TEXT = ['toString', 'toDateString', 'toTimeString', 'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']

/** A clock, chance or a timer was asked for where the same input must give the same output. */
export class AmbientError extends Error {
  override readonly name = 'AmbientError'
}

/** Who is running; undefined where everything is allowed. */
let forbidden_in: string | undefined
/** The first thing refused, for when whoever asked for it caught the error. */
let refused: AmbientError | undefined
let is_guarded = false

/**
 * Calls `run` while clocks, chance and timers throw an `AmbientError` that names `what`, one that was swallowed inside too. Costs some 15 ns: the
 * first call puts the guards in place, for good, and they look at a flag. Load what is to be guarded in here too: what it captures are guards then.
 * What of a date depends on the zone of the machine is refused too, and what is said to the console goes to stderr: stdout is for results.
 * Not covered: what `run` leaves to promises, and a text without a zone given to `new Date` or `Date.parse`.
 */
export function withoutAmbient<T>(what: string, run: () => T): T {
  guardAmbient()
  const outer = forbidden_in
  const outer_refused = refused
  forbidden_in = what
  refused = undefined
  try {
    const result = run()
    if (refused !== undefined) throw refused
    return result
  } finally {
    forbidden_in = outer
    refused = outer_refused
  }
}

/** The way back for what our own code has to do in between. */
export function withAmbient<T>(run: () => T): T {
  const outer = forbidden_in
  forbidden_in = undefined
  try {
    return run()
  } finally {
    forbidden_in = outer
  }
}

/** Outside of `withoutAmbient` the guards hand on to the originals. */
function guardAmbient(): void {
  if (is_guarded) return
  is_guarded = true
  guardDate()
  for (const key of ['getRandomValues', 'randomUUID']) guard(globalThis.crypto, key, `crypto.${key}`, CHANCE)
  for (const key of ['randomBytes', 'randomFillSync', 'randomInt', 'randomUUID']) guard(crypto, key, `crypto.${key}`, CHANCE)
  guard(Math, 'random', 'Math.random', CHANCE)
  guard(performance, 'now', 'performance.now', CLOCK)
  guard(process, 'hrtime', 'process.hrtime', CLOCK)
  guard(process.hrtime, 'bigint', 'process.hrtime.bigint', CLOCK)
  for (const key of ['setTimeout', 'setInterval', 'setImmediate']) {
    guard(globalThis, key, key, LATER)
    guard(timers, key, key, LATER)
  }
  guard(globalThis, 'queueMicrotask', 'queueMicrotask', LATER)
  for (const key of ['exit', 'abort', 'kill']) guard(process, key, `process.${key}`, END)
  for (const key of [...LOCAL_DATE, ...LOCAL_TEXT, 'getTimezoneOffset']) guard(Date.prototype, key, `Date ${key}`, ZONE)
  guard(Number.prototype, 'toLocaleString', 'Number toLocaleString', ZONE)
  for (const key of ['log', 'info', 'debug', 'table', 'dir'] as const) divert(key)
}

/** Inside it speaks to stderr. */
function divert(key: 'log' | 'info' | 'debug' | 'table' | 'dir'): void {
  const original = console[key]
  console[key] = (...args: unknown[]) =>
    forbidden_in === undefined ? Reflect.apply(original, console, args) : console.error(...args)
}

/** `new Date(ms)` stays: it reads no clock. */
function guardDate(): void {
  guard(Date, 'now', 'Date.now', CLOCK)
  const Original = Date as DateConstructor & (new (...args: unknown[]) => Date)
  const guarded = function (...args: unknown[]): unknown {
    if (new.target === undefined) refuse('Date()', CLOCK)
    else if (args.length === 0) refuse('new Date()', CLOCK)
    else if (args.length > 1) refuse('new Date(year, month, ...)', ZONE)
    if (new.target === undefined) return Original()
    // what is not a class of its own takes the short way: `Reflect.construct`, as a `Proxy`, is ten times slower
    return new.target === guarded ? new Original(...args) : Reflect.construct(Original, args, new.target)
  }
  Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(Original))
  for (const [holder, key] of [
    [Date.prototype, 'constructor'],
    [globalThis, 'Date'],
  ] as const)
    Object.defineProperty(holder, key, { value: guarded, writable: true, configurable: true })
}

/** Puts a guard in the place of a method, wherever on the prototypes it lies; all its properties go over. */
function guard(object: object, key: string, name: string, instead: string): void {
  let holder: object | null = object
  while (holder !== null && !Object.hasOwn(holder, key)) holder = Object.getPrototypeOf(holder)
  const found = holder === null ? undefined : Object.getOwnPropertyDescriptor(holder, key)
  const original: unknown = found?.value
  // an older Node may lack one
  if (holder === null || typeof original !== 'function') return
  const value = function (this: unknown, ...args: unknown[]): unknown {
    if (forbidden_in !== undefined) refuse(name, instead)
    return Reflect.apply(original, this, args)
  }
  Object.defineProperties(value, Object.getOwnPropertyDescriptors(original))
  Object.defineProperty(holder, key, { ...found, value })
}

function refuse(name: string, instead: string): void {
  if (forbidden_in === undefined) return
  const error = new AmbientError(`${name} in ${forbidden_in}: ${instead}`)
  refused ??= error
  throw error
}
