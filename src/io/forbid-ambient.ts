import crypto from 'node:crypto'
import timers from 'node:timers'

const CLOCK = 'use view.now_ms'
const CHANCE = 'the same market must give the same answer, so there is no chance'
const LATER = 'return what was found, nothing runs later'

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
 * What `run` leaves to promises is not covered, nor is the time zone of `new Date(ms)`.
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
}

/** `new Date(ms)` stays: it reads no clock. */
function guardDate(): void {
  guard(Date, 'now', 'Date.now', CLOCK)
  const Original = Date as DateConstructor & (new (...args: unknown[]) => Date)
  const guarded = function (...args: unknown[]): unknown {
    if (new.target === undefined) refuse('Date()', CLOCK)
    else if (args.length === 0) refuse('new Date()', CLOCK)
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
