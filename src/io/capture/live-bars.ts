import { type Alert, isForAction } from '../../core/alerts/index.js'
import type { Gap, Interval, Journaled, TimeBarOptions } from '../../core/candles/index.js'
import { LiveOrder, Pipeline } from '../../core/engine/index.js'
import { MdsError } from '../../core/errors.js'
import type { Format } from '../../core/formats/index.js'
import type { Calendar, InstrumentTable } from '../../core/market/index.js'
import type { DetectorFault } from '../../core/patterns/index.js'
import type { Frame, FrameConsumer } from '../../core/recording/index.js'
import { type IstDay, istDay, istDayStartMs } from '../../core/time/index.js'
import { CandleOutput } from '../candle-output.js'
import type { RecordingFile } from '../find-recordings.js'
import type { Sink } from '../output.js'
import { readSession } from '../read-session.js'
import { sessionJournals } from '../session-journals.js'
import { AlertOutput } from '../signals/alert-output.js'
import type { DaySignals } from '../signals/day-signals.js'
import { SIGNAL_BARS, SIGNAL_CLOCK } from '../signals/signal-config.js'
import { isShown, withSignalIntervals } from '../signals/signal-intervals.js'
import { GrowingFile } from './growing-file.js'

export interface LiveBarsSetup {
  readonly calendar: Calendar
  readonly candles: LiveCandles | undefined
  readonly alerts: LiveAlerts | undefined
  /** Segments that were there before this capture: those of a day are read first, so that a restart changes no candle. */
  readonly earlier: readonly RecordingFile[]
  /** The names a replay of that day will find beside the recording. */
  instrumentsOf(day: IstDay): Promise<InstrumentTable>
  /** Something failed: no more candles, the recording goes on. */
  onFailure(error: unknown): void
}

/** Candles into a file a day. */
export interface LiveCandles {
  readonly intervals: readonly Interval[]
  readonly format: Format
  pathOf(day: IstDay): string
}

/** Alerts into a file a day. */
export interface LiveAlerts {
  readonly format: Format
  pathOf(day: IstDay): string
  open(day: IstDay, instruments: InstrumentTable, emit: (alert: Alert) => void): Promise<DaySignals>
  /** Also told to others, but for those that an earlier capture of the day has told: a restart finds them in the recording. */
  onAlert(alert: Alert): void
  onFault(fault: DetectorFault): void
}

/**
 * Candles and alerts while the capture runs: the engine of `mds candles`, fed with what the recorder has accepted, in the order in which a replay reads it.
 * A day's file is the same, byte for byte, as the one made later from the recording.
 */
export class LiveBars implements FrameConsumer {
  candles = 0
  alerts = 0
  readonly #setup: LiveBarsSetup
  readonly #order: LiveOrder
  readonly #files: GrowingFile[] = []
  /** Gaps told while no engine is ready. */
  readonly #gaps: Gap[] = []
  #engine: DayEngine | undefined
  /** A day is being opened: its earlier segments are read, and what is received meanwhile waits. */
  #opening: Promise<void> | undefined
  #failed = false

  constructor(setup: LiveBarsSetup) {
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
    const { candles, alerts } = this.#setup
    const instruments = await this.#setup.instrumentsOf(day)
    let engine: DayEngine | undefined
    const signals = await alerts?.open(day, instruments, (alert) => engine?.onAlert(alert))
    engine = new DayEngine({
      day,
      instruments,
      signals,
      calendar: this.#setup.calendar,
      candles: candles && { ...candles, sink: this.#fileOf(candles.pathOf(day)) },
      alerts: alerts && { ...alerts, sink: this.#fileOf(alerts.pathOf(day)) },
      onCandle: () => this.candles++,
      onAlert: () => this.alerts++,
    })
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

  #fileOf(path: string): GrowingFile {
    const file = new GrowingFile(path)
    file.done.catch((error: unknown) => this.#fail(error))
    this.#files.push(file)
    return file
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

interface DaySetup {
  readonly day: IstDay
  readonly instruments: InstrumentTable
  readonly calendar: Calendar
  readonly candles: (LiveCandles & { readonly sink: Sink }) | undefined
  readonly alerts: (LiveAlerts & { readonly sink: Sink }) | undefined
  readonly signals: DaySignals | undefined
  onCandle(): void
  onAlert(): void
}

/** The engine of one day and its files. */
class DayEngine {
  readonly day: IstDay
  readonly pipeline: Pipeline
  readonly #setup: DaySetup
  readonly #candles: CandleOutput | undefined
  readonly #alerts: AlertOutput | undefined
  readonly #signals: DaySignals | undefined
  #told_faults = 0
  #warming_up = false
  #journaled: Journaled | undefined

  constructor(setup: DaySetup) {
    const { day, instruments, calendar, candles, alerts, signals } = setup
    this.day = day
    this.#setup = setup
    this.#signals = signals
    this.#candles = candles && new CandleOutput(candles.sink, candles.format)
    this.#alerts = alerts && new AlertOutput(alerts.sink, alerts.format)
    const journaled: Journaled = {
      gaps: [],
      // From the first session of the day on the journal tells everything; this capture keeps it.
      covers: (connection, from_ms, to_ms) => this.#journaled?.covers(connection, from_ms, to_ms) ?? true,
    }
    const asked = candles?.intervals ?? []
    const shown = new Set(asked.map(({ label }) => label))
    const bars: TimeBarOptions =
      alerts === undefined ? PLAIN_BARS(asked) : { ...SIGNAL_BARS, intervals: withSignalIntervals(asked) }
    this.pipeline = new Pipeline(
      { instruments, calendar, clock: SIGNAL_CLOCK, bars, files: [], journaled, options: signals?.options },
      {
        onCandle: (candle) => {
          this.#signals?.signals.onCandle(candle)
          if (this.#candles === undefined || !isShown(candle, shown)) return
          setup.onCandle()
          this.#candles.append(candle)
        },
        onDiagnostic: () => {},
        ...(alerts === undefined
          ? {}
          : {
              onMoment: (now_ms: number) => this.#signals?.signals.onMoment(now_ms),
              onSecond: (now_ms: number) => this.#signals?.signals.onSecond?.(now_ms),
            }),
      },
    )
  }

  onAlert(alert: Alert): void {
    if (!isForAction(alert)) return
    this.#setup.onAlert()
    this.#alerts?.append(alert)
    if (!this.#warming_up) this.#setup.alerts?.onAlert(alert)
  }

  /** Earlier recordings of the day, through the same engine. */
  async warmUp(files: readonly RecordingFile[]): Promise<void> {
    const { day, pipeline } = this
    this.#warming_up = true
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
    this.#warming_up = false
  }

  /** What is complete reaches the files. */
  settle(): void {
    this.#candles?.settle()
    this.#alerts?.settle()
    const faults = this.#signals?.faults ?? []
    for (; this.#told_faults < faults.length; this.#told_faults++)
      this.#setup.alerts?.onFault(faults[this.#told_faults] as DetectorFault)
  }

  end(): void {
    this.pipeline.end()
    this.settle()
    this.#candles?.finish()
    this.#alerts?.finish()
  }

  abort(): void {
    this.#candles?.abort()
    this.#alerts?.abort()
  }
}

/** Bars as `mds candles` makes them by default. */
const PLAIN_BARS = (intervals: readonly Interval[]): TimeBarOptions => ({ ...SIGNAL_BARS, intervals, flow: undefined })
