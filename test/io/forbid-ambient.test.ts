import crypto from 'node:crypto'
import timers from 'node:timers'
import { promisify, types } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'

// what the rest of the program took before there was a guard
const original = {
  Date: globalThis.Date,
  constructor: globalThis.Date.prototype.constructor,
  now: Date.now,
  random: Math.random,
  performance_now: performance.now,
  hrtime: process.hrtime,
  getRandomValues: globalThis.crypto.getRandomValues,
  setTimeout: globalThis.setTimeout,
}
const { AmbientError, withAmbient, withoutAmbient } = await import('../../src/io/forbid-ambient.js')
withoutAmbient('nobody', () => {}) // the guards are in place from here on

const { now, parse } = Date
const { random } = Math
const CapturedDate = Date
const captured_hrtime = process.hrtime.bigint
const { setTimeout: captured_timeout, queueMicrotask: captured_microtask } = globalThis

const FORBIDDEN: readonly [name: string, call: () => unknown][] = [
  ['Date.now', () => Date.now()],
  ['Date.now', () => now()],
  ['Date.now', () => original.Date.now()],
  ['new Date()', () => new Date()],
  ['new Date()', () => new CapturedDate()],
  ['new Date()', () => Reflect.construct(new Date(0).constructor, [])],
  ['new Date()', () => new (class Later extends Date {})()],
  ['Date()', () => Date()],
  ['performance.now', () => performance.now()],
  ['process.hrtime', () => process.hrtime()],
  ['process.hrtime.bigint', () => process.hrtime.bigint()],
  ['process.hrtime.bigint', () => captured_hrtime()],
  ['Math.random', () => Math.random()],
  ['Math.random', () => random()],
  ['crypto.getRandomValues', () => globalThis.crypto.getRandomValues(new Uint8Array(4))],
  ['crypto.randomUUID', () => globalThis.crypto.randomUUID()],
  ['crypto.randomUUID', () => crypto.randomUUID()],
  ['crypto.randomBytes', () => crypto.randomBytes(4)],
  ['crypto.randomInt', () => crypto.randomInt(4)],
  ['crypto.randomFillSync', () => crypto.randomFillSync(new Uint8Array(4))],
  ['setTimeout', () => setTimeout(() => {}, 0)],
  ['setTimeout', () => captured_timeout(() => {}, 0)],
  ['setTimeout', () => timers.setTimeout(() => {}, 0)],
  ['setInterval', () => clearInterval(setInterval(() => {}, 1e6))],
  ['setInterval', () => clearInterval(timers.setInterval(() => {}, 1e6))],
  ['setImmediate', () => setImmediate(() => {})],
  ['setImmediate', () => timers.setImmediate(() => {})],
  ['queueMicrotask', () => queueMicrotask(() => {})],
  ['queueMicrotask', () => captured_microtask(() => {})],
  ['new Date(year, month, ...)', () => new Date(2025, 9, 6, 9)],
  ['Date getHours', () => new Date(0).getHours()],
  ['Date setMinutes', () => new Date(0).setMinutes(1)],
  ['Date getDay', () => new Date(0).getDay()],
  ['Date getTimezoneOffset', () => new Date(0).getTimezoneOffset()],
  ['Date toString', () => `${new Date(0)}`],
  ['Date toLocaleTimeString', () => new Date(0).toLocaleTimeString()],
  ['Number toLocaleString', () => (1234.5).toLocaleString()],
]

afterEach(() => {
  expect(Date.now(), 'nothing stays forbidden').toBeGreaterThan(1e12)
})

test.each(FORBIDDEN)('%s throws inside, and works again outside', (name, call) => {
  const thrown = (): unknown => {
    try {
      return withoutAmbient('the detector x', call)
    } catch (error) {
      return error
    }
  }
  const error = thrown()
  expect(error).toBeInstanceOf(AmbientError)
  expect(error).toMatchObject({
    name: 'AmbientError',
    message: expect.stringMatching(/ in the detector x: (use|the|return|it) /),
  })
  expect(String(error)).toContain(`${name} in the detector x`)
  expect(call).not.toThrow()
  expect(() => withoutAmbient('a detector', () => withAmbient(call))).not.toThrow()
})

