import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { connectionsOf } from '../../core/feed/index.js'
import { formatCompactDate, type IstDay, istDay } from '../../core/time/index.js'
import { CredentialsInUse } from '../feed/credentials.js'
import { Feed, type FeedSetup } from '../feed/feed.js'
import { systemFeedPorts } from '../feed/feed-ports.js'
import { kiteSockets } from '../feed/kite-socket.js'
import { tokensOfSymbols } from '../instrument-filter.js'
import { type ControlSetup, openControl } from '../local/open-control.js'
import { openRecorder } from '../recorder/open-recorder.js'
import { faultLine } from '../signals/fault-line.js'
import { SystemClock } from '../system-clock.js'
import { type BarChoice, openBars } from './capture-bars.js'
import { CaptureClock } from './capture-clock.js'
import { CaptureMeter } from './capture-meter.js'
import type { CapturePlan } from './capture-plan.js'
import { CaptureSession, type SessionSetup } from './capture-session.js'
import { openAlertSink, openSinks, type SinkChoice, type SinksListener } from './capture-sinks.js'
import { captureRoutes } from './control-routes.js'
import { watchTokenFile } from './credentials-watch.js'
import { DayMasters } from './day-masters.js'
import { EventTeller } from './event-teller.js'
import { defaultLogPath, LogFile } from './log-file.js'
import { RecordedClock } from './recorded-clock.js'
import { RunningCapture } from './running-capture.js'

/** All that has been decided. */
export interface CaptureChoice {
  readonly plan: CapturePlan
  readonly sinks: SinkChoice
  readonly bars: BarChoice | undefined
  /** Port of the control API; 0: any; undefined: none. */
  readonly port: number | undefined
  readonly log_file: string | undefined
  readonly version: string
}

const HANDSHAKE_MS = 10_000

/** The map of a capture: what it is made of, and who tells whom. Nothing connects to the feed before it is run. */
export async function openCapture(choice: CaptureChoice, onNotice: (text: string) => void): Promise<RunningCapture> {
  const { plan, version } = choice
  const { profile, data_dir, recorded_ms, layout, instruments } = plan
  // Absolute: where the working folder is taken away too, Node makes folders below it for ever.
  const folder = resolve(data_dir, profile.name)
  const system = new SystemClock()
  const machine = new CaptureClock(system, (delta_ms) => session?.onEvent({ event: 'clock_step', delta_ms }))
  const clock: SessionSetup['clock'] = recorded_ms === undefined ? { machine } : { recorded: new RecordedClock(recorded_ms) }
  const now = (): number => ('machine' in clock ? clock.machine.now() : clock.recorded.now())
  const credentials = new CredentialsInUse(plan.credentials.credentials)
  const scrub = (text: string): string => credentials.scrub(text)
  const log = new LogFile({
    path: choice.log_file ?? defaultLogPath(data_dir, profile.name),
    nowMs: now,
    scrub,
    onFailure: (code) => onNotice(`The log file can't be written (${code}); the recording goes on.`),
  })
  const events = new EventTeller(log, onNotice)
  const masters = new DayMasters(folder, profile.name, instruments.masters)
  const meter = new CaptureMeter(() => system.elapsedMs())
  const session_id = `${formatCompactDate(istDay(now()))}-${randomBytes(4).toString('hex')}`
  let session: CaptureSession | undefined
  const recorder = await openRecorder({
    folder,
    profile: profile.name,
    connections: connectionsOf(layout),
    session: session_id,
    version,
    stamps: recorded_ms === undefined ? 'machine' : 'recorded',
    instruments_sha256: masters.sha256,
    now,
    fsync: plan.fsync,
    onEvent: (entry) => {
      events.onEntry(entry)
      // A capture that runs past midnight begins a day with its own names.
      if (entry.event === 'segment_opened') keepMaster(istDay(entry.at_ms))
    },
    onGap: (gap) => session?.onGap(gap),
    onWritten: (waited_ms) => {
      meter.lag.add(waited_ms)
      session?.onWritten()
    },
  })
  function keepMaster(day: IstDay): void {
    try {
      masters.keep(day)
    } catch (error) {
      session?.failed('instrument master', error)
    }
  }
  try {
    // Nothing is waited for until the session is there: what the recorder or a sink tells, it hears.
    return wired()
  } catch (error) {
    await recorder.close(now(), 'failed to begin')
    throw error
  }

  function wired(): RunningCapture {
    keepMaster(istDay(now()))
    const sinks_listener: SinksListener = {
      onDown: (sink, detail) => session?.onEvent({ event: 'sink_down', sink, detail }),
      onUp: (sink, dropped) => session?.onEvent({ event: 'sink_up', sink, dropped }),
    }
    const alert_sink = choice.bars?.signals === undefined ? undefined : openAlertSink(choice.sinks, sinks_listener)
    const setup: SessionSetup = {
      profile: profile.name,
      session: session_id,
      version,
      mode: profile.mode,
      recorder,
      meter,
      events,
      clock,
      scrub,
      bars:
        choice.bars &&
        openBars(choice.bars, plan, {
          folder,
          masters,
          onAlert: (alert) => alert_sink?.onAlert(alert),
          onFault: (fault) => session?.failed('detector', new Error(faultLine(fault))),
          onFailure: (error) => session?.failed('live candles', error),
        }),
      sinks: openSinks(choice.sinks, instruments.table, sinks_listener),
      alert_sink,
      tokensOf: (symbols) => tokensOfSymbols(symbols, instruments.table),
    }
    const own = new CaptureSession(setup)
    session = own
    const feed = new Feed(feedSetup(choice, credentials, now), own)
    own.attach(feed)
    return new RunningCapture({
      plan,
      setup,
      session: own,
      feed,
      log,
      openControl: async () => (choice.port === undefined ? undefined : openControl(controlSetup(choice, own, onNotice))),
      watchCredentials: () =>
        watchTokenFile(plan.credentials, {
          onChange: (loaded) => {
            credentials.change(loaded.credentials)
            feed.credentialsChanged()
          },
          onTrouble: (error) => own.failed('token file', error),
        }),
    })
  }
}

const feedSetup = ({ plan, version }: CaptureChoice, credentials: CredentialsInUse, now: () => number): FeedSetup => ({
  layout: plan.layout,
  wanted: plan.instruments.selected.modes,
  credentials,
  openSocket: kiteSockets({ endpoint: plan.endpoint, version, handshake_ms: HANDSHAKE_MS }),
  ports: systemFeedPorts(now),
  seed: randomBytes(4).readUInt32BE(0),
  isTrading: (at_ms, tokens) => plan.trading.isTradingAny(tokens, at_ms),
})

const controlSetup = (
  { plan, port = 0 }: CaptureChoice,
  session: CaptureSession,
  onNotice: (text: string) => void,
): ControlSetup => ({
  kind: 'capture',
  name: plan.profile.name,
  host: '127.0.0.1',
  port,
  routes: captureRoutes(session),
  started_ms: new SystemClock().nowMs(),
  onNotice,
  onFailure: (path, error) => session.failed(`control API ${path}`, error),
})
