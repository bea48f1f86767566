import { SystemClock } from './system-clock.js'

const REDRAW_MS = 100
/** Nobody needs a bar for what is over at once. */
const FIRST_DRAW_MS = 400
const BAR_CELLS = 24
const MEGA = 1e6

/** A line on stderr with share, rate and time left; nothing at all when it is not a terminal. */
export class Progress {
  readonly #label: string
  readonly #shown: boolean
  readonly #clock = new SystemClock()
  readonly #begun_ms: number
  #drawn_ms: number
  #drawn = false

  constructor(label: string, shown: boolean) {
    this.#label = label
    this.#shown = shown
    this.#begun_ms = this.#clock.elapsedMs()
    this.#drawn_ms = this.#begun_ms + FIRST_DRAW_MS - REDRAW_MS
  }

  update(done_bytes: number, total_bytes: number | undefined): void {
    const now_ms = this.#clock.elapsedMs()
    if (!this.#shown || now_ms - this.#drawn_ms < REDRAW_MS) return
    this.#drawn_ms = now_ms
    this.#drawn = true
    process.stderr.write(`\r\x1b[2K${progressLine(this.#label, done_bytes, total_bytes, now_ms - this.#begun_ms)}`)
  }

  /** For work that is not measured in bytes. */
  updateShare(share: number): void {
    const now_ms = this.#clock.elapsedMs()
    if (!this.#shown || now_ms - this.#drawn_ms < REDRAW_MS) return
    this.#drawn_ms = now_ms
    this.#drawn = true
    const left_s = share > 0 ? Math.ceil(((now_ms - this.#begun_ms) / 1000) * (1 / share - 1)) : 0
    process.stderr.write(`\r\x1b[2K${this.#label} ${bar(share)}  ${left_s} s left`)
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#drawn) process.stderr.write('\r\x1b[2K')
    this.#drawn = false
  }
}

/** `Candles [######------] 42 %  812 MB  410 MB/s  3 s left` */
export function progressLine(label: string, done_bytes: number, total_bytes: number | undefined, elapsed_ms: number): string {
  const rate = elapsed_ms > 0 ? done_bytes / (elapsed_ms / 1000) : 0
  const speed = `${Math.round(done_bytes / MEGA)} MB  ${Math.round(rate / MEGA)} MB/s`
  if (total_bytes === undefined || total_bytes === 0) return `${label}  ${speed}`
  const share = Math.min(1, done_bytes / total_bytes)
  const left_s = rate > 0 ? Math.ceil((total_bytes - done_bytes) / rate) : 0
  return `${label} ${bar(share)}  ${speed}  ${left_s} s left`
}

function bar(share: number): string {
  const filled = Math.round(share * BAR_CELLS)
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_CELLS - filled)}] ${Math.floor(share * 100)} %`
}
