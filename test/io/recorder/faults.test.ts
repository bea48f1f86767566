import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeRecord, indexName, manifestName, readIndex } from '../../../src/core/recording/index.js'
import { codeOf } from '../../../src/io/recorder/recorder-ports.js'
import { systemFiles } from '../../../src/io/recorder/system-files.js'
import { FakeRecorder, FOLDER, MORNING_MS } from '../../support/fake-recorder.js'
import { numberedMessage, numbersIn } from '../../support/numbered-messages.js'
import { tempFolder } from '../../support/temp-folder.js'

const FIRST = 'box_20251006_0900.bin'
const SECOND = 'box_20251006_0900_2.bin'
const HOUR_MS = 3_600_000
/** Of what is not synced nothing is left. */
const never = (): number => 0

/** Opens a recorder; its journal is on the disk. */
async function begun(setup: ConstructorParameters<typeof FakeRecorder>[0] = {}): Promise<FakeRecorder> {
  const fake = new FakeRecorder(setup)
  await fake.open()
  await fake.pass(500)
  return fake
}

/** Gives numbered messages, 1 ms apart. */
async function give(fake: FakeRecorder, from: number, count: number, packets = 1, connection = 1): Promise<void> {
  for (let number = from; number < from + count; number++) {
    fake.append(numberedMessage(number, packets), connection)
    await fake.pass(1)
  }
}

const numbers = (fake: FakeRecorder, ...names: string[]): number[] =>
  names.flatMap((name) => numbersIn(fake.bytesOf(name)).map(({ number }) => number))
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
/** So many turns of the promise queue from now. */
async function turnsLater<T>(turns: number, act: () => T): Promise<Awaited<T>> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve()
  return await act()
}
const events = (fake: FakeRecorder): string[] => fake.journal.map(({ event }) => event)

describe('a quiet day', () => {
  test('no file before the first record, and none for an hour without one', async () => {
    const fake = await begun()
    expect(fake.recordings).toEqual([])
    await give(fake, 0, 3)
    fake.base_ms += 2 * HOUR_MS
    await fake.pass(3000)
    await give(fake, 3, 1)
    await fake.close()
    expect(fake.recordings).toEqual([FIRST, 'box_20251006_1100.bin'])
    for (const name of fake.recordings) expect(fake.faultsOf(name)).toEqual([])
  })

  test('an hour that is over is closed though nothing comes after it', async () => {
    const fake = await begun()
    await give(fake, 0, 3)
    fake.base_ms += HOUR_MS + 60_000
    await fake.pass(3000)
    expect(fake.faultsOf(FIRST)).toEqual([])
    expect(fake.manifestOf(FIRST)).toMatchObject({ condition: 'available', suspect: false, bytes: fake.bytesOf(FIRST).length })
  })

  test('what is written is the plain format, in the order of receipt', async () => {
    const fake = await begun()
    const messages = [numberedMessage(0, 3), Uint8Array.of(0), numberedMessage(1, 0), new Uint8Array(0)]
    const records = messages.map((message) => {
      fake.append(message)
      return encodeRecord(fake.now_ms, message)
    })
    await fake.close()
    expect(Buffer.from(fake.bytesOf(FIRST))).toEqual(Buffer.concat(records))
    expect(fake.manifestOf(FIRST)?.counts).toEqual({ records: 4, heartbeats: 1, texts: 1, malformed: 1, packets: { 184: 3 } })
  })

  test('connections have files of their own, unless there is one only', async () => {
    const fake = await begun({ connections: 2 })
    await give(fake, 0, 2, 1, 1)
    await give(fake, 2, 2, 1, 2)
    await fake.close()
    expect(fake.recordings).toEqual(['box_20251006_0900-c1.bin', 'box_20251006_0900-c2.bin'])
    expect(fake.recordings.map((name) => fake.manifestOf(name)?.connection)).toEqual([1, 2])
  })

  test('subscriptions stand in the manifest: at the start of a file, then every change', async () => {
    const fake = await begun()
    fake.recorder.subscriptions(fake.now_ms, 1, new Map([['quote', [5]]]))
    fake.recorder.subscriptions(fake.now_ms, 1, new Map([['full', [1, 2]]]))
    fake.recorder.subscriptions(fake.now_ms, 2, new Map([['ltp', [9]]]))
    await give(fake, 0, 2)
    fake.recorder.subscriptions(fake.now_ms, 1, new Map([['full', [1]]]))
    await give(fake, 2, 2)
    await fake.close()
    expect(fake.manifestOf(FIRST)?.subscriptions.map(({ mode, tokens }) => [mode, tokens])).toEqual([
      ['full', [1, 2]],
      ['full', [1]],
    ])
  })

  test('a gap told after its hour was closed reaches the manifest of that hour', async () => {
    const fake = await begun()
    await give(fake, 0, 2)
    const from_ms = fake.now_ms
    fake.base_ms += HOUR_MS
    await give(fake, 2, 2)
    await fake.pass(500)
    expect(fake.manifestOf(FIRST)?.condition).toBe('available')
    const gap = { connection: 1, from_ms, to_ms: from_ms + HOUR_MS, cause: 'disconnect', grade: 'certain' } as const
    fake.recorder.gap(fake.now_ms, gap)
    await fake.pass(500)
    expect(fake.manifestOf(FIRST)).toMatchObject({ condition: 'degraded', gaps: [gap] })
    await fake.close()
    expect(fake.manifestOf('box_20251006_1000.bin')).toMatchObject({ condition: 'degraded', gaps: [gap] })
  })

  test('what came while the last write ended is written, whenever the recorder is closed', async () => {
    for (let turns = 0; turns < 30; turns++) {
      const fake = await begun()
      let closed: Promise<void> | undefined
      fake.disk.fault = ({ op, path }) => {
        if (op !== 'write' || !path.endsWith(FIRST) || closed !== undefined) return undefined
        fake.append(numberedMessage(1, 1))
        closed = turnsLater(turns, () => fake.recorder.close(fake.now_ms, 'test'))
        return undefined
      }
      fake.append(numberedMessage(0, 1))
      await fake.pass(10)
      await fake.whileTimePasses(closed ?? Promise.reject(new Error('nothing was written')))
      expect(numbers(fake, FIRST), `closed ${turns} turns into the write`).toEqual([0, 1])
    }
  })

  test('every line of the journal is told to the owner, in its order', async () => {
    const fake = await begun()
    await give(fake, 0, 2)
    await fake.pass(20)
    fake.recorder.journal(fake.now_ms, { event: 'connected', connection: 1, attempt: 1 })
    await fake.close()
    expect(fake.journal).toEqual(fake.told)
    expect(events(fake)).toEqual(['session_start', 'segment_opened', 'connected', 'segment_closed', 'session_end'])
  })
})

