import { describe, expect, test } from 'vitest'
import {
  distinctGaps,
  encodeJournalLine,
  isDecided,
  type JournalEntry,
  ledgerOf,
  missedByAll,
  type RecordedGap,
  readJournal,
  spellOut,
  unionMs,
} from '../../../src/core/recording/index.js'
import { commonGaps, VolumeMissed } from '../../../src/core/trust/index.js'
import { encodeMessage, walkPackets } from '../../../src/core/wire/index.js'
import { fullPacket } from '../../support/sample-records.js'
import { flipped } from '../../support/trusted-file.js'

const gap = (from_ms: number, to_ms: number, more: Partial<RecordedGap> = {}): RecordedGap => ({
  connection: 1,
  from_ms,
  to_ms,
  cause: 'disconnect',
  grade: 'certain',
  ...more,
})

const start = (at_ms: number): JournalEntry => ({
  at_ms,
  event: 'session_start',
  session: 's',
  version: '1',
  pid: 1,
  stamps: 'machine',
  fsync: '100',
  connections: 2,
})
const end = (at_ms: number): JournalEntry => ({ at_ms, event: 'session_end', session: 's', reason: '', records: 0, bytes: 0 })
const subscribed = (connection: number, ...tokens: number[]): JournalEntry => ({
  at_ms: 1,
  event: 'subscribed',
  connection,
  mode: 'full',
  tokens,
})
const told = (one: RecordedGap): JournalEntry => ({ at_ms: one.to_ms, event: 'gap', ...one })

describe('the ledger of a journal', () => {
  test('a gap of a connection concerns what it carried as it began', () => {
    const entries = [start(0), subscribed(1, 5, 7), subscribed(2, 7, 9)]
    const gaps = [gap(10, 20), gap(30, 40, { connection: 2 }), gap(50, 60, { tokens: [8] })]
    expect(spellOut(gaps, entries).map(({ tokens }) => tokens)).toEqual([[5, 7], [7, 9], [8]])
    expect(missedByAll(gaps, entries).map(({ tokens }) => tokens)).toEqual([[5], [9], [8]])
    const taken: JournalEntry = { at_ms: 25, event: 'takeover', connection: 2, from_connection: 1, tokens: [5] }
    expect(missedByAll(gaps, [...entries, taken])[1]?.tokens).toEqual([5, 9])
  })

  test('what two connections carry and both miss at once is missing', () => {
    const entries = [start(0), subscribed(1, 5, 7), subscribed(2, 5, 7)]
    const gaps = [gap(10, 20), gap(15, 16, { connection: 2, tokens: [7] }), gap(30, 40)]
    expect(missedByAll(gaps, entries).map(({ tokens }) => tokens)).toEqual([[7], [7], []])
  })

  test('without subscriptions it concerns all, and one with instruments those', () => {
    const gaps = [gap(1, 2), gap(3, 4, { tokens: [8] })]
    expect(ledgerOf(gaps.map(told)).gaps).toEqual(gaps)
    expect(missedByAll(gaps, [])).toEqual(gaps)
  })

  test('from the first start to the last end all is told; a capture that was killed covers what follows', () => {
    expect(ledgerOf([start(0), told(gap(10, 20)), start(100), end(200)])).toMatchObject({
      covered: { from_ms: 0, to_ms: 200 },
      is_open: false,
    })
    expect(ledgerOf([start(0), end(50), start(100)])).toMatchObject({
      covered: { from_ms: 0, to_ms: Number.POSITIVE_INFINITY },
      is_open: true,
    })
    expect(ledgerOf([told(gap(10, 20)), end(30)]).covered).toBeUndefined()
  })

  test('a line that was written again is read once', () => {
    const lines = [start(0), told(gap(10, 20)), told(gap(10, 20, { tokens: [5] }))].map(encodeJournalLine)
    const again = readJournal([...lines, ...lines.slice(1), encodeJournalLine(end(30))].join(''))
    expect(again).toEqual(readJournal([...lines, encodeJournalLine(end(30))].join('')))
    expect(ledgerOf(again.entries).gaps).toHaveLength(2)
  })

  test('each flipped bit of a line leaves that line out, and says so', () => {
    const lines = Buffer.from([start(0), told(gap(10, 20)), end(30)].map(encodeJournalLine).join(''))
    for (let bit = 0; bit < lines.length * 8; bit++) {
      const reading = readJournal(Buffer.from(flipped(lines, bit)).toString('utf8'))
      expect(reading.entries.length, `bit ${bit}`).toBeLessThan(3)
      expect(reading.damaged_lines.length > 0 || reading.torn, `bit ${bit}`).toBe(true)
    }
  })

  test('a silence is decided where a journal covers it, or tells of it, from end to end', () => {
    const ledger = ledgerOf([start(0), end(100), told(gap(200, 300)), told(gap(400, 500, { tokens: [1] }))])
    const is = (from_ms: number, to_ms: number, connection = 1) => isDecided({ from_ms, to_ms }, connection, ledger)
    expect([is(10, 90), is(90, 110), is(200, 300), is(210, 290), is(190, 290), is(300, 400)]).toEqual([
      true,
      false,
      true,
      true,
      false,
      false,
    ])
    expect([is(200, 300, 2), is(410, 420)]).toEqual([false, false])
    expect(isDecided({ from_ms: 50, to_ms: 250 }, 1, ledgerOf([start(0), end(100), told(gap(90, 250))]))).toBe(true)
  })

  test('a gap of journal and manifest is one; gaps of other instruments are others', () => {
    const of_some = gap(5, 6, { tokens: [3] })
    expect(distinctGaps([gap(5, 6), gap(1, 2), of_some, gap(5, 6), { ...of_some }])).toEqual([gap(1, 2), gap(5, 6), of_some])
  })

  test('overlapping times count once', () => {
    expect(unionMs([gap(0, 10), gap(5, 20), gap(30, 31)])).toBe(21)
  })
})

