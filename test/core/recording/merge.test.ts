import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Frame, RecordingMerge, RecordingReader } from '../../../src/core/recording/index.js'
import { recordingOf } from '../../support/read-records.js'
import { SAMPLE_START_MS } from '../../support/sample-records.js'

/** What tells a record from all others: its place in the input. */
interface Told {
  file: number
  record: number
  received_at_ms: number
}

interface MergeOptions {
  /** Bytes offered to a reader at a time. */
  chunk: number
  limit_bytes: number
  /** Called with each frame, and with each view whose bytes are about to change. */
  onFrame?(frame: Frame): void
  onRecycle?(view: DataView): void
}

/** Reads several recordings as `read-session` does: offers bytes to the reader that asks, and overwrites what it is told is void. */
function mergeAll(files: readonly Uint8Array[], { chunk, limit_bytes, onFrame, onRecycle }: MergeOptions): Told[] {
  const told: Told[] = []
  const read_to = files.map(() => 0)
  const readers = files.map((_, file) => new RecordingReader(file, file, () => {}))
  const merge = new RecordingMerge(readers)
  const consumer = {
    onFrame(frame: Frame) {
      told.push({ file: frame.file, record: frame.record, received_at_ms: frame.received_at_ms })
      onFrame?.(frame)
    },
    onRecycle: (view: DataView) => onRecycle?.(view),
  }
  for (;;) {
    const next = merge.drain(consumer, limit_bytes)
    if (next === 'done') return told
    if (next === 'paused' || next === 'held') continue
    consumer.onRecycle(next.view)
    const index = readers.indexOf(next)
    const bytes = files[index] ?? new Uint8Array(0)
    const at = read_to[index] ?? 0
    const space = next.space()
    const count = Math.min(chunk, space.length, bytes.length - at)
    if (count === 0) next.ended()
    else {
      space.set(bytes.subarray(at, at + count))
      next.filled(count)
      read_to[index] = at + count
    }
  }
}

/** Times of the records of each file, as steps from the one before; a step may lead back. */
const files_of_steps = (step: fc.Arbitrary<number>): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(step, { maxLength: 30 }), { minLength: 1, maxLength: 4 })
const timesOf = (steps: readonly number[]): number[] => {
  let time_ms = SAMPLE_START_MS
  return steps.map((step) => (time_ms += step))
}
const recording = (times: readonly number[], file: number): Uint8Array =>
  recordingOf(times.map((received_at_ms, n) => ({ received_at_ms, message: Uint8Array.of(0, 0, 0x70 + file, n) })))

/** The order as the documentation has it: a plain sort that keeps ties as they stand. */
function sorted(files: readonly (readonly number[])[], keyOf: (times: readonly number[], record: number) => number): Told[] {
  const all = files.flatMap((times, file) =>
    times.map((received_at_ms, record) => ({ told: { file, record, received_at_ms }, key: keyOf(times, record) })),
  )
  all.sort((a, b) => a.key - b.key || a.told.file - b.told.file || a.told.record - b.told.record)
  return all.map(({ told }) => told)
}

const options = fc.record({ chunk: fc.integer({ min: 1, max: 200 }), limit_bytes: fc.integer({ min: 1, max: 300 }) })

