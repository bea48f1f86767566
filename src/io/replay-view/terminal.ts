import { writeSync } from 'node:fs'

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
const FALLBACK = { columns: 80, rows: 24 } as const

/**
 * Takes standard output over: alternate screen, no cursor, raw keys. Whatever ends the program gives it back: `exit` is the one event that
 * errors, signals and a plain end share.
 */
export function openTerminal({ onInput, onResize }: TerminalEvents): Terminal {
  const { stdin, stdout } = process
  const keys = stdin.isTTY === true
  const colour = (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb'
  let shown: readonly string[] = []
  let open = true
  const input = (bytes: Buffer): void => onInput(bytes.toString('utf8'))
  const resize = (): void => {
    shown = []
    write('\x1b[2J')
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
    write(LEAVE)
  }
  process.once('exit', close)
  stdout.on('resize', resize)
  if (keys) {
    stdin.setRawMode(true)
    stdin.on('data', input)
    stdin.resume()
  }
  write(ENTER)
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
      const changes = lines.flatMap((line, row) => (line === shown[row] ? [] : [`\x1b[${row + 1};1H${line}\x1b[K`]))
      shown = lines
      if (open && changes.length > 0) write(BEGIN_FRAME + changes.join('') + END_FRAME)
    },
    close,
  }
}

/** A terminal that is slow, or gone, loses a frame and nothing else. */
function write(text: string): void {
  try {
    writeSync(STDOUT, text)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'EAGAIN' && code !== 'EIO' && code !== 'EPIPE') throw error
  }
}
