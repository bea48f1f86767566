import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { GrowingFile, type GrowingHandle } from '../../../src/io/capture/growing-file.js'
import { tempFolder } from '../../support/temp-folder.js'

afterEach(() => {
  vi.useRealTimers()
})

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A disk with room for so many bytes, which takes at most 3 at a time. */
class SmallDisk implements GrowingHandle {
  text = ''
  closed = 0
  code = 'ENOSPC'
  room: number

  constructor(room: number) {
    this.room = room
  }

  async write(from: Uint8Array, at: number): Promise<{ bytesWritten: number }> {
    const bytesWritten = Math.min(3, this.room, from.length - at)
    if (bytesWritten === 0) throw Object.assign(new Error(this.code), { code: this.code })
    this.room -= bytesWritten
    this.text += new TextDecoder().decode(from.subarray(at, at + bytesWritten))
    return { bytesWritten }
  }

  async close(): Promise<void> {
    this.closed++
  }
}

const growing = (disk: SmallDisk): GrowingFile => new GrowingFile('bars.ndjson', Promise.resolve(disk))

test('what was written is there, whole and in order', async () => {
  const path = join(tempFolder(), 'bars.ndjson')
  const file = new GrowingFile(path)
  for (let n = 0; n < 100; n++) file.write(bytes(`${n}\n`))
  file.finish()
  await file.done
  expect(readFileSync(path, 'utf8')).toBe(Array.from({ length: 100 }, (_, n) => `${n}\n`).join(''))
})

test('a full disk is waited for: no byte is lost, none written twice', async () => {
  vi.useFakeTimers()
  const disk = new SmallDisk(7)
  const file = growing(disk)
  file.write(bytes('one two '))
  file.write(bytes('three'))
  await vi.advanceTimersByTimeAsync(5000)
  expect(disk.text).toBe('one two')
  disk.room = 100
  await vi.advanceTimersByTimeAsync(1000)
  expect(disk.text).toBe('one two three')
  file.finish()
  await file.done
  expect(disk.closed).toBe(1)
})

test('at the end a full disk is asked once more, at once', async () => {
  const disk = new SmallDisk(3)
  const file = growing(disk)
  file.write(bytes('one two'))
  await vi.waitFor(() => expect(disk.text).toBe('one'))
  disk.room = 100
  file.finish()
  await file.done
  expect(disk.text).toBe('one two')

  const full = new SmallDisk(3)
  const ended = growing(full)
  ended.write(bytes('one two'))
  ended.finish()
  await expect(ended.done).rejects.toMatchObject({ code: 'output_failed' })
  expect(full.closed).toBe(1)
})

test('a disk that fails ends the file, which is let go', async () => {
  const disk = new SmallDisk(0)
  disk.code = 'EIO'
  const file = growing(disk)
  file.write(bytes('one'))
  file.write(bytes('two'))
  file.abort()
  await expect(file.done).rejects.toMatchObject({ code: 'output_failed' })
  expect(disk.closed).toBe(1)
})
