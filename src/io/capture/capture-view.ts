import { type CaptureFigures, drawCapture, readCaptureKeys } from '../../core/view/index.js'
import { SystemClock } from '../system-clock.js'
import { openTerminal, type Terminal } from '../terminal.js'

/** 4 frames a second: figures that change faster can't be read. */
const FRAME_MS = 250
const RATE_MS = 1_000
const RATES_KEPT = 120

export interface CaptureViewSetup {
  /** Called for each frame. */
  figures(): CaptureFigures
  /** `stop`: q stops the capture, and is asked twice. `leave`: q leaves the view, and the capture goes on elsewhere. */
  readonly q: 'stop' | 'leave'
  /** q (both of them), or Ctrl-C, which asks nothing. */
  onStop(): void
}

const FOOTERS = {
  stop: 'q stop the capture   Ctrl-C stop at once',
  leave: 'q leave   the capture goes on',
  asked: 'Stop the capture? q yes   any other key no',
  no_keys: 'Ctrl-C to stop',
} as const

/** The live view of a capture: takes the terminal over until `close`. A terminal that hangs costs frames, never the capture's time. */
export function openCaptureView({ figures, q, onStop }: CaptureViewSetup): { close(): void } {
  const clock = new SystemClock()
  const rates: number[] = []
  let rated_ms = Number.NEGATIVE_INFINITY
  let asked = false
  const draw = (): void => {
    const now = figures()
    if (clock.elapsedMs() - rated_ms >= RATE_MS) {
      rated_ms = clock.elapsedMs()
      rates.push(now.rates.packets_per_s)
      if (rates.length > RATES_KEPT) rates.shift()
    }
    terminal.draw(drawCapture({ figures: now, rates, footer: footer() }, terminal, terminal.colour))
  }
  const footer = (): string => {
    if (!terminal.keys) return FOOTERS.no_keys
    return q === 'leave' ? FOOTERS.leave : asked ? FOOTERS.asked : FOOTERS.stop
  }
  const terminal: Terminal = openTerminal({
    onInput(text) {
      for (const key of readCaptureKeys(text)) {
        if (key === 'interrupt' || (key === 'quit' && (asked || q === 'leave'))) {
          onStop()
          return
        }
        asked = key === 'quit'
      }
      draw()
    },
    onResize: draw,
  })
  draw()
  const timer = setInterval(draw, FRAME_MS)
  return {
    close() {
      clearInterval(timer)
      terminal.close()
    },
  }
}
