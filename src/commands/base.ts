import { Command, Flags } from '@oclif/core'
import { EXIT, type ExitCode, MdsError } from '../core/errors.js'
import { Progress } from '../io/progress.js'

/** Flags of every command that reads recordings. */
export const recordingFlags = {
  'data-dir': Flags.string({ summary: 'Folder of the recordings', default: 'raw_ticks', env: 'MDS_DATA_DIR', helpValue: 'DIR' }),
  profile: Flags.string({ summary: 'Only recordings of this profile; may be repeated', multiple: true, helpValue: 'NAME' }),
  instruments: Flags.string({
    summary: 'Instrument master (Kite CSV, also gzipped) or crawler config (JSON); default: the master beside the recording',
    multiple: true,
    helpValue: 'FILE',
  }),
  calendar: Flags.string({ summary: 'Trading calendar instead of the one that ships with mds', helpValue: 'FILE' }),
  strict: Flags.boolean({ summary: 'Exit 3 when the data has damage or gaps' }),
  quiet: Flags.boolean({ char: 'q', summary: 'No progress and no notices on stderr; errors only' }),
} as const

/** What all commands share: how errors look, exit codes, Ctrl-C, progress. */
export abstract class MdsCommand extends Command {
  static override enableJsonFlag = true
  /** Aborted by the first Ctrl-C; the second one kills. */
  readonly interrupt = new AbortController()

  protected override async init(): Promise<void> {
    await super.init()
    const onSignal = (): void => {
      if (this.interrupt.signal.aborted) process.exit(EXIT.interrupted)
      this.interrupt.abort()
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  }

  /** A line for people, on stderr. */
  protected notice(text: string): void {
    process.stderr.write(`${text}\n`)
  }

  protected progress(label: string, quiet: boolean): Progress {
    return new Progress(label, !quiet && process.stderr.isTTY === true)
  }

  /** One line that says what was expected and found, then what to try. Only our own bugs show a stack. */
  protected override async catch(error: Error & { exitCode?: number; oclif?: { exit?: number } }): Promise<unknown> {
    if (error instanceof MdsError) return this.#fail(error.message, error.suggestions, error.exitCode, error.code)
    const usage = error.oclif?.exit
    if (usage === 0) throw error
    if (usage !== undefined) return this.#fail(firstLine(error.message), [`mds ${this.id ?? ''} --help`], EXIT.usage, 'usage')
    process.stderr.write(
      `${error.stack ?? String(error)}\nThis is a bug in mds. Please report it with the lines above and the command you ran.\n`,
    )
    process.exitCode = EXIT.bug
    return undefined
  }

  #fail(message: string, suggestions: readonly string[], exitCode: ExitCode, code: string): unknown {
    process.exitCode = exitCode
    if (this.jsonEnabled()) {
      this.logJson({ error: { code, message, suggestions, exit_code: exitCode } })
      return undefined
    }
    process.stderr.write(`Error: ${message}\n`)
    for (const suggestion of suggestions) process.stderr.write(`  Try: ${suggestion}\n`)
    return undefined
  }
}

/** oclif adds "See more help with --help" on a line of its own; ours comes as a suggestion. */
const firstLine = (text: string): string =>
  text
    .replace(/\n?See more help with --help/, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim()