describe('rows 5, 6: a disk that is full', () => {
  test.each(['ENOSPC', 'EDQUOT'])('%s: whole records, nothing lost under the ring, resumes alone', async (code) => {
    const fake = await begun()
    await give(fake, 0, 5)
    await fake.pass(200)
    fake.disk.fault = ({ op }) => (op === 'write' ? { code, takes: 77 } : undefined)
    await give(fake, 5, 5)
    await fake.pass(3000)
    expect(numbers(fake, FIRST)).toEqual(upTo(5))
    expect(fake.recorder.status()).toMatchObject({ waiting_bytes: 5 * 200, trouble: expect.stringContaining(code) })
    fake.disk.fault = () => undefined
    await fake.pass(1100)
    expect(fake.recorder.status()).toMatchObject({ waiting_bytes: 0, trouble: undefined, suspect_files: [] })
    await fake.close()
    expect(numbers(fake, FIRST)).toEqual(upTo(10))
    expect(fake.faultsOf(FIRST)).toEqual([])
    expect(fake.eventsOf('write_failed')).toMatchObject([{ file: FIRST, code }])
    expect(fake.eventsOf('write_resumed')).toMatchObject([
      { file: FIRST, waited_ms: expect.toSatisfy((ms) => ms >= 3000 && ms < 5000) },
    ])
    expect(fake.eventsOf('gap')).toEqual([])
  })

  test('what the ring has no room for is one gap of its exact size', async () => {
    const fake = await begun({ ring_bytes: 2000 })
    fake.disk.fault = ({ op, path }) => (op === 'write' && path.endsWith('.bin') ? { code: 'ENOSPC' } : undefined)
    await give(fake, 0, 30)
    expect(fake.recorder.status()).toMatchObject({ accepted_records: 10, dropped_records: 20, waiting_bytes: 2000 })
    fake.disk.fault = () => undefined
    await fake.pass(1100)
    await give(fake, 30, 3)
    await fake.close()
    expect(numbers(fake, FIRST)).toEqual([...upTo(10), 30, 31, 32])
    const [tenth, eleventh] = numbersIn(fake.bytesOf(FIRST)).slice(9)
    const [gap, ...more] = fake.eventsOf('gap')
    expect(more).toEqual([])
    expect(gap).toMatchObject({ connection: 1, cause: 'overflow', grade: 'certain', records: 20 })
    expect(gap?.from_ms).toBe((tenth?.received_at_ms ?? 0) + 1)
    expect(gap?.to_ms).toBeGreaterThan(gap?.from_ms ?? 0)
    expect(gap?.to_ms).toBeLessThanOrEqual(eleventh?.received_at_ms ?? 0)
    expect(fake.manifestOf(FIRST)).toMatchObject({ condition: 'degraded', gaps: [{ records: 20 }] })
  })

  test('what still waits when the recorder is closed is counted too', async () => {
    const fake = await begun()
    await give(fake, 0, 5)
    await fake.pass(200)
    fake.disk.fault = ({ op, path }) => (op === 'write' && path.endsWith('.bin') ? { code: 'ENOSPC' } : undefined)
    await give(fake, 5, 5)
    await fake.pass(100)
    await fake.close()
    expect(numbers(fake, FIRST)).toEqual(upTo(5))
    expect(fake.eventsOf('gap')).toMatchObject([{ cause: 'overflow', records: 5 }])
    expect(fake.recorder.status().dropped_records).toBe(5)
    expect(fake.faultsOf(FIRST)).toEqual([])
  })

  test('a journal that can not be written waits, and loses no line', async () => {
    const fake = await begun()
    fake.disk.fault = ({ op, path }) => (op === 'write' && path.endsWith('.jsonl') ? { code: 'ENOSPC', takes: 9 } : undefined)
    await give(fake, 0, 5)
    await fake.pass(3000)
    expect(readIndex(fake.bytesOf(indexName(FIRST))).entries, 'nothing is claimed ahead of the journal').toEqual([])
    fake.disk.fault = () => undefined
    await fake.close()
    expect(fake.journal).toEqual(fake.told)
    expect(fake.faultsOf(FIRST)).toEqual([])
  })

  test('EFBIG: the next part goes on at once, and the first is not suspect', async () => {
    const fake = await begun()
    await give(fake, 0, 5)
    await fake.pass(1500)
    fake.disk.fault = ({ op, path }) => (op === 'write' && path.endsWith(FIRST) ? { code: 'EFBIG', takes: 13 } : undefined)
    await give(fake, 5, 5)
    await fake.pass(100)
    expect(numbers(fake, FIRST, SECOND)).toEqual(upTo(10))
    await fake.close()
    expect([FIRST, SECOND].flatMap((name) => fake.faultsOf(name))).toEqual([])
    expect(fake.manifestOf(FIRST)?.suspect).toBe(false)
  })

  test('below the limit of free space the journal says so, once', async () => {
    const fake = await begun({ min_free_bytes: 1000 })
    fake.disk.free_bytes = 900
    await fake.pass(5000)
    fake.disk.free_bytes = 1050
    await fake.pass(5000)
    fake.disk.free_bytes = 999
    await fake.pass(5000)
    expect(fake.eventsOf('disk_low')).toMatchObject([{ free_bytes: 900 }])
    fake.disk.free_bytes = 2000
    await fake.pass(2000)
    fake.disk.free_bytes = 1
    await fake.pass(2000)
    expect(fake.eventsOf('disk_low')).toHaveLength(2)
    expect(fake.recorder.status().free_disk_bytes).toBe(1)
    await fake.close()
  })
})

