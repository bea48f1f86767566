import { mkdir, open, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { EXIT, interrupted, MdsError } from '../core/errors.js'
import {
  createUniverse,
  MarketDay,
  type MissingPlant,
  masterCsv,
  type RecordSink,
  SYNTHETIC_MARK,
  Truth,
} from '../core/synth/index.js'
import { formatCompactDate, istDayStartMs } from '../core/time/index.js'
import { HourlyWriter } from './hourly-writer.js'
import { outputError } from './output.js'
import { listingsWithHistory, writeSynthBaseline } from './synth-baseline.js'
import { writePlants } from './synth-plants-file.js'
import { checkRequest, rateOf, type SynthRequest } from './synth-request.js'
import { writeTruth } from './synth-truth-file.js'

export interface SynthSummary {
  folder: string
  /** Names inside the folder, in order of time. */
  files: string[]
  master: string
  truth: string | undefined
  truth_candles: string | undefined
  instruments: number
  records: number
  packets: number
  bytes: number
  faults: number
  /** Rows of `truth_candles`. */
  candles: number | undefined
  /** What was planted, where that was asked for; how many rows, and what found no place. */
  plants: string | undefined
  planted: number | undefined
  missing: readonly MissingPlant[] | undefined
  /** Made-up history for those that need one. */
  baseline: string | undefined
}

export interface SynthRun {
  /** Of the recording's own seconds. */
  onProgress?(done_s: number, total_s: number): void
  readonly signal?: AbortSignal
}

/** Seconds of the market between two looks at the event loop. */
const STEP_S = 60

/**
 * Makes a synthetic day and writes it as a capture would have: hourly recordings and the day's instrument master. The files appear together,
 * when all of them are whole.
 */
export async function synthesizeRecording(request: SynthRequest, run: SynthRun = {}): Promise<SynthSummary> {
  checkRequest(request)
  const folder = join(request.data_dir, request.profile)
  const prefix = `${request.profile}_${formatCompactDate(request.day)}`
  const staging = join(folder, `.${prefix}.${process.pid}.tmp`)
  const made = await mkdir(staging, { recursive: true }).catch((error: unknown) => {
    throw outputError(folder, error)
  })
  try {
    const replaced = await replaceable(folder, prefix, request.force)
    const summary = await writeDay(request, run, { folder: staging, prefix })
    for (const name of replaced) await rm(join(folder, name))
    for (const name of await readdir(staging)) await rename(join(staging, name), join(folder, name))
    return { ...summary, folder }
  } catch (error) {
    throw outputError(folder, error)
  } finally {
    await rm(staging, { recursive: true, force: true })
    await removeEmpty(folder, made)
  }
}

/** Takes the folders away that were made for nothing, up to `outermost`. */
async function removeEmpty(folder: string, outermost: string | undefined): Promise<void> {
  if (outermost === undefined) return
  for (let empty = resolve(folder); empty.length >= resolve(outermost).length; empty = dirname(empty))
    await rmdir(empty).catch(() => {})
}

async function writeDay(
  request: SynthRequest,
  run: SynthRun,
  { folder, prefix }: { folder: string; prefix: string },
): Promise<SynthSummary> {
  const { day, calendar, seed } = request
  const universe = createUniverse({ day, instruments: request.instruments, seed, calendar })
  const midnight_s = istDayStartMs(day) / 1000
  const market = new MarketDay({
    universe,
    calendar,
    seed,
    rate: rateOf(request),
    start_s: midnight_s + request.start_s,
    until_s: midnight_s + request.until_s,
    mode: request.mode,
    faults: request.faults,
    plants: request.plants,
    facts: request.truth,
  })
  const master = `${prefix}.instruments.csv`
  await writeFile(join(folder, master), masterCsv(universe.listings))
  const writer = new HourlyWriter({ folder, prefix, single_file: request.single_file })
  const truth = request.truth ? new Truth(universe, calendar) : undefined
  const sink = truth === undefined ? writer : both(writer, truth)
  try {
    for (let second = 1; market.advance(sink); second++) {
      if (writer.isFull) await writer.flush()
      if (second % STEP_S !== 0) continue
      run.onProgress?.(second, request.until_s - request.start_s)
      await setImmediate()
      if (run.signal?.aborted === true) throw interrupted()
    }
  } finally {
    await writer.close()
  }
  const { plants } = request
  if (plants !== undefined) await writePlants(join(folder, `${prefix}.plants.ndjson`), universe, market.planted)
  const looking_back = listingsWithHistory(market.planned)
  const baseline = looking_back.length > 0 ? `${prefix}.plants.baseline.ndjson` : undefined
  if (baseline !== undefined)
    writeSynthBaseline(join(folder, baseline), { universe, calendar, listings: looking_back, strength: plants?.strength ?? 1 })
  const told = truth && (await writeTruth(join(folder, prefix), { request, universe, writer, truth }))
  return {
    folder,
    files: writer.files,
    master,
    truth: truth && `${prefix}.truth.json`,
    truth_candles: truth && `${prefix}.truth.candles.ndjson`,
    instruments: universe.listings.length,
    records: writer.records,
    packets: writer.packets,
    bytes: writer.bytes,
    faults: writer.faults.length,
    candles: told?.candles,
    plants: plants && `${prefix}.plants.ndjson`,
    planted: plants && market.planted.length,
    missing: plants && market.missing,
    baseline,
  }
}

/** Files of that day to replace. A capture never overwrites, and neither do we: a day that is there stays unless asked for. */
async function replaceable(folder: string, prefix: string, force: boolean): Promise<string[]> {
  const there = (await readdir(folder)).filter((name) => name.startsWith(`${prefix}_`) || name.startsWith(`${prefix}.`)).sort()
  if (there.length === 0) return []
  if (!force)
    throw new MdsError('recording_exists', {
      message: `${folder} already holds ${there.length} files of that day, e.g. ${there[0]}.`,
      suggestions: ['Add --force to replace them', 'Choose another --profile or --data-dir'],
      exitCode: EXIT.usage,
    })
  const first = there.find((name) => name.endsWith('.bin'))
  if (first !== undefined && !(await isSynthetic(join(folder, first))))
    throw new MdsError('not_synthetic', {
      message: `${join(folder, first)} does not look like a synthetic recording; --force replaces only those.`,
      suggestions: ['Choose another --profile or --data-dir', 'Move the recording away'],
      exitCode: EXIT.usage,
    })
  return there
}

/** The greeting of a synthetic day says so in its first record. A real day cannot be had again. */
async function isSynthetic(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0)
    return buffer.toString('latin1', 0, bytesRead).includes(SYNTHETIC_MARK)
  } finally {
    await file.close()
  }
}

function both(writer: HourlyWriter, truth: Truth): RecordSink {
  return {
    onRecord(received_ms, bytes, facts) {
      writer.onRecord(received_ms, bytes)
      truth.record(received_ms, facts)
    },
    onBrokenBytes: (bytes) => writer.onBrokenBytes(bytes),
    onPlanted(fault) {
      writer.onPlanted(fault)
      truth.planted(fault)
    },
  }
}
