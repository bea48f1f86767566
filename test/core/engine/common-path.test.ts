import { expect, test } from 'vitest'
import { CommonPath } from '../../../src/core/engine/common-path.js'
import { TokenTable } from '../../../src/core/engine/token-table.js'
import { RecordingMerge, RecordingReader } from '../../../src/core/recording/index.js'
import { recordingOf } from '../../support/read-records.js'
import { sampleRecords } from '../../support/sample-records.js'

test('views that have been recycled are forgotten', () => {
  const common = new CommonPath([], new TokenTable())
  const views = Array.from({ length: 1000 }, () => new DataView(new ArrayBuffer(8)))
  views.forEach((view, n) => {
    common.beginMessage(view, 0)
    const old = views[n - 3]
    if (old !== undefined) common.release(old)
    expect(common.view_count).toBeLessThanOrEqual(3)
  })
})

test('a reader that is done gives all of its buffers away', () => {
  const bytes = recordingOf(sampleRecords(50))
  const readers = Array.from({ length: 20 }, (_, n) => new RecordingReader(n, 0, () => {}))
  const left = new Map(readers.map((reader) => [reader, bytes]))
  const seen = new Set<DataView>()
  const recycled = new Set<DataView>()
  const merge = new RecordingMerge(readers)
  for (;;) {
    const next = merge.drain(
      { onFrame: ({ view }) => seen.add(view).size, onRecycle: (view) => recycled.add(view).size },
      Number.POSITIVE_INFINITY,
    )
    if (next === 'done') break
    if (next === 'paused' || next === 'held') continue
    const rest = left.get(next) ?? bytes
    if (rest.length === 0) next.ended()
    else {
      next.space().set(rest)
      next.filled(rest.length)
      left.set(next, new Uint8Array(0))
    }
  }
  expect([...seen].filter((view) => !recycled.has(view))).toEqual([])
  for (const { frame } of readers) expect(frame.view.byteLength).toBe(0)
})
