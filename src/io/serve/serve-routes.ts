import { JsonValue } from '../../core/market/index.js'
import { formatSpeed, parseDuration, parseSpeed, parseWindowEnd, UNPACED, windowOn } from '../../core/replay/index.js'
import { formatIso, istDay } from '../../core/time/index.js'
import type { Reply, Route } from '../local/local-server.js'
import type { Stage } from './stage.js'

/** What `/status` tells of a client. */
interface ClientStatus {
  readonly slot: number
  readonly instruments: { readonly ltp: number; readonly quote: number; readonly full: number }
  readonly messages: number
  readonly packets: number
  readonly bytes: number
  readonly heartbeats: number
  readonly waiting_bytes: number
}

/** What `/status` and the screen tell. No secret. */
export interface ServeStatus {
  readonly phase: 'waiting' | 'playing' | 'paused' | 'seeking' | 'ended'
  /** Virtual time, ISO 8601; undefined until the first record is known. */
  readonly now: string | undefined
  readonly now_ms: number | undefined
  readonly speed: string
  readonly records: number
  readonly logins: number
  readonly refused: number
  readonly dropped: number
  readonly faults: number
  readonly clients: readonly ClientStatus[]
}

/** The HTTP API of a server of recordings; docs/serve.md has the table. */
export function serveRoutes(stage: Stage): Route[] {
  const { playback } = stage
  return [
    { method: 'GET', path: '/health', open: true, handle: () => ({ json: { health: 'running', phase: phaseOf(stage) } }) },
    { method: 'GET', path: '/status', open: true, handle: () => statusReply(stage) },
    control('/control/pause', stage, () => playback.setPaused(true)),
    control('/control/resume', stage, () => playback.setPaused(false)),
    control('/control/step', stage, () => playback.step()),
    control('/control/seek', stage, (body) => seek(body, stage)),
    control('/control/speed', stage, (body) => {
      const speed = body.fields(['speed']).get('speed')
      playback.setSpeed(parseSpeed(speed.string('a speed as text, such as "10x" or "max"')))
    }),
    control('/control/stop', stage, () => playback.stop('quit')),
  ]
}

/** Answers with the status that comes of it. */
function control(path: string, stage: Stage, act: (body: JsonValue) => void): Route {
  return {
    method: 'POST',
    path,
    handle: (body) => {
      act(new JsonValue(body, { file: 'The request', error_code: 'bad_request' }))
      return statusReply(stage)
    },
  }
}

/** `{"to": "10:30"}`, a time of the day that is played or ISO 8601, or `{"by": "-5m"}`. */
function seek(body: JsonValue, { playback }: Stage): void {
  const { maybe } = body.fields<never, 'to' | 'by' | 'by_ms'>([], ['to', 'by', 'by_ms'])
  const to = maybe('to')?.string('a time such as "10:30"')
  const by = maybe('by')?.string('a duration such as "5m" or "-5m"')
  const by_ms = maybe('by_ms')?.integer(-SEEK_MS_MAX, SEEK_MS_MAX)
  if ([to, by, by_ms].filter((wish) => wish !== undefined).length !== 1) body.fail('one of the keys "to", "by", "by_ms"')
  const begin_ms = playback.begin_ms
  if (begin_ms === undefined) return
  if (to !== undefined) playback.seekTo(windowOn(istDay(begin_ms), parseWindowEnd(to, 'to'), undefined).from_ms)
  else if (by_ms !== undefined) playback.seekBy(by_ms)
  else if (by !== undefined) playback.seekBy(by.startsWith('-') ? -parseDuration(by.slice(1), 'by') : parseDuration(by, 'by'))
}

const SEEK_MS_MAX = 366 * 86_400_000

const statusReply = (stage: Stage): Reply => ({ json: serveStatus(stage) })

export function serveStatus(stage: Stage): ServeStatus {
  const { playback, exchange, counts, sockets } = stage
  const now_ms = nowOf(stage)
  return {
    phase: phaseOf(stage),
    now: now_ms === undefined ? undefined : formatIso(now_ms),
    now_ms,
    speed: formatSpeed(playback.speed),
    ...counts,
    dropped: sockets.dropped,
    clients: exchange.lines.map((line) => {
      const modes = [...line.modes.values()]
      const inMode = (mode: string): number => modes.filter((one) => one === mode).length
      return {
        slot: line.slot,
        instruments: { ltp: inMode('ltp'), quote: inMode('quote'), full: inMode('full') },
        ...line.counts,
        waiting_bytes: sockets.queuedBytes(line),
      }
    }),
  }
}

/** The clock runs on between records where play is paced. */
function nowOf({ playback, exchange }: Stage): number | undefined {
  if (playback.speed === UNPACED || !Number.isFinite(playback.virtual_ms)) return exchange.now_ms
  return Math.floor(playback.virtual_ms)
}

function phaseOf({ playback, is_waiting }: Stage): ServeStatus['phase'] {
  if (playback.isResting) return 'ended'
  if (is_waiting) return 'waiting'
  if (playback.isSeeking) return 'seeking'
  return playback.paused ? 'paused' : 'playing'
}
