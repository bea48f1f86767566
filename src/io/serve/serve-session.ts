import { interrupted } from '../../core/errors.js'
import { END_OF_RECORDING } from '../../core/feed/index.js'
import { type WindowEnd, windowOn } from '../../core/replay/index.js'
import { type FaultPlan, faultLine, type LineCounts } from '../../core/serve/index.js'
import { formatCompactDate, istDay, type TimestampMs } from '../../core/time/index.js'
import { DiagnosticsLog } from '../diagnostics-log.js'
import { findRecordings, type SessionFiles } from '../find-recordings.js'
import type { PacerPorts } from '../pacer.js'
import { type FileSummary, readSession } from '../read-session.js'
import { noteMasters, type SessionRequest } from '../run-sessions.js'
import { sessionInstruments } from '../session-instruments.js'
import type { ServeLogin } from './login.js'
import { ServeGate } from './serve-gate.js'
import { serveRoutes } from './serve-routes.js'
import { STAGE_LIMITS, Stage, type StageCounts, type StageLimits } from './stage.js'
import { type OpenTicker, openTicker } from './ticker-server.js'

/** What to play to whom. */
export interface ServeRequest extends Pick<SessionRequest, 'recordings' | 'instruments'> {
  readonly from: WindowEnd | undefined
  readonly to: WindowEnd | undefined
  readonly speed: number
  readonly max_wait_ms: number
  readonly host: string
  readonly port: number
  /** Other machines may come, under these names of this one. */
  readonly allow_remote: boolean
  readonly allowed_hosts: readonly string[]
  readonly login: ServeLogin
  /** Sockets at a time. */
  readonly connections: number
  /** Play begins when so many clients have subscribed; 0: at once. */
  readonly wait_for: number
  /** Stays at the end until told to stop or to seek backwards. */
  readonly stays: boolean
  /** Made when the first record that is played is known. */
  readonly faultsFrom?: ((first_ms: TimestampMs) => FaultPlan) | undefined
  readonly limits?: Partial<StageLimits> | undefined
}

export interface ServeRun {
  readonly ports: PacerPorts
  readonly signal: AbortSignal
  onNotice(text: string): void
  /** Clients may come. */
  onServing(url: string, stage: Stage): void
  /** A day begins, or begins again. */
  onBegin?(session: SessionFiles): void
  /** A line of the fault log, without its end. */
  onFault(line: string): void
}

export interface ServeSummary extends StageCounts {
  /** To all clients together. */
  readonly sent: LineCounts
  /** Clients dropped because they did not read. */
  readonly dropped: number
  /** Of the records played. */
  readonly first_ms: TimestampMs | undefined
  readonly last_ms: TimestampMs | undefined
  readonly real_ms: number
  readonly lateness: { p50_ms: number; p99_ms: number; max_ms: number } | undefined
  readonly files: readonly FileSummary[]
  readonly diagnostics: readonly DiagnosticsLog[]
}

/** Records between two looks at the sockets: much less than what may wait in one. */
const STEP_BYTES = 256 * 1024
const NORMAL = 1000
const GOING_AWAY = 1001

/** Plays recordings to clients of Kite, day after day, on one clock for all of them. */
export async function serve(request: ServeRequest, run: ServeRun): Promise<ServeSummary> {
  const begun_ms = run.ports.nowMs()
  const { sessions, notices } = findRecordings(request.recordings)
  for (const notice of notices) run.onNotice(notice)
  const show = new Show(request, run)
  const onAbort = (): void => show.stage.playback.stop('quit')
  run.signal.addEventListener('abort', onAbort, { once: true })
  try {
    for (const session of sessions) {
      await show.playDay(session, session === sessions.at(-1))
      if (show.stage.playback.stopped === 'quit') break
    }
    if (run.signal.aborted) throw interrupted()
    await show.end()
    return show.summary(run.ports.nowMs() - begun_ms)
  } finally {
    run.signal.removeEventListener('abort', onAbort)
    await show.close()
  }
}

class Show {
  readonly stage: Stage
  readonly #request: ServeRequest
  readonly #run: ServeRun
  readonly #gate: ServeGate
  readonly #files: FileSummary[] = []
  readonly #diagnostics: DiagnosticsLog[] = []
  #ticker: OpenTicker | undefined
  #is_closed = false
  #first_ms: TimestampMs | undefined
  #last_ms: TimestampMs | undefined

