import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NoticeOutput } from '../../src/io/capture/notice-output.js'
import { PatientOutput } from '../../src/io/patient-output.js'

const failing = (code: string): Error => Object.assign(new Error(code), { code })

/** Takes as many bytes as the next number says; 0 is EAGAIN. Without numbers it takes all. */
class MoodyPipe {
  taken = ''
  readonly #moods: number[]

  constructor(moods: readonly number[]) {
    this.#moods = [...moods]
  }

  push = (bytes: Uint8Array): number => {
    const room = this.#moods.shift() ?? bytes.length
    if (room === 0) throw failing('EAGAIN')
    const part = bytes.subarray(0, room)
    this.taken += Buffer.from(part).toString('latin1')
    return part.length
  }
}

test('everything arrives, in order and whole, however little is taken at a time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 5 })), fc.array(fc.string({ maxLength: 10 })), (moods, texts) => {
      const pipe = new MoodyPipe(moods)
      const output = new PatientOutput(pipe.push)
      const whole = Buffer.from(texts.join('')).toString('latin1')
      for (const text of texts) {
        output.write(text)
        expect(whole.startsWith(pipe.taken)).toBe(true)
        expect(output.retry()).toBe(output.waiting_bytes === 0)
      }
      for (let n = 0; n <= moods.length && !output.retry(); n++);
      expect(pipe.taken).toBe(whole)
    }),
  )
})

test('a reader that has gone costs what was said to it, and nothing else', () => {
  for (const code of ['EIO', 'EPIPE']) {
    let pushes = 0
    const output = new PatientOutput(() => {
      pushes++
      throw failing(code)
    })
    output.write('a')
    expect(output.retry()).toBe(true)
    output.write('b')
    expect([output.waiting_bytes, pushes]).toEqual([0, 1])
  }
  const broken = new PatientOutput(() => {
    throw failing('EBADF')
  })
  expect(() => broken.write('a')).toThrow('EBADF')
})

test('notices to nobody are bounded, and what is left out is told', () => {
  let stuck = true
  let taken = ''
  const notices = new NoticeOutput((bytes) => {
    if (stuck) throw failing('EAGAIN')
    taken += Buffer.from(bytes).toString('utf8')
    return bytes.length
  })
  for (let n = 0; n < 10_000; n++) notices.line(`line ${n} of a capture \x1b[2J`)
  stuck = false
  notices.line('the last one')
  const lines = taken.split('\n').slice(0, -1)
  const left_out = 10_000 - (lines.length - 2)
  expect(lines.slice(-2)).toEqual([`(${left_out} lines left out: nobody read them)`, 'the last one'])
  expect(lines[0]).toBe('line 0 of a capture \\u{1b}[2J')
  expect(taken.length).toBeLessThan(70_000)
})