describe('order', () => {
  test('by time of receipt, then file, then place in the file: equal to a plain sort', () => {
    fc.assert(
      fc.property(files_of_steps(fc.nat(3)), options, (steps, how) => {
        const times = steps.map(timesOf)
        expect(mergeAll(times.map(recording), how)).toEqual(sorted(times, (file, record) => file[record] ?? 0))
      }),
    )
  })

  test('where times step back the file keeps its order: a record waits for those ahead of it', () => {
    const latestUpTo = (times: readonly number[], record: number): number => Math.max(...times.slice(0, record + 1))
    fc.assert(
      fc.property(files_of_steps(fc.integer({ min: -5, max: 8 })), options, (steps, how) => {
        const times = steps.map(timesOf)
        expect(mergeAll(times.map(recording), how)).toEqual(sorted(times, latestUpTo))
      }),
    )
  })

  test('any split of a recording into parts reads as the whole', () => {
    const cuts = fc.array(fc.nat(40), { maxLength: 3 })
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 40 }), cuts, options, (steps, at, how) => {
        const times = timesOf(steps)
        const bounds = [0, ...at.map((cut) => Math.min(cut, times.length)).sort((a, b) => a - b), times.length]
        const parts = bounds.slice(1).map((to, n) => times.slice(bounds[n], to))
        const merged = mergeAll(parts.map(recording), how)
        expect(merged.map(({ received_at_ms }) => received_at_ms)).toEqual(times)
        expect(merged.map(({ file, record }) => (bounds[file] ?? 0) + record)).toEqual(times.map((_, n) => n))
      }),
    )
  })

  test('the order does not depend on the pieces the files come in', () => {
    fc.assert(
      fc.property(files_of_steps(fc.integer({ min: -2, max: 4 })), options, (steps, how) => {
        const files = steps.map((part, file) => recording(timesOf(part), file))
        expect(mergeAll(files, how)).toEqual(mergeAll(files, { chunk: 1e6, limit_bytes: 1e6 }))
      }),
    )
  })

  test('no file, and files of nothing', () => {
    expect(mergeAll([], { chunk: 1, limit_bytes: 1 })).toEqual([])
    expect(mergeAll([new Uint8Array(0), new Uint8Array(0)], { chunk: 1, limit_bytes: 1 })).toEqual([])
  })
})

describe('borrowed bytes', () => {
  test('the bytes of a frame stay as they are until their view is recycled', () => {
    fc.assert(
      fc.property(files_of_steps(fc.nat(3)), options, (steps, how) => {
        const times = steps.map(timesOf)
        /** Frames seen and not yet copied: copied as late as the contract allows. */
        let seen: { file: number; record: number; view: DataView; start: number; end: number }[] = []
        const copied: string[] = []
        const copy = (frame: { file: number; record: number; view: DataView; start: number; end: number }): void => {
          const bytes = Array.from({ length: frame.end - frame.start }, (_, n) => frame.view.getUint8(frame.start + n))
          copied.push(`${frame.file}/${frame.record}: ${bytes}`)
        }
        mergeAll(times.map(recording), {
          ...how,
          onFrame: ({ file, record, view, start, end }) => seen.push({ file, record, view, start, end }),
          onRecycle(view) {
            for (const frame of seen) if (frame.view === view) copy(frame)
            seen = seen.filter((frame) => frame.view !== view)
            // Whoever still looks at these bytes sees at once that they are void. What is unread must stay.
          },
        })
        for (const frame of seen) copy(frame)
        const expected = times.flatMap((file_times, file) =>
          file_times.map((_, record) => `${file}/${record}: ${[0, 0, 0x70 + file, record]}`),
        )
        expect(copied.sort()).toEqual(expected.sort())
      }),
    )
  })

  test('the larger the file, the more often its buffer is used again', () => {
    const messages = Array.from({ length: 40 }, (_, n) => ({
      received_at_ms: SAMPLE_START_MS + n,
      message: new Uint8Array(100_000).fill(n + 1),
    }))
    let held: { view: DataView; start: number; end: number; fill: number }[] = []
    let recycled = 0
    const isWhole = ({ view, start, end, fill }: (typeof held)[0]): boolean =>
      view.getUint8(start) === fill && view.getUint8(end - 1) === fill
    mergeAll([recordingOf(messages)], {
      chunk: 1e9,
      limit_bytes: 1e9,
      onFrame: ({ view, start, end, record }) => held.push({ view, start, end, fill: record + 1 }),
      onRecycle(view) {
        expect(held.every(isWhole)).toBe(true)
        recycled += held.filter((frame) => frame.view === view).length
        held = held.filter((frame) => frame.view !== view)
      },
    })
    expect(held.every(isWhole)).toBe(true)
    expect(recycled).toBeGreaterThan(20)
  })
})