describe('rows 7, 10: a disk that fails', () => {
  test.each(['EIO', 'EROFS', 'EACCES', 'ENOENT'])(
    '%s on write: the file is suspect, the next part has the rest',
    async (code) => {
      const fake = await begun()
      await give(fake, 0, 5)
      await fake.pass(1500)
      let failures = 1
      fake.disk.fault = ({ op, path }) =>
        op === 'write' && path.endsWith('.bin') && failures-- > 0 ? { code, takes: 250 } : undefined
      await give(fake, 5, 5)
      await fake.pass(2000)
      expect(fake.recorder.status()).toMatchObject({ suspect_files: [FIRST], trouble: undefined })
      await fake.close()
      expect(numbers(fake, FIRST, SECOND)).toEqual(upTo(10))
      expect(fake.manifestOf(FIRST)).toMatchObject({ suspect: true, condition: 'degraded' })
      expect(fake.manifestOf(SECOND)).toMatchObject({ suspect: false, condition: 'available' })
      expect(fake.eventsOf('write_failed')).toMatchObject([{ file: FIRST, code }])
      expect(fake.eventsOf('segment_closed')).toMatchObject([
        { file: FIRST, suspect: true },
        { file: SECOND, suspect: false },
      ])
    },
  )

  test('a failed sync is final for its file, even if the next would do', async () => {
    const fake = await begun()
    await give(fake, 0, 5)
    await fake.pass(1500)
    let failures = 1
    fake.disk.fault = ({ op, path }) => (op === 'sync' && path.endsWith('.bin') && failures-- > 0 ? { code: 'EIO' } : undefined)
    await give(fake, 5, 1)
    await fake.pass(150)
    const synced = (): number => fake.disk.calls.filter(({ op, path }) => op === 'sync' && path.endsWith(FIRST)).length
    const syncs = synced()
    await give(fake, 6, 4)
    await fake.pass(500)
    await fake.close()
    expect(synced()).toBe(syncs)
    expect(numbers(fake, FIRST, SECOND)).toEqual(upTo(10))
    expect(fake.eventsOf('sync_failed')).toMatchObject([{ file: FIRST, code: 'EIO' }])
    expect(fake.manifestOf(FIRST)?.suspect).toBe(true)
    const [last] = readIndex(fake.bytesOf(indexName(FIRST))).entries.slice(-1)
    expect((last?.offset ?? 0) + (last?.length ?? 0), 'the index claims nothing that was not synced').toBe(5 * 200)
  })

  test('a failed sync of the index counts like one of the file', async () => {
    const fake = await begun()
    fake.disk.fault = ({ op, path }) => (op === 'sync' && path.endsWith(`${FIRST}.idx`) ? { code: 'EIO' } : undefined)
    await give(fake, 0, 5)
    await fake.pass(2500)
    await give(fake, 5, 5)
    await fake.close()
    expect(numbers(fake, FIRST, SECOND)).toEqual(upTo(10))
    expect(fake.eventsOf('sync_failed')).toMatchObject([{ file: `${FIRST}.idx`, code: 'EIO' }])
    expect(fake.recorder.status().suspect_files).toEqual([FIRST])
  })

  test('a disk that fails every write is asked once a second, and leaves no empty files', async () => {
    const fake = await begun()
    fake.disk.fault = ({ op, path }) => (op === 'write' && path.endsWith('.bin') ? { code: 'EIO' } : undefined)
    await give(fake, 0, 5)
    await fake.pass(10_000)
    expect(fake.eventsOf('segment_opened').length).toBeLessThanOrEqual(12)
    fake.disk.fault = () => undefined
    await fake.pass(2000)
    await fake.close()
    expect(fake.recordings).toHaveLength(1)
    expect(numbers(fake, ...fake.recordings)).toEqual(upTo(5))
    expect(fake.eventsOf('write_failed')).toHaveLength(1)
  })

  test('the folder is deleted: it is made anew, and what went with it is told', async () => {
    const fake = await begun()
    await give(fake, 0, 5)
    await fake.pass(1200)
    fake.disk.removeFolder(FOLDER)
    await fake.pass(1500)
    await give(fake, 5, 5)
    await fake.close()
    expect(numbers(fake, ...fake.recordings)).toEqual([5, 6, 7, 8, 9])
    expect(fake.eventsOf('gap')).toMatchObject([{ cause: 'file_lost', grade: 'certain', records: 5 }])
    expect(fake.eventsOf('write_failed')).toMatchObject([{ file: FIRST, code: 'ENOENT' }])
    expect(events(fake)[0]).toBe('session_start')
    expect(fake.recorder.status().suspect_files).toEqual([FIRST])
  })

  test('the folder is deleted, and the file is closed before anybody looked: the loss is in a journal that is there', async () => {
    for (const how of ['a stop', 'a failed sync']) {
      const fake = await begun()
      await give(fake, 0, 5)
      await fake.pass(1200)
      fake.disk.removeFolder(FOLDER)
      if (how === 'a failed sync') {
        let failures = 1
        fake.disk.fault = ({ op, path }) =>
          op === 'sync' && path.endsWith('.bin') && failures-- > 0 ? { code: 'EIO' } : undefined
        await give(fake, 5, 5)
        await fake.pass(2500)
      }
      await fake.close()
      expect(events(fake), how).toEqual(expect.arrayContaining(['session_start', 'gap', 'session_end']))
    }
  })

  test('opening fails for a while (permission, links, file descriptors): the ring holds', async () => {
    for (const code of ['EACCES', 'ELOOP', 'EMFILE']) {
      const fake = await begun()
      fake.disk.fault = ({ op, path }) => (op === 'open' && path.endsWith('.bin') ? { code } : undefined)
      await give(fake, 0, 5)
      await fake.pass(3000)
      expect(fake.recorder.status().trouble).toContain(code)
      fake.disk.fault = () => undefined
      await fake.pass(1100)
      await fake.close()
      expect(numbers(fake, FIRST)).toEqual(upTo(5))
      expect(fake.names.filter((name) => name.endsWith('.idx'))).toEqual([indexName(FIRST)])
    }
  })
})

