import { drawReplay, MarketBoard, type ReplayScreen, readKeys, type ViewAction } from '../../core/view/index.js'
import type { Playback } from '../playback.js'
import { recordingEndMs } from '../recording-end.js'
import type { Audience } from '../replay-session.js'
import { SystemClock } from '../system-clock.js'
import { openTerminal, type Terminal } from '../terminal.js'

/** At most 15 frames a second. */
const FRAME_MS = 67
const SEEK_MS = 60_000

export interface Viewer {
  readonly audience: Audience
  close(): void
}

/** The live view of a replay, and its keys. `interval` is the one whose candles are drawn. */
export function openViewer(interval: string, interrupt: () => void): Viewer {
  const clock = new SystemClock()
  let board = new MarketBoard(interval)
  let playback: Playback | undefined
  let end_ms: number | undefined
  let read_share = 0
  let selected: number | undefined
  let help = false
  let drawn_ms = 0

  const draw = (): void => {
    drawn_ms = clock.elapsedMs()
    const screen = screenOf()
    terminal.draw(drawReplay(screen, terminal, terminal.colour))
  }
  /** A key shows its effect at once, unless a frame has just gone out: then the next one shows it. */
  const drawSoon = (): void => {
    if (clock.elapsedMs() - drawn_ms >= FRAME_MS) draw()
  }
  const terminal: Terminal = openTerminal({
    onInput(text) {
      for (const action of readKeys(text)) actions[action]()
      drawSoon()
    },
    onResize: draw,
  })
  const timer = setInterval(draw, FRAME_MS)

  const actions: Readonly<Record<ViewAction, () => void>> = {
    pause: () => playback?.togglePause(),
    step: () => playback?.step(),
    faster: () => playback?.faster(),
    slower: () => playback?.slower(),
    back: () => playback?.seekBy(-SEEK_MS),
    forward: () => playback?.seekBy(SEEK_MS),
    up: () => select(-1),
    down: () => select(1),
    help: () => {
      help = !help
    },
    quit: () => playback?.stop('quit'),
    interrupt,
  }

  function select(by: number): void {
    const ranking = board.ranking(playback?.virtual_ms ?? 0)
    const at = ranking.findIndex(({ index }) => index === selected)
    selected = ranking[Math.min(ranking.length - 1, Math.max(0, Math.max(0, at) + by))]?.index
  }

  function screenOf(): ReplayScreen {
    const virtual_ms = playback !== undefined && Number.isFinite(playback.virtual_ms) ? playback.virtual_ms : undefined
    const begin_ms = playback?.begin_ms
    const stop_ms = end_ms === undefined ? undefined : Math.min(end_ms, playback?.end_ms ?? end_ms)
    const share =
      virtual_ms === undefined || begin_ms === undefined || stop_ms === undefined || stop_ms <= begin_ms
        ? read_share
        : (virtual_ms - begin_ms) / (stop_ms - begin_ms)
    return {
      phase: phaseOf(playback, virtual_ms),
      virtual_ms,
      speed: playback?.speed ?? 1,
      begin_ms,
      end_ms: stop_ms,
      share: playback?.isResting === true ? 1 : share,
      board,
      selected,
      interval,
      help,
      keys: terminal.keys,
    }
  }

  return {
    audience: {
      wanted: true,
      wantsAll: true,
      rests: terminal.keys,
      onBegin(session, playing) {
        end_ms = recordingEndMs(session)
        playback = playing
        board = new MarketBoard(interval)
      },
      onTick: (tick) => board.onTick(tick),
      onCandle: (candle) => board.onCandle(candle),
      onProgress: (done, total) => {
        if (total !== undefined && total > 0) read_share = done / total
      },
    },
    close() {
      clearInterval(timer)
      terminal.close()
    },
  }
}

function phaseOf(playback: Playback | undefined, virtual_ms: number | undefined): ReplayScreen['phase'] {
  if (playback === undefined || virtual_ms === undefined) return 'reading'
  if (playback.isResting) return 'ended'
  if (playback.isSeeking) return 'seeking'
  return playback.paused ? 'paused' : 'playing'
}
