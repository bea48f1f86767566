import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Manifest, readIndex } from '../../../src/core/recording/index.js'
import { BlockCheck, coverageOf, FramingCheck, judge } from '../../../src/core/trust/index.js'
import { boundariesOf, recordingOf } from '../../support/read-records.js'
import { sampleRecords } from '../../support/sample-records.js'
import { flipped, indexOf, manifestOf, SAMPLE_NAME } from '../../support/trusted-file.js'

// Every bit and every byte of a small closed file and of its index, in memory; test/io/trust reads some of the same from files.

const RECORDS = sampleRecords(16, 7)
const BYTES = recordingOf(RECORDS)
const INDEX = indexOf(RECORDS)
const ENTRIES = readIndex(INDEX).entries
const BOUNDARIES = boundariesOf(RECORDS)

function judged(bytes: Uint8Array, index_bytes: Uint8Array | undefined, manifest?: Manifest) {
  const index = index_bytes === undefined ? undefined : readIndex(index_bytes)
  const blocks = new BlockCheck(index?.entries ?? [])
  // in two pieces, cut anywhere
  blocks.take(bytes.subarray(0, bytes.length >> 1))
  blocks.take(bytes.subarray(bytes.length >> 1))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const evidence = {
    name: SAMPLE_NAME,
    bytes: bytes.length,
    first_times_ms: bytes.length < 8 ? [] : [Number(view.getBigUint64(0)), Number(view.getBigUint64(0, true))],
    packing_damage: undefined,
    sha256: manifest === undefined ? undefined : createHash('sha256').update(bytes).digest('hex'),
    index,
    blocks,
    manifest,
    is_open: false,
  }
  const coverage = coverageOf(evidence)
  const is_covered = coverage.by === 'sha256' || (coverage.by === 'index' && coverage.from === bytes.length && bytes.length > 0)
  return judge(evidence, coverage, is_covered ? undefined : framingOf(bytes.subarray(coverage.from)))
}

function framingOf(bytes: Uint8Array) {
  const check = new FramingCheck()
  for (let at = 0; at < bytes.length; ) {
    const space = check.reader.space()
    const count = Math.min(space.length, bytes.length - at)
    space.set(bytes.subarray(at, at + count))
    check.reader.filled(count)
    at += count
    check.drain()
  }
  check.reader.ended()
  check.drain()
  return check.facts()
}

const kinds = ({ findings }: ReturnType<typeof judge>): string[] => findings.map(({ kind }) => kind)

test('the sample has several blocks', () => {
  expect(ENTRIES.length).toBeGreaterThan(3)
  expect(judged(BYTES, INDEX)).toEqual({ verdict: 'intact', findings: [] })
  expect(judged(BYTES, INDEX, manifestOf(RECORDS))).toEqual({ verdict: 'intact', findings: [] })
})

describe('an index alone', () => {
  test('each flipped bit is found, and its block named', () => {
    for (let bit = 0; bit < BYTES.length * 8; bit++) {
      const { verdict, findings } = judged(flipped(BYTES, bit), INDEX)
      const n = ENTRIES.findIndex(({ offset, length }) => bit >> 3 < offset + length)
      const { offset = -1, length = -1, records } = ENTRIES[n] ?? {}
      const first_record = ENTRIES.slice(0, n).reduce((sum, entry) => sum + entry.records, 0)
      const expected = [
        { kind: 'corrupt', detail: findings[0]?.detail, from: offset, to: offset + length, first_record, records },
      ]
      if (verdict !== 'corrupt' || JSON.stringify(findings) !== JSON.stringify(expected))
        expect.fail(`bit ${bit}: ${JSON.stringify(findings)}`)
    }
  })

  test('each cut is found, with the bytes of the torn record', () => {
    for (let cut = 0; cut < BYTES.length; cut++) {
      const { verdict, findings } = judged(BYTES.subarray(0, cut), INDEX)
      const torn = findings.find(({ kind }) => kind === 'torn_tail')
      const whole = BOUNDARIES.findLast((boundary) => boundary <= cut) ?? 0
      expect([verdict, (torn?.to ?? 0) - (torn?.from ?? 0)], `cut at ${cut}`).toEqual(['short', cut - whole])
    }
  })

  test('each flipped bit and each cut of the index: the data is judged as before, or as not indexed', () => {
    for (let bit = 0; bit < INDEX.length * 8; bit++) {
      const judgement = judged(BYTES, flipped(INDEX, bit))
      expect(kinds(judgement)).toContain('index_damaged')
      expect(judgement.verdict).toBe('no-index')
    }
    for (let cut = 0; cut < INDEX.length; cut++) {
      const judgement = judged(BYTES, INDEX.subarray(0, cut))
      expect(kinds(judgement)).toContain('not_indexed')
      expect(judgement.verdict).toBe('no-index')
    }
  })
})

describe('index and manifest', () => {
  const manifest = manifestOf(RECORDS)

  test('each flipped bit and each cut of the data is found', () => {
    for (let bit = 0; bit < BYTES.length * 8; bit++) {
      const judgement = judged(flipped(BYTES, bit), INDEX, manifest)
      expect([judgement.verdict, kinds(judgement)]).toEqual(['corrupt', ['corrupt', 'manifest_differs']])
    }
    for (let cut = 0; cut < BYTES.length; cut++) expect(judged(BYTES.subarray(0, cut), INDEX, manifest).verdict).toBe('short')
  })

  test('each flipped bit and each cut of the index leaves the data intact, and is told', () => {
    for (let bit = 0; bit < INDEX.length * 8; bit++) {
      const judgement = judged(BYTES, flipped(INDEX, bit), manifest)
      expect([judgement.verdict, kinds(judgement)]).toEqual(['intact', ['index_damaged']])
    }
    for (let cut = 0; cut < INDEX.length; cut++) {
      const judgement = judged(BYTES, INDEX.subarray(0, cut), manifest)
      expect([judgement.verdict, kinds(judgement)]).toEqual(['intact', ['index_damaged']])
    }
  })

  test('a cut of data and index at the same block is seen by the manifest only', () => {
    const { offset = 0 } = ENTRIES.at(-1) ?? {}
    const shorter = [BYTES.subarray(0, offset), INDEX.subarray(0, -48)] as const
    expect(judged(...shorter)).toEqual({ verdict: 'intact', findings: [] })
    expect(kinds(judged(...shorter, manifest))).toEqual(['manifest_differs'])
  })
})

test('framing alone lets most flipped bits pass: the reason for all this', () => {
  let found = 0
  for (let bit = 0; bit < BYTES.length * 8; bit++) if (judged(flipped(BYTES, bit), undefined).verdict !== 'no-index') found++
  expect(found / (BYTES.length * 8)).toBeLessThan(0.1)
})