describe('rows 8, 9: a disk that takes little, or its time', () => {
  test('a short write goes on with the same record', async () => {
    const fake = await begun()
    fake.disk.fault = ({ op, path }) => (op === 'write' && path.endsWith('.bin') ? { takes: 3 } : undefined)
    await give(fake, 0, 5)
    await fake.close()
    expect(numbers(fake, FIRST)).toEqual(upTo(5))
    expect(fake.faultsOf(FIRST)).toEqual([])
    expect(fake.eventsOf('write_failed')).toEqual([])
  })

  test('syncs of 5 s: writing goes on, one sync at a time, and the age is told', async () => {
    const fake = await begun()
    fake.disk.fault = ({ op }) => (op === 'sync' ? { delay_ms: 5000 } : undefined)
    await give(fake, 0, 200, 10)
    expect(fake.recorder.status().waiting_bytes).toBeLessThan(64 * 1024)
    expect(numbers(fake, FIRST).length).toBeGreaterThan(180)
    await fake.pass(20_000)
    expect(fake.disk.most_in_flight.sync).toBe(1)
    expect(fake.recorder.status().worst_unsynced_ms).toBeGreaterThan(5000)
    expect(fake.recorder.status().sync_p99_ms).toBeGreaterThanOrEqual(5000)
    fake.disk.fault = () => undefined
    await fake.close()
    expect(fake.faultsOf(FIRST)).toEqual([])
  })

  test('a stop takes two seconds however slow the disk is, and what was not finished is recovered', async () => {
    const fake = await begun()
    await give(fake, 0, 5)
    fake.disk.fault = ({ op }) => (op === 'sync' ? { delay_ms: 60_000 } : undefined)
    const before = fake.timers.now
    await fake.close()
    expect(fake.timers.now - before).toBeLessThan(2000)
    fake.kill(never)
    fake.disk.fault = () => undefined
    await fake.open()
    await fake.pass(500)
    expect(numbers(fake, FIRST)).toEqual(upTo(5))
    expect(fake.faultsOf(FIRST)).toEqual([])
    await fake.close()
  })

  test('writes of 2 s: nothing is lost under the ring', async () => {
    const fake = await begun()
    fake.disk.fault = ({ op, path }) => (op === 'write' && path.endsWith('.bin') ? { delay_ms: 2000 } : undefined)
    await give(fake, 0, 300, 10)
    await fake.pass(20_000)
    fake.disk.fault = () => undefined
    await fake.close()
    expect(numbers(fake, FIRST)).toEqual(upTo(300))
    expect(fake.disk.most_in_flight.write).toBe(1)
  })
})

