import type { Gap, Journaled, TimeBarOptions } from '../../core/candles/index.js'
import { LiveOrder, Pipeline } from '../../core/engine/index.js'
import { MdsError } from '../../core/errors.js'
import { CandleBatch, type Format } from '../../core/formats/index.js'
import { CANDLE_FIELDS, type Calendar, type InstrumentTable } from '../../core/market/index.js'
import type { Frame, FrameConsumer } from '../../core/recording/index.js'
import { type IstDay, istDay, istDayStartMs } from '../../core/time/index.js'
import { EncodedOutput } from '../encoded-output.js'
import type { RecordingFile } from '../find-recordings.js'
import type { Sink } from '../output.js'
import { readSession } from '../read-session.js'
import { sessionJournals } from '../session-journals.js'
import { GrowingFile } from './growing-file.js'

export interface LiveCandlesSetup {
  readonly bars: TimeBarOptions
  readonly calendar: Calendar
  readonly format: Format
  /** Segments that were there before this capture: those of a day are read first, so that a restart changes no candle. */
  readonly earlier: readonly RecordingFile[]
  /** The names a replay of that day will find beside the recording. */
  instrumentsOf(day: IstDay): Promise<InstrumentTable>
  /** The file of a day. */
  pathOf(day: IstDay): string
  /** Something failed: no more candles, the recording goes on. */
  onFailure(error: unknown): void
}

/**
 * Candles while the capture runs: the engine of `mds candles`, fed with what the recorder has accepted, in the order in which a replay reads it.
 * A day's file is the same, byte for byte, as the one made later from the recording.
 */
export class LiveCandles implements FrameConsumer {
  candles = 0
  readonly #setup: LiveCandlesSetup
  readonly #order: LiveOrder
  readonly #files: GrowingFile[] = []
  /** Gaps told while no engine is ready. */
  readonly #gaps: Gap[] = []
  #engine: DayEngine | undefined
  /** A day is being opened: its earlier segments are read, and what is received meanwhile waits. */
  #opening: Promise<void> | undefined
  #failed = false

  constructor(setup: LiveCandlesSetup) {
    this.#setup = setup
    this.#order = new LiveOrder(this)
  }

