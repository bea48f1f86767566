import { drawServe, readKeys, type ServeScreen, type ViewAction } from '../../core/view/index.js'
import type { SessionFiles } from '../find-recordings.js'
import { recordingEndMs } from '../recording-end.js'
import { SystemClock } from '../system-clock.js'
import { openTerminal, type Terminal } from '../terminal.js'
import { serveStatus } from './serve-routes.js'
import type { Stage } from './stage.js'

const FRAME_MS = 200
const SEEK_MS = 60_000
const NOTICES_KEPT = 100

export interface ServeView {
  onServing(url: string, stage: Stage): void
  onBegin(session: SessionFiles): void
  /** Takes a line for people. */
  tell(text: string): void
  /** Gives the terminal back, and the newest lines for people. */
  close(): readonly string[]
}

/** The screen of a server, and its keys. */
export function openServeView(interrupt: () => void): ServeView {
  const clock = new SystemClock()
  const rates = new Map<number, { at_ms: number; packets: number; per_s: number }>()
  const notices: string[] = []
  let open: { url: string; stage: Stage } | undefined
  let end_ms: number | undefined
  let help = false

  const draw = (): void => terminal.draw(drawServe(screenOf(), terminal, terminal.colour))
  const terminal: Terminal = openTerminal({
    onInput(text) {
      for (const action of readKeys(text)) actions[action]()
      draw()
    },
    onResize: draw,
  })
  const timer = setInterval(draw, FRAME_MS)

  const actions: Readonly<Record<ViewAction, () => void>> = {
    pause: () => open?.stage.playback.togglePause(),
    step: () => open?.stage.playback.step(),
    faster: () => open?.stage.playback.faster(),
    slower: () => open?.stage.playback.slower(),
    back: () => open?.stage.playback.seekBy(-SEEK_MS),
    forward: () => open?.stage.playback.seekBy(SEEK_MS),
    up: () => {},
    down: () => {},
    help: () => {
      help = !help
    },
    quit: () => open?.stage.playback.stop('quit'),
    interrupt,
  }

  /** Packets of the last second; the first look at a client tells nothing. */
  function rateOf(slot: number, packets: number): number {
    const now_ms = clock.elapsedMs()
    const last = rates.get(slot)
    if (last === undefined || packets < last.packets) {
      rates.set(slot, { at_ms: now_ms, packets, per_s: 0 })
      return 0
    }
    if (now_ms - last.at_ms < 1000) return last.per_s
    const per_s = ((packets - last.packets) * 1000) / (now_ms - last.at_ms)
    rates.set(slot, { at_ms: now_ms, packets, per_s })
    return per_s
  }

  function screenOf(): ServeScreen {
    const around = { url: open?.url ?? '', notices, help, keys: terminal.keys }
    if (open === undefined)
      return { ...around, phase: 'reading', virtual_ms: undefined, speed: 1, begin_ms: undefined, end_ms, share: 0, ...NOTHING }
    const { playback } = open.stage
    const { phase, now_ms, clients, ...counts } = serveStatus(open.stage)
    const begin_ms = playback.begin_ms
    const stop_ms = end_ms === undefined ? undefined : Math.min(end_ms, playback.end_ms ?? end_ms)
    const is_known = now_ms !== undefined && begin_ms !== undefined && stop_ms !== undefined && stop_ms > begin_ms
    return {
      ...around,
      ...counts,
      phase,
      virtual_ms: now_ms,
      speed: playback.speed,
      begin_ms,
      end_ms: stop_ms,
      share: phase === 'ended' ? 1 : is_known ? (now_ms - begin_ms) / (stop_ms - begin_ms) : 0,
      clients: clients.map((client) => ({ ...client, packets_per_s: rateOf(client.slot, client.packets) })),
    }
  }

  return {
    onServing(url, stage) {
      open = { url, stage }
      draw()
    },
    onBegin(session) {
      end_ms = recordingEndMs(session)
    },
    tell(text) {
      notices.push(text)
      if (notices.length > NOTICES_KEPT) notices.shift()
    },
    close() {
      clearInterval(timer)
      terminal.close()
      return notices
    },
  }
}

const NOTHING = { records: 0, refused: 0, dropped: 0, faults: 0, clients: [] } as const