describe('ways of syncing', () => {
  test.each(['always', 100, 'close'] as const)(
    '%s: what was closed survives a power cut whole, journal and all',
    async (fsync) => {
      const fake = await begun({ fsync })
      await give(fake, 0, 20)
      await fake.pass(1500)
      await give(fake, 20, 20)
      await fake.close()
      fake.cutPower(never)
      expect(numbers(fake, FIRST)).toEqual(upTo(40))
      expect(fake.faultsOf(FIRST)).toEqual([])
      expect(fake.journal).toEqual(fake.told)
    },
  )

  test('off: nothing is ever synced; close: nothing before the end, and no index either', async () => {
    for (const fsync of ['off', 'close'] as const) {
      const fake = await begun({ fsync })
      const opened = fake.disk.calls.length
      await give(fake, 0, 20)
      await fake.pass(3000)
      expect(numbers(fake, FIRST)).toEqual(upTo(20))
      expect(fake.bytesOf(indexName(FIRST))).toHaveLength(0)
      const syncs = (): number => fake.disk.calls.slice(opened).filter(({ op }) => op === 'sync' || op === 'syncFolder').length
      expect(syncs()).toBe(0)
      await fake.close()
      expect(syncs() > 0).toBe(fsync === 'close')
      expect(fake.faultsOf(FIRST)).toEqual([])
    }
  })
})