  constructor(request: ServeRequest, run: ServeRun) {
    this.#request = request
    this.#run = run
    this.stage = new Stage({
      ...request,
      limits: { ...STAGE_LIMITS, ...request.limits },
      ports: run.ports,
      isWanted: () => !run.signal.aborted,
      onNotice: run.onNotice,
      onFault: (done) => run.onFault(faultLine(done)),
    })
    const { playback, exchange, sockets } = this.stage
    this.#gate = new ServeGate({
      playback,
      exchange,
      sockets,
      onFirst: (first_ms) => this.#onFirst(first_ms),
      awaitReturn: () => this.stage.awaitReturn(),
    })
  }

  async playDay(session: SessionFiles, is_last: boolean): Promise<void> {
    const { playback, exchange } = this.stage
    const { from, to, instruments, stays } = this.#request
    const { table, files } = await sessionInstruments(session, instruments)
    noteMasters(files, this.#run)
    const count = [...table.known()].length
    const windowOf = (first_ms: number) => windowOn(session.day ?? istDay(first_ms), from, to)
    for (let at_ms: number | undefined; ; at_ms = playback.target_ms) {
      playback.begin(windowOf, at_ms)
      this.#gate.begin(windowOf)
      exchange.begin(count)
      this.#run.onBegin?.(session)
      await this.#readOnce(session)
      if (stays && is_last && (playback.stopped === undefined || playback.stopped === 'window')) await playback.rest()
      if (playback.stopped !== 'rewind') return
    }
  }

  /** Everybody is told that this is the end, and gets what is still on its way. */
  async end(): Promise<void> {
    const is_over = this.stage.playback.stopped !== 'quit'
    // Otherwise they would try to come back for ever.
    if (is_over && this.stage.exchange.is_missed) await this.stage.awaitReturn()
    await this.#part(is_over ? NORMAL : GOING_AWAY, is_over ? END_OF_RECORDING : 'stopped', !is_over)
  }

  /** However it ended; may follow `end`. */
  async close(): Promise<void> {
    await this.#part(GOING_AWAY, 'stopped', true)
  }

  summary(real_ms: number): ServeSummary {
    const { playback, counts, sent, sockets } = this.stage
    const p50_ms = playback.lateness.quantile(0.5)
    const p99_ms = playback.lateness.quantile(0.99)
    return {
      ...counts,
      sent,
      dropped: sockets.dropped,
      first_ms: this.#first_ms,
      last_ms: this.#last_ms,
      real_ms,
      lateness: p50_ms === undefined || p99_ms === undefined ? undefined : { p50_ms, p99_ms, max_ms: playback.lateness.max_ms },
      files: this.#files,
      diagnostics: this.#diagnostics,
    }
  }

  async #part(code: number, reason: string, is_hurried: boolean): Promise<void> {
    if (this.#is_closed) return
    this.#is_closed = true
    await this.stage.end(code, reason, is_hurried)
    await this.#ticker?.close()
  }

  async #readOnce(session: SessionFiles): Promise<void> {
    const { playback, exchange, counts } = this.stage
    const diagnostics = new DiagnosticsLog()
    const files = await readSession(
      session,
      {
        onFrame: (frame) => {
          playback.noteRecord(frame.received_at_ms)
          const is_played = playback.isInWindow && !playback.isSeeking
          if (is_played) {
            counts.records++
            this.#first_ms ??= frame.received_at_ms
            this.#last_ms = frame.received_at_ms
          }
          exchange.onRecord(frame, is_played)
        },
        onRecycle: () => {}, // nothing is kept of a frame
      },
      {
        onDiagnostic: diagnostics.add.bind(diagnostics),
        gate: this.#gate,
        signal: this.#run.signal,
        step_bytes: STEP_BYTES,
      },
    )
    await playback.finish()
    if (playback.stopped === 'rewind') return
    this.#files.push(...files)
    this.#diagnostics.push(diagnostics)
  }

  /** Before this nothing is known of the time: nobody could be told it. */
  async #onFirst(first_ms: TimestampMs): Promise<void> {
    const { stage } = this
    stage.exchange.standAt(first_ms, this.#request.faultsFrom?.(first_ms))
    if (this.#ticker !== undefined) return
    this.#ticker = await openTicker({
      ...this.#request,
      name: this.#request.recordings.sessions.join(' ') || formatCompactDate(istDay(first_ms)),
      routes: serveRoutes(stage),
      stage,
      onNotice: this.#run.onNotice,
    })
    this.#run.onServing(this.#ticker.url, stage)
    void stage.beginWhenReady()
  }
}