test('the message names what to use', () => {
  expect(() => withoutAmbient('a detector', () => Date.now())).toThrow('Date.now in a detector: use view.now_ms')
})

test('what reads no clock stays', () => {
  expect(withoutAmbient('a detector', () => new Date(1_759_722_300_000).toISOString())).toBe('2025-10-06T03:45:00.000Z')
  expect(withoutAmbient('a detector', () => new Date(Date.UTC(2025, 9, 6, 9)).getUTCHours())).toBe(9)
  expect(withoutAmbient('a detector', () => [Date.UTC(2025, 0), parse('2025-01-01T00:00:00Z'), Math.max(1, 2)])).toEqual([
    1_735_689_600_000, 1_735_689_600_000, 2,
  ])
})

test('nobody ends the run', () => {
  const exit = vi.spyOn(process, 'exit')
  expect(() => withoutAmbient('a detector', () => process.exit(0))).toThrow('process.exit in a detector: throw an error')
  exit.mockRestore()
})

test('what is said to the console goes to stderr inside, and where it always went outside', () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
  withoutAmbient('a detector', () => console.log('rv', 2))
  expect(stdout).not.toHaveBeenCalled()
  expect(error.mock.calls).toEqual([['rv', 2]])
  stdout.mockRestore()
  error.mockRestore()
})

test('a refusal that was caught inside is thrown all the same', () => {
  const detector = (): number => {
    try {
      return Date.now()
    } catch {
      return 0
    }
  }
  expect(() => withoutAmbient('a detector', detector)).toThrow('Date.now in a detector')
  expect(withoutAmbient('a detector', () => 7)).toBe(7)
})

test('an error of its own comes through, and the guards are lifted', () => {
  const error = new RangeError('boom')
  expect(() =>
    withoutAmbient('a detector', () => {
      throw error
    }),
  ).toThrow(error)
  expect(Date.now()).toBeGreaterThan(1e12)
})

test('one inside another', () => {
  const inner = (): number => withoutAmbient('the inner', () => 1)
  expect(() =>
    withoutAmbient('the outer', () => {
      inner()
      withAmbient(() => Date.now())
      return Date.now()
    }),
  ).toThrow('Date.now in the outer')
  // a refusal inside is the inner one's, and the outer one may go on after it
  expect(
    withoutAmbient('the outer', () => {
      try {
        return withoutAmbient('the inner', () => Math.random())
      } catch (error) {
        return String(error)
      }
    }),
  ).toContain('Math.random in the inner')
})

test('the rest of the program finds everything as it was', async () => {
  const date = new Date()
  expect(Math.abs(date.getTime() - original.now())).toBeLessThan(60_000)
  expect([date instanceof Date, date instanceof original.Date, new original.Date(0) instanceof Date]).toEqual([true, true, true])
  expect([types.isDate(date), date.constructor === Date, Date.name, Date.length]).toEqual([true, true, 'Date', 7])
  expect(Object.prototype.toString.call(date)).toBe('[object Date]')
  expect(typeof Date()).toBe('string')
  expect(structuredClone(date)).toEqual(date)
  expect(JSON.stringify({ date: new Date(0) })).toBe('{"date":"1970-01-01T00:00:00.000Z"}')
  class Stamp extends Date {
    readonly year = this.getUTCFullYear()
  }
  expect([new Stamp(0).year, new Stamp(0) instanceof Stamp]).toEqual([1970, true])
  expect(process.hrtime().length).toBe(2)
  expect(process.hrtime.bigint()).toBeTypeOf('bigint')
  expect(performance.now.call(performance)).toBeGreaterThan(0)
  expect(globalThis.crypto.getRandomValues(new Uint8Array(64)).some((byte) => byte > 0)).toBe(true)
  await promisify(setTimeout)(1)
  await new Promise<void>((resolve) => queueMicrotask(resolve))
  expect(await promisify(setImmediate)('later')).toBe('later')
})

test('who took the originals before is not disturbed, not even inside', () => {
  const inside = withoutAmbient('a detector', () => [original.now(), original.random(), original.hrtime()[0]])
  expect(inside.every((value) => value >= 0)).toBe(true)
})
