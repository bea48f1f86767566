import { setMaxListeners } from 'node:events'
import { Args, Command, Flags } from '@oclif/core'
import { EXIT, MdsError, usageError } from '../core/errors.js'
import { escaped } from '../core/escaped.js'
import type { GoldenOutcome, GoldenWords } from '../io/compare/golden.js'
import type { DiagnosticsLog } from '../io/diagnostics-log.js'
import type { RecordingQuery } from '../io/find-recordings.js'
import { hungTerminalGuard } from '../io/hung-terminal.js'
import { Progress } from '../io/progress.js'
import type { CandleWords } from '../io/run-candles.js'
import type { RunListener, SessionRequest } from '../io/run-sessions.js'
import type { SignalWords } from '../io/signals/signal-config.js'
import { tellError } from '../io/tell-error.js'

export const sessionArgs = {
  session: Args.string({
    description: 'Day (20251005), file, folder, pattern, or - for standard input; none: the newest day there is',
  }),
} as const

/** All of them mean the same: end in good order. A terminal that is closed sends SIGHUP. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/** Closes the description of every command. */
export const EXIT_CODES = `Exit codes: 0 done, 1 a bug in mds, 2 usage, 3 unreadable (or, with --strict, damage and gaps), 130 interrupted.`

/** Which files a command works on. */
export const fileFlags = {
  'data-dir': Flags.string({ summary: 'Folder of the recordings', default: 'raw_ticks', env: 'MDS_DATA_DIR', helpValue: 'DIR' }),
  profile: Flags.string({
    summary: 'Only recordings of this profile; may be repeated',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NAME',
  }),
  quiet: Flags.boolean({ char: 'q', summary: 'No progress and no notices on stderr; errors only' }),
} as const

/** Of the commands that know a profile, which may have a folder of its own. */
export const profileDataDirFlag = Flags.string({
  summary: 'Folder of the recordings; default: that of the profile, else raw_ticks',
  env: 'MDS_DATA_DIR',
  helpValue: 'DIR',
})

/** Flags of every command that reads what is in recordings. */
export const recordingFlags = {
  'data-dir': fileFlags['data-dir'],
  profile: fileFlags.profile,
  instruments: Flags.string({
    summary: 'Instrument master (Kite CSV, also gzipped) or crawler config (JSON); default: the master beside the recording',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'FILE',
  }),
  calendar: Flags.string({ summary: 'Trading calendar instead of the one that ships with mds', helpValue: 'FILE' }),
  strict: Flags.boolean({ summary: 'Exit 3 when the data has damage or gaps' }),
  quiet: fileFlags.quiet,
} as const

/** Closes the description of commands that judge recordings. */
export const TRUST_EXIT_CODES = `Exit codes: 0 nothing found, 1 a bug in mds, 2 usage, 3 a file cannot be read, 4 something was found, 130 interrupted.`

/** How packets become bars. */
export const barFlags = {
  tf: Flags.string({
    summary: 'Bar lengths, separated by commas: any Nm, 1h, 1d; default 1m',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: '1m,5m',
  }),
  bars: Flags.string({
    summary: 'Bars that trades end: tick:N, volume:N, value:RUPEES, imbalance:N, renko:RUPEES',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'KIND:SIZE',
  }),
  style: Flags.option({
    summary: 'As traded, or redrawn as Heikin-Ashi',
    options: ['plain', 'heikin-ashi'] as const,
    default: 'plain',
  })(),
  clock: Flags.option({
    summary: 'Which time puts a packet into its bar: of the trade, of the exchange, or of its arrival',
    options: ['trade', 'exchange', 'arrival'] as const,
    default: 'trade',
  })(),
  auction: Flags.option({
    summary: 'Auctions in bars of their own, or folded into the first and last bar',
    options: ['separate', 'fold'] as const,
    default: 'separate',
  })(),
  fill: Flags.option({
    summary: 'Minutes without a trade: no bar, or the last close carried forward',
    options: ['skip', 'forward'] as const,
    default: 'skip',
  })(),
  late: Flags.option({
    summary: 'Trades told after their bar closed: only counted, or the bar told again with a higher revision',
    options: ['drop', 'revise'] as const,
    default: 'drop',
  })(),
  'gap-volume': Flags.option({
    summary: 'Volume learned after a gap: kept apart, into the bar that follows, or spread over the gap',
    options: ['quarantine', 'last', 'spread'] as const,
    default: 'quarantine',
  })(),
} as const

/** Where candles go. */
export const candleOutputFlags = {
  output: Flags.string({ char: 'o', summary: 'File or folder to write; default: standard output', helpValue: 'FILE|DIR' }),
  format: Flags.string({ summary: 'parquet, csv, ndjson, arrow or table', helpValue: 'NAME' }),
  layout: Flags.option({
    summary: 'One file, a file per symbol and interval (merged with what is there), or hive partitions',
    options: ['file', 'per-symbol', 'hive'] as const,
  })(),
} as const