describe('rows 33, 34: the clock, hours and midnight', () => {
  test('a time that goes back is held, and no hour is opened again', async () => {
    const fake = await begun()
    await give(fake, 0, 2)
    fake.base_ms += HOUR_MS
    await give(fake, 2, 2)
    const held_ms = fake.now_ms - 1
    fake.base_ms -= HOUR_MS
    await give(fake, 4, 2)
    fake.recorder.append(1, Number.NaN, numberedMessage(6, 1))
    await fake.close()
    expect(numbers(fake, FIRST)).toEqual([0, 1])
    const later = numbersIn(fake.bytesOf('box_20251006_1000.bin'))
    expect(later.map(({ number }) => number)).toEqual([2, 3, 4, 5, 6])
    expect(later.slice(2).map(({ received_at_ms }) => received_at_ms)).toEqual([held_ms, held_ms, held_ms])
  })

  test('a clock before the year of the first tick: records are kept with a time that can be read', async () => {
    const fake = await begun()
    fake.recorder.append(1, Date.UTC(2004, 0, 1), numberedMessage(0, 1))
    await fake.close()
    expect(fake.recordings.flatMap((name) => numbers(fake, name))).toEqual([0])
    expect(fake.recordings).toEqual(['box_20100101_0500.bin'])
  })

  test('records of one write go to the hour of their own time', async () => {
    const fake = await begun()
    const ten_ms = MORNING_MS + 45 * 60_000
    for (let n = 0; n < 6; n++) fake.recorder.append(1, ten_ms - 3 + n, numberedMessage(n, 1))
    await fake.close()
    expect(numbers(fake, FIRST)).toEqual([0, 1, 2])
    expect(numbers(fake, 'box_20251006_1000.bin')).toEqual([3, 4, 5])
  })

  test('at midnight each journal stands for itself', async () => {
    const fake = await begun()
    await give(fake, 0, 2)
    await fake.pass(20)
    fake.base_ms += 15 * HOUR_MS
    await give(fake, 2, 2)
    await fake.close()
    expect(fake.names.filter((name) => name.endsWith('.jsonl'))).toHaveLength(2)
    expect(events(fake)).toEqual([
      'session_start',
      'segment_opened',
      'session_end',
      'session_start',
      'segment_opened',
      'segment_closed',
      'segment_closed',
      'session_end',
    ])
    expect(fake.recordings).toEqual([FIRST, 'box_20251007_0000.bin'])
  })
})