describe('gaps that several sides have in common', () => {
  const side = (tokens: number[], ...gaps: RecordedGap[]) => ({ tokens: new Set(tokens), gaps })

  test('only the time in which all of them had one, as sure as the least sure, by the cause that came last', () => {
    expect(commonGaps([side([1], gap(0, 100)), side([1], gap(50, 150, { cause: 'silence', grade: 'weak' }))])).toEqual([
      gap(50, 100, { cause: 'silence', grade: 'weak' }),
    ])
    expect(commonGaps([side([1], gap(0, 50)), side([1], gap(50, 150))])).toEqual([])
    expect(commonGaps([side([1], gap(0, 50)), side([1])])).toEqual([])
  })

  test('an instrument that one side carries alone misses what that side misses', () => {
    expect(commonGaps([side([1, 2], gap(0, 100)), side([1])])).toEqual([gap(0, 100, { tokens: [2] })])
  })

  test('a gap of some instruments leaves the others alone', () => {
    const silent = gap(0, 100, { tokens: [2], cause: 'silent_feed' })
    expect(commonGaps([side([1, 2], silent), side([1, 2], gap(20, 30))])).toEqual([gap(20, 30, { tokens: [2] })])
  })

  test('whichever side is called the first', () => {
    const a = side([1, 2], gap(0, 100), gap(200, 300, { cause: 'stall' }))
    const b = side([2, 3], gap(0, 60, { cause: 'stall' }), gap(250, 400, { grade: 'weak' }))
    expect(commonGaps([a, b])).toEqual(commonGaps([b, a]))
    expect(commonGaps([a, b])).toHaveLength(6)
  })
})

describe('volume missed', () => {
  function missed(gaps: readonly RecordedGap[], packets: readonly [ms: number, token: number, volume: number, last: number][]) {
    const volumes = new VolumeMissed(gaps)
    for (const [ms, instrument_token, volume_traded, last_traded_quantity] of packets) {
      const message = encodeMessage([fullPacket({ instrument_token, volume_traded, last_traded_quantity })])
      walkPackets(new DataView(message.buffer), 0, message.length, {
        onPacket: (view, at, length) => volumes.take(view, at, length, ms),
        onBadPacket: (code) => expect.fail(code),
      })
    }
    return volumes.by_gap.map((gap) => [...gap])
  }

  test('the rise across the gap less the last trade, which was seen', () => {
    expect(
      missed(
        [gap(100, 200)],
        [
          [90, 5, 1000, 10],
          [95, 5, 1300, 10],
          [210, 5, 1400, 30],
          [220, 5, 1900, 10],
        ],
      ),
    ).toEqual([[[5, 70]]])
  })

  test('nothing where the total did not rise, or fell, or the gap is of other instruments', () => {
    expect(
      missed(
        [gap(100, 200)],
        [
          [90, 5, 1000, 10],
          [210, 5, 1000, 10],
        ],
      ),
    ).toEqual([[]])
    expect(
      missed(
        [gap(100, 200)],
        [
          [90, 5, 1000, 10],
          [210, 5, 900, 10],
        ],
      ),
    ).toEqual([[]])
    expect(
      missed(
        [gap(100, 200)],
        [
          [90, 5, 1000, 10],
          [210, 5, 1010, 10],
        ],
      ),
    ).toEqual([[]])
    expect(
      missed(
        [gap(100, 200, { tokens: [6] })],
        [
          [90, 5, 1000, 10],
          [210, 5, 2000, 10],
        ],
      ),
    ).toEqual([[]])
  })

  test('gaps that overlap, in any order: it counts once', () => {
    const gaps = [gap(500, 600), gap(100, 400, { tokens: [6] }), gap(150, 160), gap(100, 200)]
    expect(
      missed(gaps, [
        [90, 5, 1000, 10],
        [210, 5, 1500, 0],
        [610, 5, 1700, 0],
      ]),
    ).toEqual([[[5, 200]], [], [[5, 500]], []])
  })
})