  /** A record the recorder has taken; `connection` as in the name of its file, from 1. */
  push(connection: number, received_at_ms: number, message: Uint8Array): void {
    if (!this.#failed) this.#order.push(connection - 1, received_at_ms, message)
  }

  /** A gap as the journal tells it, before the first record at or after its end is pushed. */
  noteGap(gap: Gap): void {
    const dense = { ...gap, connection: gap.connection - 1 }
    if (this.#engine === undefined) this.#gaps.push(dense)
    else this.#engine.pipeline.noteGap(dense)
  }

  /** Everything received before this moment has been pushed. */
  release(before_ms: number): void {
    if (this.#failed) return
    try {
      this.#release(before_ms)
    } catch (error) {
      this.#fail(error)
    }
  }

  onFrame(frame: Frame): void {
    this.#engine?.pipeline.onFrame(frame)
  }

  onRecycle(view: DataView): void {
    this.#engine?.pipeline.onRecycle(view)
  }

  /** The capture is over: the bars still open are told. Never rejects. */
  async end(): Promise<void> {
    this.release(Number.POSITIVE_INFINITY)
    while (this.#opening !== undefined) {
      await this.#opening
      this.release(Number.POSITIVE_INFINITY)
    }
    this.#endDay()
    for (const { done } of this.#files) await done.catch((error: unknown) => this.#fail(error))
  }

  #release(before_ms: number): void {
    while (this.#opening === undefined) {
      const next_ms = this.#order.next_ms
      if (next_ms === undefined || next_ms >= before_ms) break
      const day = istDay(next_ms)
      if (this.#engine === undefined || day > this.#engine.day) this.#beginDay(day)
      else this.#order.release(Math.min(before_ms, istDayStartMs(this.#engine.day + 1)))
    }
    this.#engine?.settle()
  }

  #beginDay(day: IstDay): void {
    this.#endDay()
    this.#opening = this.#open(day)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#opening = undefined
      })
  }

  async #open(day: IstDay): Promise<void> {
    const instruments = await this.#setup.instrumentsOf(day)
    const file = new GrowingFile(this.#setup.pathOf(day))
    file.done.catch((error: unknown) => this.#fail(error))
    this.#files.push(file)
    const engine = new DayEngine({ ...this.#setup, day, instruments, sink: file, onCandle: () => this.candles++ })
    const earlier = this.#setup.earlier.filter((segment) => segment.day === day)
    try {
      if (earlier.length > 0) await engine.warmUp(earlier)
    } catch (error) {
      engine.abort()
      throw error
    }
    for (const gap of this.#gaps.splice(0)) engine.pipeline.noteGap(gap)
    this.#engine = engine
  }

  #endDay(): void {
    const engine = this.#engine
    this.#engine = undefined
    try {
      engine?.end()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (this.#failed) return
    this.#failed = true
    this.#engine?.abort()
    this.#setup.onFailure(error)
  }
}

interface DaySetup extends Pick<LiveCandlesSetup, 'bars' | 'calendar' | 'format'> {
  readonly day: IstDay
  readonly instruments: InstrumentTable
  readonly sink: Sink
  onCandle(): void
}

/** The engine of one day and its file. */
class DayEngine {
  readonly day: IstDay
  readonly pipeline: Pipeline
  readonly #output: EncodedOutput
  readonly #batch = new CandleBatch(CANDLE_FIELDS)
  #journaled: Journaled | undefined

  constructor({ day, sink, onCandle, ...setup }: DaySetup) {
    this.day = day
    this.#output = new EncodedOutput(sink, setup.format.open(CANDLE_FIELDS))
    const journaled: Journaled = {
      gaps: [],
      // From the first session of the day on the journal tells everything; this capture keeps it.
      covers: (connection, from_ms, to_ms) => this.#journaled?.covers(connection, from_ms, to_ms) ?? true,
    }
    this.pipeline = new Pipeline(
      { instruments: setup.instruments, calendar: setup.calendar, clock: 'trade', bars: setup.bars, files: [], journaled },
      {
        onCandle: (candle) => {
          onCandle()
          this.#batch.append(candle)
          if (this.#batch.isFull) this.#drain()
        },
        onDiagnostic: () => {},
      },
    )
  }

  /** Earlier recordings of the day, through the same engine. */
  async warmUp(files: readonly RecordingFile[]): Promise<void> {
    const { day, pipeline } = this
    const session = { day, files }
    const journaled = sessionJournals(session, () => {})
    const numbers = [...new Set(files.map(({ connection }) => connection))]
    this.#journaled = {
      gaps: [],
      covers: (connection, from_ms, to_ms) => journaled.covers(numbers.indexOf(connection + 1), from_ms, to_ms),
    }
    for (const gap of journaled.gaps) pipeline.noteGap({ ...gap, connection: (numbers[gap.connection] ?? 1) - 1 })
    await readSession(
      session,
      {
        onFrame: (frame) => pipeline.onFrame({ ...frame, connection: (numbers[frame.connection] ?? 1) - 1 }),
        onRecycle: (view) => pipeline.onRecycle(view),
      },
      { onDiagnostic: () => {} },
    ).catch((error: unknown) => {
      // Without a record in them there is nothing to go on from.
      if (!(error instanceof MdsError) || error.code !== 'not_a_recording') throw error
    })
    this.#journaled = undefined
  }

  /** What is complete reaches the file. */
  settle(): void {
    if (this.#batch.rows > 0) this.#drain()
  }

  end(): void {
    this.pipeline.end()
    this.#drain()
    this.#output.finish()
  }

  abort(): void {
    this.#output.abort()
  }

  #drain(): void {
    this.#output.write(this.#batch)
    this.#batch.clear()
  }
}