/** Which instruments. */
export const symbolFlag = {
  symbol: Flags.string({
    summary: 'Only these: RELIANCE, NSE:RELIANCE or token:N; may be repeated',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NAME',
  }),
} as const

/** What earlier sessions say. */
export const baselineFlag = {
  baseline: Flags.string({
    summary: 'What earlier sessions say (mds baseline); default: PROFILE.baseline.ndjson beside the recordings',
    helpValue: 'FILE',
  }),
} as const

/** Which detectors run, with which numbers. */
export const signalFlags = {
  only: Flags.string({
    summary: 'Only these detectors: ids or categories (mds patterns --list), separated by commas; all: the optional ones too',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NAME,NAME',
  }),
  'min-confidence': Flags.string({ summary: 'Confidence an alert must have, 0 to 1; default 0.85', helpValue: '0.85' }),
  param: Flags.string({
    summary: 'A number of a detector, or of the gates (alerts.NAME); may be repeated',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'PATTERN.NAME=N',
  }),
  config: Flags.string({ summary: 'JSON file with such numbers', helpValue: 'FILE' }),
  plugin: Flags.string({
    summary: 'TypeScript or JavaScript file with a detector of your own; may be repeated',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'FILE',
  }),
  ...baselineFlag,
} as const

/** What the rows of a run are held against. */
export const goldenFlags = {
  golden: Flags.string({
    summary: 'Hold the rows against this file of an earlier run; exit 4 when they differ (docs/ci.md)',
    helpValue: 'FILE',
  }),
  'update-golden': Flags.boolean({ summary: 'Write the file of --golden from this run', dependsOn: ['golden'] }),
  tolerance: Flags.string({
    summary: 'How far numbers of a field may be from those of --golden; may be repeated',
    multiple: true,
    multipleNonGreedy: true,
    dependsOn: ['golden'],
    helpValue: 'FIELD=N',
  }),
} as const

/** Closes the description of commands that take `--golden`. */
export const GOLDEN_EXIT_CODES = `Exit codes: 0 done, 1 a bug in mds, 2 usage, 3 unreadable (or, with --strict, damage and gaps), 4 not equal to the file of --golden, 130 interrupted.`

/** Which part of the day. */
export const windowFlags = {
  from: Flags.string({
    summary: 'Begin with what was received at HH:MM[:SS] (IST) or at a moment (ISO 8601 with zone)',
    helpValue: 'TIME',
  }),
  to: Flags.string({ summary: 'End before what was received at this time', helpValue: 'TIME' }),
} as const

export const formatFlag = {
  format: Flags.string({ summary: 'parquet, csv, ndjson, arrow or table', helpValue: 'NAME' }),
} as const

interface FileWords {
  readonly 'data-dir': string
  readonly profile: readonly string[] | undefined
}
interface GoldenFlagValues {
  readonly golden: string | undefined
  readonly 'update-golden': boolean
  readonly tolerance: readonly string[] | undefined
}
interface SignalFlagValues {
  readonly only: readonly string[] | undefined
  readonly 'min-confidence': string | undefined
  readonly param: readonly string[] | undefined
  readonly config: string | undefined
  readonly plugin: readonly string[] | undefined
  readonly baseline: string | undefined
}
interface RecordingWords extends FileWords {
  readonly instruments: readonly string[] | undefined
  readonly calendar: string | undefined
}
interface BarWords extends RecordingWords {
  readonly tf: readonly string[] | undefined
  readonly bars: readonly string[] | undefined
  readonly style: CandleWords['style']
  readonly clock: CandleWords['clock']
  readonly auction: CandleWords['bars']['auction']
  readonly fill: CandleWords['bars']['fill']
  readonly late: CandleWords['bars']['late']
  readonly 'gap-volume': CandleWords['bars']['gap_volume']
  readonly output: string | undefined
  readonly format: string | undefined
  readonly layout: CandleWords['layout']
  readonly symbol: readonly string[] | undefined
}

/** What all commands share: how errors look, exit codes, Ctrl-C, progress, findings. */
export abstract class MdsCommand extends Command {
  static override enableJsonFlag = true
  /** Aborted by the first Ctrl-C or another of `STOP_SIGNALS`; the second one kills, but not before `patience_ms`. */
  readonly interrupt = new AbortController()
  protected readonly patience_ms: number = 0

  protected override async init(): Promise<void> {
    await super.init()
    setMaxListeners(0, this.interrupt.signal) // one for each file that is open: a day has dozens, and Node warns from 11 on
    let asked_ms = 0
    const onSignal = (): void => {
      if (!this.interrupt.signal.aborted) {
        asked_ms = performance.now()
        this.interrupt.abort()
      } else if (performance.now() - asked_ms >= this.patience_ms) process.exit(EXIT.interrupted)
    }
    for (const signal of STOP_SIGNALS) process.on(signal, onSignal)
    process.once('SIGHUP', hungTerminalGuard())
  }

  /** A line for people, on stderr. */
  protected notice(text: string): void {
    process.stderr.write(`${escaped(text)}\n`)
  }

