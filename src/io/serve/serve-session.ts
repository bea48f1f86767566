import { setTimeout as wait } from 'node:timers/promises'
import { interrupted } from '../../core/errors.js'
import { END_OF_RECORDING } from '../../core/feed/index.js'
import { type WindowEnd, windowOn } from '../../core/replay/index.js'
import { Exchange, type FaultPlan, faultLine } from '../../core/serve/index.js'
import { istDay, type TimestampMs } from '../../core/time/index.js'
import { DiagnosticsLog } from '../diagnostics-log.js'
import { findRecordings, type SessionFiles } from '../find-recordings.js'
import { noteMasters, type SessionRequest } from '../run-sessions.js'
import type { PacerPorts } from '../pacer.js'
import { Playback } from '../playback.js'
import { type FileSummary, readSession } from '../read-session.js'
import { sessionInstruments } from '../session-instruments.js'
import { ClientSockets, SOCKET_LIMITS, type SocketLimits } from './client-sockets.js'
import type { ServeLogin } from './login.js'
import { ServeGate } from './serve-gate.js'
import { type OpenTicker, openTicker } from './ticker-server.js'

/** What to play to whom. */
export interface ServeRequest extends Pick<SessionRequest, 'recordings' | 'instruments'> {
  readonly from: WindowEnd | undefined
  readonly to: WindowEnd | undefined
  readonly speed: number
  readonly max_wait_ms: number
  readonly host: string
  readonly port: number
  readonly allow_remote: boolean
  readonly login: ServeLogin
  /** Sockets at a time. */
  readonly connections: number
  /** Play begins when so many clients have subscribed; 0: at once. */
  readonly wait_for: number
  /** Stays at the end until told to stop or to seek backwards. */
  readonly stays: boolean
  /** Made when the first record that is played is known. */
  readonly faultsFrom?: (first_ms: TimestampMs) => FaultPlan
  readonly limits?: Partial<ServeLimits>
}

export interface ServeLimits extends SocketLimits {
  /** Play waits until nobody has asked for anything for so long: a mode follows its subscription in a message of its own. */
  readonly settle_ms: number
  /** Full speed waits at most so long for a client that a fault took away. */
  readonly return_ms: number
}

const LIMITS: ServeLimits = { ...SOCKET_LIMITS, settle_ms: 250, return_ms: 120_000 }
/** While somebody is waited for, the event loop looks so often. */
const LOOK_MS = 10
/** Records between two looks at the sockets at full speed: much less than what may wait in one. */
const STEP_BYTES = 256 * 1024
const NORMAL = 1000
const GOING_AWAY = 1001

export interface ServeRun {
  readonly ports: PacerPorts
  readonly signal: AbortSignal
  onNotice(text: string): void
  /** Clients may come. */
  onServing(ticker: OpenTicker, stage: ServeStage): void
  /** A line of the fault log, without its end. */
  onFault(line: string): void
}

/** What runs, for those who show and steer it. */
export interface ServeStage {
  readonly playback: Playback
  readonly exchange: Exchange
  readonly sockets: ClientSockets
  readonly session: SessionFiles
  readonly isWaiting: boolean
  readonly counts: ServeCounts
}

export interface ServeCounts {
  /** Records played. */
  records: number
  logins: number
  refused: number
  faults: number
}

export interface ServeSummary extends ServeCounts {
  /** Sent to all clients together. */
  readonly sent: { messages: number; packets: number; bytes: number; heartbeats: number }
  /** Clients dropped because they did not read. */
  readonly dropped: number
  readonly first_ms: TimestampMs | undefined
  readonly last_ms: TimestampMs | undefined
  readonly real_ms: number
  readonly lateness: { p50_ms: number; p99_ms: number; max_ms: number } | undefined
  readonly files: readonly FileSummary[]
  readonly diagnostics: readonly DiagnosticsLog[]
}
