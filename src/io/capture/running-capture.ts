import { captureSummary } from '../../core/view/index.js'
import type { Feed } from '../feed/feed.js'
import type { LocalServer } from '../local/local-server.js'
import { watchForBugs } from './bug-watch.js'
import type { CapturePlan } from './capture-plan.js'
import type { CaptureSession, SessionSetup } from './capture-session.js'
import { startTimers } from './capture-timers.js'
import type { LogFile } from './log-file.js'
import type { CaptureStatus } from './status.js'

/** What is open, and how more is opened. */
export interface CaptureParts {
  readonly plan: CapturePlan
  readonly setup: SessionSetup
  readonly session: CaptureSession
  readonly feed: Feed
  readonly log: LogFile
  /** The control API; undefined: none is wanted. Rejects when its port is taken. */
  openControl(): Promise<LocalServer | undefined>
  /** Looks after the token file; gives back how to stop. */
  watchCredentials(): () => void
}

export interface CaptureListener {
  readonly signal: AbortSignal
  onNotice(text: string): void
  /** The capture runs: whoever shows it asks for its state from here on. */
  onRunning(status: () => CaptureStatus, stop: () => void): void
}

/** How a capture ended. */
export interface CaptureEnd {
  readonly reason: string
  readonly status: CaptureStatus
  /** Undefined where none are made. */
  readonly candles: number | undefined
  readonly alerts: number | undefined
  readonly summary: readonly string[]
}

/** Sinks get this long for what still waits; the recording does not wait for them. */
const SINK_CLOSE_MS = 500

/** An open capture, until something asks it to stop. */
export class RunningCapture {
  readonly #parts: CaptureParts
  #control: LocalServer | undefined
  #stopTimers: (() => void)[] = []
  #is_recorded = false

  constructor(parts: CaptureParts) {
    this.#parts = parts
  }

  /** To be called once. Resolves when everything received is on the disk and described; rejects then with an error that nobody else caught. */
  async run(listener: CaptureListener): Promise<CaptureEnd> {
    const { setup, session } = this.#parts
    const bugs = watchForBugs(setup.scrub, (error) => {
      session.stop('a bug in mds')
      session.failed('capture', error)
    })
    try {
      const end = await this.#run(listener)
      if (bugs.error !== undefined) throw bugs.error
      return end
    } finally {
      bugs.end()
    }
  }

  async #run({ signal, onRunning }: CaptureListener): Promise<CaptureEnd> {
    const { plan, setup, session, feed, openControl, watchCredentials } = this.#parts
    this.#control = await openControl()
    signal.addEventListener('abort', () => session.stop('interrupted'), { once: true })
    if (signal.aborted) session.stop('interrupted')
    else feed.start()
    this.#stopTimers = [startTimers(setup, plan, session), watchCredentials()]
    onRunning(
      () => session.status(),
      () => session.stop('asked at the terminal'),
    )
    const reason = await session.stopped
    await this.#finish(reason)
    const status = session.status()
    return { reason, status, candles: setup.bars?.candles, alerts: setup.bars?.alerts, summary: captureSummary(status) }
  }

  /** Lets go of everything, also of a capture that failed to begin. */
  async close(): Promise<void> {
    if (!this.#is_recorded) await this.#finish('failed to begin')
    await this.#control?.close()
    await this.#parts.log.close()
  }

  /** The feed first: what it has brought until then is recorded. */
  async #finish(reason: string): Promise<void> {
    this.#is_recorded = true
    const { feed, setup, session } = this.#parts
    for (const stop of this.#stopTimers) stop()
    await feed.stop()
    const { recorder, bars, sinks, alert_sink } = setup
    // What the end of the bars tells still goes out.
    const alerts_out = (async () => {
      await bars?.end()
      await alert_sink?.close(SINK_CLOSE_MS)
    })()
    await Promise.all([recorder.close(session.now(), reason), alerts_out, ...sinks.map((sink) => sink.close(SINK_CLOSE_MS))])
  }
}