describe('row 1: a start after a crash', () => {
  /** Records written and indexed, then some that are not, then half of one. */
  async function killed(): Promise<FakeRecorder> {
    const fake = await begun()
    await give(fake, 0, 5)
    await fake.pass(2000)
    await give(fake, 5, 5)
    await fake.pass(20)
    fake.kill(never)
    const torn = encodeRecord(fake.now_ms, numberedMessage(10, 1)).subarray(0, 90)
    fake.disk.put(join(FOLDER, FIRST), Buffer.concat([fake.bytesOf(FIRST), torn]))
    return fake
  }

  test('the torn tail is moved away, the index completed, the next part opened, the hole told', async () => {
    const fake = await killed()
    await fake.open()
    await fake.pass(3000)
    expect(numbers(fake, FIRST)).toEqual(upTo(10))
    expect(fake.bytesOf(`${FIRST}.tail-2000`)).toHaveLength(90)
    expect(fake.eventsOf('recovered')).toMatchObject([{ file: FIRST, good_bytes: 2000, cut_bytes: 90 }])
    expect(fake.faultsOf(FIRST)).toEqual([])
    expect(fake.eventsOf('gap'), 'not before it ends').toEqual([])
    await give(fake, 20, 2)
    await fake.close()
    expect(numbers(fake, SECOND)).toEqual([20, 21])
    const last_ms = numbersIn(fake.bytesOf(FIRST)).at(-1)?.received_at_ms
    const first_ms = numbersIn(fake.bytesOf(SECOND))[0]?.received_at_ms
    const gap = { connection: 1, from_ms: last_ms, to_ms: first_ms, cause: 'recorder_down', grade: 'certain' }
    expect(fake.eventsOf('gap')).toMatchObject([gap])
    expect(fake.manifestOf(FIRST)).toMatchObject({ condition: 'degraded', gaps: [gap], sessions: ['s1'], fsync: '100ms' })
    expect(fake.manifestOf(SECOND)).toMatchObject({ condition: 'degraded', gaps: [gap], sessions: ['s2'] })
  })

  test('a hole told while the manifest of the file before it is made stands there too', async () => {
    const fake = await killed()
    fake.disk.fault = ({ path }) => (path.includes('manifest') ? { delay_ms: 30 } : undefined)
    await fake.open()
    await give(fake, 20, 2)
    await fake.pass(3000)
    expect(fake.manifestOf(FIRST)?.gaps).toMatchObject([{ cause: 'recorder_down' }])
    await fake.close()
  })

  test('a recovery that is killed at any call, and run again, ends the same', async () => {
    const whole = await killed()
    await whole.open()
    await whole.pass(3000)
    const wanted = new Map(whole.names.map((name) => [name, Buffer.from(whole.bytesOf(name)).toString('hex')]))
    for (let calls = 0; calls < 60; calls++) {
      const fake = await killed()
      let left = calls
      fake.disk.fault = () => (left-- > 0 ? undefined : { delay_ms: 1e9 })
      const opening = fake.open().catch(() => undefined)
      await fake.pass(100)
      fake.kill(() => 0.5)
      void opening
      fake.disk.fault = () => undefined
      await fake.open()
      await fake.pass(3000)
      for (const name of [FIRST, indexName(FIRST), `${FIRST}.tail-2000`])
        expect(Buffer.from(fake.bytesOf(name)).toString('hex'), `${name} after ${calls} calls`).toBe(wanted.get(name))
      expect(fake.eventsOf('recovered'), `after ${calls} calls`).toHaveLength(1)
      expect(fake.faultsOf(FIRST)).toEqual([])
      expect(fake.names.filter((name) => name.endsWith('.tmp'))).toEqual([])
    }
  })

  test('a connection that never comes back: no capture ran until this one began', async () => {
    const fake = await begun({ connections: 2 })
    await give(fake, 0, 2, 1, 1)
    await give(fake, 2, 2, 1, 2)
    await fake.close()
    fake.base_ms += 60_000
    await fake.open()
    const begun_ms = fake.eventsOf('session_start').at(-1)?.at_ms
    await give(fake, 4, 2, 1, 1)
    await fake.pass(5000)
    expect(fake.eventsOf('gap')).toMatchObject([{ connection: 1 }])
    await fake.close()
    expect(fake.eventsOf('gap')[1]).toMatchObject({ connection: 2, to_ms: begun_ms, cause: 'recorder_down', grade: 'certain' })
  })

  test('a run that ended well yesterday leaves no gap, one of today does', async () => {
    const fake = await begun()
    await give(fake, 0, 2)
    await fake.close()
    await fake.open()
    await give(fake, 2, 2)
    await fake.close()
    expect(fake.eventsOf('gap')).toMatchObject([{ cause: 'recorder_down' }])
    expect(fake.eventsOf('recovered')).toEqual([])
    fake.base_ms += 24 * HOUR_MS
    await fake.open()
    await give(fake, 4, 2)
    await fake.close()
    expect(fake.eventsOf('gap')).toHaveLength(1)
  })

  test('a recording that is not ours is left as it is', async () => {
    const fake = new FakeRecorder()
    await fake.open()
    await fake.close()
    const theirs = Uint8Array.from({ length: 300 }, (_, n) => n)
    fake.disk.put(join(FOLDER, FIRST), theirs)
    await fake.open()
    await give(fake, 0, 2)
    await fake.close()
    expect(fake.bytesOf(FIRST)).toEqual(theirs)
    expect(fake.names).not.toContain(manifestName(FIRST))
    expect(numbers(fake, SECOND)).toEqual([0, 1])
  })

  test('the index of a recording that was packed stays, one without a recording goes', async () => {
    const fake = new FakeRecorder()
    await fake.open()
    await fake.close()
    fake.disk.put(join(FOLDER, indexName(FIRST)), new Uint8Array(48))
    fake.disk.put(join(FOLDER, indexName(SECOND)), new Uint8Array(0))
    await fake.open()
    await fake.close()
    expect(fake.names.filter((name) => name.endsWith('.idx'))).toEqual([indexName(FIRST)])
  })

  test('a packed part keeps its number', async () => {
    const fake = new FakeRecorder()
    await fake.open()
    await fake.close()
    fake.disk.put(join(FOLDER, `${SECOND}.zst`), Uint8Array.of(1))
    await fake.open()
    await give(fake, 0, 2)
    await fake.close()
    expect(fake.recordings).toEqual(['box_20251006_0900_3.bin'])
  })

  test('row 4: a power cut that took the end of one hour and left the next: the hole that may be is told', async () => {
    const fake = await begun()
    await give(fake, 0, 10)
    fake.disk.fault = ({ op, path }) => (op === 'sync' && path.endsWith(FIRST) ? { delay_ms: 1e6 } : undefined)
    fake.base_ms += HOUR_MS
    await give(fake, 10, 5)
    await fake.pass(2000)
    fake.kill(never)
    fake.disk.startAnew()
    fake.disk.fault = () => undefined
    expect(numbers(fake, FIRST, 'box_20251006_1000.bin')).toEqual(upTo(15))
    const [sixth, , next] = [5, 6, 10].map(
      (at) => numbersIn(Buffer.concat([FIRST, 'box_20251006_1000.bin'].map((name) => fake.bytesOf(name))))[at],
    )
    fake.disk.put(join(FOLDER, FIRST), fake.bytesOf(FIRST).slice(0, 6 * 200))
    await fake.open()
    await fake.close()
    expect(fake.eventsOf('gap')).toMatchObject([
      { cause: 'file_lost', grade: 'weak', from_ms: sixth?.received_at_ms, to_ms: next?.received_at_ms },
      { cause: 'recorder_down' },
    ])
  })

  test('a loss that is found days later stands in the manifest of the file, whose journal is closed', async () => {
    const fake = await begun()
    await give(fake, 0, 10)
    await fake.pass(2000)
    fake.kill(never)
    fake.disk.put(join(FOLDER, FIRST), fake.bytesOf(FIRST).slice(0, 1100))
    fake.base_ms += 3 * 24 * HOUR_MS
    await fake.open()
    await fake.pass(3000)
    await fake.close()
    expect(numbers(fake, FIRST)).toEqual(upTo(5))
    expect(fake.manifestOf(FIRST)).toMatchObject({ condition: 'degraded', gaps: [{ cause: 'file_lost', grade: 'certain' }] })
  })

  test('a file that is shorter than its index says: the loss is told', async () => {
    const fake = await begun()
    await give(fake, 0, 10)
    await fake.close()
    fake.disk.put(join(FOLDER, FIRST), fake.bytesOf(FIRST).slice(0, 1100))
    await fake.open()
    await fake.pass(3000)
    await fake.close()
    expect(numbers(fake, FIRST)).toEqual(upTo(5))
    expect(fake.eventsOf('gap')).toMatchObject([{ cause: 'file_lost', grade: 'certain' }, { cause: 'recorder_down' }])
    expect(fake.manifestOf(FIRST)).toMatchObject({ condition: 'degraded' })
    expect(fake.faultsOf(FIRST)).toEqual([])
  })

  test('a block that is not what the index says makes the file suspect, and is never mended away', async () => {
    const fake = await begun()
    await give(fake, 0, 5)
    await fake.pass(2000)
    fake.kill(never)
    const bytes = fake.bytesOf(FIRST).slice()
    bytes[30] = (bytes[30] ?? 0) ^ 1
    fake.disk.put(join(FOLDER, FIRST), bytes)
    await fake.open()
    await fake.pass(2000)
    await fake.close()
    expect(fake.manifestOf(FIRST)).toMatchObject({ suspect: true, condition: 'degraded' })
    expect(fake.faultsOf(FIRST)).toEqual(['the block at 0 is not what the index says'])
  })
})