  protected progress(label: string, quiet: boolean): Progress {
    return new Progress(label, !quiet && process.stderr.isTTY === true)
  }

  protected sessionRequest(argv: readonly unknown[], flags: RecordingWords): SessionRequest {
    return {
      recordings: this.recordingQuery(argv, flags),
      instruments: flags.instruments ?? [],
      calendar: flags.calendar,
    }
  }

  protected signalWords(flags: SignalFlagValues): Omit<SignalWords, 'version'> {
    return {
      only: flags.only ?? [],
      min_confidence: flags['min-confidence'],
      params: flags.param ?? [],
      config: flags.config,
      plugins: flags.plugin ?? [],
      baseline: flags.baseline,
    }
  }

  protected goldenWords(flags: GoldenFlagValues): GoldenWords | undefined {
    if (flags.golden === undefined) return undefined
    return { path: flags.golden, update: flags['update-golden'], tolerances: flags.tolerance ?? [] }
  }

  /** With `--golden` alone the rows are held against the file and go nowhere else. */
  protected printsNothing(flags: GoldenFlagValues & { output: string | undefined; format: string | undefined }): boolean {
    return flags.golden !== undefined && flags.output === undefined && flags.format === undefined
  }

  protected candleWords(argv: readonly unknown[], flags: BarWords): CandleWords {
    return {
      ...this.sessionRequest(argv, flags),
      tf: flags.tf ?? [],
      event_bars: flags.bars ?? [],
      style: flags.style,
      clock: flags.clock,
      bars: { auction: flags.auction, fill: flags.fill, late: flags.late, gap_volume: flags['gap-volume'] },
      output: flags.output,
      format: flags.format,
      layout: flags.layout,
      wishes: { symbols: flags.symbol ?? [], tokens: [], exchanges: [] },
    }
  }

  protected recordingQuery(argv: readonly unknown[], flags: FileWords): RecordingQuery {
    return { sessions: argv.map(String), data_dir: flags['data-dir'], profiles: flags.profile ?? [] }
  }

  /** Runs with a progress bar that is gone before anything else is written. */
  protected async withProgress<T>(label: string, quiet: boolean, action: (run: RunListener) => Promise<T>): Promise<T> {
    const progress = this.progress(label, quiet)
    try {
      return await action({
        signal: this.interrupt.signal,
        onProgress: (done, total) => progress.update(done, total),
        onNotice: (text) => {
          progress.clear()
          if (!quiet) this.notice(text)
        },
      })
    } finally {
      progress.clear()
    }
  }

  /** Findings for people; with `--strict` bad ones decide the exit code. */
  protected report(logs: readonly DiagnosticsLog[], flags: { quiet: boolean; strict: boolean }): void {
    if (!flags.quiet) for (const log of logs) for (const line of log.lines()) this.notice(line)
    const bad = logs.reduce((sum, log) => sum + log.bad, 0)
    if (!flags.strict || bad === 0) return
    this.notice(`--strict: the data has ${bad} findings of damage or gaps.`)
    process.exitCode = EXIT.unreadable
  }

  /** Equal is one line on stderr; a difference decides the exit code, whatever `--strict` has said. */
  protected reportGolden(golden: GoldenOutcome | undefined, flags: { quiet: boolean }): void {
    if (golden === undefined) return
    const is_bad = golden.status === 'differs'
    if (is_bad || !flags.quiet) for (const line of golden.lines) this.notice(line)
    if (is_bad) process.exitCode = EXIT.validation_failed
  }

  /** With `--json` standard output carries the summary, so the results need a file. */
  protected requireFileForJson(output: string | undefined, example: string): void {
    if (!this.jsonEnabled() || (output !== undefined && output !== '-')) return
    throw usageError(
      'no_output',
      '--json writes the summary to standard output: expected --output FILE for the results.',
      example,
    )
  }

  /** One line that says what was expected and found, then what to try. Only our own bugs show a stack. */
  protected override async catch(error: Error & { oclif?: { exit?: number } }): Promise<unknown> {
    if (error instanceof MdsError) return this.#fail(error)
    const usage = error.oclif?.exit
    if (usage === 0) throw error
    if (usage !== undefined) return this.#fail(usageError('usage', oneLine(error.message)))
    process.stderr.write(
      `${error.stack ?? String(error)}\nThis is a bug in mds. Please report it with the lines above and the command you ran.\n`,
    )
    process.exitCode = EXIT.bug
    return undefined
  }

  #fail({ code, message, suggestions, exitCode }: MdsError): undefined {
    const is_over = exitCode === EXIT.interrupted
    const tries = suggestions.length > 0 || is_over ? suggestions : [`mds ${this.id ?? ''} --help`]
    tellError(code, { message, suggestions: tries, exitCode }, this.jsonEnabled())
  }
}

/** oclif adds "See more help with --help" on a line of its own; ours comes as a suggestion. */
const oneLine = (text: string): string =>
  text
    .replace(/\n?See more help with --help/, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim()
