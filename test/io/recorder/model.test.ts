import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../../src/core/random.js'
import { crc32c, indexName, readIndex } from '../../../src/core/recording/index.js'
import { parseHourly } from '../../../src/io/recorder/hours.js'
import type { DiskFault } from '../../support/fake-disk.js'
import { FakeRecorder, FOLDER } from '../../support/fake-recorder.js'
import { numberedMessage, numbersIn, wholeBytes } from '../../support/numbered-messages.js'

/** CI runs this many; the nightly run sets MDS_MODEL_RUNS. */
const RUNS = Number(process.env.MDS_MODEL_RUNS ?? 300)
const HOUR_MS = 3_600_000

type Step =
  | { do: 'append'; count: number; packets: number }
  | { do: 'pass'; ms: number }
  | { do: 'hour' }
  | { do: 'full'; on: boolean }
  | { do: 'fail'; op: 'write' | 'sync'; code: string; takes: number }
  | { do: 'short'; takes: number }
  | { do: 'slow'; delay_ms: number }
  | { do: 'kill' }
  | { do: 'power_cut' }
  | { do: 'restart' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 25 }),
      packets: fc.integer({ min: 0, max: 14 }),
    }),
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 1500 }) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'hour' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('full' as const), on: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      op: fc.constantFrom('write' as const, 'sync' as const),
      code: fc.constantFrom('EIO', 'EROFS', 'EFBIG'),
      takes: fc.integer({ min: 0, max: 700 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('short' as const), takes: fc.integer({ min: 1, max: 3000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('slow' as const), delay_ms: fc.integer({ min: 0, max: 700 }) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'kill' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'power_cut' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
)

/** A recorder, the plain list of what it was given, and what must hold between them. */
class Model {
  readonly fake: FakeRecorder
  readonly random: Random
  /** Every message ever given, by its number. */
  readonly given: { at_ms: number; run: number }[] = []
  /** Set while a fault lasts. */
  full = false
  failing: (DiskFault & { op: string }) | undefined
  short_takes: number | undefined
  delay_ms = 0
  durable_before = 0

  constructor(seed: number, fsync: number | 'always') {
    this.random = new Random(seed, 'crash')
    this.fake = new FakeRecorder({ fsync, ring_bytes: 24_000 })
    this.fake.disk.fault = ({ op, path }) => {
      if (path.endsWith('.jsonl')) return undefined
      const delay = op === 'sync' ? { delay_ms: this.delay_ms } : {}
      if (this.failing?.op === op && path.endsWith('.bin')) {
        const fault = this.failing
        this.failing = undefined
        return fault
      }
      if (op === 'write' && this.full) return { ...delay, code: 'ENOSPC', takes: this.random.below(2) * this.random.below(300) }
      if (op === 'write' && this.short_takes !== undefined && path.endsWith('.bin')) {
        const takes = this.short_takes
        this.short_takes = undefined
        return { ...delay, takes }
      }
      return delay
    }
  }

  /** Bytes of recordings that a power cut would leave. */
  get durable_bytes(): number {
    const { fake } = this
    return fake.recordings.reduce((sum, name) => sum + fake.disk.durable(join(FOLDER, name)).length, 0)
  }

  async begin(): Promise<void> {
    await this.fake.open()
    this.durable_before = this.durable_bytes
    // The journal of a run that ends within one sync of its start may be lost with it.
    await this.fake.pass(400)
  }

  async take(each: Step): Promise<void> {
    const { fake } = this
    switch (each.do) {
      case 'append':
        for (let n = 0; n < each.count; n++) {
          this.given.push({ at_ms: fake.now_ms, run: fake.sessions })
          fake.append(numberedMessage(this.given.length - 1, each.packets))
          fake.base_ms++ // so that times tell records apart
        }
        return
      case 'pass':
        return fake.pass(each.ms)
      case 'hour':
        fake.base_ms += HOUR_MS
        return
      case 'full':
        this.full = each.on
        return
      case 'fail':
        this.failing = each
        return
      case 'short':
        this.short_takes = each.takes
        return
      case 'slow':
        this.delay_ms = each.delay_ms
        return
      case 'kill':
      case 'power_cut':
        return this.crash(each.do)
      case 'restart':
        await this.stop()
        return this.begin()
    }
  }

  async crash(how: 'kill' | 'power_cut'): Promise<void> {
    const { fake } = this
    const chance = (): number => this.random.unit()
    // What it says is synced survives, its name too.
    expect(this.durable_bytes - this.durable_before).toBeGreaterThanOrEqual(fake.recorder.status().synced_bytes)
    const synced = new Map(fake.recordings.map((name) => [name, fake.disk.durable(join(FOLDER, name))]))
    fake.kill(chance)
    // What the kernel had at the end, half a write included.
    const before = new Map(fake.recordings.map((name) => [name, fake.bytesOf(name)]))
    if (how === 'power_cut') fake.cutPower(chance)
    const left = new Map(fake.recordings.map((name) => [name, fake.bytesOf(name)]))
    if (how === 'power_cut') this.indexIsNotAhead()
    this.heal()
    await this.begin()
    for (const [name, bytes] of left) {
      const recovered = fake.bytesOf(name)
      numbersIn(recovered)
      if (how === 'kill') expect(recovered.length, name).toBe(wholeBytes(bytes))
      else expect(isPrefix(recovered, before.get(name) ?? bytes), `${name} holds what was written`).toBe(true)
      const safe = wholeBytes(synced.get(name) ?? new Uint8Array(0))
      expect(recovered.length, `${name} has what was synced`).toBeGreaterThanOrEqual(safe)
      expect(isPrefix(recovered, bytes)).toBe(true)
    }
    this.orderAndHoles()
  }

  /** Whatever the disk says of a block is on the disk, and so is what the journal has to say before it. */
  indexIsNotAhead(): void {
    const { fake } = this
    const journal = fake.journal.map((entry) => JSON.stringify(entry))
    const begun = fake.told.findLastIndex(({ event }) => event === 'session_start')
    const gaps = fake.told.slice(begun).filter((entry) => entry.event === 'gap')
    for (const name of fake.recordings) {
      const bytes = fake.bytesOf(name)
      for (const { offset, length, data_crc, last_ms } of readIndex(fake.bytesOf(indexName(name))).entries) {
        expect(bytes.length, name).toBeGreaterThanOrEqual(offset + length)
        expect(crc32c(bytes.subarray(offset, offset + length)), name).toBe(data_crc)
        for (const gap of gaps) if (gap.to_ms <= last_ms) expect(journal).toContain(JSON.stringify(gap))
      }
    }
  }

  /** Nothing twice, nothing out of order, nothing that was not given, and no hole without its line. */
  orderAndHoles(): void {
    const { fake } = this
    const files = fake.recordings.map((name) => ({ name, ...parseHourly('box', name)! }))
    files.sort((a, b) => a.hour - b.hour || a.part - b.part)
    const kept = files.flatMap(({ name }) => numbersIn(fake.bytesOf(name)))
    for (const [at, { number, received_at_ms }] of kept.entries()) {
      expect(number).toBeGreaterThan(kept[at - 1]?.number ?? -1)
      expect(received_at_ms).toBe(this.given[number]?.at_ms)
    }
    const there = new Set(kept.map(({ number }) => number))
    const gaps = fake.eventsOf('gap')
    const last = kept.at(-1)?.number ?? -1
    for (let number = 0; number < last; number++) {
      if (there.has(number)) continue
      const { at_ms, run } = this.given[number]!
      const told = gaps.some((gap) => gap.from_ms <= at_ms && at_ms < gap.to_ms)
      expect(told, `number ${number} of run ${run}, received at ${at_ms}, is missing without a line`).toBe(true)
    }
  }

  heal(): void {
    this.full = false
    this.failing = undefined
    this.short_takes = undefined
    this.delay_ms = 0
  }

  /** A stop in good order: all that was given in this run is there, less what the journal counts. */
  async stop(): Promise<void> {
    this.heal()
    const { fake } = this
    await fake.pass(2500)
    const run = fake.sessions
    await fake.close()
    const kept = new Set(fake.recordings.flatMap((name) => numbersIn(fake.bytesOf(name)).map(({ number }) => number)))
    const missing = this.given.filter((given, number) => given.run === run && !kept.has(number)).length
    const begun = fake.told.findLastIndex(({ event }) => event === 'session_start')
    const counted = fake.told
      .slice(begun)
      .reduce((sum, entry) => sum + (entry.event === 'gap' && entry.cause === 'overflow' ? (entry.records ?? 0) : 0), 0)
    expect(missing, 'dropped records are counted').toBe(counted)
    for (const name of fake.recordings) {
      if (fake.manifestOf(name)?.suspect === true) continue
      expect(fake.faultsOf(name), name).toEqual([])
    }
    expect(fake.names.filter((name) => name.endsWith('.tmp'))).toEqual([])
    this.orderAndHoles()
  }
}

const isPrefix = (part: Uint8Array, whole: Uint8Array): boolean =>
  part.length <= whole.length && Buffer.compare(part, whole.subarray(0, part.length)) === 0

test.each([100, 'always'] as const)('whatever happens, what is recovered is what was written (fsync %s)', async (fsync) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 40 }), fc.integer(), async (steps, seed) => {
      const model = new Model(seed, fsync)
      await model.begin()
      for (const each of steps) await model.take(each)
      await model.stop()
      expect(model.fake.disk.most_in_flight).toEqual({
        write: expect.toSatisfy((n) => n <= 1),
        sync: expect.toSatisfy((n) => n <= 1),
      })
    }),
    { numRuns: RUNS },
  )
})
