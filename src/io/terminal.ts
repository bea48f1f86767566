import { closeSync, writeSync } from 'node:fs'
import { openWithoutBlocking, PatientOutput } from './patient-output.js'

/** A full-screen terminal: lines out, keys in. */
export interface Terminal {
  readonly columns: number
  readonly rows: number
  readonly colour: boolean
  /** False when standard input is no terminal. */
  readonly keys: boolean
  /** Shows these lines; only those that changed are written. */
  draw(lines: readonly string[]): void
  /** Gives the terminal back as it was. May be called again. */
  close(): void
}

export interface TerminalEvents {
  onInput(text: string): void
  onResize(): void
}

const STDOUT = 1
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J'
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l'
/** Terminals that know it show all changes of a frame at once; others pass over it. */
const BEGIN_FRAME = '\x1b[?2026h'
const END_FRAME = '\x1b[?2026l'
/** How long a terminal gets to take back what we changed; it may never. */
const LEAVE_MS = 200
const CELL = new Int32Array(new SharedArrayBuffer(4))
const FALLBACK = { columns: 80, rows: 24 } as const

/**
 * Takes standard output over: alternate screen, no cursor, raw keys. Whatever ends the program gives it back: `exit` is the one event that
 * errors, signals and a plain end share.
 */
export function openTerminal({ onInput, onResize }: TerminalEvents): Terminal {
  const { stdin, stdout } = process
  const keys = stdin.isTTY === true
  const colour = hasColour()
  let shown: readonly string[] = []
  let open = true
  const fd = openWithoutBlocking(STDOUT)
  const output = new PatientOutput((bytes) => writeSync(fd, bytes))
  const input = (bytes: Buffer): void => onInput(bytes.toString('utf8'))
  const resize = (): void => {
    shown = []
    output.write('\x1b[2J')
    onResize()
  }
  const close = (): void => {
    if (!open) return
    open = false
    process.off('exit', close)
    stdout.off('resize', resize)
    stdin.off('data', input)
    if (keys) {
      stdin.setRawMode(false)
      stdin.pause()
    }
    output.write(LEAVE)
    for (const end_ms = performance.now() + LEAVE_MS; output.waiting_bytes > 0 && performance.now() < end_ms; output.retry())
      Atomics.wait(CELL, 0, 0, 1)
    if (fd !== STDOUT) closeSync(fd)
  }
  process.once('exit', close)
  stdout.on('resize', resize)
  if (keys) {
    stdin.setRawMode(true)
    stdin.on('data', input)
    stdin.resume()
  }
  output.write(ENTER)
  return {
    get columns() {
      return stdout.columns || FALLBACK.columns
    },
    get rows() {
      return stdout.rows || FALLBACK.rows
    },
    colour,
    keys,
    draw(lines) {
      // A terminal that takes nothing misses this frame; what it shows then stays known.
      if (!open || !output.retry()) return
      const changes = lines.flatMap((line, row) => (line === shown[row] ? [] : [`\x1b[${row + 1};1H${line}\x1b[K`]))
      shown = lines
      if (changes.length > 0) output.write(BEGIN_FRAME + changes.join('') + END_FRAME)
    },
    close,
  }
}

/** Standard output is a terminal that shows colours, and nobody asked for none. */
export const hasColour = (): boolean =>
  process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb'