test('a quota that is used up has a name, though Node has none for it', () => {
  const errno = -constants.errno.EDQUOT
  expect(codeOf(Object.assign(new Error(), { errno, code: `Unknown system error ${errno}` }))).toBe('EDQUOT')
  expect(codeOf(Object.assign(new Error(), { errno: -5, code: 'EIO' }))).toBe('EIO')
})

test('append takes anything, at any time, and never throws', async () => {
  const fake = await begun()
  fake.recorder.append(1, fake.now_ms, new Uint8Array(8 * 1024 * 1024 + 1))
  fake.recorder.append(7, -5, numberedMessage(0, 1))
  fake.recorder.append(1, Number.POSITIVE_INFINITY, numberedMessage(1, 1))
  await fake.close()
  fake.recorder.append(1, fake.now_ms, numberedMessage(2, 1))
  expect(fake.recorder.status()).toMatchObject({ accepted_records: 2, dropped_records: 2 })
  expect(fake.eventsOf('gap')).toMatchObject([{ records: 1 }])
})

test('the files of this machine are for their owner only, and no link is followed', async () => {
  const folder = tempFolder({ 'target.bin': 'x' })
  const { statSync, symlinkSync } = await import('node:fs')
  await systemFiles.makeFolder(join(folder, 'a/b'))
  const file = await systemFiles.open(join(folder, 'a/b/new.bin'), 'create')
  await file.close()
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'a/b/new.bin')).mode & 0o777).toBe(0o600)
  symlinkSync(join(folder, 'target.bin'), join(folder, 'link.bin'))
  for (const mode of ['create', 'append', 'replace', 'read', 'mend'] as const)
    await expect(systemFiles.open(join(folder, 'link.bin'), mode)).rejects.toThrow()
})
